//! Reports what needs a newer exporter than the one that `clusters.NAME.exporter` states.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::engine::rule::{Assumed, Check, EntityContext, FindingBuilder, MappingContext, Rule, Sink};
use crate::analysis::object_names::{name_objects, point_at_objects};
use crate::domain::cluster::ExporterVersion;
use crate::domain::document::manifest::Form;
use crate::domain::document::span::Span;
use crate::domain::document::tree::Kind;
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
    check: Check::MappingOrAssumed(check, Assumed::Entity(check_manifest)),
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

/// The mapping that is assumed sends teams as they are declared.
fn check_manifest(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let EntityContext { view, manifest, options, .. } = *context;
    let team = manifest.team.map(|team| view.value(team));
    let Some(team) = team.filter(|team| team.kind() == Kind::List && matches!(manifest.form, Form::Resource(_))) else {
        return;
    };
    for assumed in options.assumed_mappings.iter().filter(|assumed| assumed.exporter < TEAM_LISTS) {
        let name = assumed.cluster.as_deref().unwrap_or_default();
        sink.report(needs((name, assumed.exporter), team.span(), "A list as `team`", TEAM_LISTS));
    }
}

fn draft(cluster: &ClusterFacts, span: Span, what: &str, needed: ExporterVersion) -> FindingBuilder {
    needs((&cluster.name, cluster.exporter), span, what, needed).file(cluster.file)
}

fn needs(
    (cluster, exporter): (&str, ExporterVersion),
    span: Span,
    what: &str,
    needed: ExporterVersion,
) -> FindingBuilder {
    let message = format!("{what} requires exporter {needed}; cluster `{cluster}` has {exporter}.");
    let help = format!("update the exporter, and set `clusters.{cluster}.exporter` in portolan.yaml");
    FindingBuilder::new(span, message).help(help)
}
