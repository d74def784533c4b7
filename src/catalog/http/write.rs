//! Writes entities in concurrent batches, as many as the limiter allows, and returns each entity's result at its
//! index. A batch that is rejected because of one member is split until only that member is rejected. `write_state`
//! decides what an answer means for a member.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::task::JoinSet;

use super::bulk::{Batch, Leftover, ToBody};
use super::call::{ApiCall, Repeat, Reply};
use super::client_error::ClientError;
use super::concurrency::CallKind;
use super::outcome::{error_if_none_answered, final_refusal};
use super::redact::{clean, clean_json};
use super::retry::{Attempts, RetryDecision, is_transient};
use super::route::{encoded, route};
use super::session::{Session, random_fraction};
use super::tasks::joined;
use crate::catalog::ApplyOptions;
use crate::catalog::apply::ApplyRun;
use crate::catalog::wire::{EntityDraft, Refusal, WriteOptions, Written};
use crate::catalog::write_state::{Event, Item};
use crate::catalog::{Cancellation, CatalogError, WriteFailure};
use crate::domain::progress::Progress;
use crate::domain::secret::Secret;

/// Batches prepared at once; the limiter decides how many of them are sent.
const MAX_CONCURRENT: usize = 32;
/// The same for each of many batches of a wave.
const MIN_CONCURRENT: usize = 4;

/// Writes entities; the results are in the order of `drafts`. It is an error if no call at all got an answer.
pub(super) async fn upsert(
    session: &Arc<Session>,
    blueprint: &str,
    drafts: &[EntityDraft],
    options: &WriteOptions,
    progress: &dyn Progress,
) -> Result<Vec<Result<Written, WriteFailure>>, CatalogError> {
    progress.start("writing to the catalog", drafts.len() as u64);
    let cancellation = Cancellation::default();
    let run =
        ApplyRun::new(ApplyOptions { run_id: None, stop_on_failure: false, cancellation: &cancellation, progress });
    // No read follows, so a create whose outcome is unknown is not repeated.
    let repeat = if options.upsert || options.validation_only { Repeat::Always } else { Repeat::IfNoEffect };
    let outcomes = write(session, blueprint, drafts, options, repeat, &run, 1).await;
    progress.finish();
    error_if_none_answered(outcomes)
}

/// Writes entities as part of a run, concurrently with `batches` others.
pub(super) async fn write(
    session: &Arc<Session>,
    blueprint: &str,
    drafts: &[impl ToBody],
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
        resends: VecDeque::new(),
        calls: JoinSet::new(),
    };
    let (mut members, mut leftover) = (0..drafts.len(), Leftover::default());
    let max_calls = (MAX_CONCURRENT / batches.max(1)).max(MIN_CONCURRENT);
    loop {
        while writing.calls.len() < max_calls && run.may_send() {
            if let Some(resend) = writing.resends.pop_front() {
                writing.send(Batch::of(resend.members, drafts), resend.delay, resend.is_brief);
            } else if let Some(batch) = Batch::take(&mut members, drafts, &mut leftover) {
                writing.send(batch, Duration::ZERO, false);
            } else {
                break;
            }
        }
        let Some(done) = writing.calls.join_next().await else { break };
        match joined(done) {
            Ok((members, reply)) => {
                let finished = writing.record_reply(&members, reply);
                run.advance(finished);
            }
            Err(error) => run.record_failed_call(&error.into(), false),
        }
    }
    writing.finish()
}

/// The query of a bulk write.
fn flags(options: &WriteOptions) -> String {
    let WriteOptions { upsert, merge, validation_only, create_missing_related_entities, run_id } = options;
    let run_id = run_id.as_ref().map(|run_id| format!("&run_id={}", encoded(run_id))).unwrap_or_default();
    format!(
        "upsert={upsert}&merge={merge}&validation_only={validation_only}\
         &create_missing_related_entities={create_missing_related_entities}{run_id}"
    )
}

/// The writes of one call of [`write`], by the index of their draft.
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
    resends: VecDeque<Resend>,
    /// The calls in flight, with the members of each.
    calls: JoinSet<(Vec<usize>, Reply<BulkAnswer>)>,
}

/// Members to send again in one batch, after a delay.
struct Resend {
    members: Vec<usize>,
    delay: Duration,
    is_brief: bool,
}

#[derive(Debug, Deserialize)]
struct BulkAnswer {
    #[serde(default)]
    entities: Vec<WrittenEntity>,
    #[serde(default)]
    errors: Vec<RejectedEntity>,
}

