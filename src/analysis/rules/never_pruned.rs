//! Reports deliverers of entity manifests that do not remove from the cluster what left the repository.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::plural::count;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P805",
        name: "never-pruned",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "a deliverer of entity manifests that never prunes",
        why: "A manifest that is removed from Git stays in the cluster, and its entity in the catalog.",
        fix: "Turn pruning on",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for deliverer in context.facts.deliverers.iter().filter(|deliverer| deliverer.entities > 0) {
        let Some(place) = deliverer.keeps_removed else { continue };
        let entities = count(deliverer.entities, "entity manifest");
        let message = format!("`{}` delivers {entities} and never prunes.", deliverer.title);
        let help = match deliverer.tool {
            Tool::Flux => "set `spec.prune: true`",
            Tool::ArgoCd => "set `spec.syncPolicy.automated.prune: true`",
            Tool::Kubectl => "apply with `--prune`",
        };
        sink.report(FindingBuilder::new(place.span, message).file(place.file).help(help));
    }
}
