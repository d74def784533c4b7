//! Where blobs are read from, shared by all files of a run. Every thread opens its own handle: libgit2's are not for
//! two threads at once, and one lock for all would make them wait.

use std::path::PathBuf;
use std::sync::{Arc, Once};

/// The object database of one repository.
#[derive(Debug)]
pub struct BlobStore {
    /// The folder that holds `objects`: of a linked work tree, that of the repository it is linked to.
    folder: PathBuf,
}

impl BlobStore {
    pub(super) fn new(folder: PathBuf) -> Arc<Self> {
        // A third of the time of reading blobs went into hashing each again. Git does not do that either when it reads:
        // that is what `git fsck` is for.
        static ONCE: Once = Once::new();
        ONCE.call_once(|| git2::opts::strict_hash_verification(false));
        Arc::new(Self { folder })
    }

    /// As a bare repository: neither the work tree nor the index is looked at.
    pub(in crate::sources) fn open(&self) -> Result<git2::Repository, git2::Error> {
        git2::Repository::open_bare(&self.folder)
    }
}
