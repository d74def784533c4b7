//! Finds the objects that take part in delivery in the files of a repository: those of Flux and of Argo CD, and CRDs.

use std::collections::{BTreeMap, HashMap};

use super::model::{Definition, Tool};
use crate::delivery::argo::objects::{
    AppProject, Application, ApplicationSet, ArgoObject, Cluster, GROUP as ARGO_GROUP, SECRET_TYPE,
};
use crate::delivery::files::{Entry, FileId, Files};
use crate::delivery::flux::objects::{
    FluxObject, KUSTOMIZE_GROUP, Kustomization, Repository as SourceObject, SOURCE_GROUP,
};
use crate::delivery::manifests::{Header, Manifests};
use crate::delivery::object::split_version;
use crate::delivery::place::{Place, Text};
use crate::delivery::repository::Repository;
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;

/// The texts of which one is in every file that matters here.
const MARKS: [&str; 3] = ["toolkit.fluxcd.io", "argoproj.io", "CustomResourceDefinition"];
const CRD_GROUP: &str = "apiextensions.k8s.io";

/// The index of an object among those that were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ObjectId(pub(super) u32);

impl ObjectId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// An object as its file has it.
#[derive(Debug)]
pub(super) enum FoundObject {
    Deliverer(Written),
    Source(SourceKind, Box<SourceObject>),
    Project(Box<AppProject>),
    /// A cluster that Argo CD knows.
    Cluster(Box<Cluster>),
    Definition(Definition),
}

/// An object that delivers, as its file has it.
#[derive(Debug, Clone)]
pub(super) enum Written {
    Flux(Box<Kustomization>),
    Application(Box<Application>),
    Set(Box<ApplicationSet>),
}

/// The kind of a source of Flux.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum SourceKind {
    Git,
    Oci,
    /// Another kind of artifact, like a bucket.
    Other,
}

impl Written {
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Flux(spec) => spec.meta.place(),
            Self::Application(application) => application.meta.place(),
            Self::Set(set) => set.meta.place(),
        }
    }

    pub(super) fn tool(&self) -> Tool {
        match self {
            Self::Flux(_) => Tool::Flux,
            Self::Application(_) | Self::Set(_) => Tool::ArgoCd,
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Flux(_) => "Kustomization",
            Self::Application(_) => "Application",
            Self::Set(_) => "ApplicationSet",
        }
    }

    /// Its name, with the position.
    pub(super) fn name(&self) -> Option<&Text> {
        match self {
            Self::Flux(spec) => spec.meta.name.as_ref(),
            Self::Application(application) => application.meta.name.as_ref(),
            Self::Set(set) => set.meta.name.as_ref(),
        }
    }

    /// The namespace and the name.
    pub(super) fn names(&self) -> [&str; 2] {
        let [namespace, name] = match self {
            Self::Flux(spec) => [&spec.meta.namespace, &spec.meta.name],
            Self::Application(application) => [&application.meta.namespace, &application.meta.name],
            Self::Set(set) => [&set.meta.namespace, &set.meta.name],
        };
        [namespace, name].map(|text| text.as_ref().map_or("", |text| &text.text))
    }

    /// Takes the names with which it arrives.
    pub(super) fn rename(&mut self, namespace: &str, name: &str) {
        let whole = self.place();
        let (own_namespace, own_name) = match self {
            Self::Flux(spec) => (&mut spec.meta.namespace, &mut spec.meta.name),
            Self::Application(application) => (&mut application.meta.namespace, &mut application.meta.name),
            Self::Set(set) => (&mut set.meta.namespace, &mut set.meta.name),
        };
        for (text, given) in [(own_namespace, namespace), (own_name, name)] {
            let span = text.as_ref().map_or(whole.span, |text| text.span);
            let named = Text { text: given.to_owned(), span, file: Some(whole.file) };
            *text = Some(named).filter(|named| !named.text.is_empty());
        }
    }
}

