//! The files that a run has read, and what is known of them already.

use crate::delivery::manifests::Manifests;
use crate::domain::finding::FileId;
use crate::sources::SourceFile;

/// What a pass over the files of a run has found out.
pub(crate) struct ReadFiles<'a> {
    /// The files that are manifests.
    pub files: &'a [SourceFile],
    /// Some of them with their texts, each with its index.
    pub kept: &'a [(usize, SourceFile)],
    /// Some of them may hold a deliverer.
    pub have_deliverers: bool,
    /// What some of them hold, so that they are not parsed again.
    pub manifests: Vec<(FileId, Manifests)>,
}
