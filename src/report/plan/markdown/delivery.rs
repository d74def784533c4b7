//! Renders the delivery by a cluster in a comment: who writes, what does not arrive, and what stays.

use crate::report::plan::delivery::{ClusterDelivery, DeliveryDanger, NotArriving};
use crate::report::plan::input::PlanReport;
use crate::report::plan::markdown::budget::{Item, Section};
use crate::report::plan::markdown::pieces::{code, prose};
use crate::report::plan::words;
use crate::text::plural::{count, grouped};

pub(super) fn sections(report: &PlanReport<'_>) -> Vec<Section> {
    let Some(delivery) = report.delivery else { return Vec::new() };
    vec![writers(delivery), not_arriving(delivery), kept(delivery)]
}

fn item(importance: u8, line: String) -> Item {
    Item { importance, brief: line.clone(), rich: line }
}

fn writers(delivery: &ClusterDelivery) -> Section {
    let mut items = vec![item(0, format!("{}\n", prose(&delivery.sentence())))];
    for cluster in &delivery.clusters {
        items.extend(cluster.deliverer_sentences().map(|sentence| item(3, format!("\n{}\n", prose(&sentence)))));
        items.extend(cluster.problem().map(|problem| item(0, format!("\n⚠️ {}\n", prose(&problem)))));
        items.extend(cluster.dangers.iter().map(|danger| item(1, self::danger(danger))));
    }
    Section::new("\n#### Delivery\n\n", "", items, |more| format!("\n_and {}_\n", count(more, "more sentence")))
}

fn danger(danger: &DeliveryDanger) -> String {
    let place = danger.location().map(|place| format!(" ({})", code(&place))).unwrap_or_default();
    format!("\n⚠️ {}: {}{place}.\n", code(danger.kind), prose(&danger.what))
}

fn not_arriving(delivery: &ClusterDelivery) -> Section {
    let of_clusters = delivery.clusters.iter().flat_map(|cluster| &cluster.not_arriving);
    let items = delivery.not_delivered.iter().chain(of_clusters).map(|one| item(2, line(one)));
    let number = grouped(delivery.not_arriving());
    let more = |more| format!("- _and {} more_\n", grouped(more));
    Section::new(&format!("\n#### Does not arrive ({number})\n\n"), "", items.collect(), more)
}

fn line(one: &NotArriving) -> String {
    let name = one.name.as_deref().map(code);
    let place = one.location().map(|place| code(&place));
    let subject = match (name, place) {
        (Some(name), Some(place)) => format!("{name} in {place}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "The mapping".to_owned(),
    };
    format!("- {subject}: {}\n", prose(&one.reason))
}

fn kept(delivery: &ClusterDelivery) -> Section {
    let kept: Vec<_> = delivery.clusters.iter().flat_map(|cluster| &cluster.kept).collect();
    let (entities, them) = (count(kept.len(), "entity"), if kept.len() == 1 { "it" } else { "them" });
    let open = format!("\n<details><summary>{entities} kept, although no manifest declares {them}</summary>\n\n");
    let items =
        kept.iter().map(|(key, why)| item(8, format!("- {}: {}\n", code(&words::entity(key)), prose(why)))).collect();
    Section::new(&open, "\n</details>\n", items, |more| format!("- _and {} more_\n", grouped(more)))
}
