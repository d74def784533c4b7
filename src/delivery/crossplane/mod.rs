//! Crossplane: what its definitions of composite resources (XRDs) become in a cluster.

mod derive;
mod lost;
mod machinery;
mod moved;
mod xrd;
mod xrd_schema;

pub use lost::{Loss, LostKeyword};
pub use moved::advice;
pub use xrd::{Derived, Role, XrdReport, is_xrd, read};

#[cfg(test)]
mod tests;
