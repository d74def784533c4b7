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
use crate::catalog::wire::{EntityDraft, Refusal, WriteOptions, Written};
use crate::catalog::{CatalogError, Undone};
use crate::domain::progress::Progress;
use crate::domain::secret::Secret;

/// Lots that are made ready at once; how many of them are sent is the gate's affair.
const TOGETHER: usize = 32;

/// The outcomes, in the order of `drafts`.
pub(super) async fn upsert(
    caller: &Arc<Caller>,
    blueprint: &str,
    drafts: &[EntityDraft],
    options: &WriteOptions,
    progress: &dyn Progress,
) -> Result<Vec<Result<Written, Undone>>, ClientError> {
    let mut writing = Writing {
        caller: Arc::clone(caller),
        route: format!("{}?{}", route(&["blueprints", blueprint, "entities", "bulk"]), flags(options)),
        repeat: if options.upsert || options.validation_only { Repeat::Always } else { Repeat::Unheard },
        drafts,
        outcomes: vec![None; drafts.len()],
        tries: vec![None; drafts.len()],
        apart: VecDeque::new(),
        running: JoinSet::new(),
        broken: None,
    };
    progress.start("writing to the catalog", drafts.len() as u64);
    let (mut members, mut rest) = (0..drafts.len(), Rest::default());
    loop {
        while writing.running.len() < TOGETHER && writing.broken.is_none() {
            if let Some((members, delay)) = writing.apart.pop_front() {
                writing.send(Batch::of(members, drafts), delay);
            } else if let Some(batch) = Batch::take(&mut members, drafts, &mut rest) {
                writing.send(batch, Duration::ZERO);
            } else {
                break;
            }
        }
        let Some(done) = writing.running.join_next().await else { break };
        let (members, answer) = joined(done)?;
        progress.advance(writing.take(members, answer));
    }
    progress.finish();
    writing.finish()
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

struct Writing<'d> {
    caller: Arc<Caller>,
    route: String,
    repeat: Repeat,
    drafts: &'d [EntityDraft],
    outcomes: Vec<Option<Result<Written, Undone>>>,
    /// Of those that the catalog asked to be sent once more.
    tries: Vec<Option<Tries>>,
    /// What goes out again, in smaller lots, and after how long.
    apart: VecDeque<(Vec<usize>, Duration)>,
    running: JoinSet<Answered>,
    /// Why nothing more is begun.
    broken: Option<Arc<CatalogError>>,
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
    fn send(&mut self, batch: Batch, delay: Duration) {
        let caller = Arc::clone(&self.caller);
        let mut call = Call::send("POST", self.route.clone(), batch.body, Work::Batch);
        call.repeat = self.repeat;
        self.running.spawn(async move {
            tokio::time::sleep(delay).await;
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
        match answer {
            Ok(bulk) => self.settle(&members, bulk),
            Err(error) => match error.refusal() {
                // Nobody knows whose fault it is until there is only one.
                Some(refusal) if members.len() > 1 && matches!(refusal.status, 400 | 413 | 422) => {
                    let (first, second) = members.split_at(members.len() / 2);
                    self.apart.extend([(first.to_vec(), Duration::ZERO), (second.to_vec(), Duration::ZERO)]);
                    0
                }
                Some(refusal) if !is_passing(refusal.status) => {
                    for member in &members {
                        self.outcomes[*member] = Some(Err(refusal.clone().into()));
                    }
                    members.len() as u64
                }
                Some(_) | None => {
                    let broken = Arc::new(CatalogError::from(error));
                    for member in &members {
                        self.outcomes[*member] = Some(Err(Undone::Broken(Arc::clone(&broken))));
                    }
                    self.broken.get_or_insert(broken);
                    members.len() as u64
                }
            },
        }
    }

    /// Gives every member its outcome, by the index that the catalog tells it with.
    fn settle(&mut self, members: &[usize], bulk: Bulk) -> u64 {
        let mut settled = 0;
        for done in bulk.entities {
            let Some(member) = members.get(done.index) else { continue };
            settled += u64::from(self.outcomes[*member].is_none());
            self.outcomes[*member] = Some(Ok(Written { identifier: done.identifier, created: done.created }));
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
                Some(wait) => again.push((member, wait)),
                None => {
                    settled += u64::from(self.outcomes[member].is_none());
                    self.outcomes[member] = Some(Err(refusal.into()));
                }
            }
        }
        let silent = members.iter().copied().filter(|member| self.outcomes[*member].is_none());
        let silent: Vec<usize> = silent.filter(|member| !again.iter().any(|(other, _)| other == member)).collect();
        for member in silent {
            match self.once_more(member, self.repeat == Repeat::Always) {
                Some(wait) => again.push((member, wait)),
                None => {
                    let words = "the catalog did not say what became of this entity";
                    self.outcomes[member] = Some(Err(Refusal::new(500, "no_outcome", words).into()));
                    settled += 1;
                }
            }
        }
        let wait = again.iter().map(|(_, wait)| *wait).max().unwrap_or_default();
        if !again.is_empty() {
            self.apart.push_back((again.into_iter().map(|(member, _)| member).collect(), wait));
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

    fn finish(self) -> Result<Vec<Result<Written, Undone>>, ClientError> {
        let is_nothing = !self.drafts.is_empty()
            && self.outcomes.iter().all(|outcome| matches!(outcome, None | Some(Err(Undone::Broken(_)))));
        if let (true, Some(CatalogError::Client(error))) = (is_nothing, self.broken.as_deref()) {
            return Err(error.clone());
        }
        let unsaid = || match &self.broken {
            Some(broken) => Undone::Broken(Arc::clone(broken)),
            None => Refusal::new(500, "no_outcome", "the catalog did not say what became of this entity").into(),
        };
        Ok(self.outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| Err(unsaid()))).collect())
    }
}

/// One entity; the only way to clear title, icon and team.
pub(super) async fn patch(
    caller: &Caller,
    blueprint: &str,
    identifier: &str,
    draft: &EntityDraft,
    options: &WriteOptions,
) -> Result<Result<(), Refusal>, ClientError> {
    let WriteOptions { create_missing_related_entities, run_id, upsert: _, merge: _, validation_only: _ } = options;
    let run = run_id.as_ref().map(|run| format!("&run_id={}", encoded(run))).unwrap_or_default();
    let path = route(&["blueprints", blueprint, "entities", identifier]);
    let path = format!("{path}?create_missing_related_entities={create_missing_related_entities}{run}");
    let call = Call::send("PATCH", path, draft.to_json().to_string().into_bytes(), Work::Small);
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
