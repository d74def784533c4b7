//! Validates a blueprint body; messages match the platform's JSON Schema validator (Ajv).

use serde_json::{Value, json};

use crate::catalog::wire::Refusal;
use crate::domain::blueprint::definition;
use crate::domain::blueprint::definition::{BlueprintFault, BlueprintFaultKind as Kind, check_blueprint};
use crate::embedded::api::body::{must_be, name};

pub(in crate::embedded::store) use crate::domain::blueprint::definition::COMPUTED;

/// Checks a whole body: of a POST, a PUT, or the result of a PATCH.
pub(super) fn check(body: &Value) -> Result<(), Refusal> {
    match check_blueprint(body).into_iter().next() {
        None => Ok(()),
        Some(BlueprintFault { at, kind }) => Err(refusal(&at.join("/"), kind)),
    }
}

/// Checks the new name of a property, a relation or a mirror property.
pub(super) fn check_key(key: &str, at: &str) -> Result<(), Refusal> {
    definition::check_key(key).map_err(|kind| refusal(at, kind))
}

fn refusal(at: &str, kind: Kind) -> Refusal {
    let place = if at.is_empty() { String::new() } else { format!("\"{at}\" ") };
    match kind {
        Kind::Missing { key } => Refusal::invalid(format!("{place}must have required property '{key}'")),
        Kind::WrongType { expected } => must_be(&expected, at),
        Kind::NoSuchChoice { choices } => {
            Refusal::invalid(format!("{place}must be equal to one of the allowed values"))
                .with_details(json!({"allowedValues": choices}))
        }
        Kind::TooShort { unit } => Refusal::invalid(format!("{place}must NOT have fewer than 1 {unit}")),
        Kind::TooLong { max } => Refusal::invalid(format!("{place}must NOT have more than {max} characters")),
        Kind::IllegalKey => Refusal::invalid(format!("{place}must match pattern \"^[A-Za-z0-9@_=\\\\-]+$\"")),
        Kind::IllegalIdentifier => {
            Refusal::invalid(format!("{place}must match pattern \"^(?!\\.{{1,2}}$)[\\p{{L}}0-9@_.+:\\\\/-]+$\""))
        }
        Kind::Extra { key } => {
            Refusal::invalid(format!("{place}must NOT have additional properties, additional property: \"{key}\""))
        }
        Kind::BrokenPattern => Refusal::invalid(format!("{place}must match format \"regex\"")),
        Kind::CostlyPattern => Refusal::invalid(format!("{} is too costly to evaluate", name(at))),
        Kind::TooDeep => Refusal::invalid(format!("{} nests too deep", name(at))),
        Kind::ReservedRelations { names } => {
            Refusal::new(422, "system_identifier_error", "Relation identifiers cannot start with \"_\"")
                .with_details(json!({"identifiers": names}))
        }
        Kind::RequiredMany { relation } => Refusal::invalid(format!(
            "Relation \"{relation}\" cannot be both \"required\" and \"many\": a required relation points to one entity"
        )),
        Kind::UnknownRequired { property } => {
            Refusal::invalid(format!("{place}names the property \"{property}\", which is not in \"schema/properties\""))
        }
        Kind::RepeatedName { name } => {
            Refusal::invalid(format!("the identifier \"{name}\" is given to more than one property"))
        }
        Kind::MirrorPath => Refusal::invalid(format!(
            "{place}must match pattern \"^(?:[A-Za-z0-9@_=\\-$]+\\.)+?(\\w|\\$|@|-)*?[^\\.]+$\""
        )),
    }
}
