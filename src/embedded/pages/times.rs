//! Times as people read them: how long ago on the server, the date in an export, which must not change by itself.

use super::address::Medium;
use super::markup::Markup;
use crate::domain::value::timestamp::Moment;

/// A time this far ahead of the clock is in the future.
const FUTURE: i64 = -MINUTE;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A `<time>` that gives the exact time too.
pub(super) fn time(page: &mut Markup, moment: Moment, now: Moment) {
    let exact = minute(moment);
    page.put("<time").attribute(" datetime", &moment.to_string());
    match page.medium() {
        Medium::Server => page.attribute(" title", &exact).put(">").say(&ago(moment, now)),
        Medium::Files => page.put(">").say(&exact),
    };
    page.put("</time>");
}

/// `2026-11-02 08:15 UTC`.
fn minute(moment: Moment) -> String {
    let text = moment.to_string();
    text.get(..16).map_or(text.clone(), |minute| format!("{} UTC", minute.replace('T', " ")))
}

/// `3 days ago`; a date if it is older than a month or in the future.
fn ago(moment: Moment, now: Moment) -> String {
    let seconds = now.0.saturating_sub(moment.0).div_euclid(1000);
    let counted = |number: i64, noun: &str| match number {
        1 => format!("1 {noun} ago"),
        number => format!("{number} {noun}s ago"),
    };
    match seconds {
        ..FUTURE => minute(moment),
        FUTURE..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => counted(seconds / MINUTE, "minute"),
        HOUR..DAY => counted(seconds / HOUR, "hour"),
        _ if seconds < 31 * DAY => counted(seconds / DAY, "day"),
        _ => minute(moment).get(..10).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_as_how_long_ago_it_was() {
        let now = Moment::parse("2026-11-30T12:00:00.000Z").expect("a time");
        for (text, read) in [
            ("2026-11-30T11:59:30.000Z", "just now"),
            ("2026-11-30T12:00:20.000Z", "just now"),
            ("2026-11-30T11:58:59.000Z", "1 minute ago"),
            ("2026-11-30T09:00:00.000Z", "3 hours ago"),
            ("2026-11-29T12:00:00.000Z", "1 day ago"),
            ("2026-11-01T12:00:00.000Z", "29 days ago"),
            ("2026-01-02T03:04:05.000Z", "2026-01-02"),
            ("2027-01-02T03:04:05.000Z", "2027-01-02 03:04 UTC"),
        ] {
            assert_eq!(ago(Moment::parse(text).expect("a time"), now), read, "{text}");
        }
    }
}
