//! Reports keys of a mapping that the exporter ignores: unknown ones, those in other letters, and those that count only in the integration's config.

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::domain::finding::{Family, Help, RuleInfo, Severity};
use crate::domain::mapping_facts::RemarkKind;
use crate::text::suggest::closest;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P710",
        name: "ignored-mapping-key",
        family: Family::Mapping,
        severity: Some(Severity::Warning),
        what: "a key that the exporter ignores",
        why: "The exporter works as if the key were not there.",
        fix: "Correct the key, or remove it",
    },
    check: Check::Mapping(check),
};

/// The keys that the exporter knows, for suggestions.
const KNOWN: [&str; 23] = [
    "resources",
    "crdsToDiscover",
    "overwriteCrdsActions",
    "deleteDependents",
    "createMissingRelatedEntities",
    "resyncInterval",
    "stateKey",
    "eventListenerType",
    "kind",
    "selector",
    "query",
    "port",
    "entity",
    "mappings",
    "itemsToParse",
    "itemsToParseName",
    "identifier",
    "blueprint",
    "properties",
    "relations",
    "title",
    "icon",
    "team",
];

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        for remark in &cluster.remarks {
            let (message, help) = match &remark.kind {
                RemarkKind::IgnoredKey { key } => (
                    format!("The exporter does not know the key `{key}`, and ignores it."),
                    closest(key, KNOWN).map_or_else(|| Help::from("remove it"), Help::did_you_mean),
                ),
                RemarkKind::OtherCase { key, known } => (
                    format!("The exporter ignores `{key}`: in its file, the letter case of a key matters."),
                    Help::write(known),
                ),
                RemarkKind::OnlyStored { key } => (
                    format!("The exporter ignores `{key}` in its file: it reads it only from the integration in Port."),
                    Help::from("set it in the mapping of the integration in Port, and remove it here"),
                ),
                RemarkKind::MapsNothing | RemarkKind::EntryMapsNothing { .. } => continue,
            };
            sink.report(FindingBuilder::new(remark.span, message).file(cluster.file).help(help));
        }
    }
}
