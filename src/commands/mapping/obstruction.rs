//! Objects that are right and do not arrive all the same: the API server refuses one that is applied with them, or what their
//! deliverer waits for does not get ready.

use std::collections::{BTreeMap, HashMap};

use super::objects::{LostObject, ObjectPlace, RepositoryObjects};
use crate::commands::delivery::cluster::{ClusterDelivery, Loss, Taker, failure_text};
use crate::commands::delivery::facts::title_of;
use crate::delivery::flux::is_in_last_stage;
use crate::delivery::reach::{Deliverer, DelivererId, Reach, Tool};
use crate::domain::document::span::LineIndex;
use crate::sources::{self, ReadBuffer, SourceFile};

/// What keeps the deliverers of a cluster from applying objects.
#[derive(Debug, Default)]
pub(crate) struct Obstructions(HashMap<DelivererId, Obstruction>);

#[derive(Debug)]
struct Obstruction {
    /// A clause.
    reason: String,
    /// CRDs, namespaces and the like are applied before.
    spares_first_stages: bool,
}

/// An object that the API server refuses.
#[derive(Debug, Clone, Copy)]
struct Offender<'o> {
    at: &'o ObjectPlace,
    /// Flux applies others before.
    is_in_last_stage: bool,
}

impl Obstructions {
    pub fn of(
        objects: &RepositoryObjects,
        delivery: &ClusterDelivery<'_>,
        reach: &Reach,
        files: &[SourceFile],
    ) -> Self {
        let offenders = offenders(objects, delivery);
        let mut obstructions = Self::default();
        for (id, deliverer) in &delivery.deliverers {
            let own = offenders.get(id).map(|offender| of_offender(*offender, deliverer, files));
            let found = own.or_else(|| of_predecessors(deliverer, reach, &offenders, files));
            obstructions.0.extend(found.map(|found| (*id, found)));
        }
        obstructions
    }

    /// Why a deliverer does not apply an object with which nothing is wrong.
    pub fn reason(&self, taker: &Taker<'_>) -> Option<&str> {
        let found = self.0.get(&taker.id)?;
        let is_spared = found.spares_first_stages && !is_in_last_stage(&taker.arrival.object.header);
        (!is_spared).then_some(found.reason.as_str())
    }
}

impl RepositoryObjects {
    /// Takes out the objects that are not applied because of others. What the cluster has of them stays.
    pub fn hold_back(&mut self, delivery: &ClusterDelivery<'_>, reach: &Reach, files: &[SourceFile]) {
        let obstructions = Obstructions::of(self, delivery, reach, files);
        if obstructions.0.is_empty() {
            return;
        }
        let pairs = std::mem::take(&mut self.objects).into_iter().zip(std::mem::take(&mut self.places));
        for (object, at) in pairs {
            let taker = delivery.applied(at.place.file, at.place.span.start);
            match taker.as_ref().and_then(|taker| obstructions.reason(taker)) {
                Some(reason) => {
                    let loss = Loss { reason: reason.to_owned(), keeps_object: true };
                    self.lost.push(LostObject { at, loss });
                }
                None => {
                    self.objects.push(object);
                    self.places.push(at);
                }
            }
        }
    }
}

/// For each deliverer the object that ends what it applies.
fn offenders<'o>(
    objects: &'o RepositoryObjects,
    delivery: &ClusterDelivery<'_>,
) -> BTreeMap<DelivererId, Offender<'o>> {
    let lost = objects.lost.iter().filter(|lost| lost.loss.keeps_object).map(|lost| &lost.at);
    let mut found: BTreeMap<DelivererId, Offender<'o>> = BTreeMap::new();
    for at in objects.refused.iter().map(|refused| &refused.at).chain(lost) {
        let Some(taker) = delivery.applied(at.place.file, at.place.span.start) else { continue };
        let offender = Offender { at, is_in_last_stage: is_in_last_stage(&taker.arrival.object.header) };
        let first = found.entry(taker.id).or_insert(offender);
        if first.is_in_last_stage && !offender.is_in_last_stage {
            *first = offender;
        }
    }
    found
}

/// Flux and Argo CD try all objects before they apply any: Flux stage by stage, Argo CD all at once.
fn of_offender(offender: Offender<'_>, deliverer: &Deliverer, files: &[SourceFile]) -> Obstruction {
    let reason = format!(
        "the API server refuses `{}` ({}), and `{}` applies nothing beside it until that is fixed",
        offender.at.name,
        shown(offender.at, files),
        title_of(deliverer)
    );
    Obstruction { reason, spares_first_stages: deliverer.tool == Tool::Flux && offender.is_in_last_stage }
}

/// Flux waits for what `dependsOn` names. Waves of Argo CD go on: it takes Applications for healthy by default.
fn of_predecessors(
    deliverer: &Deliverer,
    reach: &Reach,
    offenders: &BTreeMap<DelivererId, Offender<'_>>,
    files: &[SourceFile],
) -> Option<Obstruction> {
    if deliverer.tool != Tool::Flux {
        return None;
    }
    let (mut waiting, mut seen) = (deliverer.after.clone(), deliverer.after.clone());
    while let Some(id) = waiting.pop() {
        let first = reach.deliverer(id);
        let waits = format!("`{}` waits for `{}`", title_of(deliverer), title_of(first));
        if let Some(failure) = failure_text(first) {
            let reason = format!("{waits}, whose build fails: {failure}");
            return Some(Obstruction { reason, spares_first_stages: false });
        }
        if let Some(Offender { at, .. }) = offenders.get(&id) {
            let reason = format!("{waits}, of which the API server refuses `{}` ({})", at.name, shown(at, files));
            return Some(Obstruction { reason, spares_first_stages: false });
        }
        for next in &first.after {
            if !seen.contains(next) {
                seen.push(*next);
                waiting.push(*next);
            }
        }
    }
    None
}

/// `catalog/pay.yaml:1`
fn shown(at: &ObjectPlace, files: &[SourceFile]) -> String {
    let Some(file) = files.get(at.place.file.0 as usize) else { return String::new() };
    let mut buffer = ReadBuffer::default();
    match sources::read(file, &mut buffer) {
        Ok(text) => format!("{}:{}", file.path, LineIndex::new(text.text).line_of(at.place.span.start as usize)),
        Err(_) => file.path.clone(),
    }
}
