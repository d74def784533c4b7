//! `lint` through the real binary: that every flag is wired, what the exit code says, and what a person reads. What a
//! rule finds is proved in `tests/rules.rs`; here the same few faults do for all.

#[path = "lint/bench.rs"]
mod bench;
#[path = "lint/chosen.rs"]
mod chosen;
#[path = "lint/emptied.rs"]
mod emptied;
#[path = "lint/exit_codes.rs"]
mod exit_codes;
#[path = "lint/fix.rs"]
mod fix;
#[path = "lint/foreign.rs"]
mod foreign;
#[path = "lint/formats.rs"]
mod formats;
#[path = "lint/golden.rs"]
mod golden;
#[path = "lint/names.rs"]
mod names;
#[path = "lint/pipelines.rs"]
mod pipelines;
#[path = "lint/repeated.rs"]
mod repeated;
#[path = "lint/silenced.rs"]
mod silenced;
#[path = "lint/since.rs"]
mod since;
#[path = "lint/snapshot.rs"]
mod snapshot;
#[path = "lint/staged.rs"]
mod staged;
#[path = "lint/stdin.rs"]
mod stdin;
#[path = "lint/unicode.rs"]
mod unicode;
