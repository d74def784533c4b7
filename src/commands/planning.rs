//! The flags of verbs that plan, the same for each of them: what is planned, from where, and against what.

use clap::ValueHint;

use crate::commands::steps::base::Wanted;
use crate::commands::steps::connected::Intent;
use crate::commands::steps::planned::{Choice, Wishes};
use crate::commands::steps::standpoint::Standpoint;
use crate::domain::entity::Owner;

#[derive(Debug, Clone, Default, clap::Args)]
pub struct PlanningArgs {
    /// Read the manifests and the snapshot from this commit, and not from the work tree; nothing is checked out
    ///
    /// Of the config, `manifests` and `write` count as that commit has them; catalog, scope and all else as of now.
    #[arg(id = "ref", long = "ref", value_name = "COMMIT", value_hint = ValueHint::Other)]
    pub commit: Option<String>,
    /// Tell what this branch changes from what was pending before: compare with where REF and `HEAD` parted; found by
    /// itself in pipelines
    ///
    /// With `--ref`, where REF and that commit parted; REF itself where it came after the commit. Then `HEAD` is meant
    /// unless REF is named.
    #[arg(long, value_name = "REF", value_hint = ValueHint::Other, conflicts_with = "no_base")]
    pub base: Option<String>,
    /// Look for no base
    #[arg(long)]
    pub no_base: bool,
    /// Take these blueprints or files alone, and what they cannot do without
    #[arg(long, value_name = "BLUEPRINT|FILE", num_args = 1.., value_hint = ValueHint::AnyPath)]
    pub only: Vec<String>,
    /// Take over declared entities that somebody else wrote
    #[arg(long)]
    pub adopt: bool,
    /// Delete what this scope wrote and the manifests no longer declare, whatever the config says
    #[arg(long, overrides_with = "no_prune")]
    pub prune: bool,
    /// Delete nothing, whatever the config says
    #[arg(long)]
    pub no_prune: bool,
}

impl PlanningArgs {
    pub(crate) fn wishes<'a>(&'a self, owner: Owner, from: &'a Standpoint) -> Wishes<'a> {
        Wishes {
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
