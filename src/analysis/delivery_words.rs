//! Words about deliverers that several rules share.

use crate::analysis::engine::rule::FindingBuilder;
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::delivery_facts::{DelivererFacts, DeliveryFacts, ManifestDelivery};
use crate::text::plural::count;

/// `Kustomization flux-system/catalog` in backticks, or the name of the tool.
pub(super) fn deliverer_name(facts: &DeliveryFacts, manifest: &ManifestDelivery) -> String {
    match facts.deliverer_of(manifest) {
        Some(deliverer) => format!("`{}`", deliverer.title),
        None => manifest.tool.title().to_owned(),
    }
}

/// What a refused object does to its deliverer, as a clause: Flux applies nothing of a stage in which one is refused.
pub(super) fn consequence(facts: &DeliveryFacts, manifest: &ManifestDelivery) -> String {
    let name = deliverer_name(facts, manifest);
    clause(manifest.tool, &name, facts.deliverer_of(manifest))
}

/// The same for a deliverer of the repository.
pub(super) fn consequence_for(deliverer: &DelivererFacts) -> String {
    clause(deliverer.tool, &format!("`{}`", deliverer.title), Some(deliverer))
}

fn clause(tool: Tool, name: &str, deliverer: Option<&DelivererFacts>) -> String {
    let others = deliverer.map(|deliverer| deliverer.stage_objects.saturating_sub(1));
    match (tool, others) {
        (Tool::Flux, Some(0)) | (Tool::ArgoCd | Tool::Kubectl, _) => format!("so {name} fails"),
        (Tool::Flux, Some(others)) => {
            format!("so {name} fails and does not apply its {} either", count(others, "other object"))
        }
        (Tool::Flux, None) => format!("so {name} fails and applies nothing of the same Kustomization"),
    }
}

/// Adds the place of the deliverer, if the repository holds it.
pub(super) fn name_deliverer(
    draft: FindingBuilder,
    facts: &DeliveryFacts,
    manifest: &ManifestDelivery,
) -> FindingBuilder {
    match facts.deliverer_of(manifest) {
        Some(deliverer) => draft.related_at(deliverer.place, "the deliverer"),
        None => draft,
    }
}
