//! Masks credentials in everything that portolan prints, saves or digests. It is the only place that decides what
//! replaces a credential: `[secret TAG]`, where the tag is an HMAC of the credential, so that two credentials can be
//! distinguished and nobody without the key can guess one.
//!
//! The key comes from the client secret of the platform if there is one, so that a pull request and its pipeline agree.
//! Otherwise it is random, and tags can be compared only within one run.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ring::{hkdf, hmac};

use super::credentials::{self, holds_secret};
use super::redact::Redactor;

/// The letters of a tag, chosen so that they form no words or numbers.
const ALPHABET: &[u8; 16] = b"bdghjkmnpqrstvwx";
const TAG_LETTERS: usize = 12;

/// Clones share key and names.
#[derive(Clone)]
pub struct Mask {
    shared: Arc<Shared>,
    has_masked: Arc<AtomicBool>,
}

struct Shared {
    key: hmac::Key,
    /// Names of properties whose values are not masked.
    allowed: Vec<String>,
    is_off: bool,
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask").field("allowed", &self.shared.allowed).finish_non_exhaustive()
    }
}

impl Mask {
    /// A mask whose key is derived from the secret, so that equal secrets give equal tags. `allowed`: names of
    /// properties that are not masked.
    pub fn derived(secret: &[u8], allowed: Vec<String>) -> Self {
        let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, b"portolan mask 1").extract(secret);
        let key = derived.expand(&[b"tag"], hmac::HMAC_SHA256).expect("a key is as long as a digest");
        let shared = Shared { key: key.into(), allowed, is_off: false };
        Self { shared: Arc::new(shared), has_masked: Arc::default() }
    }

    /// A mask without effect, for the content of a plan file, which is already masked.
    pub fn off() -> Self {
        let shared = Shared { key: hmac::Key::new(hmac::HMAC_SHA256, &[]), allowed: Vec::new(), is_off: true };
        Self { shared: Arc::new(shared), has_masked: Arc::default() }
    }

    /// The same mask with a [`Self::has_masked`] of its own.
    pub fn watched(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), has_masked: Arc::default() }
    }

    /// Whether this mask or one of its clones masked anything.
    pub fn has_masked(&self) -> bool {
        self.has_masked.load(Ordering::Relaxed)
    }

    /// An id that distinguishes keys and does not reveal the key.
    pub fn key_id(&self) -> String {
        self.letters("portolan mask key")
    }

    /// The replacement of this credential.
    pub fn mark(&self, secret: &str) -> String {
        self.has_masked.store(true, Ordering::Relaxed);
        format!("{}{}]", credentials::MARK, self.letters(secret))
    }

    fn letters(&self, text: &str) -> String {
        let tag = hmac::sign(&self.shared.key, text.as_bytes());
        let halves = tag.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
        halves
            .take(TAG_LETTERS)
            .filter_map(|half| ALPHABET.get(usize::from(half)))
            .map(|letter| char::from(*letter))
            .collect()
    }

    /// The same tags, with other names of properties that are not masked.
    pub fn allowing(&self, allowed: Vec<String>) -> Self {
        let shared = Shared { key: self.shared.key.clone(), allowed, is_off: self.shared.is_off };
        Self { shared: Arc::new(shared), has_masked: Arc::clone(&self.has_masked) }
    }

    /// The names of properties that are not masked.
    pub fn allowed(&self) -> &[String] {
        &self.shared.allowed
    }

    pub fn allows(&self, name: &str) -> bool {
        self.shared.is_off || self.shared.allowed.iter().any(|allowed| allowed == name)
    }

    /// The ranges of the credentials in a text.
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        if self.shared.is_off { Vec::new() } else { credentials::find(text, &self.shared.allowed) }
    }

    /// The text with its credentials masked.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.without(text, &self.find(text))
    }

    /// The value of a property with credentials masked, decided by its name first, then by its text.
    pub fn named<'t>(&self, name: &str, text: &'t str) -> Cow<'t, str> {
        if self.allows(name) {
            Cow::Borrowed(text)
        } else if holds_secret(name, text) {
            // The line break of a block scalar is ignored, so that the tag equals that of the same credential
            // elsewhere.
            Cow::Owned(self.mark(text.trim()))
        } else {
            self.text(text)
        }
    }

    /// The text of a third party that received `secrets` and may repeat them in another encoding.
    pub fn quoted<'t>(&self, text: &'t str, secrets: &[String]) -> Cow<'t, str> {
        if secrets.is_empty() {
            return self.text(text);
        }
        let redacted = Redactor::new(secrets.iter().map(String::as_str)).redact(text);
        Cow::Owned(self.text(&redacted).into_owned())
    }

    /// The text with a mark for each of these ranges, which must be sorted and must not overlap.
    pub fn without<'t>(&self, text: &'t str, ranges: &[Range<usize>]) -> Cow<'t, str> {
        if ranges.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut masked = String::with_capacity(text.len());
        let mut at = 0;
        for range in ranges {
            masked.push_str(text.get(at..range.start).unwrap_or_default());
            masked.push_str(&self.mark(text.get(range.clone()).unwrap_or_default()));
            at = range.end;
        }
        masked.push_str(text.get(at..).unwrap_or_default());
        Cow::Owned(masked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask() -> Mask {
        Mask::derived(b"the client secret of the platform", Vec::new())
    }

    #[test]
    fn equal_credentials_have_equal_tags_and_others_do_not() {
        let mask = mask();
        let (one, other) = (mask.mark("hunter22"), mask.mark("hunter23"));
        assert_eq!(one, mask.mark("hunter22"));
        assert_ne!(one, other);
        assert_ne!(one, Mask::derived(b"another", Vec::new()).mark("hunter22"));
        let tag = one.strip_prefix("[secret ").and_then(|rest| rest.strip_suffix(']')).expect("it is a mark");
        assert!(tag.len() == TAG_LETTERS && !tag.chars().any(|c| c.is_ascii_digit()), "{tag}");
        assert_eq!(mask.named("token", "abc12345"), mask.named("apiKey", "abc12345\n"));
        assert_eq!(mask.text("postgres://app:hunter22@db"), format!("postgres://app:{one}@db"));
    }

    #[test]
    fn masking_twice_is_masking_once() {
        let mask = mask();
        for text in ["postgres://app:hunter22@db/x", "apiKey: f3J9x0Qp2LmN8vRt", "nothing", "pass:word@x"] {
            let once = mask.text(text).into_owned();
            assert_eq!(mask.text(&once), once);
            let once = mask.named("password", text).into_owned();
            assert_eq!(mask.named("password", &once), once);
        }
    }

    #[test]
    fn names_that_are_allowed_are_shown() {
        let mask = Mask::derived(b"x", vec!["apiKey".to_owned()]);
        assert_eq!(mask.named("apiKey", "f3J9x0Qp2LmN8vRt"), "f3J9x0Qp2LmN8vRt");
        assert_ne!(mask.named("token", "f3J9x0Qp2LmN8vRt"), "f3J9x0Qp2LmN8vRt");
        assert!(format!("{mask:?}").contains("apiKey"));
    }

    #[test]
    fn somebody_elses_words_lose_what_was_sent_to_them() {
        let secrets = ["correct horse".to_owned(), "a\"b1\"c".to_owned()];
        let said = mask().quoted(r#"no: "correct horse", "a\"b1\"c", x://y:hunter22@z"#, &secrets).into_owned();
        assert!(!said.contains("horse") && !said.contains("b1") && !said.contains("hunter22"), "{said}");
    }

    #[test]
    fn whether_anything_was_masked_is_known() {
        let mask = mask();
        let watched = mask.watched();
        watched.text("plain");
        assert!(!watched.has_masked());
        watched.text("x://y:hunter22@z");
        assert!(watched.has_masked() && !mask.has_masked() && watched.key_id() == mask.key_id());
    }
}
