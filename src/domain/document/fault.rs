//! Syntax faults of a YAML text, independent of its meaning. The reader records data; the rules word the messages.

use crate::domain::document::span::Span;
use crate::domain::git_host::GitHost;

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
    /// A value or key that JSON does not have (`.inf`, a null key): Kubernetes rejects the file. `message` is a
    /// sentence; `help` starts with a verb.
    NotJson {
        message: String,
        help: String,
    },
    /// A duplicate key; the span is the later one.
    DuplicateKey {
        key: String,
        first: Span,
    },
    /// A plain scalar that editors (YAML 1.2) and the tool that delivers the file read differently.
    AmbiguousScalar {
        editor: Reading,
        /// The tool that reads it as `read_as`.
        reader: ScalarReader,
        read_as: Reading,
        is_key: bool,
    },
    /// A character that Kubernetes (YAML 1.1) reads as a line break and editors read as text; also a second carriage
    /// return before a line feed, which only editors count.
    AmbiguousBreak {
        code: u32,
    },
    /// A key that no reader accepts as a string. `text` is what Kubernetes converts it to.
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
    /// The file is neither UTF-8 nor UTF-16 with a byte order mark.
    BadEncoding {
        message: String,
    },
    /// A file that is, or may be, a manifest was replaced by something else. `message` is a sentence; `help` starts
    /// with a verb. `is_fault`: this is never intended.
    Absent {
        message: String,
        help: String,
        is_fault: bool,
    },
    /// Markers of an unresolved merge conflict; the span is the first one. `message` is a sentence; `help` starts with
    /// a verb.
    MergeConflict {
        message: String,
        help: String,
        /// The last marker.
        last: Span,
    },
    /// A manifest in a file that the config does not include. `message` is a sentence; `help` starts with a verb.
    Unlisted {
        message: String,
        help: String,
    },
    /// The operating system denies reading the file.
    Unreadable {
        message: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oversize {
    /// The size of a file in bytes.
    File,
    /// The size of one document in bytes.
    Document,
    /// The number of keys and values in one document.
    Nodes,
}

/// The tool that delivers a document to the catalog, and so decides what its plain scalars mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarReader {
    Kubernetes,
    /// The app of the platform for a Git host, for bare entity files.
    GitApp(GitHost),
}

/// How a reader interprets a scalar, for messages.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    Null,
    Bool(bool),
    /// In JSON notation.
    Number(String),
    String(String),
    /// The reader rejects it (`.nan` has no JSON form).
    Refused,
    /// A list or a mapping, used as a key.
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
