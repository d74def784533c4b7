//! Tests of the forecast over hand-made evaluations. The program's tests run the whole command.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{ForecastInput, forecast};
use crate::domain::blueprint::Blueprint;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::document::span::Span;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::{Entity, EntityKey, Record, Targets};
use crate::domain::evaluation::{Evaluation, MappedEntity, Origin, Outcome, Problem, ProblemClass};
use crate::domain::forecast::revision::{
    ConfigState, EntryOutline, MappedRevision, MappingOutline, ObjectOutline, PlacedText, UndeliveredObject,
};
use crate::domain::forecast::{
    Arrival, CausePlace, DangerKind, Forecast, ForecastOutcome, StaleCause, StaleEffect, StayingReason,
    UndecidedReason, WriteAction,
};
use crate::domain::plan::change::Field;
use crate::domain::snapshot::{Completeness, Shelf, Snapshot};
use crate::domain::value::Value;
use crate::jq::{Entries, Value as JqValue};

/// A mapping with one entry over objects, each of which yields the entity that has its name.
struct World {
    now: MappedRevision,
    base: Option<MappedRevision>,
    live: Vec<Entity>,
    blueprints: Vec<Json>,
    owned: Vec<EntityKey>,
    formerly_owned: Vec<EntityKey>,
}

fn key(text: &str) -> EntityKey {
    let (blueprint, identifier) = text.split_once('/').expect("a blueprint and an identifier");
    EntityKey { blueprint: blueprint.into(), identifier: identifier.into() }
}

fn keys(texts: &[&str]) -> Vec<EntityKey> {
    texts.iter().map(|text| key(text)).collect()
}

fn placed(text: &str, at: usize) -> PlacedText {
    PlacedText { text: text.to_owned(), span: Span::new(at, at + text.len()) }
}

fn entry(index: usize, kind: &str) -> EntryOutline {
    let fields = vec![("properties.*".to_owned(), Span::new(50, 51)), ("relations.*".to_owned(), Span::new(60, 61))];
    EntryOutline {
        index,
        kind: placed(kind, 0),
        selector: Some(placed(".spec.blueprint == \"service\"", 10)),
        items_to_parse: None,
        mappings: vec![MappingOutline {
            identifier: placed(".spec.identifier", 30),
            blueprint: placed(".spec.blueprint", 40),
            fields,
        }],
        objects: 1,
    }
}

fn revision(upserts: Vec<MappedEntity>, objects: &[&str]) -> MappedRevision {
    let object = |(at, name): (usize, &&str)| ObjectOutline {
        group: "getport.io".to_owned(),
        kind: "Entity".to_owned(),
        key: (*name).to_owned(),
        digest: 1,
        path: format!("{name}.yaml").into(),
        line: at + 1,
    };
    MappedRevision {
        config: ConfigState::Present,
        entries: vec![entry(0, "getport.io/v1/entities")],
        objects: objects.iter().enumerate().map(object).collect(),
        undelivered: Vec::new(),
        evaluation: Evaluation {
            outcome: Outcome::Complete,
            upserts,
            deletes: Vec::new(),
            undecided: Vec::new(),
            problems: Vec::new(),
            approximations: Vec::new(),
        },
        creates_missing_targets: false,
        state_key: Some("prod".to_owned()),
    }
}

/// An entity with these properties and relations, mapped from the object with this index.
fn mapped(name: &str, object: usize, body: Json) -> MappedEntity {
    let EntityKey { blueprint, identifier } = key(name);
    let entries = |value: &Json| -> Entries {
        let members = value.as_object().into_iter().flatten();
        members.map(|(name, value)| (Arc::from(name.as_str()), JqValue::from_json(value))).collect()
    };
    MappedEntity {
        identifier: JqValue::from(&*identifier),
        blueprint: blueprint.to_string(),
        title: body["title"].as_str().unwrap_or_default().to_owned(),
        icon: String::new(),
        team: body.get("team").map(JqValue::from_json),
        properties: entries(&body["properties"]),
        relations: entries(&body["relations"]),
        contested: Vec::new(),
        origin: Origin { object, entry: 0, mapping: 0 },
    }
}

