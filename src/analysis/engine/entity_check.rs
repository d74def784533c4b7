//! Compares one entity with its blueprint, once, and collects everything that the entity rules report. For a valid
//! entity, nothing is collected and nothing allocated.

use crate::analysis::engine::facts::{Facts, TargetFact, TargetField};
use crate::analysis::engine::snapshot::{IndexedBlueprint, Slot};
use crate::analysis::plain_secrets;
use crate::analysis::unicode::{self, Unnormalised};
use crate::domain::blueprint::property_validator::PropertyProblem;
use crate::domain::blueprint::required::Presence;
use crate::domain::blueprint::{ComputedKind, EntityFormat, Ownership, Property, Relation};
use crate::domain::document::manifest::Manifest;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value, View, entries_of};

#[derive(Debug, Default)]
pub(crate) struct EntityCheck<'a> {
    pub unknown_properties: Vec<(Value<'a>, Value<'a>)>,
    pub computed: Vec<(Value<'a>, Value<'a>, ComputedKind)>,
    pub property_problems: Vec<(&'a Property, PropertyProblem<Value<'a>>)>,
    pub missing_properties: Vec<&'a Property>,
    pub null_properties: Vec<(Value<'a>, &'a Property)>,
    pub unknown_relations: Vec<(Value<'a>, Value<'a>)>,
    pub missing_relations: Vec<&'a Relation>,
    pub null_relations: Vec<(Value<'a>, &'a Relation)>,
    /// A list for a single relation, or a single value for a `many` relation.
    pub arity: Vec<(Value<'a>, Value<'a>, &'a Relation)>,
    /// A target that is not a string: the key, the target, the relation.
    pub not_text: Vec<(Value<'a>, Value<'a>, &'a Relation)>,
    pub repeated: Vec<Repeated<'a>>,
    /// `file://` values with the name of their property.
    pub file_references: Vec<(&'a str, Value<'a>)>,
    pub secrets: Vec<plain_secrets::Secret<'a>>,
    pub unnormalised: Vec<Unnormalised<'a>>,
}

#[derive(Debug)]
pub(crate) struct Repeated<'a> {
    pub first: Value<'a>,
    pub again: Value<'a>,
    pub relation: &'a Relation,
}

/// Buffers that are reused for every entity: which of the blueprint's names were seen.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    properties: Vec<bool>,
    relations: Vec<bool>,
}

