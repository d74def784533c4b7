//! Writing: lots at the same time, as many as the gate lets through, and each entity's outcome at its place. A lot that is
//! refused for one of its members is taken apart until the refusal is that member's own.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::task::JoinSet;

use super::batch::{Batch, Rest};
use super::caller::{Call, Caller, Repeat};
use super::failure::ClientError;
use super::pace::Work;
use super::read::joined;
use super::retry::{Next, Tries, is_passing};
use super::route::{encoded, route};
use super::words::{shown, shown_json};
use crate::catalog::errand::{Course, Errand};
use crate::catalog::wire::{EntityDraft, Refusal, WriteOptions, Written};
use crate::catalog::{CatalogError, Stop, Undone};
use crate::domain::progress::Progress;
use crate::domain::secret::Secret;

/// Lots that are made ready at once; how many of them are sent is the gate's affair.
const TOGETHER: usize = 32;

/// The outcomes, in the order of `drafts`. Where nothing at all came about, it is an error.
pub(super) async fn upsert(
    caller: &Arc<Caller>,
    blueprint: &str,
    drafts: &[EntityDraft],
    options: &WriteOptions,
    progress: &dyn Progress,
) -> Result<Vec<Result<Written, Undone>>, ClientError> {
    progress.start("writing to the catalog", drafts.len() as u64);
    let stop = Stop::default();
    let course = Course::new(Errand { run_id: None, stops_at_first: false, stop: &stop, progress });
    let outcomes = write(caller, blueprint, drafts, options, &course, 1).await;
    progress.finish();
    or_nothing(outcomes)
}

/// The same on an errand, beside as many others.
pub(super) async fn write(
    caller: &Arc<Caller>,
    blueprint: &str,
    drafts: &[EntityDraft],
    options: &WriteOptions,
    course: &Course<'_>,
    lanes: usize,
) -> Vec<Result<Written, Undone>> {
    let mut writing = Writing {
        caller: Arc::clone(caller),
        route: format!("{}?{}", route(&["blueprints", blueprint, "entities", "bulk"]), flags(options)),
        repeat: if options.upsert || options.validation_only { Repeat::Always } else { Repeat::Unheard },
        course,
        outcomes: vec![None; drafts.len()],
        earlier: vec![None; drafts.len()],
        tries: vec![None; drafts.len()],
        apart: VecDeque::new(),
        running: JoinSet::new(),
    };
    let (mut members, mut rest) = (0..drafts.len(), Rest::default());
    let together = (TOGETHER / lanes.max(1)).max(4);
    loop {
        while writing.running.len() < together && course.goes_on() {
            if let Some(again) = writing.apart.pop_front() {
                writing.send(Batch::of(again.members, drafts), again.delay, again.is_brief);
            } else if let Some(batch) = Batch::take(&mut members, drafts, &mut rest) {
                writing.send(batch, Duration::ZERO, false);
            } else {
                break;
            }
        }
        let Some(done) = writing.running.join_next().await else { break };
        match joined(done) {
            Ok((members, answer)) => course.advance(writing.take(members, answer)),
            Err(error) => course.gave_up(&Arc::new(error.into()), false),
        }
    }
    writing.finish()
}

/// A call of which nothing at all came about is an error as a whole.
pub(super) fn or_nothing<T>(outcomes: Vec<Result<T, Undone>>) -> Result<Vec<Result<T, Undone>>, ClientError> {
    let why = |outcome: &Result<T, Undone>| match outcome {
        Err(Undone::Broken(error) | Undone::Unsent(error)) => Some(Arc::clone(error)),
        Err(Undone::Refused(_) | Undone::Stopped) | Ok(_) => None,
    };
    let is_nothing = outcomes.iter().all(|outcome| why(outcome).is_some());
    match outcomes.iter().find_map(why).as_deref() {
        Some(CatalogError::Client(error)) if is_nothing => Err(error.clone()),
        _ => Ok(outcomes),
    }
}

pub(super) fn flags(options: &WriteOptions) -> String {
    let WriteOptions { upsert, merge, validation_only, create_missing_related_entities, run_id } = options;
    let run = run_id.as_ref().map(|run| format!("&run_id={}", encoded(run))).unwrap_or_default();
    format!(
        "upsert={upsert}&merge={merge}&validation_only={validation_only}\
         &create_missing_related_entities={create_missing_related_entities}{run}"
    )
}

