//! Reports an identifier that occurs twice in one list. The fix removes the repeated entry from a flow or block list.

use crate::analysis::engine::entity_check::Repeated;
use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::document::span::Span;
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P305",
        name: "repeated-target",
        family: Family::Relation,
        severity: Some(Severity::Warning),
        what: "the same target twice in one relation",
        why: "It has no effect, and often another target was intended.",
        fix: "Remove the repeated entry",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for Repeated { first, again, relation } in &context.entity_check.repeated {
        let text = again.as_str().unwrap_or_default();
        let draft =
            FindingBuilder::new(again.span(), format!("Relation `{}` has the target `{text}` twice.", relation.name))
                .related(first.span(), "first here")
                .help("remove the repeated entry");
        let removal = removal(context.view.source, again.span()).filter(|_| !again.is_copied());
        sink.report(match removal {
            Some(span) => draft.fix("remove the repeated entry", vec![Edit { span, replacement: String::new() }]),
            None => draft,
        });
    }
}

/// The bytes to remove with an entry: its whole line in a block list (only if nothing else is on it), the comma before
/// it in a flow list. A repeated entry is never the first.
fn removal(source: &str, entry: Span) -> Option<Span> {
    let before = source.get(..entry.start as usize)?;
    let after = source.get(entry.end as usize..)?;
    let line_start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let lead = before.get(line_start..)?.trim();
    let line_end = after.find('\n').map_or(after.len(), |at| at + 1);
    if lead == "-" {
        let rest = after.get(..line_end)?.trim();
        return rest.is_empty().then(|| Span::new(line_start, entry.end as usize + line_end));
    }
    let comma = before.trim_end();
    comma.ends_with(',').then(|| Span::new(comma.len() - 1, entry.end as usize))
}
