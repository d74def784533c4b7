//! `serve`: the real binary, over real HTTP. What the API answers to whom is the conformance suite's; here is what is
//! the server's own: how it begins and ends, what it says, what it bears, and its pages.

#[path = "serve/access.rs"]
mod access;
#[path = "serve/limits.rs"]
mod limits;
#[path = "serve/pages.rs"]
mod pages;
#[path = "serve/raw.rs"]
mod raw;
#[path = "serve/routes.rs"]
mod routes;
#[path = "serve/seed.rs"]
mod seed;
#[path = "serve/server.rs"]
mod server;
#[path = "serve/slow.rs"]
mod slow;
#[path = "serve/start.rs"]
mod start;
