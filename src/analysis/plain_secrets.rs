//! Finds credentials in the values of a manifest, for the rule `plain-secret`. `text::credentials` defines what a
//! credential looks like.

use crate::domain::document::tree::{Kind, Value, entries_of};
pub(crate) use crate::text::credentials::may_hold;
use crate::text::credentials::{Credential, looks_random, name_sounds_secret, recognise};

/// One credential and its kind.
#[derive(Debug)]
pub(crate) struct Secret<'a> {
    pub value: Value<'a>,
    pub kind: SecretKind<'a>,
}

#[derive(Debug)]
pub(crate) enum SecretKind<'a> {
    /// Recognised by its text.
    Recognised(Credential),
    /// Recognised by the name of its property.
    Named(&'a str),
}

/// Searches all values under `properties`.
pub(crate) fn search<'a>(properties: Option<Value<'a>>, found: &mut Vec<Secret<'a>>) {
    for (key, value) in entries_of(properties) {
        look(Some(key), value, found);
    }
}

/// The reader's limit on nesting bounds the recursion.
fn look<'a>(key: Option<Value<'a>>, value: Value<'a>, found: &mut Vec<Secret<'a>>) {
    match value.kind() {
        Kind::Map => value.entries().for_each(|(key, value)| look(Some(key), value, found)),
        Kind::List => value.items().for_each(|item| look(key, item, found)),
        Kind::String => {
            let text = value.as_str().unwrap_or_default();
            // A block scalar ends with a line break.
            let is_named = |name: &&str| name_sounds_secret(name) && looks_random(text.trim_end());
            let name = key.and_then(Value::as_str).filter(is_named).map(SecretKind::Named);
            let kind = recognise(text).map(SecretKind::Recognised).or(name);
            found.extend(kind.map(|kind| Secret { value, kind }));
        }
        Kind::Null | Kind::Bool | Kind::Number => {}
    }
}
