//! Examines the history of a path: whether an empty file, a submodule or a link has replaced manifests.

use std::path::Path;

use git2::{ObjectType, Oid, Tree, TreeEntry};

use super::open::Repository;
use crate::sources::path::path_of_git;
use crate::sources::pattern::Pattern;
use crate::sources::read::MAX_GENERATED_FILE_BYTES;

/// What was at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastContent {
    Manifests,
    /// Something else, or nothing.
    Other,
    /// The history of this clone is too short, or does not contain the path.
    Unknown,
}

/// The class of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Manifest,
    /// No readable content, so earlier versions decide.
    Nothing,
    Other,
}

const MAX_COMMITS: usize = 20_000;
const MAX_FILES: usize = 2_000;

impl Repository {
    /// Goes back from `from` (or `HEAD`) along first parents. `path` is relative to `root`.
    pub fn past(
        &self,
        root: &Path,
        pattern: &Pattern,
        from: Option<Oid>,
        path: &str,
        content: &dyn Fn(&[u8]) -> Content,
    ) -> PastContent {
        let Ok(prefix) = self.prefix(root) else { return PastContent::Unknown };
        let Ok(Some(start)) = from.map_or_else(|| self.head_commit(), |commit| Ok(Some(commit))) else {
            return PastContent::Unknown;
        };
        let whole = prefix.join(path);
        let mut commit = self.inner.find_commit(start);
        let mut last = None;
        for _ in 0..MAX_COMMITS {
            let Ok(here) = &commit else { return PastContent::Unknown };
            let Ok(tree) = here.tree() else { return PastContent::Unknown };
            let Ok(entry) = tree.get_path(&whole) else {
                // A path in no commit was never committed; one that was added replaced nothing.
                return if last.is_none() { PastContent::Unknown } else { PastContent::Other };
            };
            if last != Some(entry.id()) {
                match self.content_of(&entry, Path::new(path), pattern, content) {
                    Content::Manifest => return PastContent::Manifests,
                    Content::Other => return PastContent::Other,
                    Content::Nothing => last = Some(entry.id()),
                }
            }
            if here.parent_count() == 0 {
                return if self.inner.is_shallow() { PastContent::Unknown } else { PastContent::Other };
            }
            let parent = here.parent(0);
            commit = parent;
        }
        PastContent::Unknown
    }

    /// The newest commit of each version of these files, along first parents, and whether the history is complete.
    /// `paths` are relative to `root`.
    pub fn versions(&self, root: &Path, from: Option<Oid>, paths: &[&str]) -> (Vec<Oid>, bool) {
        let mut commits = Vec::new();
        let Ok(prefix) = self.prefix(root) else { return (commits, false) };
        let start = from.map_or_else(|| self.head_commit(), |commit| Ok(Some(commit)));
        let Ok(Some(start)) = start else { return (commits, true) };
        let mut commit = self.inner.find_commit(start);
        let mut last = None;
        for _ in 0..MAX_COMMITS {
            let Ok(here) = &commit else { return (commits, false) };
            let Ok(tree) = here.tree() else { return (commits, false) };
            let ids: Vec<Option<Oid>> =
                paths.iter().map(|path| tree.get_path(&prefix.join(path)).ok().map(|entry| entry.id())).collect();
            if last.as_ref() != Some(&ids) {
                commits.push(here.id());
                last = Some(ids);
            }
            if here.parent_count() == 0 {
                return (commits, !self.inner.is_shallow());
            }
            let parent = here.parent(0);
            commit = parent;
        }
        (commits, false)
    }

    fn content_of(
        &self,
        entry: &TreeEntry<'_>,
        path: &Path,
        pattern: &Pattern,
        content: &dyn Fn(&[u8]) -> Content,
    ) -> Content {
        const LINK: i32 = 0o120_000;
        match entry.kind() {
            Some(ObjectType::Tree) => match self.inner.find_tree(entry.id()) {
                Ok(tree) => self.content_of_folder(&tree, path, pattern, content),
                Err(_) => Content::Nothing,
            },
            Some(ObjectType::Blob) if entry.filemode() & 0o170_000 == LINK => Content::Nothing,
            Some(ObjectType::Blob) => self.content_of_blob(entry.id(), content),
            Some(_) | None => Content::Nothing,
        }
    }

    fn content_of_blob(&self, id: Oid, content: &dyn Fn(&[u8]) -> Content) -> Content {
        let Ok(blob) = self.inner.find_blob(id) else { return Content::Nothing };
        if blob.size() as u64 > MAX_GENERATED_FILE_BYTES { Content::Nothing } else { content(blob.content()) }
    }

    fn content_of_folder(
        &self,
        tree: &Tree<'_>,
        path: &Path,
        pattern: &Pattern,
        content: &dyn Fn(&[u8]) -> Content,
    ) -> Content {
        let mut folders = vec![(tree.clone(), path.to_owned())];
        let mut seen = 0;
        while let Some((tree, folder)) = folders.pop() {
            for entry in &tree {
                let path = folder.join(path_of_git(entry.name_bytes()));
                seen += 1;
                if seen > MAX_FILES {
                    return Content::Nothing;
                }
                match entry.kind() {
                    Some(ObjectType::Tree) if pattern.may_be_under(&path) => {
                        folders.extend(self.inner.find_tree(entry.id()).map(|tree| (tree, path)));
                    }
                    Some(ObjectType::Blob) if pattern.matches(&path) => {
                        if self.content_of_blob(entry.id(), content) == Content::Manifest {
                            return Content::Manifest;
                        }
                    }
                    Some(_) | None => {}
                }
            }
        }
        Content::Other
    }
}
