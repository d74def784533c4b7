//! Finds out whether files of the work tree can be compared with the index: nothing may convert them on checkin. In doubt
//! the answer is no, and the blobs are read.

use std::path::Path;
use std::sync::Arc;

use git2::Oid;

use super::blobs::BlobStore;
use super::error::GitError;
use super::open::Repository;
use super::work_tree::WorkTree;

impl Repository {
    /// The work tree, to compare its files with the index.
    pub fn work_tree(&self) -> Result<WorkTree, GitError> {
        let index = self.index_file()?;
        let mut attributes = index.iter().filter(|entry| entry.path.ends_with(b".gitattributes"));
        let read = |id: Oid| self.inner.find_blob(id);
        let by_attributes = attributes.any(|entry| read(entry.id()).map_or(true, |blob| may_convert(blob.content())));
        let indexed = if by_attributes || converts(self) { None } else { index.written };
        Ok(WorkTree::new(self.work_tree.clone(), Arc::clone(&index), indexed))
    }

    /// The blobs of the index; files of the work tree with the same content are read instead.
    pub(super) fn indexed_blobs(&self) -> Result<Arc<BlobStore>, GitError> {
        if let Some(blobs) = self.indexed_blobs.get() {
            return Ok(Arc::clone(blobs));
        }
        let blobs = self.blobs.beside(self.work_tree()?);
        Ok(Arc::clone(self.indexed_blobs.get_or_init(|| blobs)))
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
