//! Finds the files to look at by walking the work tree. Git is not asked: the same files are found outside a
//! repository. Hidden folders are walked, since manifests live in `.github` and `.port` too.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::ignored::Ignored;
use super::path::path_text;
use super::pattern::{Pattern, SKIPPED_FOLDERS, is_skipped};
use super::read::{Place, SourceFile};

/// From so many folders at a time on, threads pay.
const MANY_FOLDERS: usize = 48;

/// What the walk found.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Sorted by path.
    pub files: Vec<SourceFile>,
    /// Folders that could not be listed: told, and no reason to stop.
    pub unreadable: Vec<Unreadable>,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("list the folder `{path}`: {source}")]
#[diagnostic(code("unreadable-folder"), help("give yourself the right to read it, or exclude it"))]
pub struct Unreadable {
    pub path: String,
    pub source: io::Error,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum DiscoverError {
    #[error("list the folder `{}`: {source}", path.display())]
    #[diagnostic(code("no-such-root"), help("choose a folder that exists and that you may read"))]
    Root { path: PathBuf, source: io::Error },
}

/// The files under `root` that match.
pub fn discover(root: &Path, pattern: &Pattern) -> Result<Discovery, DiscoverError> {
    let refuse = |source| DiscoverError::Root { path: root.to_owned(), source };
    let real_root = root.canonicalize().map_err(refuse)?;
    // Asked here so that a root which is a file or may not be read is an error, and not an empty repository.
    std::fs::read_dir(&real_root).map_err(refuse)?;
    let walk = Walk { root: &real_root, pattern };
    let ignored = Ignored::above(&real_root);
    let mut level = vec![Folder { path: real_root.clone(), relative: PathBuf::new(), ignored }];
    let mut found = Found::default();
    while !level.is_empty() {
        if level.len() < MANY_FOLDERS {
            level.drain(..).for_each(|folder| walk.list(&folder, &mut found));
        } else {
            let list = |mut found, folder: Folder| {
                walk.list(&folder, &mut found);
                found
            };
            let more = level.par_drain(..).fold(Found::default, list).reduce(Found::default, Found::join);
            found = found.join(more);
        }
        level.append(&mut found.folders);
    }
    let Found { mut files, links, mut unreadable, .. } = found;
    add_links(&mut files, links);
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    unreadable.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(Discovery { files, unreadable })
}

struct Walk<'a> {
    root: &'a Path,
    pattern: &'a Pattern,
}

struct Folder {
    path: PathBuf,
    relative: PathBuf,
    ignored: Option<Arc<Ignored>>,
}

#[derive(Default)]
struct Found {
    files: Vec<SourceFile>,
    /// Links to files inside the root, with what they point to.
    links: Vec<(SourceFile, PathBuf)>,
    folders: Vec<Folder>,
    unreadable: Vec<Unreadable>,
}

impl Found {
    fn join(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self.links.extend(other.links);
        self.folders.extend(other.folders);
        self.unreadable.extend(other.unreadable);
        self
    }
}

impl Walk<'_> {
    fn list(&self, folder: &Folder, found: &mut Found) {
        let entries = match entries_of(&folder.path) {
            Ok(entries) => entries,
            Err(source) => {
                let path = path_text(&folder.relative);
                return found.unreadable.push(Unreadable { path, source });
            }
        };
        let is_root = folder.relative.as_os_str().is_empty();
        if !is_root && entries.iter().any(|entry| entry.file_name() == ".git") {
            // Another repository, or a submodule: its manifests are its own affair.
            return;
        }
        let has_rules = entries.iter().any(|entry| entry.file_name() == ".gitignore");
        let above = folder.ignored.clone();
        let ignored = if has_rules { Ignored::enter(above, &folder.path) } else { above };
        for entry in entries {
            let name = entry.file_name();
            let relative = folder.relative.join(&name);
            // The kind comes with the listing on every file system that matters; where it does not, it is asked for.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                if is_skipped(&name) || !self.pattern.may_be_under(&relative) {
                    continue;
                }
            } else if !self.pattern.includes(&relative) || self.pattern.excludes(&relative) {
                continue;
            }
            let path = folder.path.join(&name);
            if ignored.as_ref().is_some_and(|rules| rules.ignores(&path, kind.is_dir())) {
                continue;
            }
            if kind.is_dir() {
                found.folders.push(Folder { path, relative, ignored: ignored.clone() });
            } else if kind.is_file() {
                found.files.push(SourceFile { path: path_text(&relative), place: Place::Disk(path) });
            } else if kind.is_symlink()
                && let Some(target) = self.follow(&path)
            {
                let file = SourceFile { path: path_text(&relative), place: Place::Disk(target.clone()) };
                found.links.push((file, target));
            }
        }
    }

    /// Where a link ends, if that is a file inside the root.
    fn follow(&self, link: &Path) -> Option<PathBuf> {
        let target = link.canonicalize().ok()?;
        let inside = target.strip_prefix(self.root).ok()?;
        let is_ours = !inside.components().any(|part| SKIPPED_FOLDERS.iter().any(|name| part.as_os_str() == *name));
        (is_ours && target.is_file()).then_some(target)
    }
}

fn entries_of(folder: &Path) -> io::Result<Vec<std::fs::DirEntry>> {
    std::fs::read_dir(folder)?.collect()
}

/// A link to a file that is listed anyway is that file under a second name: listing both would make each of its
/// entities look like a duplicate.
fn add_links(files: &mut Vec<SourceFile>, mut links: Vec<(SourceFile, PathBuf)>) {
    if links.is_empty() {
        return;
    }
    links.sort_unstable_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    let mut listed: HashSet<PathBuf> = files
        .iter()
        .filter_map(|file| match &file.place {
            Place::Disk(path) => Some(path.clone()),
            Place::Blob { .. } | Place::Given(_) => None,
        })
        .collect();
    files.extend(links.into_iter().filter(|(_, target)| listed.insert(target.clone())).map(|(link, _)| link));
}