type Answered = (Vec<usize>, Result<Bulk, ClientError>);

struct Writing<'c> {
    caller: Arc<Caller>,
    route: String,
    repeat: Repeat,
    course: &'c Course<'c>,
    outcomes: Vec<Option<Result<Written, Undone>>>,
    /// What the last sending came to, of those that go out again: their end, where they do not.
    earlier: Vec<Option<Undone>>,
    /// Of those that the catalog asked to be sent once more.
    tries: Vec<Option<Tries>>,
    apart: VecDeque<Again>,
    running: JoinSet<Answered>,
}

/// What goes out again, in smaller lots, and after how long.
struct Again {
    members: Vec<usize>,
    delay: Duration,
    is_brief: bool,
}

#[derive(Debug, Deserialize)]
struct Bulk {
    #[serde(default)]
    entities: Vec<Done>,
    #[serde(default)]
    errors: Vec<NotDone>,
}

#[derive(Debug, Deserialize)]
struct Done {
    index: usize,
    #[serde(default)]
    identifier: String,
    #[serde(default)]
    created: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotDone {
    index: usize,
    status_code: u16,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    details: Option<serde_json::Value>,
}

impl NotDone {
    /// A catalog may repeat what it was sent, the token too.
    fn make_harmless(&mut self, secrets: &[&Secret]) {
        self.error = self.error.take().map(|words| shown(&words, secrets));
        self.message = self.message.take().map(|words| shown(&words, secrets));
        self.details = self.details.take().map(|details| shown_json(details, secrets));
    }
}

impl Writing<'_> {
    fn send(&mut self, batch: Batch, delay: Duration, is_brief: bool) {
        let caller = Arc::clone(&self.caller);
        let mut call = Call::write("POST", self.route.clone(), Some(batch.body), Work::Batch);
        call.repeat = self.repeat;
        call.is_brief = is_brief;
        call.stop = self.course.errand.stop.clone();
        self.running.spawn(async move {
            // Whether it was told before, the call sees for itself.
            call.stop.unless_told(tokio::time::sleep(delay)).await;
            let answer = caller.call_told(&call, |answer, secrets| {
                let mut bulk: Bulk = serde_json::from_slice(&answer.body)?;
                bulk.errors.iter_mut().for_each(|error| error.make_harmless(secrets));
                Ok(bulk)
            });
            let answer = answer.await;
            (batch.members, answer)
        });
    }

    /// How many are settled by this.
    fn take(&mut self, members: Vec<usize>, answer: Result<Bulk, ClientError>) -> u64 {
        let error = match answer {
            Ok(bulk) => {
                self.course.came_about();
                return self.settle(&members, bulk);
            }
            Err(ClientError::Stopped { .. }) => return 0,
            Err(error) => error,
        };
        match error.refusal() {
            // Nobody knows whose fault it is until there is only one.
            Some(refusal) if members.len() > 1 && matches!(refusal.status, 400 | 413 | 422) => {
                self.course.came_about();
                self.halve(&members, false);
                0
            }
            Some(refusal) if !is_passing(refusal.status) => {
                self.course.came_about();
                members.iter().for_each(|member| self.end(*member, Err(refusal.clone().into())));
                members.len() as u64
            }
            Some(_) | None => self.give_up(&members, error),
        }
    }

    /// A lot that nobody answered for good: one in it may be why.
    fn give_up(&mut self, members: &[usize], error: ClientError) -> u64 {
        let is_of_the_call = error.is_of_the_call();
        let broken = Arc::new(CatalogError::from(error));
        self.course.gave_up(&broken, is_of_the_call);
        if is_of_the_call && members.len() > 1 && self.repeat == Repeat::Always {
            for member in members {
                self.earlier[*member] = Some(Undone::Broken(Arc::clone(&broken)));
            }
            self.halve(members, true);
            return 0;
        }
        members.iter().for_each(|member| self.end(*member, Err(Undone::Broken(Arc::clone(&broken)))));
        members.len() as u64
    }

    fn halve(&mut self, members: &[usize], is_brief: bool) {
        let (first, second) = members.split_at(members.len() / 2);
        let again = |half: &[usize]| Again { members: half.to_vec(), delay: Duration::ZERO, is_brief };
        self.apart.extend([again(first), again(second)]);
    }

