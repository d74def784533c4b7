//! The number and seed of generated test cases. A local run uses a quarter of the cases that a test names, CI uses all of
//! them (`PORTOLAN_CASES=full`). `PORTOLAN_CASES=10000` makes it a long run, and `PORTOLAN_SEED` repeats a run.
#![expect(clippy::disallowed_methods, reason = "the two variables of long test runs are read here, by tests alone")]

use proptest::test_runner::{Config, RngSeed};

const DEFAULT_SEED: u64 = 1;
const QUICK_SHARE: u32 = 4;

/// The number of cases: a quarter of `full`, all of `full`, or the number in `PORTOLAN_CASES`.
pub fn cases(full: u32) -> u32 {
    match std::env::var("PORTOLAN_CASES").ok().as_deref() {
        None => full.div_ceil(QUICK_SHARE),
        Some("full") => full,
        Some(number) => parse("PORTOLAN_CASES", number),
    }
}

/// The seed: `PORTOLAN_SEED`, or a constant.
pub fn seed() -> u64 {
    std::env::var("PORTOLAN_SEED").map_or(DEFAULT_SEED, |text| parse("PORTOLAN_SEED", &text))
}

/// The configuration of a property test with both. The limit of rejected cases grows with their number.
pub fn config(full: u32) -> Config {
    let (default_config, cases) = (Config::default(), cases(full));
    Config {
        cases,
        rng_seed: RngSeed::Fixed(seed()),
        failure_persistence: None,
        max_global_rejects: cases.saturating_mul(4).max(default_config.max_global_rejects),
        max_local_rejects: cases.saturating_mul(64).max(default_config.max_local_rejects),
        ..default_config
    }
}

fn parse<T: std::str::FromStr>(name: &str, text: &str) -> T {
    let Ok(value) = text.parse() else { panic!("{name} is not a whole number: {text}") };
    value
}
