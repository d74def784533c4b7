//! What Argo CD makes of a repository: what an Application delivers of its folders, and which Applications an
//! ApplicationSet makes.

mod delivery;
mod failure;
mod fields;
pub mod objects;
pub mod sets;

pub use delivery::{Checkout, Delivery, Settings, SourceType, deliver};
pub use failure::{ArgoFailure, ArgoFailureKind};
