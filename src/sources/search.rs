//! Finds files by their paths without reading them: configs in subfolders, and YAML files that `manifests.include` does
//! not match. Unlike `discover`, it ignores folders that it cannot read.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::boundary::Boundary;
use super::ignored::Ignored;
use super::inspect::{ListedEntry, Listings, entries_of, real_path};
use super::pattern::is_skipped;

/// The number of folders on one level from which threads are faster.
const MIN_PARALLEL_FOLDERS: usize = 48;

/// Folders for third-party files, by the conventions of their languages.
const VENDORED: [&str; 9] = [
    "node_modules",
    "bower_components",
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "site-packages",
    ".venv",
    ".terraform",
];

/// The criteria of a search. All paths are relative to the root.
pub struct Search<'a> {
    pub root: &'a Path,
    /// Whether a folder is entered.
    pub enters: &'a (dyn Fn(&Path) -> bool + Sync),
    /// A quick check of the last component, before the path is built.
    pub may_take: &'a (dyn Fn(&OsStr) -> bool + Sync),
    pub takes: &'a (dyn Fn(&Path) -> bool + Sync),
    /// A subfolder that contains a file with such a name is left out.
    pub is_border: &'a (dyn Fn(&OsStr) -> bool + Sync),
    /// Folders that were listed already, and whose taken entries are none of this search.
    pub listings: &'a Listings,
    /// The maximum number of folders, so that a search in a very large tree ends.
    pub folders_max: usize,
}

/// The result of a search.
#[derive(Debug, Default)]
pub struct SearchResult {
    /// Regular files, sorted.
    pub files: Vec<PathBuf>,
    /// Every folder was searched, or left out on purpose.
    pub is_complete: bool,
}

struct Folder {
    path: PathBuf,
    relative: PathBuf,
    ignored: Option<Arc<Ignored>>,
}

#[derive(Default)]
struct Listed {
    files: Vec<PathBuf>,
    folders: Vec<Folder>,
}

impl Listed {
    fn join(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self.folders.extend(other.folders);
        self
    }
}

impl Search<'_> {
    /// Searches level by level. Links are not followed; nested repositories, vendored folders and ignored paths are
    /// left out.
    pub fn run(&self) -> SearchResult {
        let root = real_path(self.root).unwrap_or_else(|| self.root.to_owned());
        let within = Boundary::new(&root);
        let ignored = Ignored::above(&root, &mut Vec::new());
        let mut level = vec![Folder { path: root, relative: PathBuf::new(), ignored }];
        let mut found = SearchResult { files: Vec::new(), is_complete: true };
        let mut seen = 0;
        while !level.is_empty() {
            seen += level.len();
            if seen > self.folders_max {
                found.is_complete = false;
                break;
            }
            let listed = if level.len() < MIN_PARALLEL_FOLDERS {
                level.iter().map(|folder| self.list(folder, &within)).fold(Listed::default(), Listed::join)
            } else {
                level.par_iter().map(|folder| self.list(folder, &within)).reduce(Listed::default, Listed::join)
            };
            found.files.extend(listed.files);
            level = listed.folders;
        }
        found.files.sort_unstable();
        found
    }

    fn list(&self, folder: &Folder, within: &Boundary) -> Listed {
        let mut listed = Listed::default();
        let own;
        let entries = match self.listings.get(&folder.path) {
            Some(entries) => entries,
            None => {
                let Ok(entries) = entries_of(&folder.path) else { return listed };
                own = entries;
                &own
            }
        };
        let is_root = folder.relative.as_os_str().is_empty();
        let is_left_out = |name: &OsStr| name == ".git" || (self.is_border)(name);
        if !is_root && entries.iter().any(|entry| is_left_out(&entry.name)) {
            return listed;
        }
        let above = folder.ignored.clone();
        let has_rules = entries.iter().any(|entry| entry.name == ".gitignore");
        // Unreadable rules are reported by the walk that reads manifests.
        let ignored = if has_rules { Ignored::enter(above, &folder.path, within, &mut Vec::new()) } else { above };
        for ListedEntry { name, kind, is_taken } in entries {
            let is_candidate = match kind.is_dir() {
                true => !is_skipped(name) && !VENDORED.iter().any(|vendored| name == *vendored),
                false => !is_taken && kind.is_file() && (self.may_take)(name),
            };
            if !is_candidate {
                continue;
            }
            let relative = folder.relative.join(name);
            let is_chosen = if kind.is_dir() { (self.enters)(&relative) } else { (self.takes)(&relative) };
            let path = folder.path.join(name);
            if !is_chosen || ignored.as_ref().is_some_and(|rules| rules.ignores(&path, kind.is_dir())) {
                continue;
            }
            if kind.is_dir() {
                listed.folders.push(Folder { path, relative, ignored: ignored.clone() });
            } else {
                listed.files.push(relative);
            }
        }
        listed
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "lays out folders")]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (file, text) in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("it is inside")).expect("the folder is made");
            std::fs::write(path, text).expect("the file is written");
        }
        folder
    }

    fn search(root: &Path, folders_max: usize) -> (Vec<String>, bool) {
        let found = Search {
            root,
            enters: &|_| true,
            may_take: &|name| name == "x.yaml",
            takes: &|_| true,
            is_border: &|name| name == "border",
            listings: &Listings::default(),
            folders_max,
        }
        .run();
        (found.files.iter().map(|path| super::super::path_text(path)).collect(), found.is_complete)
    }

    #[test]
    fn what_is_ignored_vendored_or_another_repository_is_left_out() {
        let folder = tree(&[
            (".git/HEAD", ""),
            (".gitignore", "out/\n"),
            ("x.yaml", ""),
            ("a/b/x.yaml", ""),
            ("a/b/y.yaml", ""),
            ("out/x.yaml", ""),
            ("node_modules/p/x.yaml", ""),
            ("sub/.git", ""),
            ("sub/x.yaml", ""),
            (".portolan/x.yaml", ""),
            ("own/border", ""),
            ("own/x.yaml", ""),
        ]);
        assert_eq!(search(folder.path(), 100), (vec!["a/b/x.yaml".to_owned(), "x.yaml".to_owned()], true));
    }

    #[test]
    fn a_search_through_too_many_folders_is_given_up() {
        let folder = tree(&[("x.yaml", ""), ("a/b/c/x.yaml", "")]);
        assert_eq!(search(folder.path(), 2), (vec!["x.yaml".to_owned()], false));
    }
}
