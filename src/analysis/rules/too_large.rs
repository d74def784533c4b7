//! Reports files and documents beyond the limits of bytes, and documents with too many keys and values.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::fault::FaultKind;
use crate::domain::document::fault::Oversize;
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::plural::grouped;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P006",
        name: "too-large",
        family: Family::Syntax,
        severity: Some(Severity::Error),
        what: "a document or file beyond the limits",
        why: "A document over 10 MiB, or with more than 500,000 keys and values, cannot be an entity: the catalog accepts 1 MiB.",
        fix: "Split the file, or add it to `manifests.exclude`",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        let FaultKind::TooLarge { what, limit } = &fault.kind else { continue };
        let mebibytes = limit >> 20;
        let message = match what {
            Oversize::File => format!("This file is larger than {mebibytes} MiB and was not read."),
            Oversize::Document => format!("This document is larger than {mebibytes} MiB and was not read."),
            Oversize::Nodes => {
                format!("This document has more than {} keys and values; the rest was not read.", grouped(*limit))
            }
        };
        sink.report(
            FindingBuilder::new(fault.span, message)
                .help("split it, or add the file to `manifests.exclude` in portolan.yaml"),
        );
    }
}
