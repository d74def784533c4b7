//! Retry policy of the client: exponential backoff with full jitter, within the budget of the call and of the run. A
//! wait that the catalog requests is honoured and only counted. Pure: time and chance are arguments.

use std::time::Duration;

/// The retry limits of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RetryPolicy {
    /// The maximum wait after the first failure; it doubles from there.
    pub first_wait: Duration,
    pub max_wait: Duration,
    /// The maximum number of attempts if the catalog does not say how long to wait.
    pub max_attempts: u32,
    /// The maximum number of retries that the catalog requested.
    pub max_requested_waits: u32,
    /// The maximum time from the first attempt on, and of all waits of a run together.
    pub max_total: Duration,
    /// The maximum number of failed attempts in a row, counted over all calls.
    pub max_attempts_of_run: u32,
}

impl RetryPolicy {
    pub const PLATFORM: Self = Self {
        first_wait: Duration::from_millis(500),
        max_wait: Duration::from_secs(32),
        max_attempts: 10,
        max_requested_waits: 60,
        // Twice the window of the platform's rate limit.
        max_total: Duration::from_secs(600),
        max_attempts_of_run: 10,
    };

    /// The limits before any server has answered, so that a wrong address is reported soon.
    pub fn before_first_answer(self) -> Self {
        Self { max_attempts: self.max_attempts.min(3), max_attempts_of_run: self.max_attempts_of_run.min(3), ..self }
    }

    /// The limits of a route that has an alternative.
    pub fn brief(self) -> Self {
        Self { max_attempts: self.max_attempts.min(2), ..self }
    }
}

/// The attempts of one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempts {
    started: Duration,
    failed: u32,
    waited: u32,
    /// At least one attempt may have been applied.
    pub may_be_applied: bool,
    /// At least one attempt was abandoned, so its effect may still come.
    pub is_pending: bool,
}

/// The retry budget of a run, shared by all of its calls. Calls that fail concurrently count as one attempt, and an
/// answer without an error resets the count; the time spent waiting is not reset.
#[derive(Debug, Clone, Default)]
pub(super) struct RetryBudget {
    /// Failed attempts in a row, of any call.
    failed: u32,
    /// The end of the last counted attempt: an attempt that began earlier is no new evidence.
    counted: Duration,
    /// When the first of them began.
    since: Option<Duration>,
    /// The total time in which at least one call waited for its next attempt.
    waited: Duration,
    waits_until: Duration,
}

impl RetryBudget {
    /// Counts an attempt that began at `began` and failed without a requested wait.
    fn fail(&mut self, began: Duration, now: Duration) {
        self.since.get_or_insert(began);
        if self.failed == 0 || began >= self.counted {
            self.failed += 1;
            self.counted = now;
        }
    }

    /// Resets the count: an answer came.
    pub fn answer(&mut self) {
        self.failed = 0;
        self.since = None;
    }

    fn wait(&mut self, now: Duration, wait: Duration) {
        let until = now.saturating_add(wait);
        self.waited += until.saturating_sub(self.waits_until.max(now));
        self.waits_until = self.waits_until.max(until);
    }

    /// How long attempts have been failing in a row.
    pub fn lasted(&self, now: Duration) -> Duration {
        self.since.map_or(Duration::ZERO, |since| now.saturating_sub(since))
    }

