//! Objects that may be applied before the CRD of their kind, although both are delivered to one cluster from this
//! repository.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::model::{Arrival, ClusterId, Definition, DelivererId, Fate, Outcome, Reach, Taken, Tool, Unordered};
use crate::delivery::object::{Object, split_version};
use crate::delivery::place::Place;

/// Objects with it are tried again if their kind is not there yet.
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
const SKIP_DRY_RUN: &str = "SkipDryRunOnMissingResource=true";

/// A group and a kind.
type Name<'a> = (&'a str, &'a str);

/// Who delivers the CRD of a kind to a cluster, and where that is.
type Definers<'a> = BTreeMap<(ClusterId, Name<'a>), (Vec<DelivererId>, &'a Definition)>;

impl Reach {
    /// For each deliverer, the kinds of its objects whose CRD others deliver to the same cluster without an order between
    /// them.
    pub fn unordered(&self) -> Vec<Unordered> {
        let by_place: HashMap<Place, &Definition> =
            self.details.definitions.iter().map(|definition| (definition.place, definition)).collect();
        if by_place.is_empty() {
            return Vec::new();
        }
        let defined: BTreeSet<Name<'_>> = by_place.values().map(|definition| name_of(definition)).collect();
        // What is built once is looked at once.
        let mut kinds: HashMap<*const Arrival, Kinds<'_>> = HashMap::new();
        let mut definers: Definers<'_> = BTreeMap::new();
        for (id, arrivals) in self.active() {
            let kinds = kinds.entry(arrivals.as_ptr()).or_insert_with(|| Kinds::of(arrivals, &by_place, &defined));
            for definition in &kinds.definitions {
                let key = (self.deliverer(id).cluster, name_of(definition));
                definers.entry(key).or_insert_with(|| (Vec::new(), definition)).0.push(id);
            }
        }
        let children = self.children();
        let mut unordered = Vec::new();
        for (id, arrivals) in self.active() {
            let detail = &self.details.of[id.0 as usize];
            let Some(kinds) = kinds.get(&arrivals.as_ptr()) else { continue };
            if detail.order_is_open || detail.skips_dry_run {
                continue;
            }
            let mut before = None;
            for ((group, kind), first) in &kinds.objects {
                let (first, first_without) = *first;
                let first = match self.deliverer(id).tool {
                    Tool::Flux => Some(first),
                    Tool::ArgoCd => first_without,
                };
                let known = definers.get(&(self.deliverer(id).cluster, (*group, *kind)));
                let (Some(arrival), Some((definers, definition))) = (first, known) else { continue };
                let before = before.get_or_insert_with(|| self.before(id, &children));
                if definers.iter().any(|definer| before.contains(definer)) {
                    continue;
                }
                unordered.push(Unordered {
                    group: (*group).to_owned(),
                    kind: (*kind).to_owned(),
                    resource: Taken { deliverer: id, arrival },
                    definers: definers.clone(),
                    definition: definition.place,
                });
            }
        }
        unordered
    }

    /// The deliverers that apply something now, with what they apply.
    fn active(&self) -> impl Iterator<Item = (DelivererId, &Arc<[Arrival]>)> {
        self.deliverers.iter().zip(0..).filter_map(|(deliverer, id)| match &deliverer.outcome {
            Outcome::Built { arrivals, .. } if !deliverer.is_idle => Some((DelivererId(id), arrivals)),
            Outcome::Built { .. }
            | Outcome::Failed(_)
            | Outcome::ArgoFailed(_)
            | Outcome::SetFailed(_)
            | Outcome::NotKnown(_) => None,
        })
    }

    fn children(&self) -> BTreeMap<DelivererId, Vec<DelivererId>> {
        let mut children: BTreeMap<DelivererId, Vec<DelivererId>> = BTreeMap::new();
        for (deliverer, id) in self.deliverers.iter().zip(0..) {
            for by in &deliverer.delivered_by {
                children.entry(*by).or_default().push(DelivererId(id));
            }
        }
        children
    }

    /// The deliverers that have certainly applied everything before a deliverer begins, and itself.
    fn before(&self, id: DelivererId, children: &BTreeMap<DelivererId, Vec<DelivererId>>) -> BTreeSet<DelivererId> {
        // One that is only begun before has applied its own objects, and nothing of what they deliver.
        let mut found = BTreeSet::from([id]);
        let mut waiting = vec![id];
        while let Some(at) = waiting.pop() {
            let deliverer = self.deliverer(at);
            let mut next: Vec<DelivererId> = deliverer.after.clone();
            if let [by] = deliverer.delivered_by[..] {
                next.push(by);
            }
            for ready in &deliverer.after {
                if self.details.of[ready.0 as usize].waits {
                    next.extend(children.get(ready).into_iter().flatten());
                }
            }
            waiting.extend(next.into_iter().filter(|next| found.insert(*next)));
        }
        found
    }
}

/// The kinds in what a deliverer builds.
#[derive(Debug, Default)]
struct Kinds<'a> {
    definitions: Vec<&'a Definition>,
    /// The first object of each kind that a CRD of the repository defines, and the first without the option that lets
    /// Argo CD wait for the CRD.
    objects: BTreeMap<Name<'a>, (u32, Option<u32>)>,
}

impl<'a> Kinds<'a> {
    fn of(arrivals: &'a [Arrival], by_place: &HashMap<Place, &'a Definition>, defined: &BTreeSet<Name<'_>>) -> Self {
        let mut kinds = Self::default();
        for (arrival, at) in arrivals.iter().zip(0..) {
            let header = &arrival.object.header;
            if arrival.fate != Fate::Applied {
                continue;
            }
            if header.kind == "CustomResourceDefinition" {
                kinds.definitions.extend(by_place.get(&arrival.object.place()).copied());
                continue;
            }
            let name = (split_version(&header.api_version).0, header.kind.as_str());
            if defined.contains(&name) {
                let first = kinds.objects.entry(name).or_insert((at, None));
                if first.1.is_none() && !skips_dry_run(&arrival.object) {
                    first.1 = Some(at);
                }
            }
        }
        kinds
    }
}

fn name_of(definition: &Definition) -> Name<'_> {
    (&definition.group, &definition.kind)
}

fn skips_dry_run(object: &Object) -> bool {
    object
        .annotation(SYNC_OPTIONS)
        .is_some_and(|options| options.split(',').any(|option| option.trim() == SKIP_DRY_RUN))
}
