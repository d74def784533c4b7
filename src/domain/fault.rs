//! What is wrong with a text as YAML, before anybody asks what it means. The reader records facts; the
//! rules word them.

use crate::domain::span::Span;

#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub kind: FaultKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FaultKind {
    /// The document is not YAML. `message` is a sentence; `help` starts with a verb.
    Syntax {
        message: String,
        help: Option<String>,
        related: Option<(Span, String)>,
    },
    /// A value or a key that JSON does not have (`.inf`, a null key): Kubernetes refuses the file. `message` is a sentence;
    /// `help` starts with a verb.
    NotJson {
        message: String,
        help: String,
    },
    /// The same key again; the span is the later one.
    DuplicateKey {
        key: String,
        first: Span,
    },
    /// A plain scalar that editors (YAML 1.2) and the cluster read differently.
    AmbiguousScalar {
        editor: Reading,
        cluster: Reading,
        is_key: bool,
    },
    /// A character that breaks the line for Kubernetes (YAML 1.1), and is part of the text for editors. A carriage return:
    /// one too many before a line end, which Kubernetes does not count and editors do.
    AmbiguousBreak {
        code: u32,
    },
    /// A key that is not a string for anybody. `text` is what the cluster makes of it.
    NonStringKey {
        found: Reading,
        text: String,
    },
    TooDeep {
        limit: usize,
    },
    TooLarge {
        what: Oversize,
        limit: usize,
    },
    AliasBomb {
        limit: usize,
    },
    /// The file is not UTF-8 (or UTF-16 with a mark).
    BadEncoding {
        message: String,
    },
    /// There is, or may be, a manifest, and something else is in its place. `message` is a sentence; `help` starts with a
    /// verb. `is_fault`: nothing like it is kept by intent.
    Absent {
        message: String,
        help: String,
        is_fault: bool,
    },
    /// Marks of an unresolved merge conflict; the span is the first one. `message` is a sentence; `help` starts with a verb.
    MergeConflict {
        message: String,
        help: String,
        /// The last mark.
        last: Span,
    },
    /// A manifest in a file that the config does not include. `message` is a sentence; `help` starts with a verb.
    Unlisted {
        message: String,
        help: String,
    },
    /// The system does not let us read the file.
    Unreadable {
        message: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oversize {
    /// Bytes of a file.
    File,
    /// Bytes of one document.
    Document,
    /// Keys and values of one document.
    Nodes,
}

/// What a reader makes of a scalar, for messages.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    Null,
    Bool(bool),
    /// As it would be written in JSON.
    Number(String),
    String(String),
    /// The reader refuses it (`.nan` has no JSON form).
    Refused,
    /// A list or a mapping, as keys can be.
    Collection,
}

impl std::fmt::Display for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "the boolean `{value}`"),
            Self::Number(text) => write!(f, "the number `{text}`"),
            Self::String(text) => write!(f, "the string `{text}`"),
            Self::Refused => f.write_str("a value that JSON does not have"),
            Self::Collection => f.write_str("a collection"),
        }
    }
}
