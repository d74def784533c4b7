//! Evaluates the mapping of Port's Kubernetes exporter offline: which entities it would send for which objects, what it
//! would delete, and what stops it. It does not know where its documents came from, and reads no environment.

mod builtin_kinds;
pub mod config;
pub mod definition;
mod discovery;
pub mod environment;
pub mod evaluate;
pub mod explain;
mod failure;
pub mod kinds;
mod map_item;
pub mod objects;
mod programs;
