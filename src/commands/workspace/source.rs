//! The source of the manifests: the work tree or a commit. With `--ref`, manifests come from the commit; catalog,
//! scope and safety limits still come from the current config.

use std::path::Path;

use crate::commands::context::Context;
use crate::commands::lint::run::LintScope;
use crate::commands::plan::base;
use crate::commands::rule_names;
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::revision::{repository, revision};
use crate::commands::workspace::snapshot;
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::error_class::ExitClass;
use crate::domain::plan::revision::Revision;
use crate::domain::progress::{Progress, Silent};
use crate::error::Error;
use crate::settings::{CONFIG_NAMES, Settings};
use crate::sources::git::{CommitId, GitError, Repository};
use crate::sources::{self, Pattern, ReadBuffer, ReadProblem, SourceFile};

pub(crate) enum ManifestSource {
    WorkTree,
    Commit(Box<CommitSource>),
}

/// A commit that is read as if it were checked out.
pub(crate) struct CommitSource {
    repository: Repository,
    pub commit: CommitId,
    /// The revision as the user named it.
    name: String,
    /// The user asked for the work tree, and it equals this commit.
    is_checked_out: bool,
    branch: Option<String>,
    shelf: SnapshotSource,
    /// The current settings, but with includes, excludes and write mode from the config of the commit.
    settings: Settings,
    /// Complete sentences for the user.
    pub notes: Vec<String>,
}

/// Why the manifests of a commit cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum SourceError {
    #[error("commit `{name}` has no manifests")]
    #[diagnostic(
        code("no-manifests-then"),
        help("name another commit; an empty plan would delete every entity of this scope")
    )]
    NoManifests { name: String },
    #[error("config `{path}` cannot be read: {}", problem.reason())]
    #[diagnostic(
        code("unreadable-config-then"),
        help("check out that commit (`git worktree add`) and run portolan there")
    )]
    UnreadableConfig { path: String, problem: ReadProblem },
}

impl ExitClass for SourceError {}

impl ManifestSource {
    /// `name`: a branch, a tag or a commit id; `None` for the work tree.
    pub fn of(name: Option<&str>, context: &Context<'_>) -> Result<Self, Error> {
        match name {
            None => Ok(Self::WorkTree),
            Some(name) => Ok(Self::Commit(Box::new(CommitSource::of(name, context)?))),
        }
    }

    /// The commit as the source instead of a work tree that equals it.
    pub fn checked_out(state: &Revision, context: &Context<'_>) -> Result<Self, Error> {
        let name = state.commit.as_deref().unwrap_or("HEAD");
        let commit_source = CommitSource::of(name, context)?;
        Ok(Self::Commit(Box::new(CommitSource { is_checked_out: true, branch: state.branch.clone(), ..commit_source })))
    }

    pub fn commit_source(&self) -> Option<&CommitSource> {
        match self {
            Self::WorkTree => None,
            Self::Commit(commit_source) => Some(commit_source),
        }
    }

    /// The commit that `--ref` names; `None` for what is checked out.
    pub fn requested(&self) -> Option<&CommitSource> {
        self.commit_source().filter(|commit_source| !commit_source.is_checked_out)
    }

    /// The value of `--ref`.
    pub fn name(&self) -> Option<&str> {
        self.requested().map(|commit_source| commit_source.name.as_str())
    }

    pub fn settings<'s>(&'s self, now: &'s Settings) -> &'s Settings {
        self.commit_source().map_or(now, |commit_source| &commit_source.settings)
    }

    pub fn notes(&self) -> &[String] {
        self.commit_source().map_or(&[], |commit_source| &commit_source.notes)
    }

    pub fn shelf(&self) -> &SnapshotSource {
        self.commit_source().map_or(&SnapshotSource::Disk, |commit_source| &commit_source.shelf)
    }

    pub fn extent(&self) -> LintScope {
        self.commit_source().map_or(LintScope::Everything, |commit_source| LintScope::Commit(commit_source.commit))
    }

