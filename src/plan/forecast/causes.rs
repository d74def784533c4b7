//! Why the exporter no longer sends an owned entity: its manifest was removed, or a change of the mapping, of the state key
//! or of a manifest keeps it from being mapped as the base maps it.

use std::collections::{HashMap, HashSet};

use super::departure::{DangerCause, Departure, departure};
use super::entries::{may_yield, successors};
use crate::domain::document::span::Span;
use crate::domain::entity::EntityKey;
use crate::domain::evaluation::{MappedEntity, Problem, ProblemClass};
use crate::domain::forecast::revision::{ConfigState, EntryOutline, MappedRevision, ObjectOutline, PlacedText};
use crate::domain::forecast::{CausePlace, DangerKind, UndecidedReason};

/// Why an entity is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Absence {
    /// The index of the object at the base.
    ObjectRemoved(usize),
    ItemRemoved,
    Undeclared,
    /// Its object fails to map, or may be the one that fails.
    ObjectFails,
    /// The cluster keeps its object, for this reason.
    ObjectKept(UndecidedReason),
    /// An entry may map it from an object that is not in this repository.
    ObjectsElsewhere,
    Danger(DangerCause),
}

/// Two revisions, indexed.
pub(super) struct Causes<'a> {
    now: &'a MappedRevision,
    /// By object and entry.
    sent: HashMap<(usize, usize), Vec<&'a MappedEntity>>,
    failed: Failures,
    /// The kinds of entries that the cluster does not have.
    unresolved: HashSet<&'a str>,
    base: Option<BaseCauses<'a>>,
}

struct BaseCauses<'a> {
    revision: &'a MappedRevision,
    by_key: HashMap<EntityKey, &'a MappedEntity>,
    sent: HashMap<(usize, usize), Vec<&'a MappedEntity>>,
    /// By the position of an entry in the base's list.
    successors: Vec<Option<&'a EntryOutline>>,
    /// The objects of now.
    objects: HashMap<(&'a str, &'a str, &'a str), usize>,
}

/// The objects that fail, each with the entry for which it does.
struct Failures(HashSet<(usize, usize)>);

impl Failures {
    fn of(revision: &MappedRevision) -> Self {
        let problems = revision.evaluation.problems.iter().filter(|problem| stops_object(problem));
        Self(problems.filter_map(|problem| problem.object_index.zip(problem.entry)).collect())
    }
}

/// Whether the problem keeps an object from being sent, and so blocks deletion.
pub(super) fn stops_object(problem: &Problem) -> bool {
    match problem.class {
        ProblemClass::KindUnresolved | ProblemClass::Config => false,
        // The exporter only logs that discovery fails.
        ProblemClass::JqCompile
        | ProblemClass::JqError
        | ProblemClass::Type
        | ProblemClass::NullIdentifier
        | ProblemClass::Selector
        | ProblemClass::Items
        | ProblemClass::NullInList => problem.field.as_deref() != Some("crdsToDiscover"),
    }
}

fn by_origin(revision: &MappedRevision) -> HashMap<(usize, usize), Vec<&MappedEntity>> {
    let mut found: HashMap<(usize, usize), Vec<&MappedEntity>> = HashMap::new();
    for entity in &revision.evaluation.upserts {
        found.entry((entity.origin.object, entity.origin.entry)).or_default().push(entity);
    }
    found
}

impl<'a> Causes<'a> {
    pub fn new(now: &'a MappedRevision, base: Option<&'a MappedRevision>) -> Self {
        let base = base.map(|revision| {
            let keys = revision.evaluation.upserts.iter().filter_map(|entity| Some((entity.key()?, entity)));
            let objects = now.objects.iter().enumerate().rev().map(|(at, object)| (object.identity(), at));
            BaseCauses {
                revision,
                by_key: keys.collect(),
                sent: by_origin(revision),
                successors: successors(revision, now),
                objects: objects.collect(),
            }
        });
        let problems = now.evaluation.problems.iter();
        let unresolved = problems.filter(|problem| problem.class == ProblemClass::KindUnresolved);
        let unresolved = unresolved.filter_map(|problem| problem.kind.as_deref()).collect();
        Self { now, sent: by_origin(now), failed: Failures::of(now), unresolved, base }
    }

    /// Why an owned entity is not sent.
    pub fn of(&self, key: &EntityKey) -> Absence {
        let Some(base) = &self.base else { return self.without_base(key) };
        let (old_key, new_key) = (&base.revision.state_key, &self.now.state_key);
        if old_key != new_key && old_key.is_some() {
            return Absence::Danger(DangerCause {
                kind: DangerKind::StateKeyRenamed,
                place: CausePlace::Settings,
                before: old_key.clone(),
                after: new_key.clone(),
            });
        }
        match base.by_key.get(key) {
            Some(mapped) => self.since_base(base, mapped, key),
            None => self.undeclared(key),
        }
    }

