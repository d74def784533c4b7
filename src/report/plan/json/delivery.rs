//! Converts the delivery by a cluster to JSON.

use crate::domain::cluster::Deliverer;
use crate::report::escape::clean;
use crate::report::plan::delivery::{ClusterDelivery, DelivererShare, DeliveringCluster, DeliveryDanger, NotArriving};
use crate::report::plan::json::{JsonCluster, JsonDanger, JsonDeliverer, JsonDelivery, JsonKept, JsonNotArriving};

pub(super) fn delivery(delivery: &ClusterDelivery) -> JsonDelivery<'_> {
    JsonDelivery {
        by_exporters: delivery.is_by_exporters(),
        clusters: delivery.clusters.iter().map(cluster).collect(),
        not_delivered: delivery.not_delivered.iter().map(not_arriving).collect(),
    }
}

fn cluster(cluster: &DeliveringCluster) -> JsonCluster<'_> {
    let DeliveringCluster {
        name,
        deliverer,
        deliverers,
        state_key,
        mapping,
        outcome,
        dangers,
        not_arriving: missing,
        kept,
    } = cluster;
    let share = |share: &'_ DelivererShare| JsonDeliverer {
        title: clean(&share.title).into_owned(),
        path: share.path.clone(),
        line: share.line,
        objects: share.objects,
    };
    let kept = kept.iter().map(|(key, why)| JsonKept {
        blueprint: &key.blueprint,
        identifier: &key.identifier,
        reason: clean(why),
    });
    JsonCluster {
        name,
        deliverer: deliverer.map(Deliverer::word),
        deliverers: deliverers.iter().map(share).collect(),
        state_key: state_key.as_deref(),
        mapping: mapping.as_deref(),
        outcome: *outcome,
        dangers: dangers.iter().map(danger).collect(),
        not_arriving: missing.iter().map(not_arriving).collect(),
        kept: kept.collect(),
    }
}

fn danger(danger: &DeliveryDanger) -> JsonDanger<'_> {
    let DeliveryDanger { kind, what, path, line } = danger;
    JsonDanger { kind, message: clean(what), path: path.as_deref(), line: *line }
}

fn not_arriving(one: &NotArriving) -> JsonNotArriving<'_> {
    let NotArriving { kind, name, path, line, reason, is_refused: _ } = one;
    JsonNotArriving {
        kind,
        name: name.as_deref().map(clean),
        path: path.as_deref(),
        line: *line,
        reason: clean(reason),
    }
}
