//! Reports files that are not UTF-8 text. `sources` checks the bytes when it reads them.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::fault::FaultKind;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P008",
        name: "bad-encoding",
        family: Family::Syntax,
        severity: Some(Severity::Error),
        what: "a file that is not UTF-8 text",
        why: "Tools read such a file differently, or reject it.",
        fix: "Save the file as UTF-8",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        let (message, help) = match &fault.kind {
            FaultKind::BadEncoding { message } => (message, "save the file as UTF-8"),
            FaultKind::Unreadable { message } => (message, "make it readable, or add it to `manifests.exclude`"),
            FaultKind::Absent { .. }
            | FaultKind::MergeConflict { .. }
            | FaultKind::Unlisted { .. }
            | FaultKind::Syntax { .. }
            | FaultKind::NotJson { .. }
            | FaultKind::DuplicateKey { .. }
            | FaultKind::AmbiguousScalar { .. }
            | FaultKind::AmbiguousBreak { .. }
            | FaultKind::NonStringKey { .. }
            | FaultKind::TooDeep { .. }
            | FaultKind::TooLarge { .. }
            | FaultKind::AliasBomb { .. } => continue,
        };
        sink.report(FindingBuilder::new(fault.span, message.clone()).help(help));
    }
}
