//! Applies a plan: sends its requests wave by wave and records the outcome of every change. A wave starts after the
//! previous one is finished and its writes in doubt were read back. A failed change skips the changes that require it,
//! and no others.

mod batch;
mod content;
mod resolve;
mod run;

#[cfg(test)]
mod tests;

pub(crate) use batch::{Batch, MAX_DELETED, MAX_WRITTEN, MethodKind, batches, outcome_of_write, patch_draft};
pub use batch::{calls, draft};
pub use resolve::ApplyContext;
use resolve::{Adopted, Resolver};
pub(crate) use run::ApplyRun;

use std::collections::{HashMap, HashSet};

use super::{ApplyOptions, Catalog, WriteFailure};
use crate::domain::plan::outcome::{Cause, ChangeOutcome, Failure, Outcome, Reason, Relabelled};
use crate::domain::plan::request::{Method, WriteRequest, WriteRequests};

/// Few enough that little time passes between the ownership check and the delete.
const DELETES_PER_CHECK: usize = 500;

/// `changes`: the number of changes in the plan.
pub fn apply(
    catalog: &dyn Catalog,
    requests: &WriteRequests,
    changes: usize,
    context: ApplyContext<'_>,
    options: ApplyOptions<'_>,
) -> Outcome {
    let total: usize = requests.waves.iter().map(Vec::len).sum();
    options.progress.start("writing to the catalog", total as u64);
    let resolver = Resolver { catalog, context, options };
    let relabelled = Relabelled::default();
    let mut ledger = Ledger { states: vec![State::default(); changes], end_reason: None, relabelled, options };
    for wave in &requests.waves {
        let (ready, blocked): (Vec<&WriteRequest>, Vec<&WriteRequest>) =
            wave.iter().partition(|request| ledger.may_begin(request));
        ledger.skip(&blocked);
        let (deletes, writes): (Vec<&WriteRequest>, Vec<&WriteRequest>) =
            ready.into_iter().partition(|request| request.method == Method::Delete);
        ledger.write(&resolver, &writes);
        for deletes in deletes.chunks(DELETES_PER_CHECK) {
            ledger.check_cancelled();
            ledger.delete(&resolver, deletes);
        }
        ledger.check_cancelled();
    }
    options.progress.finish();
    ledger.outcome()
}

/// The state of one change.
#[derive(Debug, Clone, Default)]
struct State {
    /// At least one of its requests succeeded.
    is_begun: bool,
    /// How the change ended, unless it succeeded.
    end: Option<ChangeOutcome>,
}

/// The requests of a wave that remain after a change of owners.
struct Unsent<'r> {
    requests: Vec<&'r WriteRequest>,
    /// The changes whose owner may have changed all the same, so that a failed write leaves them in doubt.
    open: HashSet<usize>,
}

struct Ledger<'a> {
    /// Indexed like the changes of the plan.
    states: Vec<State>,
    /// The reason why no further request is sent.
    end_reason: Option<Reason>,
    relabelled: Relabelled,
    options: ApplyOptions<'a>,
}

