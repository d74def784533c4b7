//! An entity as a manifest declares it. Absent, null and set differ: absent is "unmanaged" with `merge` and "none"
//! with `replace`, null clears with both. Every part has its position, so that a change can point to a line.

use std::sync::Arc;

use crate::domain::entity::{EntityKey, Targets};
use crate::domain::finding::Place;
use crate::domain::span::Span;
use crate::domain::value::Value;

#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    pub key: EntityKey,
    pub title: Wish<Box<str>>,
    pub icon: Wish<Box<str>>,
    pub team: Wish<Teams>,
    /// In the manifest's order; a name given twice counts as its last.
    pub properties: Box<[DesiredProperty]>,
    pub relations: Box<[DesiredRelation]>,
    /// The identifier that the entity had, in the same blueprint, where its manifest says so.
    pub renamed_from: Option<Box<str>>,
    /// The file, and the entity in it.
    pub place: Place,
}

/// The annotation of a manifest that names the entity's former identifier.
pub const RENAMED_FROM: &str = "portolan.dev/renamed-from";

/// One key of a manifest, with the place of its value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Wish<T> {
    #[default]
    Absent,
    Null(Span),
    Set(T, Span),
}

/// The catalog takes a lone string for a list of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Teams {
    One(Box<str>),
    Many(Box<[Box<str>]>),
}

/// A null value clears.
#[derive(Debug, Clone, PartialEq)]
pub struct DesiredProperty {
    pub name: Arc<str>,
    pub value: Value,
    pub span: Span,
}

/// `Targets::None` is a null, which clears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredRelation {
    pub name: Arc<str>,
    pub targets: Targets,
    pub span: Span,
}

impl Desired {
    pub fn properties_of(&self) -> impl Iterator<Item = (&Arc<str>, (&Value, Span))> {
        self.properties.iter().map(|property| (&property.name, (&property.value, property.span)))
    }

    pub fn relations_of(&self) -> impl Iterator<Item = (&Arc<str>, (&Targets, Span))> {
        self.relations.iter().map(|relation| (&relation.name, (&relation.targets, relation.span)))
    }
}
