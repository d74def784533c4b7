//! `push`: applies the plan that `diff` shows. It writes nothing until every hazard is approved, and always reports
//! the result of every change, also after a signal.

pub(crate) mod ancestry;
pub(crate) mod approval;
pub(crate) mod approval_comments;
mod confirm;
mod guard;
pub(crate) mod refusal;
pub(crate) mod signature;

use std::path::PathBuf;

use clap::ValueHint;

use crate::catalog::apply::{ApplyContext, apply};
use crate::catalog::{ApplyOptions, Cancellation, Signal};
use crate::commands::args::approval::parse_approval;
use crate::commands::args::completion;
use crate::commands::args::output::{Output, refuse_shared};
use crate::commands::args::planning::PlanningArgs;
use crate::commands::context::Context;
use crate::commands::diff::{self, DiffArgs};
use crate::commands::plan::build::{BuiltPlan, is_local_by_default};
use crate::commands::plan::file::{Reopened, reopen};
use crate::commands::plan::lint_first::{PlanResult, lint_and_plan};
use crate::commands::plan::output::{Report, plan_report, write_plan_reports, write_reports};
use crate::commands::plan::rerun_command::{plan_file, push_command, push_plan_command};
use crate::commands::push::ancestry::{Since, require_descendant};
use crate::commands::push::approval::{Approvals, missing_approval};
use crate::commands::push::approval_comments::{Searched, read_approvals};
use crate::commands::push::refusal::{refusal_sentences, report_refusal, write_refusal};
use crate::commands::push::signature::require_signed;
use crate::commands::workspace::scope::owner_for_push;
use crate::commands::workspace::source::ManifestSource;
use crate::commands::workspace::texts::InWorkTree;
use crate::domain::entity::Owner;
use crate::domain::plan::digest::ApprovalDigest;
use crate::domain::plan::outcome::{ChangeOutcome, Outcome};
use crate::domain::progress::{Progress, Silent};
use crate::domain::value::timestamp::Moment;
use crate::embedded::store::system_clock;
use crate::error::{Error, PushError};
use crate::exit::Exit;
use crate::plan::secrets_of;
use crate::report::outcome::{self, OutcomeFormat, OutcomeReport};
use crate::report::plan::{PlanFormat, PlanRefusal, PlanReport};
use crate::report::positions::Files;
use crate::report::style::Style;
use crate::settings::{Catalog, Delivery, Settings};
use crate::sources;
use crate::ui::{self, Prompt, Remarks};

