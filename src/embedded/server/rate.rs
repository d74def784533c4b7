//! Rate limiter of the server: counts requests per window, for the headers of every answer and for refusals. The first
//! request starts a window; the limit is shared by all clients, because the platform's limit is per organisation.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::config::Rate;

/// The limit announced if none is enforced: so large that no client waits for it.
const ANNOUNCED: Rate = Rate { requests: 100_000_000, period: Duration::from_secs(300) };

pub(super) struct Limiter {
    rate: Rate,
    is_enforced: bool,
    window: Mutex<Option<Window>>,
}

struct Window {
    ends: Instant,
    used: u32,
}

/// The rate limit headers of one request.
pub(super) struct Allowance {
    pub limit: u32,
    pub period: u64,
    pub remaining: u32,
    /// Seconds from now. The platform documents a Unix time, but its Terraform provider sleeps for this many seconds.
    pub reset: u64,
    /// Seconds to wait, if this request exceeds the limit.
    pub refused: Option<u64>,
}

impl Limiter {
    pub fn new(rate: Option<Rate>) -> Self {
        Self { rate: rate.unwrap_or(ANNOUNCED), is_enforced: rate.is_some(), window: Mutex::default() }
    }

    pub fn take(&self, now: Instant) -> Allowance {
        let Rate { requests, period } = self.rate;
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let window = match &mut *window {
            Some(open) if open.ends > now => open,
            ended => ended.insert(Window { ends: now + period, used: 0 }),
        };
        let left = u64::try_from(window.ends.duration_since(now).as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
        let is_too_much = self.is_enforced && window.used >= requests;
        if !is_too_much {
            window.used = window.used.saturating_add(1);
        }
        Allowance {
            limit: requests,
            period: period.as_secs().max(1),
            remaining: requests.saturating_sub(window.used),
            reset: left,
            refused: is_too_much.then_some(left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_used_up_and_followed_by_the_next() {
        let limiter = Limiter::new(Some(Rate { requests: 2, period: Duration::from_secs(60) }));
        let start = Instant::now();
        let take = |seconds: u64| {
            let now = limiter.take(start + Duration::from_secs(seconds));
            (now.remaining, now.reset, now.refused)
        };
        assert_eq!(take(0), (1, 60, None));
        assert_eq!(take(10), (0, 50, None));
        assert_eq!(take(59), (0, 1, Some(1)));
        assert_eq!(take(60), (1, 60, None));
    }

    #[test]
    fn without_a_limit_nothing_is_refused() {
        let limiter = Limiter::new(None);
        let now = Instant::now();
        let first = limiter.take(now);
        assert!((0..100).all(|_| limiter.take(now).refused.is_none()));
        assert_eq!(limiter.take(now).remaining, first.remaining - 101);
    }
}
