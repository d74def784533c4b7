//! Applies tags to scalars as their reader does: core types must match the text, `!!binary` is decoded, and any other tag
//! makes a string.

use super::scalar::{self, Plain};
use super::yaml::Tag;
use crate::domain::document::fault::ScalarReader;
use crate::domain::document::tree::Number;

/// A scalar with a tag.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tagged {
    Plain(Plain),
    Binary(String),
}

/// A scalar that does not match its tag; `wanted` is a fragment that fits after "because".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Misfit {
    pub(super) wanted: &'static str,
}

/// Applies the tag to a scalar.
pub(super) fn apply(tag: &str, text: &str, reader: ScalarReader) -> Result<Tagged, Misfit> {
    let suffix = core_suffix(tag);
    let found = scalar::read(reader, text);
    let check = |fits: bool, wanted| if fits { Ok(Tagged::Plain(found)) } else { Err(Misfit { wanted }) };
    match suffix {
        Some("null") => check(found == Plain::Null, "null"),
        Some("bool") => check(matches!(found, Plain::Bool(_)), "a boolean"),
        Some("int") => check(matches!(found, Plain::Number(Number::Signed(_) | Number::Unsigned(_))), "an integer"),
        Some("float") => check(
            matches!(found, Plain::Number(Number::Float(_) | Number::Signed(_)) | Plain::Refused),
            "a floating-point number",
        ),
        Some("timestamp") => {
            if is_timestamp(text) {
                Ok(Tagged::Plain(Plain::String))
            } else {
                Err(Misfit { wanted: "a timestamp" })
            }
        }
        Some("binary") => decode_base64(text).map(Tagged::Binary).ok_or(Misfit { wanted: "base64" }),
        Some(_) | None => Ok(Tagged::Plain(Plain::String)),
    }
}

/// `!!merge <<` is a merge key too.
pub(super) fn is_merge(tag: &Tag) -> bool {
    core_suffix(&tag.name) == Some("merge")
}

fn core_suffix(tag: &str) -> Option<&str> {
    tag.strip_prefix("tag:yaml.org,2002:")
}

/// The four forms that Go's parser accepts: a date, or a date and a time with a time zone after `T` or `t`, without one
/// after a space.
fn is_timestamp(text: &str) -> bool {
    let mut rest = text;
    let Some(year) = digits(&mut rest, 4, 4).filter(|_| take(&mut rest, "-")) else { return false };
    let Some(month) = digits(&mut rest, 1, 2).filter(|_| take(&mut rest, "-")) else { return false };
    let Some(day) = digits(&mut rest, 1, 2) else { return false };
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    };
    if !(1..=12).contains(&month) || !(1..=days).contains(&day) {
        return false;
    }
    if rest.is_empty() {
        return true;
    }
    let has_zone = take(&mut rest, "T") || take(&mut rest, "t");
    if !has_zone {
        let time = rest.trim_start_matches(' ');
        if time.len() == rest.len() {
            return false;
        }
        rest = time;
    }
    is_time(&mut rest) && (!has_zone || is_zone(&mut rest)) && rest.is_empty()
}

/// `2:59:43.1`.
fn is_time(rest: &mut &str) -> bool {
    for (limit, separator) in [(24, ":"), (60, ":"), (60, "")] {
        if digits(rest, 1, 2).is_none_or(|number| number >= limit) || !take(rest, separator) {
            return false;
        }
    }
    let mut fraction = *rest;
    if take(&mut fraction, ".") || take(&mut fraction, ",") {
        let after = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
        if after.len() < fraction.len() {
            *rest = after;
        }
    }
    true
}

/// `Z`, or `+02:00`.
fn is_zone(rest: &mut &str) -> bool {
    if take(rest, "Z") {
        return true;
    }
    (take(rest, "+") || take(rest, "-"))
        && digits(rest, 2, 2).is_some_and(|hours| hours <= 24)
        && take(rest, ":")
        && digits(rest, 2, 2).is_some_and(|minutes| minutes <= 60)
}

