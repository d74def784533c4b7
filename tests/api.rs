//! A conformance suite of Port's API over HTTP. It always tests the embedded catalog, and also a live organisation of
//! the platform if `PORTOLAN_LIVE_URL`, `PORTOLAN_LIVE_CLIENT_ID` and `PORTOLAN_LIVE_CLIENT_SECRET` are set
//! (`docs/live.md`): anybody with an account can check the embedded catalog against the real one.
//!
//! A test that starts with `Bench::open` checks what the platform's sources document, and runs in both places.
//! `questions.rs` contains what the sources leave open, with the answer of the embedded catalog. A test that would
//! change more of a live organisation than the suite's own blueprints starts with `Bench::embedded` and states the
//! reason.

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
mod clients;
mod datasource;
mod deletes;
mod described;
mod description;
mod echo;
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

use bench::Bench;
pub use bench::PREFIX;

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

/// Cleans up after a live run that was killed.
#[test]
#[ignore = "deletes what killed live runs have left behind"]
fn sweep() {
    let Some(bench) = Bench::live() else { return };
    assert_eq!(bench.sweep(PREFIX), [] as [&str; 0]);
}
