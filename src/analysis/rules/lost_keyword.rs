//! Reports what of the schema of an XRD has no effect: Crossplane drops keywords that it does not know, and takes only some of
//! those at the root, in `spec` and in `status`.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::{LossReason, LostKeyword};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P820",
        name: "lost-keyword",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "a part of an XRD's schema that has no effect",
        why: "Crossplane drops it without an error when it makes the CRDs, so the cluster accepts values that the XRD seems to forbid. Of `spec`, it takes `properties`, `required`, `oneOf`, `x-kubernetes-validations` and `x-kubernetes-preserve-unknown-fields`.",
        fix: "Correct the keyword, or move it to a field below `spec`",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for LostKeyword { place, keyword, why } in &context.facts.lost_keywords {
        let (message, help) = match why {
            LossReason::Unknown { meant } => {
                let help = match meant {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "remove it, or write a rule in `x-kubernetes-validations`".to_owned(),
                };
                (format!("Crossplane drops `{keyword}`: schemas of CRDs have no such keyword."), help)
            }
            LossReason::NotTaken { from: "the root" } => (
                format!("Crossplane drops `{keyword}`: of the root of the schema, it takes only `spec` and `status`."),
                "move it below `spec`, or remove it".to_owned(),
            ),
            LossReason::NotTaken { from: "metadata" } => (
                format!("Crossplane drops `{keyword}`: of `metadata`, it takes only the `maxLength` of the name."),
                "remove it, or write a rule in `x-kubernetes-validations` at the root".to_owned(),
            ),
            LossReason::NotTaken { from } => (
                format!("Crossplane drops `{keyword}`, which is directly in `{from}`."),
                format!("move it to a field below `{from}`, or write a rule in `x-kubernetes-validations`"),
            ),
            LossReason::Replaced => (
                format!("Crossplane replaces the field `{keyword}` by its own of that name."),
                "give the field another name".to_owned(),
            ),
        };
        sink.report(FindingBuilder::new(place.span, message).file(place.file).help(help));
    }
}
