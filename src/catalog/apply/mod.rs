//! Applies a plan: sends its acts wave by wave and records the outcome of every change. A wave starts after the
//! previous one is finished and its writes in doubt were read back. A failed change skips the changes that require it,
//! and no others.

mod batch;
mod content;
mod resolve;

#[cfg(test)]
mod tests;

pub use batch::draft;
pub(crate) use batch::{Batch, MethodKind, batches, settled};
pub use resolve::Ground;
use resolve::Resolver;

use super::{Catalog, Undone};
use crate::catalog::apply_options::Errand;
use crate::domain::plan::outcome::{Cause, ChangeOutcome, Failure, Outcome, Reason};
use crate::domain::plan::request::{Method, WriteRequest, WriteRequests};

/// Deletes per ownership check: few enough that little time passes between the check and the delete.
const DELETES_OF_A_CHECK: usize = 500;

/// `changes`: the number of changes in the plan.
pub fn apply(
    catalog: &dyn Catalog,
    acts: &WriteRequests,
    changes: usize,
    ground: Ground<'_>,
    errand: Errand<'_>,
) -> Outcome {
    let total: usize = acts.waves.iter().map(Vec::len).sum();
    errand.progress.start("writing to the catalog", total as u64);
    let resolver = Resolver { catalog, ground, errand };
    let mut ledger = Ledger { states: vec![State::default(); changes], over: None };
    for wave in &acts.waves {
        let (ready, held): (Vec<&WriteRequest>, Vec<&WriteRequest>) =
            wave.iter().partition(|act| ledger.may_begin(act));
        held.into_iter().for_each(|act| ledger.hold(act));
        errand.progress.advance((wave.len() - ready.len()) as u64);
        let (deletes, writes): (Vec<&WriteRequest>, Vec<&WriteRequest>) =
            ready.into_iter().partition(|act| act.method == Method::Delete);
        if !writes.is_empty() {
            ledger.carry_out(&resolver, &writes);
        }
        for deletes in deletes.chunks(DELETES_OF_A_CHECK) {
            if ledger.over.is_none() && errand.stop.is_told() {
                ledger.over = Some(Reason::Interrupted);
            }
            if ledger.over.is_some() {
                deletes.iter().for_each(|act| ledger.hold(act));
                errand.progress.advance(deletes.len() as u64);
                continue;
            }
            let mut kept = resolver.undeletable(deletes);
            let mut ready = Vec::with_capacity(deletes.len());
            for (at, act) in deletes.iter().enumerate() {
                match kept.remove(&at) {
                    Some(undone) => {
                        ledger.note(act, Err(undone), &errand);
                        errand.progress.advance(1);
                    }
                    None => ready.push(*act),
                }
            }
            if !ready.is_empty() && ledger.over.is_none() {
                ledger.carry_out(&resolver, &ready);
            } else {
                ready.into_iter().for_each(|act| ledger.hold(act));
            }
        }
        if ledger.over.is_none() && errand.stop.is_told() {
            ledger.over = Some(Reason::Interrupted);
        }
    }
    errand.progress.finish();
    ledger.outcome(&errand)
}

/// The state of one change.
#[derive(Debug, Clone, Default)]
struct State {
    /// At least one of its acts was done.
    is_begun: bool,
    /// How the change ended, unless it succeeded.
    end: Option<ChangeOutcome>,
}

struct Ledger {
    /// Indexed like the changes of the plan.
    states: Vec<State>,
    /// The reason why no further act is sent.
    over: Option<Reason>,
}

impl Ledger {
    fn is_well(&self, change: usize) -> bool {
        self.states.get(change).is_some_and(|state| state.end.is_none())
    }

    fn may_begin(&self, act: &WriteRequest) -> bool {
        self.over.is_none() && self.is_well(act.change) && act.needs.iter().all(|need| self.is_well(*need))
    }

    /// Sends acts that may run concurrently, and reads back those whose result is in doubt.
    fn carry_out(&mut self, resolver: &Resolver<'_>, acts: &[&WriteRequest]) {
        let ends = resolver.catalog.perform(acts, resolver.errand);
        let ends = resolver.resolve(acts, ends);
        for (act, end) in acts.iter().zip(ends) {
            self.note(act, end, &resolver.errand);
        }
    }

