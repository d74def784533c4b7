//! Reads the base of a comparison: the manifests at the merge base, from Git without a checkout, and the entities whose
//! files moved since. A base that the user names must exist; one that a pipeline names may be missing, and then a
//! notice says so and the run continues without it.

mod moves;
mod pipeline;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

use self::pipeline::{Kind, Named, Try};
use crate::commands::ci_run::event_text;
use crate::commands::context::Context;
use crate::commands::delivery::repository_view::{RepositoryView, State};
use crate::commands::mapping::repository::Clusters;
use crate::commands::workspace::entities::{ManifestSet, UnusableManifest};
use crate::domain::error_class::ExitClass;
use crate::domain::plan::revision::BaseRevision;
use crate::domain::progress::Progress;
use crate::plan::{self, Move};
use crate::settings::{Environment, Settings};
use crate::sources::Pattern;
use crate::sources::git::{CommitId, GitError, Repository};

/// Which base to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted<'w> {
    /// No base, even if a pipeline names one: `--no-base`.
    Nothing,
    /// The merge base of this revision and `HEAD`: `--base`.
    Named(&'w str),
    /// Exactly this commit, if this clone has it: the base that a saved plan recorded.
    Recorded(&'w str),
    /// The base that the CI pipeline names, if any.
    FromPipeline,
}

#[derive(Clone, Copy)]
pub(crate) struct Request<'r> {
    pub wanted: Wanted<'r>,
    /// `None` outside Git.
    pub repository: Option<&'r Repository>,
    pub root: &'r Path,
    /// The current pattern: it selects the base's files too.
    pub pattern: &'r Pattern,
    /// The clusters whose mappings decide what the manifests declare.
    pub clusters: &'r Clusters,
    /// The requested commit; `None` for the work tree.
    pub commit: Option<CommitId>,
    /// The manifests that are compared with the base's.
    pub now: &'r ManifestSet,
    pub environment: &'r Environment,
    pub progress: &'r dyn Progress,
}

/// Why a plan that needs a base cannot be made.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum BaseError {
    #[error("`--only-branch` needs a base to compare with{}", below(why.as_deref()))]
    #[diagnostic(code("no-base"), help("set it: `--base origin/main`, or drop `--only-branch`"))]
    NoBase { why: Option<String> },
    #[error(
        "nothing to compare with: this pull request has no credentials for the catalog, and its merge base is not known{}",
        below(why.as_deref())
    )]
    #[diagnostic(
        code("nothing-to-compare"),
        help("fetch the whole history (`fetch-depth: 0`), or name the base: `--base REF`")
    )]
    NothingToCompare { why: Option<String> },
}

impl ExitClass for BaseError {}

/// A sentence on the line below an error.
fn below(sentence: Option<&str>) -> String {
    sentence.map(|sentence| format!("\n- {sentence}")).unwrap_or_default()
}

/// The base of a run, if it has one.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub base: Option<Base>,
    /// Complete sentences for the user.
    pub notes: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Base {
    pub revision: BaseRevision,
    pub manifests: ManifestSet,
    pub moves: Vec<Move>,
}

impl Base {
    /// The base as the planner takes it.
    pub fn sides(&self) -> plan::Base<'_> {
        plan::Base { desired: &self.manifests.entities, is_complete: self.is_complete() }
    }

    /// Whether every manifest of the base could be used.
    pub fn is_complete(&self) -> bool {
        unusable(&self.manifests).next().is_none()
    }
}

