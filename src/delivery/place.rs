//! A position in a file of the repository.

use super::files::FileId;
use crate::domain::document::span::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    pub file: FileId,
    pub span: Span,
}

/// A text with its position in the file that has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    pub text: String,
    pub span: Span,
    /// `None`: the file of the kustomization that has the text.
    pub file: Option<FileId>,
}
