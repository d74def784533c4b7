//! Maps the objects of a repository for each of its clusters: the entities that the exporters would write, as documents at
//! the places of the objects, and what fails.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::commands::delivery::cluster::ClusterDelivery;
use crate::commands::delivery::options::DeliveryOptions;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::delivery::repository_view::RepositoryView;
use crate::commands::mapping::document::MappingDocument;
use crate::commands::mapping::entity_tree::{EntityTree, MappedObject};
use crate::commands::mapping::facts::{EvaluatedCluster, cluster_facts};
use crate::commands::mapping::mapping_file::{MappingFile, MappingPlace, UnreadableMapping};
use crate::commands::mapping::objects::{
    BrokenDocument, LostObject, ObjectPlace, RefusedObject, RepositoryObjects, describe_refusals, keep_texts,
};
use crate::domain::document::manifest::{Manifest, ResourceKind};
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::document::tree::View;
use crate::domain::evaluation::{Evaluation, MappedEntity, Origin, Outcome, ProblemClass};
use crate::domain::finding::{EntityName, Family, FileId, Finding, Place};
use crate::domain::git_host::GitHost;
use crate::domain::mapping_facts::{MappingFacts, ObjectFacts, RefusedField, ResourceType};
use crate::domain::platform::{PORT, Platform};
use crate::manifest::{self, Document, Limits as ReaderLimits, Reader};
use crate::mapping::config::model::{Config, Mapping, Query};
use crate::mapping::objects::{Object, each_object};
use crate::settings::{ClusterSettings, Environment, Settings};
use crate::sources::{self, ReadBuffer, SourceFile, Unreadable};

/// What mapping a repository needs besides its files.
#[derive(Debug, Clone)]
pub(crate) struct Clusters {
    /// Each has a mapping.
    settings: Vec<ClusterSettings>,
    platform: &'static Platform,
    /// Seconds since 1970, for expressions that ask for the time.
    now: f64,
    pub delivery: DeliveryOptions,
    /// Whose app reads bare entity files, which reach no cluster.
    pub git_host: GitHost,
}

/// The repository as its clusters map it.
#[derive(Debug, Default)]
pub(crate) struct MappedRepository {
    pub clusters: Vec<MappedCluster>,
    /// What the deliverers of the repository make of it, if it holds any.
    pub deliveries: Option<Deliveries>,
    /// What the rules about mappings check.
    pub facts: MappingFacts,
    files: HashMap<FileId, MappedFile>,
    /// Manifests that only clusters without a mapping receive, by file and where they begin.
    as_written: HashSet<(FileId, u32)>,
}

impl FileEntity {
    /// The entity as a document of the file with this text.
    pub fn document<'a>(&'a self, text: &'a str) -> (Document<'a>, [Manifest; 1]) {
        let EntityTree { tree, manifest, .. } = &self.tree;
        let view = View { source: text, tree };
        let span = tree.span(manifest.root);
        (Document { index: 0, span, view, faults: &[], broken: false, notes: &[] }, [*manifest])
    }
}

/// What the mapping of one cluster makes of the repository.
#[derive(Debug)]
pub(crate) struct MappedCluster {
    pub settings: ClusterSettings,
    /// The file of the mapping.
    pub file: FileId,
    pub document: MappingDocument,
    pub evaluation: Arc<Evaluation>,
    /// The places of the evaluated objects, by their index.
    pub objects: Vec<ObjectPlace>,
    /// Objects that the API server refuses.
    pub refused: Vec<RefusedObject>,
    /// Objects that do not reach the cluster.
    pub lost: Vec<LostObject>,
}

/// What the mappings make of one file.
#[derive(Debug, Default)]
pub(crate) struct MappedFile {
    pub entities: Vec<FileEntity>,
    pub unmapped: Vec<UnmappedObject>,
    /// Documents that may hold objects of a mapped kind and cannot be read.
    pub broken: Vec<BrokenDocument>,
}

#[derive(Debug)]
pub(crate) struct FileEntity {
    /// The index of the cluster.
    cluster: usize,
    pub tree: EntityTree,
}

