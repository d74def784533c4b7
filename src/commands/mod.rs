//! The verbs: short scripts of steps.

pub(crate) mod steps;
