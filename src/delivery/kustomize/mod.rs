//! What kustomize makes of a folder: the objects of its graph of kustomizations, in order, or the failure that ends the
//! build. Names, namespaces, labels and annotations are followed; what rewrites other content is only named.

mod accumulator;
mod build;
mod constants;
mod encoding;
pub mod failure;
mod fields;
mod generators;
pub mod kustomization;
mod lookup;
mod order;
mod patches;
mod remote;
mod selector;
mod transform;

pub use build::{Build, Options, Unknown, UnknownKind, build};
pub use constants::FILE_NAMES;
pub use encoding::check_encoding;

#[cfg(test)]
mod tests;