fn stored(name: &str, properties: Json, relations: Json) -> Entity {
    let targets = |value: &Json| match value {
        Json::String(target) => Targets::One(target.as_str().into()),
        Json::Array(list) => Targets::Many(list.iter().filter_map(Json::as_str).map(Box::from).collect()),
        _ => Targets::None,
    };
    let properties = properties.as_object().expect("properties");
    let relations = relations.as_object().expect("relations");
    Entity {
        key: key(name),
        texts: Texts::default(),
        team: Box::default(),
        properties: properties.iter().map(|(name, value)| (name.as_str().into(), Value::from_json(value))).collect(),
        relations: relations.iter().map(|(name, value)| (name.as_str().into(), targets(value))).collect(),
        record: Record::default(),
    }
}

impl World {
    /// Services `a`, `b` and so on at both revisions, in the catalog, and owned.
    fn of(names: &[&str]) -> Self {
        let revision = || {
            let upserts = names.iter().enumerate();
            revision(upserts.map(|(at, name)| mapped(&format!("service/{name}"), at, json!({}))).collect(), names)
        };
        let full: Vec<String> = names.iter().map(|name| format!("service/{name}")).collect();
        Self {
            now: revision(),
            base: Some(revision()),
            live: full.iter().map(|name| stored(name, json!({}), json!({}))).collect(),
            blueprints: vec![
                json!({
                    "identifier": "service",
                    "schema": {"properties": {
                        "tier": {"type": "number"}, "kept": {"type": "string"}, "plan": {"type": "string", "default": "free"},
                    }},
                    "relations": {"uses": {"target": "service", "many": true}, "domain": {"target": "domain"}},
                }),
                json!({"identifier": "domain", "schema": {"properties": {}}}),
            ],
            owned: full.iter().map(|name| key(name)).collect(),
            formerly_owned: Vec::new(),
        }
    }

    fn forecast(&self) -> Forecast {
        let blueprints = self.blueprints.iter().map(|json| Blueprint::from_json(json.clone()).expect("a blueprint").0);
        let blueprints = Blueprints::new(blueprints.collect());
        let mut live = Snapshot::default();
        for blueprint in blueprints.iter() {
            let of_it = self.live.iter().filter(|entity| *entity.key.blueprint == *blueprint.identifier);
            let mut entities: Vec<Entity> = of_it.cloned().collect();
            entities.sort_by(|a, b| a.key.cmp(&b.key));
            let shelf = Shelf { entities, completeness: Completeness::Complete };
            live.blueprints.insert(blueprint.identifier.clone(), shelf);
        }
        forecast(&ForecastInput {
            now: &self.now,
            base: self.base.as_ref(),
            live: &live,
            blueprints: &blueprints,
            owned: &self.owned,
            formerly_owned: &self.formerly_owned,
        })
    }

    /// The kind and place of the only danger, with its entities.
    #[track_caller]
    fn danger(&self) -> (DangerKind, CausePlace, Vec<String>) {
        let forecast = self.forecast();
        assert_eq!(forecast.dangers.len(), 1, "{forecast:?}");
        assert!(forecast.is_dangerous());
        let danger = &forecast.dangers[0];
        let name = |key: &EntityKey| format!("{}/{}", key.blueprint, key.identifier);
        let of_danger = |stale: &&crate::domain::forecast::StaleEntity| stale.cause == StaleCause::Danger(0);
        assert_eq!(forecast.stale.iter().filter(of_danger).count(), danger.entities.len());
        (danger.kind, danger.place, danger.entities.iter().map(name).collect())
    }

    /// The names of the blockers.
    fn blockers(&self) -> Vec<&'static str> {
        self.forecast().blockers.iter().map(|blocker| blocker.kind.name()).collect()
    }
}

