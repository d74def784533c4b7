//! Integrations: what exporters store in the catalog about themselves. The embedded catalog only stores and returns it,
//! but exporters do not start without it.

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::{Map, Value, json};

use super::connection::Store;
use super::error::{Failure, StoreError};
use crate::catalog::wire::{Refusal, Writer};

/// The keys with the addresses for logs and metrics. They are of the server, and not stored.
pub const INGEST_ATTRIBUTES: [&str; 3] = ["logAttributes", "metricAttributes", "ingestAttributes"];

impl Store {
    /// All integrations, sorted by identifier.
    pub fn integrations(&self) -> Result<Vec<Value>, Failure> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached("SELECT body FROM integrations ORDER BY identifier")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            rows.map(|text| Ok(Stored::of(&text?)?.integration.into())).collect()
        })
    }

    pub fn integration(&self, identifier: &str) -> Result<Value, Failure> {
        self.read(|transaction| Ok(get(transaction, identifier)?.integration.into()))
    }

    pub fn create_integration(&self, body: Value, writer: &Writer) -> Result<Value, Failure> {
        let mut body = object(body, "body")?;
        let Some(identifier) = body.get("installationId") else {
            return Err(Refusal::invalid("must have required property 'installationId'").into());
        };
        let Some(identifier) = identifier.as_str().filter(|text| !text.is_empty()).map(str::to_owned) else {
            return Err(Refusal::invalid("\"installationId\" must be string").into());
        };
        check(&body)?;
        remove_addresses(&mut body);
        body.entry("config").or_insert_with(|| json!({}));
        for key in ["createdAt", "updatedAt"] {
            body.insert(key.to_owned(), writer.now.to_string().into());
        }
        for key in ["createdBy", "updatedBy"] {
            body.insert(key.to_owned(), writer.id.as_str().into());
        }
        self.write(|transaction| {
            if find(transaction, &identifier)?.is_some() {
                let words = format!("Integration with installationId \"{identifier}\" is already taken");
                return Err(Refusal::new(409, "identifier_taken", words).into());
            }
            let stored = Stored { integration: body, kinds: Map::new(), resync_request: Value::Null };
            put(transaction, &identifier, &stored)?;
            Ok(stored.integration.into())
        })
    }

    /// Keys that the body does not contain are kept.
    pub fn patch_integration(&self, identifier: &str, body: Value, writer: &Writer) -> Result<Value, Failure> {
        let mut body = object(body, "body")?;
        check(&body)?;
        remove_addresses(&mut body);
        self.write(|transaction| {
            let mut stored = get(transaction, identifier)?;
            for (key, value) in body {
                // The identifier of an integration cannot change.
                if key != "installationId" {
                    stored.integration.insert(key, value);
                }
            }
            stored.integration.insert("updatedAt".to_owned(), writer.now.to_string().into());
            stored.integration.insert("updatedBy".to_owned(), writer.id.as_str().into());
            put(transaction, identifier, &stored)?;
            Ok(stored.integration.into())
        })
    }

    /// The body must contain only `config`.
    pub fn patch_integration_config(&self, identifier: &str, body: Value, writer: &Writer) -> Result<Value, Failure> {
        let map = object(body, "body")?;
        if let Some(key) = map.keys().find(|key| *key != "config") {
            let words = format!("must NOT have additional properties, additional property: \"{key}\"");
            return Err(Refusal::invalid(words).into());
        }
        if !map.contains_key("config") {
            return Err(Refusal::invalid("must have required property 'config'").into());
        }
        self.patch_integration(identifier, map.into(), writer)
    }

    pub fn delete_integration(&self, identifier: &str) -> Result<(), Failure> {
        self.write(|transaction| {
            get(transaction, identifier)?;
            transaction.execute("DELETE FROM integrations WHERE identifier = ?1", [identifier])?;
            Ok(())
        })
    }

    /// The last resync requested of the exporter, or null. The exporter compares its time with that of its last resync.
    pub fn resync_request(&self, identifier: &str) -> Result<Value, Failure> {
        self.read(|transaction| Ok(get(transaction, identifier)?.resync_request))
    }

    pub fn request_resync(&self, identifier: &str, writer: &Writer) -> Result<Value, Failure> {
        let request = json!({"status": "pending", "updatedAt": writer.now.to_string(), "updatedBy": writer.id});
        self.write(|transaction| {
            let mut stored = get(transaction, identifier)?;
            stored.resync_request = request.clone();
            put(transaction, identifier, &stored)?;
            Ok(request)
        })
    }

    /// What the exporter reports about its resync; keys that the body does not contain are kept. Ocean does not resync
    /// without the time of its report.
    pub fn patch_resync_state(&self, identifier: &str, body: Value, writer: &Writer) -> Result<Value, Failure> {
        let mut body = object(body, "body")?;
        body.insert("updatedAt".to_owned(), writer.now.to_string().into());
        self.write(|transaction| {
            let mut stored = get(transaction, identifier)?;
            let state = stored.integration.entry("resyncState").or_insert_with(|| json!({}));
            match state {
                Value::Object(state) => state.extend(body),
                other => *other = body.into(),
            }
            put(transaction, identifier, &stored)?;
            Ok(stored.integration.into())
        })
    }

    /// The kinds of the integration, each as `{"examples": [...]}`.
    pub fn integration_kinds(&self, identifier: &str) -> Result<Value, Failure> {
        self.read(|transaction| Ok(get(transaction, identifier)?.kinds.into()))
    }

    /// Replaces the examples of a kind.
    pub fn put_kind_examples(&self, identifier: &str, kind: &str, body: Value) -> Result<(), Failure> {
        let mut body = object(body, "body")?;
        let Some(examples) = body.remove("examples") else {
            return Err(Refusal::invalid("must have required property 'examples'").into());
        };
        if !examples.is_array() {
            return Err(Refusal::invalid("\"examples\" must be array").into());
        }
        self.write(|transaction| {
            let mut stored = get(transaction, identifier)?;
            stored.kinds.insert(kind.to_owned(), json!({"examples": examples}));
            put(transaction, identifier, &stored)
        })
    }
}

