//! What a plan's report says of a cluster, taken from its forecast: dangers, what does not arrive, and what is kept.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::domain::cluster::Deliverer;
use crate::domain::entity::EntityKey;
use crate::domain::forecast::revision::{DelivererOutline, DeliveryOutline, MappedRevision, UndeliveredObject};
use crate::domain::forecast::{BlockerKind, Danger, DeletionBlocker, StaleEffect, StayingReason};
use crate::report::forecast::input::{ClusterForecast, Places};
use crate::report::forecast::words;
use crate::report::plan::words::entity;
use crate::report::plan::{DelivererShare, DeliveringCluster, DeliveryDanger, NotArriving};
use crate::text::plural::count;

/// `group`: the API group of manifests, whose objects should all be mapped. `declared`: entities of manifests, or that
/// some cluster sends.
pub fn delivery(
    cluster: &ClusterForecast<'_>,
    deliverer: Option<Deliverer>,
    group: &str,
    declared: &HashSet<EntityKey>,
) -> DeliveringCluster {
    let (forecast, places) = (cluster.forecast, Places::new(cluster));
    let danger = |danger: &Danger| {
        let place = places.of_cause(danger.place);
        let number = count(danger.entities.len(), "entity");
        DeliveryDanger {
            kind: danger.kind.name(),
            what: match danger.entities.is_empty() {
                true => words::danger(danger),
                false => format!("{}: this deletes {number}", words::danger(danger)),
            },
            path: place.as_ref().map(|place| place.path.to_owned()),
            line: place.and_then(|place| place.line),
        }
    };
    let mapping = (!cluster.mapping.is_generated).then(|| cluster.mapping.path.to_owned());
    DeliveringCluster {
        name: cluster.name.to_owned(),
        deliverer: deliverer.or_else(|| only_tool(cluster.now.delivery.as_ref()?)),
        deliverers: shares(cluster.now, group),
        state_key: cluster.state_key.map(str::to_owned),
        mapping,
        outcome: Some(forecast.outcome),
        dangers: forecast.dangers.iter().map(danger).collect(),
        not_arriving: not_arriving(cluster, &places, group),
        kept: kept(cluster, declared),
    }
}

fn not_arriving(cluster: &ClusterForecast<'_>, places: &Places<'_>, group: &str) -> Vec<NotArriving> {
    // What nothing delivers to this cluster may be meant for another one.
    let undelivered = cluster.now.undelivered.iter().filter(|object| object.keeps_object).map(undelivered);
    let blocked = cluster.forecast.blockers.iter().map(|blocker| of_blocker(blocker, cluster, places));
    undelivered.chain(blocked).chain(unmapped(cluster, group)).collect()
}

fn undelivered(object: &UndeliveredObject) -> NotArriving {
    NotArriving {
        kind: "undelivered",
        name: object.name.clone(),
        path: Some(object.path.to_string()),
        line: Some(object.line),
        reason: object.reason.clone(),
        is_refused: false,
    }
}

/// An entity of a bare file.
pub fn bare(key: &EntityKey, path: Option<String>, line: Option<usize>) -> NotArriving {
    NotArriving {
        kind: "undelivered",
        name: Some(entity(key)),
        path,
        line,
        reason: "a bare file reaches no cluster; a Git integration of the platform or `portolan push` writes it"
            .to_owned(),
        is_refused: false,
    }
}

/// The manifests that no deliverer brings to any of these clusters.
pub fn not_delivered(clusters: &[&MappedRevision]) -> Vec<NotArriving> {
    let missing = |revision: &&MappedRevision| -> BTreeMap<(Arc<str>, usize), UndeliveredObject> {
        let missing = revision.undelivered.iter().filter(|object| !object.keeps_object);
        missing.map(|object| ((Arc::clone(&object.path), object.line), object.clone())).collect()
    };
    let mut all = clusters.iter().map(missing);
    let Some(mut found) = all.next() else { return Vec::new() };
    for other in all {
        found.retain(|key, _| other.contains_key(key));
    }
    found.values().map(undelivered).collect()
}

