//! What the caller of this module provides: the texts of files, and a reader of YAML.

use std::borrow::Cow;

use crate::domain::document::fault::{Fault, FaultKind};
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

impl Document<'_> {
    /// Why it is not YAML: the message of its first syntax fault, and where that is.
    pub fn syntax_fault(&self) -> (&str, Span) {
        for fault in self.faults {
            if let FaultKind::Syntax { message, .. } = &fault.kind {
                return (message, fault.span);
            }
        }
        ("cannot be read", self.faults.first().map_or(self.span, |fault| fault.span))
    }
}

/// Reads the files of a repository.
pub trait Source {
    /// The text of a file.
    fn text(&self, path: &str) -> Option<Cow<'_, str>>;

    /// Calls `each` for every document with content, in order.
    fn documents(&self, text: &str, each: &mut dyn FnMut(&Document<'_>));
}