pub(crate) fn base(request: &Request<'_>) -> Result<Compared, GitError> {
    match request.wanted {
        Wanted::Nothing => Ok(Compared::default()),
        Wanted::Named(name) => {
            let Some(repository) = request.repository else {
                return Err(GitError::absent(request.root, "--base"));
            };
            let parting = match request.commit {
                Some(commit) => Some(repository.left_at(name, commit)?),
                None => repository.parting(name)?,
            };
            // Before the first commit there is no merge base, so the revision itself is the base.
            let commit = match parting {
                Some(commit) => commit,
                None => repository.find_commit(name)?,
            };
            compared(request, repository, commit, name.to_owned(), None)
        }
        Wanted::Recorded(id) => {
            let found = request.repository.and_then(|it| Some((it, it.known_commit(id)?)));
            let Some((repository, commit)) = found else { return Ok(Compared::default()) };
            compared(request, repository, commit, "the plan file".to_owned(), None)
        }
        Wanted::FromPipeline => {
            let event = || event_text(request.environment, request.root);
            let Some(repository) = request.repository else { return Ok(Compared::default()) };
            if let Some(commit) = request.commit
                && repository.head_commit()? != Some(commit)
            {
                return from_checked_out(request, repository, commit);
            }
            let Some(named) = pipeline::named(request.environment, event) else { return Ok(Compared::default()) };
            let lacks = match found(repository, &named)? {
                Found::Base(name, commit) => {
                    return compared(request, repository, commit, name, Some(named.variable));
                }
                Found::Absent => "which this clone does not have",
                Found::Unrelated if repository.is_shallow() => "and this clone is too shallow to have the merge base",
                Found::Unrelated => "and HEAD has no commit in common with it",
            };
            Ok(Compared { base: None, notes: vec![missing(&named, lacks)] })
        }
    }
}

/// The files that the change in CI touches; `None` outside CI, or if the base of the change is not known.
pub(crate) fn touched_in_ci(pattern: &Pattern, context: &Context<'_>) -> Option<BTreeSet<String>> {
    if !context.environment.in_ci() {
        return None;
    }
    let root = &context.settings.root.value;
    let repository = context.git.repository().ok()??;
    let commit = commit_in_ci(repository, context.settings, context.environment)?;
    Some(repository.changed(root, pattern, Some(&commit.to_string())).ok()?.changed)
}

/// The merge base that the pipeline names, where this clone has it.
pub(crate) fn commit_in_ci(
    repository: &Repository,
    settings: &Settings,
    environment: &Environment,
) -> Option<CommitId> {
    let named = pipeline::named(environment, || event_text(environment, &settings.root.value))?;
    match found(repository, &named) {
        Ok(Found::Base(_, commit)) => Some(commit),
        Ok(Found::Unrelated | Found::Absent) | Err(_) => None,
    }
}

/// The commit of the base alone, for what compares single files; `None` if there is none. `commit`: the commit that is
/// planned instead of the work tree.
pub(crate) fn commit_of_base(
    wanted: Wanted<'_>,
    repository: &Repository,
    commit: Option<CommitId>,
    settings: &Settings,
    environment: &Environment,
) -> Option<CommitId> {
    match wanted {
        Wanted::Nothing => None,
        Wanted::Named(name) => match commit {
            Some(commit) => repository.left_at(name, commit).ok(),
            None => repository.parting(name).ok()?.or_else(|| repository.find_commit(name).ok()),
        },
        Wanted::Recorded(id) => repository.known_commit(id),
        Wanted::FromPipeline => commit_in_ci(repository, settings, environment),
    }
}

/// Compares a commit that is not checked out with `HEAD`. The pipeline's variables do not apply, because they describe
/// the commit that is checked out.
fn from_checked_out(request: &Request<'_>, repository: &Repository, commit: CommitId) -> Result<Compared, GitError> {
    if repository.head_commit()?.is_none() {
        return Ok(Compared::default());
    }
    match repository.left_at("HEAD", commit) {
        Ok(base) => compared(request, repository, base, "HEAD".to_owned(), None),
        Err(error @ GitError::NoMergeBase { .. }) => {
            let note = format!("No base to compare with: {error}. Set one with `--base REF`.");
            Ok(Compared { base: None, notes: vec![note] })
        }
        Err(error) => Err(error),
    }
}

