//! What a plan is made from, and what its steps hand on.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::blueprint::Blueprint;
use crate::domain::entity::desired::Desired;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::finding::FileId;
use crate::domain::plan::change::Change;
use crate::domain::plan::hazard::Blocker;
use crate::domain::plan::policy::Policy;
use crate::domain::plan::write_mode::{PruneRule, Write};
use crate::domain::snapshot::Snapshot;
use crate::plan::origin::Base;
use crate::text::mask::Mask;

/// The input of a plan. The order of its lists does not matter.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'q> {
    /// All entities of the manifests that were parsed.
    pub desired: &'q [Desired],
    pub base: Option<Base<'q>>,
    /// The blueprints that the manifests or the owned entities name, and those whose entities may have relations to
    /// them.
    pub actual: &'q Snapshot,
    pub blueprints: &'q [Blueprint],
    /// The entities that this scope owns according to the catalog; where exporters write, also those that they own.
    pub owned: &'q [EntityKey],
    pub write: &'q Write,
    /// Whether a field is cleared that only the manifest at the merge base names. A mapping clears only by null.
    pub clears_dropped: bool,
    pub deletes: Deletes<'q>,
    /// Whether an exporter writes the declared entities too. It knows no renames, so a push plans none either.
    pub is_exported: bool,
    pub prune: PruneRule,
    /// The policies in force.
    pub policies: &'q [Policy],
    pub destination: Destination<'q>,
    pub adopt: Adopt<'q>,
    /// Leaves out changes that were pending before this branch. Only for output: the remaining changes may depend on
    /// those left out.
    pub only_branch: bool,
    /// Manifests that could not be parsed, and reads that failed beyond what the snapshot itself records.
    pub unread: &'q [Blocker],
    pub moves: &'q [Move],
    /// Plans only this part and its dependencies.
    pub only: Option<&'q Only>,
    /// The entities that somebody changed after the push that a restore undoes. Sorted; empty for every other plan.
    pub changed_since: &'q [EntityKey],
    /// The mask of digests. The plan itself holds unmasked values for `write_requests`; [`masked`] returns the one to show.
    pub mask: &'q Mask,
}

/// The entities of other owners that a plan takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adopt<'q> {
    Nothing,
    All,
    /// These: what other scopes own.
    Those(&'q [EntityKey]),
}

/// Which entities a plan deletes.
#[derive(Debug, Clone, Copy)]
pub enum Deletes<'q> {
    /// Owned entities that no manifest declares, unless something prevents it, as a push deletes them.
    Undeclared,
    /// What the exporters of clusters delete, and what they leave although no manifest declares it. A declared entity is
    /// neither: another cluster sends it.
    Exporters { deleted: &'q [EntityKey], kept: &'q [EntityKey] },
    /// Exactly these, of those that this scope owns: a restore deletes what a push created.
    Listed(&'q [EntityKey]),
}

/// The chosen part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Only {
    pub blueprints: BTreeSet<Arc<str>>,
    /// Manifest files. They never select a deletion.
    pub files: BTreeSet<FileId>,
}

/// A rename that the files show: the identifier at the merge base and the current one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    pub from: EntityKey,
    pub to: EntityKey,
    /// The manifest has the same position in the same file. Otherwise Git detected that the file was moved.
    pub is_in_place: bool,
}

/// The catalog that a plan is applied to, and the scope. Approvals and plan files are valid for one destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Destination<'q> {
    /// The catalog's name in messages: its URL, or the path of the embedded one.
    pub catalog: &'q str,
    pub platform: &'q str,
    pub scope: &'q str,
    /// The selected target of the config.
    pub target: Option<&'q str>,
}

/// The input of a plan that later steps use.
#[derive(Debug, Clone, Copy)]
pub struct PlanBasis<'g> {
    pub desired: &'g [Desired],
    pub blueprints: &'g [Blueprint],
    pub actual: &'g Snapshot,
    pub mask: &'g Mask,
}

/// A change under construction, with the two sides that it comes from.
#[derive(Debug)]
pub(super) struct ChangeDraft<'q> {
    pub change: Change,
    pub wanted: Option<&'q Desired>,
    /// The entity in the catalog; for a rename, under the old identifier.
    pub stored: Option<&'q Entity>,
}

/// What the comparison of a declared entity with the catalog found.
#[derive(Debug)]
pub(super) enum Comparison<'q> {
    Different(ChangeDraft<'q>),
    /// `is_foreign`: another owner wrote it, and it is in the chosen part.
    Unchanged {
        key: &'q EntityKey,
        is_foreign: bool,
    },
}