/// An object of which nothing arrives.
#[derive(Debug)]
pub(crate) struct UnmappedObject {
    pub span: Span,
    /// A clause.
    pub reason: String,
    /// The entity that it declares, if it is a manifest.
    pub entity: Option<EntityName>,
}

impl Default for Clusters {
    fn default() -> Self {
        Self {
            settings: Vec::new(),
            platform: &PORT,
            now: 0.0,
            delivery: DeliveryOptions::default(),
            git_host: GitHost::Unknown,
        }
    }
}

impl Clusters {
    /// The clusters with a mapping.
    pub fn of(settings: &Settings, environment: &Environment) -> Self {
        let platform = settings.platform.value;
        Self {
            settings: settings.mapped_clusters().cloned().collect(),
            platform,
            now: environment.seconds() as f64,
            delivery: DeliveryOptions::of(settings, environment),
            git_host: settings.git_host.value,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.settings.is_empty()
    }

    /// Maps the first `manifests` of the files, or does nothing without a cluster. The texts of the files are kept. The
    /// file of a mapping that is not in the list is added at the end.
    pub fn map(
        &self,
        files: &mut Vec<SourceFile>,
        manifests: usize,
        view: &RepositoryView<'_>,
    ) -> Result<Option<MappedRepository>, UnreadableMapping> {
        if self.settings.is_empty() {
            return Ok(None);
        }
        keep_texts(&mut files[..manifests]);
        let mut mapped = MappedRepository::default();
        mapped.facts.is_complete = true;
        mapped.deliveries = Deliveries::find_among(view, &self.delivery, &files[..manifests], files.len());
        if let Some(deliveries) = &mut mapped.deliveries {
            files.append(&mut deliveries.run.added);
        }
        for cluster in &self.settings {
            let Some(MappingFile { text, place, .. }) = MappingFile::read(cluster, files, &|path| view.find(path))?
            else {
                continue;
            };
            let at = match place {
                MappingPlace::Listed(at) => at,
                MappingPlace::Unlisted(file) => {
                    files.push(file);
                    files.len() - 1
                }
            };
            let document = MappingDocument::read_for(text, None, Some(self.platform));
            self.add(&mut mapped, cluster, FileId::of(at), document, &files[..manifests]);
        }
        self.add_as_written(&mut mapped);
        for file in mapped.files.values_mut() {
            file.entities.sort_by_key(|entity| (entity.cluster, entity.tree.origin));
        }
        Ok(Some(mapped))
    }

    /// Finds the manifests that arrive in clusters of the config that have no mapping, and in no other.
    fn add_as_written(&self, mapped: &mut MappedRepository) {
        let Some(deliveries) = &mapped.deliveries else { return };
        let unmapped = self.delivery.clusters.iter().filter(|cluster| cluster.mapping.is_none());
        let received: Vec<ClusterDelivery<'_>> =
            unmapped.filter_map(|cluster| deliveries.of_cluster(cluster)).collect();
        let mut as_written = HashSet::new();
        for cluster in &mapped.clusters {
            for lost in cluster.lost.iter().filter(|lost| lost.at.is_manifest) {
                let key = (lost.at.place.file, lost.at.place.span.start);
                if received.iter().any(|delivery| delivery.applied(key.0, key.1).is_some()) {
                    as_written.insert(key);
                }
            }
        }
        for cluster in &mapped.clusters {
            let arriving = cluster.objects.iter().chain(cluster.refused.iter().map(|refused| &refused.at));
            arriving.for_each(|at| _ = as_written.remove(&(at.place.file, at.place.span.start)));
        }
        for (file, found) in &mut mapped.files {
            found.unmapped.retain(|object| !as_written.contains(&(*file, object.span.start)));
        }
        mapped.as_written = as_written;
    }

    fn add(
        &self,
        mapped: &mut MappedRepository,
        settings: &ClusterSettings,
        file: FileId,
        document: MappingDocument,
        files: &[SourceFile],
    ) {
        let mut found = {
            let deliveries = mapped.deliveries.as_ref();
            let delivery = deliveries.and_then(|deliveries| deliveries.of_cluster(settings));
            RepositoryObjects::read(files, self.platform, settings, delivery.as_ref())
        };
        let evaluation = Arc::new(document.evaluate(&found.resync(settings, self.now)));
        let has_broken_objects = !found.broken.is_empty();
        let entries = document.config.iter().flat_map(|config| &config.entries);
        let kinds = entries.filter_map(|entry| found.kinds.resolve(&entry.kind).ok());
        let mapped_kinds: Vec<String> = kinds.map(|resource| resource.kind.clone()).collect();
        let of_manifests = [ResourceKind::Entity, ResourceKind::ClusterEntity].map(ResourceKind::name);
        for broken in std::mem::take(&mut found.broken) {
            // The reader of manifests reports those of the platform.
            let is_mapped = |kind: &String| mapped_kinds.contains(kind) && !of_manifests.contains(&kind.as_str());
            if broken.kinds.iter().any(is_mapped) {
                mapped.files.entry(broken.file).or_default().broken.push(broken);
            }
        }
        let object_facts = found.objects.iter().zip(&found.places).map(|(object, at)| object_facts(object, at));
        mapped.facts.is_complete &= found.refused.is_empty() && !has_broken_objects && found.is_known;
        mapped.facts.clusters.push(cluster_facts(EvaluatedCluster {
            settings,
            file,
            document: &document,
            kinds: &found.kinds,
            objects: &found.objects,
            object_facts: object_facts.collect(),
            refused: found.refused.iter().flat_map(refused_fields).collect(),
            evaluation: &evaluation,
        }));
        let RepositoryObjects { places, refused, mut lost, objects, .. } = found;
        lost.retain(|lost| may_be_sent(lost, &mapped_kinds));
        // They take most of the memory, and the entities share their texts.
        drop(objects);
        let cluster = mapped.clusters.len();
        let trees = trees(&evaluation, &places, document.config.as_ref().ok(), files, self.platform);
        for (file, trees) in trees {
            let entities = trees.into_iter().map(|tree| FileEntity { cluster, tree });
            mapped.files.entry(file).or_default().entities.extend(entities);
        }
        let new =
            MappedCluster { settings: settings.clone(), file, document, evaluation, objects: places, refused, lost };
        new.add_unmapped(mapped, files);
        mapped.clusters.push(new);
    }
}

/// Whether an object that does not reach the cluster leaves open what the exporter sends: a manifest, or an older state of a
/// mapped object that the cluster may have.
fn may_be_sent(lost: &LostObject, mapped_kinds: &[String]) -> bool {
    let is_mapped = || mapped_kinds.iter().any(|kind| lost.at.name.split(' ').next() == Some(kind));
    lost.at.is_manifest || lost.loss.keeps_object && is_mapped()
}

fn object_facts(object: &Object, at: &ObjectPlace) -> ObjectFacts {
    ObjectFacts {
        place: Place { file: at.place.file, span: at.name_span },
        name: at.name.clone(),
        resource: ResourceType {
            group: object.group.clone(),
            version: object.version.clone(),
            kind: object.kind.clone(),
        },
        is_manifest: at.is_manifest,
        nulls_in_lists: at.nulls_in_lists.clone(),
    }
}

fn refused_fields(object: &RefusedObject) -> impl Iterator<Item = RefusedField> {
    object.refusals.iter().zip(&object.spans).map(|(refusal, span)| RefusedField {
        place: Place { file: object.at.place.file, span: *span },
        object: object.at.name.clone(),
        is_manifest: object.at.is_manifest,
        field: refusal.field.clone(),
        reason: refusal.reason.clone(),
    })
}

/// An entity with the place of its object.
type Placed<'a> = (&'a MappedEntity, &'a ObjectPlace);

/// The entities of each file as trees.
fn trees(
    evaluation: &Evaluation,
    places: &[ObjectPlace],
    config: Option<&Config>,
    files: &[SourceFile],
    platform: &'static Platform,
) -> Vec<(FileId, Vec<EntityTree>)> {
    let mut by_file: BTreeMap<FileId, BTreeMap<usize, Vec<Placed<'_>>>> = BTreeMap::new();
    for entity in &evaluation.upserts {
        let Some(at) = places.get(entity.origin.object) else { continue };
        by_file.entry(at.place.file).or_default().entry(at.number).or_default().push((entity, at));
    }
    let of_file = |id: &FileId| Some((*id, files.get(id.0 as usize)?));
    let chosen: Vec<(FileId, &SourceFile)> = by_file.keys().filter_map(of_file).collect();
    let make = || Reader::new(ReaderLimits::default());
    let trees = sources::for_each_text(&chosen, make, |reader, index, text| {
        let (mut trees, mut number) = (Vec::new(), 0);
        let entities = &by_file[&chosen[index].0];
        reader.read_all(text.map_or("", |text| text.text), &mut |document| {
            let Some(root) = document.view.root().filter(|_| !document.broken) else { return };
            each_object(root, &mut |object| {
                for (entity, at) in entities.get(&number).into_iter().flatten() {
                    let object = MappedObject { root: object, name_span: at.name_span };
                    let Origin { entry, mapping, .. } = entity.origin;
                    let mapping = config.and_then(|config| mapping_of(config, entry, mapping));
                    trees.push(EntityTree::new(entity, mapping, object, platform));
                }
                number += 1;
            });
        });
        trees
    });
    chosen.into_iter().map(|(id, _)| id).zip(trees).collect()
}

fn mapping_of(config: &Config, entry: usize, mapping: usize) -> Option<&Mapping> {
    config.entries.iter().find(|known| known.index == entry)?.mappings.get(mapping)
}

impl MappedCluster {
    /// Adds the objects of which nothing arrives, or which stop the exporter.
    fn add_unmapped(&self, mapped: &mut MappedRepository, files: &[SourceFile]) {
        let mut add = |at: &ObjectPlace, reason: String| {
            let entity = at.is_manifest.then(|| declared_name(at, files)).flatten();
            let reason = format!("`{}` does not arrive: {reason}", at.name);
            let object = UnmappedObject { span: at.place.span, reason, entity };
            mapped.files.entry(at.place.file).or_default().unmapped.push(object);
        };
        for refused in &self.refused {
            add(&refused.at, describe_refusals(&refused.refusals));
        }
        for lost in &self.lost {
            add(&lost.at, lost.loss.reason.clone());
        }
        let lines = LineIndex::new(self.document.text());
        let mut seen = HashSet::new();
        for problem in &self.evaluation.problems {
            let (Some(index), Some(_)) = (problem.object_index, problem.entry) else { continue };
            let Some(at) = self.objects.get(index).filter(|_| seen.insert(index)) else { continue };
            let place = problem.span.map(|span| lines.line_of(self.document.span_in_text(span).start as usize));
            let place = place.map(|line| format!(" (line {line} of the mapping)")).unwrap_or_default();
            let field = problem.field.as_deref().unwrap_or_default();
            add(
                at,
                match problem.class {
                    ProblemClass::NullInList => format!("`{field}` {}", problem.message),
                    ProblemClass::Config
                    | ProblemClass::KindUnresolved
                    | ProblemClass::JqCompile
                    | ProblemClass::JqError
                    | ProblemClass::Type
                    | ProblemClass::NullIdentifier
                    | ProblemClass::Selector
                    | ProblemClass::Items => {
                        format!("the mapping fails for it: `{field}`: {}{place}", problem.message)
                    }
                },
            );
        }
    }

