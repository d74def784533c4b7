//! Reports CRDs of the platform that a deliverer prunes: without the CRD, the cluster has no entity manifest.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P818",
        name: "pruned-crd",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "a CRD of the platform that its deliverer prunes",
        why: "Once the CRD leaves the repository or its folder, the cluster deletes it with every entity manifest, and the exporter deletes the entities.",
        fix: "Turn pruning off for the CRD",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for crd in &context.facts.pruned_crds {
        let Some(by) = context.facts.deliverer(crd.by) else { continue };
        let message = format!(
            "`{}` prunes the CRD `{}`: if it leaves the repository, every entity goes with it.",
            by.title, crd.name
        );
        let help = match by.tool {
            Tool::Flux => {
                "add the annotation `kustomize.toolkit.fluxcd.io/prune: disabled` to the CRD, or deliver it by a Kustomization with `prune: false`"
            }
            Tool::ArgoCd | Tool::Kubectl => {
                "add the annotation `argocd.argoproj.io/sync-options: Prune=false` to the CRD, or deliver it by an Application that does not prune"
            }
        };
        let draft = FindingBuilder::new(crd.place.span, message).file(crd.place.file).help(help);
        sink.report(draft.related_at(by.place, "the deliverer"));
    }
}
