//! Writes entities in concurrent batches, as many as the limiter allows, and returns each entity's result at its
//! index. A batch that is rejected because of one member is split until only that member is rejected. `write_state`
//! decides what an answer means for a member.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::task::JoinSet;

use super::failure::ClientError;
use super::pace::CallKind;
use super::read::joined;
use super::retry::{RetryDecision, Attempts, is_transient};
use super::route::{encoded, route};
use crate::catalog::apply_options::{ApplyRun, ApplyOptions, Halt};
use crate::catalog::http::bulk::{Batch, Rest};
use crate::catalog::http::redact::{shown, shown_json};
use crate::catalog::http::session::{ApiCall, Session, Repeat, Reply};
use crate::catalog::wire::{EntityDraft, Refusal, WriteOptions, Written};
use crate::catalog::write_state::{Event, Item};
use crate::catalog::{CatalogError, Cancellation, WriteFailure};
use crate::domain::progress::Progress;
use crate::domain::secret::Secret;

/// Batches prepared at once; the limiter decides how many of them are sent.
const MAX_CONCURRENT: usize = 32;

/// Writes entities; the results are in the order of `drafts`. It is an error if no call at all got an answer.
pub(super) async fn upsert(
    session: &Arc<Session>,
    blueprint: &str,
    drafts: &[EntityDraft],
    options: &WriteOptions,
    progress: &dyn Progress,
) -> Result<Vec<Result<Written, WriteFailure>>, ClientError> {
    progress.start("writing to the catalog", drafts.len() as u64);
    let cancellation = Cancellation::default();
    let run = ApplyRun::new(ApplyOptions { run_id: None, stop_on_failure: false, cancellation: &cancellation, progress });
    // No read follows, so a create whose outcome is unknown is not repeated.
    let repeat = if options.upsert || options.validation_only { Repeat::Always } else { Repeat::IfNoEffect };
    let outcomes = write(session, blueprint, drafts, options, repeat, &run, 1).await;
    progress.finish();
    or_nothing(outcomes)
}

/// Writes entities as part of a run, concurrently with `batches` others.
pub(super) async fn write(
    session: &Arc<Session>,
    blueprint: &str,
    drafts: &[EntityDraft],
    options: &WriteOptions,
    repeat: Repeat,
    run: &ApplyRun<'_>,
    batches: usize,
) -> Vec<Result<Written, WriteFailure>> {
    let mut writing = Writing {
        session: Arc::clone(session),
        route: format!("{}?{}", route(&["blueprints", blueprint, "entities", "bulk"]), flags(options)),
        repeat,
        is_create: !options.upsert && !options.validation_only,
        run,
        items: vec![Item::default(); drafts.len()],
        written: vec![None; drafts.len()],
        is_settled: vec![false; drafts.len()],
        attempts: vec![None; drafts.len()],
        apart: VecDeque::new(),
        running: JoinSet::new(),
    };
    let (mut members, mut rest) = (0..drafts.len(), Rest::default());
    let together = (MAX_CONCURRENT / batches.max(1)).max(4);
    loop {
        while writing.running.len() < together && run.may_send() {
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
            Ok((members, answer)) => run.advance(writing.take(members, answer)),
            Err(error) => run.record_failed_call(&Arc::new(error.into()), false),
        }
    }
    writing.finish()
}

/// Returns an error if no entity got an answer.
pub(super) fn or_nothing<T>(outcomes: Vec<Result<T, WriteFailure>>) -> Result<Vec<Result<T, WriteFailure>>, ClientError> {
    let why = |outcome: &Result<T, WriteFailure>| outcome.as_ref().err()?.error().map(Arc::clone);
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

type Answered = (Vec<usize>, Reply<Bulk>);

struct Writing<'c> {
    session: Arc<Session>,
    route: String,
    repeat: Repeat,
    /// The catalog rejects entities that exist.
    is_create: bool,
    run: &'c ApplyRun<'c>,
    items: Vec<Item>,
    /// The catalog's results for the entities that it wrote.
    written: Vec<Option<Written>>,
    /// Nothing more is sent for these.
    is_settled: Vec<bool>,
    /// Retries of single entities that the catalog's result asked for.
    attempts: Vec<Option<Attempts>>,
    apart: VecDeque<Again>,
    running: JoinSet<Answered>,
}

