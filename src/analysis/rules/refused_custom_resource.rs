//! Reports claims, composite resources and other custom resources that the API server refuses by the XRDs and CRDs of the
//! repository.

use crate::analysis::delivery_words::consequence_for;
use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::analysis::refusal_words::{advice, problem, with_advice};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P822",
        name: "refused-custom-resource",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "a claim or other custom resource that an XRD or CRD of the repository refuses",
        why: "It does not reach the cluster. The check is that of a Kubernetes API server, with the fields that Crossplane adds. `crossplane resource validate` differs: it does not look at names, `metadata`, unserved versions, the items of a `List`, duplicates in lists with keys and the range of `int32`, and it refuses integers above 2^53 and nulls that the API server drops. A kind that no definition here has, and that Flux, Argo CD or Crossplane does not have, is reported if it is one letter, the case of its letters or the plural away from one that exists; any other kind may be defined elsewhere. Rules in `x-kubernetes-validations` are not evaluated.",
        fix: "Correct the field, or change the definition",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for refused in facts.refused_resources.iter().filter(|refused| !refused.is_dropped) {
        let by = refused.by.and_then(|by| facts.deliverer(by));
        let consequence = by.map(|by| format!(", {}", consequence_for(by))).unwrap_or_default();
        let problem = problem(&refused.refusal);
        let message = format!("The API server refuses `{}`: {problem}{consequence}.", refused.title);
        let advice =
            refused.advice.clone().or_else(|| advice(&refused.refusal, "remove it, or add it to the definition"));
        let draft = FindingBuilder::new(refused.place.span, message).file(refused.place.file);
        let mut draft = with_advice(draft, advice);
        if let Some(definition) = refused.definition {
            draft = draft.related_in(definition.file, definition.span, "the definition");
        }
        if let Some(place) = by.and_then(|by| by.place) {
            draft = draft.related_in(place.file, place.span, "the deliverer");
        }
        sink.report(draft);
    }
}
