//! Renders the outcome of a push together with its plan: every change has its result in every format. A change whose
//! result could not be read is reported as in doubt, never as applied and never as failed.

pub mod json;
mod junit;
mod markdown;
pub mod record;
pub mod refusal;
mod text;
mod words;

#[cfg(test)]
mod tests;

use crate::domain::plan::change::{Action, Change};
use crate::domain::plan::outcome::{ChangeOutcome, Outcome};
use crate::domain::value::timestamp::Moment;
use crate::report::escape::lines;
use crate::report::format::Format;
use crate::report::plan::{PlanReport, Resolved};
use crate::report::style::Style;

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
    /// The id of the platform's action run that requested the push.
    pub run_id: Option<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeFormat {
    Text,
    Json,
    Markdown,
    Junit,
}

impl Format for OutcomeFormat {
    const ALL: &'static [Self] = &[Self::Text, Self::Json, Self::Markdown, Self::Junit];

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
        }
    }
}

/// The whole report, ending in a line break.
pub fn render(report: &OutcomeReport<'_>, format: OutcomeFormat, style: &Style) -> String {
    let resolved = ResolvedOutcome { report, resolved: Resolved::new(report.plan), tally: Tally::of(report) };
    match format {
        OutcomeFormat::Text => lines(text::render(&resolved, style)),
        OutcomeFormat::Json => json::render(&resolved),
        OutcomeFormat::Markdown => markdown::render(&resolved),
        OutcomeFormat::Junit => junit::render(&resolved),
    }
}

/// An outcome with every position resolved and all counts.
struct ResolvedOutcome<'a> {
    report: &'a OutcomeReport<'a>,
    resolved: Resolved<'a>,
    tally: Tally,
}

impl<'a> ResolvedOutcome<'a> {
    /// Every change with its result. A change without one was not reached.
    fn ends(&self) -> impl Iterator<Item = (&'a Change, &'a ChangeOutcome)> {
        const NEVER: ChangeOutcome = ChangeOutcome::NotAttempted(crate::domain::plan::outcome::Reason::Interrupted);
        let ends = self.report.outcome.ends.iter().chain(std::iter::repeat(&NEVER));
        self.report.plan.plan.changes.iter().zip(ends)
    }

    fn change(&self, at: usize) -> Option<&'a Change> {
        self.report.plan.plan.changes.get(at)
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    created: usize,
    updated: usize,
    renamed: usize,
    adopted: usize,
    deleted: usize,
    /// Written, but a later step is missing.
    incomplete: usize,
    failed: usize,
    /// Sent, but the result is unknown.
    in_doubt: usize,
    not_attempted: usize,
    unchanged: usize,
}

impl Tally {
    fn of(report: &OutcomeReport<'_>) -> Self {
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

    fn applied(&self) -> usize {
        self.created + self.updated + self.renamed + self.adopted + self.deleted
    }

    /// What the catalog accepted, at least in part.
    fn written(&self) -> usize {
        self.applied() + self.incomplete
    }

    fn is_complete(&self) -> bool {
        self.incomplete + self.failed + self.in_doubt + self.not_attempted == 0
    }
}
