//! Reports nulls that are elements of a list, in objects that a mapping selects. The exporter crashes on them even if no
//! expression reads them.

use std::collections::BTreeMap;

use crate::analysis::engine::rule::{Assumed, Check, EntityContext, FindingBuilder, MappingContext, Rule, Sink};
use crate::domain::document::manifest::Form;
use crate::domain::document::null_places::nulls_in_lists;
use crate::domain::document::span::Span;
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
    check: Check::MappingOrAssumed(check, Assumed::Entity(check_manifest)),
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
                let mut draft = draft(path, *span).file(object.place.file);
                if let Some(entry) = cluster.entry(entry) {
                    draft = draft.related_in(cluster.file, entry.kind_span, "this entry selects the object");
                }
                sink.report(draft);
            }
        }
    }
}

/// The mapping that is assumed sends every manifest whose blueprint is known.
fn check_manifest(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let EntityContext { view, manifest, indexed, .. } = *context;
    if !matches!(manifest.form, Form::Resource(_)) || indexed.is_none() {
        return;
    }
    for (path, span) in nulls_in_lists(view.value(manifest.root)) {
        sink.report(draft(&path, span));
    }
}

fn draft(path: &str, span: Span) -> FindingBuilder {
    let message = format!("`{path}` is null inside a list, which crashes the exporter at every start.");
    FindingBuilder::new(span, message).help("remove the element, or give it a value")
}
