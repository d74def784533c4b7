//! The calendar: moments and their dates.

use crate::jq::number::truncate;

const DAY: i128 = 86_400;

/// A moment, with the time zone in which it is shown.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// Seconds since 1970 in UTC.
    pub seconds: i64,
    pub nanosecond: u32,
    /// `None`: UTC.
    pub zone: Option<Zone>,
}

#[derive(Clone, Debug)]
pub(super) struct Zone {
    pub offset: i64,
}

/// The date and the time of day.
pub(super) struct Civil {
    pub year: i64,
    /// From 1.
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// From Sunday, 0.
    pub weekday: i64,
    /// From 1.
    pub yearday: i64,
}

const NANOSECONDS: i64 = 1_000_000_000;
/// The first second of Go's calendar, the beginning of the year -292277022399.
const FIRST_SECOND: i128 = -9_223_372_028_715_321_600;

/// The whole seconds, and the nanoseconds that are left, which for infinite seconds are as many as Go makes of them.
pub(super) fn whole_and_nanosecond(seconds: f64) -> (i64, i64) {
    (converted(seconds), converted((seconds - seconds.floor()) * 1e9))
}

/// As Go converts a float to an integer: what does not fit gives the smallest one.
fn converted(float: f64) -> i64 {
    const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;
    if float.is_finite() && float.abs() < TOO_LARGE { truncate(float) } else { i64::MIN }
}

fn rest_of(nanosecond: i64) -> u32 {
    u32::try_from(nanosecond.rem_euclid(NANOSECONDS)).expect("it is less than a second")
}

/// The lower 64 bits, as Go adds up seconds.
fn wrapped(seconds: i128) -> i64 {
    let bytes = seconds.to_le_bytes();
    i64::from_le_bytes(bytes[..8].try_into().expect("eight bytes are eight bytes"))
}

impl Moment {
    /// As Go makes a time of a float: a fraction counts up from the whole seconds, also before 1970.
    pub(super) fn of_seconds(seconds: f64) -> Self {
        let (whole, nanosecond) = whole_and_nanosecond(seconds);
        let seconds = whole.wrapping_add(nanosecond.div_euclid(NANOSECONDS));
        Self { seconds, nanosecond: rest_of(nanosecond), zone: None }
    }

    /// The moment of a date, of which each part may be out of its range. The month counts from 0.
    pub(super) fn of_parts(
        year: i64,
        month: i64,
        day: i64,
        time: [i64; 3],
        nanosecond: i64,
        zone: Option<Zone>,
    ) -> Self {
        let months = i128::from(year) * 12 + i128::from(month);
        let days = days_before(months.div_euclid(12), months.rem_euclid(12) + 1) + i128::from(day) - 1;
        let [hour, minute, second] = time.map(i128::from);
        let offset = zone.as_ref().map_or(0, |zone| i128::from(zone.offset));
        let seconds = days * DAY + hour * 3600 + minute * 60 + second - offset;
        let seconds = seconds + i128::from(nanosecond.div_euclid(NANOSECONDS));
        Self { seconds: wrapped(seconds), nanosecond: rest_of(nanosecond), zone }
    }

    #[expect(clippy::cast_precision_loss, reason = "Go converts in the same way")]
    pub(super) fn to_seconds(&self) -> f64 {
        self.seconds as f64 + f64::from(self.nanosecond) / 1e9
    }

    /// Whether it is the first moment of the calendar, in UTC.
    pub(super) fn is_zero(&self) -> bool {
        self.seconds == -62_135_596_800 && self.nanosecond == 0 && self.zone.is_none()
    }

    pub(super) fn civil(&self) -> Civil {
        let local = i128::from(self.seconds) + self.zone.as_ref().map_or(0, |zone| i128::from(zone.offset));
        // Go counts the seconds of a calendar from here, in 64 bits: what is earlier becomes the end of it.
        let local = if local < FIRST_SECOND { local + (1 << 64) } else { local };
        let days = local.div_euclid(DAY);
        let second = local.rem_euclid(DAY);
        let (year, month, day) = date_of(days);
        let small = |number: i128| i64::try_from(number).unwrap_or(0);
        Civil {
            year: small(year),
            month: small(month),
            day: small(day),
            hour: small(second / 3600),
            minute: small(second / 60 % 60),
            second: small(second % 60),
            weekday: small((days + 4).rem_euclid(7)),
            yearday: small(days - days_before(year, 1) + 1),
        }
    }
}

/// The days from 1970 to the first of a month. Years are counted from March, so that a leap day is the last of its year.
fn days_before(year: i128, month: i128) -> i128 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = year.div_euclid(400);
    let in_era = year.rem_euclid(400);
    era * 146_097 + in_era * 365 + in_era / 4 - in_era / 100 + (153 * month + 2) / 5 - 719_468
}

fn date_of(days: i128) -> (i128, i128, i128) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let in_era = days.rem_euclid(146_097);
    let year = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let month = (5 * in_year + 2) / 153;
    let day = in_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i128::from(month <= 2), month, day)
}

/// The year and the week of ISO 8601.
pub(super) fn iso_week(civil: &Civil) -> (i64, i64) {
    // The Thursday of the week decides.
    let weekday = (civil.weekday + 6) % 7;
    let thursday = civil.yearday - weekday + 3;
    let length = |year: i64| if year % 4 == 0 && year % 100 != 0 || year % 400 == 0 { 366 } else { 365 };
    if thursday < 1 {
        let year = civil.year - 1;
        (year, (thursday + length(year) - 1) / 7 + 1)
    } else if thursday > length(civil.year) {
        (civil.year + 1, 1)
    } else {
        (civil.year, (thursday - 1) / 7 + 1)
    }
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Directives that stand for several.
pub(super) fn composition(directive: u8) -> Option<&'static str> {
    Some(match directive {
        b'c' => "a b e H:M:S Y",
        b'+' => "a b e H:M:S Z Y",
        b'F' => "Y-m-d",
        b'D' | b'x' => "m/d/y",
        b'v' => "e-b-Y",
        b'T' | b'X' => "H:M:S",
        b'r' => "I:M:S p",
        b'R' => "H:M",
        _ => return None,
    })
}
