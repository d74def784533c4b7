//! What the API server refuses: where, and in which words.

use super::node::{Content, Node};
use super::path::{Path, Step};
use crate::domain::document::span::Span;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `spec.disks[1].gib`; empty: the object itself.
    pub path: String,
    /// The key or the value, in a document.
    pub span: Option<Span>,
    pub kind: FaultKind,
    /// What the API server says behind the path.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// A field that the schema does not have. `meant`: one that it has.
    UnknownField { meant: Option<String> },
    /// The object cannot be decoded.
    Undecodable,
    /// The version is not served.
    NoMatch { served: Vec<String> },
    /// The kind does not exist. `meant`: the `kind` or `apiVersion` that does.
    NoSuchKind { meant: String },
    /// A value of another type.
    WrongType,
    /// A value that an enum does not have. `meant`: one that it has.
    NotAnOption { meant: Option<String> },
    /// A value that is wrong or missing.
    Invalid,
}

impl Fault {
    pub fn new(path: &Path<'_>, span: Option<Span>, kind: FaultKind, text: impl Into<String>) -> Self {
        Self { path: path.text(), span: span.or(path.span()), kind, text: text.into() }
    }

    /// At the key of the path.
    pub fn at(path: &Path<'_>, text: impl Into<String>) -> Self {
        Self::new(path, None, FaultKind::Invalid, text)
    }

    /// At steps below a path. Its place is the last of them that the document has.
    pub fn below(node: Option<Node<'_>>, path: &Path<'_>, steps: &[Step<'_>], text: impl Into<String>) -> Self {
        let Some((step, rest)) = steps.split_first() else { return Self::at(path, text) };
        let (span, next) = match step {
            Step::Field(name) | Step::Key(name) => {
                let member = node.and_then(|node| node.member(name));
                (member.as_ref().and_then(|member| member.span), member.map(|member| member.node))
            }
            Step::Index(index) => {
                let item = node.and_then(|node| node.items().get(*index).copied());
                (item.and_then(Node::span), item)
            }
        };
        Self::below(next, &path.child(*step, span), rest, text)
    }

    /// At a value. Of a mapping or a list, the key is shown.
    pub fn of(node: Node<'_>, path: &Path<'_>, text: impl Into<String>) -> Self {
        Self::new(path, scalar_span(node), FaultKind::Invalid, text)
    }

    pub fn wrong_type(node: Node<'_>, path: &Path<'_>, text: impl Into<String>) -> Self {
        Self::new(path, scalar_span(node), FaultKind::WrongType, text)
    }

    /// A value that Go cannot decode.
    pub fn undecodable(node: Node<'_>, path: &Path<'_>, expected: &str) -> Self {
        let found = match node.content() {
            Content::Bool(_) => "bool",
            Content::Integer(_) => "number",
            content => content.type_name(),
        };
        let text = format!("json: cannot unmarshal {found}: it must be {expected}");
        Self::new(path, scalar_span(node), FaultKind::Undecodable, text)
    }

    pub fn unknown_field(path: &Path<'_>, meant: Option<&str>) -> Self {
        let text = format!("unknown field \"{}\"", path.text());
        Self::new(path, None, FaultKind::UnknownField { meant: meant.map(str::to_owned) }, text)
    }

    /// Whether the API server finds it before it looks at values.
    pub fn is_of_decoding(&self) -> bool {
        match self.kind {
            FaultKind::UnknownField { .. } | FaultKind::Undecodable => true,
            FaultKind::NoMatch { .. }
            | FaultKind::NoSuchKind { .. }
            | FaultKind::WrongType
            | FaultKind::NotAnOption { .. }
            | FaultKind::Invalid => false,
        }
    }
}

fn scalar_span(node: Node<'_>) -> Option<Span> {
    let is_collection = matches!(node.content(), Content::List | Content::Map);
    node.span().filter(|span| !is_collection && !span.is_empty())
}
