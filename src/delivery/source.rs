//! What the caller of this module knows how to do: to get the text of a file, and to read YAML.

use std::borrow::Cow;

use crate::domain::document::fault::Fault;
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;

/// One document of a YAML text.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// Its place in the text.
    pub span: Span,
    /// `None`: it is no YAML, or the limits do not allow reading it.
    pub value: Option<Value<'a>>,
    pub faults: &'a [Fault],
}

/// What the caller knows how to do.
pub trait Source {
    /// The text of a file.
    fn text(&self, path: &str) -> Option<Cow<'_, str>>;

    /// Calls `each` for every document with content, in order.
    fn documents(&self, text: &str, each: &mut dyn FnMut(&Document<'_>));
}
