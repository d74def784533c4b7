//! Tests `lint` through the real binary: flags, exit codes and text output. `tests/rules.rs` tests what each rule
//! finds; here a few findings are enough.

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
mod path_levels;
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
