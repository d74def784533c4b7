//! A calendar day, counted from 1970-01-01 (UTC), to compute ages. It does not read the clock.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i64);

impl Day {
    /// Parses the day of an RFC 3339 time or date, in its own time zone: a day is precise enough.
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

    /// `2026-11-02`.
    pub fn text(self) -> String {
        // The inverse of `of`: eras of 400 years, with the year beginning in March.
        let days = self.0 + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let year = era * 400 + year_of_era + i64::from(month >= 10);
        format!("{year:04}-{:02}-{day:02}", if month < 10 { month + 3 } else { month - 9 })
    }

    /// Days before a date in the Gregorian calendar, with the year beginning in March so that the leap day is last.
    fn of(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let month = (month + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + day - 1;
        Self(year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468)
    }
}

/// Seconds since 1970 of an HTTP date: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let rest = text.trim().split_once(", ")?.1.strip_suffix(" GMT")?;
    let mut words = rest.split(' ');
    let (day, month, year, time) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let date = format!("{year}-{month:02}-{day}");
    let day = Day::parse(&date).filter(|day| words.next().is_none() && day.text() == date)?;
    let mut parts = time.split(':').map(|part| part.parse::<u32>().ok().filter(|_| part.len() == 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let legal = parts.next().is_none() && hour < 24 && minute < 60 && second <= 60;
    legal.then(|| day.0 * 86_400 + i64::from(hour * 3600 + minute * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_written_as_it_is_read() {
        for day in (-719_528 + 366..2_932_000).step_by(13).map(Day) {
            assert_eq!(Day::parse(&day.text()), Some(day), "{}", day.text());
        }
    }

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
