//! The repository that deliverers read: its files, and, from the caller, their texts and documents. What a file holds is
//! read once.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::decoded::Decoded;
use super::files::{FileId, FileKind, Files, is_yaml};
use super::manifests::Manifests;
use super::source::{Document, Source};

pub struct Repository<'a> {
    pub files: &'a Files,
    source: &'a (dyn Source + Sync),
    manifests: Vec<OnceLock<Arc<Manifests>>>,
    decoded: Vec<OnceLock<Arc<Decoded>>>,
    wiring: OnceLock<Vec<FileId>>,
}

impl fmt::Debug for Repository<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl<'a> Repository<'a> {
    pub fn new(files: &'a Files, source: &'a (dyn Source + Sync)) -> Self {
        let manifests = files.ids().map(|_| OnceLock::new()).collect();
        let decoded = files.ids().map(|_| OnceLock::new()).collect();
        Self { files, source, manifests, decoded, wiring: OnceLock::new() }
    }

    /// Everything that was read, to be freed elsewhere.
    pub fn into_read(self) -> impl Send + 'static {
        (self.manifests, self.decoded)
    }

    /// Gives the manifests of a file that the caller has read already.
    pub fn give(&self, file: FileId, manifests: Arc<Manifests>) {
        // Given twice, they are the same.
        let _ = self.manifests[file.index()].set(manifests);
    }

    /// The manifests of a file, if they were given or have been read.
    pub fn known_manifests(&self, file: FileId) -> Option<&Manifests> {
        self.manifests[file.index()].get().map(Arc::as_ref)
    }

    /// The YAML files that may hold an object that others are delivered by, or a definition: few of all.
    pub fn wiring(&self) -> impl Iterator<Item = (FileId, &Manifests)> {
        let may_hold = |manifests: &Manifests| manifests.has_wiring || manifests.fault.is_some();
        let files = self.wiring.get_or_init(|| {
            let yaml_files = self.files.ids().filter(|file| is_yaml(self.files.path(*file)));
            yaml_files.filter(|file| may_hold(self.manifests_at(*file))).collect()
        });
        files.iter().map(|file| (*file, self.manifests_at(*file).as_ref()))
    }

    pub fn text(&self, file: FileId) -> Option<Cow<'a, str>> {
        match self.files.kind(file) {
            FileKind::Text => self.source.text(self.files.path(file)),
            FileKind::Bytes | FileKind::Symlink(_) => None,
        }
    }

    pub fn documents(&self, text: &str, each: &mut dyn FnMut(&Document<'_>)) {
        self.source.documents(text, each);
    }

    /// The manifests of a text that is no file.
    pub fn manifests_of(&self, text: &str) -> Manifests {
        Manifests::read(self.source, text)
    }

    /// The manifests of a file, read as kustomize reads a resource.
    pub fn manifests(&self, file: FileId) -> Arc<Manifests> {
        Arc::clone(self.manifests_at(file))
    }

    fn manifests_at(&self, file: FileId) -> &Arc<Manifests> {
        let read = || match self.text(file) {
            Some(text) => Arc::new(Manifests::read(self.source, &text)),
            None => Arc::new(Manifests::of_bytes()),
        };
        self.manifests[file.index()].get_or_init(read)
    }

    /// The manifests of a file, read as the decoder of Kubernetes does. Few files differ from the reading of kustomize,
    /// and only those are read again.
    pub fn decoded(&self, file: FileId) -> Arc<Decoded> {
        let read = || {
            let manifests = self.manifests(file);
            if manifests.is_plain {
                return Arc::new(Decoded::of_plain(&manifests));
            }
            Arc::new(self.text(file).map_or_else(Decoded::default, |text| Decoded::read(self.source, &text)))
        };
        Arc::clone(self.decoded[file.index()].get_or_init(read))
    }
}
