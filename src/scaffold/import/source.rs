//! The entities of the system that is imported from: their fields with lines, and references to other entities.

use serde_json::Value as Json;

use crate::domain::import::ImportPlace;

#[derive(Debug, Clone, PartialEq)]
pub struct SourceEntity {
    /// `Component`
    pub kind: String,
    /// `None`: the default namespace.
    pub namespace: Option<String>,
    pub name: String,
    pub fields: Vec<SourceField>,
    pub place: ImportPlace,
    /// No file declares it; other entities name it.
    pub is_implied: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SourceField {
    /// `metadata.annotations.backstage.io/source-location`
    pub path: String,
    pub value: FieldValue,
    pub line: usize,
    /// The entries of a map that are fields of their own too: annotations, labels.
    pub parts: Vec<SourceField>,
    /// It comes from the repository, not from the file, so nothing is lost without a place.
    pub is_fact: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    Plain(Json),
    /// Each reference, or its text and why it is none.
    References(Vec<Result<Reference, BadReference>>),
}

/// A reference to an entity, complete with its defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// As written.
    pub text: String,
    pub kind: String,
    /// `None`: the default namespace.
    pub namespace: Option<String>,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadReference {
    pub text: String,
    /// A clause.
    pub reason: String,
}

/// The field of the type, by which a mapping may choose the blueprint.
pub(super) const TYPE: &str = "spec.type";

/// What identifies a source entity: kind, namespace and name, in lower case.
pub(super) type SourceKey = (String, Option<String>, String);

fn source_key(kind: &str, namespace: Option<&str>, name: &str) -> SourceKey {
    (kind.to_lowercase(), namespace.map(str::to_lowercase), name.to_lowercase())
}

impl SourceEntity {
    pub(super) fn key(&self) -> SourceKey {
        source_key(&self.kind, self.namespace.as_deref(), &self.name)
    }

    /// The name in reports: `shop/cart`, or `cart` in the default namespace.
    pub(super) fn display_name(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The plain value of a field, or of a part of one.
    pub(super) fn plain(&self, path: &str) -> Option<&Json> {
        let field = self.all_fields().find(|field| field.path == path)?;
        match &field.value {
            FieldValue::Plain(value) => Some(value),
            FieldValue::References(_) => None,
        }
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.plain(path)?.as_str()
    }

    /// The fields and their parts.
    pub(super) fn all_fields(&self) -> impl Iterator<Item = &SourceField> {
        self.fields.iter().flat_map(|field| std::iter::once(field).chain(&field.parts))
    }

    pub(super) fn place_of(&self, line: usize) -> ImportPlace {
        ImportPlace { path: self.place.path.clone(), line }
    }

    /// Adds a value that the repository knows.
    pub fn add_fact(&mut self, path: &str, value: Json) {
        let (path, line) = (path.to_owned(), self.place.line);
        self.fields.push(SourceField { path, value: FieldValue::Plain(value), line, parts: Vec::new(), is_fact: true });
    }
}

impl Reference {
    pub(super) fn key(&self) -> SourceKey {
        source_key(&self.kind, self.namespace.as_deref(), &self.name)
    }
}

impl FieldValue {
    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        let all = match self {
            Self::References(references) => references.as_slice(),
            Self::Plain(_) => &[],
        };
        all.iter().filter_map(|reference| reference.as_ref().ok())
    }
}