    /// Whether another attempt after `wait` would exceed the budget.
    fn is_spent(&self, policy: &RetryPolicy, now: Duration, wait: Duration) -> bool {
        let lasted = self.lasted(now);
        self.failed >= policy.max_attempts_of_run
            || lasted.saturating_add(wait) > policy.max_total
            || self.waited.saturating_add(wait) > policy.max_total
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RetryDecision {
    /// Make the call again after this long.
    Retry(Duration),
    GiveUp,
}

impl Attempts {
    /// `now`: the time since any fixed moment that is the same for all calls.
    pub fn new(now: Duration) -> Self {
        Self { started: now, failed: 0, waited: 0, may_be_applied: false, is_pending: false }
    }

    /// The number of the failed attempt and the maximum: those of the call, or those of the run if they are closer to
    /// the end. `requested`: the catalog requested the wait.
    pub fn count(&self, policy: &RetryPolicy, budget: &RetryBudget, requested: bool) -> (u32, u32) {
        if requested {
            (self.waited, policy.max_requested_waits)
        } else {
            (self.failed.max(budget.failed), policy.max_attempts.max(policy.max_attempts_of_run))
        }
    }

    /// The number of attempts, after [`Attempts::next`] recorded the last failure.
    pub fn made(&self) -> u32 {
        self.failed + self.waited
    }

    /// The time since the first attempt.
    pub fn lasted(&self, now: Duration) -> Duration {
        now.saturating_sub(self.started)
    }

    /// Like [`Attempts::next`] for an attempt that began at `began`, but also within the run's budget.
    pub fn next_within_budget(
        &mut self,
        policy: &RetryPolicy,
        budget: &mut RetryBudget,
        (began, now): (Duration, Duration),
        requested: Option<Duration>,
        chance: f64,
    ) -> RetryDecision {
        if requested.is_none() {
            budget.fail(began, now);
        }
        let next = self.next(policy, now, requested, chance);
        match next {
            RetryDecision::Retry(wait) if requested.is_none() => {
                if budget.is_spent(policy, now, wait) {
                    return RetryDecision::GiveUp;
                }
                budget.wait(now, wait);
                next
            }
            RetryDecision::Retry(_) | RetryDecision::GiveUp => next,
        }
    }

    /// `requested`: the wait that the catalog requested. `chance`: a number in `0.0..1.0`.
    pub fn next(
        &mut self,
        policy: &RetryPolicy,
        now: Duration,
        requested: Option<Duration>,
        chance: f64,
    ) -> RetryDecision {
        let chance = chance.clamp(0.0, 1.0);
        let wait = match requested {
            Some(requested) => {
                self.waited += 1;
                // The jitter spreads clients that wait for the same reset.
                requested.saturating_add(policy.first_wait.mul_f64(chance))
            }
            None => {
                self.failed += 1;
                let most = policy.first_wait.saturating_mul(1 << (self.failed - 1).min(20)).min(policy.max_wait);
                most.mul_f64(chance)
            }
        };
        let is_spent = self.failed >= policy.max_attempts || self.waited > policy.max_requested_waits;
        if is_spent || self.lasted(now).saturating_add(wait) > policy.max_total {
            return RetryDecision::GiveUp;
        }
        RetryDecision::Retry(wait)
    }
}

/// Statuses that a retry may change; 501 is permanent.
pub(super) fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502..=599)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POLICY: RetryPolicy = RetryPolicy::PLATFORM;

