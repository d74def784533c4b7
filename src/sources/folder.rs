//! Finds files by name instead of by walking: those of the snapshot and of `init`. Links out of the repository and
//! non-files are returned too; reading them gives the error.

use std::path::Path;

use super::boundary::{Boundary, LinkProblem};
use super::inspect::{EntryKind, ListedEntry, end_kind, entries_of, entry_kind};
use super::path::path_text;
use super::read::{DiskFile, Place, SourceFile};

/// The files of one folder under `root` with this extension, sorted by name. A missing folder is empty. A folder that a
/// link leads out of the root is returned as an entry itself; reading it gives the error.
pub fn list_folder(root: &Path, folder: &str, extension: &str) -> Vec<SourceFile> {
    let within = Boundary::new(root);
    let file = |path: &Path| SourceFile { path: path_text(path), place: Place::Disk(DiskFile::new(&within, path)) };
    let folder = Path::new(folder);
    let place = match within.resolve(folder) {
        Ok(resolved) if resolved.exists => resolved.path,
        Ok(resolved) if !resolved.dangles => return Vec::new(),
        Err(LinkProblem::NotAFolder) => return Vec::new(),
        Ok(_) | Err(_) => return vec![file(folder)],
    };
    let Ok(entries) = entries_of(&place) else { return Vec::new() };
    let mut files = Vec::new();
    for ListedEntry { name, kind, .. } in entries {
        let is_wanted = Path::new(&name).extension().is_some_and(|found| found == extension);
        if is_wanted && !kind.is_dir() {
            files.push(file(&folder.join(name)));
        }
    }
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The file at this path under `root`; `None` if there is nothing or a folder.
pub fn find_file(root: &Path, path: &str) -> Option<SourceFile> {
    let within = Boundary::new(root);
    let place = within.root().join(path);
    let is_there = match entry_kind(&place) {
        Ok(Some(EntryKind::Folder) | None) => false,
        Ok(Some(EntryKind::Link)) => end_kind(&place) != Some(EntryKind::Folder),
        Ok(Some(EntryKind::File | EntryKind::Pipe | EntryKind::Socket | EntryKind::Device)) => true,
        Err(_) => false,
    };
    is_there.then(|| SourceFile { path: path.to_owned(), place: Place::Disk(DiskFile::new(&within, path)) })
}
