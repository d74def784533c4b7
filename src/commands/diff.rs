//! `diff`: the plan, shown. Manifests that are wrong end it before the catalog is asked; what would be done is told in
//! every format that was asked for, and nothing is done.

use std::path::PathBuf;

use clap::ValueHint;

use crate::commands::context::Context;
use crate::commands::offered;
use crate::commands::output::{Output, refuse_shared};
use crate::commands::steps::base::Wanted;
use crate::commands::steps::bound::{refuse_place, write_plan};
use crate::commands::steps::connected::Intent;
use crate::commands::steps::gate::{Gate, gate};
use crate::commands::steps::planned::{Planned, Planning, Wishes, is_local_by_default, planned};
use crate::commands::steps::scope::owner_in_catalog;
use crate::commands::steps::shown::{Report, refused, shown};
use crate::commands::steps::verified::verified;
use crate::domain::plan::Plan;
use crate::domain::progress::{Progress, Silent};
use crate::error::Error;
use crate::exit::Exit;
use crate::plan::acts;
use crate::report::plan::{Complaint, PlanFormat};

/// So many findings are shown as text: they must be mended before anything else, and lint tells all.
pub(crate) const MOST_AS_TEXT: usize = 50;

/// Show what a push would change in the catalog, and what it would endanger
///
/// The manifests are linted first; where they are wrong, that is shown and nothing is compared. Nothing is written to
/// the catalog.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct DiffArgs {
    /// Tell what this branch changes from what was pending before: compare with where REF and `HEAD` parted; found by
    /// itself in pipelines
    #[arg(long, value_name = "REF", value_hint = ValueHint::Other, conflicts_with = "no_base")]
    pub base: Option<String>,
    /// Look for no base
    #[arg(long)]
    pub no_base: bool,
    /// Leave out what was pending before this branch
    #[arg(long, conflicts_with = "no_base")]
    pub only_branch: bool,
    /// Plan these blueprints or files alone, and what they cannot do without
    #[arg(long, value_name = "BLUEPRINT|FILE", num_args = 1.., value_hint = ValueHint::AnyPath)]
    pub only: Vec<String>,
    /// Write the plan to FILE, for `push --plan FILE`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "only_branch")]
    pub out: Option<PathBuf>,
    /// Ask the catalog too whether it would take each write, and show where it would not
    #[arg(long)]
    pub verify: bool,
    /// End with 2 when there are changes
    #[arg(long)]
    pub exit_code: bool,
    /// Take over declared entities that somebody else wrote
    #[arg(long)]
    pub adopt: bool,
    /// Delete what this scope wrote and the manifests no longer declare, whatever the config says
    #[arg(long, overrides_with = "no_prune")]
    pub prune: bool,
    /// Delete nothing, whatever the config says
    #[arg(long)]
    pub no_prune: bool,
    /// Fold nothing in the text
    #[arg(long)]
    pub full: bool,
    /// How to report, and where to: `text`, `json`, `markdown`, `summary`; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = offered::formats::<PlanFormat>())]
    #[arg(hide_possible_values = true, value_hint = ValueHint::Other)]
    pub output: Vec<Output<PlanFormat>>,
}

const EXAMPLES: &str = "\
Examples:
  portolan diff                                    what a push would do
  portolan diff --catalog local                    against the embedded catalog
  portolan diff --exit-code --output summary       is there anything to push?
  portolan diff --output text --output markdown=comment.md";

pub fn run(args: &DiffArgs, context: &mut Context<'_>) -> Result<Exit, Error> {
    let settings = context.settings;
    refuse_shared(&args.output, &settings.directory)?;
    if let Some(file) = &args.out {
        refuse_place(file, settings)?;
    }
    let wishes = Wishes {
        owner: owner_in_catalog(settings, context.environment)?,
        base: match &args.base {
            Some(name) => Wanted::Named(name),
            None if args.no_base => Wanted::Nothing,
            None => Wanted::FromPipeline,
        },
        prune: prune(args.prune, args.no_prune),
        adopt: args.adopt,
        only_branch: args.only_branch,
        only: &args.only,
        intent: Intent::Look,
    };
    let only_text = args.output.iter().all(|output| output.format == PlanFormat::Text);
    let untold = match gate(only_text.then_some(MOST_AS_TEXT), context)? {
        Gate::Open(untold) => untold,
        Gate::Shut(linted) => return refused(&args.output, &wishes.owner, &linted, context),
    };
    let mut planned = match planned(&wishes, context)? {
        Planning::Done(planned) => *planned,
        Planning::Strange(linted) => return refused(&args.output, &wishes.owner, &linted, context),
    };
    planned.notes.extend(untold);
    if context.environment.get("CI").is_some() && is_local_by_default(settings) {
        planned.notes.push(nobody_named_it(context));
    }
    let complaints = args.verify.then(|| complaints(&planned, context)).transpose()?;
    let report = Report {
        outputs: &args.output,
        is_full: args.full,
        is_only_branch: args.only_branch,
        says_next_step: true,
        complaints: complaints.as_deref(),
    };
    shown(&report, &planned, context)?;
    if let Some(file) = &args.out {
        write_plan(file, &planned, context)?;
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
    verified(planned, &acts(&planned.plan, &planned.ground()), progress)
}

fn nobody_named_it(context: &Context<'_>) -> String {
    let platform = context.settings.platform.value;
    format!(
        "Nobody said which catalog is meant, so this is the embedded one, which is new in every pipeline: set `{}` and \
         `{}`, or name it (`--catalog`).",
        platform.client_id_variable, platform.client_secret_variable
    )
}

/// What the flags say of deleting; the last one counts.
pub(crate) fn prune(prune: bool, no_prune: bool) -> Option<bool> {
    match (prune, no_prune) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}
