//! Reads a file that is not valid text, with a replacement character for each invalid byte: enough to tell whether it
//! may be a manifest.

use super::open::read_whole;
use super::read::{MAX_MANIFEST_BYTES, Place, SourceFile};

/// `None` if the bytes cannot be read again, or exceed the limit for manifests.
pub fn read_lossy(file: &SourceFile) -> Option<String> {
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match &file.place {
        Place::Disk(disk) => {
            let bytes = read_whole(&disk.within, &disk.path, MAX_MANIFEST_BYTES).ok()?;
            Some(lossy(&bytes))
        }
        Place::Blob { id, store, .. } => {
            let repository = store.open().ok()?;
            let (length, _) = repository.odb().ok()?.read_header(*id).ok()?;
            if length as u64 > MAX_MANIFEST_BYTES {
                return None;
            }
            repository.find_blob(*id).ok().map(|blob| lossy(blob.content()))
        }
        Place::Given(bytes) => Some(lossy(bytes)),
        // It was valid text.
        Place::Read(_) => None,
    }
}
