//! Reports values that are not among the choices of a property, and suggests the closest choice.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::blueprint::property_validator::Violation;
use crate::domain::finding::{Edit, EntityPart, Family, Help, RuleInfo, Severity};
use crate::text::suggest;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P207",
        name: "value-not-allowed",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "a value that is not one of the choices",
        why: "The catalog rejects the entity (422).",
        fix: "Use one of the choices of the blueprint",
    },
    check: Check::EntityProblems(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    for (property, problem) in &context.entity_check.property_problems {
        let choices = match &problem.violation {
            Violation::Choice { choices } => choices.as_slice(),
            Violation::Constant { expected } => std::slice::from_ref(expected),
            Violation::Type { .. }
            | Violation::Format { .. }
            | Violation::Pattern { .. }
            | Violation::CostlyPattern { .. }
            | Violation::Number { .. }
            | Violation::Size { .. }
            | Violation::RepeatedItem
            | Violation::MissingKey { .. }
            | Violation::ExtraKeys { .. }
            | Violation::Other { .. } => continue,
        };
        let found = problem.found;
        let written = found.as_str().map_or_else(|| found.to_json().to_string(), str::to_owned);
        let name = format!("{}{}", property.name, problem.path.dotted());
        let draft = FindingBuilder::new(found.span(), format!("`{written}` is not one of the choices of `{name}`."))
            .part(EntityPart::Property(property.name.clone()));
        let texts = || choices.iter().filter_map(serde_json::Value::as_str);
        let slip = suggest::single_slip(&written, texts()).filter(|_| !found.is_copied());
        sink.report(match (slip, suggest::closest(&written, texts())) {
            (Some(meant), _) if is_plain_word(meant) => draft.help(Help::write(meant)).suggestion(
                format!("write `{meant}`"),
                vec![Edit { span: found.span(), replacement: meant.to_owned() }],
            ),
            (_, Some(meant)) => draft.help(format!("did you mean `{meant}`? The choices are {}", list(choices))),
            (_, None) => draft.help(format!("use one of {}", list(choices))),
        });
    }
}

/// Whether every YAML reader reads the text as a string without quotes.
fn is_plain_word(text: &str) -> bool {
    text.len() > 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) && !matches!(text, "true" | "false" | "null")
}

fn list(choices: &[serde_json::Value]) -> String {
    let shown = choices.iter().take(12).map(|choice| match choice.as_str() {
        Some(text) => format!("`{text}`"),
        None => format!("`{choice}`"),
    });
    let mut words = shown.collect::<Vec<_>>().join(", ");
    if choices.len() > 12 {
        words.push_str(&format!(" and {} more", choices.len() - 12));
    }
    words
}
