//! The arguments of `push`.

use std::path::PathBuf;

use clap::ValueHint;

use crate::commands::args::approval::parse_approval;
use crate::commands::args::completion;
use crate::commands::args::output::Output;
use crate::commands::args::planning::PlanningArgs;
use crate::domain::plan::digest::ApprovalDigest;
use crate::report::outcome::OutcomeFormat;

/// The name of the command in messages.
pub(crate) const PUSH: &str = "push";

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
    /// Before the first write, save what the push changes or deletes to FILE, which must not exist
    ///
    /// `portolan restore FILE` brings it back. The file holds the catalog's values unmasked; only its owner may read it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub backup: Option<PathBuf>,
    /// When a change fails: continue with independent changes, or stop
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = OnError::Continue)]
    pub on_error: OnError,
    /// Show the plan and change nothing (same as `diff`)
    #[arg(long, conflicts_with_all = ["approve", "approval_comments", "run_id", "since_outcome", "rollback", "require_signed", "backup"])]
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
  portolan push --backup before.json               save what it changes, for portolan restore
  portolan push --ref HEAD~1                       go back to the previous commit
  portolan push --since-outcome last.json --output json=last.json
  portolan push --output text --output junit=push.xml";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OnError {
    Continue,
    Stop,
}
