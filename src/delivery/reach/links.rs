//! Whether the source of a deliverer is this repository.

use std::collections::{BTreeSet, HashMap};

use super::builds::path_of;
use super::found::{Found, FoundObject, ObjectId, SourceKind, Written};
use super::model::{Options, SourceLink};
use super::url::{Match, Urls};
use crate::delivery::files::{Entry, FileId, Files, Joined, is_below, join};
use serde_json::Value as Json;

use crate::delivery::argo::objects::{Application, ApplicationSet};
use crate::delivery::flux::objects::{Kustomization, Repository as SourceObject};
use crate::delivery::place::Text;
use crate::delivery::tree::Tree;

/// The name that Flux's own setup gives to its source, which is often made outside of the repository.
pub(super) const BOOTSTRAP: &str = "flux-system";

/// Revisions that are taken to be these files, whatever branch is checked out.
const USUAL_BRANCHES: [&str; 4] = ["", "HEAD", "main", "master"];

/// What is known of the sources of a repository from its files alone.
pub(super) struct Links<'r> {
    found: &'r Found,
    files: &'r Files,
    urls: Urls,
    /// The URLs are not given, but those of deliverers that deliver themselves.
    is_inferred: bool,
    branches: BTreeSet<String>,
    /// The folders that Kustomizations take from Git repositories.
    git_folders: BTreeSet<String>,
    /// The sources of the repository by their kinds and names.
    sources: HashMap<(SourceKind, String), Vec<ObjectId>>,
    by_folder: HashMap<String, Vec<ObjectId>>,
}

