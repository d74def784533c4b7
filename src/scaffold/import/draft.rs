//! Drafts the manifests of an import. An entity that lacks what its blueprint requires is left out, and so is each
//! relation to it, until the rest is complete. Nothing is dropped without a report.

use std::collections::HashSet;
use std::sync::Arc;

use super::assign::{Assigned, Assignment, NOT_IMPORTED};
use super::fill::{Filled, PlacedTarget, add_target, fill};
use super::input::ImportInput;
use super::source::{SourceEntity, SourceKey};
use crate::domain::blueprint::Blueprint;
use crate::domain::blueprint::required::Presence;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::{Entity, EntityKey, Record, Targets};
use crate::domain::import::{ImportPlace, Renamed, Skipped, Unconverted};
use crate::scaffold::manifest::EntityValues;
use crate::text::plural::list;

/// The manifest of one entity.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftManifest {
    pub key: EntityKey,
    pub kind: String,
    pub name: String,
    pub place: ImportPlace,
    pub values: EntityValues,
    /// The same values as an entity.
    pub entity: Entity,
    /// It has everything that its blueprint requires.
    pub is_complete: bool,
}

#[derive(Debug, Default)]
pub struct ImportDraft {
    /// Sorted by key.
    pub manifests: Vec<DraftManifest>,
    /// The entities that the repository declares already.
    pub declared: Vec<EntityKey>,
    pub unconverted: Vec<Unconverted>,
    pub skipped: Vec<Skipped>,
    /// The number of skipped entities that lack what their blueprints require.
    pub lacking: usize,
    pub renamed: Vec<Renamed>,
    /// The names of `only` that match no entity.
    pub unmatched: Vec<String>,
}

pub fn draft(mut sources: Vec<SourceEntity>, input: &ImportInput<'_>) -> ImportDraft {
    let missing = missing_entities(&Assignment::of(input, &sources));
    sources.extend(missing);
    let assignment = Assignment::of(input, &sources);
    let mut filled: Vec<Filled> = Vec::with_capacity(assignment.entities.len());
    for (at, entity) in assignment.entities.iter().enumerate() {
        let all = fill(&assignment, at);
        // Its manifest is kept, but new entities may get the relations that point back to it.
        let inverses_only = |all: Filled| Filled { inverses: all.inverses, ..Filled::default() };
        filled.push(if entity.is_declared { inverses_only(all) } else { all });
    }
    add_inverses(&assignment, &mut filled);
    let mut selection =
        Selection { assignment: &assignment, filled: &filled, is_alive: Vec::new(), skipped: Vec::new() };
    selection.keep_complete();
    let wanted = selection.wanted();
    let Selection { is_alive, skipped: lacking, .. } = selection;
    let mut draft = ImportDraft { unmatched: unmatched(&assignment), ..ImportDraft::default() };
    for (at, (entity, filled)) in assignment.entities.iter().zip(&filled).enumerate() {
        if !wanted.contains(&at) {
            continue;
        }
        if entity.is_declared {
            draft.declared.push(key_of(&assignment, entity));
        } else if is_alive[at] && adds_nothing(&assignment, entity, filled) {
            draft.skipped.push(skip(entity, "the catalog has it, and the import adds nothing to it".to_owned()));
        } else if is_alive[at] {
            draft.unconverted.extend_from_slice(&filled.unconverted);
            draft.unconverted.extend(lost_targets(&assignment, &is_alive, entity, filled));
            draft.manifests.push(manifest(&assignment, &is_alive, entity, filled));
        }
    }
    let is_wanted = |(at, skipped): (usize, Skipped)| wanted.contains(&at).then_some(skipped);
    let lacking: Vec<Skipped> = lacking.into_iter().filter_map(is_wanted).collect();
    draft.lacking = lacking.len();
    draft.skipped.extend(lacking);
    if input.only.is_empty() {
        draft.skipped.extend(assignment.skipped);
    }
    let drafted: HashSet<(&ImportPlace, &str)> =
        draft.manifests.iter().map(|manifest| (&manifest.place, manifest.kind.as_str())).collect();
    let is_drafted = |renamed: &Renamed| drafted.contains(&(&renamed.place, renamed.kind.as_str()));
    let renamed: Vec<Renamed> = assignment.renamed.into_iter().filter(is_drafted).collect();
    draft.renamed = renamed;
    draft.manifests.sort_by(|a, b| a.key.cmp(&b.key));
    draft.declared.sort();
    draft.skipped.sort_by(|a, b| (&a.place, &a.kind, &a.name).cmp(&(&b.place, &b.kind, &b.name)));
    draft.unconverted.sort_by(|a, b| (&a.place, &a.field, &a.value).cmp(&(&b.place, &b.field, &b.value)));
    draft
}

