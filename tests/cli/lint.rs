//! `lint` through the real binary: that every flag is wired, what the exit code says, and what a person reads. What a
//! rule finds is proved in `tests/rules.rs`; here the same few faults do for all.

pub mod bench;
mod chosen;
mod conflicts;
mod emptied;
mod exit_codes;
mod fix;
mod foreign;
mod formats;
mod golden;
mod names;
mod pipelines;
mod repeated;
mod silenced;
mod since;
mod snapshot;
mod staged;
mod stdin;
mod teams;
mod touched;
mod unicode;
mod unlisted;
