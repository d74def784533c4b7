//! The exporter's mapping over the objects of a repository: what the commands share that evaluate it.

pub(crate) mod document;
pub(crate) mod entity_tree;
mod facts;
pub(crate) mod mapping_file;
pub(crate) mod objects;
pub(crate) mod obstruction;
pub(crate) mod repository;