/// The manifests of any commit, selected by the current pattern.
pub(crate) fn at_commit(
    repository: &Repository,
    root: &Path,
    pattern: &Pattern,
    commit: CommitId,
    clusters: &Clusters,
    progress: &dyn Progress,
) -> Result<ManifestSet, GitError> {
    let mut discovery = repository.at(root, pattern, commit)?;
    let manifests = discovery.files.len();
    let view = RepositoryView::new(root, Some(repository), State::Commit(commit));
    // A commit without the mapping is from before it was used: its manifests are taken as they are.
    let mapped = clusters.map(&mut discovery.files, manifests, &view).unwrap_or_default();
    Ok(ManifestSet::of_mapped(discovery, mapped.as_ref(), clusters.git_host, progress))
}

/// The result of looking for the base that a pipeline names.
enum Found {
    Base(String, CommitId),
    /// The commit exists, but it has no known merge base with `HEAD`.
    Unrelated,
    Absent,
}

/// The first commit named by the pipeline that this clone has and that has a merge base with `HEAD`.
fn found(repository: &Repository, named: &Named) -> Result<Found, GitError> {
    let head = repository.head_commit()?.map(|head| head.to_string());
    if named.merge.is_some()
        && named.merge == head
        && let Some(tip) = repository.merged_into()
    {
        return Ok(Found::Base(named.shown.clone(), tip));
    }
    let mut found = Found::Absent;
    for one in &named.tries {
        let tip = match one {
            Try::Branch(branch) => repository.branch_tip(branch),
            Try::Commit(id) => repository.known_commit(id).map(|commit| (named.shown.clone(), commit)),
            Try::DefaultBranch => repository.remote_default_branch().and_then(|branch| repository.branch_tip(&branch)),
        };
        let Some((name, tip)) = tip else { continue };
        match (repository.merge_base(tip)?, named.kind) {
            (Some(base), _) => return Ok(Found::Base(name, base)),
            // A shallow clone lacks the history between the two. The commit before the push is the base even without
            // it.
            (None, Kind::Itself) if repository.is_shallow() => return Ok(Found::Base(name, tip)),
            (None, Kind::Itself | Kind::Parting) => found = Found::Unrelated,
        }
    }
    Ok(found)
}

fn missing(named: &Named, lacks: &str) -> String {
    let Named { variable, shown, fetch, .. } = named;
    format!(
        "No base to compare with, so the changes of this branch are unknown: `{variable}` names `{shown}`, {lacks}. To have one, {fetch}."
    )
}

fn compared(
    request: &Request<'_>,
    repository: &Repository,
    commit: CommitId,
    name: String,
    found_in: Option<&'static str>,
) -> Result<Compared, GitError> {
    let manifests = at_commit(repository, request.root, request.pattern, commit, request.clusters, request.progress)?;
    let moves = moves::moves(&manifests, request.now);
    let notes = doubted(&manifests, &name).into_iter().collect();
    let revision = BaseRevision { name, commit: commit.to_string(), found_in };
    Ok(Compared { base: Some(Base { revision, manifests, moves }), notes })
}

/// Doubts about the base. Files that never looked like manifests are left out.
fn unusable(manifests: &ManifestSet) -> impl Iterator<Item = &UnusableManifest> {
    manifests.unusable.iter().filter(|unusable| !unusable.is_opaque)
}

/// A note that the base is known only in part.
fn doubted(manifests: &ManifestSet, name: &str) -> Option<String> {
    let first = unusable(manifests).next()?;
    let path = manifests.path(first.place);
    let rest = "what it held counts as unknown, not as absent";
    Some(match unusable(manifests).count() {
        1 => format!("In `{path}` as `{name}` has it, something could not be used ({}): {rest}.", first.reason),
        count => format!(
            "In {count} places of the base `{name}` something could not be used, in `{path}` for one ({}): {rest}.",
            first.reason
        ),
    })
}
