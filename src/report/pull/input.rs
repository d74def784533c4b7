//! The result of a pull, as its reports take it.

use crate::domain::blueprint::change::BlueprintChange;
use crate::report::impact::ImpactReport;
use crate::report::lint::Lint;

/// The input of a report.
#[derive(Clone, Copy)]
pub struct Pull<'a> {
    pub mode: Mode,
    pub platform: &'a str,
    /// The catalog of the new snapshot.
    pub catalog: &'a str,
    pub pulled_at: &'a str,
    /// The source of the previous snapshot.
    pub before: Option<Before<'a>>,
    /// The new snapshot differs from the previous one.
    pub is_news: bool,
    pub counts: Counts,
    pub changes: &'a [BlueprintChange],
    /// What the changed blueprints do to the declared entities.
    pub impact: Option<ImpactReport<'a>>,
    pub manifests: &'a [ManifestLine<'a>],
    /// The files in which manifests were merged; masked.
    pub edits: &'a [FileEdit],
    /// The other files that are written, by path.
    pub files: &'a [FileLine],
    /// The new lint findings, and how to render them.
    pub misfits: &'a Lint<'a>,
    /// The number of new findings that are not included.
    pub misfits_untold: usize,
    /// Notes on the whole run, as sentences.
    pub notes: &'a [String],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Files were written.
    Pull,
    /// Nothing was written; the question is whether the snapshot is up to date.
    Check,
    /// Nothing was written; the report shows what would be.
    DryRun,
}

/// The previous snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before<'a> {
    pub catalog: &'a str,
    pub pulled_at: &'a str,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub blueprints: usize,
    pub known: usize,
    pub known_added: usize,
    pub known_removed: usize,
    /// Entities among the mismatches.
    pub misfits: usize,
}

/// The result for one entity's manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestLine<'a> {
    pub blueprint: &'a str,
    pub identifier: &'a str,
    pub path: &'a str,
    pub deed: ManifestDeed,
    /// The fields that got the catalog's values, if it was merged.
    pub fields: &'a [String],
}

/// A file that a pull writes besides manifests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// Relative to the repository, always with `/`.
    pub path: String,
    pub deed: FileDeed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileDeed {
    New,
    Rewritten,
    Removed,
}

/// A file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit {
    pub path: String,
    pub before: String,
    pub after: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManifestDeed {
    New,
    Rewritten,
    /// Some of its fields got the catalog's values.
    Merged,
    /// The file already has these values.
    Unchanged,
    /// The repository declares the entity, and its manifest was kept; the reason as a clause if it differs.
    Kept(Option<&'static str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullFormat {
    Text,
    Json,
}
