//! The origin of a change: this branch, if its manifest differs from the one at the merge base; already pending, if
//! both agree and the catalog differs.

use foldhash::HashMap;

use crate::domain::entity::desired::Desired;
use crate::domain::entity::patch::Patch;
use crate::domain::plan::change::Origin;
use crate::domain::plan::write_mode::WriteMode;

use super::ownership::{self, Pair};

/// The manifests at the merge base.
#[derive(Debug, Clone, Copy)]
pub struct Base<'q> {
    pub desired: &'q [Desired],
    /// Whether every manifest at the merge base was parsed. Otherwise an entity that is missing may have been declared.
    pub is_complete: bool,
}

/// The value at the merge base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Past<T> {
    /// There is no merge base, or its manifest could not be parsed.
    Unknown,
    Absent,
    Known(T),
}

impl<T> Past<T> {
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Past<U> {
        match self {
            Self::Unknown => Past::Unknown,
            Self::Absent => Past::Absent,
            Self::Known(value) => Past::Known(with(value)),
        }
    }
}

/// The entities at the merge base, by key.
#[derive(Debug)]
pub(super) struct BaseManifests<'q> {
    /// `None`: there is no merge base.
    entities: Option<HashMap<Pair<'q>, &'q Desired>>,
    is_complete: bool,
}

impl<'q> BaseManifests<'q> {
    pub fn new(base: Option<Base<'q>>) -> Self {
        Self {
            entities: base.map(|base| ownership::by_key(base.desired)),
            is_complete: base.is_some_and(|base| base.is_complete),
        }
    }

    pub fn of(&self, blueprint: &str, identifier: &str) -> Past<&'q Desired> {
        match self.entities.as_ref().map(|entities| entities.get(&(blueprint, identifier))) {
            Some(Some(desired)) => Past::Known(*desired),
            Some(None) if self.is_complete => Past::Absent,
            Some(None) | None => Past::Unknown,
        }
    }
}

/// The origin of a new entity.
pub(super) fn of_creation(past: Past<&Desired>) -> Origin {
    match past {
        Past::Unknown => Origin::Unknown,
        Past::Absent => Origin::ThisBranch,
        Past::Known(_) => Origin::AlreadyPending,
    }
}

/// The origin of a deletion.
pub(super) fn of_deletion(past: Past<&Desired>) -> Origin {
    match past {
        Past::Unknown => Origin::Unknown,
        Past::Absent => Origin::AlreadyPending,
        Past::Known(_) => Origin::ThisBranch,
    }
}

/// The origin of a changed field.
pub(super) fn of_field<T>(now: Patch<T>, past: Past<Patch<T>>, mode: WriteMode, same: impl Fn(T, T) -> bool) -> Origin {
    let past = match past {
        Past::Unknown => return Origin::Unknown,
        Past::Absent => return Origin::ThisBranch,
        Past::Known(past) => past,
    };
    let is_untouched = match (now, past) {
        (Patch::Set(now), Patch::Set(past)) => same(now, past),
        (Patch::Set(_), Patch::Absent | Patch::Null) | (Patch::Absent | Patch::Null, Patch::Set(_)) => false,
        (Patch::Absent, Patch::Absent) | (Patch::Null, Patch::Null) => true,
        (Patch::Absent, Patch::Null) | (Patch::Null, Patch::Absent) => match mode {
            WriteMode::Merge => false,
            WriteMode::Replace => true,
        },
    };
    if is_untouched { Origin::AlreadyPending } else { Origin::ThisBranch }
}