struct Stored {
    integration: Map<String, Value>,
    kinds: Map<String, Value>,
    /// An object, or null.
    resync_request: Value,
}

impl Stored {
    fn of(text: &str) -> Result<Self, StoreError> {
        let damaged = || StoreError::Damaged { what: "an integration is not a JSON object".to_owned() };
        let mut body: Map<String, Value> = serde_json::from_str(text).map_err(|_| damaged())?;
        // A file written by an earlier version has none.
        let resync_request = body.remove("resyncRequest").unwrap_or_default();
        let mut part = |key: &str| match body.remove(key) {
            Some(Value::Object(part)) => Ok(part),
            Some(_) | None => Err(damaged()),
        };
        Ok(Self { integration: part("integration")?, kinds: part("kinds")?, resync_request })
    }
}

fn find(transaction: &Transaction<'_>, identifier: &str) -> Result<Option<Stored>, Failure> {
    let mut statement = transaction.prepare_cached("SELECT body FROM integrations WHERE identifier = ?1")?;
    let text = statement.query_row([identifier], |row| row.get::<_, String>(0)).optional()?;
    Ok(text.map(|text| Stored::of(&text)).transpose()?)
}

fn get(transaction: &Transaction<'_>, identifier: &str) -> Result<Stored, Failure> {
    find(transaction, identifier)?.ok_or_else(|| Refusal::not_found("Integration", "installationId", identifier).into())
}

fn put(transaction: &Transaction<'_>, identifier: &str, stored: &Stored) -> Result<(), Failure> {
    let Stored { integration, kinds, resync_request } = stored;
    let body = json!({"integration": integration, "kinds": kinds, "resyncRequest": resync_request}).to_string();
    transaction.execute(
        "INSERT INTO integrations (identifier, body) VALUES (?1, ?2)
         ON CONFLICT (identifier) DO UPDATE SET body = excluded.body",
        params![identifier, body],
    )?;
    Ok(())
}

/// Checks the types of known keys; all other keys belong to the exporter.
fn check(body: &Map<String, Value>) -> Result<(), Refusal> {
    for (key, value) in body {
        let (legal, word) = match key.as_str() {
            "title" => (value.is_string() || value.is_null(), "string"),
            "installationAppType" | "version" => (value.is_string(), "string"),
            "config" => (value.is_object() || value.is_null(), "object"),
            "spec" => (value.is_object(), "object"),
            "actionsProcessingEnabled" => (value.is_boolean(), "boolean"),
            _ => (true, ""),
        };
        if !legal {
            return Err(Refusal::invalid(format!("\"{key}\" must be {word}")));
        }
    }
    Ok(())
}

