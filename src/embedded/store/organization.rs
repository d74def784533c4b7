//! The organisation of a store, created with the store (by `migrations`). Clients request its id and its feature flags.

use rusqlite::Transaction;
use serde_json::{Map, Value};

use super::connection::Store;
use super::error::{Failure, StoreError};
use crate::catalog::wire::Refusal;

const KEYS: [&str; 5] = ["name", "settings", "isOnboarded", "toolSelectionProvisioning", "announcement"];

impl Store {
    pub fn organization(&self) -> Result<Value, Failure> {
        self.read(|transaction| Ok(read(transaction)?.into()))
    }

    /// Handles PUT and PATCH alike: sets the keys of the body, which must include a name.
    pub fn change_organization(&self, body: Value) -> Result<(), Failure> {
        let Value::Object(body) = body else { return Err(Refusal::invalid("\"body\" must be object").into()) };
        if let Some(key) = body.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let words = format!("must NOT have additional properties, additional property: \"{key}\"");
            return Err(Refusal::invalid(words).into());
        }
        match body.get("name") {
            None => return Err(Refusal::invalid("must have required property 'name'").into()),
            Some(Value::String(_)) => {}
            Some(_) => return Err(Refusal::invalid("\"name\" must be string").into()),
        }
        self.write(|transaction| {
            let mut organization = read(transaction)?;
            organization.extend(body);
            let text = Value::from(organization).to_string();
            transaction.execute("UPDATE organization SET body = ?1 WHERE id = 1", [text])?;
            Ok(())
        })
    }
}

fn read(transaction: &Transaction<'_>) -> Result<Map<String, Value>, Failure> {
    let text: String = transaction.query_row("SELECT body FROM organization WHERE id = 1", [], |row| row.get(0))?;
    Ok(serde_json::from_str(&text)
        .map_err(|_| StoreError::Damaged { what: "the organisation is not a JSON object".to_owned() })?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::domain::value::timestamp::Moment;

    #[test]
    fn a_store_has_an_organisation_of_its_own_that_can_be_named() {
        let store = || Store::in_memory(Arc::new(|| Moment(0))).expect("a store in memory needs nothing");
        let (store, other) = (store(), store());
        let before = store.organization().expect("it is there from the start");
        assert!(before["id"].as_str().is_some_and(|id| id.starts_with("org_") && id.len() == 20));
        assert_ne!(before["id"], other.organization().expect("it is there")["id"]);
        store.change_organization(json!({"name": "Acme", "settings": {"portalTitle": "A"}})).expect("it is legal");
        let after = store.organization().expect("it is there");
        assert_eq!((&after["name"], &after["id"]), (&json!("Acme"), &before["id"]));
        for body in [json!({}), json!({"name": 1}), json!({"name": "x", "id": "y"}), json!([])] {
            assert!(store.change_organization(body).is_err());
        }
        assert_eq!(store.organization().expect("it is there"), after);
    }
}
