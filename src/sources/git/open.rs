//! Finds and opens the repository of a folder. Git hooks set variables that must be respected: for `git commit -a`, the
//! hook gets another index than the repository's own, and that one will be committed.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{Index, RepositoryOpenFlags};

use super::blobs::BlobStore;
use super::error::GitError;
use super::git_dir::{GitDir, Search, is_git_directory};
use super::index_file::IndexFile;
use crate::sources::inspect::is_pipe;
use crate::sources::path::path_text;

/// The variables that Git and its hooks set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    pub git_dir: Option<PathBuf>,
    pub work_tree: Option<PathBuf>,
    pub index_file: Option<PathBuf>,
    /// Folders that end the search upwards.
    pub ceilings: Vec<PathBuf>,
    /// The user's global attributes file, which may convert files between work tree and index.
    pub attributes: Option<PathBuf>,
}

impl Environment {
    /// `variable` returns the value of an environment variable.
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let value = |name: &str| variable(name).filter(|value| !value.is_empty());
        let path = |name: &str| value(name).map(PathBuf::from);
        let home = || path("HOME").map(|home| home.join(".config"));
        Self {
            git_dir: path("GIT_DIR"),
            work_tree: path("GIT_WORK_TREE"),
            index_file: path("GIT_INDEX_FILE"),
            ceilings: value("GIT_CEILING_DIRECTORIES")
                .map(|list| std::env::split_paths(&list).collect())
                .unwrap_or_default(),
            attributes: path("XDG_CONFIG_HOME").or_else(home).map(|folder| folder.join("git/attributes")),
        }
    }
}

/// An open repository with a work tree.
pub struct Repository {
    pub(super) inner: git2::Repository,
    /// Without links.
    pub(super) work_tree: PathBuf,
    pub(super) index_file: Option<PathBuf>,
    pub(super) attributes: Option<PathBuf>,
    pub(super) blobs: Arc<BlobStore>,
    /// Read on first use.
    index: OnceCell<Arc<IndexFile>>,
    /// Made on first use.
    pub(super) indexed_blobs: OnceCell<Arc<BlobStore>>,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("work_tree", &self.work_tree).finish_non_exhaustive()
    }
}

impl Repository {
    /// Opens the repository that contains `root`; `None` outside of Git.
    pub fn open(root: &Path, environment: &Environment) -> Result<Option<Self>, GitError> {
        let root = real(root)?;
        if let Some(found) = Self::open_named(&root, environment)? {
            return Ok(Some(found));
        }
        let found = match GitDir::search(&root, &environment.ceilings) {
            Search::Found(found) => found,
            Search::None => return Ok(None),
            Search::Bare(path) => return Err(GitError::Bare { path }),
            Search::Refused { path, why } => return Err(GitError::NoRepository { path, why }),
        };
        // libgit2 gets the `.git` that was found and must not search itself, because it would accept a folder of the
        // work tree as a bare repository.
        let inner = open_exactly(&found.top.join(".git")).map_err(|error| GitError::opening(&root, error))?;
        if let Some(work_tree) = &environment.work_tree {
            inner.set_workdir(work_tree, false).map_err(|error| GitError::opening(&root, error))?;
        }
        Self::new(inner, &root, environment).map(Some)
    }

    /// The repository that `GIT_DIR` names, unless `root` is outside of it: a hook of one repository may lint another.
    fn open_named(root: &Path, environment: &Environment) -> Result<Option<Self>, GitError> {
        let Some(git_dir) = &environment.git_dir else { return Ok(None) };
        let Ok(inner) = open_exactly(git_dir) else { return Ok(None) };
        if let Some(work_tree) = &environment.work_tree {
            inner.set_workdir(work_tree, false).map_err(|error| GitError::opening(git_dir, error))?;
        }
        let holds_root =
            inner.workdir().and_then(|tree| tree.canonicalize().ok()).is_some_and(|tree| root.starts_with(tree));
        if holds_root { Self::new(inner, root, environment).map(Some) } else { Ok(None) }
    }

