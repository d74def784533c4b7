//! Reports expressions that do not parse or compile, at the character inside of the expression.

use crate::analysis::engine::rule::{Check, FindingBuilder, MappingContext, Rule, Sink};
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P702",
        name: "invalid-expression",
        family: Family::Mapping,
        severity: Some(Severity::Error),
        what: "an expression that jq does not accept",
        why: "Every object that the entry selects fails, and while an object fails, the exporter deletes nothing.",
        fix: "Correct the expression at the marked character",
    },
    check: Check::Mapping(check),
};

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    for cluster in &context.facts.clusters {
        for expression in &cluster.expressions {
            let Some((span, message)) = &expression.error else { continue };
            let field = &expression.field;
            let (text, help) = match expression.text.trim() {
                "" => (format!("`{field}` has no expression."), "write a jq expression"),
                _ => (format!("`{field}` is not a valid jq expression: {message}."), "correct the expression here"),
            };
            sink.report(FindingBuilder::new(*span, text).file(cluster.file).help(help));
        }
    }
}
