//! `diff`: shows the plan in every requested format and changes nothing. Manifests with errors stop it before the
//! catalog is read.

mod drift;
mod fail_on;

use std::path::PathBuf;

use clap::ValueHint;

use crate::commands::all::{self, ONE_PLAN, ONE_SNAPSHOT, PerConfig, destinations};
use crate::commands::args::approval::parse_approval;
use crate::commands::args::completion;
use crate::commands::args::output::{Output, refuse_shared};
use crate::commands::args::planning::{PlanOptions, PlanWriter, PlanningArgs};
use crate::commands::catalog::connect::Intent;
use crate::commands::catalog::offline;
use crate::commands::context::Context;
use crate::commands::diff::drift::drift_commands;
use crate::commands::diff::fail_on::{FailOn, found, verdicts};
use crate::commands::impact::compare::{ComparedImpact, compare};
use crate::commands::impact::output::write_impact;
use crate::commands::impact::sides::Sides;
use crate::commands::output::reports::Destination;
use crate::commands::plan::build::{BuiltPlan, is_local_by_default};
use crate::commands::plan::file::{check_output_path, save_plan};
use crate::commands::plan::lint_first::{PlanResult, lint_and_plan};
use crate::commands::plan::output::{Report, write_plan_reports};
use crate::commands::plan::rerun_command::{push_command_of, push_plan_command};
use crate::commands::plan::verify::verify;
use crate::commands::push::approval::{Approvals, missing_approval};
use crate::commands::push::approval_comments::{Searched, commented_approval};
use crate::commands::verb::{Needs, Process, Verb};
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::scope::{derived_scope, owner_in_catalog};
use crate::domain::error_class::ExitClass;
use crate::domain::impact::Impact;
use crate::domain::plan::digest::ApprovalDigest;
use crate::domain::progress::{Progress, Silent};
use crate::error::Error;
use crate::exit::Exit;
use crate::report::plan::{ClusterDelivery, Complaint, DriftCommands, PlanFormat};
use crate::settings::Delivery;

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
    /// Show instead what a change of blueprints does to the entities: what it breaks, loses or newly requires
    ///
    /// PATH: the new blueprints, a file or folder as `pull` or the API writes them; the snapshot has the old ones. `live`: the
    /// new ones are those of the catalog, whose entities are judged too. REF: a Git revision, whose snapshot has the old ones.
    /// PATH and REF read no catalog.
    #[arg(long, value_name = "PATH|REF|live", value_hint = ValueHint::AnyPath)]
    #[arg(conflicts_with_all = [
        "only_branch", "out", "verify", "approve", "approval_comments", "base", "no_base", "only", "adopt", "prune", "no_prune",
    ])]
    pub blueprints: Option<String>,
    /// With `--blueprints`: also judge the entities and values that only the catalog has
    #[arg(long, requires = "blueprints")]
    pub live: bool,
    /// Exit 2 if changes are pending
    #[arg(long)]
    pub exit_code: bool,
    /// What fails the run: `hazard` (exit 4), `missing`, `extra`, `changed`, `drift` (exit 2); with changed blueprints also `broken`,
    /// `required` (exit 1), `lossy` (exit 2); several separated by commas
    ///
    /// `hazard`: a hazard needs approval. `missing`: a declared entity is not in the catalog. `extra`: the catalog has an
    /// entity of this scope that no manifest declares. `changed`: a declared entity differs in the catalog. `drift`: somebody
    /// changed or deleted a declared entity in the catalog. `broken`: an
    /// entity is refused after a change of blueprints. `required`: it is refused until it has a value that they require. `lossy`:
    /// it is accepted, but the catalog drops, hides or recomputes one of its values.
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',', num_args = 1)]
    pub fail_on: Vec<FailOn>,
    /// With `--fail-on hazard`: the digest of hazards that are approved; repeatable
    #[arg(long, value_name = "DIGEST", value_hint = ValueHint::Other, value_parser = parse_approval, requires = "fail_on")]
    pub approve: Vec<ApprovalDigest>,
    /// With `--fail-on hazard`: accept approvals from the pull request: a comment `approve DIGEST` by somebody who may merge
    ///
    /// GitHub: GITHUB_TOKEN. GitLab: GITLAB_TOKEN with the scope `read_api`. The token is sent to the forge's API only.
    #[arg(long, requires = "fail_on")]
    pub approval_comments: bool,
    /// Do not abbreviate text output
    #[arg(long)]
    pub full: bool,
    /// Report format, and file: `text`, `json`, `markdown`, `summary`; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = completion::formats::<PlanFormat>())]
    #[arg(hide_possible_values = true, value_hint = ValueHint::Other)]
    pub output: Vec<Output<PlanFormat>>,
}

