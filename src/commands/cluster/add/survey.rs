//! What the YAML files of a repository already have: objects of Flux and Argo CD, CRDs of entities, kustomizations, and what
//! the manifests of entities use.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value as Json;

use crate::commands::workspace::composites::{CompositeObjects, defined_groups};
use crate::delivery::kustomize::FILE_NAMES;
use crate::domain::document::manifest::Form;
use crate::domain::document::span::LineIndex;
use crate::domain::document::tree::Value;
use crate::domain::entity::fields::TextField;
use crate::domain::platform::Platform;
use crate::error::Error;
use crate::manifest::{self, Limits, Reader};
use crate::scaffold::DeliveredFolder;
use crate::sources::{self, Pattern, SourceFile};

/// An object of a cluster that has a part in delivery.
#[derive(Debug, Clone)]
pub(crate) struct FoundObject {
    pub path: String,
    pub line: usize,
    /// The index of its document in the file.
    pub document: usize,
    pub content: Json,
}

/// A kustomization file of kustomize.
#[derive(Debug, Clone)]
pub(crate) struct FoundKustomization {
    pub path: String,
    pub resources: Vec<String>,
}

/// How a deliverer's objects are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ObjectKind {
    GitRepository,
    FluxKustomization,
    Application,
    ApplicationSet,
    AppProject,
    Definition,
}

#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// In the order of paths.
    pub objects: Vec<FoundObject>,
    pub kustomizations: Vec<FoundKustomization>,
    /// The YAML files.
    pub paths: BTreeSet<String>,
    /// The namespaces that manifests name, each with the file.
    namespaces: Vec<(String, String)>,
    /// The folders with entities, and those with claims and composite resources of Crossplane.
    manifest_folders: BTreeSet<String>,
    /// The folders with definitions of Crossplane.
    composite_definitions: BTreeSet<String>,
    /// What files have of Crossplane.
    composites: Vec<(String, CompositeObjects)>,
    /// Some entity has a title, an icon or a team, which the published CRDs lack.
    pub needs_extended: bool,
}

impl Survey {
    /// Reads all YAML files below the top of the repository.
    pub fn of(top: &Path, platform: &Platform) -> Result<Self, Error> {
        let pattern = Pattern::new(&["**/*.{yaml,yml}", "**/Kustomization"], &[])?;
        let files = sources::discover(top, &pattern)?.files;
        Ok(Self::of_files(&files, platform))
    }

    pub fn of_files(files: &[SourceFile], platform: &Platform) -> Self {
        let make = || Reader::new(Limits::default());
        let parts = sources::for_each_text(files, make, |reader, index, text| {
            let path = files[index].path.as_str();
            text.map(|text| of_text(reader, path, text.text, platform)).unwrap_or_default()
        });
        let mut survey = Self { paths: files.iter().map(|file| file.path.clone()).collect(), ..Self::default() };
        for part in parts {
            survey.objects.extend(part.objects);
            survey.kustomizations.extend(part.kustomizations);
            survey.namespaces.extend(part.namespaces);
            survey.manifest_folders.extend(part.manifest_folders);
            survey.composites.extend(part.composites);
            survey.needs_extended |= part.needs_extended;
        }
        survey.leave_out_charts();
        survey.add_composites();
        survey
    }

    fn add_composites(&mut self) {
        let groups = defined_groups(self.composites.iter().map(|(_, found)| found));
        for (path, found) in std::mem::take(&mut self.composites) {
            let folder = folder_of(&path);
            if found.has_objects_of(&groups) {
                self.manifest_folders.insert(folder.to_owned());
            }
            if found.has_definitions() {
                self.composite_definitions.insert(folder.to_owned());
            }
        }
    }

    /// Templates of Helm charts look like objects, and are none.
    fn leave_out_charts(&mut self) {
        let charts = self.paths.iter().filter(|path| file_name(path) == "Chart.yaml").map(|path| folder_of(path));
        let templates: Vec<String> = charts.map(|chart| within(chart, "templates")).collect();
        if templates.is_empty() {
            return;
        }
        let is_left = |path: &str| !templates.iter().any(|folder| is_within(path, folder));
        self.objects.retain(|object| is_left(&object.path));
        self.namespaces.retain(|(path, _)| is_left(path));
        self.manifest_folders.retain(|folder| is_left(folder));
        self.composites.retain(|(path, _)| is_left(path));
        self.kustomizations.retain(|found| is_left(&found.path));
    }

    /// The namespaces that the manifests of these folders name.
    pub fn namespaces_in(&self, folders: &[DeliveredFolder]) -> BTreeSet<String> {
        let is_delivered = |path: &str| folders.iter().any(|folder| is_within(path, &folder.path));
        self.namespaces.iter().filter(|(path, _)| is_delivered(path)).map(|(_, namespace)| namespace.clone()).collect()
    }

    /// Whether it has entities or claims.
    pub fn has_manifests(&self, folder: &str) -> bool {
        self.manifest_folders.iter().any(|found| is_within(found, folder))
    }

    /// Whether it has definitions of Crossplane, and neither entities nor claims.
    pub fn has_only_definitions(&self, folder: &str) -> bool {
        let has_some = self.composite_definitions.iter().any(|found| is_within(found, folder));
        has_some && !self.has_manifests(folder)
    }

    /// The folders with definitions of Crossplane.
    pub fn composite_definitions(&self) -> impl Iterator<Item = &str> {
        self.composite_definitions.iter().map(String::as_str)
    }