/// Entities that only references name, of the kinds that the mapping creates.
fn missing_entities(assignment: &Assignment<'_>) -> Vec<SourceEntity> {
    let mut seen: HashSet<SourceKey> = HashSet::new();
    let mut missing = Vec::new();
    for entity in assignment.entities.iter().filter(|entity| !entity.is_declared) {
        for field in entity.source.all_fields() {
            for reference in field.value.references() {
                let is_created = assignment.input.mapping.creates(&reference.kind);
                if is_created && assignment.resolve(reference).is_err() && seen.insert(reference.key()) {
                    missing.push(SourceEntity {
                        kind: reference.kind.clone(),
                        namespace: reference.namespace.clone(),
                        name: reference.name.clone(),
                        fields: Vec::new(),
                        place: entity.source.place_of(field.line),
                        is_implied: true,
                    });
                }
            }
        }
    }
    missing
}

/// Adds the relations that point back. One that cannot be added is reported where it is named.
fn add_inverses(assignment: &Assignment<'_>, filled: &mut [Filled]) {
    let inverses: Vec<_> = filled.iter_mut().flat_map(|filled| std::mem::take(&mut filled.inverses)).collect();
    for inverse in inverses {
        let Some(other) = assignment.entities.get(inverse.of) else { continue };
        let Some(relation) = assignment.blueprint_of(other).relation(&inverse.relation) else { continue };
        let named_by = inverse.target.clone();
        let targets = filled[inverse.of].relations.entry(relation.name.clone()).or_default();
        if let Err(reason) = add_target(relation, targets, inverse.target)
            && let Some(by) = named_by.entity
        {
            let kind = assignment.entities[by].source.kind.clone();
            let reason = format!("{reason} (of `{}/{}`)", relation_owner(assignment, other), other.identifier);
            filled[by].unconverted.push(Unconverted {
                kind,
                field: named_by.field,
                value: named_by.text,
                reason,
                place: named_by.place,
            });
        }
    }
}

fn relation_owner<'a>(assignment: &Assignment<'a>, entity: &Assigned<'_>) -> &'a str {
    &assignment.blueprint_of(entity).identifier
}

fn key_of(assignment: &Assignment<'_>, entity: &Assigned<'_>) -> EntityKey {
    let blueprint = &assignment.blueprint_of(entity).identifier;
    EntityKey { blueprint: blueprint.as_str().into(), identifier: entity.identifier.as_str().into() }
}

struct Selection<'a> {
    assignment: &'a Assignment<'a>,
    filled: &'a [Filled],
    /// Whether each entity gets a manifest.
    is_alive: Vec<bool>,
    /// The entities that lack something, by their index.
    skipped: Vec<(usize, Skipped)>,
}