    fn new(inner: git2::Repository, root: &Path, environment: &Environment) -> Result<Self, GitError> {
        let Some(work_tree) = inner.workdir() else { return Err(GitError::Bare { path: inner.path().to_owned() }) };
        let work_tree = real(work_tree)?;
        if !root.starts_with(&work_tree) {
            return Err(GitError::Outside { root: root.to_owned(), work_tree });
        }
        check_rule_files(root, &work_tree, inner.commondir())?;
        // Like Git: relative to the top of the work tree, whatever the folder of the process.
        let index_file = environment.index_file.as_ref().map(|file| work_tree.join(file));
        let blobs = BlobStore::new(inner.commondir().to_owned());
        let configured = inner.config().and_then(|config| config.get_path("core.attributesfile")).ok();
        let attributes = configured.or_else(|| environment.attributes.clone());
        Ok(Self {
            inner,
            work_tree,
            index_file,
            attributes,
            blobs,
            index: OnceCell::new(),
            indexed_blobs: OnceCell::new(),
        })
    }

    /// The index that the next commit is made from.
    pub(super) fn index(&self) -> Result<Index, GitError> {
        match &self.index_file {
            Some(file) => Index::open(file),
            None => self.inner.index(),
        }
        .map_err(GitError::index)
    }

    /// The same index, read without libgit2.
    pub(super) fn index_file(&self) -> Result<Arc<IndexFile>, GitError> {
        if let Some(index) = self.index.get() {
            return Ok(Arc::clone(index));
        }
        let index = Arc::new(IndexFile::read(&self.index_path()).map_err(GitError::index)?);
        Ok(Arc::clone(self.index.get_or_init(|| index)))
    }

    pub(super) fn index_path(&self) -> PathBuf {
        self.index_file.clone().unwrap_or_else(|| self.inner.path().join("index"))
    }

    /// `root` relative to the work tree; empty at its top.
    pub(super) fn prefix(&self, root: &Path) -> Result<PathBuf, GitError> {
        let root = real(root)?;
        match root.strip_prefix(&self.work_tree) {
            Ok(prefix) => Ok(prefix.to_owned()),
            Err(_) => Err(GitError::Outside { root, work_tree: self.work_tree.clone() }),
        }
    }
}

/// libgit2 opens the files of rules itself, and would block on a pipe.
fn check_rule_files(root: &Path, work_tree: &Path, git_folder: &Path) -> Result<(), GitError> {
    let folders = root.ancestors().take_while(|folder| folder.starts_with(work_tree));
    let own = folders.flat_map(|folder| [folder.join(".gitignore"), folder.join(".gitattributes")]);
    let shared = ["info/exclude", "info/attributes"].map(|file| git_folder.join(file));
    match own.chain(shared).find(|file| is_pipe(file)) {
        Some(path) => Err(GitError::Pipe { path }),
        None => Ok(()),
    }
}

fn real(folder: &Path) -> Result<PathBuf, GitError> {
    folder.canonicalize().map_err(|source| GitError::Folder { path: folder.to_owned(), source })
}

/// `root` relative to the work tree that contains it; empty at its top and outside of Git. It only examines folders, so
/// it also works where Git refuses to open the repository.
pub fn path_in_work_tree(root: &Path) -> String {
    let Ok(root) = root.canonicalize() else { return String::new() };
    let top = root.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok());
    top.and_then(|top| root.strip_prefix(top).ok()).map(path_text).unwrap_or_default()
}

/// Whether a folder is a repository without a work tree.
pub fn is_bare_repository(folder: &Path) -> bool {
    is_git_directory(folder) && folder.file_name().is_none_or(|name| name != ".git")
}

/// Opens this Git directory, or the one that this `.git` file names, without searching.
fn open_exactly(git_dir: &Path) -> Result<git2::Repository, git2::Error> {
    let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
    git2::Repository::open_ext(git_dir, flags, &[] as &[PathBuf])
}
