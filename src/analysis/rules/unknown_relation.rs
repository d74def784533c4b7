//! Names the blueprint does not have as relations; properties put among them are recognised.

use crate::analysis::rule::{Check, Draft, EntityContext, Rule, Sink};
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};
use crate::domain::suggest;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P301",
        name: "unknown-relation",
        family: Family::Relation,
        severity: Some(Severity::Error),
        what: "a relation that the blueprint does not have",
        why: "The catalog answers 404 and the entity is not written.",
        fix: "Correct the name, add the relation to the blueprint, or remove it",
    },
    check: Check::Survey(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let Some(shape) = context.shape else { return };
    let blueprint = &shape.blueprint;
    let mut taken = Vec::new();
    for (key, _) in &context.survey.unknown_relations {
        let name = key.key_text();
        let draft = Draft::new(key.span(), format!("Blueprint `{}` has no relation `{name}`.", blueprint.identifier));
        let given = context.manifest.relations.map(|id| context.view.value(id));
        let names = || blueprint.relations.iter().map(|relation| relation.name.as_str());
        let free =
            || names().filter(|name| given.is_none_or(|given| given.get(name).is_none()) && !taken.contains(name));
        let slip = suggest::single_slip(&name, free()).filter(|_| !key.is_copied());
        let near = suggest::closest(&name, free());
        taken.extend(slip);
        sink.report(match (slip, near) {
            (Some(meant), _) => draft
                .help(format!("write `{meant}`"))
                .fix(format!("rename it to `{meant}`"), vec![Edit { span: key.span(), replacement: meant.to_owned() }]),
            (None, Some(meant)) => draft.help(format!("did you mean `{meant}`?")),
            (None, None) if blueprint.property(&name).is_some() => {
                draft.help(format!("`{name}` is a property: move it under `properties`"))
            }
            (None, None) => draft.help("correct the name, add the relation to the blueprint, or remove it"),
        });
    }
}
