//! Compares files of the work tree with the entries of Git's index, without reading them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::Oid;

use super::index_file::{Entry, IndexFile, Mode};
use crate::sources::boundary::Boundary;
use crate::sources::file_stat::FileStat;
use crate::sources::path::path_of_git;

/// The work tree as the index recorded it.
#[derive(Debug)]
pub struct WorkTree {
    folder: PathBuf,
    boundary: Boundary,
    index: Arc<IndexFile>,
    indexed: Option<i64>,
}

impl WorkTree {
    /// `indexed`: when the index was written, in seconds; `None`: no file can be trusted.
    pub(super) fn new(folder: PathBuf, index: Arc<IndexFile>, indexed: Option<i64>) -> Self {
        let boundary = Boundary::new(&folder);
        Self { folder, boundary, index, indexed }
    }

    /// The file of the work tree that has the content of an entry.
    pub(in crate::sources) fn copy_of(&self, number: u32) -> Option<(PathBuf, &Boundary)> {
        let entry = self.index.entry(number as usize)?;
        let path = self.folder.join(path_of_git(entry.path));
        let file = self.indexed.and_then(|_| FileStat::of(&path))?;
        self.is_same(entry, &file).then_some((path, &self.boundary))
    }

    /// The blob with the content of a file of the work tree, if the index proves it.
    pub(in crate::sources) fn blob_of(&self, path: &Path, file: &FileStat) -> Option<Oid> {
        self.indexed?;
        let path = path.strip_prefix(&self.folder).ok()?;
        let entry = self.index.entry(self.index.find(path.as_os_str().as_encoded_bytes())?)?;
        self.is_same(entry, file).then(|| entry.id())
    }

    fn is_same(&self, entry: Entry<'_>, file: &FileStat) -> bool {
        // The index stores only the low 32 bits of each number.
        let low = |(seconds, nanoseconds): (i64, u32)| (seconds as u32, nanoseconds);
        entry.kind() == Mode::File
            && !entry.is_announced()
            && file.size == u64::from(entry.size())
            && low(file.mtime) == entry.mtime()
            && low(file.ctime) == entry.ctime()
            && file.inode as u32 == entry.inode()
            && self.indexed.is_some_and(|indexed| file.settled_before(indexed))
    }
}
