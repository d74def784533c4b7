//! Timestamps in plain scalars, which kustomize turns into texts of RFC 3339.

use crate::domain::value::day::Day;

/// The text of RFC 3339 that Go makes of a timestamp; `None` for any other text.
pub(super) fn rfc3339(text: &str) -> Option<String> {
    if !starts_with_year(text) {
        return None;
    }
    let mut rest = text;
    let year = digits(&mut rest, 4, 4)?;
    take(&mut rest, "-")?;
    let month = digits(&mut rest, 1, 2)?;
    take(&mut rest, "-")?;
    let day = digits(&mut rest, 1, 2)?;
    let date = format!("{year:04}-{month:02}-{day:02}");
    Day::parse(&date).filter(|day| day.text() == date)?;
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let has_zone = take(&mut rest, "T").or_else(|| take(&mut rest, "t")).is_some();
    if !has_zone {
        let trimmed = rest.trim_start_matches(' ');
        if trimmed.len() == rest.len() {
            return None;
        }
        rest = trimmed;
    }
    let hour = digits(&mut rest, 1, 2).filter(|hour| *hour < 24)?;
    take(&mut rest, ":")?;
    let minute = digits(&mut rest, 1, 2).filter(|minute| *minute < 60)?;
    take(&mut rest, ":")?;
    let second = digits(&mut rest, 1, 2).filter(|second| *second < 60)?;
    let fraction = fraction(&mut rest);
    let zone = if has_zone { zone(&mut rest)? } else { "Z".to_owned() };
    rest.is_empty().then(|| format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
}

/// Whether it may be a timestamp.
pub(super) fn starts_with_year(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 4 && bytes[4] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit)
}

/// Nanoseconds at most, without zeros at the end.
fn fraction(rest: &mut &str) -> String {
    let Some(after) = rest.strip_prefix(['.', ',']) else { return String::new() };
    let length = after.bytes().take_while(u8::is_ascii_digit).count();
    let Some((found, after)) = after.split_at_checked(length).filter(|_| length > 0) else { return String::new() };
    *rest = after;
    let kept = found.get(..9).unwrap_or(found).trim_end_matches('0');
    if kept.is_empty() { String::new() } else { format!(".{kept}") }
}

fn zone(rest: &mut &str) -> Option<String> {
    if take(rest, "Z").is_some() {
        return Some("Z".to_owned());
    }
    let sign = if take(rest, "+").is_some() { '+' } else { take(rest, "-").map(|()| '-')? };
    let hours = digits(rest, 2, 2).filter(|hours| *hours <= 24)?;
    take(rest, ":")?;
    let minutes = digits(rest, 2, 2).filter(|minutes| *minutes <= 60)?;
    Some(if hours == 0 && minutes == 0 { "Z".to_owned() } else { format!("{sign}{hours:02}:{minutes:02}") })
}

/// Consumes a number of `least` to `most` digits.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, after) = rest.split_at_checked(count).filter(|_| count >= least)?;
    *rest = after;
    number.parse().ok()
}

fn take(rest: &mut &str, expected: &str) -> Option<()> {
    *rest = rest.strip_prefix(expected)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_become_rfc_3339() {
        for (text, expected) in [
            ("2024-01-02", Some("2024-01-02T00:00:00Z")),
            ("2024-1-2", Some("2024-01-02T00:00:00Z")),
            ("2001-12-14t21:59:43.10-05:00", Some("2001-12-14T21:59:43.1-05:00")),
            ("2024-01-02T03:04:05Z", Some("2024-01-02T03:04:05Z")),
            ("2024-01-02T03:04:05+00:00", Some("2024-01-02T03:04:05Z")),
            ("2001-12-14  2:5:3.1234567891", Some("2001-12-14T02:05:03.123456789Z")),
            ("2001-12-14 21:59:43.10 -5", None),
            ("2023-02-29", None),
            ("2024-13-01", None),
            ("12-01-02", None),
            ("2024-01", None),
            ("2024-01-02x", None),
            ("é024-01-02", None),
        ] {
            assert_eq!(rfc3339(text).as_deref(), expected, "{text}");
        }
    }
}
