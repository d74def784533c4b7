//! The tokens between scanner and parser: tags, directives, scalars, and the syntax that YAML 1.2 reads differently.

use std::borrow::Cow;

use crate::domain::document::span::Span;
use crate::domain::document::tree::Style;

/// A tag as written and as resolved: `!!int` is `tag:yaml.org,2002:int`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::manifest) struct Tag {
    pub(in crate::manifest) span: Span,
    pub(in crate::manifest) name: String,
    /// Written as `!name`: a local tag.
    pub(in crate::manifest) is_local: bool,
}

/// A syntax that YAML 1.2 reads differently from kubectl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::manifest) enum Divergence {
    /// `{a:, b: 1}`: for kubectl the colon is part of the key, for others it ends the key.
    ColonBeforeIndicator(Span),
    /// `[?a]`: for kubectl the question mark starts a mapping, for others a text.
    TightQuestionMark(Span),
    /// U+0085, U+2028 or U+2029: a line break for kubectl, an ordinary character for others.
    LineBreak(Span),
    /// `\r\r\n`: one line break for kubectl, two for others.
    DoubleReturn(Span),
    /// `&a:b x`: for kubectl the anchor name ends before the colon, for others it continues.
    AnchorEnd(Span),
}

/// A token and its span.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind<'t> {
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
pub(super) enum Directive<'t> {
    Version { major: u32, minor: u32 },
    Tag { handle: &'t str, prefix: Cow<'t, str> },
}
