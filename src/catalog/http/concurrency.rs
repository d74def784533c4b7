//! The concurrency limiter of the client, for reads and writes together. The limit grows by one for every round of
//! successful calls, halves when the catalog is overloaded, and never exceeds the rate limit that the catalog reported.
//! Pure: time is an argument, and the caller must report the end of every call.

use std::time::Duration;

use super::rate::{Allowance, Quota, RateHeaders};
use crate::catalog::RateLimit;

const INITIAL_LIMIT: f64 = 4.0;
const MAX_LIMIT: f64 = 32.0;
/// How far two reports of one window's end may differ, since they are in whole seconds.
const WINDOW_TOLERANCE: Duration = Duration::from_secs(2);

/// Groups calls of similar duration: the duration of a page read says nothing about that of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallKind {
    Small,
    Page,
    Batch,
}

/// A call in flight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticket {
    kind: CallKind,
    started: Duration,
    /// The number of the last halving when it started: an older call is no new evidence.
    round: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Admission {
    Admitted(Ticket),
    /// Another call must end first; ask again after this time at the latest.
    Full(Option<Duration>),
    /// No call may start before this time.
    ClosedUntil(Duration),
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallOutcome {
    /// With an answer, and no sign of overload.
    Ok,
    /// Throttled, or with a server error.
    Throttled,
    /// Without an answer; it may have been counted.
    Failed,
}

#[derive(Debug, Clone)]
pub(super) struct ConcurrencyLimit {
    limit: f64,
    in_flight: u64,
    round: u64,
    closed_until: Duration,
    window: Option<Window>,
    /// As the last answer that has it says.
    quota: Option<Quota>,
    latencies: [Latency; 3],
}

#[derive(Debug, Clone, Copy)]
struct Window {
    /// The lowest remaining count of any answer in this window. It may not include calls in flight.
    left: u64,
    /// Calls without an answer: it is unknown whether the catalog counted them.
    lost: u64,
    ends: Duration,
}

impl ConcurrencyLimit {
    pub fn new() -> Self {
        Self {
            limit: INITIAL_LIMIT,
            in_flight: 0,
            round: 0,
            closed_until: Duration::ZERO,
            window: None,
            quota: None,
            latencies: [Latency::default(); 3],
        }
    }

    pub fn start(&mut self, kind: CallKind, now: Duration) -> Admission {
        if now < self.closed_until {
            return Admission::ClosedUntil(self.closed_until);
        }
        self.window = self.window.filter(|window| now < window.ends);
        if let Some(window) = self.window
            && self.in_flight + window.lost >= window.left
        {
            return if self.in_flight == 0 {
                Admission::ClosedUntil(window.ends)
            } else {
                Admission::Full(Some(window.ends))
            };
        }
        if self.in_flight >= self.max_in_flight() {
            return Admission::Full(None);
        }
        self.in_flight += 1;
        Admission::Admitted(Ticket { kind, started: now, round: self.round })
    }

    pub fn end(&mut self, ticket: Ticket, outcome: CallOutcome, announced: RateHeaders, now: Duration) {
        // Success below the limit is no reason to raise it.
        let was_used = self.in_flight * 2 > self.max_in_flight();
        self.quota = announced.quota.or(self.quota);
        match announced.allowance {
            Some(allowance) => {
                self.in_flight = self.in_flight.saturating_sub(1);
                self.record_allowance(allowance, now);
            }
            None => self.abandon(),
        }
        match outcome {
            CallOutcome::Ok => {
                let took = now.saturating_sub(ticket.started);
                if self.latencies[ticket.kind as usize].is_rising(took) {
                    self.halve(ticket);
                } else if was_used {
                    self.limit = (self.limit + 1.0 / self.limit).min(MAX_LIMIT);
                }
            }
            CallOutcome::Throttled => {
                self.closed_until = self.closed_until.max(now.saturating_add(announced.wait().unwrap_or_default()));
                self.halve(ticket);
            }
            CallOutcome::Failed => self.halve(ticket),
        }
    }

    /// A call that was abandoned, or whose answer had no rate limit: it may have been counted.
    pub fn abandon(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(window) = &mut self.window {
            window.lost += 1;
        }
    }

    /// The catalog's rate limit, if it says it.
    pub fn rate_limit(&self, now: Duration) -> Option<RateLimit> {
        let Quota { calls: requests, period } = self.quota?;
        let window = self.window.filter(|window| now < window.ends);
        let (left, ends) = window.map_or((requests, now), |window| (window.left, window.ends));
        Some(RateLimit { requests, period, left, resets_in: ends.saturating_sub(now) })
    }

    /// How many calls may be in flight.
    pub fn max_in_flight(&self) -> u64 {
        // The limit is between 1 and `MAX_LIMIT`; the fraction is cut off.
        self.limit as u64
    }

    fn halve(&mut self, ticket: Ticket) {
        if ticket.round == self.round {
            self.round += 1;
            self.limit = (self.limit / 2.0).max(1.0);
        }
    }

    fn record_allowance(&mut self, allowance: Allowance, now: Duration) {
        let ends = now.saturating_add(allowance.resets_in);
        match &mut self.window {
            Some(window) if ends <= window.ends.saturating_add(WINDOW_TOLERANCE) => {
                // An earlier end than the known one: a late answer of the previous window.
                if ends.saturating_add(WINDOW_TOLERANCE) >= window.ends {
                    window.left = window.left.min(allowance.left);
                }
            }
            Some(_) | None => self.window = Some(Window { left: allowance.left, lost: 0, ends }),
        }
    }
}

/// Latency of one kind of call: recent average and long-term average.
#[derive(Debug, Clone, Copy, Default)]
struct Latency {
    long_average: f64,
    recent_average: f64,
    seen: u32,
}

impl Latency {
    /// Whether recent calls were far slower than usual.
    fn is_rising(&mut self, took: Duration) -> bool {
        let took = took.as_secs_f64();
        if self.seen == 0 {
            (self.long_average, self.recent_average) = (took, took);
        }
        self.seen = self.seen.saturating_add(1);
        self.long_average += (took - self.long_average) / 64.0;
        self.recent_average += (took - self.recent_average) / 4.0;
        let is_rising = self.seen > 8 && self.recent_average > 2.0 * self.long_average + 0.02;
        if is_rising {
            // The slowness that caused a halving must not cause a second one.
            self.recent_average = self.long_average;
        }
        is_rising
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QUIET: RateHeaders = RateHeaders { allowance: None, retry_after: None, quota: None };

    fn left(left: u64, seconds: u64) -> RateHeaders {
        RateHeaders {
            allowance: Some(Allowance { left, resets_in: Duration::from_secs(seconds) }),
            retry_after: None,
            quota: None,
        }
    }

    fn go(pace: &mut ConcurrencyLimit, now: Duration) -> Ticket {
        match pace.start(CallKind::Small, now) {
            Admission::Admitted(ticket) => ticket,
            other => panic!("it may start, but {other:?}"),
        }
    }

    /// Runs this many rounds at the full limit, each call taking a tenth of a second.
    fn run(pace: &mut ConcurrencyLimit, rounds: u32, mut now: Duration) -> Duration {
        for _ in 0..rounds {
            let mut tickets = Vec::new();
            while let Admission::Admitted(ticket) = pace.start(CallKind::Small, now) {
                tickets.push(ticket);
            }
            now += Duration::from_millis(100);
            tickets.into_iter().for_each(|ticket| pace.end(ticket, CallOutcome::Ok, QUIET, now));
        }
        now
    }

    #[test]
    fn it_starts_modest_climbs_and_is_bounded() {
        let mut pace = ConcurrencyLimit::new();
        assert_eq!(pace.max_in_flight(), 4);
        let now = run(&mut pace, 8, Duration::ZERO);
        assert!((6..=12).contains(&pace.max_in_flight()), "{}", pace.max_in_flight());
        run(&mut pace, 500, now);
        assert_eq!(pace.max_in_flight(), 32);
    }

    #[test]
    fn one_overload_halves_once_however_many_calls_tell_of_it() {
        let mut pace = ConcurrencyLimit::new();
        let now = run(&mut pace, 500, Duration::ZERO);
        let tickets: Vec<Ticket> = (0..20).map(|_| go(&mut pace, now)).collect();
        tickets.into_iter().for_each(|ticket| pace.end(ticket, CallOutcome::Throttled, QUIET, now));
        assert_eq!(pace.max_in_flight(), 16);
        let later = go(&mut pace, now);
        pace.end(later, CallOutcome::Throttled, QUIET, now);
        assert_eq!(pace.max_in_flight(), 8);
    }

    #[test]
    fn calls_that_take_ever_longer_halve_it_too() {
        let mut pace = ConcurrencyLimit::new();
        let mut now = run(&mut pace, 100, Duration::ZERO);
        let before = pace.max_in_flight();
        for _ in 0..6 {
            let ticket = go(&mut pace, now);
            now += Duration::from_secs(2);
            pace.end(ticket, CallOutcome::Ok, QUIET, now);
        }
        assert!(pace.max_in_flight() <= before / 2, "{} of {before}", pace.max_in_flight());
    }

    #[test]
    fn a_wait_that_was_asked_for_is_everybodys() {
        let mut pace = ConcurrencyLimit::new();
        let ticket = go(&mut pace, Duration::ZERO);
        let asked = RateHeaders { retry_after: Some(Duration::from_secs(30)), ..QUIET };
        pace.end(ticket, CallOutcome::Throttled, asked, Duration::from_secs(1));
        let admission = pace.start(CallKind::Page, Duration::from_secs(30));
        assert!(matches!(admission, Admission::ClosedUntil(at) if at == Duration::from_secs(31)), "{admission:?}");
        go(&mut pace, Duration::from_secs(31));
    }

    #[test]
    fn those_under_way_are_not_promised_twice() {
        let mut pace = ConcurrencyLimit::new();
        let now = Duration::from_secs(1);
        let (first, second) = (go(&mut pace, now), go(&mut pace, now));
        // The first answer says that two calls are left; whether that includes the second call is unknown.
        pace.end(first, CallOutcome::Ok, left(2, 60), now);
        let third = go(&mut pace, now);
        assert!(matches!(pace.start(CallKind::Small, now), Admission::Full(Some(_))));
        // An answer that arrives out of order does not raise the remaining count.
        pace.end(second, CallOutcome::Ok, left(3, 60), now);
        let fourth = go(&mut pace, now);
        pace.end(third, CallOutcome::Ok, left(1, 60), now);
        pace.end(fourth, CallOutcome::Ok, left(0, 59), now + Duration::from_secs(1));
        assert!(
            matches!(pace.start(CallKind::Small, now), Admission::ClosedUntil(at) if at == Duration::from_secs(61))
        );
        go(&mut pace, Duration::from_secs(61));
    }

    #[test]
    fn a_straggler_of_the_window_before_changes_nothing() {
        let mut pace = ConcurrencyLimit::new();
        let (first, second) = (go(&mut pace, Duration::ZERO), go(&mut pace, Duration::ZERO));
        pace.end(first, CallOutcome::Ok, left(100, 300), Duration::ZERO);
        pace.end(second, CallOutcome::Ok, left(0, 1), Duration::ZERO);
        go(&mut pace, Duration::ZERO);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Start,
        End { which: usize, outcome: CallOutcome },
        Pass(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let outcome =
            prop_oneof![5 => Just(CallOutcome::Ok), 1 => Just(CallOutcome::Throttled), 1 => Just(CallOutcome::Failed)];
        let step = prop_oneof![
            4 => Just(Step::Start),
            4 => (any::<usize>(), outcome).prop_map(|(which, outcome)| Step::End { which, outcome }),
            1 => (1u64..40).prop_map(Step::Pass),
        ];
        proptest::collection::vec(step, 1..400)
    }

    proptest! {
        #![proptest_config(crate::generated_cases::config(256))]

        /// The model is a catalog that counts every call it receives, in windows of a minute.
        #[test]
        fn the_catalogs_limit_is_never_passed_once_it_was_told(steps in steps(), quota in 1u64..30) {
            let mut pace = ConcurrencyLimit::new();
            let mut now = Duration::from_secs(5);
            let mut in_flight: Vec<(Ticket, RateHeaders, u64)> = Vec::new();
            // Calls that were lost before the first report of the limit: the client cannot know that they were counted.
            let (mut counted, mut window, mut is_known, mut unknown) = (0, 0, false, 0);
            for step in steps {
                match step {
                    Step::Start => {
                        let before = pace.max_in_flight();
                        if let Admission::Admitted(ticket) = pace.start(CallKind::Small, now) {
                            if now.as_secs() / 60 != window {
                                (window, counted, is_known, unknown) = (now.as_secs() / 60, 0, false, 0);
                            }
                            counted += 1;
                            prop_assert!(!is_known || counted <= quota + unknown, "{counted} of {quota}");
                            let resets = 60 - now.as_secs() % 60;
                            in_flight.push((ticket, left(quota.saturating_sub(counted), resets), now.as_secs()));
                            prop_assert!(in_flight.len() as u64 <= before);
                        }
                    }
                    Step::End { which, outcome } if !in_flight.is_empty() => {
                        let (ticket, announced, at) = in_flight.swap_remove(which % in_flight.len());
                        // Answers come within the same second or not at all, because the reported reset is relative to
                        // the time of sending.
                        let fresh = at == now.as_secs() && outcome != CallOutcome::Failed;
                        pace.end(ticket, outcome, if fresh { announced } else { QUIET }, now);
                        is_known |= fresh && at / 60 == window;
                        unknown += u64::from(!fresh && !is_known);
                    }
                    Step::End { .. } => {}
                    Step::Pass(seconds) => now += Duration::from_secs(seconds),
                }
                prop_assert!((1..=32).contains(&pace.max_in_flight()));
            }
            // Whatever happened, a call may start once all others have ended and the windows are over.
            for (ticket, ..) in in_flight {
                pace.end(ticket, CallOutcome::Failed, QUIET, now);
            }
            let admission = pace.start(CallKind::Batch, now + Duration::from_secs(3700));
            prop_assert!(matches!(admission, Admission::Admitted(_)), "{admission:?}");
        }
    }
}