/// Who brings manifests, and other objects that the mapping takes, to the cluster.
fn shares(revision: &MappedRevision, group: &str) -> Vec<DelivererShare> {
    let Some(delivery) = &revision.delivery else { return Vec::new() };
    let mapped: HashSet<usize> = revision.evaluation.upserts.iter().map(|entity| entity.origin.object).collect();
    let objects = revision.objects.iter().zip(&delivery.of_object).enumerate();
    let objects = objects.filter(|(at, (object, _))| object.group == group || mapped.contains(at));
    let by: Vec<usize> = objects.filter_map(|(_, (_, by))| *by).collect();
    let share = |(at, deliverer): (usize, &DelivererOutline)| DelivererShare {
        title: deliverer.title.clone(),
        path: deliverer.path.to_string(),
        line: deliverer.line,
        objects: by.iter().filter(|by| **by == at).count(),
    };
    delivery.deliverers.iter().enumerate().map(share).filter(|share| share.objects > 0).collect()
}

/// The tool of all deliverers.
fn only_tool(delivery: &DeliveryOutline) -> Option<Deliverer> {
    let mut tools = delivery.deliverers.iter().map(|deliverer| deliverer.tool);
    let first = tools.next()?;
    tools.all(|tool| tool == first).then_some(first)
}

fn of_blocker(blocker: &DeletionBlocker, cluster: &ClusterForecast<'_>, places: &Places<'_>) -> NotArriving {
    let place = places.of_blocker(blocker).into_iter().next();
    let object = blocker.object.and_then(|at| cluster.now.objects.get(at));
    let of_object = || object.map(|object| format!("{} {}", object.kind, object.key));
    NotArriving {
        kind: blocker.kind.name(),
        name: blocker.entity.as_ref().map(entity).or_else(of_object),
        path: place.as_ref().map(|place| place.path.to_owned()),
        line: place.and_then(|place| place.line),
        reason: words::blocker(&blocker.kind),
        // It still arrives in this resync.
        is_refused: !matches!(blocker.kind, BlockerKind::TargetDeleted { .. }),
    }
}

/// Manifests that no entry of the mapping selects.
fn unmapped<'a>(cluster: &'a ClusterForecast<'_>, group: &'a str) -> impl Iterator<Item = NotArriving> + 'a {
    let evaluation = &cluster.now.evaluation;
    let sent = evaluation.upserts.iter().map(|entity| entity.origin.object);
    let failing = evaluation.problems.iter().filter_map(|problem| problem.object_index);
    let known: HashSet<usize> = sent.chain(failing).collect();
    // After a failed start or a crash the rest is not evaluated.
    let is_evaluated = cluster.forecast.outcome.is_evaluated();
    let objects = cluster.now.objects.iter().enumerate().filter(move |_| is_evaluated);
    let unmapped = objects.filter(move |(at, object)| object.group == group && !known.contains(at));
    unmapped.map(|(_, object)| NotArriving {
        kind: "unmapped",
        name: Some(format!("{} {}", object.kind, object.key)),
        path: Some(object.path.to_string()),
        line: Some(object.line),
        reason: "no entry of the mapping selects it".to_owned(),
        is_refused: false,
    })
}

fn kept(cluster: &ClusterForecast<'_>, declared: &HashSet<EntityKey>) -> Vec<(EntityKey, String)> {
    let forecast = cluster.forecast;
    let mut kept = Vec::new();
    for stale in &forecast.stale {
        let reason = match &stale.effect {
            StaleEffect::Deleted if declared.contains(&stale.key) => format!(
                "another cluster sends it, but the exporter of `{}` deletes it if it resyncs first",
                cluster.name
            ),
            StaleEffect::Deleted => continue,
            StaleEffect::Blocked | StaleEffect::Required { .. } if declared.contains(&stale.key) => continue,
            StaleEffect::Blocked => "it is deleted as soon as nothing blocks that any longer".to_owned(),
            StaleEffect::Required { .. } => words::stale_effect(&stale.effect).unwrap_or_default(),
        };
        kept.push((stale.key.clone(), reason));
    }
    let undecided = forecast.undecided.iter().filter(|it| !declared.contains(&it.key));
    kept.extend(undecided.map(|it| (it.key.clone(), words::undecided(it.reason).to_owned())));
    let renamed = forecast.staying.iter().filter(|it| it.reason == StayingReason::StateKeyRenamed);
    let renamed = renamed.filter(|it| !declared.contains(&it.key));
    kept.extend(renamed.map(|it| (it.key.clone(), words::staying(it.reason).to_owned())));
    kept
}
