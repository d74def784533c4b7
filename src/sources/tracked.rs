//! What Git tracks of what the rules would leave out: to Git a tracked file is not ignored, whatever a `.gitignore`
//! says. Only the index is read, and only where something was left out, so whoever ignores nothing pays nothing.

use std::path::{Path, PathBuf};

use git2::Index;

use super::ignored::own_git_folder;
use super::path::path_of_git;

/// The tracked paths among `left_out` and in the folders among them, which end in a slash; all are relative to `root`.
/// None outside of Git, and none where the index is of a kind that cannot be read.
pub(super) fn tracked(root: &Path, left_out: &[PathBuf]) -> Vec<PathBuf> {
    let Some(top) = root.ancestors().find(|folder| folder.join(".git").exists()) else { return Vec::new() };
    let Ok(prefix) = root.strip_prefix(top) else { return Vec::new() };
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