    fn hold(&mut self, act: &WriteRequest) {
        let needs: Vec<usize> =
            act.needs.iter().copied().filter(|need| *need != act.change && !self.is_well(*need)).collect();
        let reason = match &self.over {
            Some(over) => over.clone(),
            None => Reason::Needs(needs),
        };
        self.leave(act, reason);
    }

    fn leave(&mut self, act: &WriteRequest, reason: Reason) {
        self.end(act, Cause::NotAttempted(reason));
    }

    /// The first failure of a change is its cause; later ones are ignored.
    fn end(&mut self, act: &WriteRequest, cause: Cause) {
        let Some(state) = self.states.get_mut(act.change) else { return };
        let is_begun = state.is_begun;
        state.end.get_or_insert(match cause {
            cause if is_begun => ChangeOutcome::Incomplete { step_kind: act.step_kind, cause },
            Cause::Failed(failure) => ChangeOutcome::Failed(failure),
            Cause::InDoubt(failure) => ChangeOutcome::InDoubt(failure),
            Cause::NotAttempted(reason) => ChangeOutcome::NotAttempted(reason),
        });
    }

    fn note(&mut self, act: &WriteRequest, end: Result<(), Undone>, errand: &Errand<'_>) {
        let undone = match end {
            Ok(()) => {
                if let Some(state) = self.states.get_mut(act.change) {
                    state.is_begun = true;
                }
                return;
            }
            Err(undone) => undone,
        };
        let interrupted = if errand.stop.is_told() { Reason::Interrupted } else { Reason::Stopped };
        match undone {
            undone @ (Undone::Refused(_) | Undone::Broken(_)) => {
                self.end(act, Cause::Failed(failure(act, &undone)));
                self.failed(errand);
            }
            Undone::InDoubt { last, .. } => {
                self.end(act, Cause::InDoubt(failure(act, &last)));
                self.failed(errand);
            }
            undone @ Undone::Recreated => {
                if let Some(state) = self.states.get_mut(act.change) {
                    state.is_begun = true;
                }
                self.end(act, Cause::Failed(failure(act, &undone)));
                self.failed(errand);
            }
            Undone::Unsent(_) => {
                self.leave(act, Reason::Unreachable);
                self.over.get_or_insert(Reason::Unreachable);
            }
            Undone::Denied => {
                self.leave(act, Reason::Denied);
                self.over.get_or_insert(Reason::Denied);
            }
            Undone::Stopped => self.leave(act, interrupted),
        }
    }

    fn failed(&mut self, errand: &Errand<'_>) {
        if errand.stops_at_first {
            self.over.get_or_insert(Reason::Stopped);
        }
    }

    fn outcome(self, errand: &Errand<'_>) -> Outcome {
        let ends = self.states.into_iter().map(|state| state.end.unwrap_or(ChangeOutcome::Applied));
        let mut outcome = Outcome { ends: ends.collect(), is_interrupted: false };
        outcome.is_interrupted = errand.stop.is_told() && !outcome.is_complete();
        outcome
    }
}

fn failure(act: &WriteRequest, undone: &Undone) -> Failure {
    let step_kind = act.step_kind;
    match undone {
        Undone::Refused(refusal) => Failure {
            step_kind,
            status: (refusal.status != resolve::FOREIGN).then_some(refusal.status),
            code: Some(refusal.error.clone()).filter(|code| !code.is_empty()),
            message: refusal.message.clone().unwrap_or_else(|| "the catalog gives no reason".to_owned()),
        },
        Undone::Broken(error) | Undone::Unsent(error) => {
            Failure { step_kind, status: error.status(), code: None, message: error.to_string() }
        }
        Undone::InDoubt { last, .. } => failure(act, last),
        Undone::Recreated => Failure {
            step_kind,
            status: None,
            code: Some("recreated".to_owned()),
            message: "another writer deleted the entity after the plan was made; only what this change sets exists now"
                .to_owned(),
        },
        Undone::Denied => {
            Failure { step_kind, status: None, code: None, message: "the catalog rejects all writes".to_owned() }
        }
        Undone::Stopped => {
            Failure { step_kind, status: None, code: None, message: "the run was stopped before the answer".to_owned() }
        }
    }
}
