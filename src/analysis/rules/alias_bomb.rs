//! Reports aliases that expand to a huge document. The reader enforces the limit; the finding is at the alias that
//! exceeded it.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::fault::FaultKind;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::plural::grouped;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P007",
        name: "alias-bomb",
        family: Family::Syntax,
        severity: Some(Severity::Error),
        what: "aliases that expand to a huge document",
        why: "A few lines can expand to gigabytes and crash the program that reads them.",
        fix: "Write the values out, or use fewer nested aliases",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        let FaultKind::AliasBomb { limit } = &fault.kind else { continue };
        let message = format!("The aliases of this document expand to more than {} values.", grouped(*limit));
        sink.report(
            FindingBuilder::new(fault.span, message)
                .label("this alias exceeds the limit")
                .help("write the values out, or use fewer nested aliases"),
        );
    }
}
