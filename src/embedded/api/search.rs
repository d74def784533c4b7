//! A parsed search: rules combined by `and` or `or`, nested. Each operator has a valid value. Whether a property exists
//! is checked later, because one search may span many blueprints.

mod moments;
mod parse;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::domain::entity::fields::TextField;

pub use moments::{Preset, Range};

#[derive(Debug, Clone, PartialEq)]
pub struct SearchQuery {
    pub combinator: Combinator,
    pub rules: Vec<SearchRule>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combinator {
    And,
    Or,
}

#[derive(Debug, Clone, PartialEq)]
pub enum SearchRule {
    Nested(SearchQuery),
    Condition(Condition),
    Related(Related),
    Path(RelationPath),
}

/// `property operator value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub subject: Subject,
    /// `!=`, `doesNotContains`, `isNotEmpty`: the exact negation of the positive operator, also for absent values.
    pub negated: bool,
    pub test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Meta(Meta),
    Property(String),
    /// The targets of a relation.
    Relation {
        name: String,
        /// Compares the title instead of the identifier.
        by_title: bool,
    },
    /// Any property of a type.
    Schema(PropertySchema),
}

/// The meta properties that every entity has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meta {
    Identifier,
    Text(TextField),
    Team,
    Blueprint,
    CreatedAt,
    CreatedBy,
    UpdatedAt,
    UpdatedBy,
    Datasource,
}

impl Meta {
    /// Besides the text fields.
    const OTHERS: [(&'static str, Self); 8] = [
        ("$identifier", Self::Identifier),
        ("$team", Self::Team),
        ("$blueprint", Self::Blueprint),
        ("$createdAt", Self::CreatedAt),
        ("$createdBy", Self::CreatedBy),
        ("$updatedAt", Self::UpdatedAt),
        ("$updatedBy", Self::UpdatedBy),
        ("$datasource", Self::Datasource),
    ];

    pub fn parse(text: &str) -> Option<Self> {
        if let Some(field) = TextField::of_meta(text) {
            return Some(Self::Text(field));
        }
        Self::OTHERS.into_iter().find(|(name, _)| *name == text).map(|(_, meta)| meta)
    }
}

/// Selects properties by type; an absent field matches any value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertySchema {
    pub kind: String,
    pub format: Option<String>,
    /// The type and format of a list's items.
    pub items: Option<(String, Option<String>)>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// A text, number, boolean or null; or a list of texts in any order.
    Equal(Value),
    Compare(Comparison, Bound),
    Within(Range),
    /// All of these.
    Contains(Vec<Value>),
    ContainsAny(Vec<String>),
    BeginsWith(String),
    EndsWith(String),
    In(Vec<String>),
    Empty,
    Expired,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Above,
    AtLeast,
    Below,
    AtMost,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    Number(serde_json::Number),
    Moment(crate::domain::value::timestamp::Moment),
}

/// `relatedTo`: entities reachable from the given ones, over any number of relations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    pub blueprint: String,
    pub identifiers: Vec<String>,
    /// `None`: both, each separately.
    pub direction: Option<Direction>,
    /// Follows only required relations, or only optional ones.
    pub required: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// What the entity depends on.
    Upstream,
    /// What depends on the entity.
    Downstream,
}

/// `matchAny` along a path of relations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationPath {
    pub hops: Vec<Hop>,
    /// If set, the path leads from the given entities of this blueprint to those searched for; otherwise the other way
    /// round.
    pub from_blueprint: Option<String>,
    pub identifiers: Vec<String>,
}

/// One relation of a path, followed at least once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    pub relation: String,
    pub at_most: usize,
}
