//! Reports a pattern for the source of a Kustomization that brings back files which Flux leaves out by default.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P812",
        name: "ignored-defaults",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "a pattern because of which Flux delivers a file that it leaves out by default",
        why: "One pattern in any `.sourceignore`, or `spec.ignore`, switches off all of Flux's default patterns, such as `.github/`.",
        fix: "Add the default patterns that are needed to the patterns",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for returned in &facts.returned_files {
        let Some(deliverer) = facts.deliverer(returned.deliverer) else { continue };
        let message = format!(
            "This pattern switches off the default patterns of Flux, so `{}` delivers `{}`.",
            deliverer.title, returned.path
        );
        let place = returned.pattern;
        let draft = FindingBuilder::new(place.span, message)
            .file(place.file)
            .help(format!("add the pattern `{}`", returned.default));
        sink.report(draft.related_at(deliverer.place, "the deliverer"));
    }
}