fn problem(class: ProblemClass, object: Option<usize>) -> Problem {
    Problem {
        class,
        cause: class,
        object: None,
        object_index: object,
        kind: Some("getport.io/v1/entities".to_owned()),
        entry: Some(0),
        field: Some("properties.tier".to_owned()),
        expression: None,
        message: "no".to_owned(),
        span: Some(Span::new(3, 4)),
    }
}

#[test]
fn nothing_changes_where_everything_is_there() {
    let forecast = World::of(&["a", "b"]).forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::Complete, Some(1)));
    assert!(forecast.writes.iter().all(|write| write.action == WriteAction::Unchanged));
    assert!(forecast.stale.is_empty() && !forecast.is_dangerous());
}

#[test]
fn a_merge_writes_what_is_sent_clears_nulls_and_keeps_the_rest() {
    let mut world = World::of(&["a"]);
    let body = json!({"title": "A", "properties": {"tier": 2, "plan": null}, "relations": {"uses": []}});
    world.now.evaluation.upserts = vec![mapped("service/a", 0, body)];
    let before = json!({"properties": {"tier": 1, "kept": "x"}, "relations": {"domain": "d"}});
    world.base.as_mut().expect("a base").evaluation.upserts = vec![mapped("service/a", 0, before)];
    let relations = json!({"uses": ["a"], "domain": "d"});
    world.live = vec![stored("service/a", json!({"tier": 1, "kept": "x", "plan": "free"}), relations)];
    let forecast = world.forecast();
    let write = &forecast.writes[0];
    assert_eq!(write.action, WriteAction::Update);
    let changed: Vec<(Option<&str>, Json)> =
        write.fields.iter().map(|field| (field.field.property_name(), field.after.to_json())).collect();
    let expected = [(None, json!("A")), (Some("plan"), Json::Null), (Some("tier"), json!(2)), (None, Json::Null)];
    assert_eq!(changed, expected);
    let kept: Vec<(&Field, Option<bool>)> = write.kept.iter().map(|kept| (&kept.field, kept.was_sent)).collect();
    let expected = [(&Field::Property("kept".into()), Some(true)), (&Field::Relation("domain".into()), Some(true))];
    assert_eq!(kept, expected);
    assert!(!write.takes_over);
    world.owned.clear();
    assert!(world.forecast().writes[0].takes_over);
}

#[test]
fn a_removed_manifest_is_no_danger() {
    let mut world = World::of(&["a", "b"]);
    world.now.objects.pop();
    world.now.evaluation.upserts.pop();
    let forecast = world.forecast();
    assert!(!forecast.is_dangerous());
    assert_eq!(
        (forecast.stale[0].effect.clone(), forecast.stale[0].cause),
        (StaleEffect::Deleted, StaleCause::ObjectRemoved)
    );
    // A manifest that cannot be delivered leaves the object in the cluster.
    let undelivered = UndeliveredObject {
        path: "b.yaml".into(),
        line: 1,
        name: Some("Entity b".to_owned()),
        reason: "unknown field".to_owned(),
    };
    world.now.undelivered.push(undelivered);
    let forecast = world.forecast();
    assert!(forecast.stale.is_empty());
    assert_eq!(forecast.undecided[0].reason, UndecidedReason::ObjectUndelivered);
}

#[test]
fn a_kind_that_no_longer_resolves_is_a_danger() {
    let mut world = World::of(&["a", "b"]);
    world.now.entries[0].kind.text = "getport.io/v1/entitys".to_owned();
    world.now.entries[0].objects = 0;
    world.now.evaluation.upserts.clear();
    let unresolved =
        Problem { kind: Some("getport.io/v1/entitys".to_owned()), ..problem(ProblemClass::KindUnresolved, None) };
    world.now.evaluation.problems.push(unresolved);
    let both = vec!["service/a".to_owned(), "service/b".to_owned()];
    let place = CausePlace::Mapping(world.now.entries[0].kind.span);
    assert_eq!(world.danger(), (DangerKind::KindUnresolved, place, both.clone()));
    assert_eq!(world.forecast().outcome, ForecastOutcome::Complete);
    // Without a base it may be a kind that only the cluster knows, but the exporter would delete all the same.
    world.base = None;
    assert_eq!(world.danger(), (DangerKind::KindUnresolved, place, both));
}

