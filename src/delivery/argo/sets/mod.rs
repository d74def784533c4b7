//! ApplicationSets offline: the applications that their generators and templates make.

mod combinations;
mod generate;
mod generators;
mod git;
mod git_patterns;
mod patch;
mod render;
mod row_objects;
mod rows;
mod selector;
pub mod set;
mod template;
mod world;

pub use generate::{Generated, GeneratedApplication, SetFailure, SetFailureKind, generate};
pub use rows::RowOrigin;
pub use world::{SetUnknown, SetUnknownKind, World};

#[cfg(test)]
mod tests;
