//! Finds the objects that take part in delivery in the files of a repository: those of Flux, and CRDs.

use std::collections::{BTreeMap, HashMap};

use super::model::Definition;
use crate::delivery::files::{Entry, FileId, Files};
use crate::delivery::flux::objects::{FluxObject, KUSTOMIZE_GROUP, SOURCE_GROUP};
use crate::delivery::place::Place;
use crate::delivery::repository::Repository;
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;

/// The texts of which one is in every file that matters here.
const MARKS: [&str; 2] = ["toolkit.fluxcd.io", "CustomResourceDefinition"];
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
    Flux(FluxObject),
    Definition(Definition),
}

impl FoundObject {
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Flux(object) => object.meta().place(),
            Self::Definition(definition) => definition.place,
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
        for file in repository.files.ids() {
            if is_yaml(repository.files.path(file)) && !is_template(repository.files, file) {
                found.read(repository, file);
            }
        }
        found
    }

    fn read(&mut self, repository: &Repository<'_>, file: FileId) {
        let known = repository.known_manifests(file);
        let is_of_interest = match &known {
            Some(manifests) if manifests.fault.is_none() => {
                manifests.objects.iter().any(|manifest| is_wanted(&manifest.header.api_version, &manifest.header.kind))
            }
            // A file that kustomize cannot read may hold objects all the same.
            Some(_) | None => true,
        };
        if !is_of_interest {
            return;
        }
        let Some(text) = repository.text(file) else { return };
        if !MARKS.iter().any(|mark| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some()) {
            return;
        }
        let manifests = repository.manifests(file);
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
        self.objects.iter().any(|object| matches!(object, FoundObject::Flux(FluxObject::Kustomization(_))))
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
            FoundObject::Flux(_) => None,
        })
    }
}

/// Whether an object takes part in delivery, by its version and kind.
pub(super) fn is_wanted(api_version: &str, kind: &str) -> bool {
    match api_version.split_once('/').map_or("", |(group, _)| group) {
        SOURCE_GROUP => matches!(kind, "GitRepository" | "OCIRepository"),
        KUSTOMIZE_GROUP => kind == "Kustomization",
        CRD_GROUP => kind == "CustomResourceDefinition",
        _ => false,
    }
}

fn object_of(root: Value<'_>, file: FileId) -> Option<FoundObject> {
    if let Some(definition) = definition_of(root, file) {
        return Some(FoundObject::Definition(definition));
    }
    let object = FluxObject::of(root, file)?;
    (!is_placeholder(&object)).then_some(FoundObject::Flux(object))
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

/// Whether an object is a template for another tool, so that its fields are not those of an object of a cluster.
fn is_placeholder(object: &FluxObject) -> bool {
    let meta = object.meta();
    let has_braces = |text: &str| text.contains("{{");
    let named = [&meta.name, &meta.namespace];
    let mut texts: Vec<&str> = named.into_iter().flatten().map(|text| text.text.as_str()).collect();
    let mut is_mistyped = meta.name.is_none();
    if let FluxObject::Kustomization(kustomization) = object {
        let has_field = |name: &str| meta.fields.iter().any(|field| field.text == name);
        // A field that is there and is no text is a template in the form of a mapping.
        is_mistyped |= has_field("path") && kustomization.path.is_none();
        is_mistyped |= has_field("sourceRef") && kustomization.source.is_none();
        texts.extend(kustomization.path.iter().map(|path| path.text.as_str()));
        let source = kustomization.source.iter().flat_map(|source| [&source.kind, &source.name, &source.namespace]);
        texts.extend(source.flatten().map(|text| text.text.as_str()));
    }
    is_mistyped || texts.into_iter().any(has_braces)
}

pub(super) fn is_yaml(path: &str) -> bool {
    matches!(path.rsplit_once('.'), Some((_, "yaml" | "yml")))
}

/// Whether a file is below the `templates` of a Helm chart.
pub(super) fn is_template(files: &Files, file: FileId) -> bool {
    let path = files.path(file);
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
