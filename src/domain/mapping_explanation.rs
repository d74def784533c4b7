//! How a mapping takes one object: for each entry of its kind, whether it is selected, what each expression gives, and what
//! is sent.

use crate::domain::document::span::Span;
use crate::domain::evaluation::MappedEntity;
use crate::jq::Value;

/// What one entry makes of an object.
#[derive(Debug, Clone)]
pub struct EntryExplanation {
    /// Its index in `resources`.
    pub index: usize,
    pub span: Span,
    pub items_to_parse: Option<Step>,
    /// The object itself, unless the entry has `itemsToParse`.
    pub items: Vec<ItemExplanation>,
    pub result: EntryResult,
}

/// One item of an object.
#[derive(Debug, Clone)]
pub struct ItemExplanation {
    pub selector: Option<Step>,
    pub is_selected: bool,
    /// The path of a null inside a list, with which the exporter crashes if it sends the item as an example.
    pub null_in_list: Option<String>,
    /// The fields of each mapping, each evaluated by itself. Of an item that is not selected, none.
    pub mappings: Vec<Vec<Step>>,
}

/// How an entry ends.
#[derive(Debug, Clone)]
pub enum EntryResult {
    /// The entities as they are sent.
    Sent(Vec<MappedEntity>),
    /// Nothing is sent, for the failures of the steps or this one.
    Failed(Option<String>),
    /// The exporter crashes.
    Crash,
}

/// One field with the result of its expression.
#[derive(Debug, Clone)]
pub struct Step {
    /// `identifier`, `properties.tier`, `selector.query` …
    pub field: String,
    /// `None`: a search query.
    pub expression: Option<String>,
    /// The place of the expression.
    pub span: Span,
    pub result: StepResult,
    /// What the expression reads of the manifest, as far as its text shows it.
    pub reads: Option<ManifestValue>,
}

#[derive(Debug, Clone)]
pub enum StepResult {
    /// As the exporter sends it.
    Value(Value),
    /// The field is left out.
    LeftOut,
    Failed(Vec<StepFailure>),
}

#[derive(Debug, Clone)]
pub struct StepFailure {
    pub message: String,
    /// The place in the mapping: the character at which the expression is wrong, or the expression.
    pub span: Span,
    /// The byte of the expression at which it is wrong.
    pub offset: Option<usize>,
}

/// A value of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestValue {
    /// `.spec.properties.tier`
    pub path: String,
    /// `None`: the manifest does not have it.
    pub line: Option<usize>,
}

impl EntryExplanation {
    pub fn steps_mut(&mut self) -> impl Iterator<Item = &mut Step> {
        let items = self.items.iter_mut();
        let of_items = items.flat_map(|item| item.selector.iter_mut().chain(item.mappings.iter_mut().flatten()));
        self.items_to_parse.iter_mut().chain(of_items)
    }
}
