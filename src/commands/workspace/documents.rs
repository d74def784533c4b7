//! Reads the documents of a manifest file: each is parsed and decoded once, and handed to the caller.

use crate::commands::mapping::repository::MappedRepository;
use crate::domain::document::manifest::{Form, Manifest};
use crate::domain::document::span::Span;
use crate::domain::document::tree::View;
use crate::domain::finding::{EntityName, FileId};
use crate::domain::git_host::GitHost;
use crate::manifest::{self, Document, Limits, Reader};

/// The reader of one thread. Its buffers are reused for all files.
pub(crate) struct ManifestReader {
    reader: Reader,
    manifests: Vec<Manifest>,
}

/// What a document declares.
pub(crate) enum Content<'d> {
    Manifests(&'d [Manifest]),
    /// The document cannot be parsed; these entities can be recognised in it.
    Broken(Vec<EntityName>),
}

impl Content<'_> {
    /// Whether the document declares its entities itself. Beside a mapping, the mapping decides what arrives of resources;
    /// bare entities never go through a cluster, and a cluster without a mapping sends manifests as they are.
    pub fn declares(&self, view: View<'_>, file: FileId, mapped: Option<&MappedRepository>) -> bool {
        let (Self::Manifests(manifests), Some(mapped)) = (self, mapped) else { return true };
        manifests.iter().all(|manifest| {
            let start = view.value(manifest.root).span().start;
            manifest.form == Form::Bare || mapped.is_sent_as_written(file, start)
        })
    }
}

impl ManifestReader {
    /// `git_host`: whose app reads bare entity files.
    pub fn new(git_host: GitHost) -> Self {
        Self { reader: Reader::new(Limits::default()).with_git_host(git_host), manifests: Vec::new() }
    }

    /// Calls `with` for each document of `text`. Documents that cannot be manifests are skipped; returns whether there are
    /// none, and all are sound.
    pub fn read(&mut self, path: &str, text: &str, with: &mut dyn FnMut(&Document<'_>, Content<'_>)) -> bool {
        let file_name = path.rsplit('/').next().unwrap_or(path);
        let Self { reader, manifests } = self;
        reader.read(text, &mut |document| {
            if document.broken {
                let names = manifest::salvage(document.span.slice(text));
                return with(document, Content::Broken(names));
            }
            manifests.clear();
            manifest::decode(document.view, file_name, manifests);
            with(document, Content::Manifests(manifests));
        })
    }

    /// All comments of a text, also those of documents that cannot be manifests.
    pub fn comments(&mut self, text: &str) -> Vec<Span> {
        let mut comments = Vec::new();
        self.reader.read_all(text, &mut |document| comments.extend_from_slice(document.notes));
        comments
    }
}
