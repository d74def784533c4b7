//! Reports places that may hold manifests which were not read: empty files, other repositories, submodules, links, and
//! what Git hides. `sources` determines these places.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::fault::FaultKind;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P011",
        name: "hidden-manifest",
        family: Family::Syntax,
        severity: Some(Severity::Warning),
        what: "a place that may hold manifests and was not read: an empty file, a link",
        why: "Its entities are unknown, so a push deletes nothing until this is fixed.",
        fix: "Restore the manifests, delete them with `git rm`, or add the path to `manifests.exclude`",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        if let FaultKind::Absent { message, help, is_fault: false } = &fault.kind {
            sink.report(FindingBuilder::new(fault.span, message.clone()).help(help.clone()));
        }
    }
}
