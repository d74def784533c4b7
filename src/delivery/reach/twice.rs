//! Objects that two deliverers apply to one cluster.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use super::model::{Arrival, ClusterId, DelivererId, Fate, NotKnown, Outcome, Reach, Taken, Twice, TwiceObject};
use crate::delivery::kustomize::UnknownKind;
use crate::delivery::object::{Object, is_cluster_scoped, split_version};
use crate::delivery::place::Place;

/// Deliverers that share what they build: they apply the same.
#[derive(Debug)]
struct Shared<'a> {
    arrivals: &'a Arc<[Arrival]>,
    deliverers: Vec<DelivererId>,
}

/// Group, kind, namespace and name.
type Identity<'a> = [&'a str; 4];

impl Reach {
    /// The objects that several deliverers of one revision apply to one cluster, by those deliverers. `wants` chooses the
    /// objects.
    pub fn twice(&self, wants: &(dyn Fn(&Object) -> bool + Sync)) -> Vec<Twice> {
        let mut by_cluster: BTreeMap<(ClusterId, Option<&str>), Vec<Shared<'_>>> = BTreeMap::new();
        for (deliverer, id) in self.deliverers.iter().zip(0..) {
            let Outcome::Built { arrivals, not_known, .. } = &deliverer.outcome else { continue };
            if deliverer.is_idle || not_known.iter().any(changes_names) {
                continue;
            }
            let known = by_cluster.entry((deliverer.cluster, deliverer.revision.as_deref())).or_default();
            match known.iter_mut().find(|shared| Arc::ptr_eq(shared.arrivals, arrivals)) {
                Some(shared) => shared.deliverers.push(DelivererId(id)),
                None => known.push(Shared { arrivals, deliverers: vec![DelivererId(id)] }),
            }
        }
        let mut twice = Vec::new();
        for ((cluster, _), shared) in by_cluster {
            if shared.len() > 1 || shared.iter().any(|shared| shared.deliverers.len() > 1) {
                twice.extend(self.twice_in(cluster, &shared, wants));
            }
        }
        twice
    }

    fn twice_in(&self, cluster: ClusterId, shared: &[Shared<'_>], wants: &dyn Fn(&Object) -> bool) -> Vec<Twice> {
        let total = shared.iter().map(|shared| shared.arrivals.len()).sum();
        // Most objects are applied once.
        let mut first: HashMap<Identity<'_>, (usize, usize)> = HashMap::with_capacity(total);
        let mut seen: HashMap<Identity<'_>, Vec<(usize, usize)>> = HashMap::new();
        for (at, one) in shared.iter().enumerate() {
            for (index, arrival) in one.arrivals.iter().enumerate() {
                if arrival.fate == Fate::Applied && is_named(arrival) && wants(&arrival.object) {
                    let identity = self.identity(&arrival.object);
                    match first.entry(identity) {
                        Entry::Vacant(entry) => {
                            entry.insert((at, index));
                            if one.deliverers.len() > 1 {
                                seen.entry(identity).or_default().push((at, index));
                            }
                        }
                        Entry::Occupied(entry) => {
                            seen.entry(identity).or_insert_with(|| vec![*entry.get()]).push((at, index));
                        }
                    }
                }
            }
        }
        let mut groups: BTreeMap<Vec<DelivererId>, Vec<TwiceObject>> = BTreeMap::new();
        for arrivals in seen.into_values() {
            let mut deliverers: Vec<DelivererId> =
                arrivals.iter().flat_map(|(at, _)| shared[*at].deliverers.iter().copied()).collect();
            deliverers.sort_unstable();
            deliverers.dedup();
            let Some((first, index)) = arrivals.first().copied().filter(|_| deliverers.len() > 1) else { continue };
            let deliverer = shared[first].deliverers[0];
            let arrival = u32::try_from(index).expect("a build has fewer than 2^32 objects");
            let mut places: Vec<Place> =
                arrivals.iter().map(|(at, index)| shared[*at].arrivals[*index].object.place()).collect();
            places.sort_unstable_by_key(place_key);
            places.dedup();
            groups.entry(deliverers).or_default().push(TwiceObject { first: Taken { deliverer, arrival }, places });
        }
        let groups = groups.into_iter().map(|(deliverers, mut objects)| {
            objects.sort_unstable_by_key(|object| (object.places.first().map(place_key), object.first.arrival));
            Twice { cluster, deliverers, objects }
        });
        groups.collect()
    }

    fn identity<'a>(&self, object: &'a Object) -> Identity<'a> {
        let header = &object.header;
        let (group, _) = split_version(&header.api_version);
        let namespace = if self.is_cluster_scoped(object) { "" } else { header.namespace.as_str() };
        [group, &header.kind, namespace, &header.name]
    }

    /// Whether objects of its kind have no namespace, as far as the repository says so.
    pub fn is_cluster_scoped(&self, object: &Object) -> bool {
        let header = &object.header;
        let (group, _) = split_version(&header.api_version);
        let is_defined = |definition: &super::model::Definition| {
            definition.is_cluster_scoped && definition.group == group && definition.kind == header.kind
        };
        group == self.details.group && header.kind == "ClusterEntity"
            || is_cluster_scoped(&header.api_version, &header.kind)
            || self.details.definitions.iter().any(is_defined)
    }
}

fn place_key(place: &Place) -> (usize, u32) {
    (place.file.index(), place.span.start)
}

/// Variables of the cluster may be in a name.
fn is_named(arrival: &Arrival) -> bool {
    let header = &arrival.object.header;
    // Few names have a `$` at all.
    let has_variable = |text: &str| memchr::memchr(b'$', text.as_bytes()).is_some() && text.contains("${");
    !header.name.is_empty() && !has_variable(&header.name) && !has_variable(&header.namespace)
}

/// Whether what is not known of a build may change the names of its objects.
fn changes_names(why: &NotKnown) -> bool {
    match why {
        NotKnown::Kustomize(kind, _) => match kind {
            UnknownKind::Transformer | UnknownKind::Configuration | UnknownKind::Selector => true,
            UnknownKind::Remote | UnknownKind::Generator | UnknownKind::Variables | UnknownKind::Decryption => false,
        },
        NotKnown::Deliverer(_) => true,
        NotKnown::Helm(_)
        | NotKnown::Plugin(_)
        | NotKnown::Jsonnet(_)
        | NotKnown::Artifact(_)
        | NotKnown::Revision(_)
        | NotKnown::Generator(_)
        | NotKnown::TooLarge(_) => false,
    }
}
