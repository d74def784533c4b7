//! `push`: applies the plan that `diff` shows. It writes nothing until every hazard is approved, and always reports
//! the result of every change, also after a signal.

pub(crate) mod ancestry;
pub(crate) mod apply;
pub(crate) mod apply_args;
pub(crate) mod approval;
pub(crate) mod approval_comments;
mod args;
pub(crate) mod backup;
mod confirm;
pub(crate) mod error;
pub(crate) mod guard;
mod provenance;
pub(crate) mod refusal;
mod signature;

pub(crate) use args::PUSH;
pub use args::{OnError, PushArgs};

use crate::commands::all::{self, ONE_PLAN, PerConfig, destinations};
use crate::commands::args::output::{Output, refuse_shared};
use crate::commands::args::planning::PlanWriter;
use crate::commands::context::Context;
use crate::commands::diff::{self, DiffArgs};
use crate::commands::output::reports::Destination;
use crate::commands::plan::build::is_local_by_default;
use crate::commands::plan::file::reopen;
use crate::commands::plan::lint_first::{PlanResult, lint_and_plan};
use crate::commands::plan::rerun_command::{diff_out_command, push_command_of, push_plan_command};
use crate::commands::push::apply::{apply_plan, write_outcome};
use crate::commands::push::approval::require_approval;
use crate::commands::push::backup::{check_backup, save_backup};
use crate::commands::push::error::PushError;
use crate::commands::push::provenance::open_checked;
use crate::commands::push::refusal::{Refusals, plan_outputs};
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::scope::owner_for_push;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::outcome::OutcomeFormat;
use crate::settings::{Delivery, Settings};
use crate::sources;
use crate::text::plural::list;

impl Verb for PushArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.in_repository(Needs::repository(), |context| run(self, context))
    }

    fn run_for_all(&self, process: &mut Process<'_>) -> Option<Result<Exit, Error>> {
        Some(all::run(self, process))
    }
}

impl PerConfig for PushArgs {
    const VERB: &'static str = "push";
    const PLANS: bool = true;
    const STOPS_WHEN_REFUSED: bool = true;

    fn run(&self, context: &mut Context<'_>) -> Result<Exit, Error> {
        run(self, context)
    }

    fn destinations(&self) -> Vec<Destination> {
        destinations(&self.output)
    }

    fn refused_flag(&self) -> Option<(&'static str, &'static str)> {
        let outcome = self.since_outcome.as_ref().map(|_| ("--since-outcome", "an outcome is that of one config"));
        let backup = self.backup.as_ref().map(|_| ("--backup", "a backup is that of one push"));
        self.plan.as_ref().map(|_| ("--plan", ONE_PLAN)).or(outcome).or(backup)
    }
}

pub fn run(args: &PushArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    refuse_shared(&args.output, &context.settings.directory)?;
    if args.dry_run {
        // A dry run must print exactly what `diff` prints with the same flags where a push writes the catalog.
        let (planning, output) = (args.planning.clone(), plan_outputs(&args.output));
        return diff::run(&DiffArgs { planning, output, ..DiffArgs::default() }, PlanWriter::Push, context);
    }
    check_destinations(&args.output, context)?;
    if let Some(file) = &args.backup {
        check_backup(file, context)?;
    }
    let owner = &owner_for_push(context.settings, context.git)?;
    let outputs = (PUSH, args.output.as_slice());
    let refusals = Refusals::new(outputs, args.since_outcome.as_ref(), owner, context);
    let (workspace, note) = open_checked(args, owner, context).map_err(|error| refusals.report(error, context))?;
    let context = &mut context.with(&workspace.settings);
    let result = match &args.plan {
        Some(file) => {
            PlanResult::Plan(reopen(file, owner, &workspace, context).map_err(|error| refusals.report(error, context))?)
        }
        None => lint_and_plan(&args.planning.options(owner, &workspace), &refusals.outputs, context)?,
    };
    let mut planned = match result {
        PlanResult::Plan(planned) => planned,
        PlanResult::Findings(exit) => return Ok(exit),
    };
    let command = match &args.plan {
        Some(file) => push_plan_command(file, &args.planning, context.settings),
        None => push_command_of(&planned, &args.planning, context.settings),
    };
    planned.notes.extend(note);
    planned.notes.extend(note_on_delivery(context.settings));
    let apply_args = args.apply_args();
    require_approval(&apply_args, &mut planned, workspace.name(), &command, &refusals, context)?;
    if let Some(file) = &args.backup {
        save_backup(file, &planned, context)?;
    }
    let pushed = apply_plan(&apply_args, &planned, owner, context);
    // A plan file is applied only once; the remaining changes require a new plan.
    let rest = args.plan.as_ref().map(|file| diff_out_command(file, &args.planning, context.settings));
    write_outcome(&apply_args, &planned, &pushed, rest.as_deref().unwrap_or(&command), context)?;
    planned.free();
    Ok(pushed.exit())
}

/// Refuses, before anything is read: a report file that cannot be written, and in CI a push without a configured catalog,
/// because the embedded one is lost when the job ends.
pub(crate) fn check_destinations(outputs: &[Output<OutcomeFormat>], context: &Context<'_>) -> Result<(), Error> {
    let settings = context.settings;
    for file in outputs.iter().filter_map(|output| output.file.as_ref()) {
        sources::check_output(&settings.boundary, &settings.directory.join(file))
            .map_err(|error| error.named(&settings.directory, file))?;
    }
    if context.environment.in_ci() && is_local_by_default(settings) {
        let platform = settings.platform.value;
        let variables = format!("{} and {}", platform.client_id_variable, platform.client_secret_variable);
        return Err(PushError::NoCatalogInCi { variables }.into());
    }
    Ok(())
}

fn note_on_delivery(settings: &Settings) -> Option<String> {
    let names: Vec<String> = settings.clusters.iter().map(|cluster| format!("`{}`", cluster.name)).collect();
    let exporters = match names.as_slice() {
        [] => "the exporter in the cluster writes".to_owned(),
        [name] => format!("the exporter of {name} writes"),
        names => format!("the exporters of {} write", list(names)),
    };
    (settings.delivery.value == Delivery::Cluster).then(|| {
        format!(
            "With `delivery: cluster`, {exporters} these entities too, and each entity belongs to who wrote it last. Stop \
             the exporter before a push that is to stay, or leave the writing to it."
        )
    })
}
