//! Required relations; a null is as good as nothing.

use foldhash::HashSet;

use crate::analysis::layout::MOST_SLIPS;
use crate::analysis::rule::{Check, Draft, EntityContext, Rule, Sink};
use crate::domain::blueprint::Relation;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::domain::span::Span;
use crate::domain::suggest;
use crate::domain::tree::entries_of;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P302",
        name: "missing-relation",
        family: Family::Relation,
        severity: Some(Severity::Error),
        what: "a required relation without a target",
        why: "The catalog refuses the entity.",
        fix: "Name the entity it relates to",
    },
    check: Check::Survey(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let is_explained = |name: &str| {
        let Some(shape) = context.shape else { return false };
        let given = entries_of(context.manifest.relations.map(|id| context.view.value(id)));
        let given = given.filter_map(|(key, _)| key.as_str()).collect::<HashSet<_>>();
        let names = shape.blueprint.relations.iter().map(|it| it.name.as_str());
        let free = names.filter(|name| !given.contains(name)).collect::<Vec<_>>();
        let unknown = context.survey.unknown_relations.iter().filter_map(|(key, _)| key.as_str());
        unknown.take(MOST_SLIPS).any(|written| suggest::closest(written, free.iter().copied()) == Some(name))
    };
    // One level too deep, under `properties`: that is said there.
    let properties = context.manifest.properties.map(|id| context.view.value(id));
    let astray = properties.is_some_and(|properties| properties.get("relations").is_some());
    let missing = context.survey.missing_relations.iter().filter(|_| context.can_lack("relations") && !astray);
    for relation in missing.filter(|relation| !is_explained(&relation.name)) {
        let message = format!("Required relation `{}` is missing.", relation.name);
        sink.report(Draft::new(place(context), message).help(help(relation)));
    }
    for (key, relation) in &context.survey.null_relations {
        let message = format!("Required relation `{}` is null, which clears it.", relation.name);
        sink.report(Draft::new(key.span(), message).help(format!(
            "give it {} of a `{}`",
            identifiers(relation),
            relation.target
        )));
    }
}

fn help(relation: &Relation) -> String {
    format!("add `{}:` under `relations`, with {} of a `{}`", relation.name, identifiers(relation), relation.target)
}

fn identifiers(relation: &Relation) -> &'static str {
    if relation.many { "a list of identifiers" } else { "the identifier" }
}

/// The key `relations`, or else the identifier: where a person would add the line.
fn place(context: &EntityContext<'_>) -> Span {
    let manifest = context.manifest;
    let entity = manifest.spec.map(|id| context.view.value(id));
    let key = entity.and_then(|entity| entity.entry("relations")).map(|(key, _)| key.span());
    let identifier = manifest.identifier.map(|id| context.view.value(id).span());
    key.or(identifier).unwrap_or_else(|| context.view.value(manifest.root).span())
}