    /// The deepest folder below `root` with all entities and claims, or else the folders directly below it that have some.
    pub fn manifest_folders(&self, root: &str) -> Vec<String> {
        let start = if root.is_empty() { 0 } else { root.len() + 1 };
        let inside = self.manifest_folders.iter().filter(|folder| *folder != root && is_within(folder, root));
        let inside: Vec<Vec<&str>> =
            inside.filter_map(|folder| folder.get(start..)).map(|folder| folder.split('/').collect()).collect();
        let Some(first) = inside.first() else { return Vec::new() };
        let is_common = |length: &usize| inside.iter().all(|parts| parts.get(..*length) == first.get(..*length));
        match (1..=first.len()).take_while(is_common).last() {
            Some(length) => vec![within(root, &first[..length].join("/"))],
            None => {
                let tops: BTreeSet<&str> = inside.iter().filter_map(|parts| parts.first().copied()).collect();
                tops.into_iter().map(|top| within(root, top)).collect()
            }
        }
    }

    pub fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = &FoundObject> {
        self.objects.iter().filter(move |object| object.kind() == Some(kind))
    }

    /// The folder with the CRDs of the platform's entities, below the top.
    pub fn definitions_folder(&self, platform: &Platform) -> Option<&str> {
        let is_ours = |object: &&FoundObject| object.text(&["spec", "group"]) == Some(platform.group);
        let found = self.of_kind(ObjectKind::Definition).find(is_ours)?;
        found.path.rsplit_once('/').map(|(folder, _)| folder)
    }

    /// The kustomization of a folder.
    pub fn kustomization_of(&self, folder: &str) -> Option<&FoundKustomization> {
        self.kustomizations.iter().find(|found| folder_of(&found.path) == folder)
    }
}

impl FoundObject {
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        self.value(path)?.as_str()
    }

    pub fn value(&self, path: &[&str]) -> Option<&Json> {
        path.iter().try_fold(&self.content, |value, key| value.get(key))
    }

    pub fn name(&self) -> &str {
        self.text(&["metadata", "name"]).unwrap_or_default()
    }

    pub fn namespace(&self) -> Option<&str> {
        self.text(&["metadata", "namespace"])
    }

    pub fn api_version(&self) -> &str {
        self.text(&["apiVersion"]).unwrap_or_default()
    }

    pub fn kind(&self) -> Option<ObjectKind> {
        let (group, _) = self.api_version().split_once('/')?;
        match (group, self.text(&["kind"])?) {
            ("source.toolkit.fluxcd.io", "GitRepository") => Some(ObjectKind::GitRepository),
            ("kustomize.toolkit.fluxcd.io", "Kustomization") => Some(ObjectKind::FluxKustomization),
            ("argoproj.io", "Application") => Some(ObjectKind::Application),
            ("argoproj.io", "ApplicationSet") => Some(ObjectKind::ApplicationSet),
            ("argoproj.io", "AppProject") => Some(ObjectKind::AppProject),
            ("apiextensions.k8s.io", "CustomResourceDefinition") => Some(ObjectKind::Definition),
            _ => None,
        }
    }

    /// `clusters/eu.yaml:3`
    pub fn place(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }
}

pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a path is in a folder; every path is in the top.
pub(crate) fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// A path in a folder; the top is the empty one.
pub(crate) fn within(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

fn of_text(reader: &mut Reader, path: &str, text: &str, platform: &Platform) -> Survey {
    let mut survey = Survey::default();
    let is_kustomization = FILE_NAMES.contains(&file_name(path));
    // Claims have any API group.
    if !is_kustomization && !text.contains("apiVersion") && !text.contains(platform.group) {
        return survey;
    }
    let mut composites = CompositeObjects::default();
    let lines = LineIndex::new(text);
    let mut manifests = Vec::new();
    reader.read_all(text, &mut |document| {
        if document.broken {
            return;
        }
        let Some(root) = document.view.root() else { return };
        composites.add(root);
        manifests.clear();
        manifest::decode(document.view, file_name(path), &mut manifests);
        for manifest in &manifests {
            let Form::Resource(_) = manifest.form else { continue };
            survey.manifest_folders.insert(folder_of(path).to_owned());
            let spec = manifest.spec.map(|id| document.view.value(id));
            let has = |key: &str| spec.is_some_and(|spec| spec.get(key).is_some());
            survey.needs_extended |= TextField::ALL.map(TextField::key).into_iter().any(has) || has("team");
        }
        let is_object = root.get("apiVersion").is_some() && root.get("kind").is_some();
        let namespace = root.get("metadata").filter(|_| is_object).and_then(|metadata| metadata.get("namespace"));
        survey.namespaces.extend(namespace.and_then(Value::as_str).map(|it| (path.to_owned(), it.to_owned())));
        if is_kustomization && survey.kustomizations.is_empty() {
            let items =
                ["resources", "bases"].into_iter().filter_map(|key| root.get(key)).flat_map(|list| list.items());
            let resources = items.filter_map(|item| item.as_str()).map(str::to_owned).collect();
            survey.kustomizations.push(FoundKustomization { path: path.to_owned(), resources });
        }
        let object = FoundObject {
            path: path.to_owned(),
            line: lines.line_of(root.span().start as usize),
            document: document.index,
            content: root.to_json(),
        };
        if object.kind().is_some() {
            survey.objects.push(object);
        }
    });
    survey.composites.push((path.to_owned(), composites));
    survey
}
