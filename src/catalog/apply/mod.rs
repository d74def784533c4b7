//! Acts carried out, wave by wave, and the end of every change. A wave begins when the one before is over, so what an act
//! needs is settled by then; what failed takes along what hangs on it and nothing else.

mod lanes;

#[cfg(test)]
mod tests;

pub use lanes::draft;
pub(super) use lanes::{Lane, Means, lanes};

use super::errand::Errand;
use super::{Catalog, Undone};
use crate::domain::act::{Act, Acts};
use crate::domain::outcome::{End, Failure, Outcome, Reason};

/// `changes`: how many the plan has.
pub fn apply(catalog: &dyn Catalog, acts: &Acts, changes: usize, errand: Errand<'_>) -> Outcome {
    let total: usize = acts.waves.iter().map(Vec::len).sum();
    errand.progress.start("writing to the catalog", total as u64);
    let mut ledger = Ledger { states: vec![State::default(); changes], over: None };
    for wave in &acts.waves {
        let (ready, held): (Vec<&Act>, Vec<&Act>) = wave.iter().partition(|act| ledger.may_begin(act));
        held.into_iter().for_each(|act| ledger.hold(act));
        errand.progress.advance((wave.len() - ready.len()) as u64);
        if ready.is_empty() {
            continue;
        }
        let ends = catalog.perform(&ready, errand);
        for (act, end) in ready.into_iter().zip(ends) {
            ledger.note(act, end, &errand);
        }
        if ledger.over.is_none() && errand.stop.is_told() {
            ledger.over = Some(Reason::Interrupted);
        }
    }
    errand.progress.finish();
    ledger.outcome(&errand)
}

fn left_off(act: &Act, reason: &Reason) -> Failure {
    let message = match reason {
        Reason::Needs(_) => "what had to be done before was not",
        Reason::Interrupted => "the run was stopped before",
        Reason::Stopped => "another change failed before, and that was to be the end",
        Reason::Unreachable => "the catalog could not be reached any more",
    };
    Failure {
        deed: act.deed,
        is_half_done: true,
        status: None,
        code: None,
        message: message.to_owned(),
        is_uncertain: false,
    }
}

/// What is known of a change so far.
#[derive(Debug, Clone, Default)]
struct State {
    /// At least one of its acts was done.
    is_begun: bool,
    /// How it ended, where it did not go well.
    end: Option<End>,
}

struct Ledger {
    /// At the place of their change in the plan.
    states: Vec<State>,
    /// Why nothing more is begun.
    over: Option<Reason>,
}

impl Ledger {
    fn is_well(&self, change: usize) -> bool {
        self.states.get(change).is_some_and(|state| state.end.is_none())
    }

    fn may_begin(&self, act: &Act) -> bool {
        self.over.is_none() && self.is_well(act.change) && act.needs.iter().all(|need| self.is_well(*need))
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
        let Some(state) = self.states.get_mut(act.change) else { return };
        // What is half done is no longer as it was, so nobody may read that it was left alone.
        let end = if state.is_begun { End::Failed(left_off(act, &reason)) } else { End::NotAttempted(reason) };
        // The first thing that went wrong is the cause of all others.
        state.end.get_or_insert(end);
    }

    fn note(&mut self, act: &Act, end: Result<(), Undone>, errand: &Errand<'_>) {
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
            Undone::Refused(refusal) => {
                let words = refusal.message.clone().unwrap_or_else(|| "the catalog gives no reason".to_owned());
                let code = Some(refusal.error.clone()).filter(|code| !code.is_empty());
                self.fail(act, errand, |failure| Failure {
                    status: Some(refusal.status),
                    code,
                    message: words,
                    is_uncertain: refusal.status >= 500,
                    ..failure
                });
            }
            Undone::Broken(error) => {
                self.fail(act, errand, |failure| Failure {
                    status: error.status(),
                    message: format!("failed to {error}"),
                    is_uncertain: !error.is_surely_undone(),
                    ..failure
                });
            }
            Undone::Unsent(_) => {
                self.leave(act, Reason::Unreachable);
                self.over.get_or_insert(Reason::Unreachable);
            }
            Undone::Stopped => self.leave(act, interrupted),
        }
    }

    fn fail(&mut self, act: &Act, errand: &Errand<'_>, with: impl FnOnce(Failure) -> Failure) {
        let Some(state) = self.states.get_mut(act.change) else { return };
        let bare = Failure {
            deed: act.deed,
            is_half_done: state.is_begun,
            status: None,
            code: None,
            message: String::new(),
            is_uncertain: false,
        };
        state.end.get_or_insert(End::Failed(with(bare)));
        if errand.stops_at_first {
            self.over.get_or_insert(Reason::Stopped);
        }
    }

    fn outcome(self, errand: &Errand<'_>) -> Outcome {
        let ends = self.states.into_iter().map(|state| state.end.unwrap_or(End::Applied));
        let mut outcome = Outcome { ends: ends.collect(), is_interrupted: false };
        outcome.is_interrupted = errand.stop.is_told() && !outcome.is_complete();
        outcome
    }
}
