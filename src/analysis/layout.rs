//! Where the fields of an entity stand, and what a person most likely meant who put one elsewhere. One slip makes many
//! consequences (a misspelt `properties` lacks everything); the rules ask here, so that the slip alone is reported.

use crate::analysis::rule::EntityContext;
use crate::domain::manifest::Form;
use crate::domain::suggest;
use crate::domain::tree::{Kind, Value, entries_of};

pub(crate) const RESOURCE: [&str; 5] = ["apiVersion", "kind", "metadata", "spec", "status"];
pub(crate) const ENTITY: [&str; 7] = ["blueprint", "identifier", "title", "icon", "team", "properties", "relations"];
/// Those of Kubernetes' ObjectMeta that a person or a tool may write into Git.
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

/// The fields that are not there yet.
pub(crate) fn free<'k>(mapping: Value<'_>, known: &[&'k str]) -> Vec<&'k str> {
    known.iter().copied().filter(|field| mapping.get(field).is_none()).collect()
}

/// Of so many unknown keys it is asked what they stand for; where there are more, something else is wrong.
pub(crate) const MOST_SLIPS: usize = 50;

/// Whether one of the unknown keys of `mapping` stands for `field`.
pub(crate) fn stands_for(mapping: Value<'_>, known: &[&str], field: &str) -> bool {
    let free = free(mapping, known);
    let unknown = mapping.entries().filter_map(|(key, _)| key.as_str()).filter(|name| !known.contains(name));
    unknown.take(MOST_SLIPS).any(|name| suggest::closest(name, free.iter().copied()) == Some(field))
}

impl<'a> EntityContext<'a> {
    /// The mapping that holds the entity's fields.
    pub fn entity(&self) -> Option<Value<'a>> {
        self.manifest.spec.map(|id| self.view.value(id)).filter(|spec| spec.kind() == Kind::Map)
    }

    /// The resource's own mapping; `None` for a bare entity.
    pub fn resource(&self) -> Option<Value<'a>> {
        (self.manifest.form != Form::Bare).then(|| self.view.value(self.manifest.root))
    }

    /// Whether `properties` (or `relations`) can be said to lack something: it is a mapping, or it is simply not
    /// there. Misspelt, or of another kind, that is what is wrong.
    pub fn can_lack(&self, field: &str) -> bool {
        let Some(entity) = self.entity() else { return false };
        match entity.get(field) {
            Some(found) => found.kind() == Kind::Map,
            None => !stands_for(entity, &ENTITY, field),
        }
    }

    /// Property names of the blueprint that stand beside `properties` instead of in it.
    pub fn misplaced_properties(&self) -> impl Iterator<Item = Value<'a>> {
        let shape = self.shape;
        entries_of(self.entity()).map(|(key, _)| key).filter(move |key| {
            let name = key.as_str().filter(|name| !ENTITY.contains(name));
            name.zip(shape).is_some_and(|(name, shape)| shape.blueprint.property(name).is_some())
        })
    }
}
