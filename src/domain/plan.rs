//! The plan: the changes that `diff` shows and `push` applies. All numbers are counted here once, so that outputs
//! cannot disagree.

pub mod change;
pub mod digest;
pub mod drift;
pub mod hazard;
pub mod outcome;
pub mod policy;
pub mod relevant;
pub mod request;
pub mod revision;
pub mod write_mode;

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::entity::EntityKey;
use crate::domain::finding::Place;
use crate::domain::plan::change::Change;
use crate::domain::plan::digest::{ApprovalDigest, Digest};
use crate::domain::plan::hazard::{Consent, Hazard};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    pub scope: String,
    /// Sorted by key. Waves refer to them by index.
    pub changes: Vec<Change>,
    /// The steps, wave by wave; the steps of one wave may run concurrently.
    pub waves: Vec<Wave>,
    /// Cycles of relations, which are broken in two steps.
    pub cycles: Vec<Cycle>,
    /// Changes that cannot be applied.
    pub obstacles: Vec<Obstacle>,
    pub hazards: Vec<Hazard>,
    /// Declared entities with another owner that already have the declared values: they change only if adopted.
    pub foreign_unchanged: Vec<EntityKey>,
    pub counts: Counts,
    /// The value for `--approve`; null: no hazard needs approval.
    pub approval: Option<ApprovalDigest>,
    /// Identifies the plan: its destination, all changes and all hazards. It does not cover positions and origins.
    pub digest: Digest,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    #[serde(rename = "deed")]
    pub step_kind: StepKind,
    pub steps: Vec<Step>,
}

/// The order: all writes, then all relinks, then all deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    Write,
    /// Sets the relations that a write left out.
    Relink,
    Delete,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub change: usize,
    /// The relations that a write leaves out, or that a relink sets.
    pub relations: Vec<Arc<str>>,
    /// The changes whose earlier steps must all have succeeded.
    pub needs: Vec<usize>,
}

/// Entities with relations to each other, by key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    pub members: Vec<EntityKey>,
    /// One cycle, from the first member back to it (which is not repeated).
    pub path: Vec<EntityKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Obstacle {
    /// Several manifests declare one entity; the first one is used.
    Duplicate { key: EntityKey, places: Vec<Place> },
    /// Each requires that the next one exists first.
    RequiredCycle { step_kind: StepKind, cycle: Cycle },
    /// `key` would get a relation to an entity that neither a manifest declares nor the catalog has.
    MissingTarget { key: EntityKey, relation: Arc<str>, target: EntityKey, place: Place },
}

impl Plan {
    /// Every position in the plan but those of fields, which are in the files of their changes.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        let changes = self.changes.iter().filter_map(|change| change.place);
        let obstacles = self.obstacles.iter().flat_map(Obstacle::places).copied();
        changes.chain(obstacles).chain(self.hazards.iter().flat_map(|hazard| hazard.kind.places()))
    }

    pub fn places_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        let changes = self.changes.iter_mut().filter_map(|change| change.place.as_mut());
        let obstacles = self.obstacles.iter_mut().flat_map(Obstacle::places_mut);
        changes.chain(obstacles).chain(self.hazards.iter_mut().flat_map(|hazard| hazard.kind.places_mut()))
    }
}

impl Obstacle {
    pub fn places(&self) -> &[Place] {
        match self {
            Self::Duplicate { places, .. } => places,
            Self::MissingTarget { place, .. } => std::slice::from_ref(place),
            Self::RequiredCycle { .. } => &[],
        }
    }

    pub fn places_mut(&mut self) -> &mut [Place] {
        match self {
            Self::Duplicate { places, .. } => places,
            Self::MissingTarget { place, .. } => std::slice::from_mut(place),
            Self::RequiredCycle { .. } => &mut [],
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Counts {
    pub total: Tally,
    /// The blueprints with declared, changed or kept entities.
    pub by_blueprint: BTreeMap<Arc<str>, Tally>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tally {
    pub create: usize,
    pub update: usize,
    pub rename: usize,
    pub adopt: usize,
    pub delete: usize,
    /// Declared entities that already have the declared values.
    pub unchanged: usize,
    /// Entities that are no longer declared but kept.
    pub kept: usize,
    /// Of the changes: entities with another owner.
    pub foreign: usize,
    /// Of the changes: those that this branch did not cause.
    pub pending: usize,
    /// Changes left out of this plan: pending ones if not requested, and those not chosen.
    pub left_out: usize,
}

impl Tally {
    pub fn changes(&self) -> usize {
        self.create + self.update + self.rename + self.adopt + self.delete
    }

    /// The numbers of two plans together.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            create: self.create + other.create,
            update: self.update + other.update,
            rename: self.rename + other.rename,
            adopt: self.adopt + other.adopt,
            delete: self.delete + other.delete,
            unchanged: self.unchanged + other.unchanged,
            kept: self.kept + other.kept,
            foreign: self.foreign + other.foreign,
            pending: self.pending + other.pending,
            left_out: self.left_out + other.left_out,
        }
    }
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The number of policies that refuse the plan; no approval helps against them.
    pub fn refusals(&self) -> usize {
        self.hazards.iter().filter(|hazard| hazard.consent == Consent::Refused).count()
    }
}