#[derive(Debug, Deserialize)]
struct WrittenEntity {
    index: usize,
    #[serde(default)]
    identifier: String,
    #[serde(default)]
    created: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RejectedEntity {
    index: usize,
    status_code: u16,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    details: Option<serde_json::Value>,
}

impl RejectedEntity {
    fn refusal(&self) -> Refusal {
        Refusal {
            status: self.status_code,
            error: self.error.clone().unwrap_or_default(),
            message: self.message.clone(),
            details: self.details.clone(),
        }
    }

    /// Redacts the message: a catalog may repeat the token.
    fn redact(&mut self, secrets: &[&Secret]) {
        self.error = self.error.take().map(|words| clean(&words, secrets));
        self.message = self.message.take().map(|words| clean(&words, secrets));
        self.details = self.details.take().map(|details| clean_json(details, secrets));
    }
}

impl Writing<'_> {
    fn send(&mut self, batch: Batch, delay: Duration, is_brief: bool) {
        let session = Arc::clone(&self.session);
        let mut call = ApiCall::write("POST", self.route.clone(), Some(batch.body), CallKind::Batch).of_run(self.run);
        call.repeat = self.repeat;
        call.is_brief = is_brief;
        self.calls.spawn(async move {
            // The call itself checks whether the signal came before.
            call.cancellation.until_cancelled(tokio::time::sleep(delay)).await;
            let reply = session.send_write(&call, |answer, secrets| {
                let mut bulk: BulkAnswer = serde_json::from_slice(&answer.body)?;
                bulk.errors.iter_mut().for_each(|error| error.redact(secrets));
                Ok(bulk)
            });
            (batch.members, reply.await)
        });
    }

    /// Records the reply to a batch; returns how many members are finished.
    fn record_reply(&mut self, members: &[usize], reply: Reply<BulkAnswer>) -> u64 {
        if reply.is_lost {
            members.iter().for_each(|member| self.items[*member].record_lost(reply.is_pending));
        }
        match reply.result {
            Ok(bulk) => {
                self.run.record_answer();
                self.record_results(members, bulk)
            }
            // The batch was not sent, so its members keep their state.
            Err(ClientError::Stopped { .. }) => 0,
            Err(error) => match error.refusal() {
                // Only a batch of one shows which member is rejected.
                Some(refusal) if members.len() > 1 && self.may_be_of_a_member(refusal.status) => {
                    self.run.record_answer();
                    for member in members {
                        self.items[*member].record_event(Event::Decline, Some(refusal.clone().into()));
                    }
                    self.halve(members, false);
                    0
                }
                Some(_) | None => self.record_error(members, error, reply.is_pending),
            },
        }
    }

    /// Whether a single member may cause the rejection of the whole batch.
    fn may_be_of_a_member(&self, status: u16) -> bool {
        matches!(status, 400 | 413 | 422) || (self.is_create && status == 409)
    }

    /// Records a batch that failed as a whole.
    fn record_error(&mut self, members: &[usize], error: ClientError, is_pending: bool) -> u64 {
        if let Some(refusal) = final_refusal(&error) {
            self.run.record_answer();
            self.run.record_refused_call(refusal);
            members.iter().for_each(|member| self.refuse(*member, refusal.clone()));
            return members.len() as u64;
        }
        let is_of_the_call = error.is_of_the_call();
        let is_lost = !error.had_no_effect();
        let is_pending = is_pending || error.is_pending();
        let error = CatalogError::from(error);
        self.run.record_failed_call(&error, is_of_the_call);
        for member in members {
            if is_lost {
                self.items[*member].record_lost(is_pending);
            }
            self.items[*member].record_last(WriteFailure::CallFailed(error.clone()));
        }
        // There was no answer after all retries, and a single member may be the cause.
        if is_of_the_call && members.len() > 1 && self.repeat == Repeat::Always {
            self.halve(members, true);
            return 0;
        }
        members.iter().for_each(|member| self.settle(*member));
        members.len() as u64
    }

    fn halve(&mut self, members: &[usize], is_brief: bool) {
        let (first, second) = members.split_at(members.len() / 2);
        for half in [first, second] {
            self.resends.push_back(Resend { members: half.to_vec(), delay: Duration::ZERO, is_brief });
        }
    }

    /// Records the final rejection of a member. A conflict may come from an earlier copy of the create, so it leaves
    /// the outcome in doubt.
    fn refuse(&mut self, member: usize, refusal: Refusal) {
        let is_open = refusal.status >= 500 || (self.is_create && refusal.status == 409);
        let event = if is_open { Event::Lose } else { Event::Refuse };
        self.items[member].record_event(event, Some(refusal.into()));
        self.settle(member);
    }

    /// Marks a member as finished: nothing more is sent for it.
    fn settle(&mut self, member: usize) {
        if !self.items[member].is_done() {
            self.run.record_failed_write();
        }
        self.is_settled[member] = true;
    }

