//! Finds what brings the catalog back to a backup: only what the push changed, and only where the catalog does not have
//! the old value already. What somebody else changed after the push is named, so that a person decides about it.

use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::HashMap;

use super::document::SavedEntity;
use super::sides::{body_of, fields_of, fields_of_both, is_same, property, relation, value};
use crate::domain::blueprint::Blueprint;
use crate::domain::document::span::Span;
use crate::domain::entity::desired::{Desired, DesiredField, DesiredProperty, DesiredRelation, Teams};
use crate::domain::entity::fields::{TextField, Texts};
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, EntityKey, Record, Targets};
use crate::domain::finding::Place;
use crate::domain::plan::change::{Field, OwnerStatus};
use crate::domain::plan::request::Body;
use crate::domain::snapshot::Snapshot;
use crate::domain::value::Value;
use crate::plan::ownership::{Owned, Pair};
use crate::plan::shape::{Shape, Shapes};

/// The catalog as it is now.
#[derive(Debug, Clone, Copy)]
pub struct Live<'l> {
    /// All entities of the backup's blueprints.
    pub actual: &'l Snapshot,
    pub blueprints: &'l [Blueprint],
    /// The entities that this scope owns.
    pub owned: &'l [EntityKey],
}

/// The input of the plan that brings a backup back, and what it leaves alone.
#[derive(Debug, Default, PartialEq)]
pub struct WayBack {
    /// Each entity names only the fields to set or to unset.
    pub desired: Vec<Desired>,
    /// Entities that the push created.
    pub deleted: Vec<EntityKey>,
    /// Those of both that somebody else changed after the push.
    pub changed_since: Vec<EntityKey>,
    /// Entities that the push created or renamed and another writer owns now: they are kept.
    pub taken_over: Vec<EntityKey>,
    /// Entities that the push renamed, and whose former identifier another entity has now: they keep the new one.
    pub not_renamed_back: Vec<EntityKey>,
    /// Entities that the push changed and that somebody deleted since: they are not created again.
    pub gone: Vec<EntityKey>,
    /// Fields that the blueprint no longer has: their values are lost.
    pub unknown_fields: UnknownFields,
}

/// A blueprint, and the name of a property or a relation.
type UnknownFields = BTreeSet<(Arc<str>, Arc<str>)>;

impl WayBack {
    /// `place`: where the backup holds each of the entities.
    pub fn new(entities: &[SavedEntity], place: impl Fn(usize) -> Place, live: Live<'_>) -> Self {
        let shapes = Shapes::new(live.blueprints);
        let owned = Owned::new(live.owned);
        let renames = entities.iter().filter_map(|saved| {
            let EntityKey { blueprint, identifier } = &saved.key;
            Some(((blueprint.as_ref(), saved.renamed_to.as_deref()?), identifier.as_ref()))
        });
        let renames: HashMap<Pair<'_>, &str> = renames.collect();
        let mut found = Self::default();
        for (at, saved) in entities.iter().enumerate() {
            let EntityKey { blueprint, identifier } = &saved.key;
            let stored = live.actual.get(blueprint, identifier);
            let renamed = saved.renamed_to.as_ref().and_then(|to| live.actual.get(blueprint, to));
            let is_owned = owned.ownership(renamed.or(stored)) == OwnerStatus::Ours;
            let entity =
                OneEntity { saved, place: place(at), shape: shapes.of(blueprint), is_owned, renames: &renames };
            match renamed {
                Some(renamed) => entity.find_renamed(stored, renamed, &mut found),
                None => entity.find(stored, &mut found),
            }
        }
        found
    }
}

/// One entity of a backup.
struct OneEntity<'s> {
    saved: &'s SavedEntity,
    place: Place,
    shape: &'s Shape<'s>,
    /// This scope owns it now.
    is_owned: bool,
    /// The former identifiers of the entities that the push renamed, by the new ones.
    renames: &'s HashMap<Pair<'s>, &'s str>,
}

