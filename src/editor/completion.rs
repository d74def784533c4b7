//! Suggests what may be written at a place of a manifest: keys, kinds, blueprints, properties, choices and the identifiers
//! of other entities.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::analysis::{DeclaredEntities, Snapshot, yaml_scalar};
use crate::domain::blueprint::{Blueprint, Ownership, Property, PropertyKind, Relation, TEAM};
use crate::domain::document::span::Span;
use crate::domain::entity::fields::ENTITY_KEYS;
use crate::domain::platform::Platform;
use crate::editor::hover;
use crate::editor::outline::cursor::{Cursor, Key, Slot, Step};
use crate::editor::outline::cursor_at;
use crate::manifest::{Limits, ReadAs, Reader, decode};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuggestionKind {
    Field,
    Property,
    Relation,
    Blueprint,
    Choice,
    Entity,
}

/// One suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub label: String,
    pub kind: SuggestionKind,
    /// A few words behind the label.
    pub detail: String,
    /// Markdown.
    pub documentation: Option<String>,
    /// What replaces the word.
    pub insert: String,
    /// The manifest is wrong without it, so it comes first.
    pub is_required: bool,
}

/// All suggestions for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completions {
    /// The word that a suggestion replaces; on one line.
    pub word: Span,
    pub suggestions: Vec<Suggestion>,
    /// There are more; typing narrows them down.
    pub has_more: bool,
}

/// What the suggestions are taken from.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge<'a> {
    pub snapshot: &'a Snapshot,
    pub declared: DeclaredEntities<'a>,
    pub platform: &'static Platform,
}

/// The most entities in one answer: an editor asks again after each character.
const MAX_ENTITIES: usize = 200;

/// The suggestions for a byte of a text.
pub fn complete(text: &str, file: ReadAs<'_>, byte: usize, knowledge: Knowledge<'_>) -> Option<Completions> {
    let cursor = cursor_at(text, byte)?;
    let typed = text.get(cursor.word.start as usize..byte.max(cursor.word.start as usize))?;
    let typed = typed.trim_start_matches(['"', '\'']).to_lowercase();
    let entity = EntityScope::of(&cursor, file.file_name);
    let mut blueprint = entity.as_ref().and_then(|entity| entity.value(&cursor, "blueprint"));
    if blueprint.is_none() {
        blueprint = blueprint_of_tree(text, file, byte);
    }
    let blueprint = blueprint.and_then(|name| knowledge.snapshot.find(&name)).map(|indexed| &indexed.blueprint);
    let mut writer = Writer { cursor: &cursor, knowledge, typed: &typed, suggestions: Vec::new(), has_more: false };
    match entity {
        Some(entity) => writer.in_entity(&cursor.path[entity.depth..], blueprint),
        None => writer.in_resource(),
    }
    let Writer { suggestions, has_more, .. } = writer;
    (!suggestions.is_empty()).then_some(Completions { word: cursor.word, suggestions, has_more })
}

/// Where in the path of a cursor the entity begins.
struct EntityScope {
    depth: usize,
}

impl EntityScope {
    fn of(cursor: &Cursor<'_>, file_name: &str) -> Option<Self> {
        // A resource may be an item of a `List`.
        for (depth, keys) in &cursor.mappings {
            let is_resource = keys.iter().any(|(key, _)| key == "apiVersion" || key == "kind");
            if is_resource {
                let is_spec = matches!(cursor.path.get(*depth), Some(Step::Key(key)) if key == "spec");
                let is_deeper = cursor.path.len() > *depth;
                return (is_spec && is_deeper && is_ours(keys)).then_some(Self { depth: depth + 1 });
            }
        }
        let depth = usize::from(cursor.path.first() == Some(&Step::Item));
        let keys = cursor.mappings.iter().find(|(length, _)| *length == depth).map(|(_, keys)| keys.as_slice());
        let keys = keys.unwrap_or_default();
        let is_bare = keys.iter().any(|(key, _)| matches!(key.as_str(), "blueprint" | "identifier"));
        (is_bare || Platform::by_bare_file(file_name).is_some()).then_some(Self { depth })
    }

