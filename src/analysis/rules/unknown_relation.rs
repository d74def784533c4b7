//! Reports relations that the blueprint does not have, and recognises properties among them.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink, replace_scalar};
use crate::domain::finding::{EntityPart, Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P301",
        name: "unknown-relation",
        family: Family::Relation,
        severity: Some(Severity::Error),
        what: "a relation that the blueprint does not have",
        why: "The catalog rejects the entity (404).",
        fix: "Correct the name, add the relation to the blueprint, or remove it",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let Some(indexed) = context.indexed else { return };
    let blueprint = &indexed.blueprint;
    let mut free = context.free_relations();
    for (key, _) in &context.entity_check.unknown_relations {
        let name = key.key_text();
        let message = format!("Blueprint `{}` has no relation `{name}`.", blueprint.identifier);
        let draft = FindingBuilder::new(key.span(), message).part(EntityPart::Relation(name.to_string()));
        sink.report(match free.meant(*key) {
            (Some(meant), _) => {
                draft.help(Help::write(meant)).fix(format!("rename it to `{meant}`"), vec![replace_scalar(*key, meant)])
            }
            (None, Some(meant)) => draft.help(Help::did_you_mean(meant)),
            (None, None) if blueprint.property(&name).is_some() => {
                draft.help(format!("`{name}` is a property: move it under `properties`"))
            }
            (None, None) => draft.help("correct the name, add the relation to the blueprint, or remove it"),
        });
    }
}
