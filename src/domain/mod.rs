//! The domain types that all modules share. Pure: no files, no clock, no network, no terminal.

pub mod address;
pub mod apply_error;
pub mod blueprint;
pub mod build;
pub mod cluster;
pub mod delivery_facts;
pub mod document;
pub mod entity;
pub mod error_class;
pub mod evaluation;
pub mod file_name;
pub mod finding;
pub mod forecast;
pub mod git_host;
pub mod impact;
pub mod import;
pub mod known_entities;
pub mod known_problems;
pub mod mapping_explanation;
pub mod mapping_facts;
pub mod plan;
pub mod platform;
pub mod progress;
pub mod secret;
pub mod snapshot;
pub mod value;
