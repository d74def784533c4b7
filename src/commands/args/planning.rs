//! The flags of commands that plan, and the options of a plan: what to plan, from which source, and compared with what.

use clap::ValueHint;

use crate::commands::catalog::connect::Intent;
use crate::commands::plan::base::Wanted;
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::scope::parse_scope;
use crate::domain::entity::Owner;
use crate::plan::file::{ChosenPart, Options};

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
    #[arg(long, conflicts_with = "adopt_from")]
    pub adopt: bool,
    /// Take over declared entities that this other scope owns, and no others; repeatable
    ///
    /// For a repository that changes its scope, or takes manifests from another one. What the other scope owns and no
    /// manifest here declares stays with it.
    #[arg(long, value_name = "SCOPE", value_hint = ValueHint::Other, value_parser = parse_scope)]
    pub adopt_from: Vec<String>,
    /// Delete entities that this scope owns and no manifest declares, whatever the config says
    #[arg(long, overrides_with = "no_prune")]
    pub prune: bool,
    /// Delete nothing, whatever the config says
    #[arg(long)]
    pub no_prune: bool,
}

impl PlanningArgs {
    /// The arguments that repeat the plan of a file.
    pub(crate) fn of_file(options: &Options) -> Self {
        let Options { prune, adopt, adopt_from, only: _ } = options;
        Self {
            prune: *prune == Some(true),
            no_prune: *prune == Some(false),
            adopt: *adopt,
            adopt_from: adopt_from.clone(),
            ..Self::default()
        }
    }

    /// What a plan file records; `only` is the part that `--only` selects.
    pub(crate) fn recorded(&self, only: Option<ChosenPart>) -> Options {
        Options { prune: self.prunes(), adopt: self.adopt, adopt_from: self.scopes_to_adopt_from(), only }
    }

    /// The scopes of `--adopt-from`, sorted and without duplicates.
    pub(crate) fn scopes_to_adopt_from(&self) -> Vec<String> {
        let mut scopes = self.adopt_from.clone();
        scopes.sort();
        scopes.dedup();
        scopes
    }

    /// `None`: the config decides.
    pub(crate) fn prunes(&self) -> Option<bool> {
        (self.prune || self.no_prune).then_some(self.prune)
    }

    /// The flags that repeat these arguments, each with its value.
    pub(crate) fn flags(&self) -> Vec<(&'static str, Option<&str>)> {
        let Self { commit, base, no_base, only, adopt, adopt_from, prune, no_prune } = self;
        let mut flags = Vec::new();
        flags.extend(commit.as_deref().map(|commit| ("--ref", Some(commit))));
        flags.extend(base.as_deref().map(|base| ("--base", Some(base))));
        flags.extend(no_base.then_some(("--no-base", None)));
        flags.extend(only.iter().map(|one| ("--only", Some(one.as_str()))));
        flags.extend(adopt.then_some(("--adopt", None)));
        flags.extend(adopt_from.iter().map(|scope| ("--adopt-from", Some(scope.as_str()))));
        flags.extend(prune.then_some(("--prune", None)));
        flags.extend((*no_prune && !prune).then_some(("--no-prune", None)));
        flags
    }

    /// The plan of a push with these arguments.
    pub(crate) fn options<'a>(&'a self, owner: &'a Owner, workspace: &'a Workspace<'a>) -> PlanOptions<'a> {
        let base = match &self.base {
            Some(name) => Wanted::Named(name),
            None if self.no_base => Wanted::Nothing,
            None => Wanted::FromPipeline,
        };
        let only = PlanPart::Named(&self.only);
        PlanOptions {
            planning: self,
            owner,
            workspace,
            base,
            only,
            only_branch: false,
            intent: Intent::Write,
            writer: PlanWriter::Push,
        }
    }
}

/// Everything that determines a plan, besides the settings.
#[derive(Clone, Copy)]
pub(crate) struct PlanOptions<'a> {
    pub planning: &'a PlanningArgs,
    pub owner: &'a Owner,
    pub workspace: &'a Workspace<'a>,
    pub base: Wanted<'a>,
    pub only: PlanPart<'a>,
    pub only_branch: bool,
    pub intent: Intent,
    pub writer: PlanWriter,
}

/// Who makes the changes of a plan, which decides what is owned and deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanWriter {
    Push,
    /// The exporters of the configured clusters.
    Exporters,
}

/// Which part of the repository to plan.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PlanPart<'a> {
    /// Blueprints and files as named by `--only`; if empty, everything.
    Named(&'a [String]),
    /// The part that a plan file records.
    Recorded(Option<&'a ChosenPart>),
}
