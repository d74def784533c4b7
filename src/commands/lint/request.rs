//! What a lint run is asked for: the files to report on, the rules, and what replaces content on disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::analysis::{Options, Selection};
use crate::commands::mapping::repository::Clusters;
use crate::commands::workspace::cache::CacheFolder;
use crate::commands::workspace::git::Git;
use crate::commands::workspace::read::Collects;
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::known_problems::KnownProblems;
use crate::report::baseline::Baseline;
use crate::settings::Settings;
use crate::sources::git::CommitId;
use crate::sources::{Pattern, SourceFile};

/// The input of a lint run.
pub(crate) struct Request<'a> {
    pub root: &'a Path,
    pub pattern: &'a Pattern,
    pub selection: &'a Selection,
    pub options: &'a Options,
    pub lint_scope: LintScope,
    /// Files and folders to report on, absolute.
    pub paths: Vec<PathBuf>,
    /// The text of a file as an editor has it, and its path.
    pub given: Option<(PathBuf, Vec<u8>)>,
    /// Excluded paths stay excluded even if the user names them.
    pub force_exclude: bool,
    pub repair: bool,
    pub baseline: Option<&'a Baseline>,
    /// What an earlier run over the same files found; it is left out, like what the baseline has.
    pub before: Option<&'a KnownProblems>,
    /// A missing snapshot is an error.
    pub require_snapshot: bool,
    /// The files that the change in CI touches, for runs over all files. Called only if a finding could be placed in
    /// either of two files.
    pub touched: Option<&'a dyn Fn() -> Option<BTreeSet<String>>>,
    pub most: Option<usize>,
    pub git: &'a Git,
    pub instead: Overlay,
    /// The texts of the files that an editor has open. They replace files that the run lists.
    pub open: &'a [SourceFile],
    /// Where `manifests.include` is declared, if files outside it should be searched.
    pub include: Option<&'a str>,
    /// The settings whose globs of `rules` should match some file.
    pub checks_globs_of: Option<&'a Settings>,
    pub collects: Collects,
    /// The clusters whose mappings decide what arrives.
    pub clusters: &'a Clusters,
    /// The commit that the state is compared with, unless the scope names another.
    pub base: Option<CommitId>,
    /// Where to remember what was found.
    pub cache: Option<&'a CacheFolder>,
}

impl<'a> Request<'a> {
    /// All findings of the whole work tree.
    pub fn whole(
        root: &'a Path,
        pattern: &'a Pattern,
        git: &'a Git,
        selection: &'a Selection,
        options: &'a Options,
        clusters: &'a Clusters,
    ) -> Self {
        Self {
            clusters,
            root,
            pattern,
            selection,
            options,
            lint_scope: LintScope::Everything,
            paths: Vec::new(),
            given: None,
            force_exclude: false,
            repair: false,
            baseline: None,
            before: None,
            require_snapshot: false,
            touched: None,
            most: None,
            git,
            instead: Overlay::default(),
            open: &[],
            include: None,
            checks_globs_of: None,
            collects: Collects::Nothing,
            base: None,
            cache: None,
        }
    }
}

/// Content that replaces what is on disk, to lint the repository as it would be after a change.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    pub shelf: Option<SnapshotSource>,
    pub files: Vec<SourceFile>,
}

/// Which files a run reports on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LintScope {
    Everything,
    /// What the next commit will change.
    Staged,
    /// What the next commit will change, plus the named files. If it changes nothing, only the named files, as they are
    /// on disk.
    Hook,
    /// Changes since `HEAD`, or since the merge base of `since` and `HEAD`.
    Changed {
        since: Option<String>,
    },
    /// All files of a commit, with its snapshot.
    Commit(CommitId),
}
