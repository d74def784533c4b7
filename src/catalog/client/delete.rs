//! Deleting: a hundred at a time. A lot that is refused was not touched; its members are then deleted one by one,
//! so that only those remain who really cannot go. What is not there is deleted.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::json;

use super::caller::{Call, Caller};
use super::failure::ClientError;
use super::pace::Work;
use super::perform::{broken, settled};
use super::retry::is_passing;
use super::route::{encoded, route};
use super::write::{or_nothing, or_refusal};
use crate::catalog::errand::{Course, Errand};
use crate::catalog::{Stop, Undone};
use crate::domain::progress::Progress;

/// The most in one call.
pub(super) const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    /// Absent: all of them.
    #[serde(default)]
    deleted_entities: Option<HashSet<String>>,
}

/// The outcomes, in the order of `identifiers`. Where nothing at all came about, it is an error.
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

/// The same on an errand.
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
    /// Adds the outcome of each.
    async fn lot(&self, lot: &[String], outcomes: &mut Vec<Result<(), Undone>>) {
        let gone = match lot.len() {
            2.. if self.course.goes_on() => self.together(lot).await,
            _ => Ok(None),
        };
        for identifier in lot {
            let outcome = match &gone {
                Ok(Some(Deleted { deleted_entities: None })) => Ok(()),
                Ok(Some(Deleted { deleted_entities: Some(gone) })) if gone.contains(identifier) => Ok(()),
                Err(earlier) if !self.course.goes_on() => Err(earlier.clone()),
                Ok(_) if !self.course.goes_on() => Err(self.course.unsent()),
                Ok(_) | Err(_) => self.one(identifier, gone.is_err()).await,
            };
            if outcome.is_err() {
                self.course.failed();
            }
            outcomes.push(outcome);
            self.course.advance(1);
        }
    }

    /// All or nothing; `None`: nothing. An error is what becomes of those that nobody asks for again.
    async fn together(&self, lot: &[String]) -> Result<Option<Deleted>, Undone> {
        let body = json!({"entities": lot}).to_string().into_bytes();
        let path = route(&["blueprints", self.blueprint, "bulk", "entities", "delete"]);
        let mut call = Call::write("POST", format!("{path}?{}", self.flags()), Some(body), Work::Batch);
        call.stop = self.course.errand.stop.clone();
        match self.caller.call(&call, |answer| serde_json::from_slice::<Deleted>(&answer.body)).await {
            Ok(deleted) => {
                self.course.came_about();
                Ok(Some(deleted))
            }
            Err(error) => match error.refusal() {
                Some(refusal) if !is_passing(refusal.status) => {
                    self.course.came_about();
                    Ok(None)
                }
                Some(_) | None => Err(broken(self.course, error)),
            },
        }
    }

    async fn one(&self, identifier: &str, is_brief: bool) -> Result<(), Undone> {
        let path = route(&["blueprints", self.blueprint, "entities", identifier]);
        let mut call = Call::write("DELETE", format!("{path}?{}", self.flags()), None, Work::Small);
        call.is_brief = is_brief;
        call.stop = self.course.errand.stop.clone();
        match self.caller.done(&call).await {
            // What is not there is deleted; a route that is not there deletes nothing.
            Err(error) if error.status() == Some(404) && !error.is_no_route() => {
                self.course.came_about();
                Ok(())
            }
            other => settled(self.course, or_refusal(other)),
        }
    }

    /// Never who depends on it: whoever asks for that, asks for each.
    fn flags(&self) -> String {
        let run = self.course.errand.run_id.map(|run| format!("&run_id={}", encoded(run))).unwrap_or_default();
        format!("delete_dependents=false{run}")
    }
}
