//! Reports search queries, which Port's API accepts instead of a relation's target or a team. Only the catalog can
//! evaluate one, so an entity with a query can be neither compared nor written.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::document::tree::{Kind, Value, entries_of};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P110",
        name: "search-query",
        family: Family::Shape,
        severity: Some(Severity::Error),
        what: "a search query where a relation or a team needs identifiers",
        why: "Only the catalog can evaluate the query, so portolan does not push the entity, and deletes nothing in that run.",
        fix: "Write the identifiers that the query finds; if another tool writes these entities, turn the rule off",
    },
    check: Check::Entity(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let value = |id: Option<_>| id.map(|id| context.view.value(id));
    if let Some(team) = value(context.manifest.team).filter(|team| is_query(*team)) {
        report("`team`", team, sink);
    }
    for (key, target) in entries_of(value(context.manifest.relations)).filter(|(_, target)| is_query(*target)) {
        report(&format!("Relation `{}`", key.key_text()), target, sink);
    }
}

fn is_query(value: Value<'_>) -> bool {
    value.kind() == Kind::Map && (value.get("combinator").is_some() || value.get("rules").is_some())
}

fn report(field: &str, query: Value<'_>, sink: &mut Sink<'_>) {
    let message = format!(
        "{field} is a search query, which portolan cannot answer. While it is there, `portolan push` leaves this entity out \
         and deletes nothing."
    );
    sink.report(FindingBuilder::new(query.span(), message).help("write the identifiers that the query finds"));
}
