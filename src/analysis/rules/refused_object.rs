//! Reports objects that the API server refuses by the schema of their CRD, so that nothing of them reaches the exporter. Of
//! entity manifests, the rules about their shape report everything but the fields that only the published CRD does not have.

use crate::analysis::delivery_words::{consequence, name_deliverer};
use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::domain::entity::fields::TextField;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::domain::mapping_facts::{RefusalReason, RefusedField};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P719",
        name: "refused-object",
        family: Family::Mapping,
        severity: Some(Severity::Error),
        what: "an object that the API server refuses",
        why: "The exporter never sees it, because kubectl, Argo CD and Flux fail to apply it.",
        fix: "Write what the CRD has, or change the CRD",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        for refused in cluster.refused.iter().filter(|refused| is_reported_here(refused)) {
            let RefusedField { object, field, place, .. } = refused;
            // The rule about custom resources reports it, with every other fault.
            if !refused.is_manifest && context.delivery.is_some_and(|facts| facts.refuses(object, field)) {
                continue;
            }
            let (problem, help) = match &refused.reason {
                RefusalReason::UnknownField if refused.is_manifest => (
                    format!("the CRD does not have `{field}`"),
                    "set it in the exporter's mapping, or apply CRDs that have it: `portolan cluster crds --extended`"
                        .to_owned(),
                ),
                RefusalReason::UnknownField => {
                    (format!("the CRD does not have `{field}`"), "remove it, or add it to the CRD".to_owned())
                }
                RefusalReason::Missing => (format!("`{field}` is required"), "add it".to_owned()),
                RefusalReason::Type { expected } => {
                    (format!("`{field}` must be of type {expected}"), format!("write a value of type {expected}"))
                }
            };
            let known = context.delivery.map(|facts| (facts, facts.manifests_at(*place)));
            let delivery = known.and_then(|(facts, manifests)| Some((facts, manifests.first()?)));
            let Some((facts, manifest)) = delivery else {
                let message = format!("The API server refuses `{object}`: {problem}.");
                sink.report(FindingBuilder::new(place.span, message).file(place.file).help(help));
                continue;
            };
            let consequence = consequence(facts, manifest);
            let message = format!("The API server refuses `{object}`: {problem}, {consequence}.");
            let draft = FindingBuilder::new(place.span, message).file(place.file).help(help);
            sink.report(name_deliverer(draft, facts, manifest));
        }
    }
}

fn is_reported_here(refused: &RefusedField) -> bool {
    if !refused.is_manifest {
        return true;
    }
    let key = refused.field.strip_prefix("spec.").unwrap_or_default();
    refused.reason == RefusalReason::UnknownField
        && (key == "team" || TextField::ALL.map(TextField::key).contains(&key))
}
