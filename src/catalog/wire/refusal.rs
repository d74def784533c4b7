//! A refusal: the platform's error body `{"ok":false,"error","message","details"}` with its status. The embedded
//! catalog and the client share this type.

use serde_json::{Map, Value, json};

#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub status: u16,
    /// The platform's error code: `not_found`.
    pub error: String,
    /// The message; a 500 has none.
    pub message: Option<String>,
    pub details: Option<Value>,
}

impl Refusal {
    pub fn new(status: u16, error: &str, message: impl Into<String>) -> Self {
        Self { status, error: error.to_owned(), message: Some(message.into()), details: None }
    }

    pub fn with_details(self, details: Value) -> Self {
        Self { details: Some(details), ..self }
    }

    /// 404 for a missing resource: `Blueprint with identifier "x" was not found`.
    pub fn not_found(resource: &str, field: &str, value: &str) -> Self {
        Self::new(404, "not_found", format!("{resource} with {field} \"{value}\" was not found"))
            .with_details(json!({"resource": resource, "byField": field, "withValue": value}))
    }

    /// 422 for a body that does not match the route.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, "invalid_request", message)
    }

    /// 403 for resources of the platform.
    pub fn protected(action: &str, resource: &str, value: &str, message: impl Into<String>) -> Self {
        Self::new(403, "protected_resource", message)
            .with_details(json!({"action": action, "resource": resource, "resourceValue": value}))
    }

    /// The body of the answer.
    pub fn to_json(&self) -> Value {
        let mut body = Map::new();
        body.insert("ok".to_owned(), false.into());
        body.insert("error".to_owned(), self.error.as_str().into());
        body.extend(self.message.iter().map(|message| ("message".to_owned(), message.as_str().into())));
        body.extend(self.details.iter().map(|details| ("details".to_owned(), details.clone())));
        Value::Object(body)
    }
}