impl Ledger<'_> {
    fn may_begin(&self, request: &WriteRequest) -> bool {
        self.end_reason.is_none()
            && !self.has_failed(request.change)
            && !request.needs.iter().any(|need| self.has_failed(*need))
    }

    fn has_failed(&self, change: usize) -> bool {
        self.states.get(change).is_none_or(|state| state.end.is_some())
    }

    fn check_cancelled(&mut self) {
        if self.options.cancellation.is_cancelled() {
            self.end_reason.get_or_insert(Reason::Interrupted);
        }
    }

    /// Sends requests that may run concurrently, and reads back those whose result is in doubt.
    fn perform(&mut self, resolver: &Resolver<'_>, requests: &[&WriteRequest]) {
        let Unsent { requests, open } = self.relabel(resolver, requests);
        if requests.is_empty() {
            return;
        }
        let outcomes = resolver.catalog.perform(&requests, self.options);
        let outcomes = resolver.resolve(&requests, outcomes);
        for (request, outcome) in requests.iter().zip(outcomes) {
            let outcome = match open.contains(&request.change) {
                true => outcome.map_err(WriteFailure::after_a_doubt),
                false => outcome,
            };
            self.record(request, outcome);
        }
    }

    /// Changes the owner of entities that need nothing else; returns the requests that are still to be sent. One that
    /// could not be relabelled is among them, and is written like any other.
    fn relabel<'r>(&mut self, resolver: &Resolver<'_>, requests: &[&'r WriteRequest]) -> Unsent<'r> {
        let (adoptions, mut rest): (Vec<&WriteRequest>, Vec<&WriteRequest>) =
            requests.iter().copied().partition(|request| matches!(request.method, Method::Adopt(_)));
        let mut open = HashSet::new();
        if adoptions.is_empty() || self.options.cancellation.is_cancelled() {
            return Unsent { requests: requests.to_vec(), open };
        }
        let Adopted { relabelled, unknown, calls } = resolver.relabel(&adoptions);
        self.relabelled.calls += calls;
        self.relabelled.entities += relabelled.len();
        for (at, request) in adoptions.into_iter().enumerate() {
            if relabelled.contains(&at) {
                self.begin(request);
                continue;
            }
            if unknown.contains(&at) {
                open.insert(request.change);
            }
            rest.push(request);
        }
        self.options.progress.advance(relabelled.len() as u64);
        Unsent { requests: rest, open }
    }

    /// Sends writes, but renames no entity that another owner took over since the plan was made.
    fn write(&mut self, resolver: &Resolver<'_>, requests: &[&WriteRequest]) {
        let ready = self.without(requests, resolver.taken_over(requests));
        self.perform_unless_ended(resolver, &ready);
    }

    /// Records the failures of requests that must not be sent, by index; returns the others.
    fn without<'r>(
        &mut self,
        requests: &[&'r WriteRequest],
        mut kept: HashMap<usize, WriteFailure>,
    ) -> Vec<&'r WriteRequest> {
        let mut ready = Vec::with_capacity(requests.len());
        for (at, request) in requests.iter().enumerate() {
            match kept.remove(&at) {
                Some(failure) => {
                    self.record(request, Err(failure));
                    self.options.progress.advance(1);
                }
                None => ready.push(*request),
            }
        }
        ready
    }

    /// Deletes those entities that nobody else wrote since the plan was made.
    fn delete(&mut self, resolver: &Resolver<'_>, requests: &[&WriteRequest]) {
        if self.end_reason.is_some() {
            self.skip(requests);
            return;
        }
        let ready = self.without(requests, resolver.undeletable(requests));
        self.perform_unless_ended(resolver, &ready);
    }

    /// With `--on-error stop`, a kept entity ends the run like a failure.
    fn perform_unless_ended(&mut self, resolver: &Resolver<'_>, requests: &[&WriteRequest]) {
        match self.end_reason {
            None => self.perform(resolver, requests),
            Some(_) => self.skip(requests),
        }
    }

    /// Records requests that are not sent.
    fn skip(&mut self, requests: &[&WriteRequest]) {
        for request in requests {
            let reason = match &self.end_reason {
                Some(reason) => reason.clone(),
                None => Reason::Needs(self.failed_needs(request)),
            };
            self.end(request, Cause::NotAttempted(reason));
        }
        self.options.progress.advance(requests.len() as u64);
    }

    /// The other changes that the request requires and that failed.
    fn failed_needs(&self, request: &WriteRequest) -> Vec<usize> {
        let needs = request.needs.iter().copied();
        needs.filter(|need| *need != request.change && self.has_failed(*need)).collect()
    }

    fn record(&mut self, request: &WriteRequest, outcome: Result<(), WriteFailure>) {
        let failure = match outcome {
            Ok(()) => return self.begin(request),
            Err(failure) => failure,
        };
        match failure {
            WriteFailure::Refused(_) | WriteFailure::CallFailed(_) => {
                self.fail(request, Cause::Failed(describe(request, &failure)))
            }
            WriteFailure::InDoubt { last, .. } => self.fail(request, Cause::InDoubt(describe(request, &last))),
            WriteFailure::Recreated => {
                self.begin(request);
                self.fail(request, Cause::Failed(describe(request, &failure)));
            }
            WriteFailure::WrittenSince { by } => self.fail(request, Cause::NotAttempted(Reason::WrittenSince { by })),
            WriteFailure::Unsent(_) => self.end_run(request, Reason::Unreachable),
            WriteFailure::Denied => self.end_run(request, Reason::Denied),
            WriteFailure::Stopped if self.options.cancellation.is_cancelled() => {
                self.end(request, Cause::NotAttempted(Reason::Interrupted));
            }
            WriteFailure::Stopped => self.end(request, Cause::NotAttempted(Reason::Stopped)),
        }
    }

    fn begin(&mut self, request: &WriteRequest) {
        if let Some(state) = self.states.get_mut(request.change) {
            state.is_begun = true;
        }
    }

    fn fail(&mut self, request: &WriteRequest, cause: Cause) {
        self.end(request, cause);
        if self.options.stop_on_failure {
            self.end_reason.get_or_insert(Reason::Stopped);
        }
    }

    fn end_run(&mut self, request: &WriteRequest, reason: Reason) {
        self.end(request, Cause::NotAttempted(reason.clone()));
        self.end_reason.get_or_insert(reason);
    }

    /// The first failure of a change is its cause; later ones are ignored.
    fn end(&mut self, request: &WriteRequest, cause: Cause) {
        let Some(state) = self.states.get_mut(request.change) else { return };
        let is_begun = state.is_begun;
        state.end.get_or_insert(match cause {
            cause if is_begun => ChangeOutcome::Incomplete { step_kind: request.step_kind, cause },
            Cause::Failed(failure) => ChangeOutcome::Failed(failure),
            Cause::InDoubt(failure) => ChangeOutcome::InDoubt(failure),
            Cause::NotAttempted(reason) => ChangeOutcome::NotAttempted(reason),
        });
    }

    fn outcome(self) -> Outcome {
        let ends = self.states.into_iter().map(|state| state.end.unwrap_or(ChangeOutcome::Applied));
        let mut outcome = Outcome { ends: ends.collect(), is_interrupted: false, relabelled: self.relabelled };
        outcome.is_interrupted = self.options.cancellation.is_cancelled() && !outcome.is_complete();
        outcome
    }
}