    /// The value of a key of the entity.
    fn value(&self, cursor: &Cursor<'_>, name: &str) -> Option<String> {
        let (_, keys) = cursor.mappings.iter().find(|(length, _)| *length == self.depth)?;
        let (_, value) = keys.iter().find(|(key, _)| key == name)?;
        (!value.is_empty()).then(|| value.clone().into_owned())
    }
}

fn is_ours(keys: &[Key<'_>]) -> bool {
    let value = |name: &str| keys.iter().find(|(key, _)| key == name).map(|(_, value)| &**value);
    let group = value("apiVersion").map(|version| version.split('/').next().unwrap_or(version));
    match group {
        Some(group) => Platform::by_group(group).is_some(),
        None => matches!(value("kind"), Some("Entity" | "ClusterEntity")),
    }
}

/// In flow style, what is behind the cursor is known only if the document can be read.
fn blueprint_of_tree(text: &str, file: ReadAs<'_>, byte: usize) -> Option<String> {
    let mut found = None;
    let mut manifests = Vec::new();
    Reader::new(Limits::default()).with_git_host(file.git_host).read(text, &mut |document| {
        if document.broken || found.is_some() {
            return;
        }
        manifests.clear();
        decode(document.view, file.file_name, &mut manifests);
        let around = manifests.iter().find(|manifest| document.view.value(manifest.root).span().contains(byte));
        found = around.and_then(|manifest| manifest.blueprint_text(document.view)).map(str::to_owned);
    });
    found
}

struct Writer<'a, 'c> {
    cursor: &'c Cursor<'a>,
    knowledge: Knowledge<'a>,
    /// In lower case.
    typed: &'c str,
    suggestions: Vec<Suggestion>,
    has_more: bool,
}

const RESOURCE_KEYS: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];
const METADATA_KEYS: [&str; 4] = ["name", "namespace", "labels", "annotations"];