    pub fn files(&self, root: &Path, pattern: &Pattern) -> Result<Vec<SourceFile>, Error> {
        match self {
            Self::WorkTree => Ok(sources::discover(root, pattern)?.files),
            Self::Commit(commit_source) => Ok(commit_source.repository.at(root, pattern, commit_source.commit)?.files),
        }
    }

    /// Reads the declared entities without linting them: for a plan file, whose manifests were linted when it was made.
    pub fn manifests(&self, context: &Context<'_>) -> Result<ManifestSet, Error> {
        let (root, pattern) = (&context.settings.root.value, context.settings.pattern()?);
        let bar = context.bar();
        let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
        let manifests = match self {
            Self::WorkTree => ManifestSet::of(root, &pattern, progress)?,
            Self::Commit(commit_source) => {
                base::at_commit(&commit_source.repository, root, &pattern, commit_source.commit, progress)?
            }
        };
        self.reject_empty(&manifests)?;
        Ok(manifests)
    }

    /// A named commit without manifests is an error, because its plan would delete all owned entities.
    pub fn reject_empty(&self, manifests: &ManifestSet) -> Result<(), SourceError> {
        match self.requested() {
            Some(commit_source) if manifests.entities.is_empty() && manifests.unusable.is_empty() => {
                Err(SourceError::NoManifests { name: commit_source.name.clone() })
            }
            _ => Ok(()),
        }
    }

    /// The revision that a plan is for. `repository`: the one of the work tree.
    pub fn revision(
        &self,
        repository: Option<&Repository>,
        settings: &Settings,
        pattern: &Pattern,
    ) -> Result<Option<Revision>, GitError> {
        match self {
            Self::WorkTree => repository.map(|it| revision(Some(it), settings, pattern)).transpose(),
            Self::Commit(commit_source) => Ok(Some(Revision {
                commit: Some(commit_source.commit.to_string()),
                branch: commit_source.branch.clone(),
                is_dirty: false,
            })),
        }
    }
}

impl CommitSource {
    fn of(name: &str, context: &Context<'_>) -> Result<Self, Error> {
        let settings = context.settings;
        let root = &settings.root.value;
        let Some(repository) = repository(settings, context.environment)? else {
            return Err(GitError::absent(root, "--ref").into());
        };
        let commit = repository.find_commit(name)?;
        let shelf = snapshot::at_commit(&repository, root, commit)?;
        let mut notes = Vec::new();
        let settings = settings_then(&repository, commit, name, context, &mut notes)?;
        let name = name.to_owned();
        Ok(Self { repository, commit, name, is_checked_out: false, branch: None, shelf, settings, notes })
    }
}

/// The settings, with includes, excludes and write mode from the config of the commit.
fn settings_then(
    repository: &Repository,
    commit: CommitId,
    name: &str,
    context: &Context<'_>,
    notes: &mut Vec<String>,
) -> Result<Settings, Error> {
    let settings = context.settings;
    let now = settings.config.as_ref().map(|config| &config.value);
    // A config outside the repository has no history here.
    if now.is_some_and(|path| path.is_absolute()) {
        return Ok(settings.clone());
    }
    let now = now.map(|path| sources::path_text(path));
    let is_usual = now.as_deref().is_none_or(|path| CONFIG_NAMES.contains(&path));
    let usual = CONFIG_NAMES.into_iter().filter(|_| is_usual);
    let mut found = None;
    for path in now.as_deref().into_iter().chain(usual) {
        if found.is_none() {
            found = repository.file_at(&settings.root.value, path, commit)?;
        }
    }
    let Some(file) = found else {
        notes.extend(now.map(|path| format!("`{name}` has no `{path}`: the current config applies.")));
        return Ok(settings.clone());
    };
    let path = format!("{} of {name}", file.path);
    let mut buffer = ReadBuffer::default();
    let text = sources::read(&file, &mut buffer)
        .map_err(|problem| SourceError::UnreadableConfig { path: path.clone(), problem })?;
    Ok(settings.as_of(&path, text.text, context.environment, &rule_names())?)
}