#[test]
fn a_selector_that_becomes_false_is_a_danger() {
    let mut world = World::of(&["a", "b"]);
    world.now.evaluation.upserts.clear();
    world.now.entries[0].selector = Some(placed(".spec.blueprint == \"servce\"", 10));
    let (kind, place, entities) = world.danger();
    assert_eq!((kind, entities.len()), (DangerKind::SelectorFalse, 2));
    assert_eq!(place, CausePlace::Mapping(Span::new(10, 37)));
    // The same by a change of the manifest.
    let mut world = World::of(&["a", "b"]);
    world.now.evaluation.upserts.pop();
    world.now.objects[1].digest = 2;
    assert_eq!(world.danger(), (DangerKind::SelectorFalse, CausePlace::Object(1), vec!["service/b".to_owned()]));
}

#[test]
fn another_identifier_or_blueprint_is_a_danger() {
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts = vec![mapped("service/shop-a", 0, json!({}))];
    world.now.entries[0].mappings[0].identifier.text = "\"shop-\" + .spec.identifier".to_owned();
    let (kind, place, _) = world.danger();
    assert_eq!(kind, DangerKind::IdentifierChanged);
    assert_eq!(place, CausePlace::Mapping(world.now.entries[0].mappings[0].identifier.span));
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts = vec![mapped("domain/a", 0, json!({}))];
    world.now.entries[0].mappings[0].blueprint.text = "\"domain\"".to_owned();
    let (kind, place, _) = world.danger();
    assert_eq!(kind, DangerKind::BlueprintChanged);
    assert_eq!(place, CausePlace::Mapping(world.now.entries[0].mappings[0].blueprint.span));
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts = vec![mapped("service/z", 0, json!({}))];
    world.now.objects[0].digest = 2;
    let (kind, place, _) = world.danger();
    assert_eq!((kind, place), (DangerKind::IdentifierChanged, CausePlace::Object(0)));
}

#[test]
fn a_config_that_maps_nothing_is_a_danger() {
    for (state, kind) in [(ConfigState::Empty, DangerKind::MapsNothing), (ConfigState::Null, DangerKind::ConfigNull)] {
        let mut world = World::of(&["a", "b"]);
        world.now.config = state;
        world.now.entries.clear();
        world.now.evaluation.upserts.clear();
        assert_eq!(world.danger().0, kind);
        world.base = None;
        assert_eq!(world.danger().0, kind);
    }
}

#[test]
fn an_entry_that_disappears_is_a_danger() {
    let mut world = World::of(&["a", "b"]);
    world.now.evaluation.upserts.pop();
    let base = world.base.as_mut().expect("a base");
    base.entries.push(entry(1, "getport.io/v1/clusterentities"));
    base.evaluation.upserts[1].origin.entry = 1;
    let (kind, place, entities) = world.danger();
    assert_eq!((kind, entities), (DangerKind::EntryRemoved, vec!["service/b".to_owned()]));
    assert!(matches!(place, CausePlace::BaseMapping(_)));
    // An entry that has no mappings any longer.
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts.clear();
    world.now.entries[0].mappings.clear();
    assert_eq!(world.danger().0, DangerKind::EntryRemoved);
    // One of two mappings.
    let mut world = World::of(&["a"]);
    let base = world.base.as_mut().expect("a base");
    let mut second = base.entries[0].mappings[0].clone();
    second.identifier.text = ".metadata.name".to_owned();
    second.blueprint.text = "\"domain\"".to_owned();
    base.entries[0].mappings.push(second);
    let mut extra = mapped("domain/a", 0, json!({}));
    extra.origin.mapping = 1;
    base.evaluation.upserts.push(extra);
    world.live.push(stored("domain/a", json!({}), json!({})));
    world.owned.push(key("domain/a"));
    assert_eq!(world.danger().0, DangerKind::MappingRemoved);
}