impl FoundObject {
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Deliverer(written) => written.place(),
            Self::Source(_, source) => source.meta.place(),
            Self::Project(project) => project.meta.place(),
            Self::Cluster(cluster) => cluster.meta.place(),
            Self::Definition(definition) => definition.place,
        }
    }

    pub(super) fn deliverer(&self) -> Option<&Written> {
        match self {
            Self::Deliverer(written) => Some(written),
            Self::Source(..) | Self::Project(_) | Self::Cluster(_) | Self::Definition(_) => None,
        }
    }
}

/// The objects of a repository, in the order of their files.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) objects: Vec<FoundObject>,
    by_place: HashMap<(FileId, Span), ObjectId>,
}

impl Found {
    pub(super) fn of(repository: &Repository<'_>) -> Self {
        let mut found = Self::default();
        for (file, manifests) in repository.wiring() {
            // A file that kustomize cannot read may hold objects all the same.
            let may_hold =
                manifests.fault.is_some() || manifests.objects.iter().any(|manifest| is_wanted(&manifest.header));
            if may_hold && !is_template(repository.files, file) {
                found.read(repository, file, manifests);
            }
        }
        found
    }

    fn read(&mut self, repository: &Repository<'_>, file: FileId, manifests: &Manifests) {
        let Some(text) = repository.text(file) else { return };
        if !MARKS.iter().any(|mark| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some()) {
            return;
        }
        // The items of lists by their documents; a file with a fault has none.
        let mut items: BTreeMap<usize, Vec<&[usize]>> = BTreeMap::new();
        for manifest in &manifests.objects {
            items.entry(manifest.document).or_default().push(&manifest.items);
        }
        let mut index = 0;
        repository.documents(&text, &mut |document| {
            let paths = match manifests.fault {
                Some(_) => vec![&[][..]],
                None => items.remove(&index).unwrap_or_default(),
            };
            index += 1;
            let Some(root) = document.value else { return };
            for path in paths {
                let object = path.iter().try_fold(root, |list, at| list.get("items")?.items().nth(*at));
                if let Some(object) = object.and_then(|object| object_of(object, file)) {
                    self.add(object);
                }
            }
        });
    }

    fn add(&mut self, object: FoundObject) {
        let id = ObjectId(u32::try_from(self.objects.len()).expect("a repository has fewer than 2^32 objects"));
        let place = object.place();
        self.by_place.insert((place.file, place.span), id);
        self.objects.push(object);
    }

    pub(super) fn has_deliverers(&self) -> bool {
        self.objects.iter().any(|object| object.deliverer().is_some())
    }

    pub(super) fn at(&self, place: Place) -> Option<ObjectId> {
        self.by_place.get(&(place.file, place.span)).copied()
    }

    pub(super) fn get(&self, id: ObjectId) -> &FoundObject {
        &self.objects[id.index()]
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = (ObjectId, &FoundObject)> {
        self.objects.iter().zip(0..).map(|(object, id)| (ObjectId(id), object))
    }

    pub(super) fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.objects.iter().filter_map(|object| match object {
            FoundObject::Definition(definition) => Some(definition),
            FoundObject::Deliverer(_) | FoundObject::Source(..) | FoundObject::Project(_) | FoundObject::Cluster(_) => {
                None
            }
        })
    }

    /// The objects that deliver.
    pub(super) fn deliverers(&self) -> impl Iterator<Item = (ObjectId, &Written)> {
        self.ids().filter_map(|(id, object)| Some((id, object.deliverer()?)))
    }

    /// The clusters that Argo CD knows.
    pub(super) fn clusters(&self) -> Vec<&Cluster> {
        let clusters = self.objects.iter().filter_map(|object| match object {
            FoundObject::Cluster(cluster) => Some(&**cluster),
            FoundObject::Deliverer(_)
            | FoundObject::Source(..)
            | FoundObject::Project(_)
            | FoundObject::Definition(_) => None,
        });
        clusters.collect()
    }
}