impl OneEntity<'_> {
    fn find(&self, stored: Option<&Entity>, found: &mut WayBack) {
        let now = stored.map(body_of);
        match (&self.saved.before, &self.saved.after, &now) {
            (None, _, None) | (None, None, Some(_)) => {}
            (None, Some(after), Some(now)) => self.created(after, now, found),
            (Some(before), None, None) => {
                let whole = self.whole(before, &mut found.unknown_fields);
                found.desired.push(whole);
            }
            (Some(before), None, Some(now)) => {
                self.recreated(before, now, stored.map(|stored| &stored.record), found);
            }
            (Some(_), Some(_), None) => found.gone.push(self.key()),
            (Some(before), Some(after), Some(now)) => self.updated(before, after, now, found),
        }
    }

    /// `stored`: the entity that has the former identifier now; `renamed`: the one that has the new identifier.
    fn find_renamed(&self, stored: Option<&Entity>, renamed: &Entity, found: &mut WayBack) {
        let created_at = |record: Option<&Record>| record.and_then(|record| record.created_at);
        let was_created = created_at(self.saved.record.as_ref());
        match stored {
            // The push did not rename the entity, and another writer created one with the new identifier.
            Some(stored) if was_created.is_some() && was_created == created_at(Some(&stored.record)) => {
                self.find(Some(stored), found);
            }
            Some(_) => found.not_renamed_back.push(renamed.key.clone()),
            None if !self.is_owned => found.taken_over.push(renamed.key.clone()),
            None => {
                let (Some(before), Some(after)) = (&self.saved.before, &self.saved.after) else { return };
                let (mut desired, is_changed) = self.undo(before, after, &body_of(renamed), &mut found.unknown_fields);
                desired.renamed_from = Some(renamed.key.identifier.clone());
                found.desired.push(desired);
                found.changed_since.extend(is_changed.then(|| self.key()));
            }
        }
    }

    fn key(&self) -> EntityKey {
        self.saved.key.clone()
    }

    /// The push created the entity.
    fn created(&self, after: &Body, now: &Body, found: &mut WayBack) {
        if !self.is_owned {
            found.taken_over.push(self.key());
            return;
        }
        found.deleted.push(self.key());
        let is_other = |field: &Field| {
            let (after, now) = (self.value(after, field), self.value(now, field));
            !self.is_same(field, &after, &now) && !self.is_filled_in(field, &after, &now) && !is_unlinked(field, &now)
        };
        if fields_of_both(after, now).iter().any(is_other) {
            found.changed_since.push(self.key());
        }
    }

    /// The push was to delete the entity, and it exists. With the same time of creation, it was never deleted.
    fn recreated(&self, before: &Body, now: &Body, record: Option<&Record>, found: &mut WayBack) {
        let created_at = |record: Option<&Record>| record.and_then(|record| record.created_at);
        let was_created = created_at(self.saved.record.as_ref());
        if was_created.is_some() && was_created == created_at(record) {
            return;
        }
        let mut desired = self.nothing();
        let mut is_changed = false;
        for field in fields_of_both(before, now) {
            let (old, current) = (self.value(before, &field), self.value(now, &field));
            if self.is_same(&field, &old, &current) || self.is_name(&field, &old, &current) {
                continue;
            }
            is_changed |= !is_unlinked(&field, &current);
            self.bring_back(&field, before, &mut desired, &mut found.unknown_fields);
        }
        self.conclude(desired, is_changed, found);
    }

    /// The push changed some fields.
    fn updated(&self, before: &Body, after: &Body, now: &Body, found: &mut WayBack) {
        let (desired, is_changed) = self.undo(before, after, now, &mut found.unknown_fields);
        self.conclude(desired, is_changed, found);
    }

    /// The old values of the fields that the push changed, and whether somebody changed one of them since.
    fn undo(&self, before: &Body, after: &Body, now: &Body, unknown: &mut UnknownFields) -> (Desired, bool) {
        let mut desired = self.nothing();
        let mut is_changed = false;
        for field in fields_of(after) {
            let [old, new, current] = [before, after, now].map(|body| self.value(body, &field));
            let is_filled_in = self.is_filled_in(&field, &new, &current);
            let is_of_push = !self.is_same(&field, &old, &new) || is_filled_in;
            if !is_of_push || self.is_same(&field, &old, &current) {
                continue;
            }
            // Relations may follow the entities that the push renamed.
            let [new, current] = [new, current].map(|value| self.with_former_targets(&field, value));
            is_changed |= !self.is_same(&field, &new, &current) && !is_filled_in;
            self.bring_back(&field, before, &mut desired, unknown);
        }
        (desired, is_changed)
    }

    fn conclude(&self, desired: Desired, is_changed: bool, found: &mut WayBack) {
        if is_empty(&desired) {
            return;
        }
        found.desired.push(desired);
        if is_changed {
            found.changed_since.push(self.key());
        }
    }

    /// The value of a field, with the former identifiers of the targets that the push renamed.
    fn with_former_targets(&self, field: &Field, value: Value) -> Value {
        let Field::Relation(name) = field else { return value };
        let Some(relation) = self.shape.relation(name) else { return value };
        let former = |target: Box<str>| {
            let former = self.renames.get(&(relation.target, target.as_ref())).map(|former| Box::from(*former));
            former.unwrap_or(target)
        };
        match value {
            Value::Text(target) => Value::Text(former(target)),
            Value::List(targets) => {
                let former = |target| match target {
                    Value::Text(target) => Value::Text(former(target)),
                    other => other,
                };
                Value::List(targets.into_iter().map(former).collect())
            }
            other => other,
        }
    }

    fn value(&self, body: &Body, field: &Field) -> Value {
        value(body, field, self.shape)
    }

    fn is_same(&self, field: &Field, one: &Value, other: &Value) -> bool {
        is_same(field, self.shape, one, other)
    }

    /// Whether the catalog itself filled in the field that the push left out: the identifier as title, or the default.
    fn is_filled_in(&self, field: &Field, written: &Value, now: &Value) -> bool {
        if let Field::Property(name) = field {
            let default = self.shape.property(name).default.as_ref();
            return written.is_null() && default.is_some_and(|default| self.is_same(field, default, now));
        }
        self.is_name(field, written, now)
    }

    /// Whether the title is the identifier, which a catalog shows for an entity without a title.
    fn is_name(&self, field: &Field, written: &Value, now: &Value) -> bool {
        let is_title = *field == Field::Text(TextField::Title);
        is_title && written.is_null() && now.as_str() == Some(&self.saved.key.identifier)
    }

    fn nothing(&self) -> Desired {
        Desired {
            key: self.key(),
            texts: Texts::from_fn(|_| DesiredField::default()),
            team: DesiredField::default(),
            properties: Box::default(),
            relations: Box::default(),
            renamed_from: None,
            place: self.place,
            is_bare: false,
        }
    }

    /// The deleted entity. A default that it did not have is unset, because the catalog gives it to new entities.
    fn whole(&self, before: &Body, unknown: &mut UnknownFields) -> Desired {
        let mut desired = self.nothing();
        for field in fields_of(before) {
            self.bring_back(&field, before, &mut desired, unknown);
        }
        for (name, _) in self.shape.defaults().filter(|(name, _)| property(before, name).is_none()) {
            self.bring_back(&Field::Property(Arc::clone(name)), before, &mut desired, unknown);
        }
        desired
    }

    /// Sets the field as the backup has it, or unsets it.
    fn bring_back(&self, field: &Field, before: &Body, desired: &mut Desired, unknown: &mut UnknownFields) {
        let span = self.place.span;
        let lost = |name: &Arc<str>| (Arc::clone(&self.saved.key.blueprint), Arc::clone(name));
        match field {
            Field::Text(field) => desired.texts[*field] = desired_field(before.texts[*field].clone(), span),
            Field::Team if self.shape.inherits_team => {}
            Field::Team => desired.team = desired_field(before.team.clone().map(Teams::Many), span),
            Field::Property(name) if self.shape.is_computed(name) => {}
            Field::Property(name) if !self.shape.has_property(name) => drop(unknown.insert(lost(name))),
            Field::Property(name) => {
                let value = property(before, name).cloned().unwrap_or_default();
                push(&mut desired.properties, DesiredProperty { name: Arc::clone(name), value, span });
            }
            Field::Relation(name) if self.shape.relation(name).is_none() => drop(unknown.insert(lost(name))),
            Field::Relation(name) => {
                let targets = relation(before, name).cloned().unwrap_or(Targets::None);
                push(&mut desired.relations, DesiredRelation { name: Arc::clone(name), targets, span });
            }
        }
    }
}

fn desired_field<T>(patch: Patch<T>, span: Span) -> DesiredField<T> {
    match patch {
        Patch::Set(value) => DesiredField::set(value, span),
        Patch::Absent | Patch::Null => DesiredField::null(span),
    }
}

fn push<T>(items: &mut Box<[T]>, item: T) {
    let mut all = std::mem::take(items).into_vec();
    all.push(item);
    *items = all.into();
}

/// A relation that is not set yet: the push or an earlier restore was interrupted before it set the relations.
fn is_unlinked(field: &Field, now: &Value) -> bool {
    matches!(field, Field::Relation(_)) && now.is_null()
}

/// Whether nothing is to be brought back.
fn is_empty(desired: &Desired) -> bool {
    desired.texts.iter().all(|(_, text)| text.patch.is_absent())
        && desired.team.patch.is_absent()
        && desired.properties.is_empty()
        && desired.relations.is_empty()
}
