//! Deletes entities, up to a hundred per call. A call is all or nothing: after a rejection its entities are deleted one
//! by one, so that only those remain that the catalog rejects. An entity that does not exist counts as deleted.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::json;

use super::failure::ClientError;
use super::pace::Work;
use super::retry::is_passing;
use super::route::{encoded, route};
use super::write::or_nothing;
use crate::catalog::apply_options::{Course, Errand};
use crate::catalog::http::batches::{broken, settle_one};
use crate::catalog::http::session::{Call, Caller};
use crate::catalog::write_state::{Event, Item};
use crate::catalog::{Stop, Undone};
use crate::domain::progress::Progress;

/// The maximum number of entities in one call.
pub(super) const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    /// Absent: all of them.
    #[serde(default)]
    deleted_entities: Option<HashSet<String>>,
}

/// Deletes entities; the results are in the order of `identifiers`. It is an error if no call at all got an answer.
pub(super) async fn delete(
    caller: &Caller,
    blueprint: &str,
    identifiers: &[String],
    progress: &dyn Progress,
) -> Result<Vec<Result<(), Undone>>, ClientError> {
    progress.start("deleting from the catalog", identifiers.len() as u64);
    let stop = Stop::default();
    let course = Course::new(Errand { run_id: None, stops_at_first: false, stop: &stop, progress });
    let outcomes = remove(caller, blueprint, identifiers, &course).await;
    progress.finish();
    or_nothing(outcomes)
}

/// Deletes entities as part of a run.
pub(super) async fn remove(
    caller: &Caller,
    blueprint: &str,
    identifiers: &[String],
    course: &Course<'_>,
) -> Vec<Result<(), Undone>> {
    let removal = Removal { caller, blueprint, course };
    let mut outcomes: Vec<Result<(), Undone>> = Vec::with_capacity(identifiers.len());
    for lot in identifiers.chunks(MOST) {
        removal.lot(lot, &mut outcomes).await;
    }
    outcomes
}

struct Removal<'r> {
    caller: &'r Caller,
    blueprint: &'r str,
    course: &'r Course<'r>,
}

impl Removal<'_> {
    /// Deletes one lot and appends a result for each entity.
    async fn lot(&self, lot: &[String], outcomes: &mut Vec<Result<(), Undone>>) {
        let mut items = vec![Item::default(); lot.len()];
        let is_brief = lot.len() > 1 && self.course.goes_on() && self.together(lot, &mut items).await;
        for (identifier, mut item) in lot.iter().zip(items) {
            if !item.is_final() && self.course.goes_on() {
                self.one(identifier, &mut item, is_brief).await;
            }
            let outcome = item.end(|| self.course.unsent());
            if outcome.is_err() {
                self.course.failed();
            }
            outcomes.push(outcome);
            self.course.advance(1);
        }
    }

    /// Deletes the lot in one call, which is all or nothing; the caller then handles the remaining entities one by one.
    /// Returns whether the call failed, so that those calls have few retries.
    async fn together(&self, lot: &[String], items: &mut [Item]) -> bool {
        let body = json!({"entities": lot}).to_string().into_bytes();
        let path = route(&["blueprints", self.blueprint, "bulk", "entities", "delete"]);
        let mut call = Call::write("POST", format!("{path}?{}", self.flags()), Some(body), Work::Batch);
        call.stop = self.course.errand.stop.clone();
        call.halt = self.course.halt.clone();
        let reply = self.caller.send(&call, |answer, _| serde_json::from_slice::<Deleted>(&answer.body)).await;
        if reply.is_lost {
            items.iter_mut().for_each(|item| item.lost(reply.is_late));
        }
        match reply.result {
            Ok(Deleted { deleted_entities }) => {
                self.course.came_about();
                self.course.accepted();
                for (identifier, item) in lot.iter().zip(items) {
                    match &deleted_entities {
                        Some(gone) if !gone.contains(identifier) => item.answered(Event::Decline, None),
                        Some(_) | None => item.answered(Event::Accept, None),
                    }
                }
                false
            }
            Err(error) => match error.refusal() {
                Some(refusal) if !is_passing(refusal.status) => {
                    self.course.came_about();
                    self.course.refused_call(refusal);
                    items.iter_mut().for_each(|item| item.answered(Event::Decline, Some(refusal.clone().into())));
                    false
                }
                Some(_) | None => {
                    let (is_lost, is_late) = (!error.is_surely_undone(), reply.is_late || error.is_late());
                    let last = broken(self.course, error);
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
        let mut call = Call::write("DELETE", format!("{path}?{}", self.flags()), None, Work::Small);
        call.is_brief = is_brief;
        call.stop = self.course.errand.stop.clone();
        call.halt = self.course.halt.clone();
        let mut reply = self.caller.send(&call, |_, _| Ok(())).await;
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
        settle_one(self.course, item, reply);
    }

    /// Dependents are never deleted implicitly: the plan deletes each of them explicitly.
    fn flags(&self) -> String {
        let run = self.course.errand.run_id.map(|run| format!("&run_id={}", encoded(run))).unwrap_or_default();
        format!("delete_dependents=false{run}")
    }
}