const EXAMPLES: &str = "\
Examples:
  portolan diff                                    what push would change
  portolan diff --catalog local                    against the embedded catalog
  portolan diff --exit-code --output summary       exit 2 if there is anything to push
  portolan diff --fail-on hazard                   exit 4 if a hazard needs approval (for pull requests)
  portolan diff --fail-on missing,extra,changed    exit 2 if catalog and manifests differ (for scheduled runs)
  portolan diff --fail-on drift                    exit 2 if somebody changed declared entities in the catalog
  portolan diff --ref HEAD~1                       what going back one commit would change
  portolan diff --blueprints proposed/             what these blueprints would break, lose or require
  portolan diff --blueprints main                  what the changed blueprints of this branch do
  portolan diff --output text --output markdown=comment.md";

impl Verb for DiffArgs {
    fn run(&self, process: &mut Process<'_>) -> Result<Exit, Error> {
        process.in_repository(Needs::repository(), |context| self.run_here(context))
    }

    fn run_for_all(&self, process: &mut Process<'_>) -> Option<Result<Exit, Error>> {
        Some(all::run(self, process))
    }
}

impl PerConfig for DiffArgs {
    const VERB: &'static str = "diff";
    const PLANS: bool = true;

    fn run(&self, context: &mut Context<'_>) -> Result<Exit, Error> {
        self.run_here(context)
    }

    fn destinations(&self) -> Vec<Destination> {
        destinations(&self.output)
    }

    fn refused_flag(&self) -> Option<(&'static str, &'static str)> {
        let out = self.out.as_ref().map(|_| ("--out", ONE_PLAN));
        out.or_else(|| self.blueprints.as_ref().map(|_| ("--blueprints", ONE_SNAPSHOT)))
    }
}

/// A flag that means nothing without the catalog.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{flag}` needs the catalog, and this pull request has no credentials for it")]
#[diagnostic(code("needs-catalog"), help("leave `{flag}` out where credentials are missing"))]
struct NeedsCatalog {
    flag: &'static str,
}

impl ExitClass for NeedsCatalog {}

/// A verdict on a plan, where there is none.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`--fail-on hazard,missing,extra,changed,drift` is about a plan, and `--blueprints` makes none")]
#[diagnostic(code("no-plan-to-fail-on"), help("use `broken`, `lossy` or `required`, or drop `--blueprints`"))]
struct NoPlanToFailOn;

impl ExitClass for NoPlanToFailOn {}

impl DiffArgs {
    /// With `delivery: cluster` the exporters write. A plan file is always that of a push.
    fn run_here(&self, context: &mut Context<'_>) -> Result<Exit, Error> {
        let is_cluster = context.settings.delivery.value == Delivery::Cluster && self.out.is_none();
        let writer = if is_cluster { PlanWriter::Exporters } else { PlanWriter::Push };
        run(self, writer, context)
    }
}

