//! Reports Kustomizations without `kubeConfig` whose siblings for other clusters have one.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P815",
        name: "wrong-cluster",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "a Kustomization without `kubeConfig` whose siblings for other clusters have one",
        why: "Without `kubeConfig`, everything arrives in the cluster that Flux runs in.",
        fix: "Add `spec.kubeConfig` for the cluster that is meant",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for wrong in &context.facts.wrong_clusters {
        let Some(by) = context.facts.deliverer(wrong.by) else { continue };
        let siblings: Vec<_> = wrong.siblings.iter().filter_map(|index| context.facts.deliverer(*index)).collect();
        let Some(sibling) = siblings.first() else { continue };
        let alike = if wrong.is_same_folder { "takes the same folder" } else { "delivers the same objects" };
        let message = format!(
            "`{}` has no `kubeConfig`, so it delivers to Flux's own cluster; `{}` {alike} and has one.",
            by.title, sibling.title
        );
        let Some(place) = by.place else { continue };
        let mut draft = FindingBuilder::new(place.span, message).file(place.file);
        for sibling in siblings.iter().take(3) {
            draft = draft.related_at(sibling.place, "it has `kubeConfig`");
        }
        sink.report(draft.help("add `spec.kubeConfig.secretRef.name` with the Secret of the cluster that is meant"));
    }
}
