//! Describes the faults of a blueprint for lint: clauses that follow "In blueprint `x`, ".

use crate::domain::blueprint::definition::{BlueprintFault, BlueprintFaultKind as Kind};
use crate::domain::blueprint::references::{LostKind, LostReference};
use crate::text::plural::list;

/// Describes a fault of the body, and returns whether the catalog is known to reject it. `written` is the text at its
/// position.
pub fn describe_fault(fault: &BlueprintFault, written: Option<&str>) -> (String, bool) {
    let subject = subject(&fault.at);
    let words = match &fault.kind {
        Kind::Missing { key } => format!("{subject} has no `{key}`"),
        Kind::WrongType { expected } => format!("{subject} must be {}", with_article(expected)),
        Kind::NoSuchChoice { choices } => {
            let choices = list(&choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>());
            // The Argo CD integration ships this type; whether the platform accepts it is not known.
            if written == Some("enum") && fault.at.last().is_some_and(|key| key == "type") {
                return (format!("{subject} is `enum`, which the platform does not document"), false);
            }
            match written {
                Some(written) => format!("{subject} is `{written}`; it can be {choices}"),
                None => format!("{subject} can be {choices}"),
            }
        }
        Kind::TooShort { unit } => match *unit {
            "items" => format!("{subject} has no items"),
            _ => format!("{subject} is empty"),
        },
        Kind::TooLong { max } => format!("{subject} has more than {max} characters"),
        Kind::IllegalKey => format!("the name of {subject} may contain letters, digits and `@ _ = \\ -` only"),
        Kind::IllegalIdentifier => {
            "the identifier has characters other than letters, digits and `@ _ . + : \\ / -`".to_owned()
        }
        Kind::Extra { key } => format!("{subject} has the unknown key `{key}`"),
        Kind::BrokenPattern => format!("{subject} is not a regular expression"),
        Kind::CostlyPattern => format!("{subject} is too costly to evaluate"),
        Kind::TooDeep => format!("{subject} is nested too deep"),
        Kind::ReservedRelations { names } => {
            let names = list(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>());
            format!("names of relations must not begin with `_`: {names}")
        }
        Kind::RequiredMany { relation } => format!("relation `{relation}` is both `required` and `many`"),
        Kind::UnknownRequired { property } => format!("`required` names `{property}`, which is not a property"),
        Kind::RepeatedName { name } => format!("more than one property is called `{name}`"),
        Kind::MirrorPath => format!("{subject} is not a path such as `relation.property`"),
    };
    (words, true)
}

/// Describes a reference to something missing; `None` if lint does not report it.
pub fn describe_reference(lost: &LostReference) -> Option<String> {
    Some(match &lost.kind {
        // A snapshot may be partial.
        LostKind::NoBlueprint { .. } => return None,
        LostKind::Mirror { path, step, is_relation, blueprint } => {
            let what = if *is_relation { "relation" } else { "property" };
            format!("{} follows `{path}`, but blueprint `{blueprint}` has no {what} `{step}`", subject(&lost.at))
        }
        LostKind::Ownership { path, step: Some(step), blueprint } => {
            format!("the ownership is inherited through `{path}`, but blueprint `{blueprint}` has no relation `{step}`")
        }
        LostKind::Ownership { path, step: None, blueprint } => {
            format!("the ownership is inherited through `{path}`, but blueprint `{blueprint}` has no direct ownership")
        }
    })
}

/// The name of a position in a blueprint: "property `tier`", "`format` of property `tier`".
fn subject(at: &[String]) -> String {
    let at: Vec<&str> = at.iter().map(String::as_str).collect();
    let (named, rest): (String, &[&str]) = match at.as_slice() {
        [] => ("the blueprint".to_owned(), &[]),
        ["schema", "properties", name, rest @ ..] => (format!("property `{name}`"), rest),
        ["relations", name, rest @ ..] => (format!("relation `{name}`"), rest),
        ["mirrorProperties", name, rest @ ..] => (format!("mirror property `{name}`"), rest),
        ["calculationProperties", name, rest @ ..] => (format!("calculation property `{name}`"), rest),
        ["aggregationProperties", name, rest @ ..] => (format!("aggregation property `{name}`"), rest),
        [key, rest @ ..] => (format!("`{key}`"), rest),
    };
    match rest {
        [] => named,
        rest => format!("`{}` of {named}", rest.join(".")),
    }
}

fn with_article(word: &str) -> String {
    crate::analysis::engine::rule::with_article(word)
}
