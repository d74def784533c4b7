//! Whether the source of a deliverer is this repository.

use std::collections::{BTreeSet, HashMap};

use super::builds::path_of;
use super::found::{Found, FoundObject, ObjectId};
use super::model::SourceLink;
use super::url::{Match, Urls};
use crate::delivery::files::{Entry, FileId, Files, Joined, join};
use crate::delivery::flux::objects::{FluxObject, Kustomization, Repository as SourceObject};
use crate::delivery::tree::Tree;

/// The name that Flux's own setup gives to its source, which is often made outside of the repository.
pub(super) const BOOTSTRAP: &str = "flux-system";

/// What is known of the sources of a repository from its files alone.
pub(super) struct Links<'r> {
    found: &'r Found,
    files: &'r Files,
    urls: Urls,
    /// The URLs are not given, but those of deliverers that deliver themselves.
    is_inferred: bool,
    /// The folders that Kustomizations take from Git repositories.
    git_folders: BTreeSet<String>,
    /// The sources of the repository by their kinds and names.
    sources: HashMap<(SourceKind, String), Vec<ObjectId>>,
    by_folder: HashMap<String, Vec<ObjectId>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum SourceKind {
    Git,
    Oci,
    /// Another kind of artifact, like a bucket.
    Other,
}

impl SourceKind {
    pub(super) fn of(spec: &Kustomization) -> Self {
        let kind = spec.source.as_ref().and_then(|source| source.kind.as_ref());
        match kind.map_or("", |kind| kind.text.as_str()) {
            "GitRepository" => Self::Git,
            "OCIRepository" => Self::Oci,
            _ => Self::Other,
        }
    }
}

/// Whether an object in one namespace is the one that is meant; a namespace that is not written may be any.
pub(super) fn may_be_one(one: &str, other: &str) -> bool {
    one.is_empty() || other.is_empty() || one == other
}

/// The name and namespace of the source of a Kustomization.
pub(super) fn source_name(spec: &Kustomization) -> (&str, &str) {
    let source = spec.source.as_ref();
    let name = source.and_then(|source| source.name.as_ref()).map_or("", |name| &name.text);
    let own = spec.meta.namespace.as_ref();
    let namespace = source.and_then(|source| source.namespace.as_ref()).or(own);
    (namespace.map_or("", |namespace| &namespace.text), name)
}

impl<'r> Links<'r> {
    pub(super) fn of(found: &'r Found, files: &'r Files, urls: &[String]) -> Self {
        let mut links = Self {
            found,
            files,
            urls: Urls::of(urls.iter().map(String::as_str)),
            is_inferred: false,
            git_folders: BTreeSet::new(),
            sources: HashMap::new(),
            by_folder: HashMap::new(),
        };
        for (id, object) in found.ids() {
            match object {
                FoundObject::Flux(FluxObject::Kustomization(spec)) if SourceKind::of(spec) == SourceKind::Git => {
                    links.git_folders.extend(links.folder(path_of(spec)));
                }
                FoundObject::Flux(FluxObject::Git(source)) => links.add_source(SourceKind::Git, source, id),
                FoundObject::Flux(FluxObject::Oci(source)) => links.add_source(SourceKind::Oci, source, id),
                FoundObject::Flux(FluxObject::Kustomization(_)) | FoundObject::Definition(_) => {}
            }
        }
        if links.urls.is_empty() {
            links.infer_urls();
        }
        links
    }

    fn add_source(&mut self, kind: SourceKind, source: &SourceObject, id: ObjectId) {
        let name = source.meta.name.as_ref().map_or("", |name| &name.text);
        self.sources.entry((kind, name.to_owned())).or_default().push(id);
        let folder = parent(self.files.path(source.meta.file)).to_owned();
        self.by_folder.entry(folder).or_default().push(id);
    }

    /// The sources in the files of a folder, without those below.
    pub(super) fn sources_in(&self, folder: &str) -> Vec<ObjectId> {
        self.by_folder.get(folder).cloned().unwrap_or_default()
    }

    /// A Kustomization in the folder that it delivers says by its source which URL the repository has.
    fn infer_urls(&mut self) {
        let mut urls = Vec::new();
        for (_, object) in self.found.ids() {
            let FoundObject::Flux(FluxObject::Kustomization(spec)) = object else { continue };
            if SourceKind::of(spec) == SourceKind::Git && self.holds_itself(spec) {
                let near = self.written_near(spec);
                let near = near.first().and_then(|id| self.source(*id));
                urls.extend(near.and_then(|source| source.url.as_ref()).map(|url| url.text.as_str()));
            }
        }
        self.urls = Urls::of(urls);
        self.is_inferred = !self.urls.is_empty();
    }

