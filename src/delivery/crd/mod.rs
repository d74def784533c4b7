//! CustomResourceDefinitions as the API server sees them: which it refuses, and which objects it refuses by their schema.
//! Rules in CEL are counted and not evaluated.

pub mod admission;
pub mod check;
pub mod definition;
pub mod document;
pub mod fault;
pub mod keyword;
pub mod node;
pub mod read;
pub mod schema;

mod embedded;
mod enumeration;
mod formats;
mod limits;
mod list_types;
mod metadata;
mod names;
mod network_formats;
mod path;
mod structural;
mod uniqueness;
mod written;

pub use path::{Path, Step};

#[cfg(test)]
mod tests;
