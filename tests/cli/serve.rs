//! `serve`: the real binary, over real HTTP. What the API answers to whom is the conformance suite's; here is what is
//! the server's own: how it begins and ends, what it says, what it bears, and its pages.

mod access;
mod limits;
mod pages;
mod raw;
mod routes;
mod seed;
mod server;
mod slow;
mod start;