#[test]
fn items_that_the_mapping_no_longer_yields_are_a_danger() {
    let mut world = World::of(&["a"]);
    let list = |revision: &mut MappedRevision, text: &str| {
        revision.entries[0].items_to_parse = Some(placed(text, 20));
    };
    let base = world.base.as_mut().expect("a base");
    list(base, ".spec.items");
    base.evaluation.upserts.push(mapped("service/b", 0, json!({})));
    world.live.push(stored("service/b", json!({}), json!({})));
    world.owned.push(key("service/b"));
    list(&mut world.now, ".spec.items[:1]");
    assert_eq!(
        world.danger(),
        (DangerKind::ItemsGone, CausePlace::Mapping(Span::new(20, 35)), vec!["service/b".to_owned()])
    );
    // An item that was removed from the manifest.
    list(&mut world.now, ".spec.items");
    world.now.objects[0].digest = 2;
    let forecast = world.forecast();
    assert_eq!((forecast.dangers.len(), forecast.stale[0].cause), (0, StaleCause::ItemRemoved));
}

#[test]
fn a_renamed_state_key_deletes_what_the_new_one_owns_and_leaves_the_rest() {
    let mut world = World::of(&["a"]);
    world.now.state_key = Some("other".to_owned());
    world.owned = keys(&["service/x"]);
    world.formerly_owned = keys(&["service/a", "service/gone"]);
    world.live.push(stored("service/x", json!({}), json!({})));
    world.live.push(stored("service/gone", json!({}), json!({})));
    let (kind, place, entities) = world.danger();
    assert_eq!((kind, place), (DangerKind::StateKeyRenamed, CausePlace::Settings));
    assert_eq!(entities, ["service/x"]);
    let staying = world.forecast().staying;
    assert_eq!((staying.len(), staying[0].reason), (1, StayingReason::StateKeyRenamed));
    assert_eq!(staying[0].key, key("service/gone"));
}

#[test]
fn an_object_that_fails_blocks_every_deletion() {
    let mut world = World::of(&["a", "b", "c"]);
    world.now.evaluation.upserts.truncate(1);
    world.now.objects.truncate(2);
    world.now.evaluation.outcome = Outcome::NoDeletion;
    world.now.evaluation.problems.push(problem(ProblemClass::JqError, Some(1)));
    let forecast = world.forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::NoDeletion, None));
    assert_eq!(world.blockers(), ["object-fails"]);
    assert_eq!(forecast.blockers[0].object, Some(1));
    assert_eq!(forecast.blockers[0].mapping, Some(Span::new(3, 4)));
    assert_eq!(forecast.undecided[0].reason, UndecidedReason::ObjectFails);
    assert_eq!((forecast.stale.len(), &forecast.stale[0].effect), (1, &StaleEffect::Blocked));
    assert_eq!(forecast.stale[0].key, key("service/c"));
}

#[test]
fn a_config_that_does_not_start_or_crashes_deletes_nothing() {
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts.clear();
    world.now.evaluation.problems = vec![problem(ProblemClass::NullInList, Some(0))];
    world.now.evaluation.outcome = Outcome::Crash;
    assert_eq!(world.blockers(), ["crash"]);
    assert_eq!(world.forecast().stale, []);
    world.now.evaluation.problems = vec![problem(ProblemClass::Config, None)];
    world.now.evaluation.outcome = Outcome::StartFailed;
    assert_eq!(world.blockers(), ["start-failed"]);
    assert_eq!((world.forecast().stale, world.forecast().outcome), (Vec::new(), ForecastOutcome::StartFailed));
}

fn links(world: &mut World, relations: &[(&str, Json)]) {
    let upserts = relations.iter().enumerate();
    let upserts = upserts.map(|(at, (name, relations))| mapped(name, at, json!({"relations": relations})));
    world.now.evaluation.upserts = upserts.collect();
}

