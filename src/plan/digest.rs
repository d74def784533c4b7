//! SHA-256 digests of plans, hazards, manifests and entities. Every item is preceded by its length or count, so that
//! different content never has the same bytes; values that compare as equal have the same bytes.
//!
//! Digests leave the machine in plan files and approvals, so they are computed over masked values: the digest of a
//! short password could be guessed.

use crate::domain::entity::{Entity, EntityKey};
use crate::domain::plan::change::{Action, Afterwards, Cause, Change, Dependent, Field, FieldChange, Ownership};
use crate::domain::plan::digest::Digest;
use crate::domain::plan::hazard::{Blocker, Hazard, HazardKind};
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::plan::{Obstacle, StepKind};
use crate::domain::value::Value;
use crate::domain::value::masked::{masked_text, masked_value};
use crate::text::mask::Mask;

use super::Destination;
use super::normalise::{self, Number, by_key};
use super::shape::{PropertyShape, Times};

pub(super) struct Writer(ring::digest::Context);

impl Writer {
    /// `what` separates the domains of different digests.
    pub fn new(what: &str) -> Self {
        let mut writer = Self(ring::digest::Context::new(&ring::digest::SHA256));
        writer.text(what);
        writer
    }

    pub fn finish(self) -> Digest {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.finish().as_ref());
        Digest(bytes)
    }

    pub fn byte(&mut self, byte: u8) {
        self.0.update(&[byte]);
    }

    pub fn count(&mut self, count: usize) {
        self.0.update(&(count as u64).to_le_bytes());
    }

    pub fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    pub fn maybe(&mut self, text: Option<&str>) {
        self.byte(text.is_some().into());
        self.text(text.unwrap_or_default());
    }

    pub fn key(&mut self, key: &EntityKey) {
        self.text(&key.blueprint);
        self.text(&key.identifier);
    }

    pub fn keys(&mut self, keys: &[EntityKey]) {
        self.count(keys.len());
        keys.iter().for_each(|key| self.key(key));
    }

    pub fn digest(&mut self, digest: Digest) {
        self.0.update(&digest.0);
    }

    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.byte(0),
            Value::Bool(bool) => {
                self.byte(1);
                self.byte((*bool).into());
            }
            Value::Text(text) => {
                self.byte(2);
                self.text(text);
            }
            Value::List(items) => {
                self.byte(3);
                self.count(items.len());
                items.iter().for_each(|item| self.value(item));
            }
            Value::Map(entries) => {
                self.byte(4);
                self.count(entries.len());
                for (key, value) in by_key(entries) {
                    self.text(key);
                    self.value(value);
                }
            }
            Value::Integer(_) | Value::Large(_) | Value::Float(_) => match Number::of(value) {
                Some(Number::Whole(whole)) => {
                    self.byte(5);
                    self.0.update(&whole.to_le_bytes());
                }
                Some(Number::Broken(bits)) => {
                    self.byte(6);
                    self.0.update(&bits.to_le_bytes());
                }
                None => self.byte(7),
            },
        }
    }

    /// Digests the spelling: here `1` differs from `1.0`. The order of keys does not matter.
    pub fn exactly(&mut self, value: &Value) {
        match value {
            Value::Null | Value::Bool(_) | Value::Text(_) => self.value(value),
            Value::Integer(integer) => {
                self.byte(10);
                self.0.update(&integer.to_le_bytes());
            }
            Value::Large(large) => {
                self.byte(11);
                self.0.update(&large.to_le_bytes());
            }
            Value::Float(float) => {
                self.byte(12);
                self.0.update(&float.to_bits().to_le_bytes());
            }
            Value::List(items) => {
                self.byte(13);
                self.count(items.len());
                items.iter().for_each(|item| self.exactly(item));
            }
            Value::Map(entries) => {
                self.byte(14);
                self.count(entries.len());
                for (key, value) in by_key(entries) {
                    self.text(key);
                    self.exactly(value);
                }
            }
        }
    }

    /// Digests a property's value; times are digested as instants.
    pub fn property(&mut self, value: &Value, shape: &PropertyShape) {
        match (shape.times, value) {
            (Times::Itself, _) => self.time(value),
            (Times::Items, Value::List(items)) => {
                self.byte(8);
                self.count(items.len());
                items.iter().for_each(|item| self.time(item));
            }
            (Times::Items | Times::None, _) => self.value(value),
        }
    }

    fn time(&mut self, value: &Value) {
        match normalise::moment(value) {
            Some(moment) => {
                self.byte(9);
                self.0.update(&moment.0.to_le_bytes());
            }
            None => self.value(value),
        }
    }

    pub fn mode(&mut self, mode: WriteMode) {
        self.byte(match mode {
            WriteMode::Merge => 0,
            WriteMode::Replace => 1,
        });
    }

    pub fn destination(&mut self, destination: Destination<'_>) {
        let Destination { platform, catalog, target, scope } = destination;
        self.text(platform);
        self.text(catalog);
        self.maybe(target);
        self.text(scope);
    }

    fn dependents(&mut self, dependents: &[Dependent]) {
        self.count(dependents.len());
        for dependent in dependents {
            self.key(&dependent.key);
            self.text(&dependent.relation);
            self.byte(dependent.required.into());
            self.byte(match dependent.after {
                // The reason why a relation is kept does not change the hazard.
                Afterwards::Left | Afterwards::Unnamed => 0,
                Afterwards::Relinked => 1,
                Afterwards::Asked => 2,
            });
        }
    }

    /// Digests a value of the property `name`, with credentials masked.
    pub fn masked(&mut self, mask: &Mask, name: Option<&str>, value: &Value) {
        self.value(&masked_value(mask, name, value));
    }

    pub fn masked_text(&mut self, mask: &Mask, text: Option<&str>) {
        self.maybe(text.map(|text| masked_text(mask, None, text)).as_deref());
    }

    fn change(&mut self, mask: &Mask, change: &Change) {
        self.key(&change.key);
        self.byte(match change.action {
            Action::Create => 0,
            Action::Update => 1,
            Action::Rename { .. } => 2,
            Action::Adopt => 3,
            Action::Delete => 4,
        });
        self.maybe(change.removed_identifier());
        self.byte(match change.ownership {
            Ownership::New => 0,
            Ownership::Ours => 1,
            Ownership::Foreign => 2,
        });
        self.mode(change.mode);
        self.count(change.fields.len());
        change.fields.iter().for_each(|field| self.field(mask, field));
        // Dependents are covered by the hazards, or are changes themselves.
    }

    fn field(&mut self, mask: &Mask, change: &FieldChange) {
        match &change.field {
            Field::Title => self.byte(0),
            Field::Icon => self.byte(1),
            Field::Team => self.byte(2),
            Field::Property(name) => {
                self.byte(3);
                self.text(name);
            }
            Field::Relation(name) => {
                self.byte(4);
                self.text(name);
            }
        }
        self.byte(match change.cause {
            Cause::Named => 0,
            Cause::Dropped => 1,
            Cause::LeftOut => 2,
        });
        let name = change.field.property_name();
        self.masked(mask, name, &change.before);
        self.masked(mask, name, &change.after);
    }

    fn obstacle(&mut self, obstacle: &Obstacle) {
        match obstacle {
            Obstacle::Duplicate { key, places } => {
                self.byte(0);
                self.key(key);
                self.count(places.len());
            }
            Obstacle::RequiredCycle { step_kind, cycle } => {
                self.byte(1);
                self.byte(match step_kind {
                    StepKind::Write => 0,
                    StepKind::Relink => 1,
                    StepKind::Delete => 2,
                });
                self.keys(&cycle.members);
            }
            Obstacle::MissingTarget { key, relation, target, place: _ } => {
                self.byte(2);
                self.key(key);
                self.text(relation);
                self.key(target);
            }
        }
    }
}

