//! Both places are shown: the later one is what the cluster takes.

use crate::analysis::rule::{Check, DocumentContext, Draft, Rule, Sink};
use crate::analysis::snapshot::Snapshot;
use crate::domain::fault::FaultKind;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P002",
        name: "duplicate-key",
        family: Family::Syntax,
        severity: Some(Severity::Error),
        what: "the same key twice in one mapping",
        why: "The cluster takes the last one without a word; the other value is lost.",
        fix: "Remove one of the two, or merge their values",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        let FaultKind::DuplicateKey { key, first } = &fault.kind else { continue };
        sink.report(
            Draft::new(fault.span, format!("`{key}` is given twice in the same mapping."))
                .label("the cluster takes this one")
                .related(*first, "dropped")
                .help("remove one of the two, or merge their values"),
        );
    }
}
