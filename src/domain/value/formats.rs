//! Validates the formats of property values, for lint and the embedded catalog. It is lenient where the platform's
//! check is unknown, because a false alarm costs more than a missed error.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Value as Json, json};

/// Whether `text` matches `format`. `None`: the format is not checked.
pub fn accepts(format: &str, text: &str) -> Option<bool> {
    Some(match format {
        "url" => is_url(text),
        "email" => is_email(text, false),
        "idn-email" => is_email(text, true),
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "date-time" | "timer" => is_date_time(text),
        // `user` and `team` refer to entities, which only the catalog knows; an empty text is allowed.
        _ => return None,
    })
}

/// The formats that `accepts` checks.
pub const FORMATS: [&str; 7] = ["url", "email", "idn-email", "ipv4", "ipv6", "date-time", "timer"];

/// An example of the format, for help lines.
pub fn example(format: &str) -> Option<&'static str> {
    Some(match format {
        "url" => "https://git.example.com/team/service",
        "email" | "idn-email" | "user" => "someone@example.com",
        "ipv4" => "192.0.2.10",
        "ipv6" => "2001:db8::10",
        "date-time" | "timer" => "2026-01-31T09:30:00Z",
        "team" => "payments",
        _ => return None,
    })
}

/// The schema for validation: formats that JSON Schema does not define are replaced by keywords, and keys that could be
/// mistaken for keywords are removed.
pub fn spelled_out(schema: &Json) -> Json {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        for key in
            ["default", "title", "description", "icon", "enumColors", "spec", "specAuthentication", "$schema", "$id"]
        {
            object.remove(key);
        }
        if object.get("format").and_then(Json::as_str) == Some("labeled-url") {
            object.remove("format");
            let spelled = json!({
                "required": ["url"],
                "properties": {"url": {"type": "string", "format": "url"}, "displayText": {"type": "string"}},
            });
            for (key, value) in spelled.as_object().into_iter().flatten() {
                object.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    schema
}

/// `scheme://host...`, without spaces.
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let scheme_is_legal = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    let Some(rest) = rest.strip_prefix("//") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    scheme_is_legal && !host.is_empty() && !host.starts_with(':') && is_free_of_blanks(text)
}

/// No white space, no control characters, and none of the characters that people put around URLs.
fn is_free_of_blanks(text: &str) -> bool {
    let is_fine = |byte: u8| byte > b' ' && byte < 0x7F && !matches!(byte, b'<' | b'>' | b'"' | b'`');
    text.bytes().all(is_fine)
        || !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`'))
}

fn is_email(text: &str, international: bool) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_is_legal = match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => !quoted.contains(['"', '\r', '\n']),
        None => {
            !local.is_empty()
                && !local.starts_with('.')
                && !local.ends_with('.')
                && !local.contains("..")
                && local.chars().all(|c| {
                    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || (international && !c.is_ascii())
                })
        }
    };
    let domain_is_legal = domain.split('.').all(|label| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || (international && !c.is_ascii()))
    });
    local_is_legal && local.len() <= 64 && domain_is_legal
}

/// RFC 3339: date, `T` (or a space), time, optional fraction, and a time zone. The zone may lack its colon (`+0000`),
/// as in ISO 8601 and in the output of GitLab, Jira and Jenkins.
fn is_date_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = bytes.get(from..to)?;
        digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let is = |at: usize, allowed: &[u8]| bytes.get(at).is_some_and(|byte| allowed.contains(byte));
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else { return false };
    let (Some(hour), Some(minute), Some(second)) = (number(11, 13), number(14, 16), number(17, 19)) else {
        return false;
    };
    let marks = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    if !marks || day == 0 || day > days_in(year, month) || hour > 23 || minute > 59 || second > 60 {
        return false;
    }
    let mut at = 19;
    if is(at, b".") {
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return false;
        }
        at += 1 + digits;
    }
    if is(at, b"Zz") {
        return at + 1 == bytes.len();
    }
    let minutes = if is(at + 3, b":") { at + 4 } else { at + 3 };
    is(at, b"+-")
        && number(at + 1, at + 3).is_some_and(|hours| hours <= 23)
        && number(minutes, minutes + 2).is_some_and(|minutes| minutes <= 59)
        && minutes + 2 == bytes.len()
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: &str, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(accepts(format, text), Some(true), "{format}: {text}");
        }
        for text in bad {
            assert_eq!(accepts(format, text), Some(false), "{format}: {text}");
        }
    }

    #[test]
    fn formats_judge_as_people_expect() {
        check(
            "url",
            &[
                "https://a.b/c?d=1&e#f",
                "http://localhost:8080",
                "ssh://git@host/x",
                "postgres://10.0.0.1/db",
                "https://ü.de/é",
            ],
            &[
                "example.com",
                "https://",
                "https:// a",
                "http:/a",
                "//a",
                "https://:80",
                "",
                "1http://a",
                "https://<host>/",
            ],
        );
        check(
            "email",
            &["a@b.co", "first.last+tag@sub.example.com", "root@localhost", "\"a b\"@c.d"],
            &["a", "a@", "@b", "a b@c.d", "a@b..c", ".a@b.c", "a@-b.c", "é@b.c"],
        );
        check("idn-email", &["é@bücher.de", "a@b.c"], &["é", "@bücher.de"]);
        check("ipv4", &["10.0.0.1"], &["10.0.0", "10.0.0.256", "010.0.0.1"]);
        check("ipv6", &["::1", "2001:db8::10"], &["1::2::3", "10.0.0.1"]);
        check(
            "date-time",
            &[
                "2024-02-29T23:59:60Z",
                "2024-01-01T00:00:00.123+02:00",
                "2024-01-01t00:00:00z",
                "2023-11-06T11:02:59.000+0000",
                "2023-11-06T11:02:59-0730",
            ],
            &[
                "2024-01-01",
                "2023-02-29T00:00:00Z",
                "2024-01-01T00:00:00",
                "2024-13-01T00:00:00Z",
                "2024-01-01T24:00:00Z",
                "2024-01-01T00:00:00.Z",
                "2024-01-01T00:00:00+2:00",
                "2024-01-01T00:00:00+02",
                "2024-01-01T00:00:00+02000",
                "2024-01-01T00:00:00+2460",
                "2024-01-01T00:00:00Zx",
                "é024-01-01T00:00:00Z",
            ],
        );
        for format in ["markdown", "user", "team"] {
            assert_eq!(accepts(format, ""), None, "{format}");
        }
        for format in FORMATS {
            let example = example(format).expect("every judged format has an example");
            assert_eq!(accepts(format, example), Some(true), "{format}");
        }
    }
}
