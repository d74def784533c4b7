//! Whether a call that failed is made again, and after how long: exponential, with full jitter, within a budget. Pure: time
//! and chance come in as values. What the catalog asks for is not doubted, only added up.

use std::time::Duration;

/// How much is done for one call before it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Patience {
    /// The longest wait after the first failure; it doubles from there.
    pub first: Duration,
    pub longest: Duration,
    /// How often a call is made when nothing says how long to wait.
    pub tries: u32,
    /// How often it is made again because the catalog asked to wait.
    pub waits: u32,
    /// From the first try on.
    pub total: Duration,
}

impl Patience {
    pub const PLATFORM: Self = Self {
        first: Duration::from_millis(500),
        longest: Duration::from_secs(32),
        tries: 10,
        waits: 60,
        // Twice the window of the platform's rate limit.
        total: Duration::from_secs(600),
    };

    /// While nothing ever answered: an address that is wrong is told soon.
    pub fn at_the_door(self) -> Self {
        Self { tries: self.tries.min(3), ..self }
    }

    /// For a way that has another way beside it.
    pub fn brief(self) -> Self {
        Self { tries: self.tries.min(2), ..self }
    }
}

/// The tries of one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tries {
    started: Duration,
    failed: u32,
    waited: u32,
    /// One of them may have done it.
    pub may_be_done: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Make the call again after this long.
    Again(Duration),
    GiveUp,
}

impl Tries {
    /// `now`: since any fixed moment, the same for all calls.
    pub fn new(now: Duration) -> Self {
        Self { started: now, failed: 0, waited: 0, may_be_done: false }
    }

    /// How often the call was made, once [`Tries::next`] was told of its failure.
    pub fn made(&self) -> u32 {
        self.failed + self.waited
    }

    /// How long it has been going on.
    pub fn lasted(&self, now: Duration) -> Duration {
        now.saturating_sub(self.started)
    }

    /// `asked`: the wait that the catalog asks for. `chance`: from 0 up to 1.
    pub fn next(&mut self, patience: &Patience, now: Duration, asked: Option<Duration>, chance: f64) -> Next {
        let chance = chance.clamp(0.0, 1.0);
        let wait = match asked {
            Some(asked) => {
                self.waited += 1;
                // Not everybody at once.
                asked.saturating_add(patience.first.mul_f64(chance))
            }
            None => {
                self.failed += 1;
                let most = patience.first.saturating_mul(1 << (self.failed - 1).min(20)).min(patience.longest);
                most.mul_f64(chance)
            }
        };
        let is_spent = self.failed >= patience.tries || self.waited > patience.waits;
        if is_spent || self.lasted(now).saturating_add(wait) > patience.total {
            return Next::GiveUp;
        }
        Next::Again(wait)
    }
}

/// Statuses that another try may change. 501 says that none will.
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502..=599)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENCE: Patience = Patience::PLATFORM;

    #[test]
    fn the_waits_double_up_to_the_longest_and_end() {
        let mut tries = Tries::new(Duration::ZERO);
        let mut waits = Vec::new();
        while let Next::Again(wait) = tries.next(&PATIENCE, Duration::ZERO, None, 1.0) {
            waits.push(wait.as_millis());
        }
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 32_000, 32_000]);
        assert_eq!(tries.made(), 10);
    }

    #[test]
    fn what_the_catalog_asks_for_is_kept_while_it_fits() {
        let mut tries = Tries::new(Duration::ZERO);
        let minute = Some(Duration::from_secs(60));
        assert_eq!(tries.next(&PATIENCE, Duration::ZERO, minute, 0.0), Next::Again(Duration::from_secs(60)));
        let late = Duration::from_secs(560);
        assert_eq!(tries.next(&PATIENCE, late, minute, 0.0), Next::GiveUp);
        assert_eq!(tries.next(&PATIENCE, late, Some(Duration::MAX), 1.0), Next::GiveUp);
    }

    #[test]
    fn a_catalog_that_asks_for_no_wait_forever_is_left() {
        let mut tries = Tries::new(Duration::ZERO);
        let made = (0..1000)
            .take_while(|_| matches!(tries.next(&PATIENCE, Duration::ZERO, Some(Duration::ZERO), 0.0), Next::Again(_)));
        assert_eq!(made.count(), 60);
    }

    #[test]
    fn some_statuses_pass() {
        for passing in [408, 429, 500, 502, 503, 504, 520] {
            assert!(is_passing(passing), "{passing}");
        }
        for lasting in [200, 207, 301, 400, 401, 403, 404, 409, 410, 413, 422, 501] {
            assert!(!is_passing(lasting), "{lasting}");
        }
    }

    proptest! {
        #[test]
        fn it_ends_and_keeps_its_budget(
            failures in proptest::collection::vec((proptest::option::of(0u64..400), 0.0f64..1.0, 0u64..40), 1..200),
        ) {
            let mut tries = Tries::new(Duration::from_secs(7));
            let mut now = Duration::from_secs(7);
            let mut again = 0;
            for (asked, chance, took) in failures {
                now += Duration::from_secs(took);
                let asked = asked.map(Duration::from_secs);
                match tries.next(&PATIENCE, now, asked, chance) {
                    Next::Again(wait) => {
                        prop_assert!(asked.map_or(wait <= PATIENCE.longest, |asked| wait >= asked));
                        now += wait;
                        prop_assert!(tries.lasted(now) <= PATIENCE.total);
                        again += 1;
                    }
                    Next::GiveUp => break,
                }
            }
            prop_assert!(again <= PATIENCE.tries + PATIENCE.waits);
        }
    }
}