/// Removes what the server adds to an answer: clients send back what they read.
fn remove_addresses(body: &mut Map<String, Value>) {
    for key in INGEST_ATTRIBUTES {
        body.shift_remove(key);
    }
}

fn object(body: Value, at: &str) -> Result<Map<String, Value>, Refusal> {
    match body {
        Value::Object(body) => Ok(body),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Refusal::invalid(format!("\"{at}\" must be object")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::value::timestamp::Moment;

    fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> Refusal {
        match result.expect_err("it is refused") {
            Failure::Refused(refusal) => *refusal,
            Failure::Store(error) => panic!("{error}"),
        }
    }

    #[test]
    fn an_exporter_finds_what_it_left() {
        let store = Store::in_memory(Arc::new(|| Moment(0))).expect("a store in memory needs nothing");
        let writer = Writer { id: "client".to_owned(), user_agent: "exporter".to_owned(), now: Moment(0) };
        let refused = refusal(store.integration("my-exporter"));
        assert_eq!(refused.message.as_deref(), Some("Integration with installationId \"my-exporter\" was not found"));
        let body = json!({"installationId": "my-exporter", "installationAppType": "K8S EXPORTER", "version": "1"});
        let created = store.create_integration(body.clone(), &writer).expect("it is new");
        assert_eq!(created["config"], json!({}));
        assert_eq!(refusal(store.create_integration(body, &writer)).status, 409);
        let config = json!({"config": {"resources": []}});
        store.patch_integration_config("my-exporter", config, &writer).expect("it is there");
        let body = json!({"version": "2", "logAttributes": {"ingestUrl": "http://localhost/v1/ingest/secret"}});
        let patched = store.patch_integration("my-exporter", body, &writer).expect("it is there");
        assert!(patched.get("logAttributes").is_none(), "{patched}");
        assert_eq!((&patched["config"], &patched["version"]), (&json!({"resources": []}), &json!("2")));
        assert_eq!(store.integration("my-exporter").expect("it is there"), patched);
        assert_eq!(store.resync_request("my-exporter").expect("it is there"), Value::Null);
        let requested = store.request_resync("my-exporter", &writer).expect("it is there");
        assert_eq!(requested["updatedAt"], "1970-01-01T00:00:00.000Z");
        assert_eq!(store.resync_request("my-exporter").expect("it is there"), requested);
        let running = json!({"status": "running", "lastResyncStart": "2026-11-02T08:15:00.000Z"});
        store.patch_resync_state("my-exporter", running, &writer).expect("it is there");
        let patched =
            store.patch_resync_state("my-exporter", json!({"status": "completed"}), &writer).expect("it is there");
        assert_eq!(
            patched["resyncState"],
            json!({
                "status": "completed", "lastResyncStart": "2026-11-02T08:15:00.000Z",
                "updatedAt": "1970-01-01T00:00:00.000Z",
            })
        );
        assert_eq!(refusal(store.request_resync("nobody", &writer)).status, 404);
        let examples = json!({"examples": [{"metadata": {"name": "a"}}]});
        store.put_kind_examples("my-exporter", "v1/pods", examples.clone()).expect("it is there");
        assert_eq!(store.integration_kinds("my-exporter").expect("it is there"), json!({"v1/pods": examples}));
        assert_eq!(store.integrations().expect("there is one"), [patched]);
        store.delete_integration("my-exporter").expect("it is there");
        assert_eq!(refusal(store.delete_integration("my-exporter")).status, 404);
    }

    #[test]
    fn bodies_are_checked() {
        let store = Store::in_memory(Arc::new(|| Moment(0))).expect("a store in memory needs nothing");
        let writer = Writer { id: "client".to_owned(), user_agent: "exporter".to_owned(), now: Moment(0) };
        let cases = [
            (json!({}), "must have required property 'installationId'"),
            (json!({"installationId": 1}), "\"installationId\" must be string"),
            (json!({"installationId": "a", "config": []}), "\"config\" must be object"),
        ];
        for (body, words) in cases {
            assert_eq!(refusal(store.create_integration(body, &writer)).message.as_deref(), Some(words));
        }
        let refused = refusal(store.patch_integration_config("a", json!({"config": {}, "x": 1}), &writer));
        assert_eq!(refused.message.as_deref(), Some("must NOT have additional properties, additional property: \"x\""));
        assert_eq!(refusal(store.put_kind_examples("a", "k", json!({"examples": []}))).status, 404);
    }
}
