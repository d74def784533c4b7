//! Reads the Kubernetes objects of a repository as a cluster would store them, each with its place. CRDs among them define
//! kinds.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::commands::delivery::cluster::{ClusterDelivery, Loss, Passage};
use crate::delivery::reading::{Dialect, json, reread_numbers};
use crate::domain::cluster::Deliverer;
use crate::domain::document::fault::Fault;
use crate::domain::document::null_places::nulls_in_lists;
use crate::domain::document::span::Span;
use crate::domain::document::stored_json::stored_json;
use crate::domain::document::tree::{Kind, Value};
use crate::domain::finding::{FileId, Place};
use crate::domain::platform::Platform;
use crate::jq::Limits as JqLimits;
use crate::manifest::{Limits, Reader};
use crate::mapping::definition::Definition;
use crate::mapping::evaluate::Resync;
use crate::mapping::kinds::Kinds;
use crate::mapping::objects::{Arrival, Delivery, Object, Refusal, RefusalReason, Storage, UnknownFields, each_object};
use crate::settings::ClusterSettings;
use crate::sources::{self, SourceFile};

/// The objects of a repository, as a cluster stores them.
#[derive(Debug)]
pub(crate) struct RepositoryObjects {
    pub objects: Vec<Object>,
    /// The places of the objects, in the same order.
    pub places: Vec<ObjectPlace>,
    pub kinds: Kinds,
    /// Objects that the API server refuses.
    pub refused: Vec<RefusedObject>,
    /// Documents that may hold objects and cannot be read.
    pub broken: Vec<BrokenDocument>,
    /// Objects that do not reach the cluster.
    pub lost: Vec<LostObject>,
    /// Whether it is known what arrives of each object.
    pub is_known: bool,
}

/// Where an object is written.
#[derive(Debug, Clone)]
pub(crate) struct ObjectPlace {
    /// The whole object.
    pub place: Place,
    /// Its name, or its beginning.
    pub name_span: Span,
    /// Its number among the objects of its file.
    pub number: usize,
    /// `Entity shop/cart`
    pub name: String,
    /// It is an entity manifest of the platform.
    pub is_manifest: bool,
    pub nulls_in_lists: Vec<(String, Span)>,
}

#[derive(Debug)]
pub(crate) struct RefusedObject {
    pub at: ObjectPlace,
    pub refusals: Vec<Refusal>,
    /// The places of the refused fields, in the same order.
    pub spans: Vec<Span>,
}

/// An object that does not reach the cluster.
#[derive(Debug)]
pub(crate) struct LostObject {
    pub at: ObjectPlace,
    pub loss: Loss,
}

#[derive(Debug)]
pub(crate) struct BrokenDocument {
    pub file: FileId,
    pub faults: Vec<Fault>,
    /// The kinds that its lines name.
    pub kinds: Vec<String>,
}

#[derive(Default)]
struct FileObjects {
    lost: Vec<LostObject>,
    has_unknowns: bool,
    objects: Vec<(Object, ObjectPlace)>,
    refused: Vec<RefusedObject>,
    broken: Vec<BrokenDocument>,
}

