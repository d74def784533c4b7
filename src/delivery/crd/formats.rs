//! The formats that the API server checks: `accepts` follows the functions of its validator, not the standards that they
//! are named after.

use std::net::Ipv6Addr;

use super::names::{dns_1123_label, dns_1123_subdomain};
use super::network_formats::{is_cidr, is_email, is_hostname, is_mac, is_request_uri, is_sloppy_ipv4};
use crate::domain::value::day::Day;

/// Without the hyphens that a name may have anywhere.
const KNOWN: [&str; 26] = [
    "bsonobjectid",
    "byte",
    "cidr",
    "creditcard",
    "date",
    "datetime",
    "duration",
    "email",
    "hexcolor",
    "hostname",
    "ipv4",
    "ipv6",
    "isbn",
    "isbn10",
    "isbn13",
    "k8slongname",
    "k8sshortname",
    "mac",
    "password",
    "rgbcolor",
    "ssn",
    "uri",
    "uuid",
    "uuid3",
    "uuid4",
    "uuid5",
];

/// Whether the API server checks a format. Others it ignores.
pub fn is_known(format: &str) -> bool {
    KNOWN.contains(&format.replace('-', "").as_str())
}

/// `None`: the format is not checked.
pub fn accepts(format: &str, text: &str) -> Option<bool> {
    let bytes = text.as_bytes();
    Some(match format.replace('-', "").as_str() {
        "bsonobjectid" => text.len() == 24 && bytes.iter().all(u8::is_ascii_hexdigit),
        "byte" => is_base64(bytes),
        "cidr" => is_cidr(text),
        "creditcard" => is_credit_card(text),
        "date" => is_date(text),
        "datetime" => is_date_time(text),
        "duration" => is_duration(text),
        "email" => is_email(text),
        "hexcolor" => {
            let digits = text.strip_prefix('#').unwrap_or(text);
            matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        "hostname" => is_hostname(text),
        "ipv4" => text.contains('.') && (is_sloppy_ipv4(text) || text.parse::<Ipv6Addr>().is_ok()),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "isbn" => is_isbn10(text) || is_isbn13(text),
        "isbn10" => is_isbn10(text),
        "isbn13" => is_isbn13(text),
        "k8sshortname" => dns_1123_label(text).is_none(),
        "k8slongname" => dns_1123_subdomain(text).is_none(),
        "mac" => is_mac(text),
        "password" => true,
        "rgbcolor" => is_rgb_color(text),
        "ssn" => is_social_security_number(text),
        "uri" => is_request_uri(text),
        "uuid" => is_uuid(text, None),
        "uuid3" => is_uuid(text, Some(b'3')),
        "uuid4" => is_uuid(text, Some(b'4')),
        "uuid5" => is_uuid(text, Some(b'5')),
        _ => return None,
    })
}

/// Groups of four characters, of which the last may be filled up; not the empty text.
fn is_base64(bytes: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let content = bytes.strip_suffix(b"==").or_else(|| bytes.strip_suffix(b"=")).unwrap_or(bytes);
    !bytes.is_empty() && bytes.len().is_multiple_of(4) && content.iter().all(is_digit)
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && Day::parse(text).is_some_and(|day| day.text() == text)
}

/// What follows a second `t` is not looked at.
fn is_date_time(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut parts = lower.split('t');
    match (parts.next(), parts.next()) {
        (Some(date), Some(time)) => is_date(date) && is_time(time),
        _ => false,
    }
}

/// `03:04:05.6+02:00`, `03:04:05z`
fn is_time(text: &str) -> bool {
    let Some((clock, rest)) = text.split_at_checked(8) else { return false };
    let number = |at: usize| clock.get(at..at + 2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let (Some(hour), Some(minute), Some(second)) = (number(0), number(3), number(6)) else { return false };
    let has_colons = [2, 5].into_iter().all(|at| clock.as_bytes().get(at) == Some(&b':'));
    let is_inside = hour <= "23" && minute <= "59" && second <= "59";
    has_colons && is_inside && (is_zone(rest) || has_fraction(rest).is_some_and(is_zone))
}

/// What follows the fraction. Any character stands for its point.
fn has_fraction(text: &str) -> Option<&str> {
    let point = text.chars().next()?;
    let digits = text.get(point.len_utf8()..)?;
    let rest = digits.trim_start_matches(|digit: char| digit.is_ascii_digit());
    (rest.len() < digits.len()).then_some(rest)
}

fn is_zone(text: &str) -> bool {
    let is_offset = |text: &str| {
        let bytes = text.as_bytes();
        bytes.len() == 5 && bytes[2] == b':' && [0, 1, 3, 4].into_iter().all(|at| bytes[at].is_ascii_digit())
    };
    text == "z" || text.strip_prefix(['+', '-']).is_some_and(is_offset)
}

/// A duration of Go, or a number and a unit anywhere in the text.
fn is_duration(text: &str) -> bool {
    is_go_duration(text) || has_duration(text)
}

fn is_go_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut count = 0;
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == '.').len();
        let (digits, after) = rest.split_at(number);
        let is_number = digits.matches('.').count() <= 1 && digits.bytes().any(|byte| byte.is_ascii_digit());
        let units = ["ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h"];
        let length =
            after.len() - after.trim_start_matches(|letter: char| letter != '.' && !letter.is_ascii_digit()).len();
        let (unit, after) = after.split_at(length);
        if !is_number || !units.contains(&unit) {
            return false;
        }
        rest = after;
        count += 1;
    }
    count > 0
}

