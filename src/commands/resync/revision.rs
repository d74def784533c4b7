//! Maps the objects of one revision for one cluster, with the outlines that a forecast compares.

use std::collections::HashMap;
use std::sync::Arc;

use crate::commands::cluster::mapping::{ClusterMapping, MappingError, mapping_of_cluster};
use crate::commands::cluster::snapshot_blueprints::NoSnapshot;
use crate::commands::delivery::cluster::{ClusterDelivery, Loss, failure_text};
use crate::commands::delivery::facts::title_of;
use crate::commands::delivery::repository::Deliveries;
use crate::commands::mapping::document::{MappingDocument, words};
use crate::commands::mapping::mapping_file::UnreadableMapping;
use crate::commands::mapping::objects::{LostObject, ObjectPlace, RepositoryObjects, describe_refusals};
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::delivery::reach::{Deliverer, DelivererId, Prune, Tool};
use crate::domain::cluster::Deliverer as ToolName;
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::finding::{FileId, Place};
use crate::domain::forecast::revision::{
    ConfigState, DelivererOutline, DeliveryOutline, EntryOutline, MappedRevision, MappingOutline, ObjectOutline,
    PlacedText, UndeliveredObject,
};
use crate::error::Error;
use crate::mapping::config::model::{Config, Entry, Expression, Mapping, Query};
use crate::mapping::kinds::Kinds;
use crate::mapping::objects::Object;
use crate::scaffold::Clear;
use crate::settings::{ClusterSettings, Settings};
use crate::sources::{self, ReadBuffer, SourceFile, Unreadable};
use crate::text::fnv;

/// For so many manifests that nothing delivers, the nearest deliverer is looked for.
const MAX_EXPLAINED: usize = 200;

/// The files of a revision and what they are read with.
pub(crate) struct RevisionFiles<'a> {
    /// Their texts are kept.
    pub files: &'a [SourceFile],
    pub unreadable: &'a [Unreadable],
    pub settings: &'a Settings,
    pub snapshot_source: &'a SnapshotSource,
    /// Finds the file of a mapping that is not among the files.
    pub find: &'a dyn Fn(&str) -> Option<SourceFile>,
    /// What the deliverers of the repository make of the files.
    pub deliveries: Option<&'a Deliveries>,
    /// Seconds since 1970, for expressions that ask for the time.
    pub seconds: i64,
}

/// A mapped revision with the document of its mapping.
pub(crate) struct LoadedRevision {
    pub revision: MappedRevision,
    pub path: String,
    pub document: MappingDocument,
    pub is_generated: bool,
    pub notes: Vec<String>,
}

