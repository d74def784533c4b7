//! All tests that run the program from outside, in one binary, so that it is linked only once.
//! `cargo test --test main cli::push` runs a part. The tests of the layout (`layers.rs`) are a binary of their own.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::panic,
    reason = "tests lay out folders, start programs and servers, and may fail"
)]

mod testkit;

mod api;
mod browser;
mod chaos;
mod cli;
mod converge;
mod delivery;
mod delivery_rules;
mod dependencies;
mod generated;
mod guides;
mod hooks;
mod jq;
mod killed;
mod laws;
mod live;
mod mistakes;
mod ocean;
mod pictures;
#[cfg(unix)] // runs the shell scripts of runners
mod pipelines;
mod pushed;
mod restored;
#[cfg(unix)] // runs a shell script
mod rule_script;
mod rules;
mod systems;

#[path = "../src/generated_cases.rs"]
mod generated_cases;
#[expect(dead_code, reason = "the tests from outside use a part of it")]
#[path = "../src/text/hostile_texts.rs"]
mod hostile_texts;

/// The modules of the program under the names that `testkit::worlds` uses.
mod domain {
    pub use portolan::domain::*;
}
mod plan {
    pub use portolan::plan::*;
}
mod text {
    pub use portolan::text::*;
}
