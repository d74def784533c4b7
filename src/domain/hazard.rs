//! Why a plan needs a person's yes. A hazard's digest covers what is dangerous and nothing else, so that a harmless
//! change beside it does not void a yes.

use std::sync::Arc;

use crate::domain::change::Dependent;
use crate::domain::digest::Digest;
use crate::domain::entity::EntityKey;
use crate::domain::finding::Place;

#[derive(Debug, Clone, PartialEq)]
pub struct Hazard {
    pub kind: HazardKind,
    pub consent: Consent,
    pub digest: Digest,
}

/// What a hazard asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consent {
    /// The digest of all hazards that ask for it.
    Approval,
    /// Adoption of an entity that another owner wrote.
    Adoption,
    /// Nothing: it is good to know.
    Nothing,
}

/// In the order in which they are shown. Keys are sorted.
#[derive(Debug, Clone, PartialEq)]
pub enum HazardKind {
    /// More goes away than the rule lets go. `blueprint: None`: of all together.
    ManyDeletes {
        blueprint: Option<Arc<str>>,
        keys: Vec<EntityKey>,
        owned: usize,
        /// The limits that are passed.
        over_max: Option<u32>,
        over_max_percent: Option<u32>,
    },
    /// What is deleted is pointed to by what stays.
    DeleteWithDependents { key: EntityKey, dependents: Vec<Dependent> },
    /// What is renamed is pointed to by what this plan does not point elsewhere.
    RenameWithDependents { key: EntityKey, from: Box<str>, dependents: Vec<Dependent> },
    /// Declared here, in the catalog, written by somebody else, and about to change.
    Foreign { keys: Vec<EntityKey> },
    /// Created in a blueprint that was not read to its end: they may be there, and somebody else's.
    Unseen { blueprint: Arc<str>, why: Option<String>, keys: Vec<EntityKey> },
    /// Blueprints whose entities may point to what goes away from `blueprint`, and that nobody has read.
    UnseenDependents { blueprint: Arc<str>, unread: Vec<Arc<str>> },
    /// No longer declared, and not deleted, since these point to it and shall: manifests that are declared, and what stays
    /// on their account.
    StillNeeded { key: EntityKey, by: Vec<Dependent> },
    /// Nothing is deleted. `keys` are what is no longer declared, as far as it is known.
    PruneBlocked { by: Vec<Blocker>, keys: Vec<EntityKey> },
}

/// Why nothing is deleted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blocker {
    /// The settings say so.
    Disabled,
    /// A manifest did not parse, so what it declares is not known.
    Manifest(Place),
    /// A blueprint was not read to its end; why, as a clause.
    Read { blueprint: Arc<str>, why: String },
    /// A folder that may hold manifests could not be looked into, nor what stands in the place of one; why, as a clause.
    Folder { path: Box<str>, why: String },
}