/// The digest of a hazard. It does not cover the number of owned entities or the exceeded limit, because these change
/// with every harmless entity.
pub(super) fn of_hazard(kind: &HazardKind) -> Digest {
    let mut writer = Writer::new("portolan hazard 1");
    match kind {
        HazardKind::ManyDeletes { blueprint, keys, owned: _, over_max: _, over_max_percent: _ } => {
            writer.text("many-deletes");
            writer.maybe(blueprint.as_deref());
            writer.keys(keys);
        }
        HazardKind::DeleteWithDependents { key, dependents } => {
            writer.text("delete-with-dependents");
            writer.key(key);
            writer.dependents(dependents);
        }
        HazardKind::RenameWithDependents { key, from, dependents } => {
            writer.text("rename-with-dependents");
            writer.key(key);
            writer.text(from);
            writer.dependents(dependents);
        }
        HazardKind::Foreign { keys } => {
            writer.text("foreign");
            writer.keys(keys);
        }
        HazardKind::Unseen { blueprint, why: _, keys } => {
            writer.text("unseen");
            writer.text(blueprint);
            writer.keys(keys);
        }
        HazardKind::UnseenDependents { blueprint, unread } => {
            writer.text("unseen-dependents");
            writer.text(blueprint);
            writer.count(unread.len());
            unread.iter().for_each(|blueprint| writer.text(blueprint));
        }
        HazardKind::StillNeeded { key, by } => {
            writer.text("still-needed");
            writer.key(key);
            writer.dependents(by);
        }
        HazardKind::PruneBlocked { by, keys } => {
            writer.text("prune-blocked");
            writer.count(by.len());
            for blocker in by {
                match blocker {
                    Blocker::Disabled => writer.byte(0),
                    Blocker::Manifest(_) => writer.byte(1),
                    Blocker::Read { blueprint, why: _ } => {
                        writer.byte(2);
                        writer.text(blueprint);
                    }
                    Blocker::Folder { path, why: _ } => {
                        writer.byte(3);
                        writer.text(path);
                    }
                }
            }
            writer.keys(keys);
        }
    }
    writer.finish()
}

