//! The number and seed of generated test cases. Tests use few cases and a fixed seed by default; `PORTOLAN_CASES` and
//! `PORTOLAN_SEED` run more of them, or repeat a run.
#![expect(clippy::disallowed_methods, reason = "the two variables of long test runs are read here, by tests alone")]

use proptest::test_runner::{Config, RngSeed};

const DEFAULT_SEED: u64 = 1;

/// The number of cases: `PORTOLAN_CASES`, or the test's default.
pub fn cases(default: u32) -> u32 {
    variable("PORTOLAN_CASES").unwrap_or(default)
}

/// The seed: `PORTOLAN_SEED`, or a constant.
pub fn seed() -> u64 {
    variable("PORTOLAN_SEED").unwrap_or(DEFAULT_SEED)
}

/// The configuration of a property test with both. The limit of rejected cases grows with their number.
pub fn config(default: u32) -> Config {
    let (default_config, cases) = (Config::default(), cases(default));
    Config {
        cases,
        rng_seed: RngSeed::Fixed(seed()),
        failure_persistence: None,
        max_global_rejects: cases.saturating_mul(4).max(default_config.max_global_rejects),
        max_local_rejects: cases.saturating_mul(64).max(default_config.max_local_rejects),
        ..default_config
    }
}

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    let Ok(value) = text.parse() else { panic!("{name} is not a whole number: {text}") };
    Some(value)
}
