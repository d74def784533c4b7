//! A calendar day, counted from 1970-01-01 (UTC). Enough to tell how old something is; nobody here asks the clock.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i64);

impl Day {
    /// The day of an RFC 3339 time or date, in the zone it is written in: a day is precise enough.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let dashes = text.get(4..5)? == "-" && text.get(7..8)? == "-";
        let legal = dashes && (1..=12).contains(&month) && (1..=31).contains(&day) && year >= 0;
        legal.then(|| Self::of(year, month, day))
    }

    pub fn from_seconds(seconds_since_epoch: i64) -> Self {
        Self(seconds_since_epoch.div_euclid(86_400))
    }

    /// Days before a date in the Gregorian calendar, with the year beginning in March so that the leap day is last.
    fn of(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let month = (month + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + day - 1;
        Self(year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        assert_eq!(Day::parse("1970-01-01"), Some(Day(0)));
        assert_eq!(Day::parse("2000-03-01T00:00:00Z"), Some(Day(11_017)));
        assert_eq!(Day::parse("2024-02-29"), Some(Day(19_782)));
        assert_eq!(Day::parse("2024-03-01"), Some(Day(19_783)));
        assert_eq!(Day::from_seconds(19_783 * 86_400 + 5), Day(19_783));
        for bad in ["", "2024-13-01", "2024/01/01", "é024-01-01", "yesterday!"] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
    }
}
