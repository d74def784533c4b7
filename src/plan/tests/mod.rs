//! Tests of the planner: worlds in, plans out. Worlds are written as JSON.

pub(in crate::plan) mod apply;
mod approvals;
pub(in crate::plan) mod generated;
mod hazards;
mod laws;
mod masking;
mod merge;
mod normalised;
mod only;
mod origins;
mod ownership;
mod policies;
pub(in crate::plan) mod policy_samples;
mod renames;
mod requests;
mod respelled;
pub(in crate::plan) mod shuffled;
mod waves;
pub(in crate::plan) mod world;
