//! Where a fault is: a chain from the value up to the root of the document, so that nothing is copied where nothing is
//! wrong.

use std::fmt::Write as _;

use crate::domain::document::span::Span;

/// One step from a mapping or list into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'p> {
    /// `.name`
    Field(&'p str),
    /// `[name]`
    Key(&'p str),
    /// `[1]`
    Index(usize),
}

#[derive(Debug, Clone, Copy)]
pub struct Path<'p> {
    parent: Option<&'p Self>,
    step: Step<'p>,
    /// The key, or the item of a list.
    span: Option<Span>,
}

impl<'p> Path<'p> {
    pub const ROOT: Path<'static> = Path { parent: None, step: Step::Field(""), span: None };

    pub fn field(&'p self, name: &'p str, span: Option<Span>) -> Self {
        self.child(Step::Field(name), span)
    }

    pub fn child(&'p self, step: Step<'p>, span: Option<Span>) -> Self {
        Self { parent: Some(self), step, span: span.or(self.span) }
    }

    /// The nearest key or item that the document has.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    pub fn is_root(&self) -> bool {
        self.parent.is_none()
    }

    fn steps(&self) -> Vec<Step<'p>> {
        let mut steps = Vec::new();
        let mut at = Some(self);
        while let Some(path) = at.filter(|path| !path.is_root()) {
            steps.push(path.step);
            at = path.parent;
        }
        steps.reverse();
        steps
    }

    /// `spec.disks[1].gib`, as the API server writes it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for step in self.steps() {
            // Writing to a string cannot fail.
            let _ = match step {
                Step::Field(name) if text.is_empty() => write!(text, "{name}"),
                Step::Field(name) => write!(text, ".{name}"),
                Step::Key(name) => write!(text, "[{name}]"),
                Step::Index(index) => write!(text, "[{index}]"),
            };
        }
        text
    }
}
