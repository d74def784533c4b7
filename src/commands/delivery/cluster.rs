//! What arrives in one cluster of the config: for each manifest, the deliverer that takes it, and the object as it reaches
//! the API server.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value as Json};

use super::facts::{may_take_more, title_of};
use super::repository::Deliveries;
use crate::delivery::content_of;
use crate::delivery::files::FileId as DeliveredId;
use crate::delivery::flux::VanishReason;
use crate::delivery::kustomize::failure::with_paths_of_repository;
use crate::delivery::object::{Origin, split_version};
use crate::delivery::reach::{
    Address, Applied, Arrival, Cluster, ClusterId, Deliverer, DelivererId, Fate, NotKnown, Outcome, Tool,
};
use crate::delivery::reading::{Dialect, reread_numbers};
use crate::domain::apply_error::no_namespace;
use crate::domain::cluster::Deliverer as ToolName;
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;
use crate::domain::finding::FileId;
use crate::mapping::objects::Delivery;
use crate::settings::ClusterSettings;
use crate::text::plural::list;

/// The deliverers of one cluster.
#[derive(Debug)]
pub(crate) struct ClusterDelivery<'a> {
    pub clusters: BTreeSet<ClusterId>,
    /// Those that deliver to it, also those that are suspended.
    pub deliverers: Vec<(DelivererId, &'a Deliverer)>,
    /// Who takes a manifest, by its file and where it begins.
    takers: HashMap<(FileId, u32), Vec<Taker<'a>>>,
    /// The files below the folder of a deliverer whose build fails.
    failing: HashMap<FileId, &'a Deliverer>,
    /// Some deliverer may take more files than is known.
    has_unknowns: bool,
    /// The files of Helm charts, which may be rendered for whatever names the chart.
    of_charts: HashSet<FileId>,
    group: &'static str,
}

/// A deliverer that takes a manifest, and what becomes of that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taker<'a> {
    pub id: DelivererId,
    pub deliverer: &'a Deliverer,
    pub arrival: &'a Arrival,
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
    Lost(Loss),
    NotKnown,
}

/// Why a manifest does not reach the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loss {
    /// A clause.
    pub reason: String,
    /// If the cluster has an object of it already, that stays as it is.
    pub keeps_object: bool,
}

