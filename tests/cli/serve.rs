//! Tests `serve`: the real binary, over real HTTP. The conformance suite tests the API; these tests are about the
//! server: start and end, messages, limits, and pages.

mod access;
mod export;
mod limits;
pub mod pages;
pub mod preview;
mod raw;
mod routes;
mod seed;
pub mod server;
mod slow;
mod start;
