//! Finds the fields of an entity, and guesses the intention behind misplaced ones. One mistake has many
//! consequences (a misspelt `properties` lacks everything); rules ask this module, so that only the mistake is reported.

use foldhash::HashSet;

use crate::analysis::engine::rule::EntityContext;
use crate::domain::document::manifest::Form;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value, entries_of};
use crate::domain::entity::fields::ENTITY_KEYS;
use crate::text::suggest;

pub(crate) const RESOURCE: [&str; 5] = ["apiVersion", "kind", "metadata", "spec", "status"];
/// Fields of Kubernetes' ObjectMeta that a user or a tool may write into Git.
pub(crate) const METADATA: [&str; 15] = [
    "name",
    "namespace",
    "labels",
    "annotations",
    "generateName",
    "finalizers",
    "ownerReferences",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// The unused field names of a mapping: candidates for a misspelt one.
#[derive(Debug)]
pub(crate) struct FreeNames<'n> {
    free: Vec<&'n str>,
    left: usize,
}

impl<'n> FreeNames<'n> {
    pub fn of(mapping: Option<Value<'_>>, names: impl Iterator<Item = &'n str>) -> Self {
        let given = entries_of(mapping).filter_map(|(key, _)| key.as_str()).collect::<HashSet<_>>();
        Self { free: names.filter(|name| !given.contains(name)).collect(), left: MAX_SLIPS }
    }

    /// The most likely intended field for `name`.
    pub fn closest(&self, name: &str) -> Option<&'n str> {
        suggest::closest(name, self.free.iter().copied())
    }

    /// The safe replacement of `key`, and the most likely intended name. A name that was returned is no longer free for
    /// the next key.
    pub fn meant(&mut self, key: Value<'_>) -> (Option<&'n str>, Option<&'n str>) {
        if self.left == 0 {
            return (None, None);
        }
        self.left -= 1;
        let name = key.key_text();
        let slip = suggest::single_slip(&name, self.free.iter().copied()).filter(|_| !key.is_copied());
        let near = self.closest(&name);
        self.free.retain(|name| slip != Some(name));
        (slip, near)
    }
}

/// The number of unknown keys for which a suggestion is searched; with more, something else is wrong.
pub(crate) const MAX_SLIPS: usize = 50;

/// Whether one of the unknown keys of `mapping` is a misspelt `field`.
pub(crate) fn stands_for(mapping: Value<'_>, known: &[&str], field: &str) -> bool {
    let free = FreeNames::of(Some(mapping), known.iter().copied());
    let unknown = mapping.entries().filter_map(|(key, _)| key.as_str()).filter(|name| !known.contains(name));
    unknown.take(MAX_SLIPS).any(|name| free.closest(name) == Some(field))
}

impl<'a> EntityContext<'a> {
    /// The mapping with the entity's fields.
    pub fn entity(&self) -> Option<Value<'a>> {
        self.manifest.spec.map(|id| self.view.value(id)).filter(|spec| spec.kind() == Kind::Map)
    }

    /// The resource's own mapping; `None` for a bare entity.
    pub fn resource(&self) -> Option<Value<'a>> {
        (self.manifest.form != Form::Bare).then(|| self.view.value(self.manifest.root))
    }

    /// Whether missing keys of `properties` (or `relations`) can be reported: it is a mapping, empty, or absent. If it
    /// is misspelt or of another kind, that is reported instead.
    pub fn can_lack(&self, field: &str) -> bool {
        let Some(entity) = self.entity() else { return false };
        match entity.get(field) {
            Some(found) => matches!(found.kind(), Kind::Map | Kind::Null),
            None => !stands_for(entity, &ENTITY_KEYS, field),
        }
    }

    /// The key `properties` (or `relations`), otherwise the identifier: where a user would add what is missing.
    pub fn place_of(&self, field: &str) -> Span {
        let key = self.entity().and_then(|entity| entity.entry(field)).map(|(key, _)| key.span());
        let identifier = self.manifest.identifier.map(|id| self.view.value(id).span());
        key.or(identifier).unwrap_or_else(|| self.view.value(self.manifest.root).span())
    }

    /// The blueprint's properties that the entity does not set.
    pub fn free_properties(&self) -> FreeNames<'a> {
        let names =
            self.indexed.into_iter().flat_map(|indexed| &indexed.blueprint.properties).map(|it| it.name.as_str());
        FreeNames::of(self.manifest.properties.map(|id| self.view.value(id)), names)
    }

    pub fn free_relations(&self) -> FreeNames<'a> {
        let names =
            self.indexed.into_iter().flat_map(|indexed| &indexed.blueprint.relations).map(|it| it.name.as_str());
        FreeNames::of(self.manifest.relations.map(|id| self.view.value(id)), names)
    }

    /// Keys next to `properties` that are properties of the blueprint.
    pub fn misplaced_properties(&self) -> impl Iterator<Item = Value<'a>> {
        let indexed = self.indexed;
        entries_of(self.entity()).map(|(key, _)| key).filter(move |key| {
            let name = key.as_str().filter(|name| !ENTITY_KEYS.contains(name));
            name.zip(indexed).is_some_and(|(name, indexed)| indexed.blueprint.property(name).is_some())
        })
    }
}
