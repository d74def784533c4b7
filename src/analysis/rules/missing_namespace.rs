//! Reports Entities without a namespace that Flux delivers: unlike kubectl and Argo CD, it does not fill one in.

use std::collections::BTreeMap;

use crate::analysis::delivery_words::{consequence, deliverer_name, name_deliverer};
use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::apply_error::no_namespace;
use crate::domain::delivery_facts::{DelivererIndex, ManifestDelivery, ManifestFault, ManifestFaultKind};
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::plural::count;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P808",
        name: "missing-namespace",
        family: Family::Delivery,
        severity: Some(Severity::Error),
        what: "an Entity without a namespace that Flux delivers",
        why: "Flux fills in no namespace, so it cannot apply the object, nor anything else of the same Kustomization.",
        fix: "Set `spec.targetNamespace` in the Kustomization, or `metadata.namespace` in the manifest",
    },
    check: Check::Delivery(check),
};

/// More manifests of one deliverer are one finding.
const MOST_OF_A_DELIVERER: usize = 3;

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let mut by_deliverer: BTreeMap<Option<DelivererIndex>, Vec<(&ManifestFault, &ManifestDelivery)>> = BTreeMap::new();
    for fault in facts.manifest_faults.iter().filter(|fault| fault.kind == ManifestFaultKind::NoNamespace) {
        let Some(manifest) = facts.manifests.get(fault.manifest) else { continue };
        if !context.places.is_on(manifest.place.file) {
            continue;
        }
        by_deliverer.entry(manifest.deliverer).or_default().push((fault, manifest));
    }
    for faults in by_deliverer.into_values() {
        if faults.len() <= MOST_OF_A_DELIVERER {
            faults.into_iter().for_each(|(fault, manifest)| report(context, fault, manifest, 0, sink));
            continue;
        }
        let chosen = context.places.choose(&faults, |(_, manifest)| manifest.place.file);
        let Some((fault, manifest)) = chosen else { continue };
        report(context, fault, manifest, faults.len() - 1, sink);
    }
}

fn report(
    context: &DeliveryContext<'_>,
    fault: &ManifestFault,
    manifest: &ManifestDelivery,
    others: usize,
    sink: &mut Sink<'_>,
) {
    let facts = context.facts;
    let title = manifest.object.title();
    let subject = match others {
        0 => format!("`{title}` has"),
        others => format!("`{title}` and {} have", count(others, "other Entity")),
    };
    let name = deliverer_name(facts, manifest);
    let message = format!("{subject} no namespace, and {name} sets none, {}.", consequence(facts, manifest));
    let help = format!(
        "set `spec.targetNamespace` in the Kustomization, or `metadata.namespace` here; Flux reports: {}",
        no_namespace(&manifest.object)
    );
    let draft = FindingBuilder::new(fault.span, message).file(manifest.place.file).help(help);
    sink.report(name_deliverer(draft, facts, manifest));
}