pub(crate) fn run(args: &DiffArgs, writer: PlanWriter, context: &mut Context<'_>) -> Result<Exit, Error> {
    refuse_shared(&args.output, &context.settings.directory)?;
    if let Some(file) = &args.out {
        check_output_path(file, context.settings)?;
    }
    let workspace = Workspace::open(args.planning.commit.as_deref(), context)?;
    if let Some(blueprints) = &args.blueprints {
        return show_impact(args, blueprints, &workspace, context);
    }
    let settings = &*workspace.settings;
    let context = &mut context.with(settings);
    let owner = owner_in_catalog(settings, context.git)?;
    let options = PlanOptions {
        only_branch: args.only_branch,
        intent: Intent::Look,
        writer,
        ..args.planning.options(&owner, &workspace)
    };
    if offline::is_offline(settings, context.environment) {
        let flag = [(args.out.is_some(), "--out"), (args.verify, "--verify")].into_iter().find(|(is_set, _)| *is_set);
        if let Some((_, flag)) = flag {
            return Err(NeedsCatalog { flag }.into());
        }
    }
    let mut planned = match lint_and_plan(&options, &args.output, context)? {
        PlanResult::Plan(planned) => *planned,
        PlanResult::Findings(exit) => return Ok(exit),
    };
    if planned.is_offline {
        return show_offline(args, &workspace, &planned, context);
    }
    if context.environment.in_ci() && is_local_by_default(settings) {
        planned.notes.push(nobody_named_it(context));
    }
    let mut approve = args.approve.clone();
    if args.approval_comments {
        approve.extend(commented_approval(&mut planned, &approve, Searched::OfJob, context)?);
    }
    // A push derives no scope, so the command that pushes this plan passes it as a flag.
    let mut settings = settings.clone();
    if let Some(scope) = derived_scope(&settings, context.git) {
        planned.notes.push(format!(
            "The scope `{scope}` is derived from the Git remote `origin`. A push needs it set: `scope` in portolan.yaml, \
             PORTOLAN_SCOPE or `--scope`."
        ));
        settings.flags.extend(["--scope".to_owned(), scope]);
    }
    let settings = &settings;
    let complaints = args.verify.then(|| complaints(&planned, context)).transpose()?;
    let push_file = args.out.as_ref().map(|file| push_plan_command(file, &args.planning, settings));
    let ways_out = drift_commands(&args.planning, &args.fail_on, &planned, settings);
    let report = Report {
        requested: workspace.name(),
        push: &push_command_of(&planned, &args.planning, settings),
        push_file: push_file.as_deref(),
        outputs: &args.output,
        is_full: args.full,
        is_only_branch: args.only_branch,
        says_next_step: true,
        refusal: None,
        complaints: complaints.as_deref(),
        drift: ways_out.as_ref().map(|(pull, push)| DriftCommands { pull: pull.as_deref(), push }),
    };
    write_plan_reports(&report, &planned, context)?;
    if let Some((file, push)) = args.out.as_ref().zip(push_file.as_deref()) {
        save_plan(file, push, &planned, context)?;
    }
    if !context.quiet {
        verdicts(&args.fail_on, &planned.plan, &planned.drift).iter().for_each(|verdict| context.say(verdict));
    }
    let is_stuck = planned.delivery.as_ref().is_some_and(ClusterDelivery::has_refusals);
    let exit = match is_stuck {
        true => Exit::Findings,
        false => exit(args, &planned, &approve, complaints.as_deref()),
    };
    let exit = and_impact(exit, &args.fail_on, planned.impact.as_ref());
    planned.free();
    Ok(exit)
}

