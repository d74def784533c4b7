//! A manifest file as a tree with positions, its syntax faults, and the entities in it.

pub mod fault;
pub mod manifest;
pub mod null_places;
pub mod span;
pub mod stored_json;
pub mod tree;
pub mod tree_json;