/// Members to send again in smaller batches, after a delay.
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
    fn refusal(&self) -> Refusal {
        Refusal {
            status: self.status_code,
            error: self.error.clone().unwrap_or_default(),
            message: self.message.clone(),
            details: self.details.clone(),
        }
    }

    /// Redacts the message: a catalog may repeat the token.
    fn make_harmless(&mut self, secrets: &[&Secret]) {
        self.error = self.error.take().map(|words| shown(&words, secrets));
        self.message = self.message.take().map(|words| shown(&words, secrets));
        self.details = self.details.take().map(|details| shown_json(details, secrets));
    }
}

impl Writing<'_> {
    fn send(&mut self, batch: Batch, delay: Duration, is_brief: bool) {
        let session = Arc::clone(&self.session);
        let mut call = ApiCall::write("POST", self.route.clone(), Some(batch.body), CallKind::Batch);
        call.repeat = self.repeat;
        call.is_brief = is_brief;
        call.cancellation = self.run.options.cancellation.clone();
        call.run_ended = self.run.run_ended.clone();
        self.running.spawn(async move {
            // The call itself checks whether the signal came before.
            call.cancellation.until_cancelled(tokio::time::sleep(delay)).await;
            let reply = session.send_write(&call, |answer, secrets| {
                let mut bulk: Bulk = serde_json::from_slice(&answer.body)?;
                bulk.errors.iter_mut().for_each(|error| error.make_harmless(secrets));
                Ok(bulk)
            });
            let reply = reply.await;
            (batch.members, reply)
        });
    }

    /// Records the answer of a batch; returns how many members are finished.
    fn take(&mut self, members: Vec<usize>, reply: Reply<Bulk>) -> u64 {
        if reply.is_lost {
            members.iter().for_each(|member| self.items[*member].lost(reply.is_late));
        }
        let error = match reply.result {
            Ok(bulk) => {
                self.run.record_answer();
                return self.settle(&members, bulk);
            }
            // The batch was not sent, so its members keep their state.
            Err(ClientError::Stopped { .. }) => return 0,
            Err(error) => error,
        };
        match error.refusal() {
            // Only a batch of one shows which member is rejected.
            Some(refusal) if members.len() > 1 && self.is_of_a_member(refusal.status) => {
                self.run.record_answer();
                self.decline(&members, || refusal.clone().into());
                self.halve(&members, false);
                0
            }
            Some(refusal) if !is_transient(refusal.status) => {
                self.run.record_answer();
                self.run.record_refused_call(refusal);
                members.iter().for_each(|member| self.refuse(*member, refusal.clone()));
                members.len() as u64
            }
            Some(_) | None => self.give_up(&members, error, reply.is_late),
        }
    }

    /// Whether a single member may cause the rejection of the whole batch.
    fn is_of_a_member(&self, status: u16) -> bool {
        matches!(status, 400 | 413 | 422) || (self.is_create && status == 409)
    }

    /// Records that the catalog did not process these members.
    fn decline(&mut self, members: &[usize], why: impl Fn() -> WriteFailure) {
        members.iter().for_each(|member| self.items[*member].answered(Event::Decline, Some(why())));
    }

    /// Handles a batch without an answer after all retries: a single member may be the cause, so the batch is halved.
    fn give_up(&mut self, members: &[usize], error: ClientError, is_late: bool) -> u64 {
        let is_of_the_call = error.is_of_the_call();
        let is_lost = !error.had_no_effect();
        let is_late = is_late || error.is_late();
        let broken = Arc::new(CatalogError::from(error));
        self.run.record_failed_call(&broken, is_of_the_call);
        for member in members {
            if is_lost {
                self.items[*member].lost(is_late);
            }
            self.items[*member].heard(WriteFailure::Broken(Arc::clone(&broken)));
        }
        if is_of_the_call && members.len() > 1 && self.repeat == Repeat::Always {
            self.halve(members, true);
            return 0;
        }
        members.iter().for_each(|member| self.end(*member));
        members.len() as u64
    }

    fn halve(&mut self, members: &[usize], is_brief: bool) {
        let (first, second) = members.split_at(members.len() / 2);
        let again = |half: &[usize]| Again { members: half.to_vec(), delay: Duration::ZERO, is_brief };
        self.apart.extend([again(first), again(second)]);
    }

    /// Records the final rejection of a member. A conflict may come from an earlier copy of the create, so it leaves
    /// the outcome in doubt.
    fn refuse(&mut self, member: usize, refusal: Refusal) {
        let is_open = refusal.status >= 500 || (self.is_create && refusal.status == 409);
        let event = if is_open { Event::Lose } else { Event::Refuse };
        self.items[member].answered(event, Some(refusal.into()));
        self.end(member);
    }

    /// Marks a member as finished: nothing more is sent for it.
    fn end(&mut self, member: usize) {
        if !self.items[member].is_done() {
            self.run.record_failed_write();
        }
        self.is_settled[member] = true;
    }

    /// Gives each member the result that has its index in the answer.
    fn settle(&mut self, members: &[usize], bulk: Bulk) -> u64 {
        let mut settled = 0;
        let mut is_any_accepted = false;
        for done in bulk.entities {
            let Some(member) = members.get(done.index).copied().filter(|member| !self.is_settled[*member]) else {
                continue;
            };
            self.items[member].answered(Event::Accept, None);
            self.written[member] = Some(Written { identifier: done.identifier, created: done.created });
            self.end(member);
            is_any_accepted = true;
            settled += 1;
        }
        if is_any_accepted {
            self.run.record_accepted();
        } else if let Some(error) = bulk.errors.iter().find(|error| members.get(error.index).is_some()) {
            self.run.record_refusal(&error.refusal());
        }
        let mut again = Vec::new();
        for error in bulk.errors {
            let Some(member) = members.get(error.index).copied().filter(|member| !self.is_settled[*member]) else {
                continue;
            };
            if again.iter().any(|(other, _)| *other == member) {
                continue;
            }
            let refusal = error.refusal();
            match self.once_more(member, is_transient(refusal.status) && self.repeat == Repeat::Always) {
                Some(wait) => {
                    let event = if refusal.status == 429 { Event::Decline } else { Event::Lose };
                    self.items[member].answered(event, Some(refusal.into()));
                    again.push((member, wait));
                }
                None => {
                    self.refuse(member, refusal);
                    settled += 1;
                }
            }
        }
        let silent = members.iter().copied().filter(|member| !self.is_settled[*member]);
        let silent: Vec<usize> = silent.filter(|member| !again.iter().any(|(other, _)| other == member)).collect();
        for member in silent {
            let words = "the catalog returned no result for this entity";
            let unsaid = Refusal::new(500, "no_outcome", words);
            self.items[member].answered(Event::Lose, Some(unsaid.into()));
            match self.once_more(member, self.repeat == Repeat::Always) {
                Some(wait) => again.push((member, wait)),
                None => {
                    self.end(member);
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

    /// The delay before a member is sent again, if it is.
    fn once_more(&mut self, member: usize, may: bool) -> Option<Duration> {
        let now = self.session.limiter.now();
        let attempts = self.attempts[member].get_or_insert_with(|| Attempts::new(now));
        match attempts.next(&self.session.policy, now, None, crate::catalog::http::session::random_fraction()) {
            RetryDecision::Retry(wait) if may => Some(wait),
            RetryDecision::Retry(_) | RetryDecision::GiveUp => None,
        }
    }

    fn finish(self) -> Vec<Result<Written, WriteFailure>> {
        let ends = self.items.into_iter().zip(self.written);
        ends.map(|(item, written)| item.end(|| self.run.unsent()).map(|()| written.unwrap_or_default())).collect()
    }
}

/// Updates one entity; the only way to clear title, icon and team.
pub(super) async fn patch(
    session: &Session,
    blueprint: &str,
    identifier: &str,
    draft: &EntityDraft,
    options: &WriteOptions,
    cancellation: Cancellation,
    run_ended: Halt,
) -> Reply<()> {
    let WriteOptions { create_missing_related_entities, run_id, upsert: _, merge: _, validation_only: _ } = options;
    let run = run_id.as_ref().map(|run| format!("&run_id={}", encoded(run))).unwrap_or_default();
    let path = route(&["blueprints", blueprint, "entities", identifier]);
    let path = format!("{path}?create_missing_related_entities={create_missing_related_entities}{run}");
    let body = draft.to_json().to_string().into_bytes();
    let mut call = ApiCall::write("PATCH", path, Some(body), CallKind::Small);
    call.cancellation = cancellation;
    call.run_ended = run_ended;
    session.send_write(&call, |_, _| Ok(())).await
}

/// Turns a final rejection into a result.
pub(super) fn or_refusal(result: Result<(), ClientError>) -> Result<Result<(), Refusal>, ClientError> {
    match result {
        Ok(()) => Ok(Ok(())),
        Err(error) => match error.refusal() {
            Some(refusal) if !is_transient(refusal.status) => Ok(Err(refusal.clone())),
            Some(_) | None => Err(error),
        },
    }
}
