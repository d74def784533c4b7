//! The files that a run has read, and what is known of them already.

use std::sync::Arc;

use crate::delivery::manifests::Manifests;
use crate::domain::finding::FileId;
use crate::sources::{Place, SourceFile};

/// What a pass over the files of a run has found out.
pub(crate) struct ReadFiles<'a> {
    /// The files that are manifests.
    pub files: &'a [SourceFile],
    /// The texts of some of them, each with the index of its file.
    pub kept: &'a [(usize, Place)],
    /// Some of them may hold a deliverer.
    pub have_deliverers: bool,
    /// What some of them hold, so that they are not parsed again.
    pub manifests: Vec<(FileId, Arc<Manifests>)>,
}