impl Deliveries {
    /// The deliverers of a cluster; `None` if none of them is certainly one of this cluster.
    pub fn of_cluster(&self, cluster: &ClusterSettings) -> Option<ClusterDelivery<'_>> {
        let (chosen, tool) = self.cluster_ids(cluster);
        (!chosen.is_empty()).then(|| self.to_clusters(chosen, tool))
    }

    /// A note about a cluster that no deliverer knows by its name: all manifests are taken as applied to it.
    pub(super) fn unmatched_note(&self, cluster: &ClusterSettings) -> Option<String> {
        let is_stated = cluster.deliverer.is_some();
        if is_stated || self.reach.deliverers.is_empty() || !self.cluster_ids(cluster).0.is_empty() {
            return None;
        }
        let name = &cluster.name;
        Some(format!(
            "The deliverers of this repository know no cluster `{name}` ({}), so every manifest counts as applied to it. \
             Correct the name in the config, or state `clusters.{name}.deliverer`.",
            self.known_names()
        ))
    }

    /// ``they know `east` and `west` ``
    pub fn known_names(&self) -> String {
        let reached: BTreeSet<ClusterId> = self.reach.deliverers.iter().map(|deliverer| deliverer.cluster).collect();
        let reached = reached.into_iter().filter_map(|id| self.reach.clusters.get(id.0 as usize));
        let names = reached.flat_map(|cluster| &cluster.names);
        let names: BTreeSet<String> = names.map(|name| format!("`{name}`")).collect();
        let names: Vec<String> = names.into_iter().collect();
        if names.is_empty() { "they know none by name".to_owned() } else { format!("they know {}", list(&names)) }
    }

    /// The clusters that deliverers know by the name of one of the config, and its tool.
    fn cluster_ids(&self, cluster: &ClusterSettings) -> (BTreeSet<ClusterId>, Option<Tool>) {
        let tool = match cluster.deliverer {
            Some(ToolName::Kubectl) => return (BTreeSet::new(), None),
            Some(ToolName::Flux) => Some(Tool::Flux),
            Some(ToolName::ArgoCd) => Some(Tool::ArgoCd),
            None => None,
        };
        let of_tool = |deliverer: &&Deliverer| tool.is_none_or(|tool| deliverer.tool == tool);
        let deliverers = self.reach.deliverers.iter().filter(of_tool);
        let ids: BTreeSet<ClusterId> = deliverers.map(|deliverer| deliverer.cluster).collect();
        let known = |id: &ClusterId| self.reach.clusters.get(id.0 as usize);
        let named = ids.iter().copied().filter(|id| known(id).is_some_and(|known| is_named(known, &cluster.name)));
        let mut chosen: BTreeSet<ClusterId> = named.collect();
        if chosen.is_empty() && cluster.is_only {
            chosen = ids;
        }
        (chosen, tool)
    }

    /// Whether what is not known of a deliverer may be that it takes further files.
    pub fn may_take_more(&self, id: DelivererId, why: &NotKnown) -> bool {
        !self.charts.is_bounded(id) && may_take_more(why)
    }

    /// What arrives in these clusters. `tool`: only by this one.
    pub fn to_clusters(&self, clusters: BTreeSet<ClusterId>, tool: Option<Tool>) -> ClusterDelivery<'_> {
        let is_chosen = |(_, deliverer): &(DelivererId, &Deliverer)| {
            clusters.contains(&deliverer.cluster) && tool.is_none_or(|tool| deliverer.tool == tool)
        };
        let deliverers: Vec<(DelivererId, &Deliverer)> = self.reach.ids().filter(is_chosen).collect();
        let (mut takers, mut failing): (HashMap<_, Vec<_>>, HashMap<_, _>) = Default::default();
        let mut has_unknowns = false;
        for (id, deliverer) in deliverers.iter().copied() {
            match &deliverer.outcome {
                Outcome::Built { arrivals, not_known, .. } => {
                    has_unknowns |= not_known.iter().any(may_take_more);
                    for arrival in arrivals.iter() {
                        let Origin::Manifest { file, span, .. } = &arrival.object.origin else { continue };
                        let Some(file) = self.run.listed_id(*file) else { continue };
                        takers.entry((file, span.start)).or_default().push(Taker { id, deliverer, arrival });
                    }
                }
                Outcome::Failed(_) | Outcome::ArgoFailed(_) | Outcome::SetFailed(_) => {
                    let Some(folder) = &deliverer.folder else { continue };
                    failing.extend(self.listed_below(folder).map(|file| (file, deliverer)));
                }
                Outcome::NotKnown(why) => has_unknowns |= self.may_take_more(id, why),
            }
        }
        let of_charts = self.charts.folders.iter().flat_map(|folder| self.listed_below(folder)).collect();
        ClusterDelivery { clusters, deliverers, takers, failing, has_unknowns, of_charts, group: self.group }
    }

    /// The manifests of the run in a folder of the Git repository.
    fn listed_below<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = FileId> + 's {
        let is_below = move |file: &DeliveredId| {
            let path = self.checkout.files.path(*file);
            folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        };
        self.run.listed().filter(is_below).filter_map(|file| self.run.listed_id(file))
    }
}

fn is_named(cluster: &Cluster, name: &str) -> bool {
    let is_destination = matches!(&cluster.address, Address::Name(known) if known == name);
    is_destination || cluster.names.iter().any(|known| known == name)
}

impl<'a> ClusterDelivery<'a> {
    /// The same cluster after all of its deliverers are gone.
    pub fn nothing() -> Self {
        Self {
            clusters: BTreeSet::new(),
            deliverers: Vec::new(),
            takers: HashMap::new(),
            failing: HashMap::new(),
            has_unknowns: false,
            of_charts: HashSet::new(),
            group: "",
        }
    }

    /// The manifests that some deliverer takes, by their files and where they begin.
    pub fn manifests(&self) -> impl Iterator<Item = (FileId, u32)> {
        self.takers.keys().copied()
    }

    /// Who takes the manifest that begins there.
    pub fn takers(&self, file: FileId, start: u32) -> &[Taker<'a>] {
        self.takers.get(&(file, start)).map_or(&[], Vec::as_slice)
    }

