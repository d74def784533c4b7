//! Redacts secrets from texts of servers, proxies and libraries that received them. They may repeat a secret as it
//! was sent, in another encoding (percent-encoded, JSON, HTML, Base64, hexadecimal, lower case as in a host
//! name) or in part. All of these are searched before a text is shortened, because half a secret would not be found.

use std::collections::HashSet;

/// The replacement of a secret.
const MARK: &str = "[secret]";
/// Shorter texts are not secrets, and redacting them would damage ordinary words.
const SHORTEST: usize = 6;
/// The length from which a part of a secret is redacted.
const SHORTEST_PART: usize = 12;

/// The secrets of one call in every searched encoding.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    /// In lower case, longest first.
    forms: Vec<Vec<u8>>,
    /// All parts of [`SHORTEST_PART`] bytes of all forms.
    parts: HashSet<Box<[u8]>>,
}

impl Redactor {
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Self {
        let mut forms: Vec<Vec<u8>> = Vec::new();
        for secret in secrets.into_iter().filter(|secret| secret.len() >= SHORTEST) {
            forms.push(secret.as_bytes().to_vec());
            forms.push(hexadecimal(secret.as_bytes()));
            for shift in 0..3 {
                let form = base64_within(secret.as_bytes(), shift);
                let in_addresses = form.iter().map(|byte| match byte {
                    b'+' => b'-',
                    b'/' => b'_',
                    byte => *byte,
                });
                forms.push(in_addresses.collect());
                forms.push(form);
            }
        }
        forms.iter_mut().for_each(|form| form.make_ascii_lowercase());
        forms.retain(|form| form.len() >= SHORTEST);
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        let parts = forms.iter().flat_map(|form| form.windows(SHORTEST_PART)).map(Into::into).collect();
        Self { forms, parts }
    }

    /// The text without the secrets.
    pub fn redact(&self, text: &str) -> String {
        if self.forms.is_empty() || text.len() < SHORTEST {
            return text.to_owned();
        }
        let signs = Sign::all_of(text);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(sign) = signs.get(at) {
            match self.length_at(&signs[at..]) {
                0 => {
                    out.push_str(text.get(sign.start..sign.end).unwrap_or_default());
                    at += 1;
                }
                length => {
                    out.push_str(MARK);
                    at += length;
                }
            }
        }
        out
    }

    /// The number of characters of a secret at the start of the text.
    fn length_at(&self, signs: &[Sign]) -> usize {
        let whole = self.forms.iter().filter_map(|form| matched(form, signs)).max();
        if let Some(length) = whole {
            return length;
        }
        // A longer part: the longest run in which every window is a part.
        let Some(mut length) = self.part_at(signs) else { return 0 };
        let mut at = 0;
        while at + 1 < signs.len() {
            at += 1;
            match self.part_at(&signs[at..]) {
                Some(more) => length = length.max(at + more),
                None => break,
            }
        }
        length
    }

    /// The length of the part that the text begins with.
    fn part_at(&self, signs: &[Sign]) -> Option<usize> {
        let mut part = Vec::with_capacity(SHORTEST_PART + 4);
        for (at, sign) in signs.iter().enumerate() {
            if at == 0 && sign.bytes.is_empty() {
                return None;
            }
            part.extend(sign.bytes.iter().map(u8::to_ascii_lowercase));
            if part.len() >= SHORTEST_PART {
                return self.parts.contains(&part[..SHORTEST_PART]).then_some(at + 1);
            }
        }
        None
    }
}

/// The number of characters of the form.
fn matched(form: &[u8], signs: &[Sign]) -> Option<usize> {
    let mut left = form;
    for (at, sign) in signs.iter().enumerate() {
        if at == 0 && sign.bytes.is_empty() {
            return None;
        }
        for byte in &sign.bytes {
            match left.split_first() {
                Some((first, rest)) if first.eq_ignore_ascii_case(byte) => left = rest,
                Some(_) => return None,
                None => return Some(at + 1),
            }
        }
        if left.is_empty() {
            return Some(at + 1);
        }
    }
    None
}

/// A character or an escape of one, with what it stands for.
#[derive(Debug)]
struct Sign {
    start: usize,
    end: usize,
    /// Empty for an invisible character, which does not interrupt a secret.
    bytes: Vec<u8>,
}

impl Sign {
    fn all_of(text: &str) -> Vec<Self> {
        let mut signs = Vec::with_capacity(text.len());
        let mut start = 0;
        while let Some(c) = text.get(start..).and_then(|rest| rest.chars().next()) {
            let rest = &text[start..];
            let (length, bytes) = escape(rest).unwrap_or_else(|| {
                let bytes = if is_invisible(c) { Vec::new() } else { c.to_string().into_bytes() };
                (c.len_utf8(), bytes)
            });
            signs.push(Self { start, end: start + length, bytes });
            start += length;
        }
        signs
    }
}

