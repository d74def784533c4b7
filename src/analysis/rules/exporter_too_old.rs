//! Reports what needs a newer exporter than the one that `clusters.NAME.exporter` states.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::analysis::object_names::{name_objects, point_at_objects};
use crate::domain::cluster::ExporterVersion;
use crate::domain::document::span::Span;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::domain::mapping_facts::ClusterFacts;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P711",
        name: "exporter-too-old",
        family: Family::Mapping,
        severity: Some(Severity::Error),
        what: "a mapping that needs a newer exporter",
        why: "An older exporter ignores the key or fails on the value, so objects are lost or arrive otherwise.",
        fix: "Update the exporter, or do without the feature",
    },
    check: Check::Mapping(check),
};

const TEAM_LISTS: ExporterVersion = ExporterVersion([0, 7, 3]);
const VARIABLE_PATTERNS: ExporterVersion = ExporterVersion([0, 6, 4]);
const ITEM_NAMES: ExporterVersion = ExporterVersion([0, 6, 3]);

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        if cluster.exporter < TEAM_LISTS {
            report_team_lists(cluster, sink);
        }
        if cluster.exporter < VARIABLE_PATTERNS
            && let Some(span) = cluster.variable_patterns
        {
            let what = "`allowedEnvironmentVariablesInJQ`";
            sink.report(draft(cluster, span, what, VARIABLE_PATTERNS));
        }
        if cluster.exporter < ITEM_NAMES {
            for span in cluster.entries.iter().filter_map(|entry| entry.item_name) {
                sink.report(draft(cluster, span, "`itemsToParseName`", ITEM_NAMES));
            }
        }
    }
}

fn report_team_lists(cluster: &ClusterFacts, sink: &mut Sink<'_>) {
    let mut found: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for entity in cluster.entities() {
        if entity.team.as_ref().is_some_and(|team| team.as_array().is_some()) {
            found.entry((entity.origin.entry, entity.origin.mapping)).or_default().insert(entity.origin.object);
        }
    }
    for ((entry, mapping), objects) in found {
        let Some(team) = cluster.expression(entry, Some(mapping), "team") else { continue };
        let what = format!("A list as `team`, as for {},", name_objects(cluster, &objects));
        let draft = draft(cluster, team.span, &what, TEAM_LISTS);
        sink.report(point_at_objects(draft, cluster, &objects));
    }
}

fn draft(cluster: &ClusterFacts, span: Span, what: &str, needed: ExporterVersion) -> FindingBuilder {
    let ClusterFacts { name, exporter, file, .. } = cluster;
    let message = format!("{what} requires exporter {needed}; cluster `{name}` has {exporter}.");
    let help = format!("update the exporter, and set `clusters.{name}.exporter` in portolan.yaml");
    FindingBuilder::new(span, message).file(*file).help(help)
}
