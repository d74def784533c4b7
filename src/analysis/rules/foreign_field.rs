//! Reports fields that portolan pushes and the published CRD does not have. It is off unless a cluster delivers the
//! manifests.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::document::manifest::Form;
use crate::domain::entity::fields::TextField;
use crate::domain::finding::{Family, RuleInfo};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P108",
        name: "foreign-field",
        family: Family::Shape,
        severity: None,
        what: "a field that the cluster's CRD drops",
        why: "The published CRD has no `title`, `icon` or `team`, so the cluster drops them silently. The rule is off unless the config sets `delivery: cluster`.",
        fix: "Set it through the exporter's mapping, or push with portolan, which sends it",
    },
    check: Check::Entity(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    if context.manifest.form == Form::Bare {
        return;
    }
    let Some(spec) = context.manifest.spec.map(|id| context.view.value(id)) else { return };
    for field in TextField::ALL.map(TextField::key).into_iter().chain(["team"]) {
        let Some((key, _)) = spec.entry(field) else { continue };
        let message = format!("The cluster drops `spec.{field}`: the published CRD does not have it.");
        let help = match field {
            "team" => "set the team in the exporter's mapping, or inherit it through a relation of the blueprint",
            _ => "set it in the exporter's mapping, from a property",
        };
        sink.report(FindingBuilder::new(key.span(), message).help(help));
    }
}