    /// Gives each member the result that has its index in the answer. Returns how many members are finished.
    fn record_results(&mut self, members: &[usize], bulk: BulkAnswer) -> u64 {
        let settled_before = self.count_settled(members);
        self.record_written(members, bulk.entities);
        if self.count_settled(members) > settled_before {
            self.run.record_accepted();
        } else if let Some(error) = bulk.errors.iter().find(|error| members.get(error.index).is_some()) {
            self.run.record_refusal(&error.refusal());
        }
        let mut resend: Vec<usize> = Vec::new();
        let mut delay = Duration::ZERO;
        for (member, refusal) in self.rejected(members, bulk.errors) {
            match self.retry_delay(member, is_transient(refusal.status)) {
                Some(wait) => {
                    let event = if refusal.status == 429 { Event::Decline } else { Event::Lose };
                    self.items[member].record_event(event, Some(refusal.into()));
                    resend.push(member);
                    delay = delay.max(wait);
                }
                None => self.refuse(member, refusal),
            }
        }
        let unmentioned: Vec<usize> =
            members.iter().copied().filter(|member| !self.is_settled[*member] && !resend.contains(member)).collect();
        for member in unmentioned {
            let refusal = Refusal::new(500, "no_outcome", "the catalog returned no result for this entity");
            self.items[member].record_event(Event::Lose, Some(refusal.into()));
            match self.retry_delay(member, true) {
                Some(wait) => {
                    resend.push(member);
                    delay = delay.max(wait);
                }
                None => self.settle(member),
            }
        }
        if !resend.is_empty() {
            self.resends.push_back(Resend { members: resend, delay, is_brief: false });
        }
        self.count_settled(members) - settled_before
    }

    fn count_settled(&self, members: &[usize]) -> u64 {
        members.iter().filter(|member| self.is_settled[**member]).count() as u64
    }

    fn record_written(&mut self, members: &[usize], entities: Vec<WrittenEntity>) {
        for WrittenEntity { index, identifier, created } in entities {
            if let Some(member) = members.get(index).copied()
                && !self.is_settled[member]
            {
                self.items[member].record_event(Event::Accept, None);
                self.written[member] = Some(Written { identifier, created });
                self.settle(member);
            }
        }
    }

    /// The members that the catalog rejected, each with its first rejection.
    fn rejected(&self, members: &[usize], errors: Vec<RejectedEntity>) -> Vec<(usize, Refusal)> {
        let mut rejected: Vec<(usize, Refusal)> = Vec::new();
        for error in errors {
            if let Some(member) = members.get(error.index).copied()
                && !self.is_settled[member]
                && rejected.iter().all(|(other, _)| *other != member)
            {
                rejected.push((member, error.refusal()));
            }
        }
        rejected
    }

    /// The delay before a member is sent again, if it is.
    fn retry_delay(&mut self, member: usize, is_transient: bool) -> Option<Duration> {
        let now = self.session.limiter.now();
        let attempts = self.attempts[member].get_or_insert_with(|| Attempts::new(now));
        let decision = attempts.next(&self.session.policy, now, None, random_fraction());
        match decision {
            RetryDecision::Retry(wait) if is_transient && self.repeat == Repeat::Always => Some(wait),
            RetryDecision::Retry(_) | RetryDecision::GiveUp => None,
        }
    }

    fn finish(self) -> Vec<Result<Written, WriteFailure>> {
        let mut results = Vec::with_capacity(self.items.len());
        for (item, written) in self.items.into_iter().zip(self.written) {
            results.push(item.end(|| self.run.unsent()).map(|()| written.unwrap_or_default()));
        }
        results
    }
}

/// The identifier of the entity that the catalog returns after a write, if it returns one.
pub(super) fn identifier_of(body: &[u8]) -> Result<Option<String>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Body {
        entity: Option<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        identifier: Option<String>,
    }
    let Body { entity } = serde_json::from_slice(body)?;
    Ok(entity.and_then(|entity| entity.identifier))
}

/// The call that updates one entity; the only way to change an identifier, and to clear a text field or the team.
pub(super) fn patch(blueprint: &str, identifier: &str, draft: &EntityDraft, options: &WriteOptions) -> ApiCall {
    let WriteOptions { create_missing_related_entities, run_id, upsert: _, merge: _, validation_only: _ } = options;
    let run_id = run_id.as_ref().map(|run_id| format!("&run_id={}", encoded(run_id))).unwrap_or_default();
    let path = route(&["blueprints", blueprint, "entities", identifier]);
    let route = format!("{path}?create_missing_related_entities={create_missing_related_entities}{run_id}");
    ApiCall::write("PATCH", route, Some(draft.to_body()), CallKind::Small)
}
