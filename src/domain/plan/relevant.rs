//! Which entities of a catalog a plan looks at. The others are dropped while they are read, so that a catalog may be far
//! larger than the part that the repository declares.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::domain::blueprint::Blueprint;
use crate::domain::entity::{Entity, EntityKey, Targets};

#[derive(Debug, Default)]
pub struct RelevantEntities {
    /// The identifiers by blueprint.
    named: HashMap<Arc<str>, HashSet<Box<str>>>,
    /// What may be removed, by blueprint: entities with a relation to it are relevant too.
    removable: HashMap<Arc<str>, HashSet<Box<str>>>,
}

impl RelevantEntities {
    pub fn add(&mut self, key: &EntityKey) {
        self.add_identifier(&key.blueprint, &key.identifier);
    }

    pub fn add_identifier(&mut self, blueprint: &Arc<str>, identifier: &str) {
        add(&mut self.named, blueprint, identifier);
    }

    /// Adds an entity that may be removed: whatever has a relation to it is relevant too.
    pub fn add_removable(&mut self, key: &EntityKey) {
        self.add(key);
        add(&mut self.removable, &key.blueprint, &key.identifier);
    }

    pub fn has_named(&self, key: &EntityKey) -> bool {
        self.named.get(&key.blueprint).is_some_and(|named| named.contains(&key.identifier))
    }

    /// Whether a plan looks at the entity, whose blueprint this is.
    pub fn has(&self, blueprint: &Blueprint, entity: &Entity) -> bool {
        self.has_named(&entity.key) || entity.relations.iter().any(|(name, to)| self.may_remove(blueprint, name, to))
    }

    fn may_remove(&self, blueprint: &Blueprint, name: &str, targets: &Targets) -> bool {
        let relation = blueprint.relations.iter().find(|relation| relation.name == name);
        let Some(removable) = relation.and_then(|it| self.removable.get(it.target.as_str())) else { return false };
        match targets {
            Targets::None => false,
            Targets::One(target) => removable.contains(target),
            Targets::Many(targets) => targets.iter().any(|target| removable.contains(target)),
        }
    }

    /// The relevant identifiers of a blueprint, sorted; `None`: any of its entities may be relevant.
    pub fn only(&self, blueprint: &Blueprint) -> Option<Vec<Box<str>>> {
        if blueprint.relations.iter().any(|relation| self.removable.contains_key(relation.target.as_str())) {
            return None;
        }
        let named = self.named.get(blueprint.identifier.as_str());
        let mut identifiers: Vec<Box<str>> = named.into_iter().flatten().cloned().collect();
        identifiers.sort_unstable();
        Some(identifiers)
    }
}

fn add(keys: &mut HashMap<Arc<str>, HashSet<Box<str>>>, blueprint: &Arc<str>, identifier: &str) {
    let identifiers = match keys.get_mut(blueprint) {
        Some(identifiers) => identifiers,
        None => keys.entry(Arc::clone(blueprint)).or_default(),
    };
    if !identifiers.contains(identifier) {
        identifiers.insert(identifier.into());
    }
}
