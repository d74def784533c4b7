//! Runs the tests of `lint` alone.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    reason = "lays out repositories as files, and runs programs in them"
)]

#[path = "cli/lint.rs"]
mod lint;
#[path = "support/mod.rs"]
mod support;
