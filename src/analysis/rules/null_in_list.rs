//! Reports nulls that are elements of a list, in objects that a mapping selects. The exporter crashes on them even if no expression reads them.

use std::collections::BTreeMap;

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P708",
        name: "null-in-list",
        family: Family::Mapping,
        severity: Some(Severity::Error),
        what: "a null inside a list of an object that is mapped",
        why: "The exporter crashes when it sends the object as an example, at every start, and deletes nothing.",
        fix: "Remove the element, or give it a value",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in context.facts.clusters.iter().filter(|cluster| cluster.sends_raw_examples) {
        let mut selected: BTreeMap<usize, usize> = BTreeMap::new();
        for entity in cluster.entities() {
            selected.entry(entity.origin.object).or_insert(entity.origin.entry);
        }
        for (object, entry) in selected {
            let Some(object) = cluster.object(object) else { continue };
            for (path, span) in &object.nulls_in_lists {
                let message = format!("`{path}` is null inside a list, which crashes the exporter at every start.");
                let mut draft = FindingBuilder::new(*span, message).file(object.place.file);
                if let Some(entry) = cluster.entry(entry) {
                    draft = draft.related_in(cluster.file, entry.kind_span, "this entry selects the object");
                }
                sink.report(draft.help("remove the element, or give it a value"));
            }
        }
    }
}
