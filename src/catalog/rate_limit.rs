//! The rate limit of a catalog, and how long a number of requests takes under it at least.

use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// The requests that a window allows.
    pub requests: u64,
    pub period: Duration,
    /// What is left of the current window, and when it ends.
    pub left: u64,
    pub resets_in: Duration,
}

impl RateLimit {
    /// The shortest time that so many more requests take: how long the last of them waits for its window.
    pub fn shortest_time(&self, requests: u64) -> Duration {
        let Some(later) = requests.checked_sub(self.left).and_then(|later| later.checked_sub(1)) else {
            return Duration::ZERO;
        };
        let windows = later / self.requests.max(1);
        self.resets_in.saturating_add(self.period.saturating_mul(u32::try_from(windows).unwrap_or(u32::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_request_waits_for_its_window() {
        let seconds = Duration::from_secs;
        let limit = RateLimit { requests: 100, period: seconds(300), left: 10, resets_in: seconds(60) };
        let times = [0, 10, 11, 110, 111, 210, 211].map(|requests| limit.shortest_time(requests).as_secs());
        assert_eq!(times, [0, 0, 60, 60, 360, 360, 660]);
        let closed = RateLimit { requests: 0, left: 0, ..limit };
        assert!(closed.shortest_time(u64::MAX) > seconds(1_000_000), "nothing overflows");
    }
}
