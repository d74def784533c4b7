//! Lists the files of a commit without a checkout: trees are walked here, contents are read later by several threads.
//! The result equals the walk on a checkout of that commit. `.gitignore` files are not read, because committed files
//! are tracked and thus not ignored.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use git2::{ObjectType, Oid, Tree, TreeEntry};

use super::changed::Scope;
use super::error::GitError;
use super::open::Repository;
use crate::sources::discover::{Discovery, is_bare};
use crate::sources::hidden_places::Hidden;
use crate::sources::path::{into_path_text, path_of_git, path_text};
use crate::sources::pattern::{Pattern, is_never_walked, is_skipped, is_yaml};
use crate::sources::read::{Place, SourceFile};
use crate::sources::unreadable::Unreadable;

const KIND: i32 = 0o170_000;
const FILE: i32 = 0o100_000;
const LINK: i32 = 0o120_000;
/// The maximum length of a chain of links; longer ones are cycles.
const LINKS_IN_A_ROW: usize = 8;

impl Repository {
    /// The files under `root` that match, sorted by path; empty if the commit has no such folder.
    pub fn at(&self, root: &Path, pattern: &Pattern, commit: Oid) -> Result<Discovery, GitError> {
        let scope = Scope::new(self, root, pattern)?;
        let walk = Walk { repository: self, pattern, prefix: scope.prefix() };
        walk.files(commit).map_err(|error| self.reading(commit, error))
    }

    /// One file of the commit; `path` is relative to `root`, and links are not followed.
    pub fn file_at(&self, root: &Path, path: &str, commit: Oid) -> Result<Option<SourceFile>, GitError> {
        let whole = self.prefix(root)?.join(path);
        let tree = self.tree_of(commit).map_err(|error| self.reading(commit, error))?;
        let entry = tree.get_path(&whole).ok().filter(|entry| entry.filemode() & KIND == FILE);
        Ok(entry.map(|entry| SourceFile { path: path.to_owned(), place: self.blob_place(entry.id()) }))
    }

