//! The text of a file that is not text, with a mark in place of each bad byte: good enough to tell whether the
//! file is any of our business.

use super::read::{Place, SourceFile};

/// `None` where the bytes cannot be had again.
pub fn read_lossy(file: &SourceFile) -> Option<String> {
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match &file.place {
        Place::Disk(path) => std::fs::read(path).ok().map(|bytes| lossy(&bytes)),
        Place::Blob { id, store } => {
            let repository = store.open().ok()?;
            repository.find_blob(*id).ok().map(|blob| lossy(blob.content()))
        }
        Place::Given(bytes) => Some(lossy(bytes)),
    }
}

/// The path without links and dots, where it exists.
pub fn real_path(path: &std::path::Path) -> Option<std::path::PathBuf> {
    path.canonicalize().ok()
}
