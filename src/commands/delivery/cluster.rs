//! What arrives in one cluster of the config: for each manifest, the deliverer that takes it, and the object as it reaches
//! the API server.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value as Json};

use super::facts::title_of;
use super::repository::Deliveries;
use crate::delivery::content_of;
use crate::delivery::object::Origin;
use crate::delivery::reach::{Address, Applied, Arrival, Cluster, ClusterId, Deliverer, Fate, Outcome, Tool};
use crate::delivery::reading::{Dialect, reread_numbers};
use crate::domain::cluster::Deliverer as ToolName;
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;
use crate::domain::finding::FileId;
use crate::mapping::objects::Delivery;
use crate::settings::ClusterSettings;

/// The deliverers of one cluster.
#[derive(Debug)]
pub(crate) struct ClusterDelivery<'a> {
    /// The arrivals of a manifest, by its file and where it begins.
    arrivals: HashMap<(FileId, u32), Vec<(&'a Deliverer, &'a Arrival)>>,
    /// What some deliverer makes of its files is not known.
    has_unknowns: bool,
}

/// What becomes of a manifest on its way to the cluster.
#[derive(Debug)]
pub(crate) enum Passage {
    /// It arrives like this.
    Delivered {
        content: Json,
        delivery: Delivery,
    },
    /// It arrives; what a patch or the like makes of it is not known.
    Rewritten,
    /// It does not arrive: a clause.
    Lost(String),
    NotKnown,
}

impl Deliveries {
    /// The deliverers of a cluster; `None` if none of them is certainly one of this cluster. `is_only`: the config has no
    /// other cluster.
    pub fn of_cluster(&self, cluster: &ClusterSettings, is_only: bool) -> Option<ClusterDelivery<'_>> {
        let tool = match cluster.deliverer {
            Some(ToolName::Kubectl) => return None,
            Some(ToolName::Flux) => Some(Tool::Flux),
            Some(ToolName::ArgoCd) => Some(Tool::ArgoCd),
            None => None,
        };
        let of_tool = |deliverer: &&Deliverer| tool.is_none_or(|tool| deliverer.tool == tool) && !deliverer.is_idle;
        let deliverers: Vec<&Deliverer> = self.reach.deliverers.iter().filter(of_tool).collect();
        let ids: BTreeSet<ClusterId> = deliverers.iter().map(|deliverer| deliverer.cluster).collect();
        let known = |id: &ClusterId| self.reach.clusters.get(id.0 as usize);
        let named = ids.iter().copied().filter(|id| known(id).is_some_and(|known| is_named(known, &cluster.name)));
        let mut chosen: BTreeSet<ClusterId> = named.collect();
        if chosen.is_empty() && is_only {
            chosen = ids;
        }
        if chosen.is_empty() {
            return None;
        }
        let mut delivery = ClusterDelivery { arrivals: HashMap::new(), has_unknowns: false };
        for deliverer in deliverers.into_iter().filter(|deliverer| chosen.contains(&deliverer.cluster)) {
            match &deliverer.outcome {
                Outcome::Built { arrivals, not_known, .. } => {
                    delivery.has_unknowns |= !not_known.is_empty();
                    for arrival in arrivals.iter() {
                        let Origin::Manifest { file, span, .. } = &arrival.object.origin else { continue };
                        let Some(file) = self.run.listed_id(*file) else { continue };
                        delivery.arrivals.entry((file, span.start)).or_default().push((deliverer, arrival));
                    }
                }
                Outcome::Failed(_) | Outcome::ArgoFailed(_) | Outcome::SetFailed(_) => {}
                Outcome::NotKnown(_) => delivery.has_unknowns = true,
            }
        }
        Some(delivery)
    }
}

fn is_named(cluster: &Cluster, name: &str) -> bool {
    let is_destination = matches!(&cluster.address, Address::Name(known) if known == name);
    is_destination || cluster.names.iter().any(|known| known == name)
}

impl ClusterDelivery<'_> {
    /// What becomes of an object of a file.
    pub fn passage(&self, file: FileId, span: Span, object: Value<'_>) -> Passage {
        let Some(found) = self.arrivals.get(&(file, span.start)) else {
            return match self.has_unknowns {
                true => Passage::NotKnown,
                false => Passage::Lost("nothing in this repository delivers it to the cluster".to_owned()),
            };
        };
        // Of several deliverers, that of the last applies; `delivered-twice` reports them.
        let Some((deliverer, arrival)) = found.iter().rfind(|(_, arrival)| arrival.fate == Fate::Applied) else {
            let title = found.first().map(|(deliverer, _)| title_of(deliverer)).unwrap_or_default();
            return Passage::Lost(format!("`{title}` loses it without an error"));
        };
        if arrival.object.rewritten.is_some() {
            return Passage::Rewritten;
        }
        let delivery = match deliverer.applied {
            Applied::ServerSide => Delivery::ServerSideApply,
            Applied::ClientSide => Delivery::ClientSideApply,
        };
        Passage::Delivered { content: content(deliverer, arrival, object), delivery }
    }
}

fn content(deliverer: &Deliverer, arrival: &Arrival, manifest: Value<'_>) -> Json {
    let mut content = match &arrival.substituted {
        Some(substituted) => substituted.clone(),
        None => content_of(manifest, &arrival.object, arrival.dialect),
    };
    if arrival.dialect == Dialect::Kustomize {
        reread_numbers(&mut content, false);
    }
    let header = &arrival.object.header;
    let Some(metadata) = content.get_mut("metadata").and_then(Json::as_object_mut) else { return content };
    if header.namespace.is_empty() {
        metadata.shift_remove("namespace");
    } else {
        metadata.insert("namespace".to_owned(), Json::String(header.namespace.clone()));
    }
    let text = |text: &str| Json::String(text.to_owned());
    match deliverer.tool {
        Tool::Flux => {
            let mut labels = Map::new();
            if !arrival.loses_labels {
                labels.extend(header.labels.iter().map(|(key, value)| (key.clone(), text(value))));
            }
            if !deliverer.namespace.is_empty() {
                labels.insert("kustomize.toolkit.fluxcd.io/name".to_owned(), text(&deliverer.name));
                labels.insert("kustomize.toolkit.fluxcd.io/namespace".to_owned(), text(&deliverer.namespace));
            }
            if labels.is_empty() {
                metadata.shift_remove("labels");
            } else {
                metadata.insert("labels".to_owned(), Json::Object(labels));
            }
        }
        Tool::ArgoCd => {
            let (group, _) = header.api_version.split_once('/').unwrap_or(("", &header.api_version));
            let id = format!("{}:{group}/{}:{}/{}", deliverer.name, header.kind, header.namespace, header.name);
            let annotations = metadata.entry("annotations").or_insert_with(|| Json::Object(Map::new()));
            if let Some(annotations) = annotations.as_object_mut() {
                annotations.insert("argocd.argoproj.io/tracking-id".to_owned(), Json::String(id));
            }
        }
    }
    content
}
