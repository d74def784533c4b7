//! Resolves a plain scalar as its reader and as editors read it, and reports a difference.

use super::scalar::{self, Plain};
use crate::domain::document::fault::{Fault, FaultKind, ScalarReader};
use crate::domain::document::span::Span;

/// A plain scalar as read by both readers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PlainScalar {
    /// What the reader of the document reads.
    pub(super) value: Plain,
    /// Whether editors read the same.
    pub(super) agreed: bool,
}

/// Reads a plain scalar both ways, and reports a difference.
pub(super) fn resolve_plain(
    text: &str,
    span: Span,
    is_key: bool,
    reader: ScalarReader,
    faults: &mut Vec<Fault>,
) -> PlainScalar {
    let mut value = scalar::read(reader, text);
    let editor = scalar::editor(text);
    if value == Plain::Refused {
        if !is_key {
            faults.push(super::faults::not_finite(text, span, reader));
            return PlainScalar { value, agreed: true };
        }
        // As the text of a key, JSON allows these too.
        value = editor;
    }
    let agreed = value.agrees(editor);
    if !agreed {
        let (editor, read_as) = (editor.reading(text), value.reading(text));
        let kind = FaultKind::AmbiguousScalar { editor, reader, read_as, is_key };
        faults.push(Fault { kind, span });
    }
    PlainScalar { value, agreed }
}
