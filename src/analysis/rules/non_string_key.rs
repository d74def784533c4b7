//! Reports keys that every reader reads as numbers or booleans. `ambiguous-scalar` reports `yes:` and similar keys.

use crate::analysis::engine::rule::{Check, DocumentContext, FindingBuilder, Rule, Sink};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::document::fault::FaultKind;
use crate::domain::finding::{Edit, Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P004",
        name: "non-string-key",
        family: Family::Syntax,
        severity: Some(Severity::Warning),
        what: "a key that is not text",
        why: "The catalog's API is JSON, where keys are text; tools convert other keys differently.",
        fix: "Quote the key",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, _: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        let FaultKind::NonStringKey { found, text } = &fault.kind else { continue };
        let raw = fault.span.slice(context.view.source);
        let message = format!("The key `{raw}` must be text, found {found}.");
        let draft = FindingBuilder::new(fault.span, message).help(Help::shown("quote it", &format!("\"{text}\"")));
        // The fix is safe only if Kubernetes converts the key to exactly the written text: `1.0` becomes `1`.
        let is_safe = raw == text && !raw.contains(['"', '\\']);
        let edit = Edit { span: fault.span, replacement: format!("\"{raw}\"") };
        let draft = if is_safe { draft.fix("quote it", vec![edit]) } else { draft };
        sink.report(draft);
    }
}