    /// One file of the commit, also through links from file to file that stay in the repository.
    pub fn linked_file_at(&self, root: &Path, path: &str, commit: Oid) -> Result<Option<SourceFile>, GitError> {
        let mut whole = self.prefix(root)?.join(path);
        let tree = self.tree_of(commit).map_err(|error| self.reading(commit, error))?;
        for _ in 0..LINKS_IN_A_ROW {
            let Ok(entry) = tree.get_path(&whole) else { return Ok(None) };
            match entry.filemode() & KIND {
                FILE => return Ok(Some(SourceFile { path: path.to_owned(), place: self.blob_place(entry.id()) })),
                LINK => {
                    let content = self.inner.find_blob(entry.id()).map_err(|error| self.reading(commit, error))?;
                    let Some(end) = follow(&whole, &path_of_git(content.content())) else { return Ok(None) };
                    whole = end;
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Whether the commit has anything at `path`: a file, a link or a folder.
    pub fn has_at(&self, root: &Path, path: &str, commit: Oid) -> Result<bool, GitError> {
        let whole = self.prefix(root)?.join(path);
        let tree = self.tree_of(commit).map_err(|error| self.reading(commit, error))?;
        Ok(tree.get_path(&whole).is_ok())
    }

    /// All files of a folder of the commit and of its subfolders, of any name: those of the config and of the snapshot.
    /// They are sorted and relative to `root`, like `folder`.
    pub fn folder_at(&self, root: &Path, folder: &str, commit: Oid) -> Result<Vec<SourceFile>, GitError> {
        let whole = self.prefix(root)?.join(folder);
        let list = || {
            let Some(tree) = self.folder_of(&self.tree_of(commit)?, &whole)? else { return Ok(Vec::new()) };
            let mut files = Vec::new();
            let mut folders = vec![(tree, PathBuf::from(folder))];
            while let Some((tree, path)) = folders.pop() {
                for entry in tree.iter() {
                    let path = path.join(path_of_git(entry.name_bytes()));
                    if entry.kind() == Some(ObjectType::Tree) {
                        folders.push((self.inner.find_tree(entry.id())?, path));
                    } else if entry.filemode() & KIND == FILE {
                        files.push(SourceFile { path: into_path_text(path), place: self.blob_place(entry.id()) });
                    }
                }
            }
            files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
            Ok(files)
        };
        list().map_err(|error| self.reading(commit, error))
    }

    /// The committer: `Ada <ada@example.com>`. It is not authenticated.
    pub fn committer(&self, commit: Oid) -> Option<String> {
        let commit = self.inner.find_commit(commit).ok()?;
        let committer = commit.committer();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Some(format!("{} <{}>", text(committer.name_bytes()), text(committer.email_bytes())))
    }

    fn tree_of(&self, commit: Oid) -> Result<Tree<'_>, git2::Error> {
        self.inner.find_commit(commit)?.tree()
    }

    /// `None` if there is no folder with this name.
    fn folder_of<'r>(&'r self, tree: &Tree<'r>, path: &Path) -> Result<Option<Tree<'r>>, git2::Error> {
        if path.as_os_str().is_empty() {
            return Ok(Some(tree.clone()));
        }
        match tree.get_path(path) {
            Ok(entry) if entry.kind() == Some(ObjectType::Tree) => self.inner.find_tree(entry.id()).map(Some),
            Ok(_) => Ok(None),
            // A parent of the folder may be a file there, which gives the same answer.
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn blob_place(&self, id: Oid) -> Place {
        Place::Blob { id, store: Arc::clone(&self.blobs), entry: None }
    }

    fn reading(&self, commit: Oid, error: git2::Error) -> GitError {
        GitError::comparing(&format!("commit `{commit}`"), self.inner.is_shallow(), error)
    }
}

struct Walk<'w> {
    repository: &'w Repository,
    pattern: &'w Pattern,
    /// The root relative to the top of the repository.
    prefix: &'w Path,
}

struct Folder<'r> {
    tree: Tree<'r>,
    relative: PathBuf,
}

#[derive(Default)]
struct CommitWalk<'r> {
    files: Vec<(PathBuf, Oid)>,
    links: Vec<PathBuf>,
    folders: Vec<Folder<'r>>,
    /// Links whose names do not match manifests.
    folder_links: Vec<(PathBuf, Oid)>,
    /// Folders whose names match manifests.
    named: Vec<String>,
    unreadable: Vec<Unreadable>,
    hidden: Vec<Hidden>,
}

impl<'w> Walk<'w> {
    fn files(&self, commit: Oid) -> Result<Discovery, git2::Error> {
        let top = self.repository.tree_of(commit)?;
        let Some(root) = self.repository.folder_of(&top, self.prefix)? else { return Ok(Discovery::default()) };
        let mut found = CommitWalk::default();
        found.folders.push(Folder { tree: root, relative: PathBuf::new() });
        while let Some(folder) = found.folders.pop() {
            self.list(folder, &mut found)?;
        }
        let mut links = std::mem::take(&mut found.links);
        links.sort_unstable();
        let mut listed: HashSet<PathBuf> = HashSet::new();
        if !links.is_empty() {
            listed.extend(found.files.iter().map(|(path, _)| path.clone()));
        }
        for link in links {
            match self.end_of(&top, &link) {
                Some((end, id)) => {
                    if listed.insert(end) {
                        found.files.push((link, id));
                    }
                }
                None => found.unreadable.push(Unreadable::new(
                    path_text(&link),
                    "followed",
                    "the link points to no manifest",
                )),
            }
        }
        for (link, id) in std::mem::take(&mut found.folder_links) {
            let content = self.repository.inner.find_blob(id)?;
            let end = follow(&self.prefix.join(&link), &path_of_git(content.content()));
            match end.map(|end| end.as_os_str().is_empty() || top.get_path(&end).is_ok()) {
                Some(true) => {}
                Some(false) => found.hidden.push(Hidden::link(&link, "the link points to nothing")),
                None => found.hidden.push(Hidden::link(&link, "the link points out of the repository")),
            }
        }
        let file = |(path, id)| SourceFile { path: into_path_text(path), place: self.repository.blob_place(id) };
        let mut files: Vec<SourceFile> = found.files.into_iter().map(file).collect();
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let mut unreadable = found.unreadable;
        let named = found.named.into_iter().filter(|folder| is_bare(folder, &files));
        unreadable.extend(named.map(|path| Unreadable::new(path, "read", "it is a folder without manifests")));
        unreadable.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(Discovery { files, unreadable, hidden: found.hidden, ..Discovery::default() })
    }

    fn list(&self, folder: Folder<'w>, found: &mut CommitWalk<'w>) -> Result<(), git2::Error> {
        let Folder { tree, relative } = folder;
        for entry in &tree {
            let name = path_of_git(entry.name_bytes());
            let is_folder = entry.kind() == Some(ObjectType::Tree);
            self.look_for_hidden(&entry, &relative.join(&name), found);
            if is_folder && is_skipped(name.as_os_str()) || !is_folder && !self.pattern.may_be_named(name.as_os_str()) {
                continue;
            }
            let path = relative.join(&name);
            let chosen = if is_folder {
                self.pattern.may_be_under(&path)
            } else {
                self.pattern.includes(&path) && !self.pattern.excludes(&path)
            };
            if !chosen {
                continue;
            }
            if is_folder {
                if is_yaml(&path) && self.pattern.includes(&path) {
                    found.named.push(path_text(&path));
                }
                let tree = self.repository.inner.find_tree(entry.id())?;
                found.folders.push(Folder { tree, relative: path });
            } else if entry.filemode() & KIND == FILE {
                found.files.push((path, entry.id()));
            } else if entry.filemode() & KIND == LINK {
                found.links.push(path);
            }
        }
        Ok(())
    }

    /// Finds submodules, and links that may have replaced folders.
    fn look_for_hidden(&self, entry: &TreeEntry<'_>, path: &Path, found: &mut CommitWalk<'_>) {
        if !self.pattern.may_be_under(path) || is_never_walked(path) {
            return;
        }
        if entry.kind() == Some(ObjectType::Commit) {
            found.hidden.push(Hidden::submodule(path));
        } else if entry.filemode() & KIND == LINK && !is_yaml(path) && !self.pattern.includes(path) {
            found.folder_links.push((path.to_owned(), entry.id()));
        }
    }

    /// The target of a link, if it is a file under the root: its path there and its blob.
    fn end_of(&self, top: &Tree<'_>, link: &Path) -> Option<(PathBuf, Oid)> {
        let mut path = self.prefix.join(link);
        for _ in 0..LINKS_IN_A_ROW {
            let entry = top.get_path(&path).ok()?;
            if entry.filemode() & KIND == FILE {
                let inside = path.strip_prefix(self.prefix).ok()?;
                let is_ours = !inside.components().any(|part| is_skipped(part.as_os_str()));
                return is_ours.then(|| (inside.to_owned(), entry.id()));
            }
            if entry.filemode() & KIND != LINK {
                return None;
            }
            let content = self.repository.inner.find_blob(entry.id()).ok()?;
            path = follow(&path, &path_of_git(content.content()))?;
        }
        None
    }
}

/// Resolves a relative link lexically; `None` if it leaves the work tree.
pub(super) fn follow(link: &Path, target: &Path) -> Option<PathBuf> {
    let mut end = link.parent()?.to_owned();
    for part in target.components() {
        match part {
            Component::Normal(name) => end.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !end.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(end)
}