    /// The config as a whole maps nothing.
    fn of_config(&self) -> Option<DangerCause> {
        let kind = match self.now.config {
            ConfigState::Present => return None,
            ConfigState::Empty => DangerKind::MapsNothing,
            ConfigState::Null => DangerKind::ConfigNull,
        };
        let place = CausePlace::Mapping(Span::empty(0));
        Some(DangerCause { kind, place, before: None, after: None })
    }

    fn is_unresolved(&self, entry: &EntryOutline) -> bool {
        self.unresolved.contains(entry.kind.text.as_str())
    }

    fn without_base(&self, key: &EntityKey) -> Absence {
        if let Some(cause) = self.of_config() {
            return Absence::Danger(cause);
        }
        let entries = self.now.entries.iter().filter(|entry| may_yield(entry, &key.blueprint));
        if let Some(entry) = entries.into_iter().find(|entry| self.is_unresolved(entry)) {
            return Absence::Danger(unresolved(None, entry));
        }
        self.undeclared(key)
    }

    /// The base does not yield the entity either.
    fn undeclared(&self, key: &EntityKey) -> Absence {
        if let Some(cause) = self.of_config() {
            return Absence::Danger(cause);
        }
        if self.now.entries.iter().any(|entry| entry.objects == 0 && may_yield(entry, &key.blueprint)) {
            return Absence::ObjectsElsewhere;
        }
        if self.base.is_none() && !self.failed.0.is_empty() {
            return Absence::ObjectFails;
        }
        Absence::Undeclared
    }

    fn since_base(&self, base: &BaseCauses<'a>, mapped: &MappedEntity, key: &EntityKey) -> Absence {
        let origin = mapped.origin;
        let old_object = base.revision.objects.get(origin.object);
        let at = base.revision.entries.iter().position(|entry| entry.index == origin.entry);
        // Discovered entries are not in the config.
        let (Some(old_object), Some(at)) = (old_object, at) else { return Absence::Undeclared };
        let Some(now_at) = base.objects.get(&old_object.identity()) else {
            let mut undelivered = self.now.undelivered.iter();
            let is_undelivered = undelivered.any(|object| object.keeps_object && object.may_be(old_object));
            return match is_undelivered {
                true => Absence::ObjectKept(UndecidedReason::ObjectUndelivered),
                false => match departure(self.now, base.revision, origin.object) {
                    Departure::Removed => Absence::ObjectRemoved(origin.object),
                    Departure::Kept(reason) => Absence::ObjectKept(reason),
                    Departure::Danger(cause) => Absence::Danger(cause),
                },
            };
        };
        if let Some(cause) = self.of_config() {
            return Absence::Danger(cause);
        }
        let old_entry = &base.revision.entries[at];
        let removed = |kind, span| {
            Absence::Danger(DangerCause {
                kind,
                place: CausePlace::BaseMapping(span),
                before: Some(old_entry.kind.text.clone()),
                after: None,
            })
        };
        let Some(entry) = base.successors[at].filter(|entry| !entry.mappings.is_empty()) else {
            return removed(DangerKind::EntryRemoved, old_entry.kind.span);
        };
        if self.is_unresolved(entry) {
            return Absence::Danger(unresolved(Some(old_entry), entry));
        }
        let pair = Pair { old_object, old_entry, entry, object_at: *now_at, object: &self.now.objects[*now_at] };
        if self.failed.0.contains(&(pair.object_at, entry.index)) {
            return Absence::ObjectFails;
        }
        let sent = self.sent.get(&(pair.object_at, entry.index)).map_or(&[][..], Vec::as_slice);
        if sent.is_empty() {
            return pair.nothing_sent();
        }
        let Some(number) = pair.successor_of_mapping(origin.mapping) else {
            let span = old_entry.mappings.get(origin.mapping).map_or(old_entry.kind.span, |old| old.identifier.span);
            return removed(DangerKind::MappingRemoved, span);
        };
        let of_mapping = |all: &[&'a MappedEntity], number: usize| -> Vec<&'a MappedEntity> {
            all.iter().copied().filter(|entity| entity.origin.mapping == number).collect()
        };
        let new = of_mapping(sent, number);
        let old = base.sent.get(&(origin.object, origin.entry)).map_or(&[][..], Vec::as_slice);
        let old = of_mapping(old, origin.mapping);
        if new.len() < old.len() {
            return pair.items_gone();
        }
        let position = old.iter().position(|entity| entity.key().as_ref() == Some(key)).unwrap_or_default();
        pair.changed(key, number, new.get(position).copied())
    }
}

fn unresolved(old: Option<&EntryOutline>, entry: &EntryOutline) -> DangerCause {
    let before = old.filter(|old| old.kind.text != entry.kind.text).map(|old| old.kind.text.clone());
    let (place, after) = (CausePlace::Mapping(entry.kind.span), Some(entry.kind.text.clone()));
    DangerCause { kind: DangerKind::KindUnresolved, place, before, after }
}

/// An object and an entry at the base with what they are now.
struct Pair<'a> {
    old_object: &'a ObjectOutline,
    old_entry: &'a EntryOutline,
    entry: &'a EntryOutline,
    object_at: usize,
    object: &'a ObjectOutline,
}