    fn end(&mut self, member: usize, outcome: Result<Written, Undone>) {
        if outcome.is_err() {
            self.course.failed();
        }
        self.outcomes[member] = Some(outcome);
    }

    /// Gives every member its outcome, by the index that the catalog tells it with.
    fn settle(&mut self, members: &[usize], bulk: Bulk) -> u64 {
        let mut settled = 0;
        for done in bulk.entities {
            let Some(member) = members.get(done.index) else { continue };
            settled += u64::from(self.outcomes[*member].is_none());
            self.end(*member, Ok(Written { identifier: done.identifier, created: done.created }));
        }
        let mut again = Vec::new();
        for error in bulk.errors {
            let Some(member) = members.get(error.index).copied() else { continue };
            let refusal = Refusal {
                status: error.status_code,
                error: error.error.unwrap_or_default(),
                message: error.message,
                details: error.details,
            };
            match self.once_more(member, is_passing(refusal.status) && self.repeat == Repeat::Always) {
                Some(wait) => {
                    self.earlier[member] = Some(refusal.into());
                    again.push((member, wait));
                }
                None => {
                    settled += u64::from(self.outcomes[member].is_none());
                    self.end(member, Err(refusal.into()));
                }
            }
        }
        let silent = members.iter().copied().filter(|member| self.outcomes[*member].is_none());
        let silent: Vec<usize> = silent.filter(|member| !again.iter().any(|(other, _)| other == member)).collect();
        for member in silent {
            let words = "the catalog did not say what became of this entity";
            let unsaid = Refusal::new(500, "no_outcome", words);
            match self.once_more(member, self.repeat == Repeat::Always) {
                Some(wait) => {
                    self.earlier[member] = Some(unsaid.into());
                    again.push((member, wait));
                }
                None => {
                    self.end(member, Err(unsaid.into()));
                    settled += 1;
                }
            }
        }
        let delay = again.iter().map(|(_, wait)| *wait).max().unwrap_or_default();
        if !again.is_empty() {
            let members = again.into_iter().map(|(member, _)| member).collect();
            self.apart.push_back(Again { members, delay, is_brief: false });
        }
        settled
    }

    /// After how long one is sent again, if it is.
    fn once_more(&mut self, member: usize, may: bool) -> Option<Duration> {
        let now = self.caller.gate.now();
        let tries = self.tries[member].get_or_insert_with(|| Tries::new(now));
        match tries.next(&self.caller.patience, now, None, super::caller::chance()) {
            Next::Again(wait) if may => Some(wait),
            Next::Again(_) | Next::GiveUp => None,
        }
    }

    fn finish(self) -> Vec<Result<Written, Undone>> {
        let ends = self.outcomes.into_iter().zip(self.earlier);
        ends.map(|(outcome, earlier)| outcome.unwrap_or_else(|| Err(earlier.unwrap_or_else(|| self.course.unsent()))))
            .collect()
    }
}

/// One entity; the only way to clear title, icon and team.
pub(super) async fn patch(
    caller: &Caller,
    blueprint: &str,
    identifier: &str,
    draft: &EntityDraft,
    options: &WriteOptions,
    stop: Stop,
) -> Result<Result<(), Refusal>, ClientError> {
    let WriteOptions { create_missing_related_entities, run_id, upsert: _, merge: _, validation_only: _ } = options;
    let run = run_id.as_ref().map(|run| format!("&run_id={}", encoded(run))).unwrap_or_default();
    let path = route(&["blueprints", blueprint, "entities", identifier]);
    let path = format!("{path}?create_missing_related_entities={create_missing_related_entities}{run}");
    let body = draft.to_json().to_string().into_bytes();
    let mut call = Call::write("PATCH", path, Some(body), Work::Small);
    call.stop = stop;
    or_refusal(caller.done(&call).await)
}

/// A refusal for good is a result.
pub(super) fn or_refusal(result: Result<(), ClientError>) -> Result<Result<(), Refusal>, ClientError> {
    match result {
        Ok(()) => Ok(Ok(())),
        Err(error) => match error.refusal() {
            Some(refusal) if !is_passing(refusal.status) => Ok(Err(refusal.clone())),
            Some(_) | None => Err(error),
        },
    }
}
