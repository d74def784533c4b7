//! A plan as people and programs read it: what changes, what it endangers, and what is not this branch's doing. Every
//! number is the plan's own, so that no two formats can disagree.

use crate::domain::finding::Place;
use crate::domain::plan::Plan;
use crate::domain::revision::{BaseRevision, Revision};
use crate::report::place::Files;

/// All that a report tells.
#[derive(Clone, Copy)]
pub struct PlanReport<'a> {
    pub plan: &'a Plan,
    pub platform: &'a str,
    /// What the catalog is called in messages.
    pub catalog: &'a str,
    /// What is checked out; `None` outside of a repository.
    pub revision: Option<&'a Revision>,
    pub base: Option<&'a BaseRevision>,
    /// Path and text of the manifests: texts of those that changes stand in.
    pub files: &'a dyn Files,
    /// What was pending before this branch was left out.
    pub is_only_branch: bool,
    /// Sentences said once.
    pub notes: &'a [String],
    /// What the catalog itself said of the writes; `None`: it was not asked.
    pub complaints: Option<&'a [Complaint]>,
}

/// What the catalog would refuse, laid onto the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The place of the change in the plan.
    pub change: usize,
    /// As near as it can be told: the value of the field, else the entity.
    pub place: Option<Place>,
    pub status: u16,
    /// The catalog's word for it.
    pub code: String,
    /// The catalog's words.
    pub message: String,
}
