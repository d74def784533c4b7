//! What Flux makes of a repository: the artifact of a source, and what a Kustomization of Flux delivers of it.

mod delivery;
mod generate;
pub mod objects;
mod stages;
mod stored_yaml;
mod substitution;

pub use delivery::{Delivered, Delivery, FluxFailure, SUBSTITUTE, Settings, Stage, VanishReason, Vanished, deliver};
pub use stages::is_in_last_stage;
pub use substitution::substitution_fault;

#[cfg(test)]
mod tests;
