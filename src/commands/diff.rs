//! `diff`: shows the plan in every requested format and changes nothing. Manifests with errors stop it before the
//! catalog is read.

use std::path::PathBuf;

use clap::ValueHint;

use crate::commands::context::Context;
use crate::commands::offered;
use crate::commands::output::{Output, refuse_shared};
use crate::commands::planning::PlanningArgs;
use crate::commands::steps::again::{push_again, push_file};
use crate::commands::steps::bound::{refuse_place, write_plan};
use crate::commands::steps::connected::Intent;
use crate::commands::steps::planned::{Planned, Wishes, is_local_by_default};
use crate::commands::steps::proposed::{Proposed, proposed};
use crate::commands::steps::scope::{derived_scope, owner_in_catalog};
use crate::commands::steps::shown::{Report, shown};
use crate::commands::steps::standpoint::Standpoint;
use crate::commands::steps::verified::verified;
use crate::domain::plan::Plan;
use crate::domain::progress::{Progress, Silent};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::plan::{Complaint, PlanFormat};

/// Show what push would change in the catalog, and the hazards
///
/// Lints the manifests first; if they have errors, shows those and compares nothing. Never writes to the catalog.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct DiffArgs {
    #[command(flatten)]
    pub planning: PlanningArgs,
    /// Show only this branch's changes, not those that were pending before
    #[arg(long, conflicts_with = "no_base")]
    pub only_branch: bool,
    /// Save the plan to FILE, for `push --plan FILE`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "only_branch")]
    pub out: Option<PathBuf>,
    /// Also ask the catalog to validate each change
    #[arg(long)]
    pub verify: bool,
    /// Exit 2 if changes are pending
    #[arg(long)]
    pub exit_code: bool,
    /// Do not abbreviate text output
    #[arg(long)]
    pub full: bool,
    /// Report format, and file: `text`, `json`, `markdown`, `summary`; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = offered::formats::<PlanFormat>())]
    #[arg(hide_possible_values = true, value_hint = ValueHint::Other)]
    pub output: Vec<Output<PlanFormat>>,
}

const EXAMPLES: &str = "\
Examples:
  portolan diff                                    what push would change
  portolan diff --catalog local                    against the embedded catalog
  portolan diff --exit-code --output summary       exit 2 if there is anything to push
  portolan diff --ref HEAD~1                       what going back one commit would change
  portolan diff --output text --output markdown=comment.md";

pub fn run(args: &DiffArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    refuse_shared(&args.output, &context.settings.directory)?;
    if let Some(file) = &args.out {
        refuse_place(file, context.settings)?;
    }
    let from = Standpoint::of(args.planning.commit.as_deref(), context)?;
    let settings = from.settings(context.settings);
    let context = &mut context.with(settings);
    let owner = owner_in_catalog(settings, context.environment)?;
    let wishes = Wishes { only_branch: args.only_branch, intent: Intent::Look, ..args.planning.wishes(owner, &from) };
    let mut planned = match proposed(&wishes, &args.output, context)? {
        Proposed::Plan(planned) => *planned,
        Proposed::Refused(exit) => return Ok(exit),
    };
    if context.environment.in_ci() && is_local_by_default(settings) {
        planned.notes.push(nobody_named_it(context));
    }
    // The command that pushes this plan says the scope, since a push derives none.
    let mut settings = settings.clone();
    if let Some(scope) = derived_scope(&settings, context.environment) {
        planned.notes.push(format!(
            "The scope `{scope}` is derived from the Git remote `origin`. A push needs it set: `scope` in portolan.yaml, \
             PORTOLAN_SCOPE or `--scope`."
        ));
        settings.flags.extend(["--scope".to_owned(), scope]);
    }
    let settings = &settings;
    let complaints = args.verify.then(|| complaints(&planned, context)).transpose()?;
    let push_file = args.out.as_ref().map(|file| push_file(file, &args.planning, settings));
    let report = Report {
        asked_for: from.name(),
        push: &push_again(&args.planning, settings),
        push_file: push_file.as_deref(),
        outputs: &args.output,
        is_full: args.full,
        is_only_branch: args.only_branch,
        says_next_step: true,
        refusal: None,
        complaints: complaints.as_deref(),
    };
    shown(&report, &planned, context)?;
    if let Some((file, push)) = args.out.as_ref().zip(push_file.as_deref()) {
        write_plan(file, push, &planned, context)?;
    }
    Ok(exit(args, &planned.plan, complaints.as_deref()))
}

/// What the catalog would refuse counts as wrong manifests do, and so does what nobody can do.
fn exit(args: &DiffArgs, plan: &Plan, complaints: Option<&[Complaint]>) -> Exit {
    let is_wrong = complaints.is_some_and(|complaints| !complaints.is_empty()) || !plan.obstacles.is_empty();
    match (is_wrong, args.exit_code && !plan.is_empty()) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::ChangesPending,
        (false, false) => Exit::Success,
    }
}

fn complaints(planned: &Planned, context: &Context<'_>) -> Result<Vec<Complaint>, Error> {
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    verified(planned, &planned.acts, progress)
}

fn nobody_named_it(context: &Context<'_>) -> String {
    let platform = context.settings.platform.value;
    format!(
        "No catalog configured: compared with an empty embedded catalog. Set `{}` and `{}`, or pass `--catalog`.",
        platform.client_id_variable, platform.client_secret_variable
    )
}