impl Pair<'_> {
    /// A danger whose cause is the text in the mapping if that changed, and else the object if that did.
    fn danger(&self, kind: DangerKind, old: Option<&PlacedText>, new: Option<&PlacedText>) -> Absence {
        let text = |text: Option<&PlacedText>| text.map(|text| text.text.clone());
        let is_same_text = text(old) == text(new);
        let is_same_object = self.old_object.digest == self.object.digest;
        let cause = match (is_same_text, is_same_object, new) {
            (true, false, _) => {
                DangerCause { kind, place: CausePlace::Object(self.object_at), before: None, after: text(new) }
            }
            (_, _, Some(placed)) => {
                let before = text(old).filter(|_| !is_same_text);
                DangerCause { kind, place: CausePlace::Mapping(placed.span), before, after: text(new) }
            }
            (_, _, None) => {
                let place = CausePlace::Mapping(self.entry.kind.span);
                DangerCause { kind, place, before: text(old), after: None }
            }
        };
        Absence::Danger(cause)
    }

    fn nothing_sent(&self) -> Absence {
        match (&self.entry.selector, &self.entry.items_to_parse) {
            (Some(selector), None) => {
                self.danger(DangerKind::SelectorFalse, self.old_entry.selector.as_ref(), Some(selector))
            }
            (None, Some(_)) => self.items_gone(),
            // Both may be the cause: the one whose text changed is.
            (Some(selector), Some(items)) => {
                let is_selector_new = self.old_entry.selector.as_ref().is_none_or(|old| old.text != selector.text);
                let is_list_new = self.old_entry.items_to_parse.as_ref().is_none_or(|old| old.text != items.text);
                if is_list_new && !is_selector_new {
                    return self.items_gone();
                }
                self.danger(DangerKind::SelectorFalse, self.old_entry.selector.as_ref(), Some(selector))
            }
            (None, None) => Absence::Undeclared,
        }
    }

    fn items_gone(&self) -> Absence {
        let (old, new) = (self.old_entry.items_to_parse.as_ref(), self.entry.items_to_parse.as_ref());
        let is_same_text = old.map(|old| &old.text) == new.map(|new| &new.text);
        if is_same_text && self.old_object.digest != self.object.digest {
            return Absence::ItemRemoved;
        }
        self.danger(DangerKind::ItemsGone, old, new)
    }

    /// The number of the mapping now that has the blueprint and identifier of one of the base, or its number.
    fn successor_of_mapping(&self, number: usize) -> Option<usize> {
        let old = self.old_entry.mappings.get(number)?;
        let new = &self.entry.mappings;
        let is_same = |at: &usize| {
            new[*at].blueprint.text == old.blueprint.text && new[*at].identifier.text == old.identifier.text
        };
        let is_alike = |at: &usize| {
            new[*at].blueprint.text == old.blueprint.text || new[*at].identifier.text == old.identifier.text
        };
        let same_number = (number < new.len() && new.len() >= self.old_entry.mappings.len()).then_some(number);
        (0..new.len()).find(is_same).or(same_number).or_else(|| (0..new.len()).find(is_alike))
    }

    /// `number`: that of the mapping now. `new`: the entity that it yields instead.
    fn changed(&self, key: &EntityKey, number: usize, new: Option<&MappedEntity>) -> Absence {
        let mapping = &self.entry.mappings[number];
        let is_blueprint = new.is_some_and(|new| new.blueprint != *key.blueprint);
        let old = self.old_entry.mappings.iter().find(|old| match is_blueprint {
            true => old.identifier.text == mapping.identifier.text,
            false => old.blueprint.text == mapping.blueprint.text,
        });
        let old = old.or_else(|| self.old_entry.mappings.get(number));
        match is_blueprint {
            true => {
                let old = old.map(|old| &old.blueprint);
                self.danger(DangerKind::BlueprintChanged, old, Some(&mapping.blueprint))
            }
            false => {
                let old = old.map(|old| &old.identifier);
                self.danger(DangerKind::IdentifierChanged, old, Some(&mapping.identifier))
            }
        }
    }
}