impl Selection<'_> {
    /// Removes entities that lack something until no more do: each removal takes away relations.
    fn keep_complete(&mut self) {
        let entities = &self.assignment.entities;
        self.is_alive = entities.iter().map(|entity| !entity.is_declared).collect();
        let mut has_changed = !self.assignment.input.keeps_incomplete;
        while has_changed {
            has_changed = false;
            for (at, entity) in entities.iter().enumerate() {
                if !self.is_alive[at] {
                    continue;
                }
                let lacking = lacking(self.assignment, &self.is_alive, entity, &self.filled[at]);
                if lacking.is_empty() {
                    continue;
                }
                self.is_alive[at] = false;
                has_changed = true;
                let blueprint = &self.assignment.blueprint_of(entity).identifier;
                let reason = format!("`{blueprint}` requires {}, which nothing fills", list(&lacking));
                self.skipped.push((at, skip(entity, reason)));
            }
        }
        self.drop_unused_implied();
    }

    /// Entities that no file declares exist only for those that name them.
    fn drop_unused_implied(&mut self) {
        let mut named: HashSet<usize> = HashSet::new();
        for (at, filled) in self.filled.iter().enumerate() {
            if self.is_alive[at] {
                named.extend(targets_of(filled).filter_map(|target| target.entity));
            }
        }
        for (at, entity) in self.assignment.entities.iter().enumerate() {
            self.is_alive[at] &= !entity.source.is_implied || named.contains(&at);
        }
    }

    /// The entities that `only` names, with those that they need.
    fn wanted(&self) -> HashSet<usize> {
        let assignment = self.assignment;
        let all = 0..assignment.entities.len();
        if assignment.input.only.is_empty() {
            return all.collect();
        }
        let is_named = |at: &usize| assignment.input.only.iter().any(|name| is_selected(assignment, *at, name));
        let mut left: Vec<usize> = all.filter(is_named).collect();
        let mut wanted: HashSet<usize> = left.iter().copied().collect();
        while let Some(at) = left.pop() {
            let targets = targets_of(&self.filled[at]).filter_map(|target| target.entity);
            left.extend(targets.filter(|target| wanted.insert(*target)));
        }
        wanted
    }
}

fn skip(entity: &Assigned<'_>, reason: String) -> Skipped {
    let source = entity.source;
    Skipped { kind: source.kind.clone(), name: source.display_name(), reason, place: source.place.clone() }
}

/// Whether the manifest would only repeat the identifier of an entity that the catalog has: a team, for example.
fn adds_nothing(assignment: &Assignment<'_>, entity: &Assigned<'_>, filled: &Filled) -> bool {
    let blueprint = &assignment.blueprint_of(entity).identifier;
    let has_text = filled.texts.iter().any(|(_, text)| text.is_some());
    let is_empty = !has_text && filled.properties.is_empty() && targets_of(filled).next().is_none();
    is_empty && (assignment.input.is_in_catalog)(blueprint, &entity.identifier)
}

/// Whether `service` or `service/cart` is the entity.
fn is_selected(assignment: &Assignment<'_>, at: usize, name: &str) -> bool {
    let Some(entity) = assignment.entities.get(at) else { return false };
    let blueprint = &assignment.blueprint_of(entity).identifier;
    name == blueprint
        || name.strip_prefix(blueprint.as_str()).and_then(|rest| rest.strip_prefix('/')) == Some(&entity.identifier)
}

fn unmatched(assignment: &Assignment<'_>) -> Vec<String> {
    let all = 0..assignment.entities.len();
    let is_unmatched = |name: &&String| !all.clone().any(|at| is_selected(assignment, at, name));
    assignment.input.only.iter().filter(is_unmatched).cloned().collect()
}

fn targets_of(filled: &Filled) -> impl Iterator<Item = &PlacedTarget> {
    filled.team.iter().chain(filled.relations.values().flatten())
}

/// Whether the target of a relation is there: known before, declared, or drafted now.
fn is_there(assignment: &Assignment<'_>, is_alive: &[bool], target: &PlacedTarget) -> bool {
    target.entity.is_none_or(|at| is_alive[at] || assignment.entities[at].is_declared)
}

