//! Places that may hide manifests from the walk: nested repositories, submodules, links instead of folders, and ignored
//! files that the config includes. The candidate files are listed, and the caller decides whether they are manifests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::boundary::Boundary;
use super::inspect::{ListedEntry, entries_of, is_taken};
use super::path::path_text;
use super::pattern::{Pattern, is_skipped};
use super::read::{DiskFile, Place, SourceFile};
use super::unreadable::Unreadable;

/// The maximum number of entries examined in hidden folders; the content of larger ones counts as unknown.
const MAX_ENTRIES: usize = 20_000;
const MAX_FILES: usize = 1_000;

/// A place that may hide manifests.
#[derive(Clone, Debug)]
pub struct Hidden {
    pub place: Unreadable,
    /// The files there that may be manifests.
    pub files: Vec<SourceFile>,
    /// Whether `files` is complete.
    pub is_complete: bool,
    /// Whether the Git history of this path may tell, because it is or was tracked.
    pub has_past: bool,
    /// Git ignores the place.
    pub is_ignored: bool,
}

/// A nested repository in the work tree.
#[derive(Debug, Default)]
pub(super) struct Nested {
    /// It contains tracked manifests of the outer repository.
    pub is_tracked: bool,
}

const EXCLUDE: &str = "add it to `manifests.exclude` if its manifests are not part of this repository";

pub(super) fn hidden(
    within: &Boundary,
    pattern: &Pattern,
    nested: BTreeMap<PathBuf, Nested>,
    submodules: Vec<PathBuf>,
) -> (Vec<Hidden>, Vec<Unreadable>) {
    let (mut hidden, mut certain) = (Vec::new(), Vec::new());
    for (path, Nested { is_tracked }) in nested {
        let why = "it is another Git repository";
        let place = Unreadable::new(path_text(&path), "read", why);
        if is_tracked {
            certain
                .push(place.help("remove the `.git` in it, or its manifests from this repository (`git rm --cached`)"));
            continue;
        }
        let (files, is_complete) = look_into(within, &path, pattern);
        hidden.push(Hidden { place: place.help(EXCLUDE), files, is_complete, has_past: true, is_ignored: false });
    }
    for path in submodules {
        let place = within.root().join(&path);
        let is_empty = entries_of(&place).is_ok_and(|entries| entries.is_empty());
        let is_away = is_empty || !is_taken(&place);
        hidden.push(Hidden { is_complete: !is_away, ..Hidden::submodule(&path) });
    }
    (hidden, certain)
}

/// Ignored files that the config includes, and ignored folders that may contain such files.
pub(super) fn hidden_by_ignores(within: &Boundary, pattern: &Pattern, left_out: &[PathBuf]) -> Vec<Hidden> {
    if !pattern.is_named() {
        return Vec::new();
    }
    let mut hidden = Vec::new();
    for path in left_out {
        let is_folder = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        let (files, is_complete) = match is_folder {
            true if !pattern.starts_near(path) => continue,
            true => look_into(within, path, pattern),
            false => (vec![file(within, path)], true),
        };
        // A folder that is too large to examine belongs to a tool.
        if files.is_empty() || !is_complete {
            continue;
        }
        let why = "Git ignores it, but `manifests.include` names it";
        let name = path_text(path);
        let place = Unreadable::new(name.trim_end_matches('/').to_owned(), "read", why)
            .help("correct `.gitignore`, or add it to `manifests.exclude`");
        hidden.push(Hidden { place, files, is_complete: true, has_past: false, is_ignored: true });
    }
    hidden
}

impl Hidden {
    /// A link that may have replaced a folder; its target cannot be read.
    pub(super) fn link(path: &Path, why: &'static str) -> Self {
        let help = "replace the link with the folder, or remove it";
        let place = Unreadable::new(path_text(path), "followed", why).help(help);
        Self { place, files: Vec::new(), is_complete: false, has_past: true, is_ignored: false }
    }

    /// A submodule in a commit, or one that is not checked out.
    pub(super) fn submodule(path: &Path) -> Self {
        let why = "it is a submodule";
        let place = Unreadable::new(path_text(path), "read", why).help(EXCLUDE);
        Self { place, files: Vec::new(), is_complete: false, has_past: true, is_ignored: false }
    }
}

fn file(within: &Boundary, relative: &Path) -> SourceFile {
    let place = Place::Disk(DiskFile { path: within.root().join(relative).into(), within: within.clone() });
    SourceFile { path: path_text(relative), place }
}

/// The matching files of a folder; `false`: there are too many.
fn look_into(within: &Boundary, folder: &Path, pattern: &Pattern) -> (Vec<SourceFile>, bool) {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    let mut entries = 0;
    while let Some(folder) = folders.pop() {
        let Ok(listed) = entries_of(&within.root().join(&folder)) else { return (files, false) };
        for ListedEntry { name, kind, .. } in listed {
            entries += 1;
            if entries > MAX_ENTRIES || files.len() > MAX_FILES {
                return (files, false);
            }
            let path = folder.join(&name);
            if kind.is_dir() && !is_skipped(&name) && pattern.may_be_under(&path) {
                folders.push(path);
            } else if kind.is_file() && pattern.matches(&path) {
                files.push(file(within, &path));
            }
        }
    }
    (files, true)
}
