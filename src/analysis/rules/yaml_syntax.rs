//! Reports YAML syntax errors. The reader provides the position and the help.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::fault::FaultKind;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P001",
        name: "yaml-syntax",
        family: Family::Syntax,
        severity: Some(Severity::Error),
        what: "a document that is not YAML, or that Kubernetes rejects",
        why: "A broken document is not applied: its entities silently keep their old state, or disappear.",
        fix: "Correct the syntax at the marked place; quote values that contain `: ` or ` #`, or start with a special character",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        match &fault.kind {
            FaultKind::Syntax { message, help, related } => {
                let mut draft = FindingBuilder::new(fault.span, message.clone());
                if let Some(help) = help {
                    draft = draft.help(help.clone());
                }
                if let Some((span, label)) = related {
                    draft = draft.related(*span, label.clone());
                }
                sink.report(draft);
            }
            FaultKind::NotJson { message, help } => {
                sink.report(FindingBuilder::new(fault.span, message.clone()).help(help.clone()));
            }
            _ => {}
        }
    }
}