/// Apply what `diff` shows: create, update and delete entities in the catalog
///
/// Lints the manifests, compares them with the catalog and shows the plan first. A plan with hazards needs approval;
/// without it, nothing is written. A failed change stops only the changes that depend on it. To finish, run it again.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct PushArgs {
    /// Approve hazards by the digest that the plan shows; repeatable
    ///
    /// The digest holds for one catalog, target and scope, for these hazards, and for what the manifests say of the
    /// entities in them. A new commit or another merge does not void it.
    #[arg(long, value_name = "DIGEST", value_hint = ValueHint::Other, value_parser = parse_approval)]
    pub approve: Vec<ApprovalDigest>,
    /// Accept approvals from the merged pull request: a comment `approve DIGEST` by somebody who may merge
    ///
    /// GitHub: GITHUB_TOKEN. GitLab: GITLAB_TOKEN with the scope `read_api`. The token is sent to the forge's API only.
    #[arg(long)]
    pub approval_comments: bool,
    /// Do not ask for confirmation; required where there is no terminal to ask on, except in CI
    ///
    /// Only a push to a platform asks. Hazards still need approval.
    #[arg(short, long)]
    pub yes: bool,
    #[command(flatten)]
    pub planning: PlanningArgs,
    /// Apply a saved plan; refuse it if the manifests and the catalog no longer yield exactly that plan
    ///
    /// The plan is made again from the manifests, with the options that the file records. The file is compared with the
    /// result, and nothing that is sent is taken from it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(conflicts_with_all = ["only", "base", "no_base", "prune", "no_prune", "dry_run"])]
    pub plan: Option<PathBuf>,
    /// When a change fails: continue with independent changes, or stop
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = OnError::Continue)]
    pub on_error: OnError,
    /// Show the plan and change nothing (same as `diff`)
    #[arg(long, conflicts_with_all = ["approve", "approval_comments", "run_id", "since_outcome", "rollback", "require_signed"])]
    pub dry_run: bool,
    /// Refuse commits older than the one recorded in FILE, the outcome of the last push (`--output json=FILE`)
    ///
    /// If FILE does not exist yet, any commit is accepted.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub since_outcome: Option<PathBuf>,
    /// With `--since-outcome`: allow an older commit, or one of another history
    #[arg(long, requires = "since_outcome")]
    pub rollback: bool,
    /// Push only committed manifests of a commit with a signature that Git trusts
    #[arg(long)]
    pub require_signed: bool,
    /// Allow this push from a pull request
    #[arg(long)]
    pub allow_pull_request: bool,
    /// Allow this push in CI from a branch that is not in `push.branches` (default: the default branch)
    #[arg(long)]
    pub allow_branch: bool,
    /// Allow this push with uncommitted changes, whatever `push.require-clean` says
    #[arg(long)]
    pub allow_dirty: bool,
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
  portolan push                                    lint, show the plan, apply it
  portolan push --catalog local                    push to the embedded catalog
  portolan push --yes                              push without a question
  portolan push --dry-run                          show the plan only
  portolan push --approve DIGEST                   approve the hazards of the plan
  portolan push --plan plan.json                   apply a saved plan, or refuse if it no longer applies
  portolan push --ref HEAD~1                       go back to the previous commit
  portolan push --since-outcome last.json --output json=last.json
  portolan push --output text --output junit=push.xml";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OnError {
    Continue,
    Stop,
}

pub fn run(args: &PushArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let settings = context.settings;
    refuse_shared(&args.output, &settings.directory)?;
    if args.dry_run {
        // A dry run must print exactly what `diff` prints with the same flags.
        let (planning, output) = (args.planning.clone(), plan_outputs(&args.output));
        return diff::run(&DiffArgs { planning, output, ..DiffArgs::default() }, context);
    }
    for file in args.output.iter().filter_map(|output| output.file.as_ref()) {
        sources::check_output(&settings.boundary, &settings.directory.join(file))
            .map_err(|error| error.named(&settings.directory, file))?;
    }
    if context.environment.in_ci() && is_local_by_default(settings) {
        let platform = settings.platform.value;
        let variables = format!("{} and {}", platform.client_id_variable, platform.client_secret_variable);
        return Err(PushError::NotNamed { variables }.into());
    }
    let owner = owner_for_push(settings, context.environment)?;
    let instead = instead(args, context);
    let (from, note) = match provenance(args, &owner, context) {
        Err(Error::Push(error)) => return Err(report_refusal(error, &instead, &owner, context).into()),
        proved => proved?,
    };
    let context = &mut context.with(from.settings(settings));
    let rerun = match &args.plan {
        Some(file) => push_plan_command(file, &args.planning, settings),
        None => push_command(&args.planning, settings),
    };
    let mut current_plan = match current_plan(args, owner, &from, &instead, context)? {
        CurrentPlan::Done(current_plan) => *current_plan,
        CurrentPlan::Refused(exit) => return Ok(exit),
    };
    current_plan.planned.notes.extend(note);
    if settings.delivery.value == Delivery::Cluster {
        let note =
            "With `delivery: cluster` an exporter in a cluster writes these entities; this push writes them too.";
        current_plan.planned.notes.push(note.to_owned());
    }
    let exit = approve_and_apply(args, &mut current_plan, &rerun, context)?;
    current_plan.planned.free();
    Ok(exit)
}

