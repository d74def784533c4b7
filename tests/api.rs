//! One conformance suite over HTTP. It asks the embedded catalog always, and a live organisation of the platform where
//! `PORTOLAN_LIVE_URL`, `PORTOLAN_LIVE_CLIENT_ID` and `PORTOLAN_LIVE_CLIENT_SECRET` are set (`docs/live.md`): what is
//! claimed of the embedded catalog can be held against the real one by anybody with an account.
//!
//! A test that opens with `Bench::open` says what the platform's sources say and runs in both places. What the sources
//! leave open is in `questions.rs`, with the answer the embedded catalog gives; what would touch more of a live
//! organisation than the suite's own blueprints opens with `Bench::embedded` and says why.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stdout,
    reason = "starts the binary, reads the environment, fails with the whole exchange in its words, tells a live run's news"
)]

mod access;
mod answer;
mod bench;
mod blueprints;
mod bulk;
mod datasource;
mod deletes;
mod described;
mod description;
mod exceptions;
mod identifiers;
mod integrations;
mod merges;
mod mirrors;
mod ownership;
mod paging;
mod questions;
mod relations;
mod search;
mod shapes;
mod systems;
mod values;
mod write_modes;

use bench::{Bench, PREFIX};

#[test]
fn every_blueprint_of_a_test_can_be_cleaned_away() {
    let bench = Bench::open();
    let shop = bench.simple("shop", serde_json::json!({}), serde_json::json!({}));
    let cart = bench.simple(
        "cart",
        serde_json::json!({}),
        serde_json::json!({"shop": {"target": shop, "required": true, "many": false}}),
    );
    bench.create(&shop, serde_json::json!({"identifier": "here"}));
    bench.create(&cart, serde_json::json!({"identifier": "one", "relations": {"shop": "here"}}));
    assert_eq!(bench.sweep(&bench.name("")), [] as [&str; 0]);
    bench.get(&["blueprints", &cart]).now().refused(404, "not_found");
}

/// After a live run that was killed.
#[test]
#[ignore = "deletes what killed live runs have left behind"]
fn sweep() {
    let Some(bench) = Bench::live() else { return };
    assert_eq!(bench.sweep(PREFIX), [] as [&str; 0]);
}
