//! A point in time, in milliseconds since 1970 (UTC); the catalog writes it as `2026-11-02T08:15:00.000Z`. The clock is
//! never read here; two texts in two time zones can be the same moment.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use crate::domain::value::day::Day;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
pub struct Moment(#[schemars(with = "String")] pub i64);

const DAY: i64 = 86_400_000;

impl Moment {
    /// Parses RFC 3339 with a time zone (`Z` or `+01:00`). Fractions below a millisecond are cut off.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let number = |from: usize, to: usize| -> Option<i64> {
            let digits = bytes.get(from..to)?;
            digits.iter().all(u8::is_ascii_digit).then(|| digits.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0')))
        };
        let day = Day::parse(text).filter(|day| day.text() == text.get(..10).unwrap_or_default())?;
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let signs = matches!(bytes.get(10)?, b'T' | b't' | b' ') && bytes.get(13)? == &b':' && bytes.get(16)? == &b':';
        // 60 is a leap second.
        if !signs || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let (millis, rest) = fraction(text.get(19..)?)?;
        let zone = zone_minutes(rest)?;
        Some(Self(day.0 * DAY + ((hour * 60 + minute - zone) * 60 + second) * 1000 + millis))
    }

    pub fn from_seconds(seconds_since_epoch: i64) -> Self {
        Self(seconds_since_epoch.saturating_mul(1000))
    }

    pub fn day(self) -> Day {
        Day(self.0.div_euclid(DAY))
    }
}

/// Parses `.123` and returns the rest; without a fraction, 0.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(digits) = text.strip_prefix('.') else { return Some((0, text)) };
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let millis = digits.bytes().take(length).chain(std::iter::repeat(b'0')).take(3);
    (length > 0).then(|| (millis.fold(0, |n, digit| n * 10 + i64::from(digit - b'0')), &digits[length..]))
}

fn zone_minutes(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let two = |text: &str| (text.len() == 2).then(|| text.parse::<u8>().ok()).flatten().map(i64::from);
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.0.rem_euclid(DAY);
        let (seconds, millis) = (rest / 1000, rest % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z", self.day().text())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&Cow::<str>::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("expected a date and time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_two_zones_can_be_one_moment() {
        let noon = Moment::parse("2026-11-02T12:00:00Z").expect("it is a time");
        for same in ["2026-11-02T13:00:00+01:00", "2026-11-02t12:00:00.000z", "2026-11-01T23:30:00.0004-12:30"] {
            assert_eq!(Moment::parse(same), Some(noon), "{same}");
        }
        assert_eq!(noon.to_string(), "2026-11-02T12:00:00.000Z");
        assert_eq!(Moment::parse("1969-12-31T23:59:59.5Z"), Some(Moment(-500)));
        assert_eq!(Moment(-500).to_string(), "1969-12-31T23:59:59.500Z");
        assert_eq!(
            Moment::parse("2024-02-29T00:00:00.12Z").map(|moment| moment.to_string()).as_deref(),
            Some("2024-02-29T00:00:00.120Z")
        );
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for bad in [
            "",
            "2026-11-02",
            "2026-11-02T12:00:00",
            "2026-02-30T12:00:00Z",
            "2026-11-02T24:00:00Z",
            "2026-11-02T12:00:00.Z",
            "2026-11-02T12:00:00+1:00",
            "2026-11-02T12:00:00+01",
            "2026-11-02T12:00:00Zz",
            "2026-11-02T+1:00:00Z",
        ] {
            assert_eq!(Moment::parse(bad), None, "{bad}");
        }
    }
}
