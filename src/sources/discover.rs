//! Finds manifest candidates by walking the work tree, in a Git repository or outside of one. Git's index is read only
//! for ignored files, because a tracked file counts although it matches a `.gitignore`. Hidden folders are walked,
//! because manifests are in `.github` and `.port` too.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::boundary::{Boundary, LinkProblem};
use super::ignored::{Ignored, UnreadRules};
use super::inspect::{EntryKind, ListedEntry, Listings, end_kind, entries_of, entry_kind, real_path};
use super::path::{into_path_text, path_text};
use super::pattern::{Pattern, is_skipped, is_yaml};
use super::read::{DiskFile, Place, SourceFile};
use super::tracked::Tracked;
use super::unreadable::Unreadable;
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::sources::hidden_places::{Hidden, Nested, hidden, hidden_by_ignores};
use crate::text::io_reason;

/// The number of folders on one level from which threads are faster.
const MIN_PARALLEL_FOLDERS: usize = 48;

/// The number of files from which parallel sorting is faster.
const MIN_PARALLEL_SORT_FILES: usize = 4_096;

/// The result of the walk.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Sorted by path.
    pub files: Vec<SourceFile>,
    /// Candidates that could not be read: they are reported, and the walk continues.
    pub unreadable: Vec<Unreadable>,
    /// Places that may hide manifests; sorted by path.
    pub hidden: Vec<Hidden>,
    /// What the walk saw if the pattern has includes, so that a search for files outside of them lists no folder again.
    pub listings: Listings,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum DiscoverError {
    #[error("folder `{}` cannot be listed: {}", path.display(), io_reason(source))]
    #[diagnostic(code("no-such-root"), help("choose a folder that exists and is readable"))]
    Root { path: PathBuf, source: io::Error },
}

impl ExitClass for DiscoverError {
    fn class(&self) -> ErrorClass {
        ErrorClass::Failure
    }
}

/// Finds the files under `root` that match.
pub fn discover(root: &Path, pattern: &Pattern) -> Result<Discovery, DiscoverError> {
    let refuse = |source| DiscoverError::Root { path: root.to_owned(), source };
    let real_root = real_path(root).unwrap_or_else(|| root.to_owned());
    // Listed first, so that a root that is a file or unreadable is an error instead of an empty repository.
    entries_of(&real_root).map_err(refuse)?;
    let within = Boundary::new(&real_root);
    let walk = Walk { root: &real_root, within: &within, pattern };
    let mut found = WalkResult::default();
    let ignored = Ignored::above(&real_root, &mut found.unread);
    let mut level = vec![Folder { path: real_root.clone(), relative: PathBuf::new(), ignored }];
    while !level.is_empty() {
        if level.len() < MIN_PARALLEL_FOLDERS {
            level.drain(..).for_each(|folder| walk.list(&folder, &mut found));
        } else {
            let list = |mut found, folder: Folder| {
                walk.list(&folder, &mut found);
                found
            };
            let more =
                level.par_drain(..).fold(WalkResult::default, list).reduce(WalkResult::default, WalkResult::join);
            found = found.join(more);
        }
        level.append(&mut found.folders);
    }
    let tracked = walk.open_index(&mut found);
    let left_out = walk.add_tracked(tracked.as_ref(), &mut found);
    let WalkResult { mut files, links, mut unreadable, named, nested, mut hidden, unread, listings, .. } = found;
    unreadable.extend(unread.into_iter().map(|rules| {
        let path = path_text(rules.path.strip_prefix(&real_root).unwrap_or(&rules.path));
        Unreadable::new(path, "read", rules.problem.to_string())
    }));
    add_links(&mut files, links);
    if files.len() < MIN_PARALLEL_SORT_FILES {
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    } else {
        files.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
    }
    let why = "it is a folder without manifests";
    let named = named.into_iter().filter(|folder| is_bare(folder, &files));
    unreadable.extend(named.map(|path| Unreadable::new(path, "read", why)));
    walk.add_absent(tracked.as_ref(), &files, nested, &mut unreadable, &mut hidden);
    hidden.extend(hidden_by_ignores(&within, pattern, &left_out));
    unreadable.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    hidden.sort_by(|a, b| a.place.path.cmp(&b.place.path));
    Ok(Discovery { files, unreadable, hidden, listings: listings.into_iter().collect() })
}

struct Walk<'a> {
    root: &'a Path,
    within: &'a Boundary,
    pattern: &'a Pattern,
}

struct Folder {
    path: PathBuf,
    relative: PathBuf,
    ignored: Option<Arc<Ignored>>,
}

