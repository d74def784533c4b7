//! Reports missing required properties. Null counts as missing, because it clears the property.

use crate::analysis::engine::misplaced_fields::MAX_SLIPS;
use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink, with_article};
use crate::domain::blueprint::Property;
use crate::domain::finding::{EntityPart, Family, RuleInfo, Severity};
use crate::text::plural::list;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P205",
        name: "missing-property",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a required property without a value",
        why: "The catalog rejects the entity.",
        fix: "Give the property a value",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let entity_check = context.entity_check;
    let can_lack = !entity_check.missing_properties.is_empty() && context.can_lack("properties");
    let missing = if can_lack { missing(context) } else { Vec::new() };
    match missing.as_slice() {
        [] => {}
        [property] => sink.report(
            FindingBuilder::new(
                context.place_of("properties"),
                format!("Required property `{}` is missing.", property.name),
            )
            .part(EntityPart::Property(property.name.clone()))
            .help(format!("add `{}:` under `properties`{}", property.name, wanted(property))),
        ),
        several => {
            let names = several.iter().map(|property| format!("`{}`", property.name)).collect::<Vec<_>>();
            sink.report(
                FindingBuilder::new(
                    context.place_of("properties"),
                    format!("Required properties {} are missing.", list(&names)),
                )
                .parts(several.iter().map(|property| EntityPart::Property(property.name.clone())).collect())
                .help("add them under `properties`"),
            );
        }
    }
    for (key, property) in &entity_check.null_properties {
        let message = format!("Required property `{}` is empty.", property.name);
        let draft = FindingBuilder::new(key.span(), message).part(EntityPart::Property(property.name.clone()));
        sink.report(draft.help(format!("give it a value{}", wanted(property))));
    }
}

/// The missing properties that are neither misspelt nor placed next to `properties`.
fn missing<'a>(context: &EntityContext<'a>) -> Vec<&'a Property> {
    let free = context.free_properties();
    let unknown = context.entity_check.unknown_properties.iter().filter_map(|(key, _)| key.as_str()).take(MAX_SLIPS);
    let mut explained = unknown.filter_map(|name| free.closest(name)).collect::<Vec<_>>();
    explained.extend(context.misplaced_properties().filter_map(|key| key.as_str()));
    let missing = context.entity_check.missing_properties.iter().copied();
    missing.filter(|property| !explained.contains(&property.name.as_str())).collect()
}

/// The expected value, as ", one of `a`, `b`" or ", a string".
fn wanted(property: &Property) -> String {
    let choices = property.choices.iter().take(6).map(|choice| format!("`{}`", bare(choice))).collect::<Vec<_>>();
    let more = if property.choices.len() > 6 { ", ..." } else { "" };
    match (choices.as_slice(), property.kind) {
        ([], Some(kind)) => format!(", {}", with_article(kind.name())),
        ([], None) => String::new(),
        (choices, _) => format!(", one of {}{more}", choices.join(", ")),
    }
}

fn bare(choice: &serde_json::Value) -> String {
    choice.as_str().map_or_else(|| choice.to_string(), str::to_owned)
}
