//! Finds the owners from whom a push took entities over, and which of them a restore can give their entities back.

use super::document::SavedEntity;
use super::former_owner::FormerOwner;
use super::way_back::Live;
use crate::domain::entity::EntityKey;
use crate::domain::plan::change::OwnerStatus;
use crate::plan::ownership::Owned;

/// The owners of a restore: entities that this scope owns and owned neither before the push nor, if the restore itself
/// takes them over, before the restore.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormerOwners {
    /// They get their owner back.
    pub given_back: Vec<(EntityKey, FormerOwner)>,
    /// They stay with this scope, because the datasource of their owner is unknown.
    pub kept: Vec<(EntityKey, FormerOwner)>,
}

impl FormerOwners {
    /// An entity that another owner has taken over since is none of them.
    pub fn new(entities: &[SavedEntity], live: Live<'_>) -> Self {
        let owned = Owned::new(live.owned);
        let mut found = Self::default();
        for SavedEntity { key, taken_from, .. } in entities {
            let stored = live.actual.get(&key.blueprint, &key.identifier);
            if let Some(owner) = taken_from.clone().filter(|_| owned.ownership(stored) == OwnerStatus::Ours) {
                found.push(key.clone(), owner);
            }
        }
        found
    }

    pub fn push(&mut self, key: EntityKey, owner: FormerOwner) {
        match owner.datasource {
            Some(_) => self.given_back.push((key, owner)),
            None => self.kept.push((key, owner)),
        }
    }

    pub fn keys(&self) -> impl Iterator<Item = &EntityKey> {
        self.given_back.iter().chain(&self.kept).map(|(key, _)| key)
    }
}
