//! How a cluster brings the manifests of a plan to the catalog: who writes them, what does not arrive and why, and what the
//! exporter leaves. Each format shows the same sentences.

use crate::domain::cluster::Deliverer;
use crate::domain::entity::EntityKey;
use crate::domain::forecast::ForecastOutcome;
use crate::text::plural::{count, list};

/// What a report says of `delivery: cluster`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterDelivery {
    /// Empty: the config names none.
    pub clusters: Vec<DeliveringCluster>,
    /// Manifests that no deliverer applies to any cluster.
    pub not_delivered: Vec<NotArriving>,
}

/// A cluster with what its exporter does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveringCluster {
    pub name: String,
    pub deliverer: Option<Deliverer>,
    /// The deliverers of this repository that bring manifests to the cluster.
    pub deliverers: Vec<DelivererShare>,
    /// `None`: what the exporter owns, and so deletes, is not known.
    pub state_key: Option<String>,
    /// The file of the mapping; `None`: it is generated or unknown.
    pub mapping: Option<String>,
    /// `None`: the manifests are judged as they are.
    pub outcome: Option<ForecastOutcome>,
    /// What deletes entities although nobody removed their manifests.
    pub dangers: Vec<DeliveryDanger>,
    pub not_arriving: Vec<NotArriving>,
    /// Entities that no manifest declares and that the exporter does not delete, each with a clause that says why.
    pub kept: Vec<(EntityKey, String)>,
}

/// A deliverer and how much it delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelivererShare {
    /// `Kustomization flux-system/catalog`
    pub title: String,
    pub path: String,
    pub line: usize,
    pub objects: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryDanger {
    /// As in JSON: `selector-false`.
    pub kind: &'static str,
    /// A clause.
    pub what: String,
    pub path: Option<String>,
    pub line: Option<usize>,
}

/// Something that does not arrive in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotArriving {
    /// As in JSON: `undelivered`, `unmapped`, `missing-target`.
    pub kind: &'static str,
    /// An object or an entity: `Entity shop/cart`, `service/cart`; `None`: the whole file.
    pub name: Option<String>,
    pub path: Option<String>,
    pub line: Option<usize>,
    /// A clause.
    pub reason: String,
    /// The exporter or the catalog refuses it: the plan has a change that cannot be made.
    pub is_refused: bool,
}

impl NotArriving {
    /// `catalog/cart.yaml:1`, not yet cleaned.
    pub(in crate::report) fn location(&self) -> Option<String> {
        location(self.path.as_deref(), self.line)
    }
}

impl DeliveryDanger {
    pub(in crate::report) fn location(&self) -> Option<String> {
        location(self.path.as_deref(), self.line)
    }
}

fn location(path: Option<&str>, line: Option<usize>) -> Option<String> {
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    path.map(|path| format!("{path}{line}"))
}

impl ClusterDelivery {
    /// Whether the plan is what the exporters write and delete; otherwise its deletes are those of a push.
    pub fn is_by_exporters(&self) -> bool {
        self.clusters.iter().any(|cluster| cluster.state_key.is_some())
    }

    /// Whether there is more to report than who writes.
    pub(in crate::report) fn has_problems(&self) -> bool {
        let of_cluster = |cluster: &DeliveringCluster| {
            !cluster.dangers.is_empty() || !cluster.not_arriving.is_empty() || cluster.problem().is_some()
        };
        !self.not_delivered.is_empty() || self.clusters.iter().any(of_cluster)
    }

    /// Whether the plan has a change that never arrives.
    pub fn has_refusals(&self) -> bool {
        self.clusters.iter().flat_map(|cluster| &cluster.not_arriving).any(|one| one.is_refused)
    }

    /// How many manifests and entities do not arrive.
    pub(in crate::report) fn not_arriving(&self) -> usize {
        self.not_delivered.len() + self.clusters.iter().map(|cluster| cluster.not_arriving.len()).sum::<usize>()
    }

    /// ``the exporter of `prod` ``
    pub(in crate::report) fn exporters(&self) -> String {
        let names: Vec<String> = self.clusters.iter().map(|cluster| code(&cluster.name)).collect();
        match names.as_slice() {
            [] => "the exporter in the cluster".to_owned(),
            [name] => format!("the exporter of {name}"),
            names => format!("the exporters of {}", list(names)),
        }
    }

    /// Who writes, as a sentence.
    pub(in crate::report) fn sentence(&self) -> String {
        let (exporters, several) = (self.exporters(), self.clusters.len() > 1);
        let write = if several { "write" } else { "writes" };
        let mut deliverers = self.clusters.iter().map(|cluster| cluster.deliverer);
        let first = deliverers.next().flatten();
        let applied = match first.filter(|first| deliverers.all(|other| other == Some(*first))) {
            Some(deliverer) => format!("after {} has applied the manifests", name_of(deliverer)),
            None => "after the manifests have been applied to the cluster".to_owned(),
        };
        let mut exporters = exporters.chars();
        let capital = exporters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        format!("{capital}{} {write} the entities {applied}; no `push` runs.", exporters.as_str())
    }
}

impl DeliveringCluster {
    /// Why less happens than the plan shows, as a sentence.
    pub(in crate::report) fn problem(&self) -> Option<String> {
        let what = match self.outcome? {
            ForecastOutcome::Complete => return None,
            ForecastOutcome::OrderDecides => {
                "new entities point to new ones, so some may arrive only in a later resync, and until then nothing is deleted"
            }
            ForecastOutcome::NoDeletion => "something does not arrive, and until that is fixed nothing is deleted",
            ForecastOutcome::StartFailed => "the exporter does not start with this mapping, so nothing arrives",
            ForecastOutcome::Crash => {
                "the exporter crashes at every start: what comes after the crash does not arrive, and nothing is deleted"
            }
        };
        Some(format!("{}: {what}.", code(&self.name)))
    }

    /// Who delivers to it, a sentence for each deliverer.
    pub(in crate::report) fn deliverer_sentences(&self) -> impl Iterator<Item = String> {
        let sentence = |share: &DelivererShare| {
            format!("`{}` delivers {} to `{}`.", share.title, count(share.objects, "object"), self.name)
        };
        self.deliverers.iter().map(sentence)
    }

    /// `2 manifests or entities do not arrive`.
    pub(in crate::report) fn heading(number: usize) -> String {
        let verb = if number == 1 { "does" } else { "do" };
        format!("{} {verb} not arrive", count(number, "object"))
    }
}

/// A name in backticks. A backtick within it would end the code.
fn code(name: &str) -> String {
    format!("`{}`", name.replace('`', "'"))
}

fn name_of(deliverer: Deliverer) -> &'static str {
    match deliverer {
        Deliverer::Flux => "Flux",
        Deliverer::ArgoCd => "Argo CD",
        Deliverer::Kubectl => "kubectl",
    }
}