    /// The deliverer whose object is in the cluster in the end: of several, that of the last applies; `delivered-twice`
    /// reports them.
    pub fn applied(&self, file: FileId, start: u32) -> Option<Taker<'a>> {
        let is_applied = |taker: &&Taker<'_>| taker.arrival.fate == Fate::Applied && !taker.deliverer.is_idle;
        self.takers(file, start).iter().rfind(is_applied).copied()
    }

    /// The deliverer that would take a file if its build did not fail.
    pub fn failing(&self, file: FileId) -> Option<&'a Deliverer> {
        self.failing.get(&file).copied()
    }

    /// Whether a file is a part of a Helm chart.
    pub fn is_of_chart(&self, file: FileId) -> bool {
        self.of_charts.contains(&file)
    }

    /// What becomes of an object of a file.
    pub fn passage(&self, file: FileId, span: Span, object: Value<'_>) -> Passage {
        let takers = self.takers(file, span.start);
        if takers.is_empty() {
            return self.passage_of_untaken(file);
        }
        let Some(taker) = self.applied(file, span.start) else { return Passage::Lost(loss_of(takers)) };
        let Taker { deliverer, arrival, .. } = taker;
        if self.needs_namespace(&taker) {
            let text = no_namespace(&arrival.object.applied());
            let reason = format!("`{}` cannot apply it: {text}", title_of(deliverer));
            return Passage::Lost(Loss { reason, keeps_object: true });
        }
        if arrival.object.rewritten.is_some() {
            return Passage::Rewritten;
        }
        let delivery = match deliverer.applied {
            Applied::ServerSide => Delivery::ServerSideApply,
            Applied::ClientSide => Delivery::ClientSideApply,
        };
        Passage::Delivered { content: content(deliverer, arrival, object), delivery }
    }

    fn passage_of_untaken(&self, file: FileId) -> Passage {
        if let Some(deliverer) = self.failing.get(&file) {
            let failure = failure_text(deliverer).unwrap_or_default();
            let reason = format!("the build of `{}` fails: {failure}", title_of(deliverer));
            return Passage::Lost(Loss { reason, keeps_object: true });
        }
        if self.has_unknowns || self.of_charts.contains(&file) {
            return Passage::NotKnown;
        }
        let reason = "nothing in this repository delivers it to the cluster".to_owned();
        Passage::Lost(Loss { reason, keeps_object: false })
    }

    /// Whether Flux has no namespace for an Entity.
    fn needs_namespace(&self, taker: &Taker<'_>) -> bool {
        let header = &taker.arrival.object.header;
        let is_entity = header.kind == "Entity" && split_version(&header.api_version).0 == self.group;
        taker.deliverer.tool == Tool::Flux && is_entity && header.namespace.is_empty()
    }
}

/// None of these applies the manifest.
fn loss_of(takers: &[Taker<'_>]) -> Loss {
    if let Some(idle) = takers.iter().find(|taker| taker.deliverer.is_idle) {
        return Loss { reason: idle_reason(idle.deliverer), keeps_object: true };
    }
    let Some(Taker { deliverer, arrival, .. }) = takers.last() else {
        return Loss { reason: String::new(), keeps_object: false };
    };
    let title = title_of(deliverer);
    let reason = match arrival.fate {
        Fate::Vanished(VanishReason::NameIsNoString) => {
            format!("`{title}` loses it without an error, because its name is no string")
        }
        Fate::Vanished(VanishReason::IsKustomization) => {
            format!("`{title}` loses it without an error, because it is a kustomization")
        }
        Fate::Replaced { .. } => format!("`{title}` applies another object with the same name instead"),
        Fate::Applied => format!("`{title}` does not apply it"),
    };
    Loss { reason, keeps_object: false }
}

/// Why a deliverer delivers nothing for now, as a clause.
pub(crate) fn idle_reason(deliverer: &Deliverer) -> String {
    let title = title_of(deliverer);
    match deliverer.tool {
        Tool::Flux => format!("`{title}` or its source is suspended"),
        Tool::ArgoCd => format!("`{title}` has no `syncPolicy.automated`, so it waits until a person syncs it"),
    }
}

/// What the tool prints if it delivers nothing, with paths of the repository.
pub(crate) fn failure_text(deliverer: &Deliverer) -> Option<String> {
    let text = match &deliverer.outcome {
        Outcome::Failed(failure) => &failure.text,
        Outcome::ArgoFailed(failure) => &failure.text,
        Outcome::SetFailed(failure) => &failure.text,
        Outcome::Built { .. } | Outcome::NotKnown(_) => return None,
    };
    Some(with_paths_of_repository(text))
}

fn content(deliverer: &Deliverer, arrival: &Arrival, manifest: Value<'_>) -> Json {
    let mut content = match &arrival.substituted {
        Some(substituted) => (**substituted).clone(),
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
        metadata.insert("namespace".to_owned(), Json::from(header.namespace.as_str()));
    }
    let text = |text: &str| Json::String(text.to_owned());
    match deliverer.tool {
        Tool::Flux => {
            let mut labels = Map::new();
            if !arrival.loses_labels {
                labels.extend(header.labels.iter().map(|(key, value)| (key.to_string(), text(value))));
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
