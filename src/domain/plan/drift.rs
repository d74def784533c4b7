//! Drift: declared entities that another writer changed or deleted in the catalog. The third side of each comparison is
//! Git's history: it says which side changed a field since both had the same value.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::entity::EntityKey;
use crate::domain::plan::change::{Action, Change, Field};

/// Which side changed a declared field since Git and the catalog had the same value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangedBy {
    /// Git has its value since before the catalog's last write, and never had the catalog's.
    Catalog,
    /// Git had the catalog's value, or did not set the field, at or after the catalog's last write: pending work.
    Git,
    /// Git changed the field after the catalog's last write, and did not have the catalog's value then.
    Both,
    /// Git has its value since before the catalog's last write, and had the catalog's value earlier: either no push brought
    /// the later one to the catalog, or somebody went back in the catalog.
    Ambiguous,
    /// The history of the manifest is not in this clone.
    Unknown,
}

/// How an entity may have drifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityDrift {
    /// Another writer wrote it last. The fields that differ and that this branch did not change.
    Fields(Vec<(Field, ChangedBy)>),
    /// The catalog does not have it, although its scope wrote other entities after its manifest was committed.
    Missing,
}

/// The drift of a plan. Without an entry, a change is pending work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    entities: BTreeMap<EntityKey, EntityDrift>,
    /// This clone does not have the whole history.
    pub is_shallow: bool,
}

impl Drift {
    pub fn new(is_shallow: bool) -> Self {
        Self { entities: BTreeMap::new(), is_shallow }
    }

    pub fn insert(&mut self, key: EntityKey, drift: EntityDrift) {
        self.entities.insert(key, drift);
    }

    /// Whether the change is drift: somebody changed or deleted the entity in the catalog. Everything else is pending
    /// work: Git changed it, and no push brought that to the catalog yet.
    pub fn is_drift(&self, change: &Change) -> bool {
        match (self.entities.get(&change.key), &change.action) {
            (Some(EntityDrift::Fields(fields)), Action::Update) => fields.iter().any(|(_, by)| *by != ChangedBy::Git),
            (Some(EntityDrift::Missing), Action::Create) => true,
            _ => false,
        }
    }

    pub fn changed_by(&self, key: &EntityKey, field: &Field) -> Option<ChangedBy> {
        let EntityDrift::Fields(fields) = self.entities.get(key)? else { return None };
        fields.iter().find(|(other, _)| other == field).map(|(_, by)| *by)
    }

    /// The drifted fields that this side changed, in the order of the plan.
    pub fn fields_by<'d>(&'d self, key: &EntityKey, side: ChangedBy) -> impl Iterator<Item = &'d Field> {
        let fields = match self.entities.get(key) {
            Some(EntityDrift::Fields(fields)) => fields.as_slice(),
            Some(EntityDrift::Missing) | None => &[],
        };
        fields.iter().filter(move |(_, by)| *by == side).map(|(field, _)| field)
    }

    /// Whether the catalog alone changed what differs, so that its values can be taken into Git.
    pub fn is_only_catalog(&self, key: &EntityKey) -> bool {
        match self.entities.get(key) {
            Some(EntityDrift::Fields(fields)) => fields.iter().all(|(_, by)| *by == ChangedBy::Catalog),
            Some(EntityDrift::Missing) | None => false,
        }
    }
}
