//! The values of an entity by the names that a user writes: its own fields, its properties and its relations, whether a
//! manifest declares them or the catalog stores them.

use std::collections::BTreeSet;

use foldhash::HashMap;

use crate::commands::lint::index::RepositoryIndex;
use crate::commands::workspace::entities::ManifestSet;
use crate::domain::entity::desired::{Desired, Teams};
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, EntityKey, Targets};
use crate::domain::finding::FileId;
use crate::domain::value::Value;

/// What a value of an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FieldKind {
    /// `title`, `icon`, `team`.
    Own,
    Property,
    Relation,
}

/// The values of one entity, in the order of the manifest or the catalog. What is absent is not among them.
#[derive(Debug, Clone, Default)]
pub(crate) struct EntityFields {
    fields: Vec<(FieldKind, String, Value)>,
}

impl EntityFields {
    pub fn declared(desired: &Desired) -> Self {
        Self::declared_of(desired, &|_| true)
    }

    /// Only the fields whose names are wanted, whatever their kind: copying all values of an entity takes longer than
    /// reading its manifest.
    pub fn declared_of(desired: &Desired, is_wanted: &dyn Fn(&str) -> bool) -> Self {
        let mut fields = Self::default();
        for (field, text) in desired.texts.iter().filter(|(field, _)| is_wanted(field.key())) {
            match &text.patch {
                Patch::Set(text) => fields.add(FieldKind::Own, field.key(), Value::Text(text.clone())),
                Patch::Null => fields.add(FieldKind::Own, field.key(), Value::Null),
                Patch::Absent => {}
            }
        }
        match &desired.team.patch {
            _ if !is_wanted("team") => {}
            Patch::Set(Teams::One(team)) => fields.add(FieldKind::Own, "team", Value::Text(team.clone())),
            Patch::Set(Teams::Many(teams)) => fields.add(FieldKind::Own, "team", list(teams)),
            Patch::Null => fields.add(FieldKind::Own, "team", Value::Null),
            Patch::Absent => {}
        }
        for property in desired.properties.iter().filter(|property| is_wanted(&property.name)) {
            fields.add(FieldKind::Property, &property.name, property.value.clone());
        }
        for relation in desired.relations.iter().filter(|relation| is_wanted(&relation.name)) {
            fields.add(FieldKind::Relation, &relation.name, of_targets(&relation.targets));
        }
        fields
    }

    pub fn stored(entity: &Entity) -> Self {
        let mut fields = Self::default();
        for (field, text) in entity.texts.iter() {
            if let Some(text) = text {
                fields.add(FieldKind::Own, field.key(), Value::Text(text.clone()));
            }
        }
        if !entity.team.is_empty() {
            fields.add(FieldKind::Own, "team", list(&entity.team));
        }
        for (name, value) in &entity.properties {
            fields.add(FieldKind::Property, name, value.clone());
        }
        for (name, targets) in &entity.relations {
            fields.add(FieldKind::Relation, name, of_targets(targets));
        }
        fields
    }

    fn add(&mut self, kind: FieldKind, name: &str, value: Value) {
        self.fields.push((kind, name.to_owned(), value));
    }

    pub fn iter(&self) -> impl Iterator<Item = (FieldKind, &str, &Value)> {
        self.fields.iter().map(|(kind, name, value)| (*kind, name.as_str(), value))
    }

    pub fn get(&self, kind: FieldKind, name: &str) -> Option<&Value> {
        // Of a duplicate name, the last one counts.
        self.fields.iter().rev().find(|(own, key, _)| *own == kind && key == name).map(|(_, _, value)| value)
    }

    /// The value that a user means by a name: a property comes before a relation, and both before a field. `$team` is
    /// always the field.
    pub fn meant(&self, name: &str) -> Option<&Value> {
        if let Some(own) = name.strip_prefix('$') {
            return self.get(FieldKind::Own, own);
        }
        let kinds = [FieldKind::Property, FieldKind::Relation, FieldKind::Own];
        kinds.into_iter().find_map(|kind| self.get(kind, name))
    }
}

fn list(texts: &[Box<str>]) -> Value {
    Value::List(texts.iter().cloned().map(Value::Text).collect())
}

fn of_targets(targets: &Targets) -> Value {
    match targets {
        Targets::None => Value::Null,
        Targets::One(target) => Value::Text(target.clone()),
        Targets::Many(targets) => list(targets),
    }
}

/// What `work` makes of each entity that these files declare, by its key. The threads that read the files do it, and keep
/// nothing else of an entity. Of one that is declared twice, the first counts.
pub(crate) fn map_declared<T: Send>(
    repository: &RepositoryIndex,
    files: BTreeSet<FileId>,
    work: impl Fn(Desired) -> T + Sync,
) -> HashMap<EntityKey, T> {
    let chosen: Vec<FileId> = files.into_iter().collect();
    let with_key = |entity: Desired| (entity.key.clone(), work(entity));
    let mut by_key = HashMap::default();
    let RepositoryIndex { files, mapped, git_host, .. } = repository;
    for (key, made) in ManifestSet::map_chosen(files, &chosen, mapped.as_ref(), *git_host, with_key) {
        by_key.entry(key).or_insert(made);
    }
    by_key
}

/// Reads the entities that these files declare.
pub(crate) fn read_declared(repository: &RepositoryIndex, files: BTreeSet<FileId>) -> HashMap<EntityKey, Desired> {
    map_declared(repository, files, |entity| entity)
}