impl<'a> EntityCheck<'a> {
    /// Collects the facts about an entity, and adds its targets to the facts of the file.
    pub fn take(
        view: View<'a>,
        manifest: &Manifest,
        indexed: Option<(usize, &'a IndexedBlueprint)>,
        scratch: &mut Scratch,
        facts: &mut Facts,
    ) -> Self {
        let mut entity_check = Self::default();
        let properties = manifest.properties.map(|id| view.value(id));
        let relations = manifest.relations.map(|id| view.value(id));
        if let Some((index, indexed)) = indexed {
            entity_check.properties(properties, indexed, scratch);
            entity_check.relations(relations, index, indexed, scratch, facts);
            if indexed.names_accounts() {
                keep_account_names(properties, (index, indexed), facts);
            }
            // An inherited team must not be set at all, which `inherited-team` reports.
            if indexed.blueprint.ownership == Ownership::Direct {
                let team = manifest.team.map(|id| view.value(id));
                keep_names(team, TargetField::Team, EntityFormat::Team.blueprint(), facts);
            }
        }
        entity_check
    }

    /// Whether nothing was collected, so that the rules that report it can be skipped. (`not_text` is reported by a
    /// rule that does not depend only on what is collected here.)
    pub fn is_empty(&self) -> bool {
        let Self {
            unknown_properties,
            computed,
            property_problems,
            missing_properties,
            null_properties,
            unknown_relations,
            missing_relations,
            null_relations,
            arity,
            not_text: _,
            repeated,
            file_references,
            secrets,
            unnormalised,
        } = self;
        unknown_properties.is_empty()
            && computed.is_empty()
            && property_problems.is_empty()
            && missing_properties.is_empty()
            && null_properties.is_empty()
            && unknown_relations.is_empty()
            && missing_relations.is_empty()
            && null_relations.is_empty()
            && arity.is_empty()
            && repeated.is_empty()
            && file_references.is_empty()
            && secrets.is_empty()
            && unnormalised.is_empty()
    }

    pub fn look_for_secrets(&mut self, view: View<'a>, manifest: &Manifest) {
        for part in [manifest.metadata, manifest.properties] {
            plain_secrets::search(part.map(|id| view.value(id)), &mut self.secrets);
        }
    }

    /// Collects `file://` values and drops the problems of them: the blueprint constrains the content of the file, not
    /// the reference.
    pub fn look_for_file_references(&mut self, view: View<'a>, manifest: &Manifest) {
        for (key, value) in entries_of(manifest.properties.map(|id| view.value(id))) {
            collect_file_references(key.as_str().unwrap_or_default(), value, &mut self.file_references);
        }
        let places = self.file_references.iter().map(|(_, value)| value.id()).collect::<foldhash::HashSet<_>>();
        self.property_problems.retain(|(_, problem)| !places.contains(&problem.found.id()));
    }

    pub fn look_for_unnormalised(&mut self, view: View<'a>, manifest: &Manifest, indexed: Option<&IndexedBlueprint>) {
        unicode::search(view, manifest, indexed, &mut self.unnormalised);
    }

    fn properties(&mut self, properties: Option<Value<'a>>, indexed: &'a IndexedBlueprint, scratch: &mut Scratch) {
        scratch.properties.clear();
        scratch.properties.resize(indexed.blueprint.properties.len(), false);
        let mut next = 0;
        for (key, value) in entries_of(properties) {
            // Keys that are not text are reported separately; here they are read as the cluster reads them.
            let name = key.as_str().map_or_else(|| key.key_text(), Into::into);
            let slot = indexed.slot_near(&name, next);
            if let Some(Slot::Stored(at)) = slot {
                next = at + 1;
            }
            match slot {
                None => self.unknown_properties.push((key, value)),
                Some(Slot::Computed(kind)) => self.computed.push((key, value, kind)),
                Some(Slot::Stored(at)) => {
                    scratch.properties[at] = true;
                    let property = &indexed.blueprint.properties[at];
                    if value.is_null() {
                        if property.lack(Presence::Null).is_some() {
                            self.null_properties.push((key, property));
                        }
                    } else {
                        self.validate(indexed, at, value);
                    }
                }
            }
        }
        for (property, seen) in indexed.blueprint.properties.iter().zip(&scratch.properties) {
            if !seen && property.lack(Presence::Absent).is_some() {
                self.missing_properties.push(property);
            }
        }
    }

    fn validate(&mut self, indexed: &'a IndexedBlueprint, at: usize, value: Value<'a>) {
        let Some(check) = indexed.check(at) else { return };
        let problems: Vec<_> = check.validator.problems(value).collect();
        if problems.is_empty() {
            return;
        }
        // A value of the wrong type violates other keywords too, so only the type is reported.
        let mistyped: foldhash::HashSet<_> =
            problems.iter().filter(|problem| problem.is_wrong_type()).map(|problem| problem.found.id()).collect();
        let property = &indexed.blueprint.properties[at];
        for problem in problems {
            if problem.is_wrong_type() || !mistyped.contains(&problem.found.id()) {
                self.property_problems.push((property, problem));
            }
        }
    }

    fn relations(
        &mut self,
        relations: Option<Value<'a>>,
        shape_index: usize,
        indexed: &'a IndexedBlueprint,
        scratch: &mut Scratch,
        facts: &mut Facts,
    ) {
        scratch.relations.clear();
        scratch.relations.resize(indexed.blueprint.relations.len(), false);
        for (key, value) in entries_of(relations) {
            let name = key.as_str().map_or_else(|| key.key_text(), Into::into);
            let Some(at) = indexed.relation_index(&name) else {
                self.unknown_relations.push((key, value));
                continue;
            };
            scratch.relations[at] = true;
            let relation = &indexed.blueprint.relations[at];
            let mut target = |value: Value<'a>, text: &str| {
                let field = TargetField::relation(shape_index, at);
                facts.target(TargetFact::new(field, &relation.target, text, value.span()), text);
            };
            match (value.kind(), relation.many) {
                (Kind::Null, _) => {
                    if relation.lack(Presence::Null).is_some() {
                        self.null_relations.push((key, relation));
                    }
                }
                (Kind::List, true) => {
                    for item in value.items() {
                        match item.as_str() {
                            Some(text) => target(item, text),
                            None => self.not_text.push((key, item, relation)),
                        }
                    }
                    self.repeats(value, relation);
                }
                (Kind::String, false) => target(value, value.as_str().unwrap_or_default()),
                (Kind::Number | Kind::Bool, _) => self.not_text.push((key, value, relation)),
                // `search-query` reports it.
                (Kind::Map, _) if value.get("combinator").is_some() || value.get("rules").is_some() => {}
                (Kind::Map, _) => self.not_text.push((key, value, relation)),
                (Kind::String, true) => {
                    target(value, value.as_str().unwrap_or_default());
                    self.arity.push((key, value, relation));
                }
                (Kind::List, false) => {
                    for item in value.items() {
                        if let Some(text) = item.as_str() {
                            target(item, text);
                        }
                    }
                    self.arity.push((key, value, relation));
                }
            }
        }
        for (relation, seen) in indexed.blueprint.relations.iter().zip(&scratch.relations) {
            if !seen && relation.lack(Presence::Absent).is_some() {
                self.missing_relations.push(relation);
            }
        }
    }

