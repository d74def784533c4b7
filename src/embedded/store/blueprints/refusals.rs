//! The platform's refusals of a blueprint, with its messages.

use serde_json::{Value, json};

use crate::catalog::wire::Refusal;
use crate::embedded::store::error::Failure;

pub(super) fn dependents(words: String, details: Value) -> Failure {
    Refusal::new(403, "has_dependents", words).with_details(details).into()
}

pub(super) fn taken(resource: &str, identifier: &str) -> Refusal {
    Refusal::new(409, "identifier_taken", format!("{resource} with identifier \"{identifier}\" is already taken"))
        .with_details(json!({"resource": resource, "byField": "identifier", "withValue": identifier}))
}

pub(super) fn reserved(identifier: &str) -> Refusal {
    Refusal::new(422, "system_identifier_error", "Blueprint identifiers cannot start with \"_\"")
        .with_details(json!({"identifiers": [identifier]}))
}
