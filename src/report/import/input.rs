//! The result of an import, as its reports take it.

use crate::domain::entity::EntityKey;
use crate::domain::import::{ImportPlace, Renamed, Skipped, Unconverted, Unread};
use crate::report::lint::Lint;

#[derive(Clone, Copy)]
pub struct Import<'a> {
    /// `backstage` or `codeowners`.
    pub source: &'a str,
    pub is_dry_run: bool,
    /// The number of files that were read.
    pub files_read: usize,
    /// Sorted by key.
    pub manifests: &'a [ImportedManifest<'a>],
    pub declared: &'a [DeclaredEntity<'a>],
    pub skipped: &'a [Skipped],
    pub unconverted: &'a [Unconverted],
    pub renamed: &'a [Renamed],
    pub unread: &'a [Unread],
    /// The findings in the new manifests.
    pub lint: &'a Lint<'a>,
    /// What remains to do, as sentences.
    pub next: &'a [String],
    /// Only what was written is shown.
    pub is_quiet: bool,
}

/// A manifest that was written, or would be.
#[derive(Debug, Clone, Copy)]
pub struct ImportedManifest<'a> {
    pub key: &'a EntityKey,
    /// The kind and the name of its source.
    pub kind: &'a str,
    pub name: &'a str,
    pub place: &'a ImportPlace,
    pub path: &'a str,
    pub content: &'a str,
    /// The catalog has the entity already.
    pub is_in_catalog: bool,
    pub is_complete: bool,
}

/// An entity whose manifest was kept.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredEntity<'a> {
    pub key: &'a EntityKey,
    pub path: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFormat {
    Text,
    Json,
}
