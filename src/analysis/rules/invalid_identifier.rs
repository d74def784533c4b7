//! Reports identifiers that the platform rejects, of entities and of relation targets.

use crate::analysis::engine::rule::{Check, EntityContext, FindingBuilder, Rule, Sink};
use crate::domain::document::tree::{Kind, Value, entries_of};
use crate::domain::entity::identifier;
use crate::domain::entity::identifier::IdentifierFault;
use crate::domain::finding::{Family, RuleInfo, Severity};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P201",
        name: "invalid-identifier",
        family: Family::Entity,
        severity: Some(Severity::Error),
        what: "an identifier that the catalog rejects",
        why: "The catalog rejects the entity (422).",
        fix: "Use letters, digits and `@ _ . + : \\ / = -` only",
    },
    check: Check::Entity(check),
};

fn check(context: &EntityContext<'_>, sink: &mut Sink<'_>) {
    let manifest = context.manifest;
    let value = |id: Option<_>| id.map(|id| context.view.value(id));
    if let Some(found) = value(manifest.blueprint) {
        check_identifier("blueprint", found, identifier::check_blueprint_identifier, sink);
    }
    if let Some(found) = value(manifest.identifier) {
        check_identifier("identifier", found, identifier::check_entity_identifier, sink);
    }
    for (_, targets) in entries_of(value(manifest.relations)) {
        if targets.kind() == Kind::List {
            targets
                .items()
                .for_each(|target| check_identifier("target", target, identifier::check_entity_identifier, sink));
        } else {
            check_identifier("target", targets, identifier::check_entity_identifier, sink);
        }
    }
}

fn check_identifier(what: &str, found: Value<'_>, check: fn(&str) -> Result<(), IdentifierFault>, sink: &mut Sink<'_>) {
    let Some(text) = found.as_str() else { return };
    let Err(fault) = check(text) else { return };
    let message = match fault {
        IdentifierFault::Empty => format!("This {what} is empty."),
        IdentifierFault::TooLong { max, length } => {
            format!("This {what} has {length} characters; the limit is {max}.")
        }
        IdentifierFault::Dots => format!("`{text}` is not a valid {what}."),
        IdentifierFault::Character { found: ' ', .. } => format!("The {what} `{text}` contains a space."),
        IdentifierFault::Character { found, .. } => {
            format!("The {what} `{text}` contains `{}`, which is not allowed.", found.escape_debug())
        }
    };
    let help = match text.contains("{{") {
        true => "render the template first, or add its file to `manifests.exclude`",
        false => "use letters, digits and `@ _ . + : \\ / = -` only",
    };
    sink.report(FindingBuilder::new(found.span(), message).help(help));
}
