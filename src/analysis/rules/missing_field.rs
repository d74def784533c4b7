//! Reports missing fields that every entity requires, whatever its blueprint: those of the envelope, a blueprint and an
//! identifier.

use crate::analysis::engine::misplaced_fields::{METADATA, RESOURCE, stands_for};
use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::document::manifest::Form;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value};
use crate::domain::entity::fields::ENTITY_KEYS;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P102",
        name: "missing-field",
        family: Family::Shape,
        severity: Some(Severity::Error),
        what: "a required field of an entity is missing",
        why: "An entity without a blueprint and an identifier cannot be written to the catalog.",
        fix: "Add the field",
    },
    check: Check::Entity(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let manifest = context.manifest;
    let root = context.view.value(manifest.root);
    if let Form::Resource(_) = manifest.form {
        let metadata = manifest.metadata.map(|id| context.view.value(id));
        match metadata {
            None if stands_for(root, &RESOURCE, "metadata") => {}
            None => report(root, "metadata", "The manifest", sink),
            Some(metadata) if manifest.name.is_some() || metadata.get("generateName").is_some() => {}
            Some(metadata) if metadata.kind() != Kind::Map || stands_for(metadata, &METADATA, "name") => {}
            Some(metadata) => {
                let key = root.entry("metadata").map(|(key, _)| key);
                report(key.unwrap_or(metadata), "name", "`metadata`", sink);
            }
        }
        let Some(spec) = manifest.spec.map(|id| context.view.value(id)) else {
            no_spec(root, sink);
            return;
        };
        if spec.kind() == Kind::Map {
            needs(context, spec, "`spec`", sink);
        }
    } else if root.kind() != Kind::Map {
        no_entity(root, sink);
    } else {
        needs(context, root, "The entity", sink);
    }
}

fn needs(context: &EntityContext<'_>, entity: Value<'_>, of: &str, sink: &mut Sink<'_>) {
    let manifest = context.manifest;
    for (field, found) in [("blueprint", manifest.blueprint), ("identifier", manifest.identifier)] {
        let is_missing = found.is_none_or(|id| context.view.value(id).is_null());
        // `unknown-field` reports a misspelt field.
        if is_missing && (found.is_some() || !stands_for(entity, &ENTITY_KEYS, field)) {
            let key = context.view.value(manifest.root).entry("spec").map(|(key, _)| key);
            report(key.filter(|_| manifest.form != Form::Bare).unwrap_or(entity), field, of, sink);
        }
    }
}

/// If the entity's fields are at the top level, only the line `spec:` is missing.
fn no_spec(root: Value<'_>, sink: &mut Sink<'_>) {
    if stands_for(root, &RESOURCE, "spec") {
        return;
    }
    match root.entries().find(|(key, _)| key.as_str().is_some_and(|name| ENTITY_KEYS.contains(&name))) {
        Some((key, _)) => {
            let name = key.key_text();
            sink.report(
                FindingBuilder::new(key.span(), format!("The manifest has no `spec`: `{name}` is at the top level."))
                    .help(format!("add `spec:` above `{name}` and indent the lines below by two spaces")),
            );
        }
        None => report(root, "spec", "The manifest", sink),
    }
}

/// Reports an item in a list of entities that is not a mapping.
fn no_entity(item: Value<'_>, sink: &mut Sink<'_>) {
    let message = match item.is_null() {
        true => "This list item is empty; an entity must be a mapping.".to_owned(),
        false => format!("This list item is {}; an entity must be a mapping.", item.kind().words()),
    };
    let help = "write it as `blueprint:` and `identifier:`, or remove the item";
    sink.report(FindingBuilder::new(item.span(), message).help(help));
}

fn report(place: Value<'_>, field: &str, of: &str, sink: &mut Sink<'_>) {
    let span = place.entries().next().map_or(place.span(), |(key, _)| key.span());
    let span = if span.is_empty() { place.span() } else { Span { start: span.start, end: span.end } };
    let help = match field {
        "metadata" => "add `metadata:` with a `name:`".to_owned(),
        "spec" => "add `spec:` with `blueprint:` and `identifier:`".to_owned(),
        "name" => "add `name:`, in lower case, unique among resources of this kind".to_owned(),
        "blueprint" => "add `blueprint:` with the identifier of a blueprint".to_owned(),
        _ => format!("add `{field}:`, unique among the entities of its blueprint"),
    };
    sink.report(FindingBuilder::new(span, format!("{} has no `{field}`.", of)).help(help));
}
