//! What an import read and could not convert: each part with its place and the reason. The report counts them by field.

/// A line of a file that was imported from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportPlace {
    /// Relative to the top of the repository, always with `/`.
    pub path: String,
    pub line: usize,
}

/// A value that the catalog has no place for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unconverted {
    /// The kind of its entity: `Component`.
    pub kind: String,
    /// `spec.lifecycle`
    pub field: String,
    /// The value, if it is short; empty otherwise.
    pub value: String,
    /// A clause.
    pub reason: String,
    pub place: ImportPlace,
}

/// An entity that gets no manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub kind: String,
    pub name: String,
    /// A clause.
    pub reason: String,
    pub place: ImportPlace,
}

/// An entity whose identifier is not its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    pub kind: String,
    pub name: String,
    pub identifier: String,
    /// A clause.
    pub reason: String,
    pub place: ImportPlace,
}

/// A file, or a part of one, that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    pub path: String,
    /// A clause.
    pub reason: String,
    /// Where it is named, if a file names it.
    pub named_by: Option<ImportPlace>,
}
