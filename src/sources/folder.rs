//! The few files that are found by name and not by walking: the snapshot's, and those that `init` writes. What is a link
//! out of the repository, or no file at all, is found too: reading it says what is wrong.

use std::path::Path;

use super::boundary::{Boundary, LinkProblem};
use super::inspect::{EntryKind, end_kind, entries_of, entry_kind};
use super::path::path_text;
use super::read::{DiskFile, Place, SourceFile};

/// The files of one folder under `root` with this extension, by name. A folder that is not there is empty. A folder that
/// cannot be used, since a link leads it out of the root, stands in the list itself: reading it says why.
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
    for (name, kind) in entries {
        let is_wanted = Path::new(&name).extension().is_some_and(|found| found == extension);
        if is_wanted && !kind.is_dir() {
            files.push(file(&folder.join(name)));
        }
    }
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    files
}

/// What is at this path under `root`, unless that is nothing or a folder.
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
