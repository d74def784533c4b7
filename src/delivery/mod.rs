//! What the tools that deliver a repository to clusters make of it: which manifests arrive, where, under which name, in
//! which reading, and which error ends a build. Pure: paths and documents in, objects or a failure out.

pub mod argo;
pub mod crd;
pub mod crossplane;
pub mod decoded;
pub mod files;
pub mod flux;
pub mod glob;
pub mod ignore;
pub mod kinds;
pub mod kustomize;
pub mod manifest_faults;
pub mod manifests;
pub mod object;
pub mod place;

pub mod doubts;
pub mod reach;
pub mod reading;
pub mod repository;
pub mod source;
pub mod tool_kinds;
pub mod unfinished;

mod contents;
mod go_json;
mod timestamp;
mod tree;

pub use contents::{Content, content_of, contents};
pub use tree::Tree;

#[cfg(test)]
mod doubles;
