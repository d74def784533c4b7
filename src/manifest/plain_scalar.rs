//! Resolves a plain scalar as Kubernetes and as editors read it, and reports a difference.

use super::scalar::{self, Plain};
use crate::domain::document::fault::{Fault, FaultKind};
use crate::domain::document::span::Span;

/// A plain scalar as read by both readers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PlainScalar {
    /// What Kubernetes reads.
    pub(super) value: Plain,
    /// Whether editors read the same.
    pub(super) agreed: bool,
}

/// Reads a plain scalar both ways, and reports a difference.
pub(super) fn resolve_plain(text: &str, span: Span, is_key: bool, faults: &mut Vec<Fault>) -> PlainScalar {
    let mut value = scalar::cluster(text);
    let editor = scalar::editor(text);
    if value == Plain::Refused {
        if !is_key {
            faults.push(super::faults::not_finite(text, span));
            return PlainScalar { value, agreed: true };
        }
        // As the text of a key, JSON allows these too.
        value = editor;
    }
    let agreed = value.agrees(editor);
    if !agreed {
        let kind = FaultKind::AmbiguousScalar { editor: editor.reading(text), cluster: value.reading(text), is_key };
        faults.push(Fault { kind, span });
    }
    PlainScalar { value, agreed }
}
