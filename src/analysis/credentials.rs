//! Credentials in values: tokens that say what they are, URLs with a password, private keys, and values under a
//! name that sounds secret. A first look over the whole text of a file keeps this free where there is nothing.

use std::sync::OnceLock;

use aho_corasick::packed::{Config, MatchKind, Searcher};

use crate::domain::tree::{Kind, Value, entries_of};

/// One credential, and what it is.
#[derive(Debug)]
pub(crate) struct Secret<'a> {
    pub value: Value<'a>,
    pub kind: SecretKind<'a>,
}

#[derive(Debug)]
pub(crate) enum SecretKind<'a> {
    /// "a GitHub token", with its first characters: more would spread it.
    Token {
        what: &'static str,
        start: String,
    },
    UrlPassword,
    PrivateKey,
    WebToken,
    /// Only its name gives it away.
    Named {
        name: &'a str,
    },
}

/// A token that says what it is by how it begins.
struct Token {
    prefix: &'static str,
    /// How many characters of the alphabet follow at least.
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

/// What gives a file away at first look: how tokens begin, or a part of that, and how the names of credentials end,
/// with the colon that makes them a key. At most 32 of at least 3 bytes: beyond that the search takes half as many
/// bytes at a time. It deals them out to eight buckets as they come, and looks at the first three bytes of all in a
/// bucket as if they were one: in a column stands what begins alike, or with letters that are rare in prose. Any other
/// order finds the same, and stops twice as often for nothing.
#[rustfmt::skip]
const MARKS: [[&str; 8]; 4] = [
    ["ghp_", "ghr_",   "hvs.",     "assword",   "ASSWORD", "oken:",   "ey:",     "AKIA"],
    ["gho_", "glpat-", "npm_",     "assphrase", "ECRET",   "oken\":", "ey\":",   "ASIA"],
    ["ghu_", "xox",    "pypi-AgE", "ecret",     "OKEN",    "EY:",     "EY-----", "AIza"],
    ["ghs_", "xapp-",  "_pat_",    "k_live_",   "SG.",     "EY\":",   "p_v1_",   JSON_WEB_TOKEN],
];

const PRIVATE_KEY: &str = "PRIVATE KEY-----";
const JSON_WEB_TOKEN: &str = "eyJ";

/// Whether it is worth looking at the values of this file.
pub(crate) fn may_hold(text: &str) -> bool {
    // All marks at once, a vector of bytes at a time: this reads every byte of every file.
    static SEARCHER: OnceLock<Option<Searcher>> = OnceLock::new();
    let searcher = SEARCHER.get_or_init(|| {
        Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(MARKS.as_flattened()).build()
    });
    searcher.as_ref().is_none_or(|searcher| searcher.find(text.as_bytes()).is_some()) || has_url_password(text)
}

/// `user:password@` after `://`, anywhere in the text.
fn has_url_password(text: &str) -> bool {
    memchr::memchr_iter(b'@', text.as_bytes()).any(|at| url_password(text, at).is_some())
}

/// How far before its `@` a URL's slashes are looked for: a text of many `@` is not read to its start at each.
const LONGEST_CREDENTIALS: usize = 257;

/// The password that ends at the `@` at byte `at`.
fn url_password(text: &str, at: usize) -> Option<&str> {
    // The slash first: most of what has an `@` is an e-mail address, and has none that comes after a colon.
    let window = text.as_bytes().get(at.saturating_sub(LONGEST_CREDENTIALS)..at)?;
    let slash = at - window.len() + memchr::memrchr(b'/', window)?;
    if !text.get(..=slash)?.ends_with("://") {
        return None;
    }
    let credentials = text.get(slash + 1..at)?;
    let (user, password) = credentials.split_once(':')?;
    let is_of_one_piece = !credentials.bytes().any(|byte| byte.is_ascii_whitespace() || b"\"'<>".contains(&byte));
    (is_of_one_piece && !user.is_empty() && is_literal(password)).then_some(password)
}

/// Whether a property of this name would hold a credential.
pub(crate) fn name_sounds_secret(name: &str) -> bool {
    let folded: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    ["password", "passphrase", "secret", "secretkey", "secretaccesskey", "apikey", "privatekey", "token"]
        .iter()
        .any(|end| folded.ends_with(end))
}

/// Looks through all values under `properties`.
pub(crate) fn search<'a>(properties: Option<Value<'a>>, found: &mut Vec<Secret<'a>>) {
    for (key, value) in entries_of(properties) {
        look(Some(key), value, found);
    }
}

/// Depth is bounded by the reader's limit on nesting.
fn look<'a>(key: Option<Value<'a>>, value: Value<'a>, found: &mut Vec<Secret<'a>>) {
    match value.kind() {
        Kind::Map => value.entries().for_each(|(key, value)| look(Some(key), value, found)),
        Kind::List => value.items().for_each(|item| look(key, item, found)),
        Kind::String => {
            let text = value.as_str().unwrap_or_default();
            let name = key.and_then(Value::as_str).filter(|name| name_sounds_secret(name) && looks_random(text));
            let kind = recognise(text).or(name.map(|name| SecretKind::Named { name }));
            found.extend(kind.map(|kind| Secret { value, kind }));
        }
        Kind::Null | Kind::Bool | Kind::Number => {}
    }
}

