//! Reports unknown fields of the envelope and of the entity; `properties` and `relations` have rules of their own.

use crate::analysis::engine::misplaced_fields::{FreeNames, METADATA, RESOURCE};
use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink, replace_scalar};
use crate::domain::document::manifest::Manifest;
use crate::domain::document::tree::Value;
use crate::domain::entity::fields::ENTITY_KEYS;
use crate::domain::finding::{Family, Help, RuleInfo, Severity};
use crate::text::plural::list;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P101",
        name: "unknown-field",
        family: Family::Shape,
        severity: Some(Severity::Error),
        what: "a field that an entity does not have",
        why: "Kubernetes drops the field or rejects the manifest, so the value never reaches the catalog.",
        fix: "Correct the name, or remove the field",
    },
    check: Check::Entity(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let manifest = context.manifest;
    let entity = context.entity().filter(|entity| !is_all_known(*entity, manifest));
    let Some(resource) = context.resource() else {
        if let Some(entity) = entity {
            fields(entity, &ENTITY_KEYS, "an entity", &["apiVersion"], sink);
        }
        return;
    };
    // Without a `spec`, the entity's fields at the top level belong into one, which `missing-field` reports once.
    let astray: &[&str] = if manifest.spec.is_none() { &ENTITY_KEYS } else { &[] };
    fields(resource, &RESOURCE, "a manifest", astray, sink);
    if let Some(metadata) = manifest.metadata {
        fields(context.view.value(metadata), &METADATA, "`metadata`", &[], sink);
    }
    if let Some(spec) = entity {
        let misplaced = context.misplaced_properties().collect::<Vec<_>>();
        let names = misplaced.iter().filter_map(|key| key.as_str()).collect::<Vec<_>>();
        fields(spec, &ENTITY_KEYS, "`spec`", &names, sink);
        misplace(&misplaced, &names, sink);
    }
}

/// A fast check whether decoding found every key by its name, which is nearly always the case. A duplicate key was
/// found only once and fails this check.
fn is_all_known(entity: Value<'_>, manifest: &Manifest) -> bool {
    let Manifest { blueprint, identifier, texts, team, properties, relations, .. } = manifest;
    let texts = texts.iter().map(|(_, text)| text);
    let fields = texts.chain([blueprint, identifier, team, properties, relations]);
    fields.filter(|field| field.is_some()).count() == entity.len()
}

/// Reports all properties that are next to `properties` in one finding.
fn misplace(keys: &[Value<'_>], names: &[&str], sink: &mut Sink<'_>) {
    let Some(first) = keys.first() else { return };
    let shown = names.iter().take(3).map(|name| format!("`{name}`")).collect::<Vec<_>>();
    let rest = names.len().saturating_sub(3);
    let words = if rest > 0 { format!("{} and {rest} more", shown.join(", ")) } else { list(&shown) };
    let (verb, them) = if names.len() == 1 { ("belongs", "it") } else { ("belong", "them") };
    sink.report(
        FindingBuilder::new(first.span(), format!("{words} {verb} under `properties`."))
            .help(format!("put {them} under `properties:`, indented by two more spaces")),
    );
}

fn fields(mapping: Value<'_>, known: &[&str], of: &str, elsewhere: &[&str], sink: &mut Sink<'_>) {
    // Created for the first unknown key, because there is nearly always none.
    let mut free = None;
    for (key, _) in mapping.entries() {
        let known_or_said = |name: &&str| known.contains(name) || elsewhere.contains(name);
        let Some(name) = key.as_str().filter(|name| !known_or_said(name)) else { continue };
        let draft = FindingBuilder::new(key.span(), format!("`{name}` is not a field of {of}."));
        sink.report(match free.get_or_insert_with(|| FreeNames::of(Some(mapping), known.iter().copied())).meant(key) {
            (Some(meant), _) => {
                draft.help(Help::write(meant)).fix(format!("rename it to `{meant}`"), vec![replace_scalar(key, meant)])
            }
            (None, Some(meant)) => draft.help(Help::did_you_mean(meant)),
            // An unknown key next to `properties` most likely belongs into it.
            (None, None) if of == "`spec`" => draft.help(format!("move `{name}` under `properties`, or remove it")),
            (None, None) => {
                let known = known.iter().take(ENTITY_KEYS.len()).map(|name| format!("`{name}`")).collect::<Vec<_>>();
                draft.help(format!("remove it; {of} has {}", list(&known)))
            }
        });
    }
}
