//! Refuses a blueprint that refers to blueprints that do not exist. It may refer to itself.

use std::collections::HashMap;

use rusqlite::Transaction;
use serde_json::{Map, Value, json};

use super::record;
use crate::catalog::wire::Refusal;
use crate::domain::blueprint::references::{LostKind, check_references};
use crate::embedded::store::error::Failure;

pub(super) use crate::domain::blueprint::references::{entries, target};

pub(super) fn check(transaction: &Transaction<'_>, body: &Map<String, Value>) -> Result<(), Failure> {
    let stored = record::all(transaction)?;
    let bodies: HashMap<&str, &Map<String, Value>> =
        stored.iter().map(|stored| (stored.identifier.as_str(), &stored.body)).collect();
    match check_references(body, &|identifier| bodies.get(identifier).copied()).into_iter().next() {
        None => Ok(()),
        Some(lost) => Err(refusal(lost.kind).into()),
    }
}

fn refusal(kind: LostKind) -> Refusal {
    match kind {
        LostKind::NoBlueprint { identifier } => Refusal::not_found("Blueprint", "identifier", &identifier),
        LostKind::Mirror { path, step, is_relation, blueprint } => {
            let last = path.rsplit('.').next().unwrap_or_default();
            let mut details = json!({"path": path, "targetPropertyName": last, "blueprint": blueprint});
            if is_relation {
                details["missingRelation"] = step.into();
            }
            let words = format!("The path entered to \"{last}\" do not exists");
            Refusal::new(422, "invalid_mirror_property_path", words).with_details(details)
        }
        LostKind::Ownership { path, step, blueprint } => {
            let mut details = json!({"path": path, "targetPropertyName": "$team", "blueprint": blueprint});
            if let Some(step) = step {
                details["missingRelation"] = step.into();
            }
            let words = format!(
                "The path entered to \"{path}\" do not exists Does the target blueprint have direct ownership?"
            );
            Refusal::new(422, "invalid_inherited_ownership_path", words).with_details(details)
        }
    }
}