pub(super) fn of_plan(
    mask: &Mask,
    destination: Destination<'_>,
    changes: &[Change],
    hazards: &[Hazard],
    obstacles: &[Obstacle],
) -> Digest {
    let mut writer = Writer::new("portolan plan 2");
    writer.destination(destination);
    writer.count(changes.len());
    changes.iter().for_each(|change| writer.change(mask, change));
    writer.count(hazards.len());
    hazards.iter().for_each(|hazard| writer.digest(hazard.digest));
    writer.count(obstacles.len());
    obstacles.iter().for_each(|obstacle| writer.obstacle(obstacle));
    writer.finish()
}

/// The digest of a stored entity by value, to detect whether it changed since the plan was made. The last writer is not
/// covered.
pub fn of_entity(entity: &Entity, mask: &Mask) -> Digest {
    let mut writer = Writer::new("portolan entity 1");
    writer.key(&entity.key);
    writer.masked_text(mask, entity.title.as_deref());
    writer.masked_text(mask, entity.icon.as_deref());
    writer.masked(mask, None, &normalise::set_value(&entity.team));
    let mut properties: Vec<_> = entity.properties.iter().filter(|(_, value)| !value.is_null()).collect();
    properties.sort_by(|a, b| a.0.cmp(&b.0));
    writer.count(properties.len());
    for (name, value) in properties {
        writer.text(name);
        writer.masked(mask, Some(name), value);
    }
    let relations = entity.relations.iter().map(|(name, targets)| (name, normalise::targets_value(targets)));
    let is_set = |value: &Value| !value.is_null() && *value != Value::List(Box::default());
    let mut relations: Vec<_> = relations.filter(|(_, value)| is_set(value)).collect();
    relations.sort_by(|a, b| a.0.cmp(b.0));
    writer.count(relations.len());
    for (name, value) in relations {
        writer.text(name);
        writer.masked(mask, None, &value);
    }
    writer.finish()
}
