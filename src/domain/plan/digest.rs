//! SHA-256 digests of compared content ([`Digest`]) and of what a user approves ([`ApprovalDigest`]). The code that
//! computes a digest defines what it covers.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Parses the canonical spelling: 64 digits, in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        read_hex(text).map(Self)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The value of `--approve`: 192 bits of a SHA-256 in hexadecimal. It is one word, so that a double click selects it,
/// and differs in length from a commit (40 digits) and other digests (64 digits). It is never abbreviated, because two
/// plans with the same short digest can be constructed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApprovalDigest(pub [u8; Self::BYTES]);

impl ApprovalDigest {
    const BYTES: usize = 24;
    /// The number of digits.
    pub const DIGITS: usize = 2 * Self::BYTES;

    pub fn of(digest: Digest) -> Self {
        Self(std::array::from_fn(|at| digest.0[at]))
    }

    /// Parses the canonical spelling: all digits, in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        read_hex(text).map(Self)
    }
}

impl fmt::Display for ApprovalDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for ApprovalDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Digests are hexadecimal texts in JSON.
macro_rules! hex_in_json {
    ($type:ident, $digits:expr, $what:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                Self::parse(&text)
                    .ok_or_else(|| D::Error::custom(format_args!("expected {} of {} hexadecimal digits", $what, $digits)))
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": format!("^[0-9a-f]{{{}}}$", $digits)})
            }
        }
    };
}

hex_in_json!(Digest, 64, "a digest");
hex_in_json!(ApprovalDigest, ApprovalDigest::DIGITS, "an approval digest");

fn read_hex<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    if text.len() != 2 * BYTES || !text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_digest_has_one_spelling() {
        let digest = Digest(std::array::from_fn(|at| u8::try_from(at).expect("32 fit") * 7));
        let approval = ApprovalDigest::of(digest);
        let text = approval.to_string();
        assert_eq!(text, "00070e151c232a31383f464d545b626970777e858c939aa1");
        assert_eq!((text.len(), digest.to_string().len()), (ApprovalDigest::DIGITS, 64));
        assert!(digest.to_string().starts_with(&text));
        assert_eq!(ApprovalDigest::parse(&text), Some(approval));
        let (prefix, upper) = (text.get(..47).expect("it is longer"), text.to_uppercase());
        for other in
            ["", "0007", "00070e151c23", prefix, &format!("{text}0"), &upper, &digest.to_string(), &"é".repeat(24)]
        {
            assert_eq!(ApprovalDigest::parse(other), None, "{other}");
        }
    }
}
