//! Finds the Git directory of a work tree as Git does, but never one that a commit can contain. libgit2's own search
//! accepts any folder with `HEAD`, `objects` and `refs` as a bare repository and follows its `config`; such a folder
//! can be committed, whereas `.git` cannot.

use std::fs::Metadata;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The maximum length of a `.git` file.
const MAX_GIT_FILE_BYTES: u64 = 64 * 1024;
/// The file contains `ref: refs/heads/...` or an id.
const MAX_HEAD_BYTES: u64 = 4 * 1024;

/// A Git directory and its work tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sources) struct GitDir {
    /// The folder that contains `.git`.
    pub top: PathBuf,
    /// `.git` itself, or the folder that a `.git` file names.
    pub path: PathBuf,
}

/// The result of a search.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sources) enum Search {
    Found(GitDir),
    /// No folder contains a `.git`.
    None,
    /// The folder is in a repository without a work tree.
    Bare(PathBuf),
    /// There is a `.git` that is not a repository.
    Refused {
        path: PathBuf,
        why: &'static str,
    },
}

impl GitDir {
    /// Searches upwards from `root`, an absolute path without links.
    pub fn search(root: &Path, ceilings: &[PathBuf]) -> Search {
        let ceilings: Vec<PathBuf> = ceilings.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
        let mut broken = None;
        let mut bare = None;
        for folder in root.ancestors() {
            // Git examines the folder that it starts in even if it is a ceiling.
            if folder != root && (ceilings.iter().any(|ceiling| ceiling == folder) || is_other_device(root, folder)) {
                break;
            }
            match look(folder) {
                DotGit::Nothing => {}
                DotGit::Found(path) => return Search::Found(Self { top: folder.to_owned(), path }),
                // Git skips a `.git` folder that is not a repository, and continues upwards.
                DotGit::Broken => drop(broken.get_or_insert_with(|| folder.join(".git"))),
                DotGit::Refused(why) => return Search::Refused { path: folder.join(".git"), why },
            }
            if bare.is_none() && is_git_directory(folder) {
                bare = Some(folder.to_owned());
            }
        }
        match (broken, bare) {
            (Some(path), _) => Search::Refused { path, why: "the folder is not a repository" },
            (None, Some(path)) => Search::Bare(path),
            (None, None) => Search::None,
        }
    }

    /// Like `search` without ceilings, for callers that work without Git too: `None` if there is no work tree.
    pub fn of(root: &Path) -> Option<Self> {
        match Self::search(root, &[]) {
            Search::Found(found) => Some(found),
            Search::None | Search::Bare(_) | Search::Refused { .. } => None,
        }
    }

    /// The folder that contains `objects`; for a linked work tree, that of the main repository.
    pub fn common(&self) -> PathBuf {
        common(&self.path)
    }
}

enum DotGit {
    Nothing,
    Found(PathBuf),
    Broken,
    Refused(&'static str),
}

fn look(folder: &Path) -> DotGit {
    let dot_git = folder.join(".git");
    // Links are followed, because a user may have moved the repository.
    let Ok(metadata) = dot_git.metadata() else {
        return if dot_git.symlink_metadata().is_ok() { DotGit::Broken } else { DotGit::Nothing };
    };
    if metadata.is_dir() {
        return if is_git_directory(&dot_git) { DotGit::Found(dot_git) } else { DotGit::Broken };
    }
    if !metadata.is_file() {
        return DotGit::Refused("it is neither a folder nor a file");
    }
    let Some(target) = link_target(folder, &dot_git) else {
        return DotGit::Refused("it does not say `gitdir: FOLDER`");
    };
    let Ok(target) = target.canonicalize() else {
        return DotGit::Refused("the folder that it points to does not exist");
    };
    if !is_git_directory(&target) {
        return DotGit::Refused("the folder that it points to is not a repository");
    }
    if is_tree_content(&target, folder) {
        return DotGit::Refused("the folder that it points to is in the work tree, so a commit can change it");
    }
    DotGit::Found(target)
}

/// The folder that a `.git` file names.
fn link_target(folder: &Path, file: &Path) -> Option<PathBuf> {
    let text = read_start(file, MAX_GIT_FILE_BYTES)?;
    let target = text.strip_prefix("gitdir: ")?.trim_end_matches(['\n', '\r']);
    (!target.is_empty()).then(|| folder.join(target))
}

/// Whether `target`, which a `.git` file in `holder` names, is content of a work tree and not a Git directory. A commit
/// cannot contain anything below a `.git`.
fn is_tree_content(target: &Path, holder: &Path) -> bool {
    if target.components().any(|part| part.as_os_str() == ".git") {
        return false;
    }
    let outer = |folder: &&Path| *folder != holder && folder.join(".git").symlink_metadata().is_ok();
    target.ancestors().skip(1).filter(outer).any(|folder| {
        let dot_git = folder.join(".git");
        let git_dir = match dot_git.is_file() {
            true => link_target(folder, &dot_git).and_then(|path| path.canonicalize().ok()),
            false => dot_git.canonicalize().ok(),
        };
        git_dir.is_some_and(|git_dir| is_git_directory(&git_dir) && !target.starts_with(common(&git_dir)))
    })
}

/// What Git requires of a repository: a valid `HEAD`, and folders for objects and references.
pub(in crate::sources) fn is_git_directory(folder: &Path) -> bool {
    let common = common(folder);
    common.join("objects").is_dir() && common.join("refs").is_dir() && is_head(&folder.join("HEAD"))
}

fn is_head(file: &Path) -> bool {
    let Ok(metadata) = file.symlink_metadata() else { return false };
    if metadata.is_symlink() {
        return file.read_link().is_ok_and(|target| target.starts_with("refs"));
    }
    let Some(text) = read_start(file, MAX_HEAD_BYTES) else { return false };
    match text.strip_prefix("ref:") {
        Some(target) => target.trim_start().starts_with("refs/"),
        None => {
            let id = text.trim_end();
            matches!(id.len(), 40 | 64) && id.bytes().all(|digit| digit.is_ascii_hexdigit())
        }
    }
}

fn common(git_dir: &Path) -> PathBuf {
    let text = read_start(&git_dir.join("commondir"), MAX_GIT_FILE_BYTES);
    let common = text.map(|text| git_dir.join(text.trim_end_matches(['\n', '\r'])));
    common.and_then(|path| path.canonicalize().ok()).unwrap_or_else(|| git_dir.to_owned())
}

/// The text of a small regular file; `None` for anything else.
fn read_start(path: &Path, most: u64) -> Option<String> {
    path.metadata().ok().filter(Metadata::is_file)?;
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(most + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= most).then(|| String::from_utf8(bytes).ok())?
}

/// Git does not search for a repository beyond the file system that it starts in.
#[cfg(unix)]
fn is_other_device(root: &Path, folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| path.metadata().ok().map(|metadata| metadata.dev());
    std::env::var_os("GIT_DISCOVERY_ACROSS_FILESYSTEM").is_none() && device(root) != device(folder)
}

#[cfg(not(unix))] // Git for Windows has no such check
fn is_other_device(_root: &Path, _folder: &Path) -> bool {
    false
}
