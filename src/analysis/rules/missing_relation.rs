//! Reports missing required relations. Null counts as missing.

use crate::analysis::engine::misplaced_fields::MAX_SLIPS;
use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::blueprint::Relation;
use crate::domain::finding::{EntityPart, Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P302",
        name: "missing-relation",
        family: Family::Relation,
        severity: Some(Severity::Error),
        what: "a required relation without a target",
        why: "The catalog rejects the entity.",
        fix: "Add the identifier of the related entity",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let is_explained = |name: &str| {
        let free = context.free_relations();
        let unknown = context.entity_check.unknown_relations.iter().filter_map(|(key, _)| key.as_str());
        unknown.take(MAX_SLIPS).any(|written| free.closest(written) == Some(name))
    };
    // `unknown-property` reports `relations` inside `properties`.
    let properties = context.manifest.properties.map(|id| context.view.value(id));
    let astray = properties.is_some_and(|properties| properties.get("relations").is_some());
    let missing = context.entity_check.missing_relations.iter().filter(|_| context.can_lack("relations") && !astray);
    for relation in missing.filter(|relation| !is_explained(&relation.name)) {
        let message = format!("Required relation `{}` is missing.", relation.name);
        let draft = FindingBuilder::new(context.place_of("relations"), message);
        sink.report(draft.part(EntityPart::Relation(relation.name.clone())).help(help(relation)));
    }
    for (key, relation) in &context.entity_check.null_relations {
        let message = format!("Required relation `{}` is empty.", relation.name);
        let draft = FindingBuilder::new(key.span(), message).part(EntityPart::Relation(relation.name.clone()));
        sink.report(draft.help(format!("give it {} of a `{}`", identifiers(relation), relation.target)));
    }
}

fn help(relation: &Relation) -> String {
    format!("add `{}:` under `relations`, with {} of a `{}`", relation.name, identifiers(relation), relation.target)
}

fn identifiers(relation: &Relation) -> &'static str {
    if relation.many { "a list of identifiers" } else { "the identifier" }
}
