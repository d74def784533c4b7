//! The files of the repository as deliverers see them, with their texts. A file that the run has read already is not read
//! again.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::delivery::files::{FileId, FileKind, Files};
use crate::delivery::source::{Document, Source};
use crate::manifest::{Limits, Reader};
use crate::sources::{self, ReadBuffer, RepositoryFile, SourceFile};

/// Every file of the repository, from its top.
#[derive(Debug)]
pub(super) struct Checkout {
    pub files: Files,
    pub contents: Contents,
}

/// Where the texts of the files are.
#[derive(Debug)]
pub(super) struct Contents {
    by_path: HashMap<String, SourceFile>,
    /// Readers that are free.
    readers: Mutex<Vec<Reader>>,
}

impl Checkout {
    /// `read`: files of the run, which replace those of the repository. `prefix`: the root seen from the top.
    pub fn new(listed: Vec<RepositoryFile>, read: &[SourceFile], prefix: &str) -> Self {
        let mut by_path = HashMap::with_capacity(listed.len());
        let mut kinds = Vec::with_capacity(listed.len());
        for file in listed {
            match file {
                RepositoryFile::File(file) => {
                    kinds.push((file.path.clone(), FileKind::Text));
                    by_path.insert(file.path.clone(), file);
                }
                RepositoryFile::Link { path, target } => kinds.push((path, FileKind::Symlink(target))),
            }
        }
        let links: std::collections::HashSet<String> = kinds
            .iter()
            .filter(|(_, kind)| matches!(kind, FileKind::Symlink(_)))
            .map(|(path, _)| path.clone())
            .collect();
        for file in read {
            let path = format!("{prefix}{}", file.path);
            // A link stays one, although the run has read what it leads to.
            if links.contains(&path) {
                continue;
            }
            if by_path.insert(path.clone(), file.clone()).is_none() {
                kinds.push((path, FileKind::Text));
            }
        }
        Self { files: Files::new(kinds), contents: Contents { by_path, readers: Mutex::default() } }
    }

    /// The YAML files, with their sources.
    pub fn yaml_files(&self) -> Vec<(FileId, &SourceFile)> {
        let is_yaml = |path: &str| path.ends_with(".yaml") || path.ends_with(".yml");
        let files = self.files.ids().filter(|file| is_yaml(self.files.path(*file)));
        files.filter_map(|file| Some((file, self.contents.by_path.get(self.files.path(file))?))).collect()
    }

    /// The source of a file.
    pub fn source_of(&self, file: FileId) -> Option<&SourceFile> {
        self.contents.by_path.get(self.files.path(file))
    }
}

impl Source for Contents {
    fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        let mut buffer = ReadBuffer::default();
        let text = sources::read(self.by_path.get(path)?, &mut buffer).ok()?;
        Some(Cow::Owned(text.text.to_owned()))
    }

    fn documents(&self, text: &str, each: &mut dyn FnMut(&Document<'_>)) {
        let free = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = free.unwrap_or_else(|| Reader::new(Limits::default()));
        reader.read_all(text, &mut |document| {
            let value = if document.broken { None } else { document.view.root() };
            each(&Document { span: document.span, value, faults: document.faults });
        });
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
    }
}
