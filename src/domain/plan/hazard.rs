//! Hazards: why a plan needs a person's approval. A hazard's digest covers only what is dangerous, so that a harmless
//! change does not void an approval.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::entity::EntityKey;
use crate::domain::finding::Place;
use crate::domain::plan::change::Dependent;
use crate::domain::plan::digest::Digest;
use crate::domain::plan::policy::{PolicyMatch, PolicyVerdict};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    pub kind: HazardKind,
    pub consent: Consent,
    pub digest: Digest,
}

/// The approval that a hazard needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    /// `--approve` with the digest of all hazards of this kind.
    Approval,
    /// `--adopt`, to take over foreign entities.
    Adoption,
    /// No approval helps: a policy of the config refuses the plan.
    Refused,
    /// No approval: it is information.
    Nothing,
}

/// In display order. Keys are sorted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum HazardKind {
    /// A policy of the config applies to these changes.
    Policy {
        policy: Box<str>,
        message: Option<Box<str>>,
        verdict: PolicyVerdict,
        /// The policy is in force as the config at the merge base has it.
        #[serde(rename = "ofBase")]
        is_of_base: bool,
        changes: Vec<PolicyMatch>,
    },
    /// More deletes than `prune` allows. A null blueprint: all blueprints together.
    ManyDeletes {
        blueprint: Option<Arc<str>>,
        keys: Vec<EntityKey>,
        owned: usize,
        /// The limits that are exceeded.
        over_max: Option<u32>,
        over_max_percent: Option<u32>,
    },
    /// An entity that is kept points to a deleted one.
    DeleteWithDependents { key: EntityKey, dependents: Vec<Dependent> },
    /// An entity that this plan does not update points to a renamed one.
    RenameWithDependents { key: EntityKey, from: Box<str>, dependents: Vec<Dependent> },
    /// Declared entities that another owner wrote and that would change.
    Foreign { keys: Vec<EntityKey> },
    /// Entities that somebody changed after the push that a restore undoes, and that it would overwrite or delete.
    ChangedSincePush { keys: Vec<EntityKey> },
    /// Creates in a blueprint that was not read completely: the entities may exist with another owner.
    Unseen { blueprint: Arc<str>, why: Option<String>, keys: Vec<EntityKey> },
    /// Blueprints that were not read, and whose entities may point to deleted ones of `blueprint`.
    UnseenDependents { blueprint: Arc<str>, unread: Vec<Arc<str>> },
    /// Entities that are no longer declared but kept, because declared or other kept entities have relations to them.
    /// `by` lists these.
    StillNeeded { key: EntityKey, by: Vec<Dependent> },
    /// Nothing is deleted. `keys` are the entities that are no longer declared, as far as known.
    PruneBlocked { by: Vec<Blocker>, keys: Vec<EntityKey> },
}

impl HazardKind {
    pub fn places(&self) -> impl Iterator<Item = Place> {
        let blockers = if let Self::PruneBlocked { by, .. } = self { by.as_slice() } else { &[] };
        blockers.iter().filter_map(|blocker| match blocker {
            Blocker::Manifest(place) => Some(*place),
            Blocker::Disabled | Blocker::Read { .. } | Blocker::Folder { .. } => None,
        })
    }

    pub fn places_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        let blockers = if let Self::PruneBlocked { by, .. } = self { by.as_mut_slice() } else { &mut [] };
        blockers.iter_mut().filter_map(|blocker| match blocker {
            Blocker::Manifest(place) => Some(place),
            Blocker::Disabled | Blocker::Read { .. } | Blocker::Folder { .. } => None,
        })
    }
}

/// Why nothing is deleted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Blocker {
    /// The config turns deletes off.
    Disabled,
    /// A manifest could not be parsed, so its entities are unknown.
    Manifest(Place),
    /// A blueprint was not read completely; the reason, as a clause.
    Read { blueprint: Arc<str>, why: String },
    /// A path that may contain manifests could not be read; the reason, as a clause.
    Folder { path: Box<str>, why: String },
}
