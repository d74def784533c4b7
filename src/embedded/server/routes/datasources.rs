//! Routes about the datasource of entities, the User-Agent of their last writer: who wrote what, and a change of it without
//! a write. None of them is in the published description.

use serde_json::{Value, json};

use super::entities::Many;
use super::search::limit;
use crate::catalog::wire::Refusal;
use crate::embedded::api::body::{moment, must_be, needs, object, only, text};
use crate::embedded::server::answer::{Answer, Outcome};
use crate::embedded::server::request::{ApiRequest, MAX_USER_AGENT};
use crate::embedded::store::{OwnedEntities, Store};

/// The number that the platform's own migrator sends at most.
const MAX_RELABELLED: usize = 20;

/// The entities of a datasource, by pages.
pub(super) fn entities(call: &ApiRequest, store: &Store) -> Outcome {
    let body = object(call.json()?)?;
    let part = |key| text(&body, key).map(Option::unwrap_or_default);
    let (prefix, suffix) = (part("datasource_prefix")?, part("datasource_suffix")?);
    let owned = OwnedEntities { prefix, suffix, before: moment(&body, "before")? };
    let page = store.datasource_entities(&owned, &call.query.shape()?, limit(&body)?, text(&body, "from")?)?;
    Answer::ok(&Many { ok: true, entities: page.entities, next: page.next })
}

/// Every datasource with the blueprints that it wrote entities of.
pub(super) fn all(_: &ApiRequest, store: &Store) -> Outcome {
    let mut all = Vec::new();
    for (datasource, blueprints) in store.datasources()? {
        let blueprints: Vec<Value> = blueprints.iter().map(|identifier| json!({"identifier": identifier})).collect();
        all.push(json!({
            "datasource": datasource,
            "context": {"installationId": installation(&datasource)},
            "blueprints": blueprints,
        }));
    }
    Answer::ok(&json!({"ok": true, "dataSources": all}))
}

/// The integration, state key or scope that a datasource names: `1` in `port-ocean/pagerduty/0.2.1/1/exporter`.
fn installation(datasource: &str) -> Option<&str> {
    if let Some((_, rest)) = datasource.split_once("(statekey/") {
        return rest.split_once(')').map(|(key, _)| key);
    }
    datasource.strip_prefix("port-ocean/")?.split('/').nth(2)
}

/// Changes the datasource of entities. All of them change or none.
pub(super) fn relabel(call: &ApiRequest, store: &Store) -> Outcome {
    let body = object(call.json()?)?;
    only(&body, "", &["entitiesIdentifiers", "datasource"])?;
    needs(&body, "", &["entitiesIdentifiers", "datasource"])?;
    let Some(Value::Array(items)) = body.get("entitiesIdentifiers") else {
        return Err(must_be("array", "entitiesIdentifiers").into());
    };
    if items.is_empty() || items.len() > MAX_RELABELLED {
        let bound = if items.is_empty() { "fewer than 1".to_owned() } else { format!("more than {MAX_RELABELLED}") };
        return Err(Refusal::invalid(format!("\"entitiesIdentifiers\" must NOT have {bound} items")).into());
    }
    let mut identifiers = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        match item {
            Value::String(identifier) => identifiers.push(identifier.as_str()),
            _ => return Err(must_be("string", &format!("entitiesIdentifiers/{at}")).into()),
        }
    }
    let Some(Value::String(datasource)) = body.get("datasource") else {
        return Err(must_be("string", "datasource").into());
    };
    let length = datasource.chars().count();
    if length == 0 || length > MAX_USER_AGENT {
        let bound = if length == 0 { "fewer than 1".to_owned() } else { format!("more than {MAX_USER_AGENT}") };
        return Err(Refusal::invalid(format!("\"datasource\" must NOT have {bound} characters")).into());
    }
    store.relabel_entities(call.segment(0), &identifiers, datasource)?;
    Answer::ok(&json!({"ok": true}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_is_what_tells_two_of_a_kind_apart() {
        for (datasource, expected) in [
            ("port-ocean/pagerduty/0.2.1/1/exporter", Some("1")),
            ("port-k8s-exporter/^0.3.4 (statekey/prod)", Some("prod")),
            ("portolan/1.0.0 (statekey/acme/catalog)", Some("acme/catalog")),
            ("curl/8", None),
        ] {
            assert_eq!(installation(datasource), expected, "{datasource}");
        }
    }
}
