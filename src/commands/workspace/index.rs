//! An index of the repository's declarations: every entity with its file, and the used names and folders. Entities of
//! unreadable manifests count as declared, because they are not missing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::commands::workspace::documents::{Content, ManifestReader};
use crate::domain::document::manifest::{Form, Manifest, ResourceKind};
use crate::domain::document::tree::{Kind, View, entries_of};
use crate::domain::entity::EntityKey;
use crate::domain::finding::EntityName;
use crate::domain::git_host::GitHost;
use crate::domain::platform::Platform;
use crate::manifest::Document;
use crate::sources::{self, SourceFile};

/// The index.
#[derive(Debug, Default)]
pub(crate) struct ManifestIndex {
    entities: HashMap<EntityName, Vec<Declaration>>,
    /// `metadata.name` of all resources, regardless of namespace.
    pub names: HashSet<String>,
    /// For each blueprint and folder, the number of files with resources of it.
    folders: BTreeMap<String, BTreeMap<String, usize>>,
}

/// The position of a declaration.
#[derive(Debug, Clone)]
pub(crate) struct Declaration {
    /// Spelled as in the run's list of files.
    pub path: String,
    pub wrapping: FileContent,
}

/// The other content of an entity's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileContent {
    /// The file holds only this resource, and its metadata has no other keys.
    Sole { kind: ResourceKind, name: String, namespace: Option<String> },
    /// Why the file has other content too, as a clause.
    Mixed(&'static str),
}

/// The entities of one file, each with its `metadata.name`.
pub(crate) type FileDeclarations = Vec<(EntityName, FileContent, Option<String>)>;

impl ManifestIndex {
    /// Reads the files, and keeps their texts.
    pub fn of(files: &mut [SourceFile]) -> Self {
        // Names alone are wanted, which are texts for every reader.
        let make = || ManifestReader::new(GitHost::Unknown);
        let (declarations, texts) = sources::keep_each_text(files, make, |reader, index, text| {
            let Ok(text) = text else { return FileDeclarations::default() };
            let mut collector = IndexCollector::new(text.text);
            reader.read(&files[index].path, text.text, &mut |document, content| collector.document(document, &content));
            collector.finish()
        });
        texts.into_iter().for_each(|(at, text)| files[at].keep(text));
        Self::of_collected(files, declarations)
    }

    /// Joins what was collected from each file, in the order of the files.
    pub fn of_collected(files: &[SourceFile], collected: Vec<FileDeclarations>) -> Self {
        let mut declared = Self::default();
        for (file, found) in files.iter().zip(collected) {
            let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let mut blueprints = BTreeSet::new();
            for (entity, wrapping, name) in found {
                if let Some(name) = name {
                    declared.names.insert(name);
                    blueprints.insert(entity.blueprint.clone());
                }
                let standing = Declaration { path: file.path.clone(), wrapping };
                declared.entities.entry(entity).or_default().push(standing);
            }
            for blueprint in blueprints {
                *declared.folders.entry(blueprint).or_default().entry(folder.to_owned()).or_default() += 1;
            }
        }
        declared
    }

    pub fn holds(&self, key: &EntityKey) -> bool {
        !self.declarations(key).is_empty()
    }