/// The failure as it is reported.
fn describe(request: &WriteRequest, failure: &WriteFailure) -> Failure {
    let step_kind = request.step_kind;
    match failure {
        WriteFailure::Refused(refusal) => Failure {
            step_kind,
            status: Some(refusal.status),
            code: Some(refusal.error.clone()).filter(|code| !code.is_empty()),
            message: refusal.message.clone().unwrap_or_else(|| "the catalog gives no reason".to_owned()),
        },
        WriteFailure::CallFailed(error) | WriteFailure::Unsent(error) => {
            Failure { step_kind, status: error.status(), code: None, message: error.to_string() }
        }
        WriteFailure::InDoubt { last, .. } => describe(request, last),
        WriteFailure::Recreated => Failure {
            step_kind,
            status: None,
            code: Some("recreated".to_owned()),
            message: "another writer deleted the entity after the plan was made; only what this change sets exists now"
                .to_owned(),
        },
        WriteFailure::WrittenSince { by } => {
            Failure { step_kind, status: None, code: None, message: format!("written by {by} since the plan was made") }
        }
        WriteFailure::Denied => {
            Failure { step_kind, status: None, code: None, message: "the catalog rejects all writes".to_owned() }
        }
        WriteFailure::Stopped => {
            Failure { step_kind, status: None, code: None, message: "the run was stopped before the answer".to_owned() }
        }
    }
}
