//! Seeds for slow test scenes: a few by default, more in a long run.

use crate::generated_cases::{cases, seed};

/// A share of `full` seeds, or the number in `PORTOLAN_CASES`, at most `most`. No two values of `PORTOLAN_SEED` share a
/// seed.
pub fn seeds(full: u32, most: u32) -> impl Iterator<Item = u64> {
    let first = seed().saturating_sub(1) * u64::from(most) + 1;
    (first..).take(cases(full).min(most) as usize)
}
