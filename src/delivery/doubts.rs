//! What may go wrong with the manifests of a file, as one look at its values tells. Only files in doubt are looked at again.

use super::timestamp::starts_with_year;
use crate::domain::document::tree::{Kind, Style, Value};

/// The mappings of an entity that the CRD has types for.
pub const MAPS: [&str; 2] = ["properties", "relations"];

/// What a file may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Doubts {
    pub has_dollar: bool,
    /// `properties:` or `relations:` without a value.
    pub has_null_map: bool,
    /// `properties: {}` or `relations: {}`.
    pub has_empty_map: bool,
    /// What kubectl and kustomize read differently: a timestamp, or a value that is left out.
    pub has_other_reading: bool,
    /// What may have no form in JSON: a key that is no string, a timestamp, or a tagged value.
    pub has_no_json: bool,
}

impl Doubts {
    pub fn of_text(text: &str) -> Self {
        Self { has_dollar: memchr::memchr(b'$', text.as_bytes()).is_some(), ..Self::default() }
    }

    /// Looks at a document. `root`: the whole of it.
    pub fn add(&mut self, root: Value<'_>) {
        root.view().values().for_each(|value| self.look_at(value));
    }

    /// Looks at a value and its members, but not at what these hold.
    fn look_at(&mut self, value: Value<'_>) {
        match value.kind() {
            Kind::Map => {
                let in_flow = value.style() == Style::Flow;
                value.entries().for_each(|(key, member)| self.look_at_entry(key, member, in_flow));
            }
            Kind::List if value.style() == Style::Flow => self.has_other_reading |= value.items().any(is_left_out),
            Kind::String if may_be_date(value) => {
                self.has_other_reading = true;
                // It may be a key.
                self.has_no_json = true;
            }
            Kind::Bool => self.has_no_json |= value.is_tagged(),
            Kind::List | Kind::String | Kind::Null | Kind::Number => {}
        }
    }

    fn look_at_entry(&mut self, key: Value<'_>, member: Value<'_>, in_flow: bool) {
        self.has_no_json |= key.kind() != Kind::String;
        match member.kind() {
            Kind::Null => {
                self.has_other_reading |= in_flow && is_left_out(member);
                self.has_null_map |= is_typed(key);
            }
            Kind::Map if member.is_empty() => self.has_empty_map |= is_typed(key),
            Kind::Map | Kind::List | Kind::Bool | Kind::Number | Kind::String => {}
        }
    }
}

/// Whether the CRD has a type for what is under the key.
fn is_typed(key: Value<'_>) -> bool {
    MAPS.iter().any(|map| key.key_is(map))
}

fn is_left_out(value: Value<'_>) -> bool {
    value.is_null() && value.raw().is_empty()
}

fn may_be_date(value: Value<'_>) -> bool {
    value.style() == Style::Plain && value.as_str().is_some_and(starts_with_year)
}
