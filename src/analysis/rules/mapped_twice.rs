//! Reports objects that give one entity more than once: in two clusters, or by two mappings or items with different values.
//! `duplicate-entity` reports two objects.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::analysis::engine::rule::{Assumed, Check, DeliveryContext, FindingBuilder, MappingContext, Rule, Sink};
use crate::analysis::object_names::name_objects;
use crate::domain::entity::EntityKey;
use crate::domain::evaluation::MappedEntity;
use crate::domain::finding::{EntityName, Family, Place, RuleInfo, Severity};
use crate::domain::mapping_facts::ClusterFacts;
use crate::text::plural::{count, grouped};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P716",
        name: "mapped-twice",
        family: Family::Mapping,
        severity: Some(Severity::Error),
        what: "an object that gives one entity more than once",
        why: "The last one written wins, which can differ from run to run; of two clusters, each deletes what it no longer maps.",
        fix: "Let one mapping of one cluster give the entity",
    },
    check: Check::MappingOrAssumed(check, Assumed::Delivery(check_deliveries)),
};

type Mapped<'a> = (&'a ClusterFacts, &'a MappedEntity);

fn check(context: &MappingContext<'_>, sink: &mut Sink<'_>) {
    let clusters = &context.facts.clusters;
    let mut first: HashMap<(EntityKey, Place), (usize, Mapped<'_>)> = HashMap::new();
    let mut shared: BTreeMap<(usize, usize), Vec<(Mapped<'_>, Mapped<'_>)>> = BTreeMap::new();
    for (number, cluster) in clusters.iter().enumerate() {
        for entity in cluster.entities() {
            let (Some(key), Some(object)) = (entity.key(), cluster.object(entity.origin.object)) else { continue };
            let again = (cluster, entity);
            let (of_cluster, former) = *first.entry((key, object.place)).or_insert((number, again));
            if of_cluster != number {
                shared.entry((of_cluster, number)).or_default().push((former, again));
            } else if !std::ptr::eq(former.1, entity) {
                report_mappings(former, again, sink);
            }
        }
    }
    for pairs in shared.values() {
        report_clusters(pairs, sink);
    }
}

/// The mapping that is assumed in each cluster sends every manifest that is delivered to it.
fn check_deliveries(context: &DeliveryContext<'_>, sink: &mut Sink<'_>) {
    for shared in &context.facts.shared_manifests {
        let number = match shared.manifests {
            1 => format!("`{}` is", shared.title),
            manifests => format!("`{}` and {} are", shared.title, count(manifests - 1, "other manifest")),
        };
        let [one, other] = &shared.clusters;
        let message = format!(
            "{number} delivered to two clusters of the config, `{one}` and `{other}`, and both exporters send them."
        );
        let mut draft = FindingBuilder::new(shared.place.span, message).file(shared.place.file);
        for deliverer in shared.by.iter().filter_map(|index| context.facts.deliverer(*index)) {
            draft = draft.related_at(deliverer.place, "delivers it");
        }
        sink.report(draft.help(
            "deliver entity manifests to one of the clusters, or give the clusters mappings whose identifiers differ",
        ));
    }
}

fn name(entity: &MappedEntity) -> Option<EntityName> {
    let identifier = entity.identifier.as_str()?.to_owned();
    Some(EntityName { blueprint: entity.blueprint.clone(), identifier })
}

fn describe(entity: &MappedEntity) -> String {
    format!("`{}` `{}`", entity.blueprint, entity.identifier.as_str().unwrap_or_default())
}

/// Two mappings of one object may each give a part of the entity.
fn report_mappings((cluster, former): Mapped<'_>, (_, entity): Mapped<'_>, sink: &mut Sink<'_>) {
    let Some(field) = different_field(former, entity) else { return };
    let places = [former, entity].map(|entity| {
        let (entry, mapping) = (entity.origin.entry, Some(entity.origin.mapping));
        let star = field.split_once('.').map(|(parent, _)| format!("{parent}.*"));
        let fields = [Some(field.clone()), star, Some("identifier".to_owned())];
        let mut found = fields.iter().flatten().filter_map(|field| cluster.expression(entry, mapping, field));
        found.next().map(|expression| expression.span)
    });
    let (Some(object), [Some(first), Some(second)]) = (cluster.object(entity.origin.object), places) else { return };
    if first == second {
        return report_items(cluster, entity, &field, sink);
    }
    let message =
        format!("Two mappings give {} of `{}`, with different values of `{field}`.", describe(entity), object.name);
    let draft = FindingBuilder::new(second, message)
        .file(cluster.file)
        .entity(name(entity))
        .related_in(cluster.file, first, "the other mapping")
        .related_in(object.place.file, object.place.span, "the object");
    sink.report(draft.help("give the field in one of the two, or make the selectors exclude each other"));
}

/// Two items of one object.
fn report_items(cluster: &ClusterFacts, entity: &MappedEntity, field: &str, sink: &mut Sink<'_>) {
    let Some(object) = cluster.object(entity.origin.object) else { return };
    let message =
        format!("Two items of `{}` give {}, with different values of `{field}`.", object.name, describe(entity));
    let draft = FindingBuilder::new(object.place.span, message).file(object.place.file).entity(name(entity));
    sink.report(draft.help("make the items, or their identifiers in the mapping, differ"));
}

/// A field that both set, to different values.
fn different_field(first: &MappedEntity, second: &MappedEntity) -> Option<String> {
    let texts = [("title", &first.title, &second.title), ("icon", &first.icon, &second.icon)];
    let differs = |(_, a, b): &(&str, &String, &String)| !a.is_empty() && !b.is_empty() && a != b;
    if let Some((field, ..)) = texts.into_iter().find(differs) {
        return Some(field.to_owned());
    }
    let (mine, other) = (first.team.as_ref(), second.team.as_ref());
    if mine.zip(other).is_some_and(|(mine, other)| mine.to_json_text() != other.to_json_text()) {
        return Some("team".to_owned());
    }
    let groups =
        [("properties", &first.properties, &second.properties), ("relations", &first.relations, &second.relations)];
    for (field, mine, others) in groups {
        for (key, value) in mine {
            if others.get(key).is_some_and(|other| other.to_json_text() != value.to_json_text()) {
                return Some(format!("{field}.{key}"));
            }
        }
    }
    None
}

/// One finding for two clusters, because they may share every entity.
fn report_clusters(pairs: &[(Mapped<'_>, Mapped<'_>)], sink: &mut Sink<'_>) {
    let Some(((one, former), (other, entity))) = pairs.first() else { return };
    let place = |(cluster, entity): Mapped<'_>| {
        let identifier = cluster.expression(entity.origin.entry, Some(entity.origin.mapping), "identifier");
        let span = identifier.map(|expression| expression.span);
        span.or_else(|| cluster.entry(entity.origin.entry).map(|entry| entry.span)).unwrap_or_default()
    };
    let objects: BTreeSet<usize> = pairs.iter().map(|(_, (_, entity))| entity.origin.object).collect();
    let names = name_objects(other, &objects);
    let number = match pairs.len() {
        1 => format!("{} comes", describe(entity)),
        count => format!("{} entities come", grouped(count)),
    };
    let message = format!("{number} from two clusters, `{}` and `{}`: {names}.", one.name, other.name);
    let mut draft = FindingBuilder::new(place((other, entity)), message).file(other.file).related_in(
        one.file,
        place((one, former)),
        format!("the mapping of `{}`", one.name),
    );
    if let Some(object) = one.object(former.origin.object) {
        draft = draft.related_in(object.place.file, object.place.span, format!("`{}`", object.name));
    }
    let help = "make the identifiers differ, for example with `env.CLUSTER_NAME`, or map each object in one cluster";
    sink.report(draft.help(help));
}
