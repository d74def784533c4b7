//! A SHA-256 as a person types it: 64 hex digits, or the first of them. It names what was agreed to; whoever
//! computes it says what is in it.

use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// As many digits as are shown, and as few as are taken: 48 bits, which nobody hits by chance.
    pub const SHORT: usize = 12;

    /// The first digits: what is shown to people.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(Self::SHORT);
        text
    }

    /// Whether `text` is this digest, whole or its first digits.
    pub fn is_meant_by(&self, text: &str) -> bool {
        text.len() >= Self::SHORT && self.to_string().starts_with(&text.to_ascii_lowercase())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_meant_by_its_beginning_and_by_nothing_shorter() {
        let digest = Digest(std::array::from_fn(|at| u8::try_from(at).expect("32 fit") * 7));
        assert_eq!(digest.short(), "00070e151c23");
        assert_eq!(digest.to_string().len(), 64);
        assert!(digest.is_meant_by("00070e151c23") && digest.is_meant_by("00070E151C232A"));
        assert!(digest.is_meant_by(&digest.to_string()));
        for other in ["", "0007", "00070e151c24", &format!("{digest}0")] {
            assert!(!digest.is_meant_by(other), "{other}");
        }
    }
}
