//! Entity manifests that several clusters of the config receive. Without mappings, the exporter of each sends them.

use std::collections::BTreeSet;

use super::cluster::ClusterDelivery;
use super::facts::{is_entity, name_span, number_of};
use super::repository::Deliveries;
use crate::delivery::place::Place as DeliveredPlace;
use crate::delivery::reach::DelivererId;
use crate::domain::delivery_facts::SharedManifests;
use crate::domain::finding::FileId;
use crate::settings::ClusterSettings;

/// A manifest of the run, by its file and where it begins.
type ManifestKey = (FileId, u32);

/// Entity manifests that reach two clusters; title, name and deliverers are those of the first.
struct Shared {
    clusters: [String; 2],
    manifests: usize,
    title: String,
    place: DeliveredPlace,
    by: [DelivererId; 2],
}

impl Deliveries {
    /// `clusters`: those whose exporters send each manifest as it is.
    pub(super) fn add_shared(&mut self, clusters: &[ClusterSettings]) {
        if clusters.len() < 2 {
            return;
        }
        let known = clusters.iter().filter_map(|cluster| Some((cluster, self.of_cluster(cluster)?)));
        let known: Vec<(&ClusterSettings, ClusterDelivery<'_>)> = known.collect();
        let mut shared = Vec::new();
        for (at, (one, to_one)) in known.iter().enumerate() {
            for (other, to_other) in &known[at + 1..] {
                // Two names of one cluster have one exporter.
                if to_one.clusters.is_disjoint(&to_other.clusters) {
                    let names = [one.name.clone(), other.name.clone()];
                    shared.extend(self.shared(names, [to_one, to_other]));
                }
            }
        }
        self.facts.knows_clusters = known.len() == clusters.len();
        for Shared { clusters, manifests, title, place, by } in shared {
            let Some(place) = self.run.place(place) else { continue };
            let by = by.map(number_of).to_vec();
            self.facts.shared_manifests.push(SharedManifests { clusters, manifests, title, place, by });
        }
    }

    fn shared(&self, clusters: [String; 2], [one, other]: [&ClusterDelivery<'_>; 2]) -> Option<Shared> {
        let is_entity = |(file, start): &ManifestKey| {
            let object = one.applied(*file, *start).map(|taker| &taker.arrival.object);
            object.is_some_and(|object| is_entity(self.group, &object.header.api_version, &object.header.kind))
        };
        let reaches_other = |(file, start): &ManifestKey| other.applied(*file, *start).is_some();
        let both: BTreeSet<ManifestKey> = one.manifests().filter(|key| reaches_other(key) && is_entity(key)).collect();
        let (file, start) = *both.first()?;
        let takers = [one.applied(file, start)?, other.applied(file, start)?];
        let object = &takers[0].arrival.object;
        let file = object.place().file;
        let span = name_span(&self.repository(), file, start);
        Some(Shared {
            clusters,
            manifests: both.len(),
            title: object.header.title(),
            place: DeliveredPlace { file, span },
            by: takers.map(|taker| taker.id),
        })
    }
}
