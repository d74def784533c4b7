//! HTTP server of the embedded catalog: the platform's API on top of `Store`, and pages for people. It prints nothing
//! and reads no flags: [`ServerConfig`] has its options and the log callback.

mod access;
mod answer;
mod config;
mod connection;
mod listen;
mod middleware;
mod pages;
mod query;
mod rate;
mod request;
mod routes;
mod running;
mod session;
mod shared;
mod slot;
mod slow_client;
#[cfg(test)]
mod slow_client_tests;

pub use access::Credentials;
pub use config::{Limits, LogLine, Rate, ServerConfig};
pub use running::{Listener, Running, ServerError, ShutdownStage, start, start_on};
pub use session::issue_link_token;
