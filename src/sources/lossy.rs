//! The text of a file that is not text, with a mark in place of each bad byte: good enough to tell whether the
//! file is any of our business.

use super::open::read_whole;
use super::read::{LARGEST_MANIFEST, Place, SourceFile};

/// `None` where the bytes cannot be had again, or are more than any manifest has.
pub fn read_lossy(file: &SourceFile) -> Option<String> {
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match &file.place {
        Place::Disk(disk) => {
            let bytes = read_whole(&disk.within, &disk.path, LARGEST_MANIFEST).ok()?;
            Some(lossy(&bytes))
        }
        Place::Blob { id, store } => {
            let repository = store.open().ok()?;
            let (length, _) = repository.odb().ok()?.read_header(*id).ok()?;
            if length as u64 > LARGEST_MANIFEST {
                return None;
            }
            repository.find_blob(*id).ok().map(|blob| lossy(blob.content()))
        }
        Place::Given(bytes) => Some(lossy(bytes)),
    }
}