/// The kind of the source of a Kustomization.
pub(super) fn source_kind(spec: &Kustomization) -> SourceKind {
    let kind = spec.source.as_ref().and_then(|source| source.kind.as_ref());
    match kind.map_or("", |kind| kind.text.as_str()) {
        "GitRepository" => SourceKind::Git,
        "OCIRepository" => SourceKind::Oci,
        _ => SourceKind::Other,
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
    pub(super) fn of(found: &'r Found, files: &'r Files, options: &Options<'_>) -> Self {
        let mut links = Self {
            found,
            files,
            urls: Urls::of(options.urls.iter().map(String::as_str)),
            is_inferred: false,
            branches: USUAL_BRANCHES.iter().map(|name| (*name).to_owned()).chain(options.branches.to_vec()).collect(),
            git_folders: BTreeSet::new(),
            sources: HashMap::new(),
            by_folder: HashMap::new(),
        };
        for (id, object) in found.ids() {
            match object {
                FoundObject::Deliverer(Written::Flux(spec)) if source_kind(spec) == SourceKind::Git => {
                    links.git_folders.extend(links.folder(path_of(spec)));
                }
                FoundObject::Source(kind, source) => links.add_source(*kind, source, id),
                FoundObject::Project(project) => links.add_to_folder(project.meta.file, id),
                FoundObject::Deliverer(_) | FoundObject::Cluster(_) | FoundObject::Definition(_) => {}
            }
        }
        if links.urls.is_empty() {
            links.infer_urls();
        }
        if links.urls.is_empty() && options.has_config {
            links.assume_only_url();
        }
        links
    }

    fn add_source(&mut self, kind: SourceKind, source: &SourceObject, id: ObjectId) {
        let name = source.meta.name.as_ref().map_or("", |name| &name.text);
        self.sources.entry((kind, name.to_owned())).or_default().push(id);
        self.add_to_folder(source.meta.file, id);
    }

    fn add_to_folder(&mut self, file: FileId, id: ObjectId) {
        self.by_folder.entry(parent(self.files.path(file)).to_owned()).or_default().push(id);
    }

    /// What deliverers refer to in the files of a folder, without those below.
    pub(super) fn objects_in(&self, folder: &str) -> Vec<ObjectId> {
        self.by_folder.get(folder).cloned().unwrap_or_default()
    }

    /// A Kustomization in the folder that it delivers says by its source which URL the repository has.
    fn infer_urls(&mut self) {
        let mut urls = Vec::new();
        for (_, written) in self.found.deliverers() {
            match written {
                Written::Flux(spec) if source_kind(spec) == SourceKind::Git && self.holds_itself(spec) => {
                    let near = self.written_near(spec);
                    let source = near.first().and_then(|id| self.source(*id));
                    urls.extend(source.and_then(|source| source.url.as_ref()).map(|url| url.text.as_str()));
                }
                Written::Application(application) => {
                    let own = self.files.path(application.meta.file);
                    let holds_itself = |path: &Text| {
                        let folder = self.folder(&path.text).filter(|folder| !folder.is_empty());
                        folder.is_some_and(|folder| is_below(own, &folder))
                    };
                    let sources = application.sources.iter();
                    let own = sources.filter(|source| source.path.as_ref().is_some_and(holds_itself));
                    urls.extend(own.filter_map(|source| source.repo_url.as_ref()).map(|url| url.text.as_str()));
                }
                Written::Flux(_) | Written::Set(_) => {}
            }
        }
        self.urls = Urls::of(urls);
        self.is_inferred = !self.urls.is_empty();
    }

    /// Whoever keeps the manifests of a catalog beside deliverers of one source means this repository by it, even if the
    /// path is wrong.
    fn assume_only_url(&mut self) {
        let mut urls: Vec<&str> = Vec::new();
        for (_, object) in self.found.ids() {
            match object {
                FoundObject::Source(SourceKind::Git, source) => {
                    urls.extend(source.url.iter().map(|url| url.text.as_str()))
                }
                FoundObject::Deliverer(Written::Application(application)) => {
                    let folders = application.sources.iter().filter(|source| source.chart.is_none());
                    urls.extend(folders.filter_map(|source| source.repo_url.as_ref()).map(|url| url.text.as_str()));
                }
                // Its rows may have any URL.
                FoundObject::Deliverer(Written::Set(_)) => return,
                FoundObject::Deliverer(Written::Flux(_))
                | FoundObject::Source(SourceKind::Oci | SourceKind::Other, _)
                | FoundObject::Project(_)
                | FoundObject::Cluster(_)
                | FoundObject::Definition(_) => {}
            }
        }
        let known = Urls::of(urls.iter().copied());
        if known.is_one() {
            self.urls = known;
            self.is_inferred = true;
        }
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
            FoundObject::Source(_, source) => Some(source),
            FoundObject::Deliverer(_)
            | FoundObject::Project(_)
            | FoundObject::Cluster(_)
            | FoundObject::Definition(_) => None,
        }
    }

    /// The sources that a Kustomization may mean, wherever they are in the repository.
    pub(super) fn written(&self, spec: &Kustomization) -> Vec<ObjectId> {
        let (namespace, name) = source_name(spec);
        let known = self.sources.get(&(source_kind(spec), name.to_owned()));
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
        match source_kind(spec) {
            SourceKind::Git if source.is_some() => self.link_of_url(url, folder.is_some()),
            SourceKind::Git => self.holds_itself(spec).then_some(SourceLink::Assumed),
            SourceKind::Oci | SourceKind::Other => {
                // The whole of an artifact may be the whole of anything.
                let folder = folder.filter(|folder| !folder.is_empty() && !self.git_folders.contains(folder))?;
                let is_near =
                    source_kind(spec) == SourceKind::Oci || is_below(self.files.path(spec.meta.file), &folder);
                (is_near && self.urls.may_be_packed_in(url)).then_some(SourceLink::Assumed)
            }
        }
    }

    /// The sources of an Application that are folders of this repository, by their indexes, and how they relate to it.
    pub(super) fn of_application(&self, application: &Application) -> (Vec<usize>, Option<SourceLink>) {
        let mut own = Vec::new();
        let mut link = None;
        for (at, source) in application.sources.iter().enumerate() {
            let Some(path) = source.path.as_ref().filter(|_| source.chart.is_none()) else { continue };
            let url = source.repo_url.as_ref().map(|url| url.text.as_str());
            let found = self.link_of_url(url, self.folder(&path.text).is_some());
            if let Some(found) = found {
                own.push(at);
                if link != Some(SourceLink::ThisRepository) {
                    link = Some(found);
                }
            }
        }
        (own, link)
    }

    /// Whether the applications of a set may take this repository.
    pub(super) fn may_be_own(&self, set: &ApplicationSet) -> bool {
        let spec = set.template.get("spec");
        let several = spec.and_then(|spec| spec.get("sources")).and_then(Json::as_array);
        let sources = several.into_iter().flatten().chain(spec.and_then(|spec| spec.get("source")));
        let mut urls = sources.map(|source| source.get("repoURL").and_then(Json::as_str)).peekable();
        // A template of a generator may have more.
        urls.peek().is_none()
            || urls.any(|url| match self.urls.compare(url.filter(|url| !url.contains("{{"))) {
                Match::Same | Match::Fork | Match::NotKnown => true,
                Match::Different => false,
            })
    }

    /// Whether a revision is one that these files are of, or go to.
    pub(super) fn is_own_revision(&self, revision: &str) -> bool {
        self.branches.contains(revision.strip_prefix("refs/heads/").unwrap_or(revision))
    }

    /// Whether a URL is that of this repository.
    pub(super) fn is_own_url(&self, url: &str) -> bool {
        matches!(self.urls.compare(Some(url)), Match::Same | Match::Fork | Match::NotKnown)
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