    /// The place of a mapping, or of the expression of the key that a finding names; of a key that `*` brings, that of `*`.
    fn expression_place(&self, entry: usize, mapping: usize, finding: &Finding) -> Option<Place> {
        let config = self.document.config.as_ref().ok()?;
        let mapping = mapping_of(config, entry, mapping)?;
        let property = |name: &str| mapping.properties.iter().find(|(key, _)| **key == *name).map(|(_, it)| it.span);
        let relation = |name: &str| mapping.relations.iter().find(|(key, _)| **key == *name).map(|(_, it)| it.span());
        let field = |name: &str| match name {
            "title" => mapping.title.as_ref().map(|it| it.span),
            "icon" => mapping.icon.as_ref().map(|it| it.span),
            "team" => mapping.team.as_ref().map(Query::span),
            _ => None,
        };
        let star = || match finding.rule.family {
            Family::Entity => property("*"),
            Family::Relation => relation("*"),
            Family::Syntax
            | Family::Shape
            | Family::Repository
            | Family::Secret
            | Family::Suppression
            | Family::Mapping
            | Family::Delivery => None,
        };
        let mut named = finding.message.split('`').skip(1).step_by(2);
        let span = named.find_map(|name| property(name).or_else(|| relation(name)).or_else(|| field(name)));
        let span = span.or_else(star).unwrap_or(mapping.span);
        Some(Place { file: self.file, span: self.document.span_in_text(span) })
    }
}

/// The entity that a manifest declares, as far as its text shows it.
fn declared_name(at: &ObjectPlace, files: &[SourceFile]) -> Option<EntityName> {
    let mut buffer = ReadBuffer::default();
    let text = sources::read(files.get(at.place.file.0 as usize)?, &mut buffer).ok()?;
    manifest::salvage(at.place.span.slice(text.text)).into_iter().next()
}

impl MappedRepository {
    /// Whether the exporter of a cluster without a mapping sends the manifest that begins there, and no mapping decides.
    pub fn is_sent_as_written(&self, file: FileId, start: u32) -> bool {
        self.as_written.contains(&(file, start))
    }

