//! Lists every file of a repository, of any name, as Git has it: regular files and links, which are not followed. The tools
//! that deliver a repository to clusters see all of it, and not only what `manifests.include` names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::boundary::Boundary;
use super::ignored::Ignored;
use super::inspect::{EntryKind, ListedEntry, Listings, entries_of, entry_kind, link_target, real_path};
use super::path::path_text;
use super::pattern::is_yaml;
use super::read::{DiskFile, Place, SourceFile};
use super::tracked::Tracked;

/// The number of folders on one level from which threads are faster.
const MIN_PARALLEL_FOLDERS: usize = 48;

/// A file of a repository; paths are relative to its top.
#[derive(Debug, Clone)]
pub enum RepositoryFile {
    File(SourceFile),
    Link { path: String, target: String },
}

impl RepositoryFile {
    /// The file, if it is YAML by its name and no link.
    pub fn yaml(&self) -> Option<&SourceFile> {
        match self {
            Self::File(file) if is_yaml(Path::new(&file.path)) => Some(file),
            Self::File(_) | Self::Link { .. } => None,
        }
    }

    pub fn path(&self) -> &str {
        match self {
            Self::File(file) => &file.path,
            Self::Link { path, .. } => path,
        }
    }
}

struct Folder {
    path: PathBuf,
    relative: PathBuf,
    ignored: Option<Arc<Ignored>>,
}

#[derive(Default)]
struct Listed {
    files: Vec<RepositoryFile>,
    folders: Vec<Folder>,
    /// Ignored files and folders, which may be tracked all the same. Folders end with a slash.
    ignored: Vec<PathBuf>,
}

impl Listed {
    fn join(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self.folders.extend(other.folders);
        self.ignored.extend(other.ignored);
        self
    }
}

/// The files of a work tree that Git tracks, or would add, sorted by path. Folders that cannot be read are left out;
/// nested repositories have files of their own.
///
/// `listings`: folders that were listed already.
pub fn work_tree_files(top: &Path, listings: &Listings) -> Vec<RepositoryFile> {
    let top = real_path(top).unwrap_or_else(|| top.to_owned());
    let within = Boundary::new(&top);
    let ignored = Ignored::above(&top, &mut Vec::new());
    let mut level = vec![Folder { path: top.clone(), relative: PathBuf::new(), ignored }];
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
    while !level.is_empty() {
        let listed = if level.len() < MIN_PARALLEL_FOLDERS {
            level.iter().map(|folder| list(folder, &within, listings)).fold(Listed::default(), Listed::join)
        } else {
            level.par_iter().map(|folder| list(folder, &within, listings)).reduce(Listed::default, Listed::join)
        };
        files.extend(listed.files);
        left_out.extend(listed.ignored);
        level = listed.folders;
    }
    if !left_out.is_empty()
        && let Ok(Some(tracked)) = Tracked::open(&within)
    {
        files.extend(tracked.among(&left_out).iter().filter_map(|path| entry(&top.join(path), path, &within)));
    }
    files.par_sort_unstable_by(|a, b| a.path().cmp(b.path()));
    files
}

fn list(folder: &Folder, within: &Boundary, listings: &Listings) -> Listed {
    let mut listed = Listed::default();
    let own;
    let entries = match listings.get(&folder.path) {
        Some(entries) => entries,
        None => {
            let Ok(entries) = entries_of(&folder.path) else { return listed };
            own = entries;
            &own
        }
    };
    let is_top = folder.relative.as_os_str().is_empty();
    if !is_top && entries.iter().any(|entry| entry.name == ".git") {
        return listed;
    }
    let above = folder.ignored.clone();
    let has_rules = entries.iter().any(|entry| entry.name == ".gitignore");
    // Unreadable rules are reported by the walk that reads manifests.
    let ignored = if has_rules { Ignored::enter(above, &folder.path, within, &mut Vec::new()) } else { above };
    for ListedEntry { name, kind, .. } in entries.iter().filter(|entry| entry.name != ".git") {
        let (path, relative) = (folder.path.join(name), folder.relative.join(name));
        if ignored.as_ref().is_some_and(|rules| rules.ignores(&path, kind.is_dir())) {
            listed.ignored.push(if kind.is_dir() { relative.join("") } else { relative });
        } else if kind.is_dir() {
            listed.folders.push(Folder { path, relative, ignored: ignored.clone() });
        } else {
            listed.files.extend(file(EntryKind::of(*kind), &path, &relative, within));
        }
    }
    listed
}

fn entry(path: &Path, relative: &Path, within: &Boundary) -> Option<RepositoryFile> {
    file(entry_kind(path).ok()??, path, relative, within)
}

fn file(kind: EntryKind, path: &Path, relative: &Path, within: &Boundary) -> Option<RepositoryFile> {
    match kind {
        EntryKind::File => {
            let place = Place::Disk(DiskFile::new(within, path));
            Some(RepositoryFile::File(SourceFile { path: path_text(relative), place }))
        }
        EntryKind::Link => {
            let target = path_text(&link_target(path).ok()?);
            Some(RepositoryFile::Link { path: path_text(relative), target })
        }
        EntryKind::Folder | EntryKind::Pipe | EntryKind::Socket | EntryKind::Device => None,
    }
}
