//! The nouns every room speaks of. Pure: no files, no clock, no network, no terminal.

pub mod blueprint;
pub mod blueprint_change;
pub mod day;
pub mod desired;
pub mod entity;
pub mod fault;
pub mod file_name;
pub mod finding;
pub mod formats;
pub mod identifier;
pub mod known;
pub mod manifest;
pub mod moment;
pub mod platform;
pub mod progress;
pub mod secret;
pub mod snapshot;
pub mod span;
pub mod suggest;
pub mod tree;
pub mod value;
pub mod words;
