//! Reports manifests whose namespace a Kustomization of Flux replaces with its own.

use std::collections::BTreeMap;

use crate::analysis::delivery_words::{deliverer_name, name_deliverer};
use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::{DelivererIndex, ManifestDelivery, ManifestFault, ManifestFaultKind};
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::plural::count;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P825",
        name: "overridden-namespace",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "a manifest that names another namespace than the `targetNamespace` of its Kustomization",
        why: "Flux puts every object into `targetNamespace`, whatever the manifest says. A claim is then in a namespace in which its team does not look for it, and an identifier with `.metadata.namespace` is another one. Argo CD keeps the namespace that a manifest names.",
        fix: "Remove `targetNamespace`, or write the same namespace",
    },
    check: Check::Delivery(check),
};

/// More manifests of one deliverer are one finding.
const MOST_OF_A_DELIVERER: usize = 3;

struct Overridden<'a> {
    fault: &'a ManifestFault,
    manifest: &'a ManifestDelivery,
    written: &'a str,
    becomes: &'a str,
}

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let mut by_deliverer: BTreeMap<Option<DelivererIndex>, Vec<Overridden<'_>>> = BTreeMap::new();
    for fault in &facts.manifest_faults {
        let ManifestFaultKind::OverriddenNamespace { written, becomes } = &fault.kind else { continue };
        let Some(manifest) = facts.manifests.get(fault.manifest) else { continue };
        if !context.places.is_on(manifest.place.file) {
            continue;
        }
        let overridden = Overridden { fault, manifest, written, becomes };
        by_deliverer.entry(manifest.deliverer).or_default().push(overridden);
    }
    for all in by_deliverer.into_values() {
        if all.len() <= MOST_OF_A_DELIVERER {
            all.iter().for_each(|one| report(context, one, 0, sink));
            continue;
        }
        let Some(one) = context.places.choose(&all, |one| one.manifest.place.file) else { continue };
        report(context, one, all.len() - 1, sink);
    }
}

fn report(context: &DeliveryContext<'_>, overridden: &Overridden<'_>, others: usize, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let Overridden { fault, manifest, written, becomes } = overridden;
    let (kind, name) = (manifest.object.kind(), manifest.object.name());
    let beside = match others {
        0 => String::new(),
        others => format!(", and moves {} too", count(others, "other manifest")),
    };
    let deliverer = deliverer_name(facts, manifest);
    let message = format!("{deliverer} moves `{kind} {name}` from the namespace `{written}` to `{becomes}`{beside}.");
    let help = format!(
        "remove `spec.targetNamespace` from the Kustomization, which then needs a namespace in every manifest; or write \
         `namespace: {becomes}` here"
    );
    let draft = FindingBuilder::new(fault.span, message).file(manifest.place.file).help(help);
    sink.report(name_deliverer(draft, facts, manifest));
}
