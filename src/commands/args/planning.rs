//! The flags of commands that plan: what to plan, from which source, and compared with what.

use clap::ValueHint;

use crate::commands::catalog::connect::Intent;
use crate::commands::plan::base::Wanted;
use crate::commands::plan::build::{Choice, PlanOptions};
use crate::commands::workspace::source::ManifestSource;
use crate::domain::entity::Owner;

#[derive(Debug, Clone, Default, clap::Args)]
pub struct PlanningArgs {
    /// Read manifests and snapshot from this commit instead of the work tree (no checkout)
    ///
    /// The settings `manifests` and `write` come from that commit too; catalog, scope and every other setting come from
    /// the current config.
    #[arg(id = "ref", long = "ref", value_name = "COMMIT", value_hint = ValueHint::Other)]
    pub commit: Option<String>,
    /// Compare with the merge base of REF and `HEAD`, to tell this branch's changes from those that were pending before;
    /// detected in CI
    ///
    /// With `--ref COMMIT`, the merge base of REF and that commit, or REF itself if it is newer; REF then defaults to
    /// `HEAD`.
    #[arg(long, value_name = "REF", value_hint = ValueHint::Other, conflicts_with = "no_base")]
    pub base: Option<String>,
    /// Do not compare with a merge base
    #[arg(long)]
    pub no_base: bool,
    /// Limit to these blueprints or files and their dependencies
    #[arg(long, value_name = "BLUEPRINT|FILE", num_args = 1.., value_hint = ValueHint::AnyPath)]
    pub only: Vec<String>,
    /// Take over declared entities that another scope, integration or person owns
    #[arg(long)]
    pub adopt: bool,
    /// Delete entities that this scope owns and no manifest declares, whatever the config says
    #[arg(long, overrides_with = "no_prune")]
    pub prune: bool,
    /// Delete nothing, whatever the config says
    #[arg(long)]
    pub no_prune: bool,
}

impl PlanningArgs {
    pub(crate) fn options<'a>(&'a self, owner: Owner, from: &'a ManifestSource) -> PlanOptions<'a> {
        PlanOptions {
            owner,
            from,
            base: match &self.base {
                Some(name) => Wanted::Named(name),
                None if self.no_base => Wanted::Nothing,
                None => Wanted::FromPipeline,
            },
            prune: match (self.prune, self.no_prune) {
                (true, _) => Some(true),
                (false, true) => Some(false),
                (false, false) => None,
            },
            adopt: self.adopt,
            only_branch: false,
            only: Choice::Named(&self.only),
            intent: Intent::Write,
        }
    }
}
