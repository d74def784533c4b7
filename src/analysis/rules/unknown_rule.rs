//! Reports an unknown rule in an ignore comment. The config reader reports unknown rules in the config.

use crate::analysis::engine::rule::{Check, FindingBuilder, Rule, Sink};
use crate::analysis::engine::suppress::IgnoreReport;
use crate::domain::finding::{Edit, Family, Help, RuleInfo, Severity};
use crate::text::suggest;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P602",
        name: "unknown-rule",
        family: Family::Suppression,
        severity: Some(Severity::Warning),
        what: "an ignore comment for a rule that does not exist",
        why: "The comment has no effect: the finding is still reported, or the rule was renamed.",
        fix: "Correct the name; `portolan explain` lists the rules",
    },
    check: Check::Suppression,
};

/// `rules` are all rules.
pub(in crate::analysis) fn report(
    rule: &Rule,
    rules: &[&'static Rule],
    ignore_report: &IgnoreReport,
    sink: &mut Sink<'_>,
) {
    if !std::ptr::eq(rule, &raw const RULE) {
        return;
    }
    for unknown in &ignore_report.unknown {
        let draft = FindingBuilder::new(unknown.span, format!("Unknown rule `{}`.", unknown.name));
        let names = || rules.iter().map(|rule| rule.info.name);
        sink.report(match (suggest::single_slip(&unknown.name, names()), suggest::closest(&unknown.name, names())) {
            (Some(meant), _) => draft.help(Help::write(meant)).suggestion(
                format!("write `{meant}`"),
                vec![Edit { span: unknown.span, replacement: meant.to_owned() }],
            ),
            (None, Some(meant)) => draft.help(Help::did_you_mean(meant)),
            (None, None) => draft.help("correct the name; `portolan explain` lists the rules"),
        });
    }
}
