//! Reports property values of the wrong type. The validator decides; this rule adds the message and, if quotes would
//! help, a suggestion.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink, with_article};
use crate::domain::blueprint::Property;
use crate::domain::blueprint::property_validator::{PropertyProblem, Violation};
use crate::domain::document::tree::{Kind, Style, Value};
use crate::domain::finding::{Edit, EntityPart, Family, Help, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P206",
        name: "wrong-property-type",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a property value of the wrong type",
        why: "The catalog rejects the entity (422).",
        fix: "Write a value of the property's type; quotes make it text",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for (property, problem) in &context.entity_check.property_problems {
        if let Violation::Type { expected } = &problem.violation {
            sink.report(describe(property, problem, &expected.join(" or ")));
        }
    }
}

fn describe(property: &Property, problem: &PropertyProblem<Value<'_>>, expected: &str) -> FindingBuilder {
    let found = problem.found;
    let name = format!("{}{}", property.name, problem.path.dotted());
    let message = format!("Property `{name}` must be {}, found {}.", with_article(expected), found.kind().words());
    let draft = FindingBuilder::new(found.span(), message).part(EntityPart::Property(property.name.clone()));
    let is_plain = found.style() == Style::Plain && !found.is_copied();
    let text = found.as_str().unwrap_or_default();
    match (expected, found.kind()) {
        ("string", Kind::Number | Kind::Bool) if is_plain => {
            let replacement = format!("\"{}\"", found.raw());
            draft
                .help(Help::shown("quote it", &replacement))
                .suggestion("quote it", vec![Edit { span: found.span(), replacement }])
        }
        ("number", Kind::String) if text.trim().parse::<f64>().is_ok_and(f64::is_finite) => {
            draft.help(format!("remove the quotes: `{}`", text.trim()))
        }
        ("boolean", Kind::String) if matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "false") => {
            draft.help(format!("remove the quotes: `{}`", text.trim().to_ascii_lowercase()))
        }
        ("boolean", Kind::String) => draft.help("write `true` or `false`"),
        ("array", Kind::String | Kind::Number | Kind::Bool) => draft.help("write it as a list, even for one value"),
        ("object", _) => draft.help("write it as `name: value` lines, indented"),
        _ => draft.help(format!("write {}", with_article(expected))),
    }
}
