//! Reports the markers of an unresolved merge conflict in manifests and in the snapshot. The reader finds them before
//! it parses, because a parser would only report syntax errors.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::fault::FaultKind;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P012",
        name: "merge-conflict",
        family: Family::Syntax,
        severity: Some(Severity::Error),
        what: "a file with the marks of an unresolved merge conflict",
        why: "The file contains both versions, and no tool can read it.",
        fix: "Keep the lines that are right, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        let FaultKind::MergeConflict { message, help, last } = &fault.kind else { continue };
        let draft =
            FindingBuilder::new(fault.span, message.clone()).label("the conflict begins here").help(help.clone());
        sink.report(match *last == fault.span {
            true => draft,
            false => draft.related(*last, "and ends here"),
        });
    }
}
