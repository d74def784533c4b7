//! The formats of addresses: networks, URIs, e-mail. They follow Go's parsers.

use std::net::Ipv6Addr;
use std::sync::LazyLock;

use regex_automata::meta::Regex;

use crate::jq::go_regex;

/// Four numbers; zeros before them do not count.
pub fn is_sloppy_ipv4(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number && part.parse::<u64>().is_ok_and(|number| number <= 255)
    };
    text.split('.').count() == 4 && text.split('.').all(is_part)
}

pub fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match () {
        () if is_sloppy_ipv4(address) => 32,
        () if address.parse::<Ipv6Addr>().is_ok() => 128,
        () => return false,
    };
    let is_number = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
    is_number && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

/// 6, 8 or 20 bytes, written in pairs with `:` or `-`, or in groups of four with `.`.
pub fn is_mac(text: &str) -> bool {
    let is_hex =
        |length: usize| move |group: &str| group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit());
    let has_groups = |separator: char, length: usize, counts: [usize; 3]| {
        counts.contains(&text.split(separator).count()) && text.split(separator).all(is_hex(length))
    };
    has_groups(':', 2, [6, 8, 20]) || has_groups('-', 2, [6, 8, 20]) || has_groups('.', 4, [3, 4, 10])
}

/// The signs of a host name besides the hyphen, and those of its last label.
static SIGNS: LazyLock<Option<Regex>> = LazyLock::new(|| go_regex(r"^[a-zA-Z0-9\p{S}\p{L}]*$").ok().flatten());
static LETTERS: LazyLock<Option<Regex>> = LazyLock::new(|| go_regex(r"^[a-zA-Z\p{L}]*$").ok().flatten());

/// One label with at most one hyphen, as its second sign, or several, of which the last has letters only.
pub fn is_hostname(text: &str) -> bool {
    let is_short = text.len() <= 255 && text.split('.').all(|label| label.len() <= 63);
    let has =
        |pattern: &LazyLock<Option<Regex>>, text: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
    let is_sign = |sign: &str| !sign.is_empty() && has(&SIGNS, sign);
    let first = |label: &str| label.chars().next().map_or(0, char::len_utf8);
    let Some((labels, last)) = text.rsplit_once('.') else {
        let (start, rest) = text.split_at(first(text));
        return is_short && is_sign(start) && has(&SIGNS, rest.strip_prefix('-').unwrap_or(rest));
    };
    let is_label = |label: &str| {
        let is_edge = |sign: Option<char>| sign.is_some_and(|sign| is_sign(sign.encode_utf8(&mut [0; 4])));
        is_edge(label.chars().next()) && is_edge(label.chars().last()) && has(&SIGNS, &label.replace('-', ""))
    };
    is_short && last.chars().count() >= 2 && has(&LETTERS, last) && labels.split('.').all(is_label)
}

/// A URI that a request may have: with a scheme, or from the root.
pub fn is_request_uri(text: &str) -> bool {
    if text.is_empty() || text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return false;
    }
    if text == "*" {
        return true;
    }
    let Some((has_scheme, rest)) = after_scheme(text) else { return false };
    let rest = rest.split('?').next().unwrap_or_default();
    let Some(rooted) = rest.strip_prefix('/') else { return has_scheme };
    let Some(authority) = rooted.strip_prefix('/').filter(|_| has_scheme) else { return has_right_escapes(rest) };
    let (authority, path) = authority.split_at(authority.find('/').unwrap_or(authority.len()));
    is_authority(authority) && has_right_escapes(path)
}

/// Whether there is a scheme, and what follows it. `None`: it begins with a colon.
fn after_scheme(text: &str) -> Option<(bool, &str)> {
    for (at, character) in text.char_indices() {
        match character {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at > 0 => return text.get(at + 1..).map(|rest| (true, rest)),
            ':' => return None,
            _ => return Some((false, text)),
        }
    }
    Some((false, text))
}

fn has_right_escapes(text: &str) -> bool {
    let mut parts = text.split('%');
    parts.next();
    parts.all(|part| part.len() >= 2 && part.as_bytes().iter().take(2).all(u8::is_ascii_hexdigit))
}

fn is_authority(text: &str) -> bool {
    let host = match text.rsplit_once('@') {
        Some((user, host)) => {
            let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
            if !user.bytes().all(is_sign) || !has_right_escapes(user) {
                return false;
            }
            host
        }
        None => text,
    };
    let is_port = |port: &str| {
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if let Some(rest) = host.strip_prefix('[') {
        return rest.rsplit_once(']').is_some_and(|(_, port)| is_port(port));
    }
    let port = host.rfind(':').map_or("", |at| host.get(at..).unwrap_or_default());
    let is_sign = |byte: u8| byte >= 0x80 || byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:[]<>\"%".contains(&byte);
    is_port(port) && host.bytes().all(is_sign)
}

/// An address, or a name with an address in angle brackets. What is rare in addresses (comments, quoted parts, encoded
/// words) is accepted.
pub fn is_email(text: &str) -> bool {
    let text = text.trim_matches([' ', '\t']);
    if text.contains(['"', '(', '=']) {
        return text.contains('@');
    }
    match text.strip_suffix('>') {
        Some(rest) => rest.split_once('<').is_some_and(|(name, address)| is_phrase(name) && is_address(address)),
        None => is_address(text),
    }
}

fn is_phrase(text: &str) -> bool {
    text.split_whitespace().all(|word| word.chars().all(|letter| is_atom_sign(letter) || letter == '.'))
}

fn is_address(text: &str) -> bool {
    let is_dotted = |text: &str| text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_sign));
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_literal = domain.starts_with('[') && domain.ends_with(']');
    is_dotted(local.trim_end()) && (is_literal || is_dotted(domain.trim_start()))
}

fn is_atom_sign(character: char) -> bool {
    !character.is_ascii() || character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(character)
}
