//! Deletes entities, up to a hundred per call. A call is all or nothing: after a rejection its entities are deleted one
//! by one, so that only those remain that the catalog rejects. An entity that does not exist counts as deleted.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::json;

use super::failure::ClientError;
use super::pace::CallKind;
use super::retry::is_transient;
use super::route::{encoded, route};
use super::write::or_nothing;
use crate::catalog::apply_options::{ApplyRun, ApplyOptions};
use crate::catalog::http::batches::{broken, record_outcome};
use crate::catalog::http::session::{ApiCall, Session};
use crate::catalog::write_state::{Event, Item};
use crate::catalog::{Cancellation, WriteFailure};
use crate::domain::progress::Progress;

/// The maximum number of entities in one call.
pub(super) const MAX_ENTITIES: usize = 100;

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
) -> Result<Vec<Result<(), WriteFailure>>, ClientError> {
    progress.start("deleting from the catalog", identifiers.len() as u64);
    let cancellation = Cancellation::default();
    let run = ApplyRun::new(ApplyOptions { run_id: None, stop_on_failure: false, cancellation: &cancellation, progress });
    let outcomes = remove(session, blueprint, identifiers, &run).await;
    progress.finish();
    or_nothing(outcomes)
}

/// Deletes entities as part of a run.
pub(super) async fn remove(
    session: &Session,
    blueprint: &str,
    identifiers: &[String],
    run: &ApplyRun<'_>,
) -> Vec<Result<(), WriteFailure>> {
    let removal = Removal { session, blueprint, run };
    let mut outcomes: Vec<Result<(), WriteFailure>> = Vec::with_capacity(identifiers.len());
    for lot in identifiers.chunks(MAX_ENTITIES) {
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

    /// Deletes the lot in one call, which is all or nothing; the session then handles the remaining entities one by one.
    /// Returns whether the call failed, so that those calls have few retries.
    async fn together(&self, lot: &[String], items: &mut [Item]) -> bool {
        let body = json!({"entities": lot}).to_string().into_bytes();
        let path = route(&["blueprints", self.blueprint, "bulk", "entities", "delete"]);
        let mut call = ApiCall::write("POST", format!("{path}?{}", self.flags()), Some(body), CallKind::Batch);
        call.cancellation = self.run.options.cancellation.clone();
        call.run_ended = self.run.run_ended.clone();
        let reply = self.session.send_write(&call, |answer, _| serde_json::from_slice::<Deleted>(&answer.body)).await;
        if reply.is_lost {
            items.iter_mut().for_each(|item| item.lost(reply.is_late));
        }
        match reply.result {
            Ok(Deleted { deleted_entities }) => {
                self.run.record_answer();
                self.run.record_accepted();
                for (identifier, item) in lot.iter().zip(items) {
                    match &deleted_entities {
                        Some(gone) if !gone.contains(identifier) => item.answered(Event::Decline, None),
                        Some(_) | None => item.answered(Event::Accept, None),
                    }
                }
                false
            }
            Err(error) => match error.refusal() {
                Some(refusal) if !is_transient(refusal.status) => {
                    self.run.record_answer();
                    self.run.record_refused_call(refusal);
                    items.iter_mut().for_each(|item| item.answered(Event::Decline, Some(refusal.clone().into())));
                    false
                }
                Some(_) | None => {
                    let (is_lost, is_late) = (!error.had_no_effect(), reply.is_late || error.is_late());
                    let last = broken(self.run, error);
                    for item in items {
                        if is_lost {
                            item.lost(is_late);
                        }
                        item.heard(last.clone());
                    }
                    true
                }
            },
        }
    }

    async fn one(&self, identifier: &str, item: &mut Item, is_brief: bool) {
        let path = route(&["blueprints", self.blueprint, "entities", identifier]);
        let mut call = ApiCall::write("DELETE", format!("{path}?{}", self.flags()), None, CallKind::Small);
        call.is_brief = is_brief;
        call.cancellation = self.run.options.cancellation.clone();
        call.run_ended = self.run.run_ended.clone();
        let mut reply = self.session.send_write(&call, |_, _| Ok(())).await;
        let missing =
            reply.result.as_ref().err().and_then(ClientError::refusal).filter(|refusal| refusal.status == 404);
        match missing {
            // A missing entity counts as deleted.
            Some(refusal)
                if refusal.error == "not_found" && !reply.result.as_ref().is_err_and(ClientError::is_no_route) =>
            {
                reply.result = Ok(());
            }
            // Something other than the entity is missing, or a server other than the catalog answered: only a read can
            // resolve that.
            Some(_) => reply.is_lost = true,
            None => {}
        }
        record_outcome(self.run, item, reply);
    }

    /// Dependents are never deleted implicitly: the plan deletes each of them explicitly.
    fn flags(&self) -> String {
        let run = self.run.options.run_id.map(|run| format!("&run_id={}", encoded(run))).unwrap_or_default();
        format!("delete_dependents=false{run}")
    }
}