/// Whether a character between those of a secret is invisible to people.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The escape at the start of the text: its length, and the bytes that it stands for.
fn escape(text: &str) -> Option<(usize, Vec<u8>)> {
    let rest = text.get(1..)?;
    match text.as_bytes().first()? {
        b'%' => {
            // A doubly encoded character begins with an encoded percent sign.
            let twice = rest.len() - rest.trim_start_matches("25").len();
            let digits = rest.get(twice..twice + 2).and_then(hex);
            let (skipped, byte) = digits.map(|byte| (twice, byte)).or_else(|| Some((0, hex(rest.get(..2)?)?)))?;
            Some((skipped + 3, vec![u8::try_from(byte).ok()?]))
        }
        b'\\' => match rest.as_bytes().first()? {
            b'u' if rest.as_bytes().get(1) == Some(&b'{') => {
                let digits = rest.get(2..)?.split_once('}')?.0;
                Some((digits.len() + 4, character(hex(digits)?)?))
            }
            b'u' => Some((6, character(hex(rest.get(1..5)?)?)?)),
            b'x' => Some((4, vec![u8::try_from(hex(rest.get(1..3)?)?).ok()?])),
            byte @ (b'"' | b'\\' | b'/' | b'\'') => Some((2, vec![*byte])),
            _ => None,
        },
        b'&' => {
            let name = rest.get(..rest.find(';').filter(|at| *at <= 8)?)?;
            let bytes = match name {
                "amp" => vec![b'&'],
                "lt" => vec![b'<'],
                "gt" => vec![b'>'],
                "quot" => vec![b'"'],
                "apos" => vec![b'\''],
                _ => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(digits) => hex(digits)?,
                        None => number.parse().ok()?,
                    };
                    character(code)?
                }
            };
            Some((name.len() + 2, bytes))
        }
        _ => None,
    }
}

fn hex(digits: &str) -> Option<u32> {
    let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex { u32::from_str_radix(digits, 16).ok() } else { None }
}

fn character(code: u32) -> Option<Vec<u8>> {
    char::from_u32(code).map(|c| c.to_string().into_bytes())
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

/// The part of a Base64 text that depends only on `bytes`, if `shift` bytes (0, 1 or 2, modulo 3) precede them, as the
/// user name does in `Basic`.
fn base64_within(bytes: &[u8], shift: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut padded = vec![0; shift];
    padded.extend_from_slice(bytes);
    let bits = padded.len() * 8;
    let first = (shift * 8).div_ceil(6);
    let last = bits / 6;
    let sextet = |at: usize| {
        let bit = at * 6;
        let pair = u16::from(padded[bit / 8]) << 8 | u16::from(padded.get(bit / 8 + 1).copied().unwrap_or_default());
        usize::from(pair >> (10 - bit % 8) & 0x3f)
    };
    (first..last).filter_map(|at| ALPHABET.get(sextet(at)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "s3cr/et+\"Va\\lue&4!";

    fn redact(text: &str) -> String {
        Redactor::new([SECRET]).redact(text)
    }

    #[test]
    fn a_secret_is_found_in_every_writing() {
        for written in [
            SECRET,
            "S3CR/ET+\"vA\\LUE&4!",
            "s3cr%2Fet%2B%22Va%5Clue%264%21",
            "s3cr%2fet%2b%22va%5clue%264%21",
            "s3cr%252Fet%252B%2522Va%255Clue%25264%2521",
            r#"s3cr\/et+\"Va\\lue&4!"#,
            r#"s3cr/et\u002b\"Va\\lue\u00264!"#,
            r#"s3cr/et\u{2b}\"Va\\lue\x264!"#,
            "s3cr/et+&quot;Va\\lue&amp;4!",
            "s3cr&#x2F;et&#43;&#34;Va\\lue&#38;4!",
            "733363722f65742b2256615c6c7565263421",
            "s3cr/e\u{200b}t+\"V\u{ad}a\\lue&4!",
        ] {
            assert_eq!(redact(&format!("got {written}, no")), "got [secret], no", "{written}");
        }
        assert_eq!(redact("s3cr/et+\"Va\\lue&4 s3cr"), "[secret] s3cr", "a long part");
        assert_eq!(redact("et+\"Va\\lue&4!"), "[secret]", "the end of it");
        assert_eq!(redact("nothing here %zz \\u12 &x; 100%"), "nothing here %zz \\u12 &x; 100%");
        assert_eq!(Redactor::new(["abc"]).redact("abc"), "abc", "too short for a secret");
        assert_eq!(Redactor::new(["hunter2"]).redact("hunter2hunter2 Hunter2"), "[secret][secret] [secret]");
    }

    #[test]
    fn base64_hides_no_secret() {
        for (user, text) in [
            ("", "czNjci9ldCsiVmFcbHVlJjQh"),
            ("a", "YTpzM2NyL2V0KyJWYVxsdWUmNCE="),
            ("ab", "YWI6czNjci9ldCsiVmFcbHVlJjQh"),
            ("abc", "YWJjOnMzY3IvZXQrIlZhXGx1ZSY0IQ=="),
        ] {
            let shown = redact(&format!("Basic {text}."));
            assert!(shown.contains(MARK), "{user}: {shown}");
            let left: usize = shown.replace("Basic ", "").replace(MARK, "").len();
            assert!(left <= user.len() * 2 + 7, "{user}: {shown}");
        }
    }
}
