//! Reports ignore comments without effect, after all other rules were applied.

use crate::analysis::engine::rule::{Check, FindingBuilder, Rule, Sink};
use crate::analysis::engine::suppress::IgnoreReport;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P601",
        name: "unused-ignore",
        family: Family::Suppression,
        severity: Some(Severity::Warning),
        what: "an ignore comment without effect",
        why: "It may hide a real finding later.",
        fix: "Remove the comment",
    },
    check: Check::Suppression,
};

pub(in crate::analysis) fn report(rule: &Rule, ignore_report: &IgnoreReport, sink: &mut Sink<'_>) {
    if !std::ptr::eq(rule, &raw const RULE) {
        return;
    }
    for unused in &ignore_report.unused {
        let message = match &unused.name {
            Some(name) => format!("There is no `{name}` finding here, so this comment has no effect."),
            None => "This comment names no rule, so it has no effect.".to_owned(),
        };
        let draft = FindingBuilder::new(unused.span, message);
        sink.report(match &unused.name {
            Some(_) => draft.help("remove it").fix("remove it", vec![unused.edit.clone()]),
            None => draft.help("write `# portolan: ignore[rule-name] reason`, or remove it"),
        });
    }
}
