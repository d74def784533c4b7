//! Arguments that several commands share, and their shell completions.

pub(crate) mod approval;
pub(crate) mod completion;
pub mod output;
pub mod planning;
