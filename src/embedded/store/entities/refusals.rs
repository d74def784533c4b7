//! The platform's refusals of an entity, with its messages. Messages that are not documented are modelled on those that
//! are.

use serde_json::json;

use crate::catalog::wire::Refusal;
use crate::domain::blueprint::Relation;
use crate::domain::entity::identifier::{IdentifierFault, MAX_ENTITY_IDENTIFIER};
use crate::embedded::store::compiled_blueprint::CompiledBlueprint;

/// The pattern as in the API's description.
const IDENTIFIER: &str = r"^(?!\.{1,2}$)[\p{L}0-9@_.+:\\/=-]+$";

pub(super) fn bad_identifier(place: &str, fault: IdentifierFault) -> Refusal {
    Refusal::invalid(match fault {
        IdentifierFault::Empty | IdentifierFault::Dots | IdentifierFault::Character { .. } => {
            format!("\"{place}\" must match pattern \"{IDENTIFIER}\"")
        }
        IdentifierFault::TooLong { .. } => {
            format!("\"{place}\" must NOT have more than {MAX_ENTITY_IDENTIFIER} characters")
        }
    })
}

pub(super) fn taken(compiled: &CompiledBlueprint, identifier: &str) -> Refusal {
    let blueprint = compiled.identifier();
    let message = format!("Entity with identifier \"{identifier}\" of blueprint \"{blueprint}\" already exists");
    Refusal::new(409, "identifier_taken", message)
}

/// 404 for a missing entity.
pub(super) fn no_entity(blueprint: &str, identifier: &str) -> Refusal {
    Refusal::new(404, "not_found", format!("Entity with identifier \"{identifier}\" was not found")).with_details(
        json!({"resource": "Entity", "byField": "identifier", "withValue": identifier, "blueprint": blueprint}),
    )
}

/// The refusal of a search inside a write without a match.
pub(super) fn nothing_found(place: &str) -> Refusal {
    Refusal::new(404, "not_found", format!("Entity for the search query of \"{place}\" was not found"))
}

pub(super) fn many_found(place: &str) -> Refusal {
    Refusal::invalid(format!("the search query of \"{place}\" must find exactly one entity"))
}

pub(super) fn protected_creation(blueprint: &str) -> Refusal {
    let message = format!("Cannot create entity from blueprint \"{blueprint}\" as it is marked protected");
    Refusal::protected("create", "entity", blueprint, message)
}

/// `action`: "update" or "delete".
pub(super) fn protected_entity(action: &str, identifier: &str) -> Refusal {
    let message = format!("Cannot {action} entity \"{identifier}\" as it is marked protected");
    Refusal::protected(action, "entity", identifier, message)
}

pub(super) fn mismatch(compiled: &CompiledBlueprint, fault: String) -> Refusal {
    Refusal::new(422, "blueprint_schema_mismatch", fault).with_details(json!({"blueprint": compiled.identifier()}))
}

pub(super) fn unknown_property(compiled: &CompiledBlueprint, name: &str) -> Refusal {
    let fault = format!("\"properties\" must NOT have additional properties, additional property: \"{name}\"");
    Refusal::new(422, "blueprint_schema_mismatch", fault)
        .with_details(json!({"blueprint": compiled.identifier(), "propertyName": name}))
}

pub(super) fn missing_property(compiled: &CompiledBlueprint, name: &str) -> Refusal {
    Refusal::new(422, "blueprint_schema_mismatch", format!("\"properties\" must have required property '{name}'"))
        .with_details(json!({"blueprint": compiled.identifier(), "missing_required_property": name}))
}

pub(super) fn unknown_relation(name: &str) -> Refusal {
    Refusal::not_found("Relation", "identifier", name)
}

pub(super) fn required_relation(compiled: &CompiledBlueprint, name: &str) -> Refusal {
    let blueprint = compiled.identifier();
    let message = format!("Relation \"{name}\" of blueprint \"{blueprint}\" is required");
    Refusal::new(422, "required_relation", message).with_details(json!({"blueprint": blueprint, "relation": name}))
}

pub(super) fn wrong_arity(compiled: &CompiledBlueprint, relation: &Relation) -> Refusal {
    let blueprint = compiled.identifier();
    let (name, wanted) = (&relation.name, if relation.many { "an array of identifiers" } else { "one identifier" });
    let message = format!("Relation \"{name}\" of blueprint \"{blueprint}\" takes {wanted}");
    Refusal::new(422, "relation_many_violation", message)
        .with_details(json!({"blueprint": blueprint, "relation": name, "many": relation.many}))
}

pub(super) fn missing_target(blueprint: &str, identifier: &str) -> Refusal {
    no_entity(blueprint, identifier)
}

pub(super) fn inherited_team(compiled: &CompiledBlueprint) -> Refusal {
    let blueprint = compiled.identifier();
    let message =
        format!("Cannot set the team of an entity of blueprint \"{blueprint}\" as its ownership is inherited");
    Refusal::new(422, "inherited_ownership_enabled", message).with_details(json!({"blueprint": blueprint}))
}
