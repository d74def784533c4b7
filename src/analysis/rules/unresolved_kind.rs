//! Reports kinds of a mapping that are neither built in nor defined by a CRD or used by an object of this repository.

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::analysis::rules::invalid_kind;
use crate::domain::finding::{Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P706",
        name: "unresolved-kind",
        family: Family::Mapping,
        severity: Some(Severity::Warning),
        what: "a kind that is not built in, and whose CRD is not in this repository",
        why: "If the cluster does not have the kind, the exporter skips the entry, and then deletes every entity that it wrote for it.",
        fix: "Check that the cluster has the kind, or correct it",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        for entry in cluster.entries.iter().filter(|entry| entry.resource.is_none()) {
            if invalid_kind::reason(&entry.kind).is_some() {
                continue;
            }
            let message = format!(
                "Kind `{}` is not built in, and this repository has no CRD for it. If the cluster does not have it \
                 either, the exporter deletes every entity of this entry.",
                entry.kind
            );
            let help = match &entry.resembling {
                Some(kind) => Help::did_you_mean(kind),
                None => "check that the cluster has the kind, or add its CRD to this repository".into(),
            };
            sink.report(FindingBuilder::new(entry.kind_span, message).file(cluster.file).help(help));
        }
    }
}