#[derive(Default)]
struct WalkResult {
    files: Vec<SourceFile>,
    /// Links to files inside the root, with their targets.
    links: Vec<(SourceFile, PathBuf)>,
    folders: Vec<Folder>,
    /// Folders whose name matches manifests.
    named: Vec<String>,
    /// Ignored files that match, and ignored folders that may contain such files (with a trailing slash).
    ignored: Vec<PathBuf>,
    unreadable: Vec<Unreadable>,
    hidden: Vec<Hidden>,
    /// Nested repositories.
    nested: Vec<PathBuf>,
    unread: Vec<UnreadRules>,
    listings: Vec<(PathBuf, Vec<ListedEntry>)>,
}

impl WalkResult {
    fn join(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self.links.extend(other.links);
        self.folders.extend(other.folders);
        self.named.extend(other.named);
        self.ignored.extend(other.ignored);
        self.unreadable.extend(other.unreadable);
        self.hidden.extend(other.hidden);
        self.nested.extend(other.nested);
        self.unread.extend(other.unread);
        self.listings.extend(other.listings);
        self
    }
}

impl Walk<'_> {
    fn list(&self, folder: &Folder, found: &mut WalkResult) {
        let mut entries = match entries_of(&folder.path) {
            Ok(entries) => entries,
            Err(error) => {
                let path = path_text(&folder.relative);
                return found.unreadable.push(Unreadable::new(path, "listed", io_reason(&error)));
            }
        };
        let is_root = folder.relative.as_os_str().is_empty();
        if !is_root && entries.iter().any(|entry| entry.name == ".git") {
            // A nested repository or submodule has its own manifests.
            return found.nested.push(folder.relative.clone());
        }
        let has_rules = entries.iter().any(|entry| entry.name == ".gitignore");
        let above = folder.ignored.clone();
        let ignored =
            if has_rules { Ignored::enter(above, &folder.path, self.within, &mut found.unread) } else { above };
        for ListedEntry { name, kind, is_taken } in &mut entries {
            let name = name.as_os_str();
            if kind.is_symlink() && !is_yaml(Path::new(name)) {
                self.look_at_link(&folder.path.join(name), folder.relative.join(name), found);
            }
            if kind.is_dir() && is_skipped(name) || !kind.is_dir() && !self.pattern.may_be_named(name) {
                continue;
            }
            let relative = folder.relative.join(name);
            let chosen = if kind.is_dir() {
                self.pattern.may_be_under(&relative)
            } else {
                self.pattern.includes(&relative) && !self.pattern.excludes(&relative)
            };
            if !chosen {
                continue;
            }
            let path = folder.path.join(name);
            if ignored.as_ref().is_some_and(|rules| rules.ignores(&path, kind.is_dir())) {
                found.ignored.push(if kind.is_dir() { relative.join("") } else { relative });
                continue;
            }
            if kind.is_dir() {
                if is_yaml(&relative) && self.pattern.includes(&relative) {
                    found.named.push(path_text(&relative));
                }
                found.folders.push(Folder { path, relative, ignored: ignored.clone() });
            } else {
                *is_taken = true;
                self.take(path, relative, EntryKind::of(*kind), found);
            }
        }
        if self.pattern.is_named() {
            found.listings.push((folder.path.clone(), entries));
        }
    }

    /// Adds a path that matches and is not a folder.
    fn take(&self, path: PathBuf, relative: PathBuf, kind: EntryKind, found: &mut WalkResult) {
        match kind {
            EntryKind::File => {
                let place = Place::Disk(DiskFile { path: path.into(), within: self.within.clone() });
                found.files.push(SourceFile { path: into_path_text(relative), place });
            }
            EntryKind::Link => match self.follow(&path) {
                Ok(target) => {
                    let place = Place::Disk(DiskFile { path: target.as_path().into(), within: self.within.clone() });
                    found.links.push((SourceFile { path: path_text(&relative), place }, target));
                }
                Err(why) if may_be_manifest(&path) => {
                    found.unreadable.push(Unreadable::new(path_text(&relative), "followed", why));
                }
                Err(_) => {}
            },
            EntryKind::Pipe | EntryKind::Socket | EntryKind::Device => {
                let why = format!("it is {}, not a regular file", kind.name());
                found.unreadable.push(Unreadable::new(path_text(&relative), "read", why));
            }
            EntryKind::Folder => {}
        }
    }

    /// Examines a link whose name does not match manifests: it may have replaced a folder of manifests.
    fn look_at_link(&self, path: &Path, relative: PathBuf, found: &mut WalkResult) {
        if !self.pattern.may_be_under(&relative)
            || self.pattern.includes(&relative)
            || !may_be_manifest_folder(&relative)
        {
            return;
        }
        match real_path(path) {
            Some(end) if end_kind(&end) == Some(EntryKind::Folder) && !end.starts_with(self.root) => {
                found.hidden.push(Hidden::link(&relative, "the link points out of the repository"));
            }
            Some(_) => {}
            None => found.hidden.push(Hidden::link(&relative, "the link points to nothing")),
        }
    }

    /// Opens the index; `None` outside of Git. If it cannot be read, absent manifests cannot be detected, which is
    /// reported.
    fn open_index(&self, found: &mut WalkResult) -> Option<Tracked<'_>> {
        match Tracked::open(self.within) {
            Ok(tracked) => tracked,
            Err(error) => {
                let why =
                    format!("missing manifests go unnoticed, since the index cannot be read ({})", error.message());
                let help = "run `git status` to see what is wrong; a sparse or split index cannot be read: \
                            `git sparse-checkout init --no-sparse-index`, `git update-index --no-split-index`";
                found.unreadable.push(Unreadable::new(".".to_owned(), "compared with Git's index", why).help(help));
                None
            }
        }
    }

    /// Adds files that are ignored but tracked; returns those that stay ignored.
    fn add_tracked(&self, tracked: Option<&Tracked<'_>>, found: &mut WalkResult) -> Vec<PathBuf> {
        let left_out = std::mem::take(&mut found.ignored);
        let is_taken = tracked.map(|tracked| tracked.among(&left_out)).unwrap_or_default();
        for relative in &is_taken {
            let path = self.root.join(relative);
            if self.pattern.matches(relative)
                && let Ok(Some(kind)) = entry_kind(&path)
            {
                self.take(path, relative.clone(), kind, found);
            }
        }
        left_out.into_iter().filter(|path| !is_taken.contains(path)).collect()
    }

    /// Adds tracked manifests that are missing in the work tree without having been removed.
    fn add_absent(
        &self,
        tracked: Option<&Tracked<'_>>,
        files: &[SourceFile],
        nested: Vec<PathBuf>,
        unreadable: &mut Vec<Unreadable>,
        found: &mut Vec<Hidden>,
    ) {
        let nested = nested.into_iter().filter(|path| self.pattern.may_be_under(path));
        let mut nested: BTreeMap<PathBuf, Nested> = nested.map(|path| (path, Nested::default())).collect();
        let mut submodules = Vec::new();
        if let Some(tracked) = tracked {
            let mut absent = tracked.absent(self.pattern, files, &mut nested);
            submodules = std::mem::take(&mut absent.submodules);
            unreadable.extend(absent.into_unreadable(tracked.is_sparse()));
        }
        let (hidden, certain) = hidden(self.within, self.pattern, nested, submodules);
        found.extend(hidden);
        unreadable.extend(certain);
    }

    /// The target of a link, if it is a file inside the root; otherwise the reason against it.
    fn follow(&self, link: &Path) -> Result<PathBuf, &'static str> {
        let resolved = self.within.resolve(link).map_err(|problem| match problem {
            LinkProblem::Outside => "the link points out of the repository",
            LinkProblem::GitFolder => "the link points into Git's own folder",
            LinkProblem::Nowhere | LinkProblem::NotAFolder | LinkProblem::Io(_) => "the link points to nothing",
        })?;
        let target = resolved.path;
        if !resolved.exists {
            return Err("the link points to nothing");
        }
        let inside = target.strip_prefix(self.root).map_err(|_| "the link points out of the repository")?;
        if inside.components().any(|part| is_skipped(part.as_os_str())) {
            return Err("the link points into Git's own folder");
        }
        if end_kind(&target) == Some(EntryKind::File) { Ok(target) } else { Err("the link points to no file") }
    }
}