impl Writer<'_, '_> {
    /// Outside of an entity: the keys of the resource around it.
    fn in_resource(&mut self) {
        let depth = usize::from(self.cursor.path.first() == Some(&Step::Item));
        let keys = self.cursor.mappings.iter().find(|(length, _)| *length == depth).map(|(_, keys)| keys.as_slice());
        let keys = keys.unwrap_or_default();
        // Another YAML file has other keys, or another version.
        let is_open = keys.iter().all(|(key, value)| match key.as_str() {
            "apiVersion" => value.is_empty(),
            other => RESOURCE_KEYS.contains(&other),
        });
        if !is_open && !is_ours(keys) {
            return;
        }
        match &self.cursor.path[depth.min(self.cursor.path.len())..] {
            [] => self.fields(&RESOURCE_KEYS, &["apiVersion", "kind", "metadata", "spec"]),
            [Step::Key(key)] if key == "metadata" && self.is_key() => self.fields(&METADATA_KEYS, &["name"]),
            [Step::Key(key)] if self.cursor.slot == Slot::Value => match key.as_str() {
                "apiVersion" => self.word(&self.knowledge.platform.api_version(), "", SuggestionKind::Choice),
                "kind" => {
                    self.word("Entity", "belongs to a namespace", SuggestionKind::Choice);
                    self.word("ClusterEntity", "belongs to the whole cluster", SuggestionKind::Choice);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn in_entity(&mut self, path: &[Step], blueprint: Option<&Blueprint>) {
        match path {
            [] if self.is_key() => {
                let inherits = blueprint.is_some_and(|it| matches!(it.ownership, Ownership::Inherited { .. }));
                let keys: Vec<&str> = ENTITY_KEYS.into_iter().filter(|key| !(inherits && *key == "team")).collect();
                self.fields(&keys, &["blueprint", "identifier"]);
            }
            [Step::Key(key)] => match (key.as_str(), blueprint) {
                ("blueprint", _) if self.cursor.slot == Slot::Value => self.blueprints(),
                ("team", _) => self.entities(TEAM, true),
                ("properties", Some(blueprint)) if self.is_key() => self.properties(blueprint),
                ("relations", Some(blueprint)) if self.is_key() => self.relations(blueprint),
                _ => {}
            },
            [Step::Key(key), Step::Item] if key == "team" => self.entities(TEAM, false),
            [Step::Key(key), Step::Key(name), rest @ ..] => {
                let Some(blueprint) = blueprint else { return };
                let is_item = match rest {
                    [] => false,
                    [Step::Item] => true,
                    _ => return,
                };
                match key.as_str() {
                    "properties" => blueprint.property(name).into_iter().for_each(|it| self.values(it, is_item)),
                    "relations" => blueprint.relation(name).into_iter().for_each(|it| self.targets(it, is_item)),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// Whether a key may be written here.
    fn is_key(&self) -> bool {
        matches!(self.cursor.slot, Slot::Line | Slot::FlowKey | Slot::Item)
    }

    fn is_taken(&self, key: &str) -> bool {
        let depth = self.cursor.path.len();
        let around = self.cursor.mappings.iter().filter(|(length, _)| *length == depth);
        around.flat_map(|(_, keys)| keys).any(|(other, _)| other == key)
    }

    fn fields(&mut self, keys: &[&str], required: &[&str]) {
        for key in keys.iter().filter(|key| !self.is_taken(key)).copied().collect::<Vec<_>>() {
            let has_mapping =
                matches!(key, "metadata" | "spec" | "properties" | "relations" | "labels" | "annotations");
            self.suggestions.push(Suggestion {
                label: key.to_owned(),
                kind: SuggestionKind::Field,
                detail: String::new(),
                documentation: hover::describe_field(key).map(str::to_owned),
                insert: self.key(key, if has_mapping { Below::Mapping } else { Below::Scalar }),
                is_required: required.contains(&key),
            });
        }
    }

    fn properties(&mut self, blueprint: &Blueprint) {
        for property in &blueprint.properties {
            if self.is_taken(&property.name) {
                continue;
            }
            let below = match property.kind {
                Some(PropertyKind::Array) => Below::List,
                Some(PropertyKind::Object) => Below::Mapping,
                Some(PropertyKind::String | PropertyKind::Number | PropertyKind::Boolean) | None => Below::Scalar,
            };
            let kind = property.kind.map_or("", |kind| kind.name());
            self.suggestions.push(Suggestion {
                label: property.name.clone(),
                kind: SuggestionKind::Property,
                detail: if property.required { format!("{kind}, required") } else { kind.to_owned() },
                documentation: Some(hover::describe_property(property)),
                insert: self.key(&property.name, below),
                is_required: property.required,
            });
        }
    }

    fn relations(&mut self, blueprint: &Blueprint) {
        for relation in &blueprint.relations {
            if self.is_taken(&relation.name) {
                continue;
            }
            let many = if relation.many { "many " } else { "" };
            let required = if relation.required { ", required" } else { "" };
            self.suggestions.push(Suggestion {
                label: relation.name.clone(),
                kind: SuggestionKind::Relation,
                detail: format!("{many}{}{required}", relation.target),
                documentation: Some(hover::describe_relation(relation)),
                insert: self.key(&relation.name, if relation.many { Below::List } else { Below::Scalar }),
                is_required: relation.required,
            });
        }
    }

    /// A key with what has to follow it. In braces, and where a colon follows already, it is the key alone.
    fn key(&self, name: &str, below: Below) -> String {
        let name = yaml_scalar(name);
        if self.cursor.has_colon {
            return name;
        }
        let indentation = " ".repeat(self.cursor.column + 2);
        match (self.cursor.slot, below) {
            (Slot::FlowKey | Slot::Value, _) | (_, Below::Scalar) => format!("{name}: "),
            (Slot::Line | Slot::Item, Below::Mapping) => format!("{name}:\n{indentation}"),
            (Slot::Line | Slot::Item, Below::List) => format!("{name}:\n{indentation}- "),
        }
    }

    fn values(&mut self, property: &Property, is_item: bool) {
        if let Some(format) = property.entity_format() {
            return self.entities(format.blueprint(), property.kind == Some(PropertyKind::Array) && !is_item);
        }
        let items = property.schema.get("items");
        let of_items = items.and_then(|items| items.get("enum")).and_then(Json::as_array).map(Vec::as_slice);
        let is_list = property.kind == Some(PropertyKind::Array);
        let choices = if is_list { of_items.unwrap_or_default() } else { &property.choices };
        for choice in choices {
            let word = choice.as_str().map_or_else(|| choice.to_string(), str::to_owned);
            if self.cursor.items.iter().any(|item| *item == word) {
                continue;
            }
            let written = if choice.is_string() { yaml_scalar(&word) } else { word.clone() };
            let detail = if property.default.as_ref() == Some(choice) { "default" } else { "" };
            let insert = self.value(&written, is_list && !is_item);
            self.push(word, detail, SuggestionKind::Choice, insert);
        }
        if property.kind == Some(PropertyKind::Boolean) && choices.is_empty() {
            for word in ["true", "false"] {
                let is_default =
                    property.default.as_ref().is_some_and(|default| default.as_bool() == Some(word == "true"));
                self.word(word, if is_default { "default" } else { "" }, SuggestionKind::Choice);
            }
        }
    }

    fn targets(&mut self, relation: &Relation, is_item: bool) {
        self.entities(&relation.target, relation.many && !is_item);
    }

    fn blueprints(&mut self) {
        let mut names: Vec<&str> = self.knowledge.snapshot.identifiers().collect();
        names.sort_unstable();
        for name in names.into_iter().filter(|name| !name.starts_with('_')) {
            let blueprint = self.knowledge.snapshot.find(name).map(|indexed| &indexed.blueprint);
            let title = blueprint.and_then(|blueprint| blueprint.title.clone()).unwrap_or_default();
            self.push(name.to_owned(), &title, SuggestionKind::Blueprint, self.value(&yaml_scalar(name), false));
        }
    }

    /// The entities of a blueprint that contain what was typed: declared here, or known to be in the catalog.
    fn entities(&mut self, blueprint: &str, starts_list: bool) {
        let Knowledge { snapshot, declared, .. } = self.knowledge;
        let declared = declared.all().filter(|entity| entity.blueprint == blueprint && self.fits(entity.identifier));
        let declared: BTreeMap<&str, &str> = declared.map(|entity| (entity.identifier, entity.title)).collect();
        let known = snapshot.known.iter().flat_map(|known| known.identifiers(blueprint)).filter(|name| self.fits(name));
        let known: BTreeSet<&str> = known.filter(|name| !declared.contains_key(name)).collect();
        self.has_more = declared.len() + known.len() > MAX_ENTITIES;
        let known = known.into_iter().map(|name| (name, "in the catalog"));
        for (name, detail) in declared.into_iter().chain(known).take(MAX_ENTITIES) {
            let insert = self.value(&yaml_scalar(name), starts_list);
            self.push(name.to_owned(), detail, SuggestionKind::Entity, insert);
        }
    }

    fn fits(&self, name: &str) -> bool {
        name.to_lowercase().contains(self.typed) && !self.cursor.items.iter().any(|item| item == name)
    }

    fn word(&mut self, word: &str, detail: &str, kind: SuggestionKind) {
        self.push(word.to_owned(), detail, kind, self.value(word, false));
    }

    fn push(&mut self, label: String, detail: &str, kind: SuggestionKind, insert: String) {
        let detail = detail.to_owned();
        self.suggestions.push(Suggestion { label, kind, detail, documentation: None, insert, is_required: false });
    }

    /// A value; the first one of a list with what makes it a list.
    fn value(&self, written: &str, starts_list: bool) -> String {
        let space = if self.cursor.needs_space { " " } else { "" };
        match (self.cursor.slot, starts_list) {
            (Slot::Line, true) => format!("- {written}"),
            (Slot::Value | Slot::FlowKey, true) => format!("{space}[{written}]"),
            (_, _) => format!("{space}{written}"),
        }
    }
}

/// What follows a key.
#[derive(Clone, Copy)]
enum Below {
    Scalar,
    Mapping,
    List,
}

#[cfg(test)]
mod tests;
