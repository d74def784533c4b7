//! Recognises credentials by their own text, regardless of the name that they are assigned to.

use std::ops::Range;

use super::names::{is_literal, is_stand_in, looks_random};

/// The kind of a credential, described for a finding. It does not repeat any part of the credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// "a GitHub personal access token".
    Token(&'static str),
    UrlPassword,
    PrivateKey,
    WebToken,
}

/// A token with a known prefix.
struct Token {
    prefix: &'static str,
    /// The minimum number of characters of the alphabet after the prefix.
    least: usize,
    also: &'static [u8],
    what: &'static str,
}

const TOKENS: [Token; 22] = [
    token("AKIA", 16, b"", "an AWS access key id"),
    token("ASIA", 16, b"", "an AWS access key id"),
    token("ghp_", 36, b"", "a GitHub personal access token"),
    token("gho_", 36, b"", "a GitHub OAuth token"),
    token("ghu_", 36, b"", "a GitHub user token"),
    token("ghs_", 36, b"", "a GitHub server token"),
    token("ghr_", 36, b"", "a GitHub refresh token"),
    token("github_pat_", 22, b"_", "a GitHub personal access token"),
    token("glpat-", 20, b"-_", "a GitLab personal access token"),
    token("xoxb-", 20, b"-", "a Slack bot token"),
    token("xoxp-", 20, b"-", "a Slack user token"),
    token("xoxa-", 20, b"-", "a Slack app token"),
    token("xapp-", 20, b"-", "a Slack app token"),
    token("sk_live_", 16, b"", "a Stripe secret key"),
    token("rk_live_", 16, b"", "a Stripe restricted key"),
    token("AIza", 35, b"-_", "a Google API key"),
    token("npm_", 36, b"", "an npm token"),
    token("pypi-AgE", 40, b"-_", "a PyPI token"),
    token("SG.", 60, b"-_.", "a SendGrid key"),
    token("hvs.", 24, b"-_", "a Vault token"),
    token("dop_v1_", 60, b"", "a DigitalOcean token"),
    token("AGE-SECRET-KEY-1", 50, b"", "an age secret key"),
];

const fn token(prefix: &'static str, least: usize, also: &'static [u8], what: &'static str) -> Token {
    Token { prefix, least, also, what }
}

const PRIVATE_KEY: &str = "PRIVATE KEY-----";
const BEGIN: &str = "-----BEGIN";
pub(super) const JSON_WEB_TOKEN: &str = "eyJ";

/// The kind of credential in a text, if the text itself reveals it.
pub fn recognise(text: &str) -> Option<Credential> {
    if text.contains(PRIVATE_KEY) && text.contains(BEGIN) {
        return Some(Credential::PrivateKey);
    }
    for token in &TOKENS {
        if token.places(text).next().is_some() {
            return Some(Credential::Token(token.what));
        }
    }
    if words(text).any(|(_, word)| is_json_web_token(word)) {
        return Some(Credential::WebToken);
    }
    has_url_password(text).then_some(Credential::UrlPassword)
}

/// The ranges of private keys and tokens.
pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    private_keys(text, found);
    for token in &TOKENS {
        found.extend(token.places(text));
    }
    if text.contains(JSON_WEB_TOKEN) {
        let web_tokens = words(text).filter(|(_, word)| is_json_web_token(word));
        found.extend(web_tokens.map(|(at, word)| at..at + word.len()));
    }
}

/// The ranges of credentials in URLs.
pub(super) fn find_in_urls(text: &str, found: &mut Vec<Range<usize>>) {
    for at in memchr::memchr_iter(b'@', text.as_bytes()) {
        let password = url_password(text, at).filter(|password| !is_stand_in(password));
        let hidden = password.or_else(|| url_user(text, at).filter(|user| looks_random(user)));
        found.extend(hidden.map(|hidden| at - hidden.len()..at));
    }
}

