//! The verbs: short scripts of steps.

pub mod dev;
pub(crate) mod steps;
