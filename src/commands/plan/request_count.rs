//! Says how many requests a push sends, and how long the catalog's rate limit makes that at least.

use std::time::Duration;

use crate::catalog::{Catalog, RateLimit, apply};
use crate::domain::plan::request::WriteRequests;
use crate::text::plural::{count, grouped};

/// Fewer requests are over before anybody waits for them.
const MANY: u64 = 100;

/// A complete sentence, if the push is long.
pub(super) fn describe_requests(requests: &WriteRequests, catalog: &dyn Catalog) -> Option<String> {
    sentence(apply::calls(requests), catalog.rate_limit())
}

fn sentence(requests: u64, limit: Option<RateLimit>) -> Option<String> {
    let shortest = limit.map_or(Duration::ZERO, |limit| limit.shortest_time(requests));
    if requests < MANY && shortest.is_zero() {
        return None;
    }
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let sent = format!("A push sends at least {}", count(number(requests), "request"));
    Some(match limit {
        Some(RateLimit { requests: allowed, period, .. }) => {
            let takes =
                if shortest.is_zero() { "fit into it".to_owned() } else { format!("take at least {}", long(shortest)) };
            format!("{sent}. The catalog allows {} in {}, so they {takes}.", grouped(number(allowed)), long(period))
        }
        None => format!("{sent}."),
    })
}

/// `5 minutes`, `1 hour 20 minutes`, `45 seconds`
fn long(time: Duration) -> String {
    let seconds = usize::try_from(time.as_secs()).unwrap_or(usize::MAX);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let parts = [(hours, "hour"), (minutes, "minute"), (seconds, "second")];
    let mut shown: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun)).collect();
    // What is shorter than a minute does not matter beside hours.
    shown.truncate(2);
    if shown.is_empty() { "0 seconds".to_owned() } else { shown.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_long_push_is_described() {
        let limit = |left, resets_in| {
            let seconds = Duration::from_secs;
            Some(RateLimit { requests: 1000, period: seconds(300), left, resets_in: seconds(resets_in) })
        };
        let cases = [
            (99, None, ""),
            (99, limit(1000, 0), ""),
            (100, None, "A push sends at least 100 requests."),
            (
                500,
                limit(600, 90),
                "A push sends at least 500 requests. The catalog allows 1,000 in 5 minutes, so they fit into it.",
            ),
            (
                20,
                limit(10, 90),
                "A push sends at least 20 requests. The catalog allows 1,000 in 5 minutes, so they take at least 1 minute 30 seconds.",
            ),
            (
                50_000,
                limit(0, 300),
                "A push sends at least 50,000 requests. The catalog allows 1,000 in 5 minutes, so they take at least 4 hours 10 minutes.",
            ),
        ];
        for (requests, limit, expected) in cases {
            assert_eq!(sentence(requests, limit).unwrap_or_default(), expected);
        }
    }
}
