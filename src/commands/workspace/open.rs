//! Opens the repository for a run: the work tree, or a commit as if it were checked out. With `--ref`, manifests,
//! snapshot and the settings `manifests` and `write` come from the commit; all other settings come from the current config.

use std::borrow::Cow;

use crate::commands::context::Context;
use crate::commands::delivery::repository_view::{RepositoryView, State};
use crate::commands::lint::request::LintScope;
use crate::commands::mapping::repository::Clusters;
use crate::commands::plan::base;
use crate::commands::rule_names;
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::git::Git;
use crate::commands::workspace::revision::revision;
use crate::commands::workspace::snapshot;
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::error_class::ExitClass;
use crate::domain::plan::revision::Revision;
use crate::domain::progress::{Progress, Silent};
use crate::error::Error;
use crate::settings::{CONFIG_NAMES, Settings};
use crate::sources::git::{CommitId, GitError, Repository};
use crate::sources::{self, Pattern, PatternError, ReadBuffer, ReadProblem, SourceFile};

/// The repository as one run reads it.
pub(crate) struct Workspace<'a> {
    /// The current settings; for a commit, with includes, excludes and write mode from its config.
    pub settings: Cow<'a, Settings>,
    pub pattern: Pattern,
    pub git: &'a Git,
    pub snapshot_source: SnapshotSource,
    /// Complete sentences for the user.
    pub notes: Vec<String>,
    commit: Option<CommitSource>,
}

/// A commit that is read as if it were checked out.
struct CommitSource {
    commit: CommitId,
    /// The revision as the user named it; `None` if the user asked for the work tree, and it equals this commit.
    name: Option<String>,
    branch: Option<String>,
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

impl<'a> Workspace<'a> {
    /// `name`: a branch, a tag or a commit id; `None` for the work tree.
    pub fn open(name: Option<&str>, context: &Context<'a>) -> Result<Self, Error> {
        match name {
            None => Ok(Self::of_work_tree(context.settings, context.git)?),
            Some(name) => Self::of_commit(name, Some(name.to_owned()), None, context),
        }
    }

    pub fn of_work_tree(settings: &'a Settings, git: &'a Git) -> Result<Self, PatternError> {
        let (pattern, settings) = (settings.pattern()?, Cow::Borrowed(settings));
        Ok(Self { settings, pattern, git, snapshot_source: SnapshotSource::Disk, notes: Vec::new(), commit: None })
    }

    /// The commit that is checked out, instead of a work tree that equals it.
    pub fn checked_out(state: &Revision, context: &Context<'a>) -> Result<Self, Error> {
        let name = state.commit.as_deref().unwrap_or("HEAD");
        Self::of_commit(name, None, state.branch.clone(), context)
    }

    fn of_commit(
        revision: &str,
        name: Option<String>,
        branch: Option<String>,
        context: &Context<'a>,
    ) -> Result<Self, Error> {
        let repository = context.git.required("--ref")?;
        let commit = repository.find_commit(revision)?;
        let snapshot_source = snapshot::at_commit(repository, &context.settings.root.value, commit)?;
        let mut notes = Vec::new();
        let settings = settings_at_commit(repository, commit, revision, context, &mut notes)?;
        let (pattern, settings) = (settings.pattern()?, Cow::Owned(settings));
        let commit = Some(CommitSource { commit, name, branch });
        Ok(Self { settings, pattern, git: context.git, snapshot_source, notes, commit })
    }

    /// The commit to read; `None` for the work tree.
    pub fn commit(&self) -> Option<CommitId> {
        self.commit.as_ref().map(|source| source.commit)
    }

    /// The commit that `--ref` names; `None` for what is checked out.
    pub fn requested(&self) -> Option<CommitId> {
        self.commit.as_ref().filter(|source| source.name.is_some()).map(|source| source.commit)
    }

    /// The state of the repository that this run reads.
    pub fn view<'v>(&'v self, repository: Option<&'v Repository>) -> RepositoryView<'v> {
        let state = self.commit().map_or(State::WorkTree, State::Commit);
        RepositoryView::new(&self.settings.root.value, repository, state)
    }

    /// The value of `--ref`.
    pub fn name(&self) -> Option<&str> {
        self.commit.as_ref()?.name.as_deref()
    }

    /// What a lint run of the whole repository covers.
    pub fn lint_scope(&self) -> LintScope {
        self.commit().map_or(LintScope::Everything, LintScope::Commit)
    }

    /// The files that a pattern selects, which may be another than that of the settings.
    pub fn files(&self, pattern: &Pattern) -> Result<Vec<SourceFile>, Error> {
        let root = &self.settings.root.value;
        let Some(commit) = self.commit() else { return Ok(sources::discover(root, pattern)?.files) };
        match self.git.repository()? {
            Some(repository) => Ok(repository.at(root, pattern, commit)?.files),
            None => Ok(Vec::new()),
        }
    }

    /// Reads the declared entities without linting them: for a plan file, whose manifests were linted when it was made.
    pub fn manifests(&self, context: &Context<'_>) -> Result<ManifestSet, Error> {
        let root = &self.settings.root.value;
        let clusters = Clusters::of(&self.settings, context.environment);
        let bar = context.bar();
        let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
        let manifests = match self.commit() {
            Some(commit) => {
                let repository = self.git.required("--ref")?;
                base::at_commit(repository, root, &self.pattern, commit, &clusters, progress)?
            }
            None => {
                let view = RepositoryView::of_work_tree(root, self.git.repository().ok().flatten());
                ManifestSet::of(&view, &self.pattern, &clusters, progress)?
            }
        };
        self.reject_empty(&manifests)?;
        Ok(manifests)
    }

    /// A named commit without manifests is an error, because its plan would delete all owned entities.
    pub fn reject_empty(&self, manifests: &ManifestSet) -> Result<(), SourceError> {
        match self.name() {
            Some(name) if manifests.entities.is_empty() && manifests.unusable.is_empty() => {
                Err(SourceError::NoManifests { name: name.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// The revision that a plan is for. `repository`: `None` outside Git, or if Git cannot open it.
    pub fn revision(&self, repository: Option<&Repository>) -> Result<Option<Revision>, GitError> {
        match &self.commit {
            None => repository.map(|it| revision(Some(it), &self.settings, &self.pattern)).transpose(),
            Some(source) => Ok(Some(Revision {
                commit: Some(source.commit.to_string()),
                branch: source.branch.clone(),
                is_dirty: false,
            })),
        }
    }
}

/// The settings, with includes, excludes, write mode and clusters from the config of the commit.
pub(crate) fn settings_at_commit(
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
