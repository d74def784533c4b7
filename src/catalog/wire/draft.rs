//! An entity draft: the body of a write. Absent, null and set are three different states of a field, and they are the
//! whole difference between the write modes.

use serde_json::{Map, Value};

/// One field of a body.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Field<T> {
    #[default]
    Absent,
    Null,
    Set(T),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityDraft {
    /// `None`: the catalog generates one.
    pub identifier: Option<IdentifierRef>,
    pub title: Field<String>,
    pub icon: Field<String>,
    pub team: Field<TeamRef>,
    /// `None`: the body has no `properties`. A null value clears a property.
    pub properties: Option<Map<String, Value>>,
    pub relations: Option<Vec<(String, RelationRef)>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum IdentifierRef {
    Literal(String),
    /// A search that must find exactly one entity.
    Query(Value),
}

#[derive(Debug, Clone, PartialEq)]
pub enum TeamRef {
    List(Vec<String>),
    Query(Value),
}

#[derive(Debug, Clone, PartialEq)]
pub enum RelationRef {
    Null,
    One(String),
    Many(Vec<String>),
    Query(Value),
}

impl EntityDraft {
    /// The body of a write. It does not contain `blueprint`, which is in the path.
    pub fn to_json(&self) -> Value {
        let mut body = Map::new();
        let mut put = |key: &str, value: Option<Value>| {
            body.extend(value.map(|value| (key.to_owned(), value)));
        };
        put("identifier", self.identifier.as_ref().map(IdentifierRef::to_json));
        put("title", self.title.to_json(|title| title.as_str().into()));
        put("icon", self.icon.to_json(|icon| icon.as_str().into()));
        put("team", self.team.to_json(TeamRef::to_json));
        put("properties", self.properties.clone().map(Value::Object));
        put(
            "relations",
            self.relations
                .as_ref()
                .map(|relations| relations.iter().map(|(name, target)| (name.clone(), target.to_json())).collect()),
        );
        Value::Object(body)
    }
}

impl<T> Field<T> {
    fn to_json(&self, json: impl Fn(&T) -> Value) -> Option<Value> {
        match self {
            Self::Absent => None,
            Self::Null => Some(Value::Null),
            Self::Set(value) => Some(json(value)),
        }
    }
}

impl IdentifierRef {
    fn to_json(&self) -> Value {
        match self {
            Self::Literal(identifier) => identifier.as_str().into(),
            Self::Query(query) => query.clone(),
        }
    }
}

impl TeamRef {
    fn to_json(&self) -> Value {
        match self {
            Self::List(teams) => teams.as_slice().into(),
            Self::Query(query) => query.clone(),
        }
    }
}

impl RelationRef {
    fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::One(target) => target.as_str().into(),
            Self::Many(targets) => targets.as_slice().into(),
            Self::Query(query) => query.clone(),
        }
    }
}
