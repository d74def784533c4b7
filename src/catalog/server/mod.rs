//! The embedded catalog as a server: the platform's HTTP API over `Store`, and pages for people. It prints nothing and
//! reads no flags: [`ServerConfig`] has its options and the log that gets each request.

mod access;
mod answer;
mod call;
mod config;
mod connection;
mod front;
mod listen;
mod pages;
mod query;
mod rate;
mod routes;
mod running;
mod shared;
#[cfg(test)]
mod slow_client_tests;
mod writing;

pub use access::Credentials;
pub use config::{Limits, LogLine, Rate, ServerConfig};
pub use running::{Listener, Running, ServerError, Told, start, start_on};
