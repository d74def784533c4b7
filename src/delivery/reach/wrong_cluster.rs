//! Kustomizations that deliver to Flux's own cluster although those beside them deliver the same to others: a copy whose
//! `kubeConfig` was forgotten.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::found::is_wanted;
use super::model::{Arrival, ClusterId, Deliverer, DelivererId, Detail, Likeness, Outcome, Reach, Tool, WrongCluster};
use crate::delivery::files::FileId;
use crate::delivery::object::split_version;

/// Words for the cluster in which deliverers run: a Kustomization with one of them is meant for it.
const OWN_NAMES: [&str; 13] = [
    "in-cluster",
    "incluster",
    "management",
    "mgmt",
    "hub",
    "local",
    "host",
    "central",
    "admin",
    "flux-system",
    "seed",
    "bootstrap",
    "root",
];

impl Reach {
    /// Kustomizations without `kubeConfig` that deliver to the cluster that they live in what others of their source
    /// deliver to further clusters.
    pub fn wrong_clusters(&self) -> Vec<WrongCluster> {
        let mut groups: BTreeMap<(ClusterId, (FileId, u32)), Vec<DelivererId>> = BTreeMap::new();
        for ((deliverer, detail), id) in self.deliverers.iter().zip(&self.details.of).zip(0..) {
            if let (Tool::Flux, Some(source)) = (deliverer.tool, detail.source) {
                groups.entry((detail.home, source)).or_default().push(DelivererId(id));
            }
        }
        groups.into_values().flat_map(|group| self.wrong_in(&group)).collect()
    }

    fn wrong_in(&self, group: &[DelivererId]) -> Vec<WrongCluster> {
        let detail = |id: &DelivererId| -> &Detail { &self.details.of[id.0 as usize] };
        let (away, own): (Vec<DelivererId>, Vec<DelivererId>) = group.iter().partition(|id| detail(id).names_cluster);
        if away.is_empty() {
            return Vec::new();
        }
        let own = own.into_iter().filter(|id| !self.is_meant_for_home(*id));
        let mut objects: BTreeMap<DelivererId, HashSet<[&str; 3]>> = BTreeMap::new();
        let mut wrong = Vec::new();
        for id in own {
            let same_folder = |other: &DelivererId| {
                let [one, other] = [id, *other].map(|id| self.deliverer(id).folder.as_ref());
                one.is_some() && one == other
            };
            let mut siblings: Vec<DelivererId> = away.iter().copied().filter(same_folder).collect();
            let mut likeness = Likeness::SameFolder;
            if siblings.is_empty() {
                likeness = Likeness::SameObjects;
                for one in away.iter().chain([&id]) {
                    objects.entry(*one).or_insert_with(|| identities(self.deliverer(*one)));
                }
                let of = |id: &DelivererId| objects.get(id).map(|found| (found, found.len()));
                let is_like = |other: &DelivererId| {
                    let (Some((one, count)), Some((other, other_count))) = (of(&id), of(other)) else { return false };
                    let (smaller, larger) = if count < other_count { (one, other) } else { (other, one) };
                    let shared = smaller.iter().filter(|object| larger.contains(*object)).count();
                    shared > 0 && shared * 2 >= count.max(other_count)
                };
                siblings = away.iter().copied().filter(is_like).collect();
            }
            if !siblings.is_empty() {
                wrong.push(WrongCluster { deliverer: id, siblings, likeness });
            }
        }
        wrong
    }

    /// Whether a deliverer's names say that it is for the cluster that it lives in, or it delivers deliverers, which live
    /// there.
    fn is_meant_for_home(&self, id: DelivererId) -> bool {
        let deliverer = self.deliverer(id);
        let Outcome::Built { arrivals, .. } = &deliverer.outcome else { return true };
        let has_wiring = arrivals.iter().any(|arrival| {
            let header = &arrival.object.header;
            is_wanted(header) && header.kind != "CustomResourceDefinition"
        });
        let cluster = &self.clusters[deliverer.cluster.0 as usize];
        let folder = deliverer.folder.as_deref().unwrap_or_default();
        let names: BTreeSet<String> =
            [deliverer.name.as_str()].into_iter().chain(folder.split('/')).map(str::to_lowercase).collect();
        let is_own = |name: &String| {
            let words = name.split(['-', '_', '.']);
            OWN_NAMES.contains(&name.as_str())
                || words.into_iter().any(|word| OWN_NAMES.contains(&word))
                || cluster.names.iter().any(|known| known.to_lowercase() == *name)
        };
        has_wiring || deliverer.is_idle || names.iter().any(is_own)
    }
}

/// The groups, kinds and names of what a deliverer applies.
fn identities(deliverer: &Deliverer) -> HashSet<[&str; 3]> {
    let arrivals: &[Arrival] = match &deliverer.outcome {
        Outcome::Built { arrivals, .. } => arrivals,
        Outcome::Failed(_) | Outcome::ArgoFailed(_) | Outcome::SetFailed(_) | Outcome::NotKnown(_) => &[],
    };
    let headers = arrivals.iter().map(|arrival| &arrival.object.header);
    headers.map(|header| [split_version(&header.api_version).0, &header.kind, &header.name]).collect()
}
