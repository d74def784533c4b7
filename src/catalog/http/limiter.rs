//! The client's limiter: admits calls by `concurrency` and keeps the clock. Dropping a permit releases its slot, whatever
//! happened to the call.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::{sleep_until, timeout};

use super::concurrency::{Admission, CallKind, CallOutcome, ConcurrencyLimit, Ticket};
use super::rate::RateHeaders;
use crate::catalog::RateLimit;

#[derive(Debug)]
pub(super) struct Limiter {
    concurrency: Mutex<ConcurrencyLimit>,
    freed: Notify,
    started: Instant,
}

/// The right to make one call now.
#[derive(Debug)]
pub(super) struct Permit<'g> {
    limiter: &'g Limiter,
    ticket: Option<Ticket>,
}

impl Limiter {
    pub fn new() -> Self {
        Self { concurrency: Mutex::new(ConcurrencyLimit::new()), freed: Notify::new(), started: Instant::now() }
    }

    /// The clock of all calls: the time since the client was created.
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Waits for a permit. If the wait would exceed `max_wait`, returns its length as `Err`. `on_wait` is called for a wait
    /// that only the catalog's rate limit causes.
    pub async fn acquire(
        &self,
        kind: CallKind,
        max_wait: Duration,
        on_wait: impl Fn(Duration),
    ) -> Result<Permit<'_>, Duration> {
        loop {
            let freed = self.freed.notified();
            let now = self.now();
            let admission = self.lock().start(kind, now);
            match admission {
                Admission::Admitted(ticket) => return Ok(Permit { limiter: self, ticket: Some(ticket) }),
                Admission::Full(None) => freed.await,
                Admission::Full(Some(at)) => {
                    // Both a freed slot and the timeout lead to another check.
                    let _ = timeout(at.saturating_sub(now), freed).await;
                }
                Admission::ClosedUntil(at) => {
                    let wait = at.saturating_sub(now);
                    if wait > max_wait {
                        return Err(wait);
                    }
                    on_wait(wait);
                    sleep_until((self.started + at).into()).await;
                }
            }
        }
    }

    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.lock().rate_limit(self.now())
    }

    #[cfg(test)]
    pub fn max_in_flight(&self) -> u64 {
        self.lock().max_in_flight()
    }

    fn lock(&self) -> MutexGuard<'_, ConcurrencyLimit> {
        // No code panics while it holds this lock.
        self.concurrency.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    pub fn end(mut self, outcome: CallOutcome, announced: RateHeaders) {
        if let Some(ticket) = self.ticket.take() {
            let now = self.limiter.now();
            self.limiter.lock().end(ticket, outcome, announced, now);
            self.limiter.freed.notify_waiters();
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.ticket.take().is_some() {
            self.limiter.lock().abandon();
            self.limiter.freed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::rate::Allowance;
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(future)
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn all_get_their_turn_and_never_too_many_at_once() {
        block_on(async {
            let limiter = Arc::new(Limiter::new());
            let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let mut callers = tokio::task::JoinSet::new();
            for number in 0..200 {
                let (limiter, inside, most) = (Arc::clone(&limiter), Arc::clone(&inside), Arc::clone(&most));
                callers.spawn(async move {
                    let permit = limiter.acquire(CallKind::Small, LONG, |_| {}).await.expect("its turn comes");
                    let together = inside.fetch_add(1, Ordering::Relaxed) + 1;
                    assert!(
                        together as u64 <= limiter.max_in_flight() + 1,
                        "{together} of {}",
                        limiter.max_in_flight()
                    );
                    most.fetch_max(together, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    inside.fetch_sub(1, Ordering::Relaxed);
                    match number % 10 {
                        0 => drop(permit),
                        _ => permit.end(CallOutcome::Ok, RateHeaders::default()),
                    }
                });
            }
            callers.join_all().await;
            assert!(most.load(Ordering::Relaxed) > 1);
        });
    }

    #[test]
    fn a_wait_that_is_too_long_is_told_instead() {
        block_on(async {
            let limiter = Limiter::new();
            let permit = limiter.acquire(CallKind::Small, LONG, |_| {}).await.expect("it is free");
            let none_left = Allowance { left: 0, resets_in: Duration::from_secs(3000) };
            permit.end(CallOutcome::Ok, RateHeaders { allowance: Some(none_left), retry_after: None, quota: None });
            let wait =
                limiter.acquire(CallKind::Small, LONG, |_| panic!("nobody waits")).await.expect_err("none are left");
            assert!(wait > Duration::from_secs(2900), "{wait:?}");
        });
    }
}
