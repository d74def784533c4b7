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
    /// The entity of the request; for a rename, with its new identifier.
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
    /// Gives an existing entity the identifier of the request, and writes the fields of the body; keeps the others.
    /// Refused if the new identifier exists.
    Rename {
        from: Box<str>,
        body: Body,
    },
    Delete,
}

impl Method {
    /// The fields that the request writes; `None`: it deletes the entity.
    pub fn body(&self) -> Option<&Body> {
        match self {
            Self::Create(body)
            | Self::Merge(body)
            | Self::Replace(body)
            | Self::Patch(body)
            | Self::Adopt(body)
            | Self::Rename { from: _, body } => Some(body),
            Self::Delete => None,
        }
    }
}

impl WriteRequest {
    /// The identifier that the entity has in the catalog before the request.
    pub fn stored_identifier(&self) -> &str {
        match &self.method {
            Method::Rename { from, body: _ } => from,
            Method::Create(_)
            | Method::Merge(_)
            | Method::Replace(_)
            | Method::Patch(_)
            | Method::Adopt(_)
            | Method::Delete => &self.key.identifier,
        }
    }
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
