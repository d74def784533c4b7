//! What Git tracks of what the walk does not find: to Git a tracked file is not ignored, whatever a `.gitignore` says,
//! and one that a sparse checkout leaves out is not deleted. Only the index is read, and only where something was left
//! out, so whoever ignores nothing and has all checked out pays nothing.

use std::path::{Path, PathBuf};

use git2::Index;

use super::ignored::own_git_folder;
use super::inspect::exists;
use super::path::path_of_git;

/// The tracked paths among `left_out` and in the folders among them, which end in a slash; all are relative to `root`.
/// None outside of Git, and none where the index is of a kind that cannot be read.
pub(super) fn tracked(root: &Path, left_out: &[PathBuf]) -> Vec<PathBuf> {
    let Some((top, prefix)) = work_tree(root) else { return Vec::new() };
    let Ok(index) = Index::open(&own_git_folder(top).join("index")) else { return Vec::new() };
    let mut found = Vec::new();
    for path in left_out {
        let path = prefix.join(path);
        // Sorted by their names, so all that lies in a folder, and all sides of a conflict, follow each other.
        let Ok(first) = index.find_prefix(path.as_path()) else { continue };
        for at in first..index.len() {
            let Some(entry) = index.get(at) else { break };
            let name = path_of_git(&entry.path);
            if !name.starts_with(&path) {
                break;
            }
            found.extend(name.strip_prefix(prefix).map(Path::to_owned));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The tracked paths that a sparse checkout leaves out, relative to `root`; `None` where nobody can tell which.
pub(super) fn not_checked_out(root: &Path) -> Option<Vec<PathBuf>> {
    let Some((top, prefix)) = work_tree(root) else { return Some(Vec::new()) };
    let git = own_git_folder(top);
    if !exists(&git.join("info/sparse-checkout")) {
        return Some(Vec::new());
    }
    let index = Index::open(&git.join("index")).ok()?;
    let skipped = index.iter().filter(|entry| entry.flags_extended & SKIP_WORKTREE != 0);
    Some(skipped.filter_map(|entry| path_of_git(&entry.path).strip_prefix(prefix).ok().map(Path::to_owned)).collect())
}

/// Its flag in an index; `git2` has no name for it.
const SKIP_WORKTREE: u16 = 1 << 14;

/// The top of the work tree, and how `root` is reached from there.
fn work_tree(root: &Path) -> Option<(&Path, &Path)> {
    let top = root.ancestors().find(|folder| exists(&folder.join(".git")))?;
    Some((top, root.strip_prefix(top).ok()?))
}