    pub fn declarations(&self, key: &EntityKey) -> &[Declaration] {
        let name = EntityName { blueprint: key.blueprint.to_string(), identifier: key.identifier.to_string() };
        self.entities.get(&name).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn entities(&self) -> impl Iterator<Item = &EntityName> {
        self.entities.keys()
    }

    pub fn blueprints(&self) -> BTreeSet<&str> {
        self.entities.keys().map(|name| name.blueprint.as_str()).collect()
    }

    /// The folder with most of a blueprint's files; of equals, the first.
    pub fn folder(&self, blueprint: &str) -> Option<&str> {
        let folders = self.folders.get(blueprint)?;
        let most = folders.values().max()?;
        folders.iter().find(|(_, count)| *count == most).map(|(folder, _)| folder.as_str())
    }

    /// The layout of bare entities that are next to their code (`apps/cart/port.yml`, `apps/shop/port.yml`): the most
    /// frequent folder above them, and the name of the file.
    pub fn bare_home(&self, blueprint: &str) -> Option<(&str, &str)> {
        let mut homes: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let own = self.entities.iter().filter(|(name, _)| name.blueprint == blueprint);
        for standing in own.flat_map(|(_, declarations)| declarations) {
            let Some((folder, name)) = standing.path.rsplit_once('/') else { continue };
            if Platform::by_bare_file(name).is_some() {
                let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
                *homes.entry((above, name)).or_default() += 1;
            }
        }
        let most = homes.values().copied().max()?;
        homes.into_iter().find(|(_, count)| *count == most).map(|(home, _)| home)
    }
}

/// Collects the declarations of one file.
pub(crate) struct IndexCollector<'t> {
    text: &'t str,
    documents: usize,
    found: FileDeclarations,
}

impl<'t> IndexCollector<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, documents: 0, found: FileDeclarations::new() }
    }

    pub fn finish(mut self) -> FileDeclarations {
        // The reader skips documents that are not manifests, so only the text shows whether there are more.
        let is_one = self.documents == 1 && self.found.len() == 1 && !has_more_documents(self.text);
        for (_, content, _) in self.found.iter_mut().filter(|_| !is_one) {
            *content = FileContent::Mixed("its file has other content too");
        }
        self.found
    }

    pub fn document(&mut self, document: &Document<'_>, content: &Content<'_>) {
        self.documents += 1;
        let manifests = match content {
            Content::Manifests(manifests) => *manifests,
            Content::Broken(names) => {
                let unreadable =
                    |name: &EntityName| (name.clone(), FileContent::Mixed("its file cannot be read"), None);
                return self.found.extend(names.iter().map(unreadable));
            }
        };
        self.add(document.view, manifests);
    }

    fn add(&mut self, view: View<'_>, manifests: &[Manifest]) {
        for manifest in manifests {
            let Some((blueprint, identifier)) = manifest.blueprint_text(view).zip(manifest.identifier_text(view))
            else {
                continue;
            };
            let name = manifest.name.and_then(|id| view.value(id).as_str()).map(str::to_owned);
            let entity = EntityName { blueprint: blueprint.to_owned(), identifier: identifier.to_owned() };
            let content = content_of(manifest, view, name.as_deref());
            self.found.push((entity, content, name.filter(|_| matches!(manifest.form, Form::Resource(_)))));
        }
    }
}

fn has_more_documents(text: &str) -> bool {
    let mut starts = text.lines().enumerate().filter(|(_, line)| line.starts_with("---") || line.starts_with("..."));
    starts.any(|(at, _)| at > 0)
}

fn content_of(manifest: &Manifest, view: View<'_>, name: Option<&str>) -> FileContent {
    let (kind, name) = match (manifest.form, name) {
        (Form::Resource(kind), Some(name)) => (kind, name),
        (Form::Resource(_), None) => return FileContent::Mixed("its metadata has no name"),
        (Form::Bare, _) => return FileContent::Mixed("it is a bare entity"),
        (Form::Mapped, _) => return FileContent::Mixed("a mapping makes it of a Kubernetes object"),
    };
    let metadata = manifest.metadata.map(|id| view.value(id));
    let is_plain = entries_of(metadata).all(|(key, value)| {
        ["name", "namespace"].iter().any(|known| key.key_is(known)) && value.kind() == Kind::String
    });
    if !is_plain {
        return FileContent::Mixed("its metadata has more than a name");
    }
    // An item of a `List` shares its document with others.
    if view.root().is_none_or(|root| root.id() != manifest.root) {
        return FileContent::Mixed("it is an item of a list");
    }
    let namespace = manifest.namespace.and_then(|id| view.value(id).as_str()).map(str::to_owned);
    FileContent::Sole { kind, name: name.to_owned(), namespace }
}