#[test]
fn a_chain_of_new_entities_takes_several_resyncs_and_a_circle_never_arrives() {
    let mut world = World::of(&["a", "b", "c"]);
    world.live.clear();
    world.owned = keys(&["service/old"]);
    world.live.push(stored("service/old", json!({}), json!({})));
    links(
        &mut world,
        &[("service/a", json!({"uses": ["b"]})), ("service/b", json!({"uses": ["c"]})), ("service/c", json!({}))],
    );
    let forecast = world.forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::OrderDecides, Some(3)));
    assert_eq!(forecast.writes[0].arrival, Arrival::Later { resync: 3 });
    assert_eq!(forecast.stale[0].effect, StaleEffect::Deleted);
    assert!(!forecast.is_dangerous());
    links(
        &mut world,
        &[
            ("service/a", json!({"uses": ["b"]})),
            ("service/b", json!({"uses": ["c"]})),
            ("service/c", json!({"uses": ["b"]})),
        ],
    );
    let forecast = world.forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::NoDeletion, None));
    assert_eq!(world.blockers(), ["target-refused", "relation-cycle"]);
    assert_eq!(forecast.stale[0].effect, StaleEffect::Blocked);
    // A new entity that points to itself is a circle too.
    links(&mut world, &[("service/a", json!({"uses": ["a"]}))]);
    assert_eq!(world.blockers(), ["relation-cycle"]);
    // The catalog can create missing targets.
    world.now.creates_missing_targets = true;
    let forecast = world.forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::Complete, Some(1)));
    links(&mut world, &[("service/a", json!({"domain": "new"}))]);
    assert_eq!(world.forecast().stubs, keys(&["domain/new"]));
}

#[test]
fn a_target_that_nobody_sends_blocks_every_deletion() {
    let mut world = World::of(&["a"]);
    links(&mut world, &[("service/a", json!({"domain": "nowhere"}))]);
    assert_eq!(world.blockers(), ["missing-target"]);
    let forecast = world.forecast();
    assert_eq!(forecast.blockers[0].mapping, Some(Span::new(60, 61)));
    assert_eq!(forecast.writes[0].arrival, Arrival::Never);
}

#[test]
fn values_that_the_catalog_refuses_block_every_deletion() {
    for (body, field) in [
        (json!({"properties": {"tier": "two"}}), "properties.tier"),
        (json!({"properties": {"nowhere": null}}), "properties.nowhere"),
        (json!({"properties": {"*": null}}), "properties.*"),
        (json!({"relations": {"domain": ["a"]}}), "relations.domain"),
        (json!({"relations": {"uses": 1}}), "relations.uses"),
        (json!({"relations": {"lost": "a"}}), "relations.lost"),
        (json!({"relations": {"domain": "a b"}}), "relations.domain"),
        (json!({"properties": {}}), "properties.owner"),
    ] {
        let mut world = World::of(&["a"]);
        if field == "properties.owner" {
            world.blueprints[0]["schema"]["properties"]["owner"] = json!({"type": "string"});
            world.blueprints[0]["schema"]["required"] = json!(["owner"]);
        }
        world.now.evaluation.upserts = vec![mapped("service/a", 0, body.clone())];
        let forecast = world.forecast();
        assert_eq!(world.blockers(), ["refused"], "{body}");
        let crate::domain::forecast::BlockerKind::Refused(reason) = &forecast.blockers[0].kind else {
            panic!("{body}")
        };
        assert_eq!(reason.field(), field, "{body}");
        assert_eq!(forecast.outcome, ForecastOutcome::NoDeletion);
    }
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts = vec![mapped("nowhere/a", 0, json!({})), mapped("service/a b", 0, json!({}))];
    assert_eq!(world.blockers(), ["refused", "refused"]);
}

#[test]
fn a_required_relation_without_a_value_blocks_every_deletion() {
    let mut world = World::of(&["a"]);
    world.blueprints[0]["relations"]["domain"]["required"] = json!(true);
    assert_eq!(world.blockers(), ["refused"]);
    world.live = vec![stored("service/a", json!({}), json!({"domain": "d"})), stored("domain/d", json!({}), json!({}))];
    assert!(world.blockers().is_empty(), "a merge keeps the stored value");
}

