//! What Flux makes of a repository: the artifact of a source, and what a Kustomization of Flux delivers of it.

mod delivery;
mod generate;
pub mod objects;
mod stored_yaml;
mod substitution;

pub use delivery::{Delivered, Delivery, FluxFailure, Settings, Stage, VanishReason, Vanished, deliver};

#[cfg(test)]
mod tests;
