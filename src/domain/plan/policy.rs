//! Policies: conditions of the config over the changes of a plan, which make it a hazard or refuse it. They are data
//! without scripting, so that a reader of the config knows what they do. `plan` evaluates them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::entity::EntityKey;
use crate::domain::plan::change::{ActionKind, Field, Origin, OwnerStatus};
use crate::domain::value::{Value, exact};

#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub name: Box<str>,
    /// The message in every report of the plan.
    pub message: Option<Box<str>>,
    pub verdict: PolicyVerdict,
    pub when: When,
    /// It is in force as the config at the merge base has it, which the current config changes or drops.
    pub is_of_base: bool,
}

impl Policy {
    /// Whether the two judge every plan alike.
    pub fn judges_like(&self, other: &Self) -> bool {
        let Self { name, message: _, verdict, when, is_of_base: _ } = self;
        (name, verdict, when) == (&other.name, &other.verdict, &other.when)
    }
}

/// What a policy makes of a plan that it applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyVerdict {
    /// The plan is refused. No approval helps.
    Refuse,
    /// The plan needs approval.
    Hazard,
}

impl PolicyVerdict {
    pub const WORDS: [&'static str; 2] = ["hazard", "refuse"];

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "hazard" => Some(Self::Hazard),
            "refuse" => Some(Self::Refuse),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Hazard => "hazard",
            Self::Refuse => "refuse",
        }
    }
}

/// The changes that a policy applies to, and how many of them there must be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct When {
    pub all: Conditions,
    /// A change to which all of these apply does not count.
    pub not: Option<Conditions>,
    pub count: CountLimit,
}

/// Conditions that must all hold for a change. Of a list, one must hold; an empty list is no condition.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions {
    /// With wildcards.
    pub blueprints: Vec<Box<str>>,
    /// With wildcards.
    pub identifiers: Vec<Box<str>>,
    pub actions: Vec<ActionKind>,
    pub field: Option<FieldCondition>,
    pub owners: Vec<OwnerStatus>,
    pub origins: Vec<Origin>,
}

/// A condition on the value of one field before and after the change. Without values it holds if the field changes.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldCondition {
    pub field: FieldName,
    pub is_changed: Option<bool>,
    /// Null is an absent value; a text may have wildcards.
    pub before: Vec<Value>,
    pub after: Vec<Value>,
}

/// A field as the config names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldName {
    Known(Field),
    /// The property of this name, or the relation if the blueprint has no such property.
    PropertyOrRelation(Arc<str>),
}

/// The number of matching changes from which a policy applies. All limits must be exceeded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CountLimit {
    pub more_than: Option<u32>,
    pub at_least: Option<u32>,
    /// Of the entities that the scope owns, of the blueprints that the policy names.
    pub more_than_percent: Option<u32>,
}

impl CountLimit {
    pub fn is_set(&self) -> bool {
        *self != Self::default()
    }
}

/// A change that a policy applies to. Values are masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyMatch {
    pub key: EntityKey,
    pub action: ActionKind,
    /// The old identifier, for a rename.
    pub renamed_from: Option<Box<str>>,
    /// The field that the policy looks at; null: it looks at none.
    pub field: Option<Field>,
    /// The value of that field. Null if unset.
    #[serde(with = "exact")]
    #[schemars(with = "Value")]
    pub before: Value,
    #[serde(with = "exact")]
    #[schemars(with = "Value")]
    pub after: Value,
}
