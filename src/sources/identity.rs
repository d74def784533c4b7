//! What tells, without reading a file, that its content is the one of an earlier run.

use rayon::prelude::*;

use super::file_stat::{FileStat, StatFolder};
use super::git::{WorkTree, is_content_of};
use super::read::{DiskFile, Place, SourceFile};
use super::read_all::AsSourceFile;

/// Below this number of files, threads cost more than they save.
const FEW: usize = 512;

/// The content of a file, as a blob of Git and as the system sees the file. Either may be unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Identity {
    pub blob: Option<[u8; 20]>,
    pub stat: Option<FileStat>,
    /// Of a file with this content, even if its stat cannot be believed; 0 if unknown.
    pub size: u64,
}

impl Identity {
    fn of(file: &SourceFile, folder: Option<&StatFolder>) -> Self {
        match &file.place {
            Place::Blob { id, .. } => Self { blob: id.as_bytes().try_into().ok(), ..Self::default() },
            Place::Disk(disk) => Self::on_disk(disk, folder),
            Place::Given(_) | Place::Read(_) => Self::default(),
        }
    }

    #[cfg(unix)] // only Unix has a time of change
    fn on_disk(disk: &DiskFile, folder: Option<&StatFolder>) -> Self {
        let stat = folder.and_then(|folder| folder.stat(&disk.path)).or_else(|| FileStat::of(&disk.path));
        Self { blob: None, stat, size: stat.map_or(0, |stat| stat.size) }
    }

    #[cfg(not(unix))] // the content tells
    fn on_disk(disk: &DiskFile, _folder: Option<&StatFolder>) -> Self {
        Self::of_content(disk)
    }

    /// Reads the file. Without a conversion on checkin, the hash is that of its blob.
    #[cfg(any(not(unix), test))]
    fn of_content(disk: &DiskFile) -> Self {
        let bytes = super::open::read_whole(&disk.within, &disk.path, super::read::MAX_MANIFEST_BYTES).ok();
        let hash = bytes.and_then(|bytes| git2::Oid::hash_object(git2::ObjectType::Blob, &bytes).ok());
        Self { blob: hash.and_then(|id| id.as_bytes().try_into().ok()), ..Self::default() }
    }

    /// Whether two identities prove the same content.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.stat.is_some() && self.stat == other.stat) || (self.blob.is_some() && self.blob == other.blob)
    }

    /// Whether the text of the file is not that of its blob, because Git converted it when it was added.
    pub fn is_converted(&self, text: &str) -> bool {
        let blob = self.blob.filter(|_| self.stat.is_some()).and_then(|id| git2::Oid::from_bytes(&id).ok());
        blob.is_some_and(|id| !is_content_of(id, text.as_bytes()))
    }

    /// Whether the blob of the index proves the same content. Files that Git converts have another size than their blob.
    pub fn is_same_blob(&self, other: &Self) -> bool {
        self.blob.is_some() && self.blob == other.blob && self.size > 0 && self.size == other.size
    }

    /// Adds what an earlier run knew of the same content.
    pub fn complete(&mut self, before: Self) {
        self.blob = self.blob.or(before.blob);
        self.stat = self.stat.or(before.stat);
        self.size = self.size.max(before.size);
    }

    /// Adds the blob of a file of the work tree, if the index proves it.
    pub fn find_blob(&mut self, file: &SourceFile, work_tree: &WorkTree) {
        if let (None, Some(stat), Place::Disk(disk)) = (self.blob, &self.stat, &file.place) {
            let id = work_tree.blob_of(&disk.path, stat);
            self.blob = id.and_then(|id| id.as_bytes().try_into().ok());
        }
    }
}

/// The identity of each file.
pub fn identities<F: AsSourceFile + Sync>(files: &[F]) -> Vec<Identity> {
    let on_disk = files.iter().find_map(|file| file.as_source_file().place.disk());
    let folder = on_disk.and_then(|disk| StatFolder::open(disk.within.root()));
    let of = |file: &F| Identity::of(file.as_source_file(), folder.as_ref());
    if files.len() < FEW {
        files.iter().map(of).collect()
    } else {
        files.par_iter().with_min_len(FEW / 4).map(of).collect()
    }
}

/// For tests: the identity of a file on systems without a time of change.
#[cfg(test)]
pub(crate) fn content_identity(file: &SourceFile) -> Identity {
    file.place.disk().map(Identity::of_content).unwrap_or_default()
}