/// Consumes a number of `least` to `most` digits.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, after) = rest.split_at_checked(count).filter(|_| count >= least)?;
    *rest = after;
    number.parse().ok()
}

fn take(rest: &mut &str, expected: &str) -> bool {
    let after = rest.strip_prefix(expected);
    *rest = after.unwrap_or(rest);
    after.is_some()
}

/// Standard base64 with padding; only line breaks are skipped.
fn decode_base64(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held, mut padding, mut count) = (0u32, 0u32, 0usize, 0usize);
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
        count += 1;
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xFF) as u8);
        }
    }
    let whole = count % 4 == 0 && padding <= 2 && padding * 2 == held as usize;
    whole.then(|| decode_utf8(&bytes))
}

/// Decodes UTF-8 with one U+FFFD per invalid byte, like Go; Rust uses one for several bytes.
fn decode_utf8(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_kubernetes(tag: &str, text: &str) -> Result<Tagged, Misfit> {
        apply(tag, text, ScalarReader::Kubernetes)
    }

    #[test]
    fn base64_is_decoded_or_refused() {
        for (text, expected) in [
            ("aGk=", Some("hi")),
            ("", Some("")),
            ("aG\nk=", Some("hi")),
            ("Y2Fm6Q==", Some("caf\u{fffd}")),
            ("4oJB8J+Y", Some("\u{fffd}\u{fffd}A\u{fffd}\u{fffd}\u{fffd}")),
        ] {
            assert_eq!(decode_base64(text).as_deref(), expected, "{text}");
        }
        for bad in ["aGk", "a=k=", "aG k=", "====", "$$$$"] {
            assert_eq!(decode_base64(bad), None, "{bad}");
        }
    }

    #[test]
    fn timestamps_have_one_of_four_forms() {
        for good in [
            "2020-01-01",
            "2020-1-1",
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14T21:59:43Z",
            "2001-12-15 2:59:43",
            "2001-12-15   2:5:4,25",
            "2001-12-15 2:59:43.1234567890",
            "2024-2-29",
        ] {
            assert!(is_timestamp(good), "{good}");
        }
        for bad in [
            "",
            "2020-13-01",
            "2023-2-29",
            "20-1-1",
            "2020-01",
            "2001-12-14 21:59:43.10 -5",
            "2001-12-14T21:59:43",
            "2001-12-15 2:59:43Z",
            "2001-12-15 24:59:43",
            "2001-12-15 2:59:43.",
            "2001-12-15x",
            "2001-12-14T21:59:43+5:00",
        ] {
            assert!(!is_timestamp(bad), "{bad}");
        }
    }

    #[test]
    fn tags_force_types_and_refuse_misfits() {
        let core = |suffix: &str| format!("tag:yaml.org,2002:{suffix}");
        assert_eq!(by_kubernetes(&core("str"), "12"), Ok(Tagged::Plain(Plain::String)));
        assert_eq!(by_kubernetes(&core("int"), "0x10"), Ok(Tagged::Plain(Plain::Number(Number::Signed(16)))));
        assert_eq!(by_kubernetes(&core("int"), "1.0"), Err(Misfit { wanted: "an integer" }));
        assert_eq!(by_kubernetes(&core("bool"), "yes"), Ok(Tagged::Plain(Plain::Bool(true))));
        assert_eq!(by_kubernetes(&core("bool"), "1"), Err(Misfit { wanted: "a boolean" }));
        assert_eq!(by_kubernetes(&core("timestamp"), "2020-01-01"), Ok(Tagged::Plain(Plain::String)));
        assert_eq!(by_kubernetes(&core("timestamp"), "12"), Err(Misfit { wanted: "a timestamp" }));
        assert_eq!(by_kubernetes("!mine", "12"), Ok(Tagged::Plain(Plain::String)));
    }
}
