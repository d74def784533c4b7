//! What is sent to the catalog for each step of a plan: the plan says what changes and why, an act says what a call
//! holds. A plan file carries acts, so that what was reviewed is, to the letter, what runs.

use std::sync::Arc;

use crate::domain::entity::{EntityKey, Targets};
use crate::domain::plan::Deed;
use crate::domain::value::Value;

/// One for each step of each wave of the plan, in the same order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Acts {
    pub waves: Vec<Vec<Act>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// The place of its change in the plan.
    pub change: usize,
    pub deed: Deed,
    /// Whom the call is about: for the deletion of a rename, the old identifier.
    pub key: EntityKey,
    pub call: Call,
    /// The changes all of whose earlier acts must have succeeded.
    pub needs: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// Creates the entity, and is refused where there is one by now: the body is the whole entity.
    Create(Body),
    /// Writes what the body names and leaves the rest; makes the entity where it is not there.
    Merge(Body),
    /// The body is the whole entity.
    Replace(Body),
    /// Writes what the body names of one entity that is there: the only call that clears title, icon or team.
    Patch(Body),
    Delete,
}

/// The body of a write.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    pub title: Part<Box<str>>,
    pub icon: Part<Box<str>>,
    pub team: Part<Box<[Box<str>]>>,
    /// A null clears.
    pub properties: Vec<(Arc<str>, Value)>,
    pub relations: Vec<(Arc<str>, Targets)>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Part<T> {
    #[default]
    Absent,
    Null,
    Set(T),
}
