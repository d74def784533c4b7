//! Reads the declared entities of a repository, each with the positions of its parts, and lists what could not be read.
//! An entity of an unreadable manifest is not missing, so code that deletes must look at both lists.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

use foldhash::HashMap;

use crate::commands::delivery::repository_view::RepositoryView;
use crate::commands::mapping::repository::{Clusters, MappedFile, MappedRepository};
use crate::commands::workspace::documents::{Content, ManifestReader};
use crate::commands::workspace::history::PastManifests;
use crate::commands::workspace::index::ManifestIndex;
use crate::domain::document::manifest::{Form, Manifest, NearMiss};
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::document::tree::{Kind, NodeId, Number, Value as Node, View, entries_of};
use crate::domain::entity::desired::{Desired, DesiredField, DesiredProperty, DesiredRelation, RENAMED_FROM, Teams};
use crate::domain::entity::fields::Texts;
use crate::domain::entity::{EntityKey, Targets};
use crate::domain::finding::{EntityName, FileId, Place};
use crate::domain::git_host::GitHost;
use crate::domain::progress::Progress;
use crate::domain::value::Value;
use crate::error::Error;
use crate::manifest::{self, Document, Missing};
use crate::sources::{self, Discovery, Hidden, Pattern, ReadProblem, SourceFile, TextRef, Unreadable};

/// The manifests of a repository.
#[derive(Debug, Default)]
pub(crate) struct ManifestSet {
    /// The indexes in `Place` refer to this list.
    pub files: Vec<SourceFile>,
    /// Sorted by file and position. An entity that is declared twice is in it twice.
    pub entities: Vec<Desired>,
    pub unusable: Vec<UnusableManifest>,
    /// Folders that could not be read, and files whose content is replaced by a placeholder.
    pub unreadable: Vec<Unreadable>,
    /// Places that may hide manifests; see `resolve_hidden`.
    pub hidden: Vec<Hidden>,
    /// Empty unless the run collects it.
    pub index: ManifestIndex,
    /// Whose app reads bare entity files.
    pub git_host: GitHost,
}

/// Something in a file that is, or may be, an entity and cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnusableManifest {
    pub place: Place,
    /// The line, counted from 1.
    pub line: usize,
    /// A clause: "`spec.identifier` is a number and not a string".
    pub reason: String,
    /// The entities that it may declare, as far as they can be recognised.
    pub entities: Vec<EntityName>,
    /// The file is binary, so nothing in it says that it is a manifest. Good repositories have such files, but a
    /// manifest may have become one.
    pub is_opaque: bool,
    /// The placeholder for the file's content. It counts only if the file may be a manifest.
    pub missing: Option<Missing>,
}

impl ManifestSet {
    /// Reads every manifest of the work tree that matches the pattern, as the clusters map them.
    pub fn of(
        view: &RepositoryView<'_>,
        pattern: &Pattern,
        clusters: &Clusters,
        progress: &dyn Progress,
    ) -> Result<Self, Error> {
        let mut discovery = sources::discover(view.root, pattern)?;
        let manifests = discovery.files.len();
        let mapped = clusters.map(&mut discovery.files, manifests, view)?;
        Ok(Self::of_mapped(discovery, mapped.as_ref(), clusters.git_host, progress))
    }

    /// Takes out the entities that only bare files declare: no cluster receives these.
    pub fn take_bare(&mut self) -> Vec<Desired> {
        let of_resources = self.entities.iter().filter(|entity| !entity.is_bare);
        let of_resources: HashSet<EntityKey> = of_resources.map(|entity| entity.key.clone()).collect();
        let is_bare = |entity: &Desired| entity.is_bare && !of_resources.contains(&entity.key);
        let (bare, others) = std::mem::take(&mut self.entities).into_iter().partition(is_bare);
        self.entities = others;
        bare
    }

