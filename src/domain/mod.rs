//! The nouns every room speaks of. Pure: no files, no clock, no network, no terminal.

pub mod blueprint;
pub mod change;
pub mod day;
pub mod desired;
pub mod digest;
pub mod entity;
pub mod fault;
pub mod finding;
pub mod formats;
pub mod hazard;
pub mod identifier;
pub mod known;
pub mod manifest;
pub mod moment;
pub mod plan;
pub mod platform;
pub mod progress;
pub mod secret;
pub mod snapshot;
pub mod span;
pub mod suggest;
pub mod tree;
pub mod value;
pub mod words;
pub mod write;
