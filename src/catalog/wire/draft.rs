//! An entity draft: the body of a write. Absent, null and set are three different states of a field, and they are the
//! whole difference between the write modes.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;

/// Serialised, it is the body of a write. It does not contain `blueprint`, which is in the path.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct EntityDraft {
    /// `None`: the catalog generates one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<IdentifierRef>,
    #[serde(flatten)]
    pub texts: Texts<Patch<String>>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub team: Patch<TeamRef>,
    /// `None`: the body has no `properties`. A null value clears a property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "serialize_relations")]
    pub relations: Option<Vec<(String, RelationRef)>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum IdentifierRef {
    Literal(String),
    /// A search that must find exactly one entity.
    Query(Value),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum TeamRef {
    List(Vec<String>),
    Query(Value),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum RelationRef {
    Null,
    One(String),
    Many(Vec<String>),
    Query(Value),
}

fn serialize_relations<S: Serializer>(
    relations: &Option<Vec<(String, RelationRef)>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(relations.iter().flatten().map(|(name, target)| (name, target)))
}
