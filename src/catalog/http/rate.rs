//! Parses the rate limit of an answer: `x-ratelimit-*` and `Retry-After`. Some servers send the reset as seconds since
//! 1970, others as seconds from now; both give the same time here.

use std::time::Duration;

use crate::domain::value::day::http_date;

/// A reset further away than this was misread.
const MAX_RESET: Duration = Duration::from_secs(3600);
/// Larger values are Unix times: no wait is that long.
const EARLIEST_EPOCH: u64 = 1_000_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RateHeaders {
    pub allowance: Option<Allowance>,
    /// The `Retry-After` header: how long the catalog asks to wait.
    pub retry_after: Option<Duration>,
    pub quota: Option<Quota>,
}

/// The number of calls that each window allows, and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quota {
    pub calls: u64,
    pub period: Duration,
}

/// The number of calls left until the window ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    pub left: u64,
    pub resets_in: Duration,
}

impl RateHeaders {
    /// `header` returns a header by its lowercase name; `now` is our clock in seconds since 1970, for answers without a
    /// `date` header.
    pub fn read<'h>(header: impl Fn(&str) -> Option<&'h str>, now: i64) -> Self {
        let number = |name: &str| header(name).and_then(|text| text.trim().parse::<u64>().ok());
        // The catalog's own clock is preferred, because ours may be wrong.
        let now = header("date").and_then(http_date).unwrap_or(now);
        let reset = number("x-ratelimit-reset").map(|reset| until(reset, now));
        let farthest = number("x-ratelimit-period").map_or(MAX_RESET, Duration::from_secs).min(MAX_RESET);
        let resets_in = reset.map(|reset| reset.min(farthest));
        let allowance =
            number("x-ratelimit-remaining").zip(resets_in).map(|(left, resets_in)| Allowance { left, resets_in });
        let retry_after = header("retry-after").and_then(|text| match text.trim().parse::<u64>() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => http_date(text).map(|date| since(date, now)),
        });
        let period = number("x-ratelimit-period").map(Duration::from_secs);
        let quota = number("x-ratelimit-limit").zip(period).map(|(calls, period)| Quota { calls, period });
        Self { allowance, retry_after, quota }
    }

    /// How long a call that was throttled waits, if the catalog says so anywhere.
    pub fn wait(&self) -> Option<Duration> {
        self.retry_after.or_else(|| self.allowance.filter(|allowance| allowance.left == 0).map(|left| left.resets_in))
    }
}

fn until(reset: u64, now: i64) -> Duration {
    match reset {
        ..EARLIEST_EPOCH => Duration::from_secs(reset),
        // The value is in milliseconds.
        1_000_000_000_000.. => since((reset / 1000).cast_signed(), now),
        _ => since(reset.cast_signed(), now),
    }
}

fn since(later: i64, now: i64) -> Duration {
    Duration::from_secs(u64::try_from(later.saturating_sub(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000;

    fn read(headers: &[(&'static str, &'static str)]) -> RateHeaders {
        RateHeaders::read(|name| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value), NOW)
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn both_conventions_of_the_reset_mean_the_same() {
        let allowance = |reset| {
            read(&[("x-ratelimit-remaining", "7"), ("x-ratelimit-period", "300"), ("x-ratelimit-reset", reset)])
                .allowance
        };
        let expected = Some(Allowance { left: 7, resets_in: seconds(120) });
        for reset in ["120", "1795000120", "1795000120999"] {
            assert_eq!(allowance(reset), expected, "{reset}");
        }
        assert_eq!(allowance("1794999000"), Some(Allowance { left: 7, resets_in: seconds(0) }));
        assert_eq!(allowance("9999"), Some(Allowance { left: 7, resets_in: seconds(300) }), "not beyond the period");
        assert_eq!(allowance("soon"), None);
        assert_eq!(read(&[("x-ratelimit-remaining", "7")]), RateHeaders::default());
    }

    #[test]
    fn the_catalogs_clock_counts_where_it_is_told() {
        let headers = read(&[
            ("date", "Mon, 02 Nov 2026 08:15:00 GMT"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1793607330"),
        ]);
        assert_eq!(headers.allowance, Some(Allowance { left: 0, resets_in: seconds(30) }));
        assert_eq!(headers.wait(), Some(seconds(30)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_wins() {
        assert_eq!(read(&[("retry-after", "12")]).wait(), Some(seconds(12)));
        let date = [("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")];
        assert_eq!(read(&date).wait(), Some(seconds(30)));
        let both = [("retry-after", "3"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "60")];
        assert_eq!(read(&both).wait(), Some(seconds(3)));
        assert_eq!(read(&[("retry-after", "later")]).wait(), None);
        assert_eq!(read(&[("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "60")]).wait(), None);
    }

    #[test]
    fn dates_are_read_as_they_are_written() {
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        for bad in [
            "",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 x GMT",
            "1994-11-06T08:49:37Z",
        ] {
            assert_eq!(http_date(bad), None, "{bad}");
        }
    }
}
