//! Sends the requests of an approved plan, and reports the result of every change.

use crate::catalog::apply::{ApplyContext, apply};
use crate::catalog::{ApplyOptions, Cancellation, Signal};
use crate::commands::context::Context;
use crate::commands::plan::build::BuiltPlan;
use crate::commands::plan::output::{Report, plan_report, write_reports};
use crate::commands::push::apply_args::ApplyArgs;
use crate::commands::push::args::{OnError, PUSH};
use crate::commands::workspace::texts::InWorkTree;
use crate::domain::entity::Owner;
use crate::domain::plan::outcome::{ChangeOutcome, Outcome};
use crate::domain::progress::{Progress, Silent};
use crate::domain::value::timestamp::Moment;
use crate::embedded::store::system_clock;
use crate::error::Error;
use crate::exit::Exit;
use crate::plan::secrets_of;
use crate::report::outcome::{self, OutcomeFormat, OutcomeReport};
use crate::report::plan::PlanReport;
use crate::report::positions::Files;
use crate::report::style::Style;
use crate::settings::{Catalog, Settings};
use crate::ui::Remarks;

pub(crate) struct Pushed {
    outcome: Outcome,
    at: Moment,
    milliseconds: u64,
    /// The number of entities that a restore gave back to their owners.
    pub given_back: usize,
}

impl Pushed {
    pub fn exit(&self) -> Exit {
        match (self.outcome.is_complete(), self.outcome.is_interrupted) {
            (_, true) => Exit::Interrupted,
            (true, false) => Exit::Success,
            (false, false) => Exit::Incomplete,
        }
    }
}

pub(crate) fn apply_plan(args: &ApplyArgs<'_>, planned: &BuiltPlan, owner: &Owner, context: &Context<'_>) -> Pushed {
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let cancellation = Cancellation::default();
    let remarks = Remarks::new(context.quiet, context.motion);
    let handled = cancellation.handle_signals(move |signal| {
        remarks.write_notice(match signal {
            Signal::Graceful => {
                "Stopping: waiting up to 10 s for requests in flight, then checking unclear results. Press Ctrl-C again to stop now."
            }
            Signal::Forced => "Stopping now: unknown results are reported as in doubt.",
        });
    });
    if handled.is_err() {
        // Without a handler, a signal ends the process at once; the next push reads what was written.
        Remarks::new(context.quiet, context.motion)
            .write_notice("Ctrl-C ends this run without a report: signals cannot be handled here.");
    }
    let clock = system_clock();
    let at = clock();
    let options = ApplyOptions {
        run_id: args.run_id,
        stop_on_failure: args.on_error == OnError::Stop,
        cancellation: &cancellation,
        progress,
    };
    let apply_context = ApplyContext { blueprints: &planned.blueprints.all, owner, actual: &planned.actual };
    let mut outcome = apply(&*planned.catalog, &planned.requests, planned.plan.changes.len(), apply_context, options);
    mask_answers(&mut outcome, planned);
    let milliseconds = u64::try_from(clock().0.saturating_sub(at.0)).unwrap_or_default();
    Pushed { outcome, at, milliseconds, given_back: 0 }
}

/// Masks the catalog's messages, which may repeat the values that were sent.
fn mask_answers(outcome: &mut Outcome, planned: &BuiltPlan) {
    for request in planned.requests.waves.iter().flatten() {
        let Some(failure) = outcome.ends.get_mut(request.change).and_then(ChangeOutcome::failure_mut) else { continue };
        let secrets = secrets_of(request, &planned.mask);
        failure.message = planned.mask.quoted(&failure.message, &secrets).into_owned();
    }
}

/// `command` finishes an incomplete run.
pub(crate) fn write_outcome(
    args: &ApplyArgs<'_>,
    planned: &BuiltPlan,
    pushed: &Pushed,
    command: &str,
    context: &mut Context<'_>,
) -> Result<(), Error> {
    let texts = planned.texts();
    let plan = plan_report(&Report { push: command, ..Report::default() }, planned, &texts, context);
    let in_work_tree = InWorkTree::new(&context.settings.root.value, &texts);
    let Pushed { outcome, at, milliseconds, given_back } = pushed;
    let render = |format: OutcomeFormat, style: &Style| {
        let files: &dyn Files = match format {
            OutcomeFormat::Markdown => &in_work_tree,
            OutcomeFormat::Text | OutcomeFormat::Json | OutcomeFormat::Junit => &texts,
        };
        let report = OutcomeReport {
            plan: &PlanReport { files, ..plan },
            outcome,
            at: *at,
            milliseconds: *milliseconds,
            run_id: args.run_id,
            verb: args.verb,
            given_back: *given_back,
        };
        outcome::render(&report, format, style)
    };
    let written = write_reports(args.output, &render, context);
    if written.is_err() {
        // The report could not be written, so the outcome is printed: the user must learn that the push happened.
        context.say(&render(OutcomeFormat::Text, &Style::PLAIN));
    }
    written?;
    if args.verb == PUSH && pushed.outcome.is_complete() && is_first_in_embedded(planned, context.settings) {
        context.say(
            "note: The entities are now in the embedded catalog on this machine. Change a manifest and run `portolan diff` to see the effect; `portolan serve` shows the catalog in a browser.",
        );
    }
    Ok(())
}

/// Whether this push creates the first entities of the embedded catalog.
fn is_first_in_embedded(planned: &BuiltPlan, settings: &Settings) -> bool {
    let total = &planned.plan.counts.total;
    settings.catalog.value == Catalog::Local
        && total.create > 0
        && total.create == total.changes()
        && total.unchanged == 0
}
