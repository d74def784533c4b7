//! Reports values outside the limits of numbers, lengths and counts, and repeated items in lists of unique items.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::blueprint::property_validator::{NumberLimit, SizeLimit, SizeUnit, Violation};
use crate::domain::document::tree::{Kind, Value};
use crate::domain::finding::{EntityPart, Family, RuleInfo, Severity};

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
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for (property, problem) in &context.entity_check.property_problems {
        let found = problem.found;
        let part = EntityPart::Property(property.name.clone());
        let name = format!("{}{}", property.name, problem.path.dotted());
        let limit = match &problem.violation {
            Violation::Number { limit, bound } => number_limit(*limit, bound),
            Violation::Size { limit, unit, bound } => size_limit(*limit, *unit, *bound),
            Violation::RepeatedItem => {
                let message = format!("Property `{name}` has the same value twice.");
                let draft = FindingBuilder::new(found.span(), message).help("remove the repeated value");
                sink.report(draft.part(part));
                continue;
            }
            Violation::Type { .. }
            | Violation::Choice { .. }
            | Violation::Constant { .. }
            | Violation::Format { .. }
            | Violation::Pattern { .. }
            | Violation::CostlyPattern { .. }
            | Violation::MissingKey { .. }
            | Violation::ExtraKeys { .. }
            | Violation::Other { .. } => continue,
        };
        let message = format!("Property `{name}` {}; it must be {limit}.", measure(found));
        sink.report(FindingBuilder::new(found.span(), message).part(part).help(format!("keep it to {limit}")));
    }
}

/// What the value has of that which is limited.
fn measure(found: Value<'_>) -> String {
    match found.kind() {
        Kind::String => format!("has {} characters", found.as_str().unwrap_or_default().chars().count()),
        Kind::List | Kind::Map => format!("has {} entries", found.len()),
        Kind::Number | Kind::Bool | Kind::Null => format!("is {}", found.to_json()),
    }
}

/// "at most 10".
fn number_limit(limit: NumberLimit, bound: &str) -> String {
    match limit {
        NumberLimit::AtLeast => format!("at least {bound}"),
        NumberLimit::AtMost => format!("at most {bound}"),
        NumberLimit::GreaterThan => format!("greater than {bound}"),
        NumberLimit::LessThan => format!("less than {bound}"),
        NumberLimit::MultipleOf => format!("a multiple of {bound}"),
    }
}

/// "at least 1 character".
fn size_limit(limit: SizeLimit, unit: SizeUnit, bound: u64) -> String {
    let unit = match (unit, bound) {
        (SizeUnit::Characters, 1) => "character",
        (SizeUnit::Characters, _) => "characters",
        (SizeUnit::Items, 1) => "item",
        (SizeUnit::Items, _) => "items",
        (SizeUnit::Keys, _) => "keys",
    };
    match limit {
        SizeLimit::AtLeast => format!("at least {bound} {unit}"),
        SizeLimit::AtMost => format!("at most {bound} {unit}"),
    }
}
