//! Git's troubles in words that name the cure. libgit2's own messages name neither the command nor the reason.

use std::path::{Path, PathBuf};

use git2::{Error, ErrorClass, ErrorCode};

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum GitError {
    #[error("open the Git repository at `{}`: it belongs to another user", path.display())]
    #[diagnostic(
        code("git-foreign-owner"),
        help("run `git config --global --add safe.directory {}` if you trust what is in it", quoted(path))
    )]
    ForeignOwner { path: PathBuf, source: Error },
    #[error("use the Git repository at `{}`: it is bare, it has no files of its own", path.display())]
    #[diagnostic(
        code("git-bare"),
        help(
            "run in a clone or a work tree of it (`git worktree add`), or run `git config core.bare false` if it should have one"
        )
    )]
    Bare { path: PathBuf },
    #[error("open the Git repository at `{}`: {why}", path.display())]
    #[diagnostic(
        code("git-no-repository"),
        help("correct it as `git status` says, or remove it where this is not a Git repository")
    )]
    NoRepository { path: PathBuf, why: &'static str },
    #[error("open the Git repository at `{}`: {}", path.display(), source.message())]
    #[diagnostic(code("git-unsupported"), help("{help}"))]
    Unsupported { path: PathBuf, help: &'static str, source: Error },
    #[error("open the Git repository at `{}`: {}", path.display(), source.message())]
    #[diagnostic(code("git-broken"), help("run `git status` and `git fsck` there: they tell what is broken"))]
    Broken { path: PathBuf, source: Error },
    #[error("look for `{}` in the Git repository at `{}`: it is outside", root.display(), work_tree.display())]
    #[diagnostic(
        code("git-outside"),
        help("choose a folder inside the work tree, and look at `GIT_DIR` and `GIT_WORK_TREE`")
    )]
    Outside { root: PathBuf, work_tree: PathBuf },
    #[error("read the folder `{}`: {source}", path.display())]
    #[diagnostic(code("git-no-such-folder"), help("choose a folder that exists and that you may read"))]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("read `{}`: it is a named pipe, and Git would wait for it", path.display())]
    #[diagnostic(code("git-pipe"), help("replace it with a regular file, or remove it"))]
    Pipe { path: PathBuf },
    #[error("read the index: {}", source.message())]
    #[diagnostic(code("git-index"), help("{help}"))]
    Index { help: &'static str, source: Error },
    #[error("read what will be committed: there are conflicts in {}", named(paths))]
    #[diagnostic(code("git-conflict"), help("resolve them, and run `git add` on each file"))]
    Conflicts { paths: Vec<String> },
    #[error("find the revision `{revision}`{}", if *shallow { " in this shallow clone" } else { "" })]
    #[diagnostic(code("git-unknown-revision"), help("{help}"))]
    UnknownRevision { revision: String, shallow: bool, help: String },
    #[error("find where `{revision}` and `{other}` parted{}", if *shallow { ": this clone is shallow" } else { ": they have no commit in common" })]
    #[diagnostic(code("git-no-merge-base"), help("{}", no_merge_base_help(*shallow)))]
    NoMergeBase { revision: String, other: String, shallow: bool },
    #[error("compare with {with}: {}", source.message())]
    #[diagnostic(code("git-compare"), help("{help}"))]
    Compare { with: String, help: &'static str, source: Error },
    #[error("check the signature of commit `{commit}`: {why}")]
    #[diagnostic(code("git-unverified"), help("{help}"))]
    Unverified { commit: String, why: String, help: &'static str },
}

const FSCK: &str = "run `git fsck`: it tells what is broken";
pub(super) const FETCH: &str = "run `git fetch --unshallow` (in GitHub Actions: `fetch-depth: 0` of `actions/checkout`; in GitLab CI: \
                     the variable `GIT_DEPTH: 0`), then try again";

impl GitError {
    /// Why a repository would not open.
    pub(super) fn opening(path: &Path, source: Error) -> Self {
        let path = path.to_owned();
        let message = source.message();
        if source.code() == ErrorCode::Owner {
            Self::ForeignOwner { path, source }
        } else if message.contains("unsupported extension") || message.contains("unsupported repository version") {
            let help = "run without `--staged`, `--changed` and `--since`: all else works without Git";
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
        } else if source.class() == ErrorClass::Os {
            "look at the permissions of `.git/index`"
        } else {
            "run `git status`: it tells what is wrong; removing `.git/index` and running `git reset` builds a new one"
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
    if shallow { FETCH } else { "name a branch that this one was made from" }
}

/// For a command line.
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
