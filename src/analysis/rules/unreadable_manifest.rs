//! Reports files whose content was lost or not fetched. `sources` determines these files.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::fault::FaultKind;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P010",
        name: "unreadable-manifest",
        family: Family::Syntax,
        severity: Some(Severity::Error),
        what: "a file whose content is missing: a Git LFS pointer, NUL bytes",
        why: "The entities of the file are unknown, so a push deletes nothing until this is fixed.",
        fix: "Fetch or restore the content, or delete the file with `git rm`",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        if let FaultKind::Absent { message, help, is_fault: true } = &fault.kind {
            sink.report(FindingBuilder::new(fault.span, message.clone()).help(help.clone()));
        }
    }
}
