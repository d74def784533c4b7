//! `push`: the plan that `diff` shows, done. Nothing is written before every yes is there; from then on nothing ends it but
//! its end or a signal, and either way every change has its end told.

use std::path::{Path, PathBuf};

use clap::ValueHint;

use crate::catalog::apply::apply;
use crate::catalog::store::system_clock;
use crate::catalog::{Errand, Stop, Told};
use crate::commands::context::Context;
use crate::commands::diff::{self, DiffArgs};
use crate::commands::offered;
use crate::commands::output::{Output, refuse_shared};
use crate::commands::steps::base::Wanted;
use crate::commands::steps::bound::{Rebound, rebound};
use crate::commands::steps::connected::Intent;
use crate::commands::steps::consented::{Consents, refusal};
use crate::commands::steps::gate::{Gate, gate};
use crate::commands::steps::linted::InWorkTree;
use crate::commands::steps::planned::{Planned, Planning, Wishes, is_local_by_default, planned};
use crate::commands::steps::scope::owner_in_catalog;
use crate::commands::steps::shown::{Report, give_out, plan_report, refused, shown};
use crate::domain::act::Acts;
use crate::domain::digest::Digest;
use crate::domain::moment::Moment;
use crate::domain::outcome::Outcome;
use crate::domain::progress::{Progress, Silent};
use crate::error::{Error, PushError};
use crate::exit::Exit;
use crate::plan::acts;
use crate::report::outcome::{self, OutcomeFormat, OutcomeReport};
use crate::report::place::Files;
use crate::report::plan::{PlanFormat, PlanReport};
use crate::report::style::Style;
use crate::ui::Remarks;

/// Do what `diff` shows: create, update and delete in the catalog
///
/// The manifests are linted and compared with the catalog first, and the plan is shown. What is dangerous in it wants a
/// yes, and without one nothing is written. One change that fails keeps back those that need it, and no other; run it
/// again to finish.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct PushArgs {
    /// Say yes to the hazards of the plan with this digest, which the plan shows; repeatable
    #[arg(long, value_name = "DIGEST", value_hint = ValueHint::Other, value_parser = digest)]
    pub approve: Vec<String>,
    /// Take over declared entities that somebody else wrote
    #[arg(long)]
    pub adopt: bool,
    /// Delete what this scope wrote and the manifests no longer declare, whatever the config says
    #[arg(long, overrides_with = "no_prune")]
    pub prune: bool,
    /// Delete nothing, whatever the config says
    #[arg(long)]
    pub no_prune: bool,
    /// Do these blueprints or files alone, and what they cannot do without
    #[arg(long, value_name = "BLUEPRINT|FILE", num_args = 1.., value_hint = ValueHint::AnyPath)]
    pub only: Vec<String>,
    /// Do what `diff --out FILE` wrote down, or nothing where anything it hangs on has moved since
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(conflicts_with_all = ["only", "base", "no_base", "prune", "no_prune", "dry_run"])]
    pub plan: Option<PathBuf>,
    /// What to do when a change fails: go on with those that do not need it, or begin nothing more
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = OnError::Continue)]
    pub on_error: OnError,
    /// Show the plan and do nothing: `diff`
    #[arg(long, conflicts_with_all = ["approve", "run_id"])]
    pub dry_run: bool,
    /// Tell what this branch changes from what was pending before: compare with where REF and `HEAD` parted; found by
    /// itself in pipelines
    #[arg(long, value_name = "REF", value_hint = ValueHint::Other, conflicts_with = "no_base")]
    pub base: Option<String>,
    /// Look for no base
    #[arg(long)]
    pub no_base: bool,
    /// Tell the catalog that it is written on behalf of this run of an action
    #[arg(long, value_name = "ID", value_hint = ValueHint::Other)]
    pub run_id: Option<String>,
    /// How to report what was done, and where to: `text`, `json`, `markdown`, `junit`; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = offered::formats::<OutcomeFormat>())]
    #[arg(hide_possible_values = true, value_hint = ValueHint::Other)]
    pub output: Vec<Output<OutcomeFormat>>,
}

const EXAMPLES: &str = "\
Examples:
  portolan push                                    lint, show the plan, and do it
  portolan push --catalog local                    into the embedded catalog
  portolan push --dry-run                          the plan alone
  portolan push --approve 00070e151c23             with a yes to the hazards that the plan shows
  portolan push --plan plan.json                   what was reviewed, or nothing
  portolan push --output text --output junit=push.xml";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OnError {
    Continue,
    Stop,
}

fn digest(text: &str) -> Result<String, String> {
    let is_hex = text.chars().all(|c| c.is_ascii_hexdigit());
    match text.len() {
        Digest::SHORT..=64 if is_hex => Ok(text.to_owned()),
        _ => Err(format!("a digest is {} to 64 hexadecimal digits: `portolan diff` shows it", Digest::SHORT)),
    }
}

