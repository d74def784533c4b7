//! The few files that are found by name and not by walking: the snapshot's. A link that leaves the root is no file of
//! it: a stranger's branch may bring one, and reports show lines of what they are about.

use std::path::{Path, PathBuf};

use super::path::path_text;
use super::read::{Place, SourceFile};

/// The files of one folder under `root` with this extension, by name. A folder that is not there is empty.
pub fn list_folder(root: &Path, folder: &str, extension: &str) -> Vec<SourceFile> {
    let inside = Inside::new(root);
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name());
    let wanted = names.filter(|name| Path::new(name).extension().is_some_and(|found| found == extension));
    let wanted = wanted.filter(|name| inside.holds(&root.join(folder).join(name)));
    let mut files = wanted
        .map(|name| {
            let relative = Path::new(folder).join(&name);
            SourceFile { path: path_text(&relative), place: Place::Disk(root.join(&relative)) }
        })
        .collect::<Vec<_>>();
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    files
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    File,
    Folder,
}

/// What is there, links followed; `None`: nothing, or something that holds no text.
pub fn path_kind(path: &Path) -> Option<PathKind> {
    let kind = path.metadata().ok()?.file_type();
    match (kind.is_file(), kind.is_dir()) {
        (true, _) => Some(PathKind::File),
        (false, true) => Some(PathKind::Folder),
        (false, false) => None,
    }
}

/// Whether a path leads to anything, a link to nothing included: whether a new file would take a place.
pub fn is_taken(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// The file at this path under `root`, if there is one.
pub fn find_file(root: &Path, path: &str) -> Option<SourceFile> {
    let place = root.join(path);
    (place.is_file() && Inside::new(root).holds(&place))
        .then(|| SourceFile { path: path.to_owned(), place: Place::Disk(place) })
}

/// A root without links.
struct Inside(Option<PathBuf>);

impl Inside {
    fn new(root: &Path) -> Self {
        Self(root.canonicalize().ok())
    }

    fn holds(&self, path: &Path) -> bool {
        self.0.as_ref().is_some_and(|root| path.canonicalize().is_ok_and(|real| real.starts_with(root)))
    }
}
