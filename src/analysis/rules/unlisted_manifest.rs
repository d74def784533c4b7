//! Reports manifests in files that `manifests.include` does not match. `commands` finds these files; they are not read
//! as manifests otherwise.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::fault::FaultKind;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P405",
        name: "unlisted-manifest",
        family: Family::Repository,
        severity: Some(Severity::Warning),
        what: "a manifest in a file that `manifests.include` does not name",
        why: "Lint, diff and push ignore the file, so its entities never reach the catalog.",
        fix: "Add the file's folder to `manifests.include`, or name it in `manifests.exclude`",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        if let FaultKind::Unlisted { message, help } = &fault.kind {
            sink.report(FindingBuilder::new(fault.span, message.clone()).help(help.clone()));
        }
    }
}
