//! Lists every file of a commit or of the index, of any name: regular files and links, which are not followed.

use std::sync::Arc;

use git2::{ObjectType, Oid};

use super::error::GitError;
use super::index_file::Mode;
use super::open::Repository;
use crate::sources::path::{path_of_git, path_text};
use crate::sources::read::{Place, SourceFile};
use crate::sources::repository_files::RepositoryFile;

const KIND: i32 = 0o170_000;
const FILE: i32 = 0o100_000;
const LINK: i32 = 0o120_000;

impl Repository {
    /// The files of a commit, sorted by path, from the top of the repository.
    pub fn files_of_commit(&self, commit: Oid) -> Result<Vec<RepositoryFile>, GitError> {
        let list = || {
            let mut files = Vec::new();
            let mut folders = vec![(self.inner.find_commit(commit)?.tree()?, String::new())];
            while let Some((tree, folder)) = folders.pop() {
                for entry in tree.iter() {
                    let name = path_text(&path_of_git(entry.name_bytes()));
                    let path = format!("{folder}{name}");
                    match (entry.kind(), entry.filemode() & KIND) {
                        (Some(ObjectType::Tree), _) => {
                            folders.push((self.inner.find_tree(entry.id())?, format!("{path}/")));
                        }
                        (_, FILE) => {
                            let place = Place::Blob { id: entry.id(), store: Arc::clone(&self.blobs), entry: None };
                            files.push(RepositoryFile::File(SourceFile { path, place }));
                        }
                        (_, LINK) => files.push(RepositoryFile::Link { path, target: self.target(entry.id())? }),
                        // A submodule has files of its own.
                        _ => {}
                    }
                }
            }
            files.sort_unstable_by(|a, b| a.path().cmp(b.path()));
            Ok(files)
        };
        list().map_err(|error| GitError::comparing(&format!("commit `{commit}`"), self.inner.is_shallow(), error))
    }

    /// The files of the next commit, sorted by path, from the top of the repository.
    pub fn files_of_index(&self) -> Result<Vec<RepositoryFile>, GitError> {
        let index = self.index_file()?;
        let store = self.indexed_blobs()?;
        let mut files = Vec::with_capacity(index.len());
        for (number, entry) in index.iter().enumerate() {
            if entry.stage() != 0 || entry.is_announced() {
                continue;
            }
            let path = path_text(&path_of_git(entry.path));
            match entry.kind() {
                Mode::File => {
                    let entry =
                        Place::Blob { id: entry.id(), store: Arc::clone(&store), entry: u32::try_from(number).ok() };
                    files.push(RepositoryFile::File(SourceFile { path, place: entry }));
                }
                Mode::Link => {
                    let target = self
                        .target(entry.id())
                        .map_err(|error| GitError::comparing("the index", self.inner.is_shallow(), error))?;
                    files.push(RepositoryFile::Link { path, target });
                }
                Mode::Submodule | Mode::Other => {}
            }
        }
        files.sort_unstable_by(|a, b| a.path().cmp(b.path()));
        Ok(files)
    }

    fn target(&self, link: Oid) -> Result<String, git2::Error> {
        let content = self.inner.find_blob(link)?;
        Ok(path_text(&path_of_git(content.content())))
    }

    /// The URLs of all remotes.
    pub fn remote_urls(&self) -> Vec<String> {
        let Ok(names) = self.inner.remotes() else { return Vec::new() };
        let remotes = names.iter().flatten().flatten().filter_map(|name| self.inner.find_remote(name).ok());
        let mut urls: Vec<String> = remotes.filter_map(|remote| remote.url().ok().map(str::to_owned)).collect();
        urls.sort_unstable();
        urls.dedup();
        urls
    }
}
