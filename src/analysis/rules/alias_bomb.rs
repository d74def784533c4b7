//! Bounded in the reader: the finding is at the alias that went over the budget.

use crate::analysis::rule::{Check, DocumentContext, Draft, Rule, Sink};
use crate::analysis::snapshot::Snapshot;
use crate::domain::fault::FaultKind;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::domain::words::grouped;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P007",
        name: "alias-bomb",
        family: Family::Syntax,
        severity: Some(Severity::Error),
        what: "aliases that unfold into far more than they say",
        why: "A few lines can unfold into gigabytes and take down whatever reads them.",
        fix: "Write the values out, or use fewer nested aliases",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        let FaultKind::AliasBomb { limit } = &fault.kind else { continue };
        let message = format!("The aliases of this document unfold into more than {} values.", grouped(*limit));
        sink.report(
            Draft::new(fault.span, message)
                .label("this alias goes over the limit")
                .help("write the values out, or use fewer nested aliases"),
        );
    }
}