    /// An ignored manifest is in doubt if it declares an owned entity of the catalog that no other manifest declares.
    pub fn resolve_ignored(&mut self, owned: &[EntityKey]) {
        if self.hidden.is_empty() {
            return;
        }
        let declared: HashSet<&EntityKey> = self.entities.iter().map(|entity| &entity.key).collect();
        let undeclared: HashSet<(&str, &str)> =
            owned.iter().filter(|key| !declared.contains(key)).map(|key| (&*key.blueprint, &*key.identifier)).collect();
        let mut buffer = sources::ReadBuffer::default();
        let mut hides = |file: &SourceFile| match sources::read(file, &mut buffer) {
            Ok(text) => manifest::salvage(text.text)
                .iter()
                .any(|name| undeclared.contains(&(name.blueprint.as_str(), name.identifier.as_str()))),
            Err(_) => true,
        };
        for place in std::mem::take(&mut self.hidden) {
            if place.files.iter().any(&mut hides) {
                self.unreadable.push(place.place);
            }
        }
    }

    #[cfg(test)]
    pub fn of_discovery(discovery: Discovery, progress: &dyn Progress) -> Self {
        Self::of_mapped(discovery, None, GitHost::Unknown, progress)
    }

    /// The entities that mappings make of the files; without any, those of the manifests.
    pub fn of_mapped(
        discovery: Discovery,
        mapped: Option<&MappedRepository>,
        git_host: GitHost,
        progress: &dyn Progress,
    ) -> Self {
        let mut unreadable = discovery.unreadable;
        unreadable.extend(mapped.into_iter().flat_map(|mapped| mapped.unreadable(&discovery.files)));
        let asked = Self::read(discovery.files, mapped, git_host, progress);
        Self { unreadable, hidden: discovery.hidden, ..asked }
    }

    /// Drops unusable files that never were manifests, and decides which hidden places may hold manifests.
    pub fn resolve_hidden(&mut self, past: &PastManifests) {
        let files = &self.files;
        self.unusable.retain(|unusable| {
            let path = files.get(unusable.place.file.0 as usize).map_or("", |file| file.path.as_str());
            (unusable.missing.is_none() && !unusable.is_opaque) || past.may_be_manifest(path, unusable.missing)
        });
        let (ignored, hidden) = std::mem::take(&mut self.hidden).into_iter().partition(|place| place.is_ignored);
        self.hidden = ignored;
        self.unreadable.append(&mut past.hiding(hidden));
        self.unreadable.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    }

    #[cfg(test)]
    pub fn of_files(files: Vec<SourceFile>, progress: &dyn Progress) -> Self {
        Self::read(files, None, GitHost::Unknown, progress)
    }

    fn read(
        files: Vec<SourceFile>,
        mapped: Option<&MappedRepository>,
        git_host: GitHost,
        progress: &dyn Progress,
    ) -> Self {
        progress.start("reading", files.len() as u64);
        let make = || (ManifestReader::new(git_host), EntityCollector::default());
        let read = sources::for_each_text(&files, make, |(reader, collector), index, text| {
            let found = collector.read(reader, FileId::of(index), &files[index].path, text, mapped);
            progress.advance(1);
            found
        });
        progress.finish();
        Self { files, git_host, ..Self::of_collected(read) }
    }

    /// What `work` makes of each entity of some files of a run, in the order of the files; `files` are all of them.
    pub fn map_chosen<T: Send>(
        files: &[SourceFile],
        chosen: &[FileId],
        mapped: Option<&MappedRepository>,
        git_host: GitHost,
        work: impl Fn(Desired) -> T + Sync,
    ) -> Vec<T> {
        let named: Vec<(FileId, &SourceFile)> =
            chosen.iter().filter_map(|id| Some((*id, files.get(id.0 as usize)?))).collect();
        let make = || (ManifestReader::new(git_host), EntityCollector::default());
        let read = sources::for_each_text(&named, make, |(reader, collector), index, text| {
            let (id, file) = named[index];
            let found = collector.read(reader, id, &file.path, text, mapped);
            found.entities.into_iter().map(&work).collect::<Vec<T>>()
        });
        read.into_iter().flatten().collect()
    }

    /// Joins what was collected from each file, in the order of the files.
    pub fn of_collected(collected: impl IntoIterator<Item = FileEntities>) -> Self {
        let mut manifests = Self::default();
        for mut file in collected {
            manifests.entities.append(&mut file.entities);
            manifests.unusable.append(&mut file.unusable);
        }
        manifests
    }

    /// The path of a place, for messages: `catalog/cart.yaml`.
    pub fn path(&self, place: Place) -> &str {
        self.files.get(place.file.0 as usize).map_or("", |file| file.path.as_str())
    }
}

