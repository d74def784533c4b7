//! The texts that a report shows: the files that findings and changes point into, read again after everything is known,
//! because keeping every text would need too much memory.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::Path;

use crate::domain::finding::{FileId, Finding};
use crate::domain::value::masked::credentials_in;
use crate::manifest::{Document, Limits, Reader};
use crate::report::positions::Files;
use crate::sources::{self, ReadBuffer, SourceFile, git};
use crate::text::credentials::may_hold;
use crate::text::mask::Mask;

/// The credentials in a file, found with the manifest reader, which decodes escapes.
pub(crate) fn read_credentials(text: &str, mask: &Mask) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    if may_name_one(text) {
        Reader::new(Limits::default()).read(text, &mut |document: &Document<'_>| {
            document.view.root().into_iter().for_each(|root| credentials_in(mask, root, &mut found));
        });
    }
    found
}

/// A cheap check whether the file is worth parsing. A name may also be a value: `{name: apiKey, value: ...}`.
fn may_name_one(text: &str) -> bool {
    const WORDS: [&str; 7] = ["pass", "pwd", "secret", "key", "token", "begin", "default"];
    let lower = text.to_ascii_lowercase();
    may_hold(text) || WORDS.iter().any(|word| lower.contains(word))
}

/// Path and text of the files that findings point into; the texts of all other files are dropped.
pub(crate) struct Texts {
    files: HashMap<FileId, (String, Option<String>)>,
}

impl Texts {
    pub fn of(findings: &[Finding], files: &[SourceFile]) -> Self {
        let related = findings.iter().flat_map(|finding| finding.related.iter().map(|(place, _)| place.file));
        Self::of_files(findings.iter().map(|finding| finding.place.file).chain(related).collect(), files)
    }

    pub fn of_files(wanted: BTreeSet<FileId>, files: &[SourceFile]) -> Self {
        Self { files: HashMap::new() }.and_files(wanted, files, 0)
    }

    /// Adds files of another list, whose first file has the id `first`.
    pub fn and_files(self, wanted: BTreeSet<FileId>, files: &[SourceFile], first: u32) -> Self {
        let mut buffer = ReadBuffer::default();
        let mut known = self.files;
        for id in wanted {
            let Some(file) = id.0.checked_sub(first).and_then(|at| files.get(at as usize)) else { continue };
            let text = sources::read(file, &mut buffer).map(|it| it.text.to_owned());
            // Invalid bytes of a file that is not text are replaced by marks, so positions before them stay valid.
            let text = text.ok().or_else(|| sources::read_lossy(file));
            known.insert(id, (file.path.clone(), text));
        }
        Self { files: known }
    }
}

/// The same files by their paths in the Git repository, which CI systems use to show findings.
pub(crate) struct InWorkTree<'a> {
    paths: HashMap<FileId, String>,
    texts: &'a Texts,
}

impl<'a> InWorkTree<'a> {
    pub fn new(root: &Path, texts: &'a Texts) -> Self {
        let folder = git::path_in_work_tree(root);
        let whole = |path: &String| if folder.is_empty() { path.clone() } else { format!("{folder}/{path}") };
        Self { paths: texts.files.iter().map(|(id, (path, _))| (*id, whole(path))).collect(), texts }
    }
}

impl Files for InWorkTree<'_> {
    fn path(&self, file: FileId) -> &str {
        self.paths.get(&file).map_or("", String::as_str)
    }

    fn text(&self, file: FileId) -> Option<&str> {
        self.texts.text(file)
    }

    fn credentials(&self, file: FileId, mask: &Mask) -> Vec<(Range<usize>, String)> {
        self.texts.credentials(file, mask)
    }
}

impl Files for Texts {
    fn path(&self, file: FileId) -> &str {
        self.files.get(&file).map_or("", |(path, _)| path)
    }

    fn text(&self, file: FileId) -> Option<&str> {
        self.files.get(&file).and_then(|(_, text)| text.as_deref())
    }

    fn credentials(&self, file: FileId, mask: &Mask) -> Vec<(Range<usize>, String)> {
        self.text(file).map(|text| read_credentials(text, mask)).unwrap_or_default()
    }
}
