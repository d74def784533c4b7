//! Checks without reading whether a work tree file equals its index entry: same size and times, and no conversion on
//! checkin. In doubt the answer is no, and the blob is read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::Oid;

use super::index_file::{Entry, IndexFile, Mode};
use super::open::Repository;
use crate::sources::boundary::Boundary;
use crate::sources::file_stat::FileStat;
use crate::sources::path::path_of_git;
use crate::sources::read::DiskFile;

/// The work tree as the index recorded it.
#[derive(Debug)]
pub struct WorkTree {
    folder: PathBuf,
    boundary: Boundary,
    index: Arc<IndexFile>,
    /// When the index was written, in seconds; `None`: no file can be trusted.
    indexed: Option<i64>,
}

impl WorkTree {
    pub(super) fn new(repository: &Repository, index: Arc<IndexFile>) -> Self {
        let attributes = index.iter().filter(|entry| entry.path.ends_with(b".gitattributes"));
        let read = |id: Oid| repository.inner.find_blob(id);
        let by_attributes =
            attributes.into_iter().any(|entry| read(entry.id()).map_or(true, |blob| may_convert(blob.content())));
        let indexed = if by_attributes || converts(repository) { None } else { written(&repository.index_path()) };
        let folder = repository.work_tree.clone();
        let boundary = Boundary::new(&folder);
        Self { folder, boundary, index, indexed }
    }

    /// The file of the work tree that has the content of an entry.
    pub(in crate::sources) fn copy_of(&self, number: u32) -> Option<DiskFile> {
        let entry = self.index.entry(number as usize)?;
        let path = self.folder.join(path_of_git(entry.path));
        let file = self.indexed.and_then(|_| FileStat::of(&path))?;
        self.is_same(entry, &file).then(|| DiskFile { path, within: self.boundary.clone() })
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

/// On other systems the index records too little to be sure.
#[cfg(not(unix))]
fn written(_index: &Path) -> Option<i64> {
    None
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
