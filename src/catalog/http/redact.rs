//! Cleans texts from the server before they are shown: shortens them, and removes control characters and secrets of the
//! request. A server may repeat whatever it received.

use serde_json::Value;

use crate::domain::secret::Secret;
use crate::text::escape::is_unsafe;
use crate::text::redact::Redactor;

/// The maximum length of a server's text in a message, in characters.
const MAX_LENGTH: usize = 400;

/// The number of bytes that are searched for secrets before a text is cut to its beginning: a secret that is cut in two
/// would not be found.
const SEARCHED_BYTES: usize = 64 << 10;

/// Finds the secrets of a call in any encoding.
pub(super) fn redactor(secrets: &[&Secret]) -> Redactor {
    Redactor::new(secrets.iter().map(|secret| secret.reveal()))
}

/// Cleans the first `most` bytes of a body.
pub(super) fn clean_start(body: &[u8], most: usize, secrets: &[&Secret]) -> String {
    let searched = String::from_utf8_lossy(&body[..body.len().min(SEARCHED_BYTES)]);
    let redacted = redactor(secrets).redact(&searched);
    let end = (0..=most.min(redacted.len())).rev().find(|at| redacted.is_char_boundary(*at)).unwrap_or_default();
    clean(&redacted[..end], &[])
}

/// Cleans a text to one line.
pub(super) fn clean(text: &str, secrets: &[&Secret]) -> String {
    let text = redactor(secrets).redact(text);
    let words = text.split(|c: char| c.is_whitespace() || is_unseen(c)).filter(|word| !word.is_empty());
    let mut short = String::new();
    let mut length = 0;
    for word in words {
        let gap = usize::from(length > 0);
        let room = MAX_LENGTH.saturating_sub(length + gap);
        if gap == 1 {
            short.push(' ');
        }
        let count = word.chars().count();
        if count > room {
            short.extend(word.chars().take(room));
            short.push_str("...");
            return short;
        }
        short.push_str(word);
        length += gap + count;
    }
    short
}

/// Cleans every string and every key of a JSON value.
pub(super) fn clean_json(json: Value, secrets: &[&Secret]) -> Value {
    match json {
        Value::String(text) => Value::String(clean(&text, secrets)),
        Value::Array(items) => items.into_iter().map(|item| clean_json(item, secrets)).collect(),
        Value::Object(entries) => {
            entries.into_iter().map(|(name, value)| (clean(&name, secrets), clean_json(value, secrets))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => json,
    }
}

/// Control characters and characters that are invisible or change the text direction.
fn is_unseen(c: char) -> bool {
    is_unsafe(c) || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_made_harmless() {
        let secret = Secret::new("hunter2-hunter2");
        let seen = clean("no\u{1b}[31m \r\n such  token: hunter2-hunter2!\u{202e}", &[&secret]);
        assert_eq!(seen, "no [31m such token: [secret]!");
        let long = clean(&"word ".repeat(1000), &[]);
        assert!(long.chars().count() <= MAX_LENGTH + 3 && long.ends_with("..."), "{long}");
        let wide = clean(&"é".repeat(1000), &[]);
        assert_eq!(wide, format!("{}...", "é".repeat(MAX_LENGTH)));
        assert_eq!(clean("a banana", &[&Secret::new("a")]), "a banana");
        let details = serde_json::json!({"got hunter2-hunter2": [{"header": "Bearer\u{1b} hunter2-hunter2"}, 3, null]});
        let harmless = serde_json::json!({"got [secret]": [{"header": "Bearer [secret]"}, 3, null]});
        assert_eq!(clean_json(details, &[&secret]), harmless);
        let cut = format!("{}hunter2-hunter2", "x".repeat(290));
        assert_eq!(clean_start(cut.as_bytes(), 300, &[&secret]), format!("{}[secret]", "x".repeat(290)));
    }
}