    /// The folder of this repository at a path of a source.
    pub(super) fn folder(&self, path: &str) -> Option<String> {
        let (Joined::Inside(path) | Joined::Outside(path)) = join("", path);
        match Tree::checkout(self.files).find(&path) {
            Some(Entry::Folder(folder)) => Some(self.files.folder_path(folder).to_owned()),
            Some(Entry::File(_)) | None => None,
        }
    }

    /// Whether the folder that a Kustomization takes has the file that it is in. The folder of a whole repository says
    /// nothing, but where Flux's own setup names it.
    fn holds_itself(&self, spec: &Kustomization) -> bool {
        let Some(folder) = self.folder(path_of(spec)) else { return false };
        match folder.as_str() {
            "" => spec.meta.name.as_ref().is_some_and(|name| name.text == BOOTSTRAP),
            folder => is_below(self.files.path(spec.meta.file), folder),
        }
    }

    pub(super) fn source(&self, id: ObjectId) -> Option<&'r SourceObject> {
        match self.found.get(id) {
            FoundObject::Flux(FluxObject::Git(source) | FluxObject::Oci(source)) => Some(source),
            FoundObject::Flux(FluxObject::Kustomization(_)) | FoundObject::Definition(_) => None,
        }
    }

    /// The sources that a Kustomization may mean, wherever they are in the repository.
    pub(super) fn written(&self, spec: &Kustomization) -> Vec<ObjectId> {
        let (namespace, name) = source_name(spec);
        let known = self.sources.get(&(SourceKind::of(spec), name.to_owned()));
        let is_meant = |id: &ObjectId| {
            let source = self.source(*id).and_then(|source| source.meta.namespace.as_ref());
            may_be_one(source.map_or("", |source| &source.text), namespace)
        };
        known.into_iter().flatten().copied().filter(is_meant).collect()
    }

    /// Those of them in the file of the Kustomization, or else in its folder.
    pub(super) fn written_near(&self, spec: &Kustomization) -> Vec<ObjectId> {
        let written = self.written(spec);
        let file_of = |id: &ObjectId| self.found.get(*id).place().file;
        let own = spec.meta.file;
        let in_file: Vec<ObjectId> = written.iter().copied().filter(|id| file_of(id) == own).collect();
        if !in_file.is_empty() {
            return in_file;
        }
        let folder = |file: FileId| parent(self.files.path(file));
        written.into_iter().filter(|id| folder(file_of(id)) == folder(own)).collect()
    }

    /// Whether several sources lead to the same answer.
    pub(super) fn agree(&self, sources: &[ObjectId]) -> bool {
        let mut matches = sources.iter().filter_map(|id| self.source(*id)).map(|source| {
            let url = source.url.as_ref().map(|url| url.text.as_str());
            (self.urls.compare(url), if self.urls.is_empty() { url } else { None })
        });
        let first = matches.next();
        matches.all(|found| Some(found) == first)
    }

    /// How the source of a Kustomization relates to this repository; `None`: it is another one.
    pub(super) fn link(&self, spec: &Kustomization, source: Option<ObjectId>) -> Option<SourceLink> {
        let source = source.and_then(|id| self.source(id));
        let url = source.and_then(|source| source.url.as_ref()).map(|url| url.text.as_str());
        let folder = self.folder(path_of(spec));
        match SourceKind::of(spec) {
            SourceKind::Git if source.is_some() => self.link_of_url(url, folder.is_some()),
            SourceKind::Git => self.holds_itself(spec).then_some(SourceLink::Assumed),
            SourceKind::Oci | SourceKind::Other => {
                // The whole of an artifact may be the whole of anything.
                let folder = folder.filter(|folder| !folder.is_empty() && !self.git_folders.contains(folder))?;
                let is_near =
                    SourceKind::of(spec) == SourceKind::Oci || is_below(self.files.path(spec.meta.file), &folder);
                (is_near && self.urls.may_be_packed_in(url)).then_some(SourceLink::Assumed)
            }
        }
    }

    /// How a URL relates to this repository, if the path that is taken from it exists here or not.
    pub(super) fn link_of_url(&self, url: Option<&str>, has_path: bool) -> Option<SourceLink> {
        let certain = if self.is_inferred { SourceLink::Assumed } else { SourceLink::ThisRepository };
        match self.urls.compare(url) {
            Match::Same => Some(certain),
            Match::Fork => has_path.then_some(certain),
            Match::NotKnown => has_path.then_some(SourceLink::Assumed),
            Match::Different => None,
        }
    }
}

/// The folder of a file.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a path is below a folder.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