/// What credential a text holds, where it says so itself.
fn recognise<'a>(text: &str) -> Option<SecretKind<'a>> {
    if text.contains(PRIVATE_KEY) && text.contains("-----BEGIN") {
        return Some(SecretKind::PrivateKey);
    }
    for token in &TOKENS {
        for (at, _) in text.match_indices(token.prefix) {
            let starts_a_word = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            let rest = &text.as_bytes()[at + token.prefix.len()..];
            let run = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || token.also.contains(byte)).count();
            if starts_a_word && run >= token.least {
                let start = rest.iter().take(4).map(|byte| char::from(*byte));
                let start = token.prefix.chars().chain(start).take(6).collect();
                return Some(SecretKind::Token { what: token.what, start });
            }
        }
    }
    if text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=')).any(is_json_web_token) {
        return Some(SecretKind::WebToken);
    }
    let has_password = memchr::memchr_iter(b'@', text.as_bytes()).any(|at| url_password(text, at).is_some());
    has_password.then_some(SecretKind::UrlPassword)
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

/// Not a reference, a template or a stand-in.
fn is_literal(text: &str) -> bool {
    let stand_ins = ["password", "secret", "changeme", "example", "redacted", "placeholder", "xxx", "***", "..."];
    let lower = text.to_ascii_lowercase();
    !text.is_empty()
        && !text.contains(['$', '{', '}', '<', '>', '%', '(', ')', '*'])
        && !stand_ins.iter().any(|stand_in| lower.contains(stand_in))
}

/// Long enough, of one piece, mixed, and not a path, a URL or a reference to a vault.
fn looks_random(text: &str) -> bool {
    let mixed = text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic());
    // Base 64 has slashes too; a path is shorter, or begins with one.
    let may_be_path = text.contains('/') && (text.len() < 32 || text.starts_with('/') || text.contains('.'));
    text.len() >= 12
        && mixed
        && is_literal(text)
        && !text.contains([' ', ':', '\n'])
        && !may_be_path
        && !is_dashed_words(text)
}

/// `payments-api-token-v2`: a name, not a secret.
fn is_dashed_words(text: &str) -> bool {
    let words = text.split(['-', '_', '.']);
    words.clone().count() > 1 && words.clone().all(|word| !word.is_empty() && word.len() <= 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognises_what_is_and_leaves_what_only_talks_of_it() {
        let forty = "0123456789abcdefghijABCDEFGHIJ0123456789";
        let words = |text: &str| recognise(text).map(|kind| format!("{kind:?}"));
        for (text, kind) in [
            (format!("ghp_{forty}"), "Token { what: \"a GitHub personal access token\", start: \"ghp_01\" }"),
            (
                format!("see ghp_{forty}, rotate"),
                "Token { what: \"a GitHub personal access token\", start: \"ghp_01\" }",
            ),
            ("AKIAABCDEFGHIJKLMNOP".to_owned(), "Token { what: \"an AWS access key id\", start: \"AKIAAB\" }"),
            ("postgres://app:hunter22@db/x".to_owned(), "UrlPassword"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMII".to_owned(), "PrivateKey"),
            ("x (amqp://app:hunter22@mq)".to_owned(), "UrlPassword"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijklmnopqrst".to_owned(), "WebToken"),
        ] {
            assert_eq!(words(&text).as_deref(), Some(kind), "{text}");
            assert!(may_hold(&format!("a: {text}")), "the first look misses {text}");
        }
        for text in [
            "ghp_short",
            "https://git@github.com/x",
            "postgres://app:${DB_PASSWORD}@db/x",
            "squad+x@example.com",
            "https://user:password@example.com",
            "tokens expire",
            "the AKIA prefix",
            "https://example.com/a:b@c",
            "see https://example.com: mail a:b@c",
            "<https://a:>b@c",
        ] {
            assert_eq!(words(text), None, "{text}");
        }
        assert!(!may_hold("description: tokens and keys are stored elsewhere\nurl: https://a.b/c@d\n"));
    }

    #[test]
    fn the_first_look_misses_no_token_and_no_name() {
        for token in &TOKENS {
            let text = format!("{}{}", token.prefix, "0".repeat(token.least));
            assert!(recognise(&text).is_some() && may_hold(&text), "{text}");
        }
        for name in [
            "dbPassword",
            "DB_PASSWORD",
            "passphrase",
            "clientSecret",
            "CLIENT_SECRET",
            "secretKey",
            "token",
            "API_TOKEN",
            "API_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "api_key",
            "apiKey",
            "apikey",
            "privateKey",
            "private_key",
            "secretAccessKey",
        ] {
            assert!(name_sounds_secret(name) && may_hold(&format!("  {name}: x\n")), "{name}");
            assert!(may_hold(&format!("{{\"{name}\": 1}}")), "{name} in quotes");
        }
    }

    #[test]
    fn a_secret_name_needs_a_value_that_looks_random() {
        assert!(
            name_sounds_secret("clientSecret") && name_sounds_secret("DB_PASSWORD") && name_sounds_secret("apiKey")
        );
        assert!(!name_sounds_secret("tokens") && !name_sounds_secret("secretary") && !name_sounds_secret("key"));
        assert!(looks_random("f3J9x0Qp2LmN8vRt"));
        for text in [
            "vault:secret/x1",
            "${TOKEN_1_ABCDEF}",
            "payments-api-token-v2",
            "short1",
            "onlyletterslong",
            "<fill in 12345>",
        ] {
            assert!(!looks_random(text), "{text}");
        }
    }
}
