//! Builds a plan from the manifests and the catalog, and writes it as reports and plan files.

pub(crate) mod adoption;
pub(crate) mod base;
pub(crate) mod blueprints;
pub(crate) mod build;
pub(crate) mod drift;
pub(crate) mod exporters;
pub(crate) mod file;
pub(crate) mod filter;
pub(crate) mod foreign_owners;
pub(crate) mod lint_first;
pub(crate) mod output;
pub(crate) mod policies;
pub(crate) mod rejections;
pub(crate) mod rename_hints;
mod request_count;
pub(crate) mod rerun_command;
pub(crate) mod verify;
