//! The texts that a report shows: those of the files that findings and changes point into, as they were read. Files that the
//! run did not read, because the cache has their facts, are read when the first text is asked for.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use crate::domain::finding::{FileId, Finding};
use crate::domain::value::masked::{credentials_in, hidden_in, without_hidden};
use crate::manifest::{Document, Limits, Reader};
use crate::report::positions::Files;
use crate::sources::{self, SourceFile, git};
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

/// The text of a file with its credentials masked.
pub(crate) fn masked_source<'t>(text: &'t str, mask: &Mask) -> Cow<'t, str> {
    without_hidden(text, &hidden_in(mask, text, &read_credentials(text, mask)))
}

/// A cheap check whether the file is worth parsing. A name may also be a value: `{name: apiKey, value: ...}`.
fn may_name_one(text: &str) -> bool {
    const WORDS: [&str; 7] = ["pass", "pwd", "secret", "key", "token", "begin", "default"];
    let lower = text.to_ascii_lowercase();
    may_hold(text) || WORDS.iter().any(|word| lower.contains(word))
}

/// Path and text of the files that findings or changes point into. They are read when the first text is asked for,
/// because a report of names alone shows none, and a plan may change every file.
#[derive(Default)]
pub(crate) struct Texts {
    /// Sorted, like their files.
    ids: Vec<FileId>,
    files: Vec<SourceFile>,
    texts: OnceCell<Vec<Option<String>>>,
}

impl Texts {
    pub fn of(findings: &[Finding], files: &[SourceFile]) -> Self {
        let related = findings.iter().flat_map(|finding| finding.related.iter().map(|(place, _)| place.file));
        Self::of_files(findings.iter().map(|finding| finding.place.file).chain(related).collect(), files)
    }

    pub fn of_files(wanted: BTreeSet<FileId>, files: &[SourceFile]) -> Self {
        Self::default().and_files(wanted, files, 0)
    }

    /// Adds files of another list, whose first file has the id `first`, after those of all earlier lists.
    pub fn and_files(mut self, wanted: BTreeSet<FileId>, files: &[SourceFile], first: u32) -> Self {
        for id in wanted {
            let Some(file) = id.0.checked_sub(first).and_then(|at| files.get(at as usize)) else { continue };
            self.ids.push(id);
            self.files.push(file.clone());
        }
        self
    }

    /// The same texts under the paths that their files have in the Git repository.
    pub fn in_work_tree(&self, root: &Path) -> Self {
        let folder = git::path_in_work_tree(root);
        let whole = |path: &str| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        let moved = |file: &SourceFile| SourceFile { path: whole(&file.path), place: file.place.clone() };
        let files = self.files.iter().map(moved).collect();
        Self { ids: self.ids.clone(), files, texts: OnceCell::new() }
    }

    fn position(&self, file: FileId) -> Option<usize> {
        self.ids.binary_search(&file).ok()
    }

    fn read(&self) -> Vec<Option<String>> {
        let files = &self.files;
        sources::for_each_text(
            files,
            || (),
            |(), at, text| match text {
                Ok(text) => Some(text.text.to_owned()),
                // Invalid bytes are replaced by marks, so positions before them stay valid.
                Err(_) => sources::read_lossy(&files[at]),
            },
        )
    }
}

/// The same files by their paths in the Git repository, which CI systems use to show findings.
pub(crate) struct InWorkTree<'a> {
    paths: OnceCell<Vec<String>>,
    root: &'a Path,
    texts: &'a Texts,
}

impl<'a> InWorkTree<'a> {
    pub fn new(root: &'a Path, texts: &'a Texts) -> Self {
        Self { paths: OnceCell::new(), root, texts }
    }

    fn paths(&self) -> Vec<String> {
        let folder = git::path_in_work_tree(self.root);
        let whole = |path: &String| if folder.is_empty() { path.clone() } else { format!("{folder}/{path}") };
        self.texts.files.iter().map(|file| whole(&file.path)).collect()
    }
}

impl Files for InWorkTree<'_> {
    fn path(&self, file: FileId) -> &str {
        let paths = self.paths.get_or_init(|| self.paths());
        self.texts.position(file).and_then(|at| paths.get(at)).map_or("", String::as_str)
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
        self.position(file).and_then(|at| self.files.get(at)).map_or("", |file| &file.path)
    }

    fn text(&self, file: FileId) -> Option<&str> {
        self.texts.get_or_init(|| self.read()).get(self.position(file)?)?.as_deref()
    }

    fn credentials(&self, file: FileId, mask: &Mask) -> Vec<(Range<usize>, String)> {
        self.text(file).map(|text| read_credentials(text, mask)).unwrap_or_default()
    }
}
