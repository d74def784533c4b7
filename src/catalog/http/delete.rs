//! Deletes entities, up to a hundred per call. A call is all or nothing: after a rejection its entities are deleted one
//! by one, so that only those remain that the catalog rejects. An entity that does not exist counts as deleted.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::json;

use super::call::ApiCall;
use super::client_error::ClientError;
use super::concurrency::CallKind;
use super::outcome::{error_if_none_answered, final_refusal, record_failed_call, record_outcome};
use super::route::{encoded, route};
use super::session::Session;
use crate::catalog::ApplyOptions;
use crate::catalog::apply::{ApplyRun, MAX_DELETED};
use crate::catalog::write_state::{Event, Item};
use crate::catalog::{Cancellation, CatalogError, WriteFailure};
use crate::domain::progress::Progress;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    /// Absent: all of them.
    #[serde(default)]
    deleted_entities: Option<HashSet<String>>,
}

/// Deletes entities; the results are in the order of `identifiers`. It is an error if no call at all got an answer.
pub(super) async fn delete(
    session: &Session,
    blueprint: &str,
    identifiers: &[String],
    progress: &dyn Progress,
) -> Result<Vec<Result<(), WriteFailure>>, CatalogError> {
    progress.start("deleting from the catalog", identifiers.len() as u64);
    let cancellation = Cancellation::default();
    let run =
        ApplyRun::new(ApplyOptions { run_id: None, stop_on_failure: false, cancellation: &cancellation, progress });
    let outcomes = delete_in_run(session, blueprint, identifiers, &run).await;
    progress.finish();
    error_if_none_answered(outcomes)
}

/// Deletes entities as part of a run.
pub(super) async fn delete_in_run(
    session: &Session,
    blueprint: &str,
    identifiers: &[String],
    run: &ApplyRun<'_>,
) -> Vec<Result<(), WriteFailure>> {
    let removal = Removal { session, blueprint, run };
    let mut outcomes: Vec<Result<(), WriteFailure>> = Vec::with_capacity(identifiers.len());
    for lot in identifiers.chunks(MAX_DELETED) {
        removal.lot(lot, &mut outcomes).await;
    }
    outcomes
}

struct Removal<'r> {
    session: &'r Session,
    blueprint: &'r str,
    run: &'r ApplyRun<'r>,
}

impl Removal<'_> {
    /// Deletes one lot and appends a result for each entity.
    async fn lot(&self, lot: &[String], outcomes: &mut Vec<Result<(), WriteFailure>>) {
        let mut items = vec![Item::default(); lot.len()];
        let is_brief = lot.len() > 1 && self.run.may_send() && self.together(lot, &mut items).await;
        for (identifier, mut item) in lot.iter().zip(items) {
            if !item.is_final() && self.run.may_send() {
                self.one(identifier, &mut item, is_brief).await;
            }
            let outcome = item.end(|| self.run.unsent());
            if outcome.is_err() {
                self.run.record_failed_write();
            }
            outcomes.push(outcome);
            self.run.advance(1);
        }
    }

    /// Deletes the lot in one call, which is all or nothing; the caller then handles the remaining entities one by one.
    /// Returns whether the call failed, so that those calls have few retries.
    async fn together(&self, lot: &[String], items: &mut [Item]) -> bool {
        let body = json!({"entities": lot}).to_string().into_bytes();
        let path = route(&["blueprints", self.blueprint, "bulk", "entities", "delete"]);
        let route = format!("{path}?{}", self.flags());
        let call = ApiCall::write("POST", route, Some(body), CallKind::Batch).of_run(self.run);
        let reply = self.session.send_write(&call, |answer, _| serde_json::from_slice::<Deleted>(&answer.body)).await;
        if reply.is_lost {
            items.iter_mut().for_each(|item| item.record_lost(reply.is_pending));
        }
        let error = match reply.result {
            Ok(Deleted { deleted_entities }) => {
                self.run.record_answer();
                self.run.record_accepted();
                for (identifier, item) in lot.iter().zip(items) {
                    let is_deleted = deleted_entities.as_ref().is_none_or(|deleted| deleted.contains(identifier));
                    item.record_event(if is_deleted { Event::Accept } else { Event::Decline }, None);
                }
                return false;
            }
            Err(error) => error,
        };
        if let Some(refusal) = final_refusal(&error) {
            self.run.record_answer();
            self.run.record_refused_call(refusal);
            items.iter_mut().for_each(|item| item.record_event(Event::Decline, Some(refusal.clone().into())));
            return false;
        }
        let (is_lost, is_pending) = (!error.had_no_effect(), reply.is_pending || error.is_pending());
        let last = record_failed_call(self.run, error);
        for item in items {
            if is_lost {
                item.record_lost(is_pending);
            }
            item.record_last(last.clone());
        }
        true
    }

    async fn one(&self, identifier: &str, item: &mut Item, is_brief: bool) {
        let path = route(&["blueprints", self.blueprint, "entities", identifier]);
        let route = format!("{path}?{}", self.flags());
        let mut call = ApiCall::write("DELETE", route, None, CallKind::Small).of_run(self.run);
        call.is_brief = is_brief;
        let mut reply = self.session.send_unit(&call).await;
        match reply.result.as_ref().map_err(missing) {
            // A missing entity counts as deleted.
            Err(Some(Missing::Entity)) => reply.result = Ok(()),
            // Only a read can resolve that.
            Err(Some(Missing::Else)) => reply.is_lost = true,
            Ok(()) | Err(None) => {}
        }
        record_outcome(self.run, item, reply);
    }

    /// Dependents are never deleted implicitly: the plan deletes each of them explicitly.
    fn flags(&self) -> String {
        let run_id = self.run.options.run_id.map(|run_id| format!("&run_id={}", encoded(run_id))).unwrap_or_default();
        format!("delete_dependents=false{run_id}")
    }
}

/// What a 404 says is missing.
enum Missing {
    Entity,
    /// Something other than the entity, or a server other than the catalog answered.
    Else,
}

/// `None`: the error is no 404.
fn missing(error: &ClientError) -> Option<Missing> {
    let refusal = error.refusal().filter(|refusal| refusal.status == 404)?;
    let is_entity = refusal.error == "not_found" && !error.is_no_route();
    Some(if is_entity { Missing::Entity } else { Missing::Else })
}
