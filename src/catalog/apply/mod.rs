//! Applies a plan: sends its acts wave by wave and records the outcome of every change. A wave starts after the
//! previous one is finished and its writes in doubt were read back. A failed change skips the changes that require it,
//! and no others.

mod batch;
mod content;
mod resolve;

#[cfg(test)]
mod tests;

pub use batch::draft;
pub(crate) use batch::{Batch, Method, batches, outcome_of_write};
pub use resolve::ApplyContext;
use resolve::Resolver;

use super::{Catalog, WriteFailure};
use crate::catalog::apply_options::ApplyOptions;
use crate::domain::plan::outcome::{Cause, End, Failure, Outcome, Reason};
use crate::domain::plan::request::{Act, Acts, Call};

/// Deletes per ownership check: few enough that little time passes between the check and the delete.
const DELETES_OF_A_CHECK: usize = 500;

/// `changes`: the number of changes in the plan.
pub fn apply(catalog: &dyn Catalog, acts: &Acts, changes: usize, context: ApplyContext<'_>, options: ApplyOptions<'_>) -> Outcome {
    let total: usize = acts.waves.iter().map(Vec::len).sum();
    options.progress.start("writing to the catalog", total as u64);
    let resolver = Resolver { catalog, context, options };
    let mut ledger = Ledger { states: vec![State::default(); changes], over: None };
    for wave in &acts.waves {
        let (ready, held): (Vec<&Act>, Vec<&Act>) = wave.iter().partition(|act| ledger.may_begin(act));
        held.into_iter().for_each(|act| ledger.hold(act));
        options.progress.advance((wave.len() - ready.len()) as u64);
        let (deletes, writes): (Vec<&Act>, Vec<&Act>) = ready.into_iter().partition(|act| act.call == Call::Delete);
        if !writes.is_empty() {
            ledger.carry_out(&resolver, &writes);
        }
        for deletes in deletes.chunks(DELETES_OF_A_CHECK) {
            if ledger.over.is_none() && options.cancellation.is_cancelled() {
                ledger.over = Some(Reason::Interrupted);
            }
            if ledger.over.is_some() {
                deletes.iter().for_each(|act| ledger.hold(act));
                options.progress.advance(deletes.len() as u64);
                continue;
            }
            let mut kept = resolver.undeletable(deletes);
            let mut ready = Vec::with_capacity(deletes.len());
            for (at, act) in deletes.iter().enumerate() {
                match kept.remove(&at) {
                    Some(failure) => {
                        ledger.note(act, Err(failure), &options);
                        options.progress.advance(1);
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
        if ledger.over.is_none() && options.cancellation.is_cancelled() {
            ledger.over = Some(Reason::Interrupted);
        }
    }
    options.progress.finish();
    ledger.outcome(&options)
}

/// The state of one change.
#[derive(Debug, Clone, Default)]
struct State {
    /// At least one of its acts was done.
    is_begun: bool,
    /// How the change ended, unless it succeeded.
    end: Option<End>,
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

    fn may_begin(&self, act: &Act) -> bool {
        self.over.is_none() && self.is_well(act.change) && act.needs.iter().all(|need| self.is_well(*need))
    }

    /// Sends acts that may run concurrently, and reads back those whose result is in doubt.
    fn carry_out(&mut self, resolver: &Resolver<'_>, acts: &[&Act]) {
        let ends = resolver.catalog.perform(acts, resolver.options);
        let ends = resolver.resolve(acts, ends);
        for (act, end) in acts.iter().zip(ends) {
            self.note(act, end, &resolver.options);
        }
    }

    fn hold(&mut self, act: &Act) {
        let needs: Vec<usize> =
            act.needs.iter().copied().filter(|need| *need != act.change && !self.is_well(*need)).collect();
        let reason = match &self.over {
            Some(over) => over.clone(),
            None => Reason::Needs(needs),
        };
        self.leave(act, reason);
    }

    fn leave(&mut self, act: &Act, reason: Reason) {
        self.end(act, Cause::NotAttempted(reason));
    }

    /// The first failure of a change is its cause; later ones are ignored.
    fn end(&mut self, act: &Act, cause: Cause) {
        let Some(state) = self.states.get_mut(act.change) else { return };
        let is_begun = state.is_begun;
        state.end.get_or_insert(match cause {
            cause if is_begun => End::Incomplete { deed: act.deed, cause },
            Cause::Failed(failure) => End::Failed(failure),
            Cause::InDoubt(failure) => End::InDoubt(failure),
            Cause::NotAttempted(reason) => End::NotAttempted(reason),
        });
    }

    fn note(&mut self, act: &Act, end: Result<(), WriteFailure>, options: &ApplyOptions<'_>) {
        let failure = match end {
            Ok(()) => {
                if let Some(state) = self.states.get_mut(act.change) {
                    state.is_begun = true;
                }
                return;
            }
            Err(failure) => failure,
        };
        let interrupted = if options.cancellation.is_cancelled() { Reason::Interrupted } else { Reason::Stopped };
        match failure {
            failure @ (WriteFailure::Refused(_) | WriteFailure::Broken(_)) => {
                self.end(act, Cause::Failed(failure(act, &failure)));
                self.failed(options);
            }
            WriteFailure::InDoubt { last, .. } => {
                self.end(act, Cause::InDoubt(failure(act, &last)));
                self.failed(options);
            }
            failure @ WriteFailure::Recreated => {
                if let Some(state) = self.states.get_mut(act.change) {
                    state.is_begun = true;
                }
                self.end(act, Cause::Failed(failure(act, &failure)));
                self.failed(options);
            }
            WriteFailure::Unsent(_) => {
                self.leave(act, Reason::Unreachable);
                self.over.get_or_insert(Reason::Unreachable);
            }
            WriteFailure::Denied => {
                self.leave(act, Reason::Denied);
                self.over.get_or_insert(Reason::Denied);
            }
            WriteFailure::Stopped => self.leave(act, interrupted),
        }
    }

    fn failed(&mut self, options: &ApplyOptions<'_>) {
        if options.stop_on_failure {
            self.over.get_or_insert(Reason::Stopped);
        }
    }

    fn outcome(self, options: &ApplyOptions<'_>) -> Outcome {
        let ends = self.states.into_iter().map(|state| state.end.unwrap_or(End::Applied));
        let mut outcome = Outcome { ends: ends.collect(), is_interrupted: false };
        outcome.is_interrupted = options.cancellation.is_cancelled() && !outcome.is_complete();
        outcome
    }
}

fn failure(act: &Act, failure: &WriteFailure) -> Failure {
    let deed = act.deed;
    match failure {
        WriteFailure::Refused(refusal) => Failure {
            deed,
            status: (refusal.status != resolve::FOREIGN).then_some(refusal.status),
            code: Some(refusal.error.clone()).filter(|code| !code.is_empty()),
            message: refusal.message.clone().unwrap_or_else(|| "the catalog gives no reason".to_owned()),
        },
        WriteFailure::Broken(error) | WriteFailure::Unsent(error) => {
            Failure { deed, status: error.status(), code: None, message: error.to_string() }
        }
        WriteFailure::InDoubt { last, .. } => failure(act, last),
        WriteFailure::Recreated => Failure {
            deed,
            status: None,
            code: Some("recreated".to_owned()),
            message: "another writer deleted the entity after the plan was made; only what this change sets exists now"
                .to_owned(),
        },
        WriteFailure::Denied => {
            Failure { deed, status: None, code: None, message: "the catalog rejects all writes".to_owned() }
        }
        WriteFailure::Stopped => {
            Failure { deed, status: None, code: None, message: "the run was stopped before the answer".to_owned() }
        }
    }
}