/// Interned property names: a thousand entities share the same few.
#[derive(Default)]
struct Names(foldhash::HashSet<Arc<str>>);

impl Names {
    fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(name) = self.0.get(text) {
            return Arc::clone(name);
        }
        let name: Arc<str> = text.into();
        self.0.insert(Arc::clone(&name));
        name
    }
}

/// Collects the entities of the files that one thread reads.
#[derive(Default)]
pub(crate) struct EntityCollector {
    names: Names,
}

/// The entities of one file.
#[derive(Debug, Default)]
pub(crate) struct FileEntities {
    entities: Vec<Desired>,
    unusable: Vec<UnusableManifest>,
}

impl FileEntities {
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty() && self.unusable.is_empty()
    }

    /// An unreadable file may hold anything, unless it disappeared after it was listed.
    pub fn of_unread(file: FileId, problem: &ReadProblem) -> Self {
        if matches!(problem, ReadProblem::Io(error) if error.kind() == std::io::ErrorKind::NotFound) {
            return Self::default();
        }
        let is_opaque = matches!(problem, ReadProblem::NotText { before, .. } if !manifest::claims_ours(before));
        let reason = problem.to_string();
        let place = Place { file, span: Span::default() };
        let unusable = UnusableManifest { place, line: 1, reason, entities: Vec::new(), is_opaque, missing: None };
        Self { entities: Vec::new(), unusable: vec![unusable] }
    }

    /// A file whose content is missing may have declared anything.
    pub fn of_missing(file: FileId, missing: Missing) -> Self {
        let reason = missing.message();
        let place = Place { file, span: Span::default() };
        let (is_opaque, missing) = (!missing.is_fault(), Some(missing));
        let unusable = UnusableManifest { place, line: 1, reason, entities: Vec::new(), is_opaque, missing };
        Self { entities: Vec::new(), unusable: vec![unusable] }
    }
}

impl EntityCollector {
    fn read(
        &mut self,
        reader: &mut ManifestReader,
        file: FileId,
        path: &str,
        text: Result<TextRef<'_>, ReadProblem>,
        mapped: Option<&MappedRepository>,
    ) -> FileEntities {
        let text = match text {
            Ok(text) => text.text,
            Err(problem) => return FileEntities::of_unread(file, &problem),
        };
        if let Some(missing) = Missing::of(text) {
            return FileEntities::of_missing(file, missing);
        }
        let mut found = self.file(file, text);
        reader.read(path, text, &mut |document, content| {
            if content.declares(document.view, file, mapped) {
                found.document(document, &content);
            }
        });
        if let Some(mapped) = mapped.and_then(|mapped| mapped.file(file)) {
            for entity in &mapped.entities {
                let (document, manifests) = entity.document(text);
                found.document(&document, &Content::Manifests(&manifests));
            }
            found.unmapped(mapped);
        }
        found.finish()
    }

    /// Collects from the documents of one file.
    pub fn file<'f>(&'f mut self, file: FileId, text: &'f str) -> FileCollector<'f> {
        FileCollector { file, text, names: &mut self.names, lines: OnceCell::new(), found: FileEntities::default() }
    }
}

pub(crate) struct FileCollector<'f> {
    file: FileId,
    text: &'f str,
    names: &'f mut Names,
    /// Built for the first manifest that cannot be used.
    lines: OnceCell<LineIndex>,
    found: FileEntities,
}

