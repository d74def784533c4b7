//! Reports mappings and entries that map nothing, which the exporter accepts: it then deletes what it owns.

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::domain::mapping_facts::RemarkKind;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P707",
        name: "maps-nothing",
        family: Family::Mapping,
        severity: Some(Severity::Error),
        what: "a mapping or an entry that maps nothing",
        why: "Without an error, the exporter deletes every entity that it wrote before.",
        fix: "Add entries with mappings, or remove the empty entry",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        for remark in &cluster.remarks {
            let (message, help) = match &remark.kind {
                RemarkKind::MapsNothing => (
                    "The mapping has no entries, so the exporter deletes every entity that it owns.".to_owned(),
                    "add entries under `resources`",
                ),
                RemarkKind::EntryMapsNothing { entry } => (
                    format!("`resources[{entry}]` has no mappings, so the exporter deletes the entities that it had."),
                    "add mappings under `port.entity.mappings`, or remove the entry",
                ),
                RemarkKind::IgnoredKey { .. } | RemarkKind::OtherCase { .. } | RemarkKind::OnlyStored { .. } => {
                    continue;
                }
            };
            sink.report(FindingBuilder::new(remark.span, message).file(cluster.file).help(help));
        }
    }
}