impl Token {
    /// The ranges of this token in a text.
    fn places<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        text.match_indices(self.prefix).filter_map(move |(at, _)| {
            let starts_a_word = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            let rest = &text.as_bytes()[at + self.prefix.len()..];
            let run = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || self.also.contains(byte)).count();
            (starts_a_word && run >= self.least).then(|| at..at + self.prefix.len() + run)
        })
    }
}

/// Words that could be a JSON web token, with their positions.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).map(move |word| {
        let start = at;
        // One character of any length separates the words.
        at += word.len();
        at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (start, word.trim_end_matches('.'))
    })
}

/// From `-----BEGIN` to the end of the block. A key without an end continues as long as its lines could be Base64.
fn private_keys(text: &str, found: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find(BEGIN)).map(|at| at + from) {
        let rest = &text[start..];
        let Some(header) = rest.find(PRIVATE_KEY).filter(|at| !rest[..*at].contains('\n')) else {
            from = start + BEGIN.len();
            continue;
        };
        let body = start + header + PRIVATE_KEY.len();
        let end = match text[body..].find("-----END") {
            Some(at) => {
                let footer = body + at + "-----END".len();
                text[footer..].find("-----").map_or(text.len(), |at| footer + at + "-----".len())
            }
            None => body + base64_lines(&text[body..]),
        };
        found.push(start..end);
        from = end;
    }
}

/// The number of bytes at the start of a text whose lines could belong to a key.
fn base64_lines(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start_matches(['#', ' ', '\t']).trim();
        let is_base64 = words.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=\\\"'".contains(&byte));
        if !is_base64 && length > 0 {
            break;
        }
        length += line.len();
    }
    text[..length].trim_end().len()
}

/// Whether the text contains `user:password@` after `://`.
pub(super) fn has_url_password(text: &str) -> bool {
    memchr::memchr_iter(b'@', text.as_bytes()).any(|at| url_password(text, at).is_some_and(is_literal))
}

/// How far before the `@` the slashes of a URL are searched: a text with many `@` must not be read to its start for
/// each.
const MAX_CREDENTIALS_BYTES: usize = 257;

/// The password that ends at the `@` at byte `at`.
fn url_password(text: &str, at: usize) -> Option<&str> {
    // The slash is searched first: most texts with an `@` are e-mail addresses, which have no slash after a colon.
    let window = text.as_bytes().get(at.saturating_sub(MAX_CREDENTIALS_BYTES)..at)?;
    let slash = at - window.len() + memchr::memrchr(b'/', window)?;
    if !text.get(..=slash)?.ends_with("://") {
        return None;
    }
    let credentials = text.get(slash + 1..at)?;
    let (user, password) = credentials.split_once(':')?;
    let is_of_one_piece = !credentials.bytes().any(|byte| byte.is_ascii_whitespace() || b"\"'<>".contains(&byte));
    (is_of_one_piece && !user.is_empty()).then_some(password)
}

/// The text before the `@` at byte `at` of a URL without a password; it is often a token.
fn url_user(text: &str, at: usize) -> Option<&str> {
    let window = text.as_bytes().get(at.saturating_sub(MAX_CREDENTIALS_BYTES)..at)?;
    let slash = at - window.len() + memchr::memrchr(b'/', window)?;
    let user = text.get(slash + 1..at)?;
    (text.get(..=slash)?.ends_with("://") && !user.contains(':')).then_some(user)
}

fn is_json_web_token(word: &str) -> bool {
    let mut parts = word.split('.');
    let is_part = |part: Option<&str>, least: usize| {
        part.is_some_and(|part| {
            part.len() >= least && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        })
    };
    word.starts_with(JSON_WEB_TOKEN)
        && is_part(parts.next(), 12)
        && is_part(parts.next(), 12)
        && is_part(parts.next(), 16)
        && parts.next().is_none()
}

/// The shortest text that each kind of token is recognised by.
#[cfg(test)]
pub(super) fn shortest() -> Vec<String> {
    TOKENS.iter().map(|token| format!("{}{}", token.prefix, "0".repeat(token.least))).collect()
}