/// Exit 1 if the catalog would reject a write, or the plan has obstacles, and 4 if a policy refuses the plan: no approval
/// helps against these.
fn exit(args: &DiffArgs, planned: &BuiltPlan, approve: &[ApprovalDigest], complaints: Option<&[Complaint]>) -> Exit {
    let plan = &planned.plan;
    if complaints.is_some_and(|complaints| !complaints.is_empty()) || !plan.obstacles.is_empty() {
        return Exit::Findings;
    }
    if plan.refusals() > 0 {
        return Exit::Refused;
    }
    let consents = Approvals::new(approve, args.planning.adopt, &args.planning.adopt_from, &planned.options);
    if args.fail_on.contains(&FailOn::Hazard) && missing_approval(planned, &consents).is_some() {
        return Exit::Refused;
    }
    let is_any_found = args.fail_on.iter().any(|fail_on| found(*fail_on, plan, &planned.drift) > 0);
    if is_any_found || args.exit_code && !plan.is_empty() { Exit::ChangesPending } else { Exit::Success }
}

/// Shows what other blueprints do to the entities. It makes no plan.
fn show_impact(
    args: &DiffArgs,
    blueprints: &str,
    workspace: &Workspace<'_>,
    context: &mut Context<'_>,
) -> Result<Exit, Error> {
    if args.fail_on.iter().any(|fail_on| !fail_on.is_of_impact()) {
        return Err(NoPlanToFailOn.into());
    }
    let owner = owner_in_catalog(&workspace.settings, context.git)?;
    let mut sides = Sides::open(blueprints, workspace, context)?;
    if args.live {
        sides = sides.and_stored(context)?;
    }
    let compared = compare(&sides, workspace, context)?;
    write_impact(&compared, (&owner.scope, &args.output, args.full), context)?;
    let exit = impact_exit(&args.fail_on, &compared.impact);
    let is_pending = args.exit_code && (compared.impact.counts.affected() > 0 || !compared.impact.faults.is_empty());
    Ok(exit.unwrap_or(if is_pending { Exit::ChangesPending } else { Exit::Success }))
}

/// What the plan says comes first, unless it is only that changes are pending.
fn and_impact(exit: Exit, fail_on: &[FailOn], compared: Option<&ComparedImpact>) -> Exit {
    match (exit, compared.and_then(|compared| impact_exit(fail_on, &compared.impact))) {
        (Exit::Success | Exit::ChangesPending, Some(of_impact)) => of_impact,
        (exit, _) => exit,
    }
}

/// Exit 1 where lint would fail with the new blueprints.
fn impact_exit(fail_on: &[FailOn], impact: &Impact) -> Option<Exit> {
    let counts = &impact.counts;
    let is_refused = |fail_on: &FailOn| match fail_on {
        FailOn::Broken => counts.broken > 0 || !impact.faults.is_empty(),
        FailOn::Required => counts.newly_required > 0,
        FailOn::Lossy | FailOn::Hazard | FailOn::Missing | FailOn::Extra | FailOn::Changed | FailOn::Drift => false,
    };
    if fail_on.iter().any(is_refused) {
        return Some(Exit::Findings);
    }
    (fail_on.contains(&FailOn::Lossy) && counts.lossy > 0).then_some(Exit::ChangesPending)
}

/// Shows the plan against the merge base. Only lint determines the exit code, because the effect on the real catalog is
/// not known.
fn show_offline(
    args: &DiffArgs,
    workspace: &Workspace<'_>,
    planned: &BuiltPlan,
    context: &mut Context<'_>,
) -> Result<Exit, Error> {
    let report = Report {
        requested: workspace.name(),
        outputs: &args.output,
        is_full: args.full,
        is_only_branch: args.only_branch,
        ..Report::default()
    };
    write_plan_reports(&report, planned, context)?;
    Ok(and_impact(Exit::Success, &args.fail_on, planned.impact.as_ref()))
}

fn complaints(planned: &BuiltPlan, context: &Context<'_>) -> Result<Vec<Complaint>, Error> {
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    verify(planned, &planned.requests, progress)
}

fn nobody_named_it(context: &Context<'_>) -> String {
    let platform = context.settings.platform.value;
    format!(
        "No catalog configured: compared with an empty embedded catalog. Set `{}` and `{}`, or pass `--catalog`.",
        platform.client_id_variable, platform.client_secret_variable
    )
}