/// `3 days`, also in `P3D`.
fn has_duration(text: &str) -> bool {
    const EXACT: [&str; 10] = ["ns", "us", "\u{b5}s", "ms", "s", "m", "h", "hr", "d", "w"];
    const BEGINNINGS: [&str; 8] = ["nano", "micro", "milli", "sec", "min", "hour", "day", "week"];
    let mut rest = text;
    while let Some(at) = rest.find(|digit: char| digit.is_ascii_digit()) {
        let number = rest.get(at..).unwrap_or_default();
        let after = number.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let digits = number.len() - after.len();
        let word = after.trim_start_matches(|space: char| space.is_ascii_whitespace());
        let next = word.trim_start_matches(|letter: char| letter.is_ascii_alphabetic() || letter == '\u{b5}');
        let unit = word.get(..word.len() - next.len()).unwrap_or_default().to_lowercase();
        if !unit.is_empty() {
            if number.get(..digits).is_none_or(|digits| digits.parse::<i64>().is_err()) {
                return false;
            }
            let is_unit = EXACT.contains(&unit.as_str()) || unit == "wk";
            if is_unit || BEGINNINGS.iter().any(|beginning| unit.starts_with(beginning)) {
                return true;
            }
        }
        rest = next;
    }
    false
}

fn is_uuid(text: &str, version: Option<u8>) -> bool {
    let mut rest = text;
    let mut groups = Vec::new();
    for (at, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        rest = if at > 0 { rest.strip_prefix('-').unwrap_or(rest) } else { rest };
        let Some((group, after)) = rest.split_at_checked(length) else { return false };
        if !group.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return false;
        }
        groups.push(group.as_bytes());
        rest = after;
    }
    let is_variant = matches!(groups[3][0].to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b');
    let is_version = version.is_none_or(|version| groups[2][0] == version && (version == b'3' || is_variant));
    rest.is_empty() && is_version
}

fn without_separators(text: &str) -> String {
    text.chars().filter(|character| !matches!(character, ' ' | '-')).collect()
}

fn is_isbn10(text: &str) -> bool {
    let text = without_separators(text);
    let bytes = text.as_bytes();
    let Some((last, digits)) = bytes.split_last().filter(|_| bytes.len() == 10) else { return false };
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits.iter().zip(1..).map(|(digit, weight)| weight * u32::from(digit - b'0')).sum();
    let last = match last {
        b'X' => 10,
        digit if digit.is_ascii_digit() => u32::from(digit - b'0'),
        _ => return false,
    };
    (sum + 10 * last).is_multiple_of(11)
}

fn is_isbn13(text: &str) -> bool {
    let text = without_separators(text);
    if text.len() != 13 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let weights = [1, 3].into_iter().cycle();
    let sum: u32 = text.bytes().zip(weights).map(|(digit, weight)| weight * u32::from(digit - b'0')).sum();
    sum.is_multiple_of(10)
}

/// The checksum alone: the ranges of numbers change.
fn is_credit_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(10)).collect();
    let double = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let doubled = digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 1 { double(*digit) } else { *digit });
    (13..=16).contains(&digits.len()) && doubled.sum::<u32>().is_multiple_of(10)
}

fn is_rgb_color(text: &str) -> bool {
    let Some(inner) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) else { return false };
    let is_part = |part: &str| {
        let part = part.trim();
        let has_no_zero = part == "0" || !part.starts_with('0');
        part.bytes().all(|byte| byte.is_ascii_digit()) && has_no_zero && part.parse::<u8>().is_ok()
    };
    inner.split(',').count() == 3 && inner.split(',').all(is_part)
}

fn is_social_security_number(text: &str) -> bool {
    let mut rest = text;
    for (at, length) in [3, 2, 4].into_iter().enumerate() {
        rest = if at > 0 { rest.strip_prefix(['-', ' ']).unwrap_or(rest) } else { rest };
        match rest.split_at_checked(length) {
            Some((digits, after)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => rest = after,
            _ => return false,
        }
    }
    rest.is_empty()
}