pub fn run(args: &PushArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let settings = context.settings;
    refuse_shared(&args.output, &settings.directory)?;
    let outputs = plan_outputs(&args.output);
    if args.dry_run {
        return dry_run(args, outputs, context);
    }
    if context.environment.get("CI").is_some() && is_local_by_default(settings) {
        let platform = settings.platform.value;
        let variables = format!("{} and {}", platform.client_id_variable, platform.client_secret_variable);
        return Err(PushError::NotNamed { variables }.into());
    }
    if let Some(file) = &args.plan {
        return carry_out(args, file, outputs, context);
    }
    let wishes = Wishes {
        owner: owner_in_catalog(settings, context.environment)?,
        base: match &args.base {
            Some(name) => Wanted::Named(name),
            None if args.no_base => Wanted::Nothing,
            None => Wanted::FromPipeline,
        },
        prune: diff::prune(args.prune, args.no_prune),
        adopt: args.adopt,
        only_branch: false,
        only: &args.only,
        intent: Intent::Write,
    };
    let only_text = outputs.iter().all(|output| output.format == PlanFormat::Text);
    let untold = match gate(only_text.then_some(diff::MOST_AS_TEXT), context)? {
        Gate::Open(untold) => untold,
        Gate::Shut(linted) => return refused(&outputs, &wishes.owner, &linted, context),
    };
    let mut planned = match planned(&wishes, context)? {
        Planning::Done(planned) => *planned,
        Planning::Strange(linted) => return refused(&outputs, &wishes.owner, &linted, context),
    };
    planned.notes.extend(untold);
    let acts = acts(&planned.plan, &planned.ground());
    consented(args, outputs, &planned, &acts, context)
}

/// What was reviewed, as it was written down; nothing is linted or compared anew but what it hangs on.
fn carry_out(
    args: &PushArgs,
    file: &Path,
    outputs: Vec<Output<PlanFormat>>,
    context: &mut Context<'_>,
) -> Result<Exit, Error> {
    let owner = owner_in_catalog(context.settings, context.environment)?;
    let Rebound { planned, acts, refusals } = rebound(file, &owner, context)?;
    if !refusals.is_empty() {
        let why = refusals.iter().map(|refusal| format!("\n- {refusal}")).collect();
        return Err(PushError::Stale { path: file.display().to_string(), why }.into());
    }
    consented(args, outputs, &planned, &acts, context)
}

/// From the plan on all pushes are alike.
fn consented(
    args: &PushArgs,
    outputs: Vec<Output<PlanFormat>>,
    planned: &Planned,
    acts: &Acts,
    context: &mut Context<'_>,
) -> Result<Exit, Error> {
    let consents = Consents { approve: &args.approve, adopt: args.adopt };
    if let Some(refusal) = refusal(&planned.plan, &consents) {
        let report = Report { says_next_step: false, ..report(&outputs) };
        shown(&report, planned, context)?;
        return Err(refusal.into());
    }
    // Where the outcome alone is wanted, nothing else is in it.
    if args.output.iter().all(|output| output.file.is_some() || output.format == OutcomeFormat::Text) {
        let text = [Output { format: PlanFormat::Text, file: None }];
        shown(&report(&text), planned, context)?;
        context.streams.flush()?;
    }
    let pushed = push(args, planned, acts, context);
    tell(args, planned, &pushed, context)?;
    if pushed.outcome.is_complete() && !planned.plan.is_empty() && is_local_by_default(context.settings) {
        context.say("note: That is the embedded catalog of this machine: `portolan serve` shows it in a browser.");
    }
    Ok(match (pushed.outcome.is_complete(), pushed.outcome.is_interrupted) {
        (_, true) => Exit::Interrupted,
        (true, false) => Exit::Success,
        (false, false) => Exit::Incomplete,
    })
}

fn report<'a>(outputs: &'a [Output<PlanFormat>]) -> Report<'a> {
    Report { outputs, is_full: false, is_only_branch: false, says_next_step: false, complaints: None }
}

/// The same as `diff` with the same flags, to the byte.
fn dry_run(args: &PushArgs, output: Vec<Output<PlanFormat>>, context: &mut Context<'_>) -> Result<Exit, Error> {
    let PushArgs { adopt, prune, no_prune, ref base, no_base, .. } = *args;
    let diff = DiffArgs {
        base: base.clone(),
        no_base,
        only_branch: false,
        verify: false,
        exit_code: false,
        adopt,
        prune,
        no_prune,
        full: false,
        only: args.only.clone(),
        out: None,
        output,
    };
    diff::run(&diff, context)
}

/// Where a plan goes in place of its outcome. Tests are of what was done.
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

struct Pushed {
    outcome: Outcome,
    at: Moment,
    milliseconds: u64,
}

fn push(args: &PushArgs, planned: &Planned, acts: &Acts, context: &Context<'_>) -> Pushed {
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let stop = Stop::default();
    let remarks = Remarks::new(context.quiet);
    let heeded = stop.heed_signals(move |told| {
        remarks.say(match told {
            Told::Once => "note: Stopping: calls in flight end first. Once more, and they are left to themselves.",
            Told::Twice => "note: Stopping at once.",
        });
    });
    if heeded.is_err() {
        // Then they end the program as they always did; the next run sees what was done.
        Remarks::new(context.quiet).say("note: Signals cannot be heeded here: Ctrl-C ends it without a report.");
    }
    let clock = system_clock();
    let at = clock();
    let errand = Errand {
        run_id: args.run_id.as_deref(),
        stops_at_first: args.on_error == OnError::Stop,
        stop: &stop,
        progress,
    };
    let outcome = apply(&*planned.catalog, acts, planned.plan.changes.len(), errand);
    let milliseconds = u64::try_from(clock().0.saturating_sub(at.0)).unwrap_or_default();
    Pushed { outcome, at, milliseconds }
}

fn tell(args: &PushArgs, planned: &Planned, pushed: &Pushed, context: &mut Context<'_>) -> Result<(), Error> {
    let texts = planned.texts();
    let plan = plan_report(&report(&[]), planned, &texts, context);
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
    give_out(&args.output, [OutcomeFormat::Text, OutcomeFormat::Markdown], &render, context)
}