impl RevisionFiles<'_> {
    pub fn load(&self, cluster: &ClusterSettings) -> Result<LoadedRevision, Error> {
        let delivery = self.deliveries.and_then(|deliveries| deliveries.of_cluster(cluster));
        self.load_delivered(cluster, delivery.as_ref())
    }

    /// The same after the last deliverer is gone.
    pub fn load_without_deliverers(&self, cluster: &ClusterSettings) -> Result<LoadedRevision, Error> {
        self.load_delivered(cluster, Some(&ClusterDelivery::nothing()))
    }

    fn load_delivered(
        &self,
        cluster: &ClusterSettings,
        delivery: Option<&ClusterDelivery<'_>>,
    ) -> Result<LoadedRevision, Error> {
        let (settings, snapshot_source) = (self.settings, self.snapshot_source);
        let mapping = mapping_of_cluster(cluster, self.files, self.find, settings, snapshot_source, Clear::Used)?;
        let ClusterMapping { path, text, mut notes } = mapping;
        let document = MappingDocument::read_for(text, None, Some(self.settings.platform.value));
        let mut found = RepositoryObjects::read(self.files, self.settings.platform.value, cluster, delivery);
        if let Some((delivery, deliveries)) = delivery.zip(self.deliveries) {
            found.hold_back(delivery, &deliveries.reach, self.files);
        }
        if !found.is_known {
            notes.push(format!(
                "What the deliverers of `{}` make of some manifests is not known offline; these are taken as they are written.",
                cluster.name
            ));
        }
        let mut evaluation = document.evaluate(&found.resync(cluster, self.seconds as f64));
        let mut places: HashMap<Span, Span> = HashMap::new();
        let mut place = |span: Span| *places.entry(span).or_insert_with(|| document.span_in_text(span));
        for problem in &mut evaluation.problems {
            problem.span = problem.span.map(&mut place);
        }
        let mut lines = FileLines { files: self.files, known: HashMap::new() };
        let objects = found.objects.iter().zip(&found.places);
        let objects = objects.map(|(object, at)| outline_of_object(object, lines.of(at.place))).collect();
        let config = document.config.as_ref().ok();
        let revision = MappedRevision {
            config: config.map_or(ConfigState::Present, |config| state_of(config, &document)),
            entries: config.map(|config| outlines(config, &document, &found.kinds, &found.objects)).unwrap_or_default(),
            objects,
            undelivered: self.undelivered(&found, delivery, &mut lines),
            evaluation,
            creates_missing_targets: config.is_some_and(|config| config.create_missing_related_entities),
            state_key: cluster.state_key.clone().or_else(|| config?.state_key.clone()),
            delivery: delivery.map(|delivery| self.outline_of_delivery(delivery, &found)),
        };
        let is_generated = cluster.mapping.is_none();
        Ok(LoadedRevision { revision, path, document, is_generated, notes })
    }

    fn outline_of_delivery(&self, delivery: &ClusterDelivery<'_>, found: &RepositoryObjects) -> DeliveryOutline {
        let outline = |deliverer: &Deliverer| {
            let place = self.deliveries.map(|deliveries| deliveries.locate(deliverer.place));
            let (path, line) = place.unwrap_or_default();
            let deliverers = self.deliveries.map(|deliveries| &deliveries.reach);
            let is_pruned = deliverers
                .is_some_and(|reach| deliverer.delivered_by.iter().any(|by| reach.deliverer(*by).prune == Prune::On));
            DelivererOutline {
                title: title_of(deliverer),
                tool: match deliverer.tool {
                    Tool::Flux => ToolName::Flux,
                    Tool::ArgoCd => ToolName::ArgoCd,
                },
                path: path.into(),
                line,
                folder: deliverer.path.as_ref().map(|path| path.text.clone()).unwrap_or_default(),
                prunes: deliverer.prune == Prune::On,
                is_idle: deliverer.is_idle,
                failure: failure_text(deliverer),
                set: deliverer.set.as_ref().map(|(name, _)| name.clone()),
                is_pruned,
            }
        };
        let indexes: HashMap<DelivererId, usize> = delivery.deliverers.iter().map(|(id, _)| *id).zip(0..).collect();
        let index = |place: &ObjectPlace| {
            let taker = delivery.applied(place.place.file, place.place.span.start)?;
            indexes.get(&taker.id).copied()
        };
        DeliveryOutline {
            deliverers: delivery.deliverers.iter().map(|(_, deliverer)| outline(deliverer)).collect(),
            of_object: found.places.iter().map(index).collect(),
        }
    }

    /// The manifests that never reach the cluster.
    fn undelivered(
        &self,
        found: &RepositoryObjects,
        delivery: Option<&ClusterDelivery<'_>>,
        lines: &mut FileLines<'_>,
    ) -> Vec<UndeliveredObject> {
        let mut undelivered = Vec::new();
        for refused in &found.refused {
            let reason = describe_refusals(&refused.refusals);
            let ((path, line), name) = (lines.of(refused.at.place), Some(refused.at.name.clone()));
            undelivered.push(UndeliveredObject { path, line, name, reason, keeps_object: true });
        }
        let lost = found.lost.iter().filter(|lost| lost.at.is_manifest);
        for (number, LostObject { at, loss }) in lost.enumerate() {
            let ((path, line), name) = (lines.of(at.place), Some(at.name.clone()));
            let Loss { mut reason, keeps_object } = loss.clone();
            let is_explained = !keeps_object && number < MAX_EXPLAINED;
            if let Some((deliveries, delivery)) = self.deliveries.zip(delivery).filter(|_| is_explained) {
                reason = deliveries.absence_reason(at.place.file, &delivery.clusters).unwrap_or(reason);
            }
            undelivered.push(UndeliveredObject { path, line, name, reason, keeps_object });
        }
        for broken in &found.broken {
            let fault = broken.faults.last();
            let span = fault.map_or(Span::empty(0), |fault| fault.span);
            let (path, line) = lines.of(Place { file: broken.file, span });
            let reason = fault.map_or_else(|| "it cannot be read".to_owned(), words);
            undelivered.push(UndeliveredObject { path, line, name: None, reason, keeps_object: true });
        }
        let problems = sources::for_each_text(self.files, || (), |(), _, text| text.err().map(|it| it.reason()));
        for (file, reason) in self.files.iter().zip(problems) {
            let path = file.path.as_str().into();
            let object = |reason| UndeliveredObject { path, line: 1, name: None, reason, keeps_object: true };
            undelivered.extend(reason.map(object));
        }
        for place in self.unreadable {
            let (path, reason) = (place.path.as_str().into(), format!("it could not be {}: {}", place.verb, place.why));
            undelivered.push(UndeliveredObject { path, line: 1, name: None, reason, keeps_object: true });
        }
        undelivered
    }
}