#[test]
fn what_others_require_is_not_deleted_and_what_others_point_to_is_refused_later() {
    let mut world = World::of(&["a", "b"]);
    world.blueprints[0]["relations"]["domain"]["required"] = json!(true);
    world.live = ["a", "b"].map(|name| stored(&format!("service/{name}"), json!({}), json!({"domain": "d"}))).into();
    world.live.push(stored("domain/d", json!({}), json!({})));
    world.owned = keys(&["domain/d", "service/a", "service/b"]);
    links(&mut world, &[("service/a", json!({"domain": "d"}))]);
    let forecast = world.forecast();
    let effects: Vec<&StaleEffect> = forecast.stale.iter().map(|stale| &stale.effect).collect();
    assert_eq!(effects, [&StaleEffect::Required { by: keys(&["service/a"]) }, &StaleEffect::Deleted]);
    // The last entity that requires the domain goes in the same run, perhaps after it.
    world.now.evaluation.upserts.clear();
    let forecast = world.forecast();
    assert!(forecast.stale.iter().all(|stale| stale.effect == StaleEffect::Deleted));
    assert_eq!(forecast.resyncs, Some(2));
    // An optional relation lets it go, and is refused from then on.
    world.blueprints[0]["relations"]["domain"]["required"] = json!(false);
    links(&mut world, &[("service/a", json!({"domain": "d"})), ("service/b", json!({}))]);
    let forecast = world.forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::Complete, None));
    assert_eq!(world.blockers(), ["target-deleted"]);
}

#[test]
fn what_may_come_from_elsewhere_is_not_known() {
    let mut world = World::of(&["a"]);
    world.owned.extend(keys(&["service/elsewhere", "domain/d"]));
    world.live.push(stored("service/elsewhere", json!({}), json!({})));
    world.live.push(stored("domain/d", json!({}), json!({})));
    let mut pods = entry(1, "v1/pods");
    pods.objects = 0;
    pods.mappings[0].blueprint.text = "\"service\"".to_owned();
    world.now.entries.push(pods);
    let forecast = world.forecast();
    assert_eq!(
        (forecast.undecided[0].key.clone(), forecast.undecided[0].reason),
        (key("service/elsewhere"), UndecidedReason::ObjectsElsewhere)
    );
    assert_eq!((forecast.stale[0].key.clone(), forecast.stale[0].cause), (key("domain/d"), StaleCause::Undeclared));
    let mut searched = mapped("domain/q", 0, json!({}));
    searched.identifier = JqValue::from_json(&json!({"combinator": "and", "rules": []}));
    world.now.evaluation.upserts.push(searched);
    let forecast = world.forecast();
    assert_eq!((forecast.searched, forecast.undecided[0].reason), (1, UndecidedReason::SearchQuery));
}

#[test]
fn what_another_owner_has_stays() {
    let mut world = World::of(&["a", "b"]);
    world.now.objects.pop();
    world.now.evaluation.upserts.pop();
    world.owned.pop();
    let staying = world.forecast().staying;
    assert_eq!((staying[0].key.clone(), staying[0].reason), (key("service/b"), StayingReason::NotOwned));
}

#[test]
fn a_hundred_thousand_links_need_no_stack_and_no_patience() {
    let mut world = World::of(&[]);
    let many = 20_000;
    let name = |at: usize| format!("n{at:06}");
    let upserts = (0..many).map(|at| {
        let next: Vec<String> = (1..=5).map(|step| name(at + step)).collect();
        let relations = if at + 5 < many { json!({"uses": next}) } else { json!({}) };
        mapped(&format!("service/{}", name(at)), 0, json!({"relations": relations}))
    });
    world.now.evaluation.upserts = upserts.collect();
    let forecast = world.forecast();
    assert_eq!(forecast.outcome, ForecastOutcome::OrderDecides);
    assert!(forecast.resyncs.is_some_and(|resyncs| resyncs > 3_000));
}