/// The plan's digest, if a comment on the merged pull request approves it. Who approved becomes a note.
fn commented_approval(
    prepared: &mut PreparedPush<'_>,
    written: &[ApprovalDigest],
    context: &Context<'_>,
) -> Result<Option<ApprovalDigest>, Error> {
    let planned = &mut prepared.planned;
    let Some(digest) = planned.plan.approval.filter(|digest| !written.contains(digest)) else { return Ok(None) };
    let Some(commit) = planned.revision.as_ref().and_then(|revision| revision.commit.clone()) else {
        planned.notes.push("There is no commit here, so no pull request could approve the hazards.".to_owned());
        return Ok(None);
    };
    let approvals = read_approvals(digest, Searched::OfCommit(&commit), context)?;
    planned.notes.extend(approvals.notes);
    Ok(approvals.is_approved.then_some(digest))
}

/// Checks that the manifests may be pushed, and returns their source and a note about them.
fn provenance(
    args: &PushArgs,
    owner: &Owner,
    context: &Context<'_>,
) -> Result<(ManifestSource, Option<String>), Error> {
    let commit = args.planning.commit.as_deref();
    let from = if args.require_signed || context.settings.require_signed.value {
        require_signed(commit, context)?
    } else {
        ManifestSource::of(commit, context)?
    };
    let allowed =
        guard::Allowed { pull_request: args.allow_pull_request, branch: args.allow_branch, dirty: args.allow_dirty };
    guard::check_source(allowed, &from, context)?;
    let wanted = args.since_outcome.as_ref().map(|file| Since { file, may_go_back: args.rollback });
    let note = wanted.map(|wanted| require_descendant(&wanted, owner, &from, context)).transpose()?.flatten();
    Ok((from, note))
}

/// Everything that is known before the first write.
struct PreparedPush<'a> {
    planned: BuiltPlan,
    owner: Owner,
    from: &'a ManifestSource,
    /// The outputs for a refusal.
    instead: &'a [Output<OutcomeFormat>],
}

enum CurrentPlan<'a> {
    Done(Box<PreparedPush<'a>>),
    /// The refusal was reported, and the run ends with this exit code.
    Refused(Exit),
}

/// Computes the current plan. With `--plan`, it must equal the one in the file.
fn current_plan<'a>(
    args: &PushArgs,
    owner: Owner,
    from: &'a ManifestSource,
    instead: &'a [Output<OutcomeFormat>],
    context: &mut Context<'_>,
) -> Result<CurrentPlan<'a>, Error> {
    if let Some(file) = &args.plan {
        let planned = match reopen(file, &owner, from, context)? {
            Reopened::Holds(planned) => *planned,
            Reopened::Refused(refusals) => {
                let why = refusals.iter().map(|refusal| format!("\n- {refusal}")).collect();
                let stale = PushError::Stale { path: file.display().to_string(), why };
                return Err(report_refusal(stale, instead, &owner, context).into());
            }
        };
        return Ok(CurrentPlan::Done(Box::new(PreparedPush { planned, owner, from, instead })));
    }
    let options = args.planning.options(owner, from);
    match lint_and_plan(&options, instead, context)? {
        PlanResult::Plan(planned) => {
            Ok(CurrentPlan::Done(Box::new(PreparedPush { planned: *planned, owner: options.owner, from, instead })))
        }
        PlanResult::Findings(exit) => Ok(CurrentPlan::Refused(exit)),
    }
}