    pub fn file(&self, file: FileId) -> Option<&MappedFile> {
        self.files.get(&file)
    }

    /// Mappings with which an exporter does not start: what it would write is not known.
    pub fn unreadable(&self, files: &[SourceFile]) -> Vec<Unreadable> {
        let unreadable = |cluster: &MappedCluster| {
            let why = match cluster.evaluation.outcome {
                Outcome::StartFailed => "the exporter does not start with this mapping",
                // What comes after the crash is not mapped.
                Outcome::Crash => "the exporter crashes with this mapping",
                Outcome::Complete | Outcome::NoDeletion => return None,
            };
            let path = files.get(cluster.file.0 as usize).map(|file| file.path.clone()).unwrap_or_default();
            let help = "run `portolan lint`, and correct the mapping";
            Some(Unreadable { path, verb: "used", why: why.to_owned(), help })
        };
        self.clusters.iter().filter_map(unreadable).collect()
    }

    /// Adds to the findings about mapped entities the place of the expression.
    pub fn name_expressions(&self, findings: &mut [Finding]) {
        for finding in findings {
            let is_of_entity = match finding.rule.family {
                Family::Entity | Family::Relation => true,
                Family::Repository => matches!(finding.rule.name, "duplicate-entity" | "case-collision"),
                Family::Syntax
                | Family::Shape
                | Family::Secret
                | Family::Suppression
                | Family::Mapping
                | Family::Delivery => false,
            };
            let Some(file) = self.file(finding.place.file).filter(|_| is_of_entity) else { continue };
            let holds = |span: Span| span.start <= finding.place.span.start && finding.place.span.end <= span.end;
            let is_it = |entity: &&FileEntity| {
                let root = entity.tree.tree.span(entity.tree.manifest.root);
                let view = View { source: "", tree: &entity.tree.tree };
                let identifier = entity.tree.manifest.identifier_text(view);
                let is_named = finding.entity.as_ref().is_none_or(|name| identifier == Some(&name.identifier));
                holds(root) && is_named
            };
            let related = file.entities.iter().find(is_it).and_then(|entity| {
                let origin = entity.tree.origin;
                let cluster = self.clusters.get(entity.cluster)?;
                let place = cluster.expression_place(origin.entry, origin.mapping, finding)?;
                Some((place, format!("mapped here for `{}`", cluster.settings.name)))
            });
            finding.related.extend(related);
        }
    }
}
