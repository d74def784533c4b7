//! Reports fields of custom resources that the API server drops without an error, because Argo CD asks for no validation.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::analysis::refusal_words::{advice, with_advice};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P823",
        name: "dropped-field",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "a field that is missing in the cluster, because its XRD or CRD does not have it",
        why: "With the sync option `Validate=false` of Argo CD, the API server drops unknown fields instead of refusing them: what a misspelt field says does not happen.",
        fix: "Correct the name of the field, or remove `Validate=false`",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for dropped in facts.refused_resources.iter().filter(|refused| refused.is_dropped) {
        let field = &dropped.refusal.path;
        let message =
            format!("The API server drops `{field}` of `{}`: the definition does not have it.", dropped.title);
        let advice =
            dropped.advice.clone().or_else(|| advice(&dropped.refusal, "remove it, or add it to the definition"));
        let draft = FindingBuilder::new(dropped.place.span, message).file(dropped.place.file);
        let mut draft = with_advice(draft, advice);
        if let Some(definition) = dropped.definition {
            draft = draft.related_in(definition.file, definition.span, "the definition");
        }
        sink.report(draft);
    }
}
