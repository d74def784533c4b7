//! `restore`: plans and applies the way back from a push, from the backup that the push saved. The rules of a push apply:
//! nothing is written before the plan is shown and every hazard is approved.

pub(crate) mod error;
mod names;
mod owners;
mod plan;

use std::path::PathBuf;

use clap::ValueHint;

use crate::commands::args::approval::parse_approval;
use crate::commands::args::completion;
use crate::commands::args::output::{Output, refuse_shared};
use crate::commands::catalog::connect::Intent;
use crate::commands::context::Context;
use crate::commands::plan::output::{Report, write_plan_reports};
use crate::commands::plan::rerun_command::restore_command;
use crate::commands::push::apply::{apply_plan, write_outcome};
use crate::commands::push::apply_args::ApplyArgs;
use crate::commands::push::approval::require_approval;
use crate::commands::push::guard::{Allowed, check_source};
use crate::commands::push::refusal::{Refusals, plan_outputs};
use crate::commands::push::{OnError, check_destinations};
use crate::commands::restore::owners::{GivenBack, give_back};
use crate::commands::restore::plan::plan_restore;
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::scope::owner_for_push;
use crate::domain::plan::Plan;
use crate::domain::plan::digest::ApprovalDigest;
use crate::error::Error;
use crate::exit::Exit;
use crate::report::outcome::OutcomeFormat;

/// The name of the command in messages.
const RESTORE: &str = "restore";

/// Undo a push: bring the catalog back to the backup that `push --backup FILE` saved
///
/// Shows the plan first: what the push changed gets its old values, what it deleted is created again, and what it created
/// is deleted. What it took over goes back to its owner. Anything else stays as it is. What somebody changed after the push needs approval. Manifests are not read:
/// revert them too, or the next push does the same again.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Approve hazards by the digest that the plan shows; repeatable
    #[arg(long, value_name = "DIGEST", value_hint = ValueHint::Other, value_parser = parse_approval)]
    pub approve: Vec<ApprovalDigest>,
    /// Write entities that another owner took over after the push, or whose relations the push cleared, and give them back
    /// to that owner, as far as the catalog reveals who it is
    #[arg(long)]
    pub adopt: bool,
    /// Do not ask for confirmation; required where there is no terminal to ask on, except in CI
    #[arg(short, long)]
    pub yes: bool,
    /// Show the plan and change nothing
    #[arg(long, conflicts_with_all = ["approve", "run_id"])]
    pub dry_run: bool,
    /// When a change fails: continue with independent changes, or stop
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = OnError::Continue)]
    pub on_error: OnError,
    /// Allow this restore from a pull request
    #[arg(long)]
    pub allow_pull_request: bool,
    /// Allow this restore in CI from a branch that is not in `push.branches` (default: the default branch)
    #[arg(long)]
    pub allow_branch: bool,
    /// Id of the action run that the catalog records for these changes
    #[arg(long, value_name = "ID", value_hint = ValueHint::Other)]
    pub run_id: Option<String>,
    /// Report format, and file: `text`, `json`, `markdown`, `junit`; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = completion::formats::<OutcomeFormat>())]
    #[arg(hide_possible_values = true, value_hint = ValueHint::Other)]
    pub output: Vec<Output<OutcomeFormat>>,
}

const EXAMPLES: &str = "\
Examples:
  portolan push --backup before.json        save what the push changes
  portolan restore before.json --dry-run    show what would be brought back
  portolan restore before.json              bring it back";

impl Verb for RestoreArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.in_repository(Needs::repository(), |context| run(self, context))
    }
}

fn run(args: &RestoreArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    refuse_shared(&args.output, &context.settings.directory)?;
    let owner = &owner_for_push(context.settings, context.git)?;
    let command = restore_command(&args.file, args.adopt, context.settings);
    if args.dry_run {
        let planned = plan_restore(&args.file, args.adopt, (owner, Intent::Look), context)?;
        let outputs = plan_outputs(&args.output);
        let report = Report { push: &command, outputs: &outputs, says_next_step: true, ..Report::default() };
        write_plan_reports(&report, &planned, context)?;
        return Ok(exit_of(&planned.plan));
    }
    check_destinations(&args.output, context)?;
    let refusals = Refusals::new((RESTORE, &args.output), None, owner, context);
    let allowed = Allowed { pull_request: args.allow_pull_request, branch: args.allow_branch, dirty: true };
    let workspace = Workspace::open(None, context)?;
    check_source(RESTORE, allowed, &workspace, context).map_err(|error| refusals.report(error, context))?;
    let mut planned = plan_restore(&args.file, args.adopt, (owner, Intent::Write), context)?;
    let apply_args = ApplyArgs {
        verb: RESTORE,
        approve: &args.approve,
        approval_comments: false,
        adopt: args.adopt,
        adopt_from: &[],
        yes: args.yes,
        on_error: args.on_error,
        run_id: args.run_id.as_deref(),
        output: &args.output,
    };
    require_approval(&apply_args, &mut planned, None, &command, &refusals, context)?;
    let mut restored = apply_plan(&apply_args, &planned, owner, context);
    // Until all is restored, a rerun must find this scope as the owner.
    let mut owners = GivenBack::default();
    if restored.exit() == Exit::Success {
        owners = give_back(&planned, owner);
    }
    restored.given_back = owners.back.len();
    write_outcome(&apply_args, &planned, &restored, &command, context)?;
    owners.report(owner, context);
    planned.free();
    Ok(if owners.kept.is_empty() { restored.exit() } else { Exit::Incomplete })
}

/// No approval helps against obstacles and policies that refuse the plan.
fn exit_of(plan: &Plan) -> Exit {
    match (plan.obstacles.is_empty(), plan.refusals()) {
        (false, _) => Exit::Findings,
        (true, 1..) => Exit::Refused,
        (true, 0) => Exit::Success,
    }
}
