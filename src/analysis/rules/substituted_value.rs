//! Reports values of entity manifests that Flux's variables change into something that the manifest does not show: another
//! type, `$` for `$$`, or a value that only the cluster knows.

use crate::analysis::delivery_words::{deliverer_name, name_deliverer};
use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::{Becomes, ManifestFaultKind, SubstitutedValue};
use crate::domain::document::fault::Reading;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P809",
        name: "substituted-value",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "a value that variables of a Kustomization change into another than it seems",
        why: "Flux replaces variables in a text without the quotes of the manifest: `\"${N}\"` can become a number or null, and `$$` becomes `$`.",
        fix: "Put quotes into the value of the variable, or opt out with the annotation `kustomize.toolkit.fluxcd.io/substitute: disabled`",
    },
    check: Check::Delivery(check),
};

const OPT_OUT: &str = "add the annotation `kustomize.toolkit.fluxcd.io/substitute: disabled`";

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for fault in &facts.manifest_faults {
        let ManifestFaultKind::Substituted(value) = &fault.kind else { continue };
        let Some(manifest) = facts.manifests.get(fault.manifest) else { continue };
        let subject = if value.is_key { "The key" } else { "The value" };
        let SubstitutedValue { written, becomes, undefined, halves, .. } = value;
        let name = deliverer_name(facts, manifest);
        let result = match becomes {
            Becomes::Value(Reading::Collection) => "becomes a list or a mapping".to_owned(),
            Becomes::Value(reading) => format!("becomes {reading}"),
            Becomes::NotKnown if value.is_key => "becomes another".to_owned(),
            Becomes::NotKnown => "becomes what only the cluster knows".to_owned(),
        };
        let cause = match undefined {
            Some(variable) => format!(", because `{variable}` is not set"),
            None => String::new(),
        };
        let message = format!("{subject} `{written}` {result}{cause}, by `spec.postBuild` of {name}.");
        let help = match (becomes, undefined, halves) {
            (_, Some(variable), _) => {
                format!(
                    "add `{variable}` to `spec.postBuild.substitute`, or a default: `${{{variable}:=…}}`; or {OPT_OUT}"
                )
            }
            (Becomes::Value(Reading::Bool(_) | Reading::Number(_) | Reading::Null), None, _) => {
                format!("for text, put quotes into the variable itself: `'\"12\"'`; or {OPT_OUT}")
            }
            (_, None, true) => format!("write `$$$$` for `$$`; or {OPT_OUT}"),
            (Becomes::Value(_) | Becomes::NotKnown, None, false) => OPT_OUT.to_owned(),
        };
        let draft = FindingBuilder::new(fault.span, message).file(manifest.place.file).help(help);
        sink.report(name_deliverer(draft, facts, manifest));
    }
}