/// The paths of files, and the lines of places in them.
struct FileLines<'a> {
    files: &'a [SourceFile],
    known: HashMap<FileId, (Arc<str>, LineIndex)>,
}

impl FileLines<'_> {
    fn of(&mut self, place: Place) -> (Arc<str>, usize) {
        let files = self.files;
        let (path, lines) = self.known.entry(place.file).or_insert_with(|| {
            let mut buffer = ReadBuffer::default();
            let file = files.get(place.file.0 as usize);
            let text = file.and_then(|file| sources::read(file, &mut buffer).ok()).map_or("", |text| text.text);
            (file.map_or("", |file| file.path.as_str()).into(), LineIndex::new(text))
        });
        (Arc::clone(path), lines.line_of(place.span.start as usize))
    }
}

/// Whether the base has the files of a mapping at all: one without them is from before they were used.
pub(crate) fn is_missing(error: &Error) -> bool {
    error.downcast_ref::<UnreadableMapping>().is_some()
        || error.downcast_ref::<MappingError>().is_some()
        || error.downcast_ref::<NoSnapshot>().is_some()
}

fn outline_of_object(object: &Object, (path, line): (Arc<str>, usize)) -> ObjectOutline {
    ObjectOutline {
        group: object.group.clone(),
        kind: object.kind.clone(),
        key: object.key(),
        digest: fnv::hash(object.content.to_json_text().into_bytes()),
        path,
        line,
    }
}

fn state_of(config: &Config, document: &MappingDocument) -> ConfigState {
    match (config.entries.is_empty(), document.is_null()) {
        (false, _) => ConfigState::Present,
        // Discovered CRDs are mapped without an entry.
        (true, _) if config.crds_to_discover.is_some() => ConfigState::Present,
        (true, true) => ConfigState::Null,
        (true, false) => ConfigState::Empty,
    }
}

fn outlines(config: &Config, document: &MappingDocument, kinds: &Kinds, objects: &[Object]) -> Vec<EntryOutline> {
    let mut counts: HashMap<(&str, &str, &str), usize> = HashMap::new();
    for object in objects {
        *counts.entry((&object.group, &object.version, &object.kind)).or_default() += 1;
    }
    let place = |span: Span| document.span_in_text(span);
    let text = |expression: &Expression| PlacedText { text: expression.text.clone(), span: place(expression.span) };
    let outline = |entry: &Entry| {
        let resource = kinds.resolve(&entry.kind).ok();
        let count = resource.and_then(|it| counts.get(&(it.group.as_str(), it.version.as_str(), it.kind.as_str())));
        EntryOutline {
            index: entry.index,
            kind: PlacedText { text: entry.kind.clone(), span: place(entry.kind_span) },
            selector: entry.selector.as_ref().map(text),
            items_to_parse: entry.items_to_parse.as_ref().map(text),
            mappings: entry.mappings.iter().map(|mapping| outline_of_mapping(mapping, &place)).collect(),
            objects: count.copied().unwrap_or_default(),
        }
    };
    config.entries.iter().map(outline).collect()
}

fn outline_of_mapping(mapping: &Mapping, place: &dyn Fn(Span) -> Span) -> MappingOutline {
    let mut fields = Vec::new();
    let texts = [("title", mapping.title.as_ref()), ("icon", mapping.icon.as_ref())];
    fields.extend(texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), place(text?.span)))));
    fields.extend(mapping.team.as_ref().map(|team| ("team".to_owned(), place(team.span()))));
    let properties = mapping.properties.iter();
    fields.extend(properties.map(|(name, expression)| (format!("properties.{name}"), place(expression.span))));
    let relations = mapping.relations.iter();
    fields.extend(relations.map(|(name, query)| (format!("relations.{name}"), place(query.span()))));
    let identifier = match &mapping.identifier {
        Query::Expression(expression) => expression.text.clone(),
        Query::Map(..) | Query::List(..) | Query::Null(_) | Query::Other(..) => String::new(),
    };
    let blueprint = PlacedText { text: mapping.blueprint.text.clone(), span: place(mapping.blueprint.span) };
    MappingOutline {
        identifier: PlacedText { text: identifier, span: place(mapping.identifier.span()) },
        blueprint,
        fields,
    }
}
