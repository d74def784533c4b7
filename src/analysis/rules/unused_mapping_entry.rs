//! Reports entries whose kind this repository has and whose selector takes none of its objects.

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P714",
        name: "unused-mapping-entry",
        family: Family::Mapping,
        severity: Some(Severity::Info),
        what: "an entry that selects no object of this repository",
        why: "Nothing arrives from this repository through the entry; often its selector has a slip.",
        fix: "Correct the selector, or remove the entry",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    if !context.facts.is_complete {
        return;
    }
    for cluster in context.facts.clusters.iter().filter(|cluster| cluster.is_evaluated()) {
        let mut is_used = vec![false; cluster.entries.len()];
        let entities = cluster.entities().iter().map(|entity| entity.origin.entry);
        let problems = cluster.problems.iter().filter_map(|problem| problem.entry);
        for entry in entities.chain(problems) {
            if let Some(used) = is_used.get_mut(entry) {
                *used = true;
            }
        }
        for (entry, is_used) in cluster.entries.iter().zip(is_used) {
            let objects = cluster.objects_of(entry.index).count();
            if is_used || objects == 0 || entry.has_items || !entry.has_mappings {
                continue;
            }
            let Some(selector) = cluster.expression(entry.index, None, "selector.query") else { continue };
            if names_blueprint(&selector.text, context.snapshot) {
                continue;
            }
            let message = match objects {
                1 => format!("The selector does not take the one object of kind `{}` here.", entry.kind),
                count => format!("The selector takes none of the {count} objects of kind `{}` here.", entry.kind),
            };
            let draft = FindingBuilder::new(selector.span, message).file(cluster.file);
            sink.report(draft.help("correct the selector, or remove the entry"));
        }
    }
}

/// Whether a selector compares with a blueprint of the catalog. It is right, even if no manifest has the blueprint yet.
fn names_blueprint(selector: &str, snapshot: &Snapshot) -> bool {
    selector.split('"').skip(1).step_by(2).any(|text| snapshot.find(text).is_some())
}
