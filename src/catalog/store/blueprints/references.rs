//! What a blueprint says about others: the targets of its relations and aggregations, and the paths of its mirror
//! properties and of its ownership. A blueprint may speak of itself; the others must be there before it.

use rusqlite::Transaction;
use serde_json::{Map, Value, json};

use super::record;
use super::shape::COMPUTED;
use crate::catalog::store::error::Failure;
use crate::catalog::wire::Refusal;

/// What every entity has, whatever its blueprint.
const META: [&str; 9] =
    ["$identifier", "$title", "$icon", "$team", "$blueprint", "$createdAt", "$createdBy", "$updatedAt", "$updatedBy"];

/// Refuses a body that speaks of what is not there.
pub(super) fn check(transaction: &Transaction<'_>, body: &Map<String, Value>) -> Result<(), Failure> {
    let shelf = Shelf { transaction, own: body };
    for (_, relation) in entries(body, "relations") {
        shelf.expect(target(relation))?;
    }
    for (_, aggregation) in entries(body, "aggregationProperties") {
        shelf.expect(target(aggregation))?;
    }
    for (_, mirror) in entries(body, "mirrorProperties") {
        shelf.mirror(mirror.get("path").and_then(Value::as_str).unwrap_or_default())?;
    }
    let ownership = body.get("ownership").filter(|value| value["type"] == "Inherited");
    match ownership.and_then(|value| value["path"].as_str()) {
        Some(path) => shelf.ownership(path),
        None => Ok(()),
    }
}

/// The blueprints around one that is about to be written; its own body counts as it will be.
struct Shelf<'a> {
    transaction: &'a Transaction<'a>,
    own: &'a Map<String, Value>,
}

impl Shelf<'_> {
    fn get(&self, identifier: &str) -> Result<Option<Map<String, Value>>, Failure> {
        if self.own.get("identifier").and_then(Value::as_str) == Some(identifier) {
            return Ok(Some(self.own.clone()));
        }
        Ok(record::find(self.transaction, identifier)?.map(|stored| stored.body))
    }

    fn expect(&self, identifier: &str) -> Result<(), Failure> {
        match self.get(identifier)? {
            Some(_) => Ok(()),
            None => Err(Refusal::not_found("Blueprint", "identifier", identifier).into()),
        }
    }

    fn mirror(&self, path: &str) -> Result<(), Failure> {
        let Some((hops, last)) = path.rsplit_once('.') else { return Ok(()) };
        let end = self.walk(hops, path, "invalid_mirror_property_path", last, "")?;
        let known = META.contains(&last)
            || entries(&end, "schema.properties").any(|(name, _)| name == last)
            || COMPUTED.iter().any(|key| entries(&end, key).any(|(name, _)| name == last));
        if known {
            return Ok(());
        }
        let details = json!({"path": path, "targetPropertyName": last, "blueprint": end["identifier"]});
        Err(lost("invalid_mirror_property_path", last, "", details))
    }

    fn ownership(&self, path: &str) -> Result<(), Failure> {
        let hint = " Does the target blueprint have direct ownership?";
        let end = self.walk(path, path, "invalid_inherited_ownership_path", path, hint)?;
        if end.get("ownership").is_some_and(|value| value["type"] == "Inherited") {
            let details = json!({"path": path, "targetPropertyName": "$team", "blueprint": end["identifier"]});
            return Err(lost("invalid_inherited_ownership_path", path, hint, details));
        }
        Ok(())
    }

    /// The blueprint at the end of a path of relations.
    fn walk(&self, hops: &str, path: &str, code: &str, last: &str, hint: &str) -> Result<Map<String, Value>, Failure> {
        let mut current = self.own.clone();
        for hop in hops.split('.') {
            let next = match entries(&current, "relations").find(|(name, _)| *name == hop) {
                Some((_, relation)) => self.get(target(relation))?,
                None => None,
            };
            let Some(next) = next else {
                let details = json!({
                    "path": path,
                    "targetPropertyName": last,
                    "missingRelation": hop,
                    "blueprint": current["identifier"],
                });
                return Err(lost(code, last, hint, details));
            };
            current = next;
        }
        Ok(current)
    }
}

fn lost(code: &str, what: &str, hint: &str, details: Value) -> Failure {
    Refusal::new(422, code, format!("The path entered to \"{what}\" do not exists{hint}")).with_details(details).into()
}

/// The named parts of a body: `relations`, or `schema.properties`.
pub(super) fn entries<'a>(
    body: &'a Map<String, Value>,
    section: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    let map = match section {
        "schema.properties" => body.get("schema").and_then(|schema| schema.get("properties")),
        other => body.get(other),
    };
    map.and_then(Value::as_object).into_iter().flatten()
}

pub(super) fn target(relation: &Value) -> &str {
    relation.get("target").and_then(Value::as_str).unwrap_or_default()
}