impl FileCollector<'_> {
    pub fn finish(self) -> FileEntities {
        self.found
    }

    pub fn document(&mut self, document: &Document<'_>, content: &Content<'_>) {
        let manifests = match content {
            Content::Manifests(manifests) => *manifests,
            Content::Broken(names) => {
                let span = document.faults.first().map_or(document.span, |fault| fault.span);
                return self.unusable(span, "it is not valid YAML; run `portolan lint`".to_owned(), names.clone());
            }
        };
        for manifest in manifests {
            match self.desired(manifest, document.view) {
                Ok(desired) => self.found.entities.push(desired),
                Err(Flawed { at, reason }) => {
                    let text = |id: Option<NodeId>| id.and_then(|id| document.view.value(id).as_str());
                    let name = text(manifest.blueprint).zip(text(manifest.identifier));
                    let name = name.map(|(blueprint, identifier)| EntityName {
                        blueprint: blueprint.to_owned(),
                        identifier: identifier.to_owned(),
                    });
                    self.unusable(document.view.value(at).span(), reason, name.into_iter().collect());
                }
            }
        }
    }

    /// Collects the objects of which nothing arrives through a mapping.
    pub fn unmapped(&mut self, mapped: &MappedFile) {
        for broken in &mapped.broken {
            // The last fault is the one at which reading ends.
            let span = broken.faults.last().map(|fault| fault.span).unwrap_or_default();
            let reason = "it is not valid YAML, and may hold objects that the mapping takes";
            self.unusable(span, reason.to_owned(), Vec::new());
        }
        for object in &mapped.unmapped {
            self.unusable(object.span, object.reason.clone(), object.entity.iter().cloned().collect());
        }
    }

    fn unusable(&mut self, span: Span, reason: String, entities: Vec<EntityName>) {
        let line = self.lines.get_or_init(|| LineIndex::new(self.text)).line_of(span.start as usize);
        self.found.unusable.push(UnusableManifest {
            place: Place { file: self.file, span },
            line,
            reason,
            entities,
            is_opaque: false,
            missing: None,
        });
    }

    fn desired(&mut self, manifest: &Manifest, view: View<'_>) -> Result<Desired, Flawed> {
        let names = &mut *self.names;
        match manifest.near_miss {
            None => {}
            Some(NearMiss::Version(at)) => return Err(Flawed::new(at, "its `apiVersion` is not supported")),
            Some(NearMiss::Kind(at)) => return Err(Flawed::new(at, "its `kind` is not supported")),
        }
        let blueprint = required(manifest, view, manifest.blueprint, "blueprint")?;
        let identifier = required(manifest, view, manifest.identifier, "identifier")?;
        let node = |id: Option<NodeId>| id.map(|id| view.value(id));
        Ok(Desired {
            key: EntityKey { blueprint: names.get(blueprint), identifier: identifier.into() },
            texts: Texts::try_from_fn(|field| text(node(manifest.texts[field]), field.key()))?,
            team: team(node(manifest.team))?,
            properties: properties(node(manifest.properties), names)?,
            relations: relations(node(manifest.relations), names)?,
            renamed_from: renamed_from(node(manifest.metadata)),
            place: Place { file: self.file, span: view.value(manifest.root).span() },
            is_bare: manifest.form == Form::Bare,
        })
    }
}

/// Why a manifest declares no entity.
struct Flawed {
    at: NodeId,
    reason: String,
}

impl Flawed {
    fn new(at: NodeId, reason: impl Into<String>) -> Self {
        Self { at, reason: reason.into() }
    }

    fn kind(node: Node<'_>, key: &str, wanted: &str) -> Self {
        Self::new(node.id(), format!("`{key}` must be {wanted}, found {}", node.kind().words()))
    }
}

fn required<'v>(manifest: &Manifest, view: View<'v>, id: Option<NodeId>, key: &str) -> Result<&'v str, Flawed> {
    let Some(id) = id else { return Err(Flawed::new(manifest.root, format!("`{key}` is missing"))) };
    let node = view.value(id);
    match node.as_str() {
        Some("") => Err(Flawed::new(id, format!("`{key}` is empty"))),
        Some(text) => Ok(text),
        None => Err(Flawed::kind(node, key, "a string")),
    }
}

fn text(node: Option<Node<'_>>, key: &str) -> Result<DesiredField<Box<str>>, Flawed> {
    let Some(node) = node else { return Ok(DesiredField::default()) };
    match node.as_str() {
        Some(text) => Ok(DesiredField::set(text.into(), node.span())),
        None if node.is_null() => Ok(DesiredField::null(node.span())),
        None => Err(Flawed::kind(node, key, "a string")),
    }
}

fn team(node: Option<Node<'_>>) -> Result<DesiredField<Teams>, Flawed> {
    let Some(node) = node else { return Ok(DesiredField::default()) };
    let teams = match node.kind() {
        Kind::Null => return Ok(DesiredField::null(node.span())),
        Kind::String => Teams::One(node.as_str().unwrap_or_default().into()),
        Kind::List => Teams::Many(strings(node, || "team".to_owned())?),
        Kind::Bool | Kind::Number | Kind::Map => return Err(Flawed::kind(node, "team", "a string or a list")),
    };
    Ok(DesiredField::set(teams, node.span()))
}