    #[test]
    fn the_waits_double_up_to_the_longest_and_end() {
        let mut attempts = Attempts::new(Duration::ZERO);
        let mut waits = Vec::new();
        while let RetryDecision::Retry(wait) = attempts.next(&POLICY, Duration::ZERO, None, 1.0) {
            waits.push(wait.as_millis());
        }
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 32_000, 32_000]);
        assert_eq!(attempts.made(), 10);
    }

    #[test]
    fn what_the_catalog_asks_for_is_kept_while_it_fits() {
        let mut attempts = Attempts::new(Duration::ZERO);
        let minute = Some(Duration::from_secs(60));
        assert_eq!(attempts.next(&POLICY, Duration::ZERO, minute, 0.0), RetryDecision::Retry(Duration::from_secs(60)));
        let late = Duration::from_secs(560);
        assert_eq!(attempts.next(&POLICY, late, minute, 0.0), RetryDecision::GiveUp);
        assert_eq!(attempts.next(&POLICY, late, Some(Duration::MAX), 1.0), RetryDecision::GiveUp);
    }

    #[test]
    fn a_catalog_that_asks_for_no_wait_forever_is_left() {
        let mut attempts = Attempts::new(Duration::ZERO);
        let made = (0..1000).take_while(|_| {
            matches!(attempts.next(&POLICY, Duration::ZERO, Some(Duration::ZERO), 0.0), RetryDecision::Retry(_))
        });
        assert_eq!(made.count(), 60);
    }

    #[test]
    fn calls_that_fail_side_by_side_are_one_attempt_of_the_run() {
        let mut budget = RetryBudget::default();
        let mut now = Duration::ZERO;
        let mut rounds = 0;
        // Each of 32 calls may be tried ten times; the run's budget ends them all after ten rounds.
        let mut calls = vec![Attempts::new(now); 32];
        loop {
            let began = now;
            now += Duration::from_millis(5);
            let next: Vec<RetryDecision> = calls
                .iter_mut()
                .map(|call| call.next_within_budget(&POLICY, &mut budget, (began, now), None, 1.0))
                .collect();
            rounds += 1;
            if next.contains(&RetryDecision::GiveUp) {
                assert!(next.iter().all(|next| *next == RetryDecision::GiveUp), "round {rounds}: {next:?}");
                break;
            }
            now += next
                .iter()
                .map(|next| if let RetryDecision::Retry(wait) = next { *wait } else { Duration::ZERO })
                .max()
                .unwrap_or_default();
        }
        assert_eq!(rounds, 10);
        // A call that starts after the budget is exhausted has one attempt.
        let mut late = Attempts::new(now);
        assert_eq!(late.next_within_budget(&POLICY, &mut budget, (now, now), None, 0.0), RetryDecision::GiveUp);
        budget.answer();
        let mut later = Attempts::new(now);
        assert!(matches!(
            later.next_within_budget(&POLICY, &mut budget, (now, now), None, 0.0),
            RetryDecision::Retry(_)
        ));
    }

    #[test]
    fn the_time_that_a_run_waits_is_bounded_whatever_is_answered_between() {
        let (mut budget, mut now) = (RetryBudget::default(), Duration::ZERO);
        for _ in 0..100_000 {
            let mut attempts = Attempts::new(now);
            for _ in 0..7 {
                match attempts.next_within_budget(&POLICY, &mut budget, (now, now), None, 1.0) {
                    RetryDecision::Retry(wait) => now += wait,
                    RetryDecision::GiveUp => {
                        assert!(budget.waited <= POLICY.max_total && now <= POLICY.max_total, "{now:?}");
                        assert!(now >= POLICY.max_total / 2, "{now:?}");
                        return;
                    }
                }
            }
            budget.answer();
        }
        panic!("it never ends");
    }

    #[test]
    fn some_statuses_pass() {
        for passing in [408, 429, 500, 502, 503, 504, 520] {
            assert!(is_transient(passing), "{passing}");
        }
        for lasting in [200, 207, 301, 400, 401, 403, 404, 409, 410, 413, 422, 501] {
            assert!(!is_transient(lasting), "{lasting}");
        }
    }

    proptest! {
        #![proptest_config(crate::generated_cases::config(256))]

        #[test]
        fn it_ends_and_keeps_its_budget(
            failures in proptest::collection::vec((proptest::option::of(0u64..400), 0.0f64..1.0, 0u64..40), 1..200),
        ) {
            let mut attempts = Attempts::new(Duration::from_secs(7));
            let mut now = Duration::from_secs(7);
            let mut again = 0;
            for (requested, chance, took) in failures {
                now += Duration::from_secs(took);
                let requested = requested.map(Duration::from_secs);
                match attempts.next(&POLICY, now, requested, chance) {
                    RetryDecision::Retry(wait) => {
                        prop_assert!(requested.map_or(wait <= POLICY.max_wait, |requested| wait >= requested));
                        now += wait;
                        prop_assert!(attempts.lasted(now) <= POLICY.max_total);
                        again += 1;
                    }
                    RetryDecision::GiveUp => break,
                }
            }
            prop_assert!(again <= POLICY.max_attempts + POLICY.max_requested_waits);
        }
    }
}
