//! Time ranges of a search, such as `lastWeek`. Days are UTC days; `now` is an argument.

use crate::domain::value::day::Day;
use crate::domain::value::timestamp::Moment;

const DAY: i64 = 86_400_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Inclusive at both ends.
    Between(Moment, Moment),
    Preset(Preset),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// A whole day, this many days after today.
    Day(i64),
    /// The days before now.
    LastDays(i64),
    /// The months before now: from the same time on the same day of an earlier month, or on its last day.
    LastMonths(i64),
}

impl Preset {
    pub const ALL: [(&'static str, Self); 10] = [
        ("today", Self::Day(0)),
        ("tomorrow", Self::Day(1)),
        ("yesterday", Self::Day(-1)),
        ("lastDay", Self::LastDays(1)),
        ("lastWeek", Self::LastDays(7)),
        ("last2Weeks", Self::LastDays(14)),
        ("lastMonth", Self::LastMonths(1)),
        ("last3Months", Self::LastMonths(3)),
        ("last6Months", Self::LastMonths(6)),
        ("last12Months", Self::LastMonths(12)),
    ];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == text).map(|(_, preset)| preset)
    }
}

impl Range {
    /// The first and last instant.
    pub fn ends(self, now: Moment) -> (Moment, Moment) {
        match self {
            Self::Between(from, to) => (from, to),
            Self::Preset(Preset::Day(after)) => {
                let begin = now.0.div_euclid(DAY) * DAY + after * DAY;
                (Moment(begin), Moment(begin + DAY - 1))
            }
            Self::Preset(Preset::LastDays(days)) => (Moment(now.0 - days * DAY), now),
            Self::Preset(Preset::LastMonths(months)) => (months_before(now, months), now),
        }
    }
}

fn months_before(now: Moment, months: i64) -> Moment {
    let text = now.day().text();
    let mut parts = text.split('-').filter_map(|part| part.parse::<i64>().ok());
    let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else { return now };
    let before = year * 12 + month - 1 - months;
    let (year, month) = (before.div_euclid(12), before.rem_euclid(12) + 1);
    // If the month has no such day, its last day is at most three days earlier.
    let legal = (day - 3..=day).rev().find_map(|day| {
        let text = format!("{year:04}-{month:02}-{day:02}");
        Day::parse(&text).filter(|found| found.text() == text)
    });
    legal.map_or(now, |day| Moment(day.0 * DAY + now.0.rem_euclid(DAY)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_days_and_spans_before_now() {
        let now = Moment::parse("2024-03-31T10:20:30.400Z").expect("it is a time");
        let cases = [
            ("today", "2024-03-31T00:00:00.000Z", "2024-03-31T23:59:59.999Z"),
            ("tomorrow", "2024-04-01T00:00:00.000Z", "2024-04-01T23:59:59.999Z"),
            ("yesterday", "2024-03-30T00:00:00.000Z", "2024-03-30T23:59:59.999Z"),
            ("lastDay", "2024-03-30T10:20:30.400Z", "2024-03-31T10:20:30.400Z"),
            ("lastWeek", "2024-03-24T10:20:30.400Z", "2024-03-31T10:20:30.400Z"),
            ("last2Weeks", "2024-03-17T10:20:30.400Z", "2024-03-31T10:20:30.400Z"),
            ("lastMonth", "2024-02-29T10:20:30.400Z", "2024-03-31T10:20:30.400Z"),
            ("last3Months", "2023-12-31T10:20:30.400Z", "2024-03-31T10:20:30.400Z"),
            ("last6Months", "2023-09-30T10:20:30.400Z", "2024-03-31T10:20:30.400Z"),
            ("last12Months", "2023-03-31T10:20:30.400Z", "2024-03-31T10:20:30.400Z"),
        ];
        for (name, from, to) in cases {
            let preset = Preset::parse(name).expect("the platform has it");
            let (first, last) = Range::Preset(preset).ends(now);
            assert_eq!((first.to_string(), last.to_string()), (from.to_owned(), to.to_owned()), "{name}");
        }
        assert_eq!(Preset::ALL.len(), cases.len());
        assert_eq!(Preset::parse("lastCentury"), None);
    }
}