/// Whether an object takes part in delivery.
pub(super) fn is_wanted(header: &Header) -> bool {
    let kind = header.kind.as_str();
    match split_version(&header.api_version).0 {
        SOURCE_GROUP => matches!(kind, "GitRepository" | "OCIRepository"),
        KUSTOMIZE_GROUP => kind == "Kustomization",
        ARGO_GROUP => matches!(kind, "Application" | "ApplicationSet" | "AppProject"),
        CRD_GROUP => kind == "CustomResourceDefinition",
        "" => kind == "Secret" && header.labels.iter().any(|(key, _)| key == SECRET_TYPE),
        _ => false,
    }
}

fn object_of(root: Value<'_>, file: FileId) -> Option<FoundObject> {
    if let Some(definition) = definition_of(root, file) {
        return Some(FoundObject::Definition(definition));
    }
    if let Some(object) = FluxObject::of(root, file) {
        return Some(match object {
            FluxObject::Git(source) => FoundObject::Source(SourceKind::Git, source),
            FluxObject::Oci(source) => FoundObject::Source(SourceKind::Oci, source),
            FluxObject::Kustomization(spec) if is_placeholder(&spec) => return None,
            FluxObject::Kustomization(spec) => FoundObject::Deliverer(Written::Flux(spec)),
        });
    }
    match ArgoObject::of(root, file)? {
        ArgoObject::Application(application) if is_template_of_application(&application) => None,
        ArgoObject::Application(application) => Some(FoundObject::Deliverer(Written::Application(application))),
        ArgoObject::Set(set) => set.meta.name.is_some().then(|| FoundObject::Deliverer(Written::Set(set))),
        ArgoObject::Project(project) => Some(FoundObject::Project(project)),
        ArgoObject::Cluster(cluster) => Some(FoundObject::Cluster(cluster)),
    }
}

fn definition_of(root: Value<'_>, file: FileId) -> Option<Definition> {
    let text = |value: Option<Value<'_>>| value.and_then(Value::as_str).map(ToOwned::to_owned);
    let group = root.get("apiVersion").and_then(Value::as_str)?.split_once('/')?.0;
    if group != CRD_GROUP || root.get("kind").and_then(Value::as_str) != Some("CustomResourceDefinition") {
        return None;
    }
    let spec = root.get("spec")?;
    Some(Definition {
        place: Place { file, span: root.span() },
        group: text(spec.get("group"))?,
        kind: text(spec.get("names").and_then(|names| names.get("kind")))?,
        is_cluster_scoped: spec.get("scope").and_then(Value::as_str) == Some("Cluster"),
    })
}

/// Whether a Kustomization is a template for another tool, so that its fields are not those of an object of a cluster.
fn is_placeholder(spec: &Kustomization) -> bool {
    let has_field = |name: &str| spec.meta.fields.iter().any(|field| field.text == name);
    // A field that is there and is no text is a template in the form of a mapping.
    let is_mistyped = spec.meta.name.is_none()
        || has_field("path") && spec.path.is_none()
        || has_field("sourceRef") && spec.source.is_none();
    let source = spec.source.iter().flat_map(|source| [&source.kind, &source.name, &source.namespace]);
    let mut texts = [&spec.meta.name, &spec.meta.namespace, &spec.path].into_iter().chain(source).flatten();
    is_mistyped || texts.any(|text| text.text.contains("{{"))
}

fn is_template_of_application(application: &Application) -> bool {
    let sources = application.sources.iter().flat_map(|source| [&source.path, &source.repo_url]);
    let mut texts = [&application.meta.name].into_iter().chain(sources).flatten();
    application.meta.name.is_none() || texts.any(|text| text.text.contains("{{"))
}

/// Whether a file is below the `templates` of a Helm chart.
pub fn is_template(files: &Files, file: FileId) -> bool {
    let path = files.path(file);
    if !path.contains("templates/") {
        return false;
    }
    let mut folder = Files::ROOT;
    for name in path.split('/') {
        if name == "templates" && matches!(files.entry(folder, "Chart.yaml"), Some(Entry::File(_))) {
            return true;
        }
        match files.entry(folder, name) {
            Some(Entry::Folder(below)) => folder = below,
            Some(Entry::File(_)) | None => return false,
        }
    }
    false
}
