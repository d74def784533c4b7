//! Reads blobs from the object database. Every thread opens its own handle, because libgit2 handles must not be used by
//! two threads at once, and a shared lock would serialise the threads.

use std::path::PathBuf;
use std::sync::{Arc, Once};

use git2::Oid;
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};

use super::work_tree::WorkTree;
use crate::sources::boundary::Boundary;

/// The object database of one repository.
#[derive(Debug)]
pub struct BlobStore {
    /// The folder that contains `objects`; for a linked work tree, that of the main repository.
    folder: PathBuf,
    /// Reading a blob costs three times as much as a file, so a file with the same content is read instead.
    work_tree: Option<WorkTree>,
}

impl BlobStore {
    pub(super) fn new(folder: PathBuf) -> Arc<Self> {
        // Verifying the hash of each blob took a third of the reading time. Git does not verify on reading either; `git
        // fsck` does.
        static ONCE: Once = Once::new();
        ONCE.call_once(|| git2::opts::strict_hash_verification(false));
        Arc::new(Self { folder, work_tree: None })
    }

    pub(super) fn beside(&self, work_tree: WorkTree) -> Arc<Self> {
        Arc::new(Self { folder: self.folder.clone(), work_tree: Some(work_tree) })
    }

    /// A file with the content of this entry of the index.
    pub(in crate::sources) fn copy_of(&self, entry: Option<u32>) -> Option<(PathBuf, &Boundary)> {
        self.work_tree.as_ref().zip(entry).and_then(|(work_tree, entry)| work_tree.copy_of(entry))
    }

    /// Opened as a bare repository, so that neither work tree nor index is read.
    pub(in crate::sources) fn open(&self) -> Result<git2::Repository, git2::Error> {
        git2::Repository::open_bare(&self.folder)
    }
}

/// Whether a blob has this content.
pub(in crate::sources) fn is_content_of(id: Oid, content: &[u8]) -> bool {
    blob_hash(content) == id.as_bytes()
}

/// The id of the blob with this content. The hash of libgit2 is slower, because it looks for forgeries.
pub fn blob_hash(content: &[u8]) -> [u8; 20] {
    let mut hash = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    hash.update(format!("blob {}\0", content.len()).as_bytes());
    hash.update(content);
    let mut id = [0; 20];
    id.copy_from_slice(hash.finish().as_ref());
    id
}
