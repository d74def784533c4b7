//! Checks without reading whether a work tree file equals its index entry: same size and times, and no conversion on
//! checkin. In doubt the answer is no, and the blob is read.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::IndexEntry;

use super::blobs::BlobStore;
use super::open::Repository;
use crate::sources::boundary::Boundary;
use crate::sources::path::path_of_git;
use crate::sources::read::{DiskFile, Place};

/// A file that changed within this time of the index being written may have the recorded times but other content. Two
/// seconds is the coarsest resolution of file systems.
#[cfg(unix)] // see `written`
const SAME_MOMENT: i64 = 2;

/// The work tree as the index recorded it.
pub(super) struct WorkTree {
    folder: PathBuf,
    boundary: Boundary,
    store: Arc<BlobStore>,
    /// When the index was written, in seconds; `None`: no file can be trusted.
    indexed: Option<i64>,
}

impl WorkTree {
    /// `attributes`: the `.gitattributes` files in the index.
    pub(super) fn new(repository: &Repository, attributes: &[git2::Oid]) -> Self {
        let read = |id: &git2::Oid| repository.inner.find_blob(*id);
        let by_attributes = attributes.iter().any(|id| read(id).map_or(true, |blob| may_convert(blob.content())));
        let indexed = if by_attributes || converts(repository) { None } else { written(&repository.index_path()) };
        let folder = repository.work_tree.clone();
        let boundary = Boundary::new(&folder);
        Self { folder, boundary, store: Arc::clone(&repository.blobs), indexed }
    }

    /// Where to read the content of `entry`.
    pub(super) fn place(&self, entry: &IndexEntry) -> Place {
        if let Some(indexed) = self.indexed {
            let path = self.folder.join(path_of_git(&entry.path));
            if path.symlink_metadata().is_ok_and(|file| is_same(entry, &file, indexed)) {
                return Place::Disk(DiskFile { path, within: self.boundary.clone() });
            }
        }
        Place::Blob { id: entry.id, store: Arc::clone(&self.store) }
    }
}

/// Attributes that do not change file content. `init` writes one of them, which must not make every lint slower.
const HARMLESS: [&str; 4] = ["merge", "diff", "export-ignore", "conflict-marker-size"];

fn has_converting_attributes(file: &Path) -> bool {
    file.exists() && std::fs::read(file).map_or(true, |text| may_convert(&text))
}

/// Whether attributes may make a file differ from its blob. Unknown attributes may.
fn may_convert(attributes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(attributes) else { return true };
    let is_harmless = |word: &str| {
        let name = word.trim_start_matches(['-', '!']).split('=').next().unwrap_or_default();
        HARMLESS.contains(&name) || name.starts_with("linguist-")
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut lines = lines.map(|line| (line.starts_with(['"', '[']), line.split_whitespace().skip(1)));
    // A quoted pattern may contain blanks, and a `[attr]` line defines a macro.
    lines.any(|(is_special, mut words)| is_special || !words.all(is_harmless))
}

/// Whether line endings, filters, keywords or encodings may make files differ from blobs. Checking each file would cost
/// as much as reading the blob.
fn converts(repository: &Repository) -> bool {
    let config = repository.inner.config();
    let automatic = config.ok().and_then(|config| config.get_string("core.autocrlf").ok());
    automatic.is_some_and(|value| !matches!(value.as_str(), "false" | "no" | "off" | "0"))
        || repository.inner.commondir().join("info/attributes").exists()
        || has_converting_attributes(&repository.work_tree.join(".gitattributes"))
        || repository.attributes.as_ref().is_some_and(|file| file.exists())
        || Path::new("/etc/gitattributes").exists()
}

#[cfg(unix)] // see the other `written`
fn written(index: &Path) -> Option<i64> {
    use std::os::unix::fs::MetadataExt;
    index.metadata().ok().map(|file| file.mtime())
}

#[cfg(unix)] // compares inode and change time
fn is_same(entry: &IndexEntry, file: &Metadata, indexed: i64) -> bool {
    use std::os::unix::fs::MetadataExt;
    // The index stores only the low 32 bits of each time.
    let low = |time: i64| time as i32;
    let moment = file.mtime().max(file.ctime());
    file.is_file()
        && file.size() == u64::from(entry.file_size)
        && low(file.mtime()) == entry.mtime.seconds()
        && file.mtime_nsec() == i64::from(entry.mtime.nanoseconds())
        && low(file.ctime()) == entry.ctime.seconds()
        && file.ctime_nsec() == i64::from(entry.ctime.nanoseconds())
        && file.ino() as u32 == entry.ino
        && moment.saturating_add(SAME_MOMENT) < indexed
}

/// On other systems the index records too little to be sure.
#[cfg(not(unix))]
fn written(_index: &Path) -> Option<i64> {
    None
}

#[cfg(not(unix))] // as `written`
fn is_same(_entry: &IndexEntry, _file: &Metadata, _indexed: i64) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::may_convert;

    #[test]
    fn only_attributes_that_may_change_content_count() {
        for text in
            ["", "# a\n", ".portolan/known-entities.txt merge=union\r\n", "*.rs -diff linguist-generated\n* !merge\n"]
        {
            assert!(!may_convert(text.as_bytes()), "{text}");
        }
        for text in [
            "* text=auto\n",
            "a merge=union eol=lf\n",
            "\"a text\" merge\n",
            "[attr]merge text\n",
            "*.x filter=lfs -text\n",
            "a binary\n",
        ] {
            assert!(may_convert(text.as_bytes()), "{text}");
        }
        assert!(may_convert(&[0xff]));
    }
}
