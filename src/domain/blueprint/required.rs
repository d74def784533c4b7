//! Decides whether an entity lacks a required property or relation. Lint and the embedded catalog word it.

use super::{Property, Relation};

/// How an entity gives the value of a property or relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Absent,
    /// Null clears the value. For a relation, an empty list does too.
    Null,
    Set,
}

/// Why a required value counts as missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    Absent,
    Null,
}

impl Property {
    /// The catalog fills in a default for an absent value, but not for null.
    pub fn lack(&self, presence: Presence) -> Option<Lack> {
        match presence {
            Presence::Absent if self.has_default() => None,
            Presence::Absent | Presence::Null | Presence::Set => lack(self.required, presence),
        }
    }
}

impl Relation {
    pub fn lack(&self, presence: Presence) -> Option<Lack> {
        lack(self.required, presence)
    }
}

fn lack(is_required: bool, presence: Presence) -> Option<Lack> {
    match presence {
        Presence::Absent if is_required => Some(Lack::Absent),
        Presence::Null if is_required => Some(Lack::Null),
        Presence::Absent | Presence::Null | Presence::Set => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::blueprint::Blueprint;

    #[test]
    fn a_default_fills_in_for_an_absent_value_and_not_for_null() {
        let properties = json!({
            "plain": {"type": "string"}, "filled": {"type": "string", "default": "a"},
            "unfilled": {"type": "string", "default": null}, "optional": {"type": "string"},
        });
        let body = json!({
            "identifier": "b", "schema": {"properties": properties, "required": ["plain", "filled", "unfilled"]},
            "relations": {"r": {"target": "b", "required": true}, "o": {"target": "b"}},
        });
        let (blueprint, _) = Blueprint::from_json(body).expect("a blueprint");
        for (name, absent, null) in [
            ("plain", Some(Lack::Absent), Some(Lack::Null)),
            ("filled", None, Some(Lack::Null)),
            ("unfilled", Some(Lack::Absent), Some(Lack::Null)),
            ("optional", None, None),
        ] {
            let property = blueprint.property(name).expect("it is defined");
            let found = [Presence::Absent, Presence::Null, Presence::Set].map(|presence| property.lack(presence));
            assert_eq!(found, [absent, null, None], "{name}");
        }
        let relation = |name: &str| blueprint.relation(name).expect("it is defined");
        assert_eq!(relation("r").lack(Presence::Absent), Some(Lack::Absent));
        assert_eq!(relation("r").lack(Presence::Null), Some(Lack::Null));
        assert_eq!(relation("r").lack(Presence::Set).or(relation("o").lack(Presence::Null)), None);
    }
}
