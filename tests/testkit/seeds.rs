//! Seeds for scenes that take seconds each: a few by default, more in a long run.

use crate::generated_cases::{cases, seed};

/// A share of `full` seeds, or as many as `PORTOLAN_CASES` says, `most` at most. No two values of `PORTOLAN_SEED` share one.
pub fn seeds(full: u32, most: u32) -> impl Iterator<Item = u64> {
    let first = seed().saturating_sub(1) * u64::from(most) + 1;
    (first..).take(cases(full).min(most) as usize)
}
