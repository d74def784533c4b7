//! Reports wrong types in the fields of the manifest itself. `wrong-property-type` reports those of property values.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::document::tree::{Kind, Style, Value};
use crate::domain::finding::{Edit, Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P103",
        name: "wrong-type",
        family: Family::Shape,
        severity: Some(Severity::Error),
        what: "a field of the manifest with the wrong kind of value",
        why: "Kubernetes and the catalog reject it.",
        fix: "Write a value of the right kind; quote numbers and booleans that are text",
    },
    check: Check::Entity(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let manifest = context.manifest;
    let value = |id: Option<_>| id.map(|id| context.view.value(id));
    for (field, found) in [("blueprint", manifest.blueprint), ("identifier", manifest.identifier)] {
        if let Some(found) = value(found).filter(|found| !found.is_null()) {
            text(field, found, sink);
        }
    }
    for (field, found) in manifest.texts.iter() {
        // Null clears the field.
        if let Some(found) = value(*found).filter(|found| !found.is_null()) {
            text(field.key(), found, sink);
        }
    }
    for (field, found) in [("metadata", manifest.metadata), ("spec", manifest.spec)] {
        if let Some(found) = value(found) {
            mapping(field, found, sink);
        }
    }
    for (field, found) in [("properties", manifest.properties), ("relations", manifest.relations)] {
        // Kubernetes drops an empty mapping.
        if let Some(found) = value(found).filter(|found| !found.is_null()) {
            mapping(field, found, sink);
        }
    }
    for (field, found) in [("name", manifest.name), ("namespace", manifest.namespace)] {
        if let Some(found) = value(found) {
            text(field, found, sink);
        }
    }
    if let Some(team) = value(manifest.team).filter(|team| !team.is_null()) {
        self::team(team, sink);
    }
    for (key, found, relation) in &context.entity_check.not_text {
        let name = key.key_text();
        let draft = FindingBuilder::new(
            found.span(),
            format!("Relation `{name}` must be an identifier, found {}.", found.kind().words()),
        )
        .label(format!("an identifier of a `{}`", relation.target));
        sink.report(quote(draft, *found));
    }
}

fn text(field: &str, found: Value<'_>, sink: &mut Sink<'_>) {
    if found.kind() != Kind::String {
        let message = format!("`{field}` must be text, found {}.", found.kind().words());
        sink.report(quote(FindingBuilder::new(found.span(), message), found));
    }
}

fn mapping(field: &str, found: Value<'_>, sink: &mut Sink<'_>) {
    if found.kind() == Kind::Map {
        return;
    }
    let draft =
        FindingBuilder::new(found.span(), format!("`{field}` must be a mapping, found {}.", found.kind().words()));
    sink.report(match found.kind() {
        Kind::Null => draft.help(format!("write `{field}: {{}}`, or remove the line")),
        Kind::List => draft.help("remove the dashes: each entry is a `name: value` of its own"),
        Kind::Bool | Kind::Number | Kind::String | Kind::Map => draft.help("write it as `name: value` lines, indented"),
    });
}

/// Checks `team`: one team, or a list of teams.
fn team(found: Value<'_>, sink: &mut Sink<'_>) {
    match found.kind() {
        Kind::String => {}
        Kind::List => {
            for item in found.items().filter(|item| item.kind() != Kind::String) {
                let message = format!("`team` must be the name of a team, found {}.", item.kind().words());
                sink.report(quote(FindingBuilder::new(item.span(), message), item));
            }
        }
        // `search-query` reports it.
        Kind::Map if found.get("combinator").is_some() || found.get("rules").is_some() => {}
        Kind::Null | Kind::Bool | Kind::Number | Kind::Map => {
            let message = format!("`team` must be a team or a list of teams, found {}.", found.kind().words());
            sink.report(quote(FindingBuilder::new(found.span(), message), found));
        }
    }
}

/// Suggests quotes for a plain scalar that looks like another type. It is not a safe fix, because only the user knows
/// what was meant.
fn quote(draft: FindingBuilder, found: Value<'_>) -> FindingBuilder {
    let raw = found.raw();
    let is_plain = found.style() == Style::Plain && matches!(found.kind(), Kind::Bool | Kind::Number);
    if !is_plain || found.is_copied() || raw.is_empty() {
        return draft;
    }
    let replacement = format!("\"{raw}\"");
    draft
        .help(Help::shown("quote it if it is text", &replacement))
        .suggestion("quote it", vec![Edit { span: found.span(), replacement }])
}
