//! Reports property values of the wrong type. `jsonschema` decides; this rule adds the message and, if quotes would
//! help, a suggestion.

use crate::analysis::engine::property_validator::{Problem, Violation};
use crate::analysis::engine::rule::{Check, Draft, EntityContext, Rule, Sink, with_article};
use crate::domain::blueprint::Property;
use crate::domain::document::tree::{Kind, Style};
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};

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
    check: Check::Survey(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for (property, violation) in &context.survey.violations {
        if let Problem::Type { expected } = &violation.problem {
            sink.report(word(property, violation, expected));
        }
    }
}

fn word(property: &Property, violation: &Violation<'_>, expected: &str) -> Draft {
    let found = violation.at;
    let name = format!("{}{}", property.name, violation.path);
    let message = format!("Property `{name}` must be {}, found {}.", with_article(expected), found.kind().words());
    let draft = Draft::new(found.span(), message);
    let is_plain = found.style() == Style::Plain && !found.is_copied();
    let text = found.as_str().unwrap_or_default();
    match (expected, found.kind()) {
        ("string", Kind::Number | Kind::Bool) if is_plain => {
            let replacement = format!("\"{}\"", found.raw());
            draft
                .help(format!("quote it: `{replacement}`"))
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
