//! Names the blueprint does not have. One slip away from exactly one name that is still free is repaired.

use crate::analysis::rule::{Check, Draft, EntityContext, Rule, Sink};
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};
use crate::domain::suggest;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P204",
        name: "unknown-property",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a property that the blueprint does not have",
        why: "The catalog refuses or drops it: the value is never seen.",
        fix: "Correct the name, add the property to the blueprint, or remove it",
    },
    check: Check::Survey(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let Some(shape) = context.shape else { return };
    let blueprint = &shape.blueprint;
    let mut taken = Vec::new();
    for (key, _) in &context.survey.unknown_properties {
        let name = key.key_text();
        let message = format!("Blueprint `{}` has no property `{name}`.", blueprint.identifier);
        let draft = Draft::new(key.span(), message);
        let given = context.manifest.properties.map(|id| context.view.value(id));
        let names = || blueprint.properties.iter().map(|property| property.name.as_str());
        let free =
            || names().filter(|name| given.is_none_or(|given| given.get(name).is_none()) && !taken.contains(name));
        let slip = suggest::single_slip(&name, free()).filter(|_| !key.is_copied());
        let near = suggest::closest(&name, free());
        taken.extend(slip);
        sink.report(match (slip, near) {
            _ if name == "relations" => draft.help("indent `relations` like `properties`: it belongs beside it"),
            (Some(meant), _) => draft
                .help(format!("write `{meant}`"))
                .fix(format!("rename it to `{meant}`"), vec![Edit { span: key.span(), replacement: meant.to_owned() }]),
            (None, Some(meant)) => draft.help(format!("did you mean `{meant}`?")),
            (None, None) if blueprint.relation(&name).is_some() => {
                draft.help(format!("`{name}` is a relation: move it under `relations`"))
            }
            (None, None) => draft.help("correct the name, add the property to the blueprint, or remove it"),
        });
    }
}