/// The required properties and relations without a value.
fn lacking(assignment: &Assignment<'_>, is_alive: &[bool], entity: &Assigned<'_>, filled: &Filled) -> Vec<String> {
    let blueprint = assignment.blueprint_of(entity);
    let presence = |is_set: bool| if is_set { Presence::Set } else { Presence::Absent };
    let mut names = Vec::new();
    for property in &blueprint.properties {
        let is_set = filled.properties.contains_key(&property.name);
        names.extend(property.lack(presence(is_set)).map(|_| format!("`{}`", property.name)));
    }
    for relation in &blueprint.relations {
        let targets = filled.relations.get(&relation.name);
        let is_set = targets.is_some_and(|targets| targets.iter().any(|it| is_there(assignment, is_alive, it)));
        names.extend(relation.lack(presence(is_set)).map(|_| format!("`{}`", relation.name)));
    }
    names
}

/// The targets that get no manifest, so that a relation to them would dangle.
fn lost_targets(
    assignment: &Assignment<'_>,
    is_alive: &[bool],
    entity: &Assigned<'_>,
    filled: &Filled,
) -> Vec<Unconverted> {
    // One that points back is reported itself.
    let is_lost = |target: &&PlacedTarget| !target.points_back && !is_there(assignment, is_alive, target);
    let lost = targets_of(filled).filter(is_lost).map(|target| Unconverted {
        kind: entity.source.kind.clone(),
        field: target.field.clone(),
        value: target.text.clone(),
        reason: NOT_IMPORTED.to_owned(),
        place: target.place.clone(),
    });
    lost.collect()
}

fn manifest(assignment: &Assignment<'_>, is_alive: &[bool], entity: &Assigned<'_>, filled: &Filled) -> DraftManifest {
    let present = |targets: &[PlacedTarget]| -> Vec<String> {
        let there = targets.iter().filter(|target| is_there(assignment, is_alive, target));
        there.map(|target| target.identifier.clone()).collect()
    };
    let relations = filled.relations.iter().map(|(name, targets)| (name.clone(), present(targets)));
    // A title that repeats the identifier says nothing.
    let title = filled.texts.title.clone().filter(|title| *title != entity.identifier);
    let values = EntityValues {
        texts: Texts { title, ..filled.texts.clone() },
        team: present(&filled.team),
        properties: filled.properties.clone(),
        relations: relations.filter(|(_, targets)| !targets.is_empty()).collect(),
    };
    let key = key_of(assignment, entity);
    let blueprint = assignment.blueprint_of(entity);
    DraftManifest {
        entity: as_entity(&key, blueprint, &values),
        key,
        kind: entity.source.kind.clone(),
        name: entity.source.display_name(),
        place: entity.source.place.clone(),
        is_complete: lacking(assignment, is_alive, entity, filled).is_empty(),
        values,
    }
}

/// The values in the order of the blueprint.
fn as_entity(key: &EntityKey, blueprint: &Blueprint, values: &EntityValues) -> Entity {
    let property = |name: &String| values.properties.get(name).map(|value| (Arc::from(name.as_str()), value.clone()));
    let boxed = |texts: &[String]| texts.iter().map(|text| text.as_str().into()).collect();
    let mut relations = Vec::new();
    for relation in &blueprint.relations {
        let targets = match values.relations.get(&relation.name).map(Vec::as_slice) {
            Some(targets) if relation.many => Targets::Many(boxed(targets)),
            Some([target, ..]) => Targets::One(target.as_str().into()),
            Some([]) | None => continue,
        };
        relations.push((Arc::from(relation.name.as_str()), targets));
    }
    Entity {
        key: key.clone(),
        texts: values.texts.as_ref().map(|text| text.as_deref().map(Into::into)),
        team: boxed(&values.team),
        properties: blueprint.properties.iter().filter_map(|it| property(&it.name)).collect(),
        relations: relations.into(),
        record: Record::default(),
    }
}