    fn repeats(&mut self, list: Value<'a>, relation: &'a Relation) {
        if list.len() < 2 {
            return;
        }
        if list.len() <= 8 {
            for (at, again) in list.items().enumerate().skip(1) {
                let text = again.as_str();
                if let Some(first) = list.items().take(at).find(|first| text.is_some() && first.as_str() == text) {
                    self.repeated.push(Repeated { first, again, relation });
                }
            }
            return;
        }
        let mut seen = foldhash::HashMap::default();
        for again in list.items() {
            let Some(text) = again.as_str() else { continue };
            match seen.get(text) {
                Some(first) => self.repeated.push(Repeated { first: *first, again, relation }),
                None => {
                    seen.insert(text, again);
                }
            }
        }
    }
}

/// Adds the teams and users that properties name.
fn keep_account_names(properties: Option<Value<'_>>, (index, indexed): (usize, &IndexedBlueprint), facts: &mut Facts) {
    let mut next = 0;
    for (key, value) in entries_of(properties) {
        let Some(Slot::Stored(at)) = key.as_str().and_then(|name| indexed.slot_near(name, next)) else { continue };
        next = at + 1;
        let Some(format) = indexed.check(at).and_then(|check| check.entity_format) else { continue };
        let (indexed, property) = (Span::empty(index).start, Span::empty(at).start);
        let field = match format {
            EntityFormat::Team => TargetField::TeamProperty { indexed, property },
            EntityFormat::User => TargetField::UserProperty { indexed, property },
        };
        keep_names(Some(value), field, format.blueprint(), facts);
    }
}

/// Adds the names in a string or a list of strings. An empty string names nobody, and a mapping is a search query,
/// which only the catalog can evaluate.
fn keep_names(value: Option<Value<'_>>, field: TargetField, blueprint: &str, facts: &mut Facts) {
    let mut keep = |value: Value<'_>| {
        let text = value.as_str().filter(|text| !text.is_empty() && !text.starts_with(FILE_REFERENCE));
        if let Some(text) = text {
            facts.target(TargetFact::new(field, blueprint, text, value.span()), text);
        }
    };
    match value {
        Some(list) if list.kind() == Kind::List => list.items().for_each(keep),
        Some(value) => keep(value),
        None => {}
    }
}

/// The prefix of a value that Port's Git integrations replace by a file, at any depth.
pub(crate) const FILE_REFERENCE: &str = "file://";

/// The reader's limit on nesting bounds the recursion.
fn collect_file_references<'a>(name: &'a str, value: Value<'a>, found: &mut Vec<(&'a str, Value<'a>)>) {
    match value.kind() {
        Kind::Map => value.entries().for_each(|(_, value)| collect_file_references(name, value, found)),
        Kind::List => value.items().for_each(|item| collect_file_references(name, item, found)),
        Kind::String if value.as_str().is_some_and(|text| text.starts_with(FILE_REFERENCE)) => {
            found.push((name, value));
        }
        Kind::String | Kind::Null | Kind::Bool | Kind::Number => {}
    }
}
