//! Finds what the paths of a kustomization lead to: files and folders, within the limits that a tool sets.

use super::constants::FILE_NAMES;
use super::failure::{Failure, FailureKind, ROOT, shown};
use crate::delivery::files::{Entry, FileId, FolderId, Joined, join};
use crate::delivery::place::Place;
use crate::delivery::tree::Tree;

#[derive(Debug, Clone, Copy)]
pub(super) struct Lookup<'b> {
    pub(super) tree: &'b Tree<'b>,
    /// Files must be in or below the folder of their kustomization.
    pub(super) restricts_files: bool,
}

/// What a path of a kustomization leads to.
enum Found {
    File(FileId),
    Folder(FolderId),
}

impl<'b> Lookup<'b> {
    pub(super) fn path_of(self, folder: FolderId) -> &'b str {
        self.tree.files().folder_path(folder)
    }

    /// The kustomization files of a folder must be at most one.
    pub(super) fn only_kustomization(self, folder: FolderId) -> Result<Option<FileId>, Failure> {
        let mut found = FILE_NAMES.into_iter().filter_map(|name| self.tree.file_in(folder, name));
        match (found.next(), found.next()) {
            (Some(first), None) => Ok(Some(first)),
            (Some(_), Some(second)) => {
                let text = format!("Found multiple kustomization files under: {}\n", shown(self.path_of(folder)));
                let place = Place { file: second, span: Default::default() };
                Err(Failure::new(FailureKind::SeveralKustomizations, text).at(Some(place)))
            }
            (None, _) => Ok(None),
        }
    }

    pub(super) fn find_file(self, path: &str, folder: FolderId) -> Result<FileId, Failure> {
        match self.find(path, folder)? {
            Found::Folder(found) => {
                let shown = shown(self.path_of(found));
                let text = match self.restricts_files {
                    true => format!("'{shown}' must resolve to a file"),
                    false => format!("read {shown}: is a directory"),
                };
                Err(Failure::new(FailureKind::NotAFolder, text))
            }
            Found::File(file) => {
                let (found, root) = (self.tree.files().path(file), self.path_of(folder));
                let is_below = root.is_empty() || found.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
                if self.restricts_files && !is_below {
                    let text = format!("security; file '{}' is not in or below '{}'", shown(found), shown(root));
                    return Err(Failure::new(FailureKind::Restricted, text));
                }
                Ok(file)
            }
        }
    }

    fn find(self, path: &str, folder: FolderId) -> Result<Found, Failure> {
        let missing = |kind, shown: &str| {
            let text = match self.restricts_files {
                true => self.not_evaluated(shown),
                false => format!("open {shown}: no such file or directory"),
            };
            Err(Failure::new(kind, text))
        };
        if path.starts_with('/') {
            return missing(FailureKind::AbsolutePath, path);
        }
        // Mostly it is a file of the folder.
        if !path.contains('/')
            && let Some(file) = self.tree.file_in(folder, path)
        {
            return Ok(Found::File(file));
        }
        match join(self.path_of(folder), path) {
            Joined::Outside(rest) if self.restricts_files => missing(FailureKind::Outside, &outside(&rest)),
            Joined::Outside(rest) => {
                let shown = outside(&rest);
                let text = format!("fs-security-constraint read {shown}: path '{shown}' is not in or below '{ROOT}'");
                Err(Failure::new(FailureKind::Outside, text))
            }
            Joined::Inside(path) => match self.tree.find(&path) {
                Some(Entry::File(file)) => Ok(Found::File(file)),
                Some(Entry::Folder(folder)) => Ok(Found::Folder(folder)),
                None => missing(FailureKind::Missing, &shown(&path)),
            },
        }
    }

    /// The error of Go for a path that does not exist: it names the first part that is missing.
    fn not_evaluated(self, shown: &str) -> String {
        let inner = shown.strip_prefix(ROOT).unwrap_or_default().trim_start_matches('/');
        let mut known = 0;
        let ends = inner.match_indices('/').map(|(at, _)| at).chain([inner.len()]);
        for end in ends {
            known = end;
            match self.tree.find(inner.get(..end).unwrap_or_default()) {
                None => break,
                Some(Entry::Folder(_)) => {}
                Some(Entry::File(_)) => return format!("evalsymlink failure on '{shown}' : not a directory"),
            }
        }
        let missing =
            if inner.is_empty() { shown } else { shown.get(..shown.len() - inner.len() + known).unwrap_or(shown) };
        format!("evalsymlink failure on '{shown}' : lstat {missing}: no such file or directory")
    }

    /// The folder that a path leads to, unless that makes a circle.
    pub(super) fn enter(self, path: &str, folder: FolderId, above: &[FolderId]) -> Result<FolderId, Failure> {
        let no_folder = |kind, shown: &str| {
            let text = format!("must build at directory: not a valid directory: {}", self.not_evaluated(shown));
            Err(Failure::new(kind, text))
        };
        if path.is_empty() {
            return Err(Failure::new(FailureKind::Missing, "new root cannot be empty"));
        }
        if path.starts_with('/') {
            let text = format!("new root '{path}' cannot be absolute");
            return Err(Failure::new(FailureKind::AbsolutePath, text));
        }
        let path = match join(self.path_of(folder), path) {
            Joined::Outside(rest) => return no_folder(FailureKind::Outside, &outside(&rest)),
            Joined::Inside(path) => path,
        };
        let found = match self.tree.find(&path) {
            None => return no_folder(FailureKind::Missing, &shown(&path)),
            Some(Entry::File(_)) => {
                let text = format!("must build at directory: '{}': file is not directory", shown(&path));
                return Err(Failure::new(FailureKind::NotAFolder, text));
            }
            Some(Entry::Folder(found)) => found,
        };
        let candidate = self.path_of(found);
        for visited in above.iter().rev().map(|folder| self.path_of(*folder)) {
            let contains = candidate.is_empty()
                || visited.strip_prefix(candidate).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            if contains {
                let text = format!(
                    "cycle detected: candidate root '{}' contains visited root '{}'",
                    shown(candidate),
                    shown(visited)
                );
                return Err(Failure::new(FailureKind::Cycle, text));
            }
        }
        Ok(found)
    }
}

/// A path that leads out of the repository, as the texts show it.
fn outside(rest: &str) -> String {
    format!("<tmp>/{rest}")
}
