//! What a report of an outcome shows: the plan, the result of every change, and their counts.

use crate::domain::plan::change::{Action, Change};
use crate::domain::plan::outcome::{ChangeOutcome, Outcome};
use crate::domain::value::timestamp::Moment;
use crate::report::plan::input::PlanReport;
use crate::report::plan::input::Resolved;

/// The input of a report.
#[derive(Clone, Copy)]
pub struct OutcomeReport<'a> {
    /// The report of the pushed plan.
    pub plan: &'a PlanReport<'a>,
    pub outcome: &'a Outcome,
    /// When the push began.
    pub at: Moment,
    /// How long it took.
    pub milliseconds: u64,
    /// The command that applied the plan: `push` or `restore`.
    pub verb: &'static str,
    /// The number of entities that a restore gave back to their owners.
    pub given_back: usize,
    /// The id of the platform's action run that requested the push.
    pub run_id: Option<&'a str>,
}

/// An outcome with every position resolved and all counts.
pub(super) struct ResolvedOutcome<'a> {
    pub report: &'a OutcomeReport<'a>,
    pub resolved: Resolved<'a>,
    pub tally: Tally,
}

impl<'a> ResolvedOutcome<'a> {
    pub fn new(report: &'a OutcomeReport<'a>) -> Self {
        Self { report, resolved: Resolved::of_entities(report.plan), tally: Tally::of(report) }
    }

    /// Every change with its result. A change without one was not reached.
    pub fn ends(&self) -> impl Iterator<Item = (&'a Change, &'a ChangeOutcome)> {
        const NEVER: ChangeOutcome = ChangeOutcome::NotAttempted(crate::domain::plan::outcome::Reason::Interrupted);
        let ends = self.report.outcome.ends.iter().chain(std::iter::repeat(&NEVER));
        self.report.plan.plan.changes.iter().zip(ends)
    }

    pub fn change(&self, at: usize) -> Option<&'a Change> {
        self.report.plan.plan.changes.get(at)
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub created: usize,
    pub updated: usize,
    pub renamed: usize,
    pub adopted: usize,
    pub deleted: usize,
    /// Written, but a later step is missing.
    pub incomplete: usize,
    pub failed: usize,
    /// Sent, but the result is unknown.
    pub in_doubt: usize,
    pub not_attempted: usize,
    pub unchanged: usize,
}

impl Tally {
    pub fn of(report: &OutcomeReport<'_>) -> Self {
        let plan = report.plan.plan;
        let mut tally = Self { unchanged: plan.counts.total.unchanged, ..Self::default() };
        for (at, change) in plan.changes.iter().enumerate() {
            let slot = match report.outcome.ends.get(at) {
                Some(ChangeOutcome::Applied) => match change.action {
                    Action::Create => &mut tally.created,
                    Action::Update => &mut tally.updated,
                    Action::Rename { .. } => &mut tally.renamed,
                    Action::Adopt => &mut tally.adopted,
                    Action::Delete => &mut tally.deleted,
                },
                Some(ChangeOutcome::Incomplete { .. }) => &mut tally.incomplete,
                Some(ChangeOutcome::Failed(_)) => &mut tally.failed,
                Some(ChangeOutcome::InDoubt(_)) => &mut tally.in_doubt,
                Some(ChangeOutcome::NotAttempted(_)) | None => &mut tally.not_attempted,
            };
            *slot += 1;
        }
        tally
    }

    pub fn applied(&self) -> usize {
        self.created + self.updated + self.renamed + self.adopted + self.deleted
    }

    /// What the catalog accepted, at least in part.
    pub fn written(&self) -> usize {
        self.applied() + self.incomplete
    }

    pub fn is_complete(&self) -> bool {
        self.incomplete + self.failed + self.in_doubt + self.not_attempted == 0
    }
}
