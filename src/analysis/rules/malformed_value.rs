//! Reports values that do not match a format or pattern, and objects with missing or unexpected keys.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::blueprint::property_validator::Violation;
use crate::domain::finding::{EntityPart, Family, RuleInfo, Severity};
use crate::domain::value::formats;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P208",
        name: "malformed-value",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a value that does not have the format of its property",
        why: "The catalog rejects the entity (422).",
        fix: "Write it in the format of the blueprint",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for (property, problem) in &context.entity_check.property_problems {
        let found = problem.found;
        let name = format!("{}{}", property.name, problem.path.dotted());
        let written = found.as_str().unwrap_or_default();
        let shown = if written.chars().count() > 60 { "this value".to_owned() } else { format!("`{written}`") };
        let draft = match &problem.violation {
            Violation::Format { format } => {
                let draft = FindingBuilder::new(
                    found.span(),
                    format!("Property `{name}` must be {}; {shown} is not.", words(format)),
                );
                let example = formats::example(format);
                draft.help(
                    example.map_or_else(|| "correct it".to_owned(), |example| format!("write it like `{example}`")),
                )
            }
            Violation::Pattern { pattern } => {
                FindingBuilder::new(found.span(), format!("Property `{name}` does not match its pattern: {shown}."))
                    .help(format!("match `{pattern}`"))
            }
            Violation::CostlyPattern { pattern } => FindingBuilder::new(
                found.span(),
                format!("Property `{name}` cannot be checked: its pattern is too costly to evaluate for this value."),
            )
            .help(format!("shorten the value, or simplify the pattern `{}` in the blueprint", clip(pattern))),
            Violation::MissingKey { key } => {
                FindingBuilder::new(found.span(), format!("Property `{name}` has no `{key}`, which is required."))
                    .help(format!("add `{key}:`"))
            }
            Violation::ExtraKeys { keys } => {
                let keys = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
                FindingBuilder::new(found.span(), format!("Property `{name}` must not have {keys}.")).help("remove it")
            }
            Violation::Other { message } => {
                FindingBuilder::new(found.span(), format!("Property `{name}` is invalid: {message}."))
            }
            Violation::Type { .. }
            | Violation::Choice { .. }
            | Violation::Constant { .. }
            | Violation::Number { .. }
            | Violation::Size { .. }
            | Violation::RepeatedItem => continue,
        };
        sink.report(draft.part(EntityPart::Property(property.name.clone())));
    }
}

fn clip(pattern: &str) -> String {
    match pattern.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &pattern[..end]),
        None => pattern.to_owned(),
    }
}

fn words(format: &str) -> String {
    match format {
        "url" => "a URL".to_owned(),
        "email" | "idn-email" => "an e-mail address".to_owned(),
        "ipv4" => "an IPv4 address".to_owned(),
        "ipv6" => "an IPv6 address".to_owned(),
        "date-time" | "timer" => "a date-time with time zone".to_owned(),
        other => format!("of the format `{other}`"),
    }
}
