//! The requests of a plan: a plan states what changes and why, a request is the write that is sent. A plan file contains
//! its requests, so that exactly what was reviewed is sent.

use std::sync::Arc;

use serde::Serialize;

use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{EntityKey, Targets};
use crate::domain::plan::StepKind;
use crate::domain::value::{Value, exact};

/// One request for each step of each wave of the plan, in the same order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WriteRequests {
    pub waves: Vec<Vec<WriteRequest>>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WriteRequest {
    /// The index of its change in the plan.
    pub change: usize,
    pub step_kind: StepKind,
    /// The entity of the request: for the deletion of a rename, the old identifier.
    pub key: EntityKey,
    pub method: Method,
    /// The changes whose earlier requests must all have succeeded.
    pub needs: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Method {
    /// Creates the entity; refused if it exists. The body is the whole entity.
    Create(Body),
    /// Writes the fields of the body and keeps the others; creates the entity if it does not exist.
    Merge(Body),
    /// The body is the whole entity.
    Replace(Body),
    /// Writes the fields of the body to an existing entity: the only request that clears a text field or the team.
    Patch(Body),
    /// Makes this scope the owner of an entity that already has the content of the body. A catalog that cannot change the
    /// owner alone gets the body like that of a merge.
    Adopt(Body),
    Delete,
}

/// The body of a write.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Body {
    #[serde(flatten)]
    pub texts: Texts<Patch<Box<str>>>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub team: Patch<Box<[Box<str>]>>,
    /// A null clears the property.
    #[serde(serialize_with = "exact::serialize_all")]
    pub properties: Vec<(Arc<str>, Value)>,
    pub relations: Vec<(Arc<str>, Targets)>,
}
