//! Errors of Git with the command that fixes them. libgit2's own messages contain neither the fix nor the reason.

use std::path::{Path, PathBuf};

use git2::{Error, ErrorClass as GitClass, ErrorCode};

use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::text::io_reason;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum GitError {
    #[error("Git repository at `{}` belongs to another user", path.display())]
    #[diagnostic(
        code("git-foreign-owner"),
        help("run `git config --global --add safe.directory {}` if you trust its content", quoted(path))
    )]
    ForeignOwner { path: PathBuf, source: Error },
    #[error("Git repository at `{}` is bare: it has no work tree", path.display())]
    #[diagnostic(
        code("git-bare"),
        help(
            "run portolan in a clone or a work tree of it (`git worktree add`), or run `git config core.bare false` if it should have one"
        )
    )]
    Bare { path: PathBuf },
    #[error("Git repository at `{}` cannot be opened: {why}", path.display())]
    #[diagnostic(
        code("git-no-repository"),
        help("run `git status` and fix what it reports, or remove `.git` if this is not a Git repository")
    )]
    NoRepository { path: PathBuf, why: &'static str },
    #[error("Git repository at `{}` cannot be opened: {}", path.display(), source.message())]
    #[diagnostic(code("git-unsupported"), help("{help}"))]
    Unsupported { path: PathBuf, help: &'static str, source: Error },
    #[error("Git repository at `{}` cannot be opened: {}", path.display(), source.message())]
    #[diagnostic(code("git-broken"), help("run `git status` and `git fsck` there: they report what is broken"))]
    Broken { path: PathBuf, source: Error },
    #[error("no Git repository at `{}`", root.display())]
    #[diagnostic(code("no-git"), help("run portolan inside a Git work tree, or drop `{flag}`"))]
    Absent { root: PathBuf, flag: &'static str },
    #[error("folder `{}` is outside of the Git work tree `{}`", root.display(), work_tree.display())]
    #[diagnostic(
        code("git-outside"),
        help("choose a folder inside the work tree, and check `GIT_DIR` and `GIT_WORK_TREE`")
    )]
    Outside { root: PathBuf, work_tree: PathBuf },
    #[error("folder `{}` cannot be read: {}", path.display(), io_reason(source))]
    #[diagnostic(code("git-no-such-folder"), help("choose a folder that exists and is readable"))]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("`{}` is a named pipe, and Git would wait for it", path.display())]
    #[diagnostic(code("git-pipe"), help("replace it with a regular file, or remove it"))]
    Pipe { path: PathBuf },
    #[error("Git index cannot be read: {}", source.message())]
    #[diagnostic(code("git-index"), help("{help}"))]
    Index { help: &'static str, source: Error },
    #[error("unresolved merge conflicts in {}", named(paths))]
    #[diagnostic(code("git-conflict"), help("resolve them and run `git add` on each file"))]
    Conflicts { paths: Vec<String> },
    #[error("unknown Git revision `{revision}`{}", if *shallow { " in this shallow clone" } else { "" })]
    #[diagnostic(code("git-unknown-revision"), help("{help}"))]
    UnknownRevision { revision: String, shallow: bool, help: String },
    #[error("no merge base of `{revision}` and `{other}`: {}", if *shallow { "this clone is shallow" } else { "they have no commit in common" })]
    #[diagnostic(code("git-no-merge-base"), help("{}", no_merge_base_help(*shallow)))]
    NoMergeBase { revision: String, other: String, shallow: bool },
    #[error("comparison with {with} failed: {}", source.message())]
    #[diagnostic(code("git-compare"), help("{help}"))]
    Compare { with: String, help: &'static str, source: Error },
    #[error("signature of commit `{commit}` cannot be checked: {why}")]
    #[diagnostic(code("git-unverified"), help("{help}"))]
    Unverified { commit: String, why: String, help: &'static str },
}

const FSCK: &str = "run `git fsck`: it reports what is broken";
pub(super) const FETCH: &str = "run `git fetch --unshallow` (in GitHub Actions: `fetch-depth: 0` of `actions/checkout`; in GitLab CI: \
                     the variable `GIT_DEPTH: 0`), then try again";

impl GitError {
    /// The error for a `flag` that needs a repository.
    pub fn absent(root: &Path, flag: &'static str) -> Self {
        Self::Absent { root: root.to_owned(), flag }
    }

    /// The error for a repository that cannot be opened.
    pub(super) fn opening(path: &Path, source: Error) -> Self {
        let path = path.to_owned();
        let message = source.message();
        if source.code() == ErrorCode::Owner {
            Self::ForeignOwner { path, source }
        } else if message.contains("unsupported extension") || message.contains("unsupported repository version") {
            let help = "run without `--staged`, `--changed` and `--since`: everything else works without Git";
            Self::Unsupported { path, help, source }
        } else {
            Self::Broken { path, source }
        }
    }

    pub(super) fn index(source: Error) -> Self {
        let message = source.message();
        let help = if message.contains("'sdir'") {
            "run `git sparse-checkout init --no-sparse-index`: a sparse index cannot be read"
        } else if message.contains("'link'") {
            "run `git update-index --no-split-index`: a split index cannot be read"
        } else if source.class() == GitClass::Os {
            "check the permissions of `.git/index`"
        } else {
            "run `git status` to see what is wrong; to build a new index, remove `.git/index` and run `git reset`"
        };
        Self::Index { help, source }
    }

    pub(super) fn comparing(with: &str, shallow: bool, source: Error) -> Self {
        let missing = source.code() == ErrorCode::NotFound;
        let help = if missing && shallow {
            FETCH
        } else if missing {
            "run `git fetch --refetch` if this is a partial clone, or `git fsck`: an object is missing"
        } else {
            FSCK
        };
        Self::Compare { with: with.to_owned(), help, source }
    }
}

fn no_merge_base_help(shallow: bool) -> &'static str {
    if shallow { FETCH } else { "name the branch that this one was created from" }
}

/// Quotes a path for a command line.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn named(paths: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = paths.iter().take(SHOWN).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    if let Some(more) = paths.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

impl ExitClass for GitError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::ForeignOwner { .. }
            | Self::Bare { .. }
            | Self::Absent { .. }
            | Self::Unsupported { .. }
            | Self::Outside { .. }
            | Self::Folder { .. }
            | Self::Pipe { .. }
            | Self::Conflicts { .. }
            | Self::UnknownRevision { .. }
            | Self::NoMergeBase { .. } => ErrorClass::Usage,
            Self::NoRepository { .. }
            | Self::Broken { .. }
            | Self::Index { .. }
            | Self::Compare { .. }
            | Self::Unverified { .. } => ErrorClass::Failure,
        }
    }
}
