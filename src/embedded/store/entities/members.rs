//! Splits a stored JSON object into keys and raw values, one level deep. Most values are copied without parsing.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::embedded::store::error::StoreError;

#[derive(Debug)]
pub(in crate::embedded::store) struct Members<'a>(pub Vec<(Key<'a>, &'a RawValue)>);

pub(in crate::embedded::store) type Key<'a> = Cow<'a, str>;

impl<'a> Members<'a> {
    pub fn of(text: &'a str) -> Result<Self, StoreError> {
        serde_json::from_str(text).map_err(|error| damaged(&error))
    }

    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }
}

/// The error for stored JSON that cannot be parsed.
pub(in crate::embedded::store) fn damaged(error: &serde_json::Error) -> StoreError {
    StoreError::Damaged { what: format!("an entity cannot be read: {error}") }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((KeyText(key), value)) = entries.next_entry::<KeyText<'de>, &'de RawValue>()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// A key, borrowed if it has no escapes.
struct KeyText<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for KeyText<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = KeyText<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<KeyText<'de>, E> {
                Ok(KeyText(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<KeyText<'de>, E> {
                Ok(KeyText(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_the_text_that_they_are() {
        let members = Members::of(r#"{"a":1.50,"b\"c":{"d": [ ]},"e":null}"#).expect("it is an object");
        let shown = members.0.iter().map(|(key, value)| format!("{key}={}", value.get())).collect::<Vec<_>>();
        assert_eq!(shown, ["a=1.50", "b\"c={\"d\": [ ]}", "e=null"]);
        assert_eq!(members.get("a").map(RawValue::get), Some("1.50"));
        assert!(Members::of("[1]").is_err());
    }
}
