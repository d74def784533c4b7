//! The page of a blueprint of the snapshot, and of one of its properties or relations.

use crate::domain::blueprint::{Blueprint, Ownership};
use crate::domain::error_class::ExitClass;
use crate::report::blueprint_page::{self, BlueprintPage, PageEntry};
use crate::report::style::Style;
use crate::scaffold::{Candidates, describe_property, describe_relation};
use crate::text::suggest::closest;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("unknown property `{name}`: the blueprint `{blueprint}` does not have it")]
#[diagnostic(code("no-such-property"), help("{help}"))]
pub(super) struct NoSuchProperty {
    name: String,
    blueprint: String,
    help: String,
}

impl ExitClass for NoSuchProperty {}

/// The blueprint, or the property of it, that `topic` names. Identifiers of blueprints may contain dots.
pub(super) fn find<'b, 't>(topic: &'t str, blueprints: &'b [Blueprint]) -> Option<(&'b Blueprint, Option<&'t str>)> {
    let named = |name: &str| blueprints.iter().find(|blueprint| blueprint.identifier == name);
    if let Some(blueprint) = named(topic) {
        return Some((blueprint, None));
    }
    topic.match_indices('.').find_map(|(at, _)| Some((named(topic.get(..at)?)?, topic.get(at + 1..))))
}

/// What is meant by the name of a property that is written in another way, as `service/tier`, or that is misspelt in its
/// blueprint. A known blueprint before a slash may also be that of an entity.
pub(super) fn suggest(topic: &str, blueprints: &[Blueprint]) -> Option<String> {
    let splits =
        || topic.match_indices(['.', '/']).filter_map(|(at, _)| Some((topic.get(..at)?, topic.get(at + 1..)?)));
    let exact = |name: &str| blueprints.iter().find(|blueprint| blueprint.identifier == name);
    if let Some((blueprint, name)) = splits().find_map(|(head, tail)| Some((exact(head)?, tail))) {
        let owner = &blueprint.identifier;
        return Some(match closest(name, part_names(blueprint)) {
            Some(meant) => format!("did you mean `{owner}.{meant}`?"),
            None => {
                format!("`portolan explain {owner}` explains the blueprint, `portolan show {owner}/ID` shows an entity")
            }
        });
    }
    splits().find_map(|(head, tail)| {
        let meant = closest(head, blueprints.iter().map(|blueprint| blueprint.identifier.as_str()))?;
        let name = closest(tail, part_names(exact(meant)?))?;
        Some(format!("did you mean `{meant}.{name}`?"))
    })
}

/// The names that may follow the dot.
fn part_names(blueprint: &Blueprint) -> impl Iterator<Item = &str> {
    let properties = blueprint.properties.iter().map(|property| property.name.as_str());
    let relations = blueprint.relations.iter().map(|relation| relation.name.as_str());
    properties.chain(relations).chain(blueprint.computed.iter().map(|computed| computed.name.as_str()))
}

pub(super) fn page(blueprint: &Blueprint, all: &[Blueprint], style: &Style) -> String {
    let candidates = Candidates::default();
    let mut properties: Vec<PageEntry<'_>> = blueprint
        .properties
        .iter()
        .map(|property| PageEntry {
            name: &property.name,
            is_required: property.required,
            words: describe_property(property, &candidates),
        })
        .collect();
    properties.sort_by_key(|entry| !entry.is_required);
    let relations = blueprint.relations.iter().map(|relation| PageEntry {
        name: &relation.name,
        is_required: relation.required,
        words: describe_relation(relation, &candidates),
    });
    let computed = blueprint.computed.iter().map(|computed| PageEntry {
        name: &computed.name,
        is_required: false,
        words: computed.kind.word().to_owned(),
    });
    let pointing = |other: &Blueprint| -> Vec<String> {
        let relations = other.relations.iter().filter(|relation| relation.target == blueprint.identifier);
        relations.map(|relation| format!("{}.{}", other.identifier, relation.name)).collect()
    };
    let team = match &blueprint.ownership {
        Ownership::Direct => None,
        Ownership::Inherited { path } => {
            Some(format!("Its team is inherited through `{path}`, so `team` is not written."))
        }
    };
    let page = BlueprintPage {
        name: &blueprint.identifier,
        title: blueprint.title.as_deref(),
        description: blueprint.description.as_deref(),
        team,
        properties,
        relations: relations.collect(),
        computed: computed.collect(),
        pointed_to_by: all.iter().flat_map(pointing).collect(),
    };
    blueprint_page::blueprint(&page, style)
}

pub(super) fn property_page(blueprint: &Blueprint, name: &str, style: &Style) -> Result<String, NoSuchProperty> {
    let candidates = Candidates::default();
    let owner = &blueprint.identifier;
    if let Some(property) = blueprint.property(name) {
        let words = describe_property(property, &candidates);
        let entry = PageEntry { name: &property.name, is_required: property.required, words };
        return Ok(blueprint_page::property(owner, &entry, Some(&property.schema), style));
    }
    if let Some(relation) = blueprint.relation(name) {
        let words = describe_relation(relation, &candidates);
        let entry = PageEntry { name: &relation.name, is_required: relation.required, words };
        return Ok(blueprint_page::property(owner, &entry, None, style));
    }
    if let Some(computed) = blueprint.computed.iter().find(|computed| computed.name == name) {
        let words = format!("computed by the catalog ({}); manifests do not set it", computed.kind.word());
        let entry = PageEntry { name: &computed.name, is_required: false, words };
        return Ok(blueprint_page::property(owner, &entry, None, style));
    }
    let help = match closest(name, part_names(blueprint)) {
        Some(meant) => format!("did you mean `{owner}.{meant}`?"),
        None => format!("`portolan explain {owner}` shows all of them"),
    };
    Err(NoSuchProperty { name: name.to_owned(), blueprint: owner.clone(), help })
}
