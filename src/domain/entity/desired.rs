//! An entity as a manifest declares it. Absent, null and set differ: an absent field is unmanaged with `merge` and
//! cleared with `replace`; null clears with both. Every part has its position, so that a change can point to a line.

use std::sync::Arc;

use crate::domain::document::span::Span;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{EntityKey, Targets};
use crate::domain::finding::Place;
use crate::domain::value::Value;

#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    pub key: EntityKey,
    pub texts: Texts<DesiredField<Box<str>>>,
    pub team: DesiredField<Teams>,
    /// In the manifest's order; of duplicate names, the last one applies.
    pub properties: Box<[DesiredProperty]>,
    pub relations: Box<[DesiredRelation]>,
    /// The annotation with the former identifiers in the same blueprint, if the manifest has it.
    pub renamed_from: Option<Box<str>>,
    /// The file, and the position of the entity in it.
    pub place: Place,
    /// It is declared in a file such as `port.yml`, which no cluster receives.
    pub is_bare: bool,
}

/// The annotation for the entity's former identifier, or several of them, the latest first.
pub const RENAMED_FROM: &str = "portolan.dev/renamed-from";

/// The identifiers in the annotation. An identifier has no white space and no commas.
pub fn former_identifiers(annotation: &str) -> impl Iterator<Item = &str> {
    annotation.split([',', ' ', '\t']).filter(|identifier| !identifier.is_empty())
}

/// A field of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredField<T> {
    pub patch: Patch<T>,
    /// The position of the value; `None` if it is absent.
    pub span: Option<Span>,
}

/// The catalog accepts a single string as a list of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Teams {
    One(Box<str>),
    Many(Box<[Box<str>]>),
}

/// A null value clears the property.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredProperty {
    pub name: Arc<str>,
    pub value: Value,
    pub span: Span,
}

/// `Targets::None` is a null, which clears the relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredRelation {
    pub name: Arc<str>,
    pub targets: Targets,
    pub span: Span,
}

impl<T> Default for DesiredField<T> {
    fn default() -> Self {
        Self { patch: Patch::Absent, span: None }
    }
}

impl<T> DesiredField<T> {
    pub fn set(value: T, span: Span) -> Self {
        Self { patch: Patch::Set(value), span: Some(span) }
    }

    pub fn null(span: Span) -> Self {
        Self { patch: Patch::Null, span: Some(span) }
    }
}

impl Desired {
    pub fn properties_of(&self) -> impl Iterator<Item = (&Arc<str>, (&Value, Span))> {
        self.properties.iter().map(|property| (&property.name, (&property.value, property.span)))
    }

    pub fn relations_of(&self) -> impl Iterator<Item = (&Arc<str>, (&Targets, Span))> {
        self.relations.iter().map(|relation| (&relation.name, (&relation.targets, relation.span)))
    }
}
