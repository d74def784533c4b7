//! The place of a cursor in a document, as the outline describes it.

use std::borrow::Cow;

use crate::domain::document::span::Span;

/// A step from the top of a document to the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::editor) enum Step {
    Key(String),
    Item,
}

/// What is written at the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::editor) enum Slot {
    /// A key, or a scalar on a line of its own; both look the same until the colon.
    Line,
    /// The value behind a colon.
    Value,
    /// An item of a list, behind its dash or in brackets. In block style it may also become a mapping.
    Item,
    /// A key in braces.
    FlowKey,
}

/// The key of a mapping with its plain value.
pub(in crate::editor) type Key<'t> = (String, Cow<'t, str>);

/// The place of a cursor.
#[derive(Debug)]
pub(in crate::editor) struct Cursor<'t> {
    /// The mappings and lists around the cursor, from the outermost, and the key whose value it is in.
    pub path: Vec<Step>,
    pub slot: Slot,
    /// The word at the cursor, which a completion replaces.
    pub word: Span,
    /// The column of the word on its line.
    pub column: usize,
    /// The keys and the plain values of each mapping around the cursor, by the length of its path.
    pub mappings: Vec<(usize, Vec<Key<'t>>)>,
    /// The values of the list around the cursor.
    pub items: Vec<Cow<'t, str>>,
    /// A colon follows the word already.
    pub has_colon: bool,
    /// The value has to be separated from the colon first.
    pub needs_space: bool,
}
