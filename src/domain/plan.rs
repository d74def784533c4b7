//! The changes of a run as one value: what `diff` shows and `push` does. All numbers are counted here once, so no two
//! outputs can disagree.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::change::Change;
use crate::domain::digest::{ApprovalDigest, Digest};
use crate::domain::entity::EntityKey;
use crate::domain::finding::Place;
use crate::domain::hazard::Hazard;

#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub scope: String,
    /// By key. Waves name them by their place in this list.
    pub changes: Vec<Change>,
    /// What is done, one wave after the other; what is in a wave may be done at once.
    pub waves: Vec<Wave>,
    /// Circles of relations that are broken in two steps.
    pub cycles: Vec<Cycle>,
    /// What cannot be done.
    pub obstacles: Vec<Obstacle>,
    pub hazards: Vec<Hazard>,
    /// Declared, chosen, somebody else's, and already as declared: nothing is done to them unless they are adopted.
    pub foreign_unchanged: Vec<EntityKey>,
    pub counts: Counts,
    /// What `--approve` must be given; `None` where no hazard needs approval.
    pub approval: Option<ApprovalDigest>,
    /// Identifies the plan: its destination, all that would be done and all that is dangerous; not where it is written,
    /// nor whose doing it is.
    pub digest: Digest,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    pub deed: Deed,
    pub steps: Vec<Step>,
}

/// In this order: all writes, then all relinks, then all deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    Write,
    /// Sets the relations that a write had to leave out.
    Relink,
    Delete,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub change: usize,
    /// The relations that a write leaves out, or that a relink sets.
    pub relations: Vec<Arc<str>>,
    /// The changes all of whose earlier steps must have succeeded.
    pub needs: Vec<usize>,
}

/// Entities that point to each other, by key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cycle {
    pub members: Vec<EntityKey>,
    /// One way round, from the first member back to it (which is not named again).
    pub path: Vec<EntityKey>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// Two manifests ask for one entity; the first counts.
    Duplicate { key: EntityKey, places: Vec<Place> },
    /// Each requires the next one to be there before it.
    RequiredCycle { deed: Deed, cycle: Cycle },
    /// `key` would be written with a relation to an entity that no manifest declares and the catalog does not have.
    MissingTarget { key: EntityKey, relation: Arc<str>, target: EntityKey, place: Place },
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub total: Tally,
    /// Blueprints of which something is declared, changed or kept.
    pub by_blueprint: BTreeMap<Arc<str>, Tally>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub create: usize,
    pub update: usize,
    pub rename: usize,
    pub adopt: usize,
    pub delete: usize,
    /// Declared, and already as declared.
    pub unchanged: usize,
    /// No longer declared, and not deleted.
    pub kept: usize,
    /// Of the changes: foreign entities.
    pub foreign: usize,
    /// Of the changes: with nothing of this branch in them.
    pub pending: usize,
    /// Changes that are left out of this plan: pending ones where they are not wanted, and what was not chosen.
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
}
