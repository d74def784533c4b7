//! The identity of a file: what proves, without reading it, that it has the content of an earlier run.

use rayon::prelude::*;

use super::file_stat::{FileStat, StatFolder};
use super::git::WorkTree;
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

    #[cfg(not(unix))] // only the content proves it
    fn on_disk(disk: &DiskFile, _folder: Option<&StatFolder>) -> Self {
        Self::of_content(disk)
    }

    /// Reads the file. Without a conversion on checkin, the hash is that of its blob.
    #[cfg(any(not(unix), test))]
    fn of_content(disk: &DiskFile) -> Self {
        let bytes = super::open::read_whole(&disk.within, &disk.path, super::read::MAX_MANIFEST_BYTES).ok();
        Self { blob: bytes.map(|bytes| super::git::blob_hash(&bytes)), ..Self::default() }
    }

    /// Whether two identities prove the same content.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.stat.is_some() && self.stat == other.stat) || (self.blob.is_some() && self.blob == other.blob)
    }

    /// Whether Git's index could prove that a file of the work tree still has the content of an earlier run. A file that
    /// Git converts has another size than its blob.
    pub fn may_be_unchanged(&self, before: &Self) -> bool {
        self.stat.is_some() && before.blob.is_some() && self.size > 0 && self.size == before.size
    }

    /// Whether the index does prove it.
    pub fn is_unchanged(&self, before: &Self, file: &SourceFile, work_tree: &WorkTree) -> bool {
        let (Some(stat), Place::Disk(disk)) = (&self.stat, &file.place) else { return false };
        let blob = work_tree.blob_of(&disk.path, stat);
        blob.is_some_and(|id| before.blob.is_some_and(|before| before == id.as_bytes()))
    }

    /// Adds the hash of the text that was read from a file of the work tree.
    pub fn add_hash(&mut self, hash: [u8; 20]) {
        if self.stat.is_some() {
            self.blob = self.blob.or(Some(hash));
        }
    }

    /// Adds what an earlier run knew of the same content.
    pub fn complete(&mut self, before: Self) {
        self.blob = self.blob.or(before.blob);
        self.stat = self.stat.or(before.stat);
        self.size = self.size.max(before.size);
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