fn strings(list: Node<'_>, key: impl Fn() -> String) -> Result<Box<[Box<str>]>, Flawed> {
    let item = |item: Node<'_>| match item.as_str() {
        Some(text) => Ok(text.into()),
        None => {
            let (key, found) = (key(), item.kind().words());
            Err(Flawed::new(item.id(), format!("an item of `{key}` must be a string, found {found}")))
        }
    };
    list.items().map(item).collect()
}

/// The mapping `properties` or `relations`; a key without a value has no entries. Of a duplicate key, the last counts.
fn mapping<'v>(node: Option<Node<'v>>, key: &str) -> Result<Option<Node<'v>>, Flawed> {
    match node {
        Some(node) if !matches!(node.kind(), Kind::Map | Kind::Null) => Err(Flawed::kind(node, key, "a mapping")),
        node => Ok(node),
    }
}

fn properties(node: Option<Node<'_>>, names: &mut Names) -> Result<Box<[DesiredProperty]>, Flawed> {
    let Some(node) = mapping(node, "properties")? else { return Ok(Box::default()) };
    let mut properties = Vec::with_capacity(node.len());
    for (key, value) in node.entries() {
        properties.push(DesiredProperty {
            name: names.get(&key.key_text()),
            value: value_of(value),
            span: value.span(),
        });
    }
    Ok(properties.into())
}

fn relations(node: Option<Node<'_>>, names: &mut Names) -> Result<Box<[DesiredRelation]>, Flawed> {
    let Some(node) = mapping(node, "relations")? else { return Ok(Box::default()) };
    let mut relations = Vec::with_capacity(node.len());
    for (key, value) in node.entries() {
        let name = names.get(&key.key_text());
        let targets = match value.kind() {
            Kind::Null => Targets::None,
            Kind::String => Targets::One(value.as_str().unwrap_or_default().into()),
            Kind::List => Targets::Many(strings(value, || format!("relations.{name}"))?),
            Kind::Bool | Kind::Number | Kind::Map => {
                let key = format!("relations.{name}");
                return Err(Flawed::kind(value, &key, "an identifier or a list of them"));
            }
        };
        relations.push(DesiredRelation { name, targets, span: value.span() });
    }
    Ok(relations.into())
}

fn renamed_from(metadata: Option<Node<'_>>) -> Option<Box<str>> {
    let annotations = entries_of(metadata).find(|(key, _)| key.key_is("annotations")).map(|(_, value)| value);
    entries_of(annotations).filter(|(key, _)| key.key_is(RENAMED_FROM)).last()?.1.as_str().map(Into::into)
}

/// In a mapping with more keys, they are looked up by hash.
const FEW_KEYS: usize = 16;

/// The value of a node as Kubernetes (YAML 1.1) reads it, detached from its document.
fn value_of(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool().unwrap_or_default()),
        Kind::Number => number(node.as_number()),
        Kind::String => Value::Text(node.as_str().unwrap_or_default().into()),
        Kind::List => Value::List(node.items().map(value_of).collect()),
        Kind::Map => {
            let mut entries: Vec<(Box<str>, Value)> = Vec::with_capacity(node.len());
            let mut places = HashMap::default();
            for (key, value) in node.entries() {
                let (key, value) = (key.key_text(), value_of(value));
                // Of a duplicate key, the last value counts, at the position of the first.
                let taken = match node.len() {
                    ..=FEW_KEYS => entries.iter().position(|(name, _)| **name == *key),
                    _ => places.insert(key.clone(), entries.len()),
                };
                match taken {
                    None => entries.push((key.as_ref().into(), value)),
                    Some(at) => {
                        entries[at].1 = value;
                        places.insert(key, at);
                    }
                }
            }
            Value::Map(entries.into())
        }
    }
}

fn number(number: Option<Number>) -> Value {
    match number {
        None => Value::Null,
        Some(number) => Value::from_json(&serde_json::Value::Number(number.to_json())),
    }
}

#[cfg(test)]
mod tests;
