//! Reports objects that two deliverers apply to one cluster.

use crate::analysis::engine::rule::{Check, DeliveryContext, FindingBuilder, Rule, Sink};
use crate::domain::delivery_facts::{DeliveredTwice, DelivererFacts};
use crate::domain::finding::{Family, RuleInfo, Severity};
use crate::text::plural::count;

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P802",
        name: "delivered-twice",
        family: Family::Delivery,
        severity: Some(Severity::Warning),
        what: "manifests that two deliverers apply to the same cluster",
        why: "Each of them undoes what the other does, and one of them prunes what the other still delivers.",
        fix: "Let one deliverer take the folder, or let each take a part of it",
    },
    check: Check::Delivery(check),
};

fn check(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for twice in &context.facts.delivered_twice {
        let deliverers: Vec<&DelivererFacts> =
            twice.deliverers.iter().filter_map(|index| context.facts.deliverer(*index)).collect();
        let Some((last, others)) = deliverers.split_last().filter(|(_, others)| !others.is_empty()) else { continue };
        report(twice, last, others, sink);
    }
}

fn report(twice: &DeliveredTwice, last: &DelivererFacts, others: &[&DelivererFacts], sink: &mut Sink<'_>) {
    let objects = match twice.objects {
        1 => format!("`{}`", twice.title),
        objects => format!("`{}` and {}", twice.title, count(objects - 1, "other object")),
    };
    let also = match others {
        [one] => format!("`{}` does", one.title),
        [first, rest @ ..] => format!("`{}` and {} do", first.title, count(rest.len(), "other deliverer")),
        [] => return,
    };
    let of_deliverer = last.path.as_ref().map(|(_, place)| *place).or(last.place);
    let Some(place) = of_deliverer.or(twice.places.first().copied()) else { return };
    let message = format!("`{}` applies {objects} to the same cluster as {also}.", last.title);
    let mut draft = FindingBuilder::new(place.span, message).file(place.file);
    for other in others.iter().take(3) {
        draft = draft.related_at(other.place, "it delivers them too");
    }
    for place in twice.places.iter().take(2) {
        draft = draft.related_in(place.file, place.span, "delivered twice");
    }
    let help = match twice.places.len() {
        0 | 1 => "let one of them take the folder, or make their folders disjoint",
        _ => "remove one of the manifests, or give it another name",
    };
    sink.report(draft.help(help));
}
