//! Reports values outside the limits of numbers, lengths and counts, and repeated items in lists of unique items.

use crate::analysis::engine::property_validator::Problem;
use crate::analysis::engine::rule::{Check, Draft, EntityContext, Rule, Sink};
use crate::domain::document::tree::Kind;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P209",
        name: "value-out-of-range",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a value, length or count out of range",
        why: "The catalog rejects the entity (422).",
        fix: "Stay within the range of the blueprint",
    },
    check: Check::Survey(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for (property, violation) in &context.survey.violations {
        let found = violation.at;
        let name = format!("{}{}", property.name, violation.path);
        let draft = match &violation.problem {
            Problem::Range { bound } => {
                let has = match found.kind() {
                    Kind::String => format!("has {} characters", found.as_str().unwrap_or_default().chars().count()),
                    Kind::List | Kind::Map => format!("has {} entries", found.len()),
                    Kind::Number | Kind::Bool | Kind::Null => format!("is {}", found.to_json()),
                };
                Draft::new(found.span(), format!("Property `{name}` {has}; it must be {bound}."))
                    .help(format!("keep it to {bound}"))
            }
            Problem::Repeats => Draft::new(found.span(), format!("Property `{name}` has the same value twice."))
                .help("remove the repeated value"),
            Problem::Type { .. }
            | Problem::Choice { .. }
            | Problem::Format { .. }
            | Problem::Pattern { .. }
            | Problem::CostlyPattern { .. }
            | Problem::Lacks { .. }
            | Problem::Extra { .. }
            | Problem::Other { .. } => continue,
        };
        sink.report(draft);
    }
}
