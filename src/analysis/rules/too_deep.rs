//! Reports documents that are nested too deeply. The reader stops at the limit, so deeper content is not checked.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::fault::FaultKind;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P005",
        name: "too-deep",
        family: Family::Syntax,
        severity: Some(Severity::Error),
        what: "nesting beyond 128 levels",
        why: "The catalog rejects it, and it probably comes from a faulty generator.",
        fix: "Flatten the value, or fix its generator",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        let FaultKind::TooDeep { limit } = &fault.kind else { continue };
        let message = format!("This value is nested more than {limit} levels deep.");
        sink.report(FindingBuilder::new(fault.span, message).help("flatten it, or fix its generator"));
    }
}
