//! A YAML 1.1 parser that accepts, refuses and reads what kubectl's does: text becomes tokens (`scanner`), tokens
//! become events (`parser`). Both keep kubectl's departures from the specification, which are named where they occur;
//! `tests/kubectl.rs` compares the result with a real kubectl.

mod chars;
mod parser;
mod problem;
mod scalars;
mod scanner;
mod tags;

use std::borrow::Cow;

use crate::domain::span::Span;
use crate::domain::tree::Style;

pub(super) use chars::first_forbidden;
pub(super) use parser::{Event, Parser, Properties};
pub(super) use problem::{Problem, ProblemKind};

/// A tag as it is written and as it is resolved: `!!int` is `tag:yaml.org,2002:int`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) span: Span,
    pub(super) name: String,
    /// Written as `!name`: a tag of the author's own.
    pub(super) is_local: bool,
}

/// A value that YAML 1.2 reads in another way than kubectl does, by its form alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Divergence {
    /// `{a:, b: 1}`: the colon belongs to the key for kubectl, and ends it elsewhere.
    ColonBeforeIndicator(Span),
    /// `[?a]`: the question mark starts a mapping for kubectl, and a text elsewhere.
    TightQuestionMark(Span),
    /// U+0085, U+2028 or U+2029: a line break for kubectl, a character like any other elsewhere.
    LineBreak(Span),
    /// `\r\r\n`: one line break for kubectl, two elsewhere.
    DoubleReturn(Span),
    /// `&a:b x`: the name ends before the colon for kubectl, and goes on elsewhere.
    AnchorEnd(Span),
}

/// A unit of the text.
#[derive(Debug, Clone, PartialEq)]
struct Token<'t> {
    kind: TokenKind<'t>,
    span: Span,
}

#[derive(Debug, Clone, PartialEq)]
enum TokenKind<'t> {
    StreamEnd,
    Directive(Directive<'t>),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'t str),
    Anchor(&'t str),
    Tag { handle: &'t str, suffix: Cow<'t, str> },
    Scalar { text: Cow<'t, str>, style: Style },
}

#[derive(Debug, Clone, PartialEq)]
enum Directive<'t> {
    Version { major: u32, minor: u32 },
    Tag { handle: &'t str, prefix: Cow<'t, str> },
}
