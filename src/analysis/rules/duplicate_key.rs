//! Reports duplicate keys. Both places are shown: Kubernetes reads the later one.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::fault::FaultKind;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P002",
        name: "duplicate-key",
        family: Family::Syntax,
        severity: Some(Severity::Error),
        what: "the same key twice in one mapping",
        why: "Kubernetes keeps the last value silently; the other one is lost.",
        fix: "Remove one of the two, or merge their values",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        let FaultKind::DuplicateKey { key, first } = &fault.kind else { continue };
        sink.report(
            FindingBuilder::new(fault.span, format!("Key `{key}` is duplicated in this mapping."))
                .label("Kubernetes keeps this one")
                .related(*first, "dropped")
                .help("remove one of the two, or merge their values"),
        );
    }
}
