//! The exporter's mapping as types, each part with its place in the document it was read from.

use std::sync::Arc;

use crate::domain::document::span::Span;
use crate::domain::document::tree::Style;
pub use crate::domain::mapping_facts::{Remark, RemarkKind};

/// Which rules apply to the values of the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// `config.yaml` of the exporter: a scalar is read as its text, keys match exactly.
    File,
    /// The config that the integration stores: a value must have its type, keys match in any letter case.
    Stored,
    /// A mapping inside of Helm values: Helm reads the values and writes the file anew from them.
    HelmValues,
}

/// A mapping config, as far as it decides what arrives in the catalog.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// In the order of the document.
    pub entries: Vec<Entry>,
    /// The expression that selects CRDs for discovery.
    pub crds_to_discover: Option<Expression>,
    pub create_missing_related_entities: bool,
    pub delete_dependents: bool,
    /// Whether objects are sent as examples. The exporter does not read this key from its file.
    pub sends_raw_examples: bool,
    pub environment: EnvironmentRule,
    /// The place of the patterns in `environment`.
    pub environment_span: Option<Span>,
    pub state_key: Option<String>,
    pub remarks: Vec<Remark>,
}

/// Which environment variables expressions see. The exporter does not read these keys from its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvironmentRule {
    pub allows_all: bool,
    /// Patterns of names; `None`: the exporter's default.
    pub allowed: Option<Vec<String>>,
}

/// One element of `resources`.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its index in `resources`, from 0.
    pub index: usize,
    pub span: Span,
    pub kind: String,
    /// The place of the kind, or of the entry.
    pub kind_span: Span,
    pub selector: Option<Expression>,
    pub items_to_parse: Option<Expression>,
    /// The key that holds the item.
    pub item_name: String,
    /// The place of `itemsToParseName`.
    pub item_name_span: Option<Span>,
    pub mappings: Vec<Mapping>,
}

/// One element of `port.entity.mappings`.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub span: Span,
    pub identifier: Query,
    pub title: Option<Expression>,
    pub blueprint: Expression,
    pub team: Option<Query>,
    pub icon: Option<Expression>,
    pub properties: Vec<(Arc<str>, Expression)>,
    pub relations: Vec<(Arc<str>, Query)>,
}

/// A value that may be an expression or a search query with an expression in each leaf.
#[derive(Debug, Clone)]
pub enum Query {
    Expression(Expression),
    Map(Vec<(Arc<str>, Query)>, Span),
    List(Vec<Query>, Span),
    /// Absent or null. The exporter crashes when it evaluates it.
    Null(Span),
    /// A value of a type that the exporter rejects when it evaluates it.
    Other(OtherType, Span),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherType {
    Bool,
    Number,
}

impl OtherType {
    /// The type's name in Go, which the exporter's message contains.
    pub fn in_go(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Number => "float64",
        }
    }
}

impl Query {
    pub fn span(&self) -> Span {
        match self {
            Self::Expression(expression) => expression.span,
            Self::Map(_, span) | Self::List(_, span) | Self::Null(span) | Self::Other(_, span) => *span,
        }
    }
}

/// A jq expression with its place in the document.
#[derive(Debug, Clone)]
pub struct Expression {
    pub text: String,
    /// The whole scalar, with its quotes.
    pub span: Span,
    pub style: Style,
}

/// A reason for which the exporter does not start with this config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    pub message: String,
    pub span: Span,
    /// The path of the value in the document: `resources[0].port.itemsToParse`.
    pub field: String,
}
