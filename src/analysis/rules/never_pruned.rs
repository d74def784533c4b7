//! Reports deliverers of entity manifests that do not remove from the cluster what left the repository, and manifests whose
//! annotation keeps them there.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::delivery_facts::{DelivererFacts, KeptManifest};
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
    for deliverer in &context.facts.deliverers {
        report(deliverer, sink);
    }
    for kept in &context.facts.kept {
        let Some(by) = context.facts.deliverer(kept.by) else { continue };
        report_kept(kept, by, sink);
    }
}

fn report(deliverer: &DelivererFacts, sink: &mut Sink<'_>) {
    let Some(place) = deliverer.keeps_removed else { return };
    let what = match (deliverer.entities, deliverer.resources) {
        (0, 0) => return,
        (0, resources) => count(resources, "resource"),
        (entities, _) => count(entities, "entity manifest"),
    };
    let message = format!("`{}` delivers {what} and never prunes.", deliverer.title);
    let help = match deliverer.tool {
        Tool::Flux => "set `spec.prune: true`",
        Tool::ArgoCd => "set `spec.syncPolicy.automated.prune: true`",
        Tool::Kubectl => "apply with `--prune`",
    };
    sink.report(FindingBuilder::new(place.span, message).file(place.file).help(help));
}

fn report_kept(kept: &KeptManifest, by: &DelivererFacts, sink: &mut Sink<'_>) {
    let others = match kept.others {
        0 => String::new(),
        others => format!(" and {}", count(others, "other manifest")),
    };
    let message = format!("`{}` never prunes `{}`{others}: `{}`.", by.title, kept.title, kept.annotation);
    let draft = FindingBuilder::new(kept.place.span, message).file(kept.place.file);
    let draft = draft.related_at(by.place, "the deliverer");
    sink.report(draft.help("remove the annotation, so that the entity goes with its manifest"));
}
