//! Reports entity manifests that no mapping selects. If a mapping selects none at all, one finding says so.

use std::collections::BTreeSet;

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::analysis::object_names::{name_objects, point_at_objects};
use crate::domain::document::span::Span;
use crate::domain::finding::{Family, Place, RuleInfo, Severity};
use crate::domain::mapping_facts::ClusterFacts;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P715",
        name: "unmapped-entity",
        family: Family::Mapping,
        severity: Some(Severity::Warning),
        what: "an Entity manifest that no entry of a mapping selects",
        why: "The entity does not reach the catalog; if it was there, the exporter deletes it.",
        fix: "Add an entry for its kind and blueprint, or correct the selector",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    let clusters = &context.facts.clusters;
    if !clusters.iter().all(ClusterFacts::is_evaluated) {
        return;
    }
    let selected: BTreeSet<Place> = clusters.iter().flat_map(selected_places).collect();
    for cluster in clusters {
        let manifests = || cluster.objects.iter().enumerate().filter(|(_, object)| object.is_manifest);
        let unmapped = manifests().filter(|(_, object)| !selected.contains(&object.place));
        let unmapped: BTreeSet<usize> = unmapped.map(|(at, _)| at).collect();
        let help = "add an entry for its kind and blueprint, or correct the selector";
        if unmapped.len() > 1 && unmapped.len() == manifests().count() {
            let message = format!(
                "The mapping selects no entity manifest of this repository: {}.",
                name_objects(cluster, &unmapped)
            );
            let span = cluster.entries.first().map_or(Span::empty(0), |entry| entry.kind_span);
            let draft = FindingBuilder::new(span, message).file(cluster.file);
            sink.report(point_at_objects(draft, cluster, &unmapped).help(help));
            continue;
        }
        for object in unmapped.iter().filter_map(|at| cluster.object(*at)) {
            let message =
                format!("No entry of the mapping selects `{}`, so it does not reach the catalog.", object.name);
            let draft = FindingBuilder::new(object.place.span, message).file(object.place.file);
            sink.report(draft.help(help));
        }
    }
}

/// The objects that a cluster's mapping selects, or of which that is not known.
fn selected_places(cluster: &ClusterFacts) -> BTreeSet<Place> {
    let entities = cluster.entities().iter().map(|entity| entity.origin.object);
    let problems = cluster.problems.iter().filter_map(|problem| problem.object_index);
    // A list of items may be empty.
    let with_items = cluster.entries.iter().filter(|entry| entry.has_items);
    let of_items = with_items.flat_map(|entry| cluster.objects_of(entry.index).map(|(at, _)| at));
    let objects = entities.chain(problems).chain(of_items).filter_map(|at| cluster.object(at));
    objects.map(|object| object.place).collect()
}
