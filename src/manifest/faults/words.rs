//! The texts of a syntax fault, and how values are shortened in them.

use std::borrow::Cow;

use crate::domain::document::fault::{Fault, FaultKind};
use crate::domain::document::span::Span;

/// The maximum number of characters of a value in a message.
pub(super) const MAX_SHOWN: usize = 60;

/// Cuts a value for a message.
pub(super) fn clip(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// The texts of a fault before it becomes a `Fault`.
pub(super) struct Words {
    span: Span,
    message: String,
    help: String,
    related: Option<(Span, String)>,
}

impl Words {
    pub(super) fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: help.into(), related: None }
    }

    pub(super) fn see(mut self, span: Span, words: impl Into<String>) -> Self {
        self.related = Some((span, words.into()));
        self
    }

    pub(super) fn fault(self) -> Fault {
        let kind = FaultKind::Syntax { message: self.message, help: Some(self.help), related: self.related };
        Fault { kind, span: self.span }
    }
}

pub(in crate::manifest) fn is_odd_blank(c: char) -> bool {
    c != '\u{85}' && !c.is_ascii() && c.is_whitespace()
}