/// Asks for approval and confirmation, then pushes; `rerun` is the command that repeats this push.
fn approve_and_apply(
    args: &PushArgs,
    prepared: &mut PreparedPush<'_>,
    rerun: &str,
    context: &mut Context<'_>,
) -> Result<Exit, Error> {
    let mut approve = args.approve.clone();
    if args.approval_comments {
        approve.extend(commented_approval(prepared, &approve, context)?);
    }
    let PreparedPush { planned, owner, from, .. } = &*prepared;
    let missing = missing_approval(&planned.plan, &Approvals { approve: &approve, adopt: args.planning.adopt });
    // If a report goes to standard output, the plan is not printed there as well.
    let shows_plan = args.output.iter().all(|output| output.file.is_some() || output.format == OutcomeFormat::Text);
    let prompt = if context.environment.in_ci() { None } else { Prompt::of_terminal() };
    let asks = match &missing {
        Some(missing) => {
            // Hazards can only be approved on a terminal that shows the plan.
            let is_seen = shows_plan && ui::results_are_seen();
            if !missing.can_be_typed || !is_seen || prompt.is_none() {
                return Err(refuse(missing.error(), prepared, rerun, false, context)?.into());
            }
            true
        }
        None => !args.yes && confirm::needs_confirmation(&planned.plan, context),
    };
    if asks && prompt.is_none() {
        return Err(refuse(PushError::Unconfirmed, prepared, rerun, false, context)?.into());
    }
    if shows_plan {
        let text = [Output { format: PlanFormat::Text, file: None }];
        write_plan_reports(
            &Report { outputs: &text, push: rerun, requested: from.name(), ..Report::default() },
            planned,
            context,
        )?;
        context.streams.flush()?;
    }
    if let Some(mut prompt) = prompt.filter(|_| asks) {
        let refusal = match missing {
            Some(missing) => {
                let is_approved = confirm::confirm_hazards(&planned.plan, missing.hazards, &mut prompt)?;
                (!is_approved).then(|| confirm::hazards_declined(&owner.scope, &missing.flags))
            }
            None => {
                let is_confirmed = confirm::confirm_push(&planned.plan, planned.catalog.name(), &mut prompt)?;
                (!is_confirmed).then(confirm::declined)
            }
        };
        if let Some(refusal) = refusal {
            return Err(refuse(refusal, prepared, rerun, true, context)?.into());
        }
    }
    let pushed = push(args, planned, owner, context);
    // A plan file is applied only once; the remaining changes require a new plan.
    let rest = args.plan.as_ref().map(|file| plan_file(file, &args.planning, context.settings));
    write_outcome(args, &prepared.planned, &pushed, rest.as_deref().unwrap_or(rerun), context)?;
    if pushed.outcome.is_complete() && is_first_in_embedded(planned, context.settings) {
        context.say(
            "note: The entities are now in the embedded catalog on this machine. Change a manifest and run `portolan diff` to see the effect; `portolan serve` shows the catalog in a browser.",
        );
    }
    Ok(match (pushed.outcome.is_complete(), pushed.outcome.is_interrupted) {
        (_, true) => Exit::Interrupted,
        (true, false) => Exit::Success,
        (false, false) => Exit::Incomplete,
    })
}

/// Writes the refusal and the plan to every report and to the job summary; the text goes to standard output unless
/// another report does. The caller returns the error at the end of the run. `was_shown`: the plan was already printed
/// for the user.
fn refuse(
    refusal: PushError,
    prepared: &PreparedPush<'_>,
    rerun: &str,
    was_shown: bool,
    context: &mut Context<'_>,
) -> Result<PushError, Error> {
    let PreparedPush { planned, owner, from, instead, .. } = prepared;
    let (reason, help) = refusal_sentences(&refusal);
    let mut outputs = plan_outputs(instead);
    if was_shown {
        outputs.retain(|output| output.file.is_some() || output.format != PlanFormat::Text);
    } else if outputs.iter().all(|output| output.file.is_some()) {
        outputs.push(Output { format: PlanFormat::Text, file: None });
    }
    let report = Report {
        outputs: &outputs,
        push: rerun,
        requested: from.name(),
        refusal: Some(PlanRefusal { reason: &reason, help: &help }),
        ..Report::default()
    };
    // An empty list of outputs would mean text on standard output.
    if !outputs.is_empty() {
        write_plan_reports(&report, planned, context)?;
    }
    // A plan cannot be expressed in JUnit, so these reports contain only the refusal.
    let tests: Vec<_> = instead.iter().filter(|it| it.format == OutcomeFormat::Junit).cloned().collect();
    write_refusal(&refusal, &tests, owner, context);
    Ok(refusal)
}

/// Whether this push creates the first entities of the embedded catalog.
fn is_first_in_embedded(planned: &BuiltPlan, settings: &Settings) -> bool {
    let total = &planned.plan.counts.total;
    settings.catalog.value == Catalog::Local
        && total.create > 0
        && total.create == total.changes()
        && total.unchanged == 0
}

