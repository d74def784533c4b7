//! Reports properties that the blueprint does not have. A name with a single typing error is fixed if it matches
//! exactly one unused name.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink, replace_scalar};
use crate::domain::finding::{EntityPart, Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P204",
        name: "unknown-property",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a property that the blueprint does not have",
        why: "The catalog rejects the entity or drops the value.",
        fix: "Correct the name, add the property to the blueprint, or remove it",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let Some(indexed) = context.indexed else { return };
    let blueprint = &indexed.blueprint;
    let mut free = context.free_properties();
    for (key, _) in &context.entity_check.unknown_properties {
        let name = key.key_text();
        let message = format!("Blueprint `{}` has no property `{name}`.", blueprint.identifier);
        let draft = FindingBuilder::new(key.span(), message).part(EntityPart::Property(name.to_string()));
        sink.report(match free.meant(*key) {
            _ if name == "relations" => draft.help("indent `relations` like `properties`: it belongs beside it"),
            (Some(meant), _) => {
                draft.help(Help::write(meant)).fix(format!("rename it to `{meant}`"), vec![replace_scalar(*key, meant)])
            }
            (None, Some(meant)) => draft.help(Help::did_you_mean(meant)),
            (None, None) if blueprint.relation(&name).is_some() => {
                draft.help(format!("`{name}` is a relation: move it under `relations`"))
            }
            (None, None) => draft.help("correct the name, add the property to the blueprint, or remove it"),
        });
    }
}