/// Emacs marks a file that is being edited with a dangling link. Links to folders are ignored here, unless their name
/// is that of a YAML file.
fn may_be_manifest(link: &Path) -> bool {
    let is_mark = link.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".#"));
    !is_mark && (is_yaml(link) || end_kind(link) != Some(EntryKind::Folder))
}

/// Emacs marks a file that is being edited with a dangling link.
fn may_be_manifest_folder(link: &Path) -> bool {
    link.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".#"))
}

/// Whether no file was found in the folder; `files` are sorted.
pub(super) fn is_bare(folder: &str, files: &[SourceFile]) -> bool {
    let inside = format!("{folder}/");
    let at = files.partition_point(|file| file.path < inside);
    !files.get(at).is_some_and(|file| file.path.starts_with(&inside))
}

/// Adds links to files. A link to a listed file is left out: listing the file twice would make its entities look like
/// duplicates.
fn add_links(files: &mut Vec<SourceFile>, mut links: Vec<(SourceFile, PathBuf)>) {
    if links.is_empty() {
        return;
    }
    links.sort_unstable_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    let mut listed: HashSet<PathBuf> =
        files.iter().filter_map(|file| file.place.disk()).map(|disk| disk.path.to_path_buf()).collect();
    files.extend(links.into_iter().filter(|(_, target)| listed.insert(target.clone())).map(|(link, _)| link));
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "lays out folders")]
mod tests;