impl RepositoryObjects {
    /// Reads the objects of the files, whose texts are kept. The deliverers of the cluster decide how the objects arrive; if
    /// the repository has none, the config does.
    pub fn read(
        files: &[SourceFile],
        platform: &'static Platform,
        cluster: &ClusterSettings,
        deliveries: Option<&ClusterDelivery<'_>>,
    ) -> Self {
        let definitions = definitions(files);
        let arrival = Arrival {
            delivery: match cluster.deliverer {
                Some(Deliverer::Flux) => Delivery::ServerSideApply,
                Some(Deliverer::ArgoCd | Deliverer::Kubectl) | None => Delivery::ClientSideApply,
            },
            unknown_fields: UnknownFields::Refused,
            namespace: cluster.namespace.as_deref(),
        };
        let dialect = assumed_dialect(cluster.deliverer);
        let make = || (Reader::new(Limits::default()), Storage::new(platform, &definitions, arrival));
        let read = sources::for_each_text(files, make, |(reader, storage), index, text| match text {
            Ok(text) => read_file(reader, storage, FileId::of(index), text.text, (platform, dialect, deliveries)),
            // The reader of manifests reports files that cannot be read.
            Err(_) => FileObjects::default(),
        });
        let mut kinds = Kinds::new(platform, &definitions);
        let (mut objects, mut places) = (Vec::new(), Vec::new());
        let (mut refused, mut broken, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_known = true;
        for mut file in read {
            for (object, place) in file.objects {
                kinds.add_kind_of_object(&object.group, &object.version, &object.kind);
                objects.push(object);
                places.push(place);
            }
            refused.append(&mut file.refused);
            broken.append(&mut file.broken);
            lost.append(&mut file.lost);
            is_known &= !file.has_unknowns;
        }
        Self { objects, places, kinds, refused, broken, lost, is_known }
    }

    /// A full resync of the cluster's exporter over the objects. `now`: seconds since 1970.
    pub fn resync<'a>(&'a self, cluster: &'a ClusterSettings, now: f64) -> Resync<'a> {
        Resync {
            kinds: &self.kinds,
            objects: &self.objects,
            known: &[],
            variables: &cluster.env,
            sends_raw_examples: true,
            now,
            limits: JqLimits::default(),
        }
    }
}

/// Reads the texts of the files once, so that every step sees the same.
pub(crate) fn keep_texts(files: &mut [SourceFile]) {
    let (_, texts) = sources::keep_each_text(files, || (), |(), _, _| ());
    texts.into_iter().for_each(|(at, text)| files[at].keep(text));
}

/// The fields of `spec` that CRDs of entities in these files have, as kind and path: `Entity`, `spec.title`.
pub(crate) fn fields_of_entities(files: &[SourceFile], platform: &Platform) -> BTreeSet<(String, String)> {
    let of_platform = definitions(files).into_iter().filter(|definition| definition.group == platform.group);
    let mut fields = BTreeSet::new();
    for definition in of_platform {
        for version in definition.versions.iter().filter(|version| version.name == platform.version) {
            let spec = version.schema.properties.get("spec");
            let names = spec.into_iter().flat_map(|spec| spec.properties.keys());
            fields.extend(names.map(|name| (definition.kind.clone(), format!("spec.{name}"))));
        }
    }
    fields
}

fn definitions(files: &[SourceFile]) -> Vec<Definition> {
    let make = || Reader::new(Limits::default());
    let found = sources::for_each_text(files, make, |reader, _, text| {
        let mut definitions = Vec::new();
        let text = text.as_ref().map_or("", |text| text.text);
        if text.contains("CustomResourceDefinition") {
            reader.read_all(text, &mut |document| {
                let root = document.view.root().filter(|_| !document.broken);
                root.into_iter()
                    .for_each(|root| each_object(root, &mut |object| definitions.extend(Definition::read(object))));
            });
        }
        definitions
    });
    found.into_iter().flatten().collect()
}

fn read_file(
    reader: &mut Reader,
    storage: &mut Storage<'_>,
    file: FileId,
    text: &str,
    (platform, dialect, deliveries): (&'static Platform, Dialect, Option<&ClusterDelivery<'_>>),
) -> FileObjects {
    let mut found = FileObjects::default();
    if !may_hold_objects(text) {
        return found;
    }
    let mut number = 0;
    reader.read_all(text, &mut |document| {
        if document.broken {
            let kinds = kinds_of_lines(document.span.slice(text));
            return found.broken.push(BrokenDocument { file, faults: document.faults.to_vec(), kinds });
        }
        let Some(root) = document.view.root() else { return };
        each_object(root, &mut |object| {
            let at = place_of(object, file, number, platform);
            number += 1;
            let passage = deliveries.map(|deliveries| deliveries.passage(file, object.span(), object));
            let stored = match passage {
                Some(Passage::Delivered { content, delivery }) => storage.store_delivered(content, delivery),
                Some(Passage::Lost(loss)) => return found.lost.push(LostObject { at, loss }),
                Some(Passage::Rewritten | Passage::NotKnown) => {
                    found.has_unknowns = true;
                    storage.store_content(assumed_content(object, dialect))
                }
                None => storage.store_content(assumed_content(object, dialect)),
            };
            match stored {
                Ok(object) => found.objects.push((object, at)),
                Err(refusals) => {
                    let spans = refusals.iter().map(|refusal| locate(object, &refusal.field).unwrap_or(at.name_span));
                    found.refused.push(RefusedObject { spans: spans.collect(), at, refusals });
                }
            }
        });
    });
    found
}

/// How a tool of the config reads YAML, where the repository does not show it.
pub(crate) fn assumed_dialect(deliverer: Option<Deliverer>) -> Dialect {
    match deliverer {
        Some(Deliverer::Flux) => Dialect::Kustomize,
        Some(Deliverer::ArgoCd | Deliverer::Kubectl) | None => Dialect::Kubectl,
    }
}

fn assumed_content(object: Value<'_>, dialect: Dialect) -> Json {
    match dialect {
        Dialect::Kubectl => stored_json(object),
        Dialect::Kustomize => {
            let mut content = json(object, dialect);
            reread_numbers(&mut content, false);
            content
        }
    }
}

/// The key at a path such as `spec.title`, or the last one on the way to it.
fn locate(object: Value<'_>, path: &str) -> Option<Span> {
    let (mut value, mut found) = (object, None);
    for part in path.split('.') {
        let index = part.parse::<usize>().ok().filter(|_| value.kind() == Kind::List);
        let next = match index {
            Some(index) => value.items().nth(index).map(|item| (item.span(), item)),
            None => value.entry(part).map(|(key, member)| (key.span(), member)),
        };
        let Some((span, member)) = next else { break };
        (found, value) = (Some(span), member);
    }
    found
}

pub(crate) fn may_hold_objects(text: &str) -> bool {
    text.contains("apiVersion") && text.contains("kind")
}

fn kinds_of_lines(text: &str) -> Vec<String> {
    let kinds = text.lines().filter_map(|line| line.strip_prefix("kind:"));
    let kinds = kinds.filter_map(|kind| kind.split_whitespace().next());
    kinds.map(|kind| kind.trim_matches(['"', '\'']).to_owned()).collect()
}

fn place_of(object: Value<'_>, file: FileId, number: usize, platform: &'static Platform) -> ObjectPlace {
    let name = object.get("metadata").and_then(|metadata| metadata.get("name"));
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let is_of_platform = text("apiVersion").split_once('/').is_some_and(|(group, _)| group == platform.group);
    ObjectPlace {
        place: Place { file, span: object.span() },
        name_span: name.map_or(Span::empty(object.span().start as usize), Value::span),
        number,
        name: name_of(object),
        nulls_in_lists: nulls_in_lists(object),
        is_manifest: is_of_platform && matches!(text("kind"), "Entity" | "ClusterEntity"),
    }
}

/// Why the API server refuses an object, as a clause.
pub(crate) fn describe_refusals(refusals: &[Refusal]) -> String {
    let describe = |Refusal { field, reason }: &Refusal| match reason {
        RefusalReason::UnknownField => format!("unknown field `{field}`"),
        RefusalReason::Missing => format!("`{field}` is required"),
        RefusalReason::Type { expected } => format!("`{field}` must be of type {expected}"),
    };
    let reasons: Vec<String> = refusals.iter().map(describe).collect();
    format!("the API server refuses it: {}", reasons.join("; "))
}

/// Kind, namespace and name of an object: `Entity shop/cart`.
pub(crate) fn name_of(object: Value<'_>) -> String {
    let text = |value: Option<Value<'_>>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let metadata = |key: &str| text(object.get("metadata").and_then(|metadata| metadata.get(key)));
    let (kind, namespace, name) = (text(object.get("kind")), metadata("namespace"), metadata("name"));
    match (namespace.as_str(), name.as_str()) {
        (_, "") => format!("{kind} without a name"),
        ("", name) => format!("{kind} {name}"),
        (namespace, name) => format!("{kind} {namespace}/{name}"),
    }
}