/// The outputs for a refusal: those of the outcome, except for the record of the last push, which must not be
/// overwritten.
fn instead(args: &PushArgs, context: &Context<'_>) -> Vec<Output<OutcomeFormat>> {
    let place = |file: &PathBuf| sources::output_place(&context.settings.directory.join(file));
    let record = args.since_outcome.as_ref().map(place);
    let is_record = |output: &&Output<OutcomeFormat>| record.is_some() && output.file.as_ref().map(place) == record;
    args.output.iter().filter(|output| !is_record(output)).cloned().collect()
}

/// The outputs of the outcome, converted for a plan. JUnit is left out, because its tests describe applied changes.
fn plan_outputs(outputs: &[Output<OutcomeFormat>]) -> Vec<Output<PlanFormat>> {
    let plan = |output: &Output<OutcomeFormat>| {
        let format = match output.format {
            OutcomeFormat::Text => PlanFormat::Text,
            OutcomeFormat::Json => PlanFormat::Json,
            OutcomeFormat::Markdown => PlanFormat::Markdown,
            OutcomeFormat::Junit => return None,
        };
        Some(Output { format, file: output.file.clone() })
    };
    outputs.iter().filter_map(plan).collect()
}

/// Masks the catalog's messages, which may repeat the values that were sent.
fn mask_answers(outcome: &mut Outcome, planned: &BuiltPlan) {
    for request in planned.requests.waves.iter().flatten() {
        let Some(failure) = outcome.ends.get_mut(request.change).and_then(ChangeOutcome::failure_mut) else { continue };
        let secrets = secrets_of(request, &planned.mask);
        failure.message = planned.mask.quoted(&failure.message, &secrets).into_owned();
    }
}

struct Pushed {
    outcome: Outcome,
    at: Moment,
    milliseconds: u64,
}

fn push(args: &PushArgs, planned: &BuiltPlan, owner: &Owner, context: &Context<'_>) -> Pushed {
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let cancellation = Cancellation::default();
    let remarks = Remarks::new(context.quiet, context.motion);
    let handled = cancellation.handle_signals(move |signal| {
        remarks.say(match signal {
            Signal::Graceful => {
                "Stopping: waiting up to 10 s for requests in flight, then checking unclear results. Press Ctrl-C again to stop now."
            }
            Signal::Forced => "Stopping now: unknown results are reported as in doubt.",
        });
    });
    if handled.is_err() {
        // Without a handler, a signal ends the process at once; the next push reads what was written.
        Remarks::new(context.quiet, context.motion)
            .say("Ctrl-C ends this run without a report: signals cannot be handled here.");
    }
    let clock = system_clock();
    let at = clock();
    let options = ApplyOptions {
        run_id: args.run_id.as_deref(),
        stop_on_failure: args.on_error == OnError::Stop,
        cancellation: &cancellation,
        progress,
    };
    let apply_context = ApplyContext { blueprints: &planned.blueprints.all, owner };
    let mut outcome = apply(&*planned.catalog, &planned.requests, planned.plan.changes.len(), apply_context, options);
    mask_answers(&mut outcome, planned);
    let milliseconds = u64::try_from(clock().0.saturating_sub(at.0)).unwrap_or_default();
    Pushed { outcome, at, milliseconds }
}

fn write_outcome(
    args: &PushArgs,
    planned: &BuiltPlan,
    pushed: &Pushed,
    rerun: &str,
    context: &mut Context<'_>,
) -> Result<(), Error> {
    let texts = planned.texts();
    let plan = plan_report(&Report { push: rerun, ..Report::default() }, planned, &texts, context);
    let in_work_tree = InWorkTree::new(&context.settings.root.value, &texts);
    let Pushed { outcome, at, milliseconds } = pushed;
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
            run_id: args.run_id.as_deref(),
        };
        outcome::render(&report, format, style)
    };
    let written = write_reports(&args.output, &render, context);
    if written.is_err() {
        // The report could not be written, so the outcome is printed: the user must learn that the push happened.
        context.say(&render(OutcomeFormat::Text, &Style::PLAIN));
    }
    written
}
