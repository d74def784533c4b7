//! What a tag makes of a scalar, as the cluster reads it: the core types must fit, `!!binary` is decoded, and any
//! other tag makes a string of whatever stands there.

use super::scalar::{Plain, cluster};
use super::yaml::Tag;
use crate::domain::tree::Number;

/// A scalar under a tag.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tagged {
    Plain(Plain),
    Binary(String),
}

/// Why a scalar is not what its tag says; a fragment that fits after "because".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Misfit {
    pub(super) wanted: &'static str,
}

/// What the tag of this name makes of a scalar.
pub(super) fn apply(tag: &str, text: &str) -> Result<Tagged, Misfit> {
    let suffix = core_suffix(tag);
    let found = cluster(text);
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

/// Near enough for a tag that is hardly ever used: a year, a month and a day that exist, whatever follows.
fn is_timestamp(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut number = |most: usize| {
        let part = parts.next()?;
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        part.get(..digits.min(most))?.parse::<u32>().ok()
    };
    let (Some(year), Some(month), Some(day)) = (number(4), number(2), number(2)) else { return false };
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    };
    text.find('-') == Some(4) && (1..=12).contains(&month) && (1..=days).contains(&day)
}

/// Standard base64 with padding; line breaks are skipped, nothing else is.
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

/// Bytes as text, with U+FFFD for each byte that is not part of a character, as Go has it. Rust has one for several.
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
    fn tags_force_types_and_refuse_misfits() {
        let core = |suffix: &str| format!("tag:yaml.org,2002:{suffix}");
        assert_eq!(apply(&core("str"), "12"), Ok(Tagged::Plain(Plain::String)));
        assert_eq!(apply(&core("int"), "0x10"), Ok(Tagged::Plain(Plain::Number(Number::Signed(16)))));
        assert_eq!(apply(&core("int"), "1.0"), Err(Misfit { wanted: "an integer" }));
        assert_eq!(apply(&core("bool"), "yes"), Ok(Tagged::Plain(Plain::Bool(true))));
        assert_eq!(apply(&core("bool"), "1"), Err(Misfit { wanted: "a boolean" }));
        assert_eq!(apply(&core("timestamp"), "2020-01-01"), Ok(Tagged::Plain(Plain::String)));
        assert_eq!(apply(&core("timestamp"), "12"), Err(Misfit { wanted: "a timestamp" }));
        assert_eq!(apply("!mine", "12"), Ok(Tagged::Plain(Plain::String)));
    }
}
