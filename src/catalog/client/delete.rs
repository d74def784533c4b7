//! Deleting: a hundred at a time, in order. A lot that is refused was not touched; its members are then deleted one by one,
//! so that only those remain who really cannot go. What is not there is deleted.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::caller::{Call, Caller};
use super::failure::ClientError;
use super::pace::Work;
use super::retry::is_passing;
use super::route::route;
use super::write::or_refusal;
use crate::catalog::wire::Refusal;
use crate::catalog::{CatalogError, Undone};
use crate::domain::progress::Progress;

/// The most in one call.
const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    /// Absent: all of them.
    #[serde(default)]
    deleted_entities: Option<HashSet<String>>,
}

/// The outcomes, in the order of `identifiers`.
pub(super) async fn delete(
    caller: &Caller,
    blueprint: &str,
    identifiers: &[String],
    progress: &dyn Progress,
) -> Result<Vec<Result<(), Undone>>, ClientError> {
    progress.start("deleting from the catalog", identifiers.len() as u64);
    let mut outcomes: Vec<Result<(), Undone>> = Vec::with_capacity(identifiers.len());
    for lot in identifiers.chunks(MOST) {
        let result = delete_lot(caller, blueprint, lot, &mut outcomes, progress).await;
        if let Err(error) = result {
            if outcomes.is_empty() {
                return Err(error);
            }
            let broken = Arc::new(CatalogError::from(error));
            outcomes.resize_with(identifiers.len(), || Err(Undone::Broken(Arc::clone(&broken))));
            break;
        }
    }
    progress.finish();
    Ok(outcomes)
}

/// Adds the outcome of each, as far as it gets.
async fn delete_lot(
    caller: &Caller,
    blueprint: &str,
    lot: &[String],
    outcomes: &mut Vec<Result<(), Undone>>,
    progress: &dyn Progress,
) -> Result<(), ClientError> {
    let gone = if lot.len() > 1 { together(caller, blueprint, lot).await? } else { None };
    for identifier in lot {
        let outcome = match &gone {
            Some(Deleted { deleted_entities: None }) => Ok(()),
            Some(Deleted { deleted_entities: Some(gone) }) if gone.contains(identifier) => Ok(()),
            Some(_) | None => one(caller, blueprint, identifier).await?.map_err(Undone::from),
        };
        outcomes.push(outcome);
        progress.advance(1);
    }
    Ok(())
}

/// All or nothing; `None`: nothing.
async fn together(caller: &Caller, blueprint: &str, lot: &[String]) -> Result<Option<Deleted>, ClientError> {
    let path = format!("{}?delete_dependents=false", route(&["blueprints", blueprint, "bulk", "entities", "delete"]));
    let body = json!({"entities": lot}).to_string().into_bytes();
    let call = Call::send("POST", path, body, Work::Batch);
    match caller.call(&call, |answer| serde_json::from_slice::<Deleted>(&answer.body)).await {
        Ok(deleted) => Ok(Some(deleted)),
        Err(error) => match error.refusal() {
            Some(refusal) if !is_passing(refusal.status) => Ok(None),
            Some(_) | None => Err(error),
        },
    }
}

async fn one(caller: &Caller, blueprint: &str, identifier: &str) -> Result<Result<(), Refusal>, ClientError> {
    let path = route(&["blueprints", blueprint, "entities", identifier]);
    let mut call = Call::get(format!("{path}?delete_dependents=false"));
    call.method = "DELETE";
    match caller.done(&call).await {
        // What is not there is deleted; a route that is not there deletes nothing.
        Err(error) if error.status() == Some(404) && !error.is_no_route() => Ok(Ok(())),
        other => or_refusal(other),
    }
}
