//! The law of forecasts: a model of the exporter's resync, written from its description only, runs over the embedded
//! catalog in random order, again and again. What the forecast says of the first state must hold for all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portolan::catalog::wire::{EntityDraft, WriteOptions, Writer};
use portolan::catalog::{Catalog, Part};
use portolan::domain::blueprint::Blueprint;
use portolan::domain::blueprint::set::Blueprints;
use portolan::domain::entity::{Datasource, Entity, EntityKey};
use portolan::domain::evaluation::{Evaluation, MappedEntity, Origin, Outcome};
use portolan::domain::forecast::revision::{ConfigState, MappedRevision};
use portolan::domain::forecast::{Arrival, BlockerKind, Forecast, ForecastOutcome, StaleEffect, WriteAction};
use portolan::domain::plan::change::Field;
use portolan::domain::progress::Silent;
use portolan::domain::snapshot::Snapshot;
use portolan::domain::value::timestamp::Moment;
use portolan::embedded::LocalCatalog;
use portolan::embedded::api::Strictness;
use portolan::embedded::store::{Store, system_clock};
use portolan::jq::{Entries, Value as JqValue};
use portolan::plan::forecast::{ForecastInput, forecast};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value as Json, json};

const EXPORTER: &str = "port-k8s-exporter/^0.3.4 (statekey/k)";
const NAMES: [&str; 3] = ["x", "y", "z"];

/// An entity as somebody sends it.
#[derive(Debug, Clone)]
struct Sent {
    blueprint: &'static str,
    identifier: &'static str,
    body: Json,
}

#[derive(Debug, Clone)]
struct World {
    /// Whether the relation `b` of `a` is required.
    is_required: bool,
    stored: Vec<(Sent, bool)>,
    sent: Vec<Sent>,
    /// The order of each resync.
    seeds: Vec<u64>,
}

fn blueprints(is_required: bool) -> Vec<Json> {
    let properties = json!({"n": {"type": "number"}, "d": {"type": "string", "default": "free"}});
    vec![
        json!({"identifier": "a", "title": "A", "schema": {"properties": properties}, "relations": {
            "b": {"target": "b", "required": is_required, "many": false}, "as": {"target": "a", "required": false, "many": true},
        }}),
        json!({"identifier": "b", "title": "B", "schema": {"properties": properties}, "relations": {
            "a": {"target": "a", "required": false, "many": false},
        }}),
    ]
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(NAMES.to_vec())
}

fn body(blueprint: &'static str, values_are_right: bool) -> impl Strategy<Value = Json> {
    let n = prop_oneof![
        12 => (0..3).prop_map(|n| Some(json!(n))), 6 => Just(None), 1 => Just(Some(Json::Null)),
        1 => Just(Some(if values_are_right { json!(7) } else { json!("seven") })),
    ];
    let d = prop_oneof![3 => Just(None), 1 => Just(Some(Json::Null)), 1 => Just(Some(json!("paid")))];
    let one =
        || prop_oneof![5 => Just(None), 1 => Just(Some(Json::Null)), 4 => name().prop_map(|name| Some(json!(name)))];
    let many = prop_oneof![6 => Just(None), 1 => Just(Some(json!([]))), 2 => prop::collection::btree_set(name(), 1..3).prop_map(|it| Some(json!(it)))];
    (n, d, one(), many, any::<bool>()).prop_map(move |(n, d, one, many, has_title)| {
        let set = |members: Vec<(&str, Option<Json>)>| -> Map<String, Json> {
            members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
        };
        let relations = if blueprint == "a" { set(vec![("b", one), ("as", many)]) } else { set(vec![("a", one)]) };
        let mut body = json!({"properties": set(vec![("n", n), ("d", d)]), "relations": relations});
        if has_title {
            body["title"] = json!("T");
        }
        body
    })
}

fn entity(values_are_right: bool) -> impl Strategy<Value = Sent> {
    prop::sample::select(vec!["a", "a", "b"]).prop_flat_map(move |blueprint| {
        (name(), body(blueprint, values_are_right)).prop_map(move |(identifier, body)| Sent {
            blueprint,
            identifier,
            body,
        })
    })
}

fn worlds() -> impl Strategy<Value = World> {
    let stored = prop::collection::vec((entity(true), any::<bool>()), 0..12);
    let sent = prop::collection::vec(entity(false), 0..6);
    (any::<bool>(), stored, sent, prop::collection::vec(any::<u64>(), 12)).prop_map(
        |(is_required, stored, sent, seeds)| {
            // Two objects that yield one entity are random in the exporter.
            let keys: BTreeMap<(&str, &str), Sent> =
                sent.into_iter().map(|it| ((it.blueprint, it.identifier), it)).collect();
            World { is_required, stored, sent: keys.into_values().collect(), seeds }
        },
    )
}

struct Scene {
    store: Store,
    blueprints: Blueprints,
}

/// What one resync did.
#[derive(Debug, Default)]
struct Resync {
    refused: BTreeSet<EntityKey>,
    deleted: BTreeSet<EntityKey>,
}

fn key(sent: &Sent) -> EntityKey {
    EntityKey { blueprint: sent.blueprint.into(), identifier: sent.identifier.into() }
}

impl Scene {
    fn of(world: &World) -> Self {
        let store = Store::in_memory(system_clock()).expect("there is memory");
        let bodies = blueprints(world.is_required);
        for body in &bodies {
            let name = &body["identifier"];
            let bare = json!({"identifier": name, "title": name, "schema": {"properties": {}}});
            store.create_blueprint(bare, &writer("test")).expect("it is a blueprint");
        }
        for body in &bodies {
            let name = body["identifier"].as_str().expect("a name");
            store.replace_blueprint(name, body.clone(), &writer("test")).expect("it is a blueprint");
        }
        let all = bodies.iter().map(|body| Blueprint::from_json(body.clone()).expect("a blueprint").0).collect();
        let scene = Self { store, blueprints: Blueprints::new(all) };
        for (sent, is_own) in &world.stored {
            // What is refused is not there.
            let _refused = scene.send(sent, if *is_own { EXPORTER } else { "somebody else" });
        }
        scene
    }

    fn send(&self, sent: &Sent, user_agent: &str) -> bool {
        let mut body = sent.body.clone();
        body["identifier"] = json!(sent.identifier);
        let draft = EntityDraft::parse(&body, Strictness::Open).expect("a draft");
        let options = WriteOptions { upsert: true, merge: true, ..WriteOptions::default() };
        let written = self.store.bulk_upsert(sent.blueprint, vec![Ok(draft)], &options, &writer(user_agent));
        written.expect("there is such a blueprint")[0].is_ok()
    }

    fn catalog(&self) -> LocalCatalog {
        LocalCatalog::of(self.store.clone(), "the store".to_owned(), "test")
    }

    fn snapshot(&self) -> Snapshot {
        self.catalog().read(&self.blueprints, &Part::Whole, &Silent).expect("it is read")
    }

    fn owned(&self) -> Vec<EntityKey> {
        self.catalog().written_by(&Datasource::of_exporter("k")).expect("they are found")
    }

    /// Everything is sent in random order; without a refusal, what is owned and was not sent is deleted.
    fn resync(&self, world: &World, seed: u64) -> Resync {
        let mut done = Resync::default();
        let mut order: Vec<&Sent> = world.sent.iter().collect();
        order.sort_by_key(|sent| hash(seed, sent));
        let current: BTreeSet<EntityKey> = world.sent.iter().map(key).collect();
        for sent in order {
            if !self.send(sent, EXPORTER) {
                done.refused.insert(key(sent));
            }
        }
        if !done.refused.is_empty() {
            return done;
        }
        for stale in self.owned().into_iter().filter(|key| !current.contains(key)) {
            if self.store.delete_entity(&stale.blueprint, &stale.identifier, false, &writer(EXPORTER)).is_ok() {
                done.deleted.insert(stale);
            }
        }
        done
    }
}

fn hash(seed: u64, sent: &Sent) -> u64 {
    let text = format!("{seed}/{}/{}", sent.blueprint, sent.identifier);
    text.bytes().fold(seed | 1, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(17))
}

fn writer(user_agent: &str) -> Writer {
    Writer { id: "test".to_owned(), user_agent: user_agent.to_owned(), now: Moment(0) }
}

fn forecast_of(world: &World, scene: &Scene) -> Forecast {
    let entries = |value: &Json| -> Entries {
        let members = value.as_object().into_iter().flatten();
        members.map(|(name, value)| (Arc::from(name.as_str()), JqValue::from_json(value))).collect()
    };
    let mapped = |(object, sent): (usize, &Sent)| MappedEntity {
        identifier: JqValue::from(sent.identifier),
        blueprint: sent.blueprint.to_owned(),
        title: sent.body["title"].as_str().unwrap_or_default().to_owned(),
        icon: String::new(),
        team: None,
        properties: entries(&sent.body["properties"]),
        relations: entries(&sent.body["relations"]),
        contested: Vec::new(),
        origin: Origin { object, entry: 0, mapping: 0 },
    };
    let now = MappedRevision {
        config: ConfigState::Present,
        entries: Vec::new(),
        objects: Vec::new(),
        undelivered: Vec::new(),
        evaluation: Evaluation {
            outcome: Outcome::Complete,
            upserts: world.sent.iter().enumerate().map(mapped).collect(),
            deletes: Vec::new(),
            undecided: Vec::new(),
            problems: Vec::new(),
            approximations: Vec::new(),
        },
        creates_missing_targets: false,
        state_key: Some("k".to_owned()),
        delivery: None,
    };
    forecast(&ForecastInput {
        now: &now,
        base: None,
        live: &scene.snapshot(),
        blueprints: &scene.blueprints,
        owned: &scene.owned(),
        formerly_owned: &[],
    })
}

fn field_of(entity: &Entity, field: &Field) -> Json {
    match field {
        Field::Text(field) => json!(entity.texts[*field]),
        Field::Team => json!(entity.team),
        Field::Property(name) => {
            let found = entity.properties.iter().find(|(known, _)| known == name);
            found.map_or(Json::Null, |(_, value)| value.to_json())
        }
        Field::Relation(name) => {
            let found = entity.relations.iter().find(|(known, _)| known == name);
            let value = found.map_or(Json::Null, |(_, targets)| json!(targets));
            if value == json!([]) { Json::Null } else { value }
        }
    }
}

fn check(world: &World) {
    let scene = Scene::of(world);
    let said = forecast_of(world, &scene);
    let before = scene.snapshot();
    let resyncs: Vec<(Resync, Snapshot)> =
        world.seeds.iter().map(|seed| (scene.resync(world, *seed), scene.snapshot())).collect();
    let never: BTreeSet<EntityKey> =
        said.writes.iter().filter(|write| write.arrival == Arrival::Never).map(|write| write.key.clone()).collect();
    for (done, _) in &resyncs {
        assert!(never.is_subset(&done.refused), "{never:?} should be refused: {done:?}");
    }
    let deleted: BTreeSet<EntityKey> = said.deleted().map(|stale| stale.key.clone()).collect();
    let all_deleted: BTreeSet<EntityKey> = resyncs.iter().flat_map(|(done, _)| done.deleted.clone()).collect();
    let points_to_deleted: BTreeSet<EntityKey> = said
        .blockers
        .iter()
        .filter(|blocker| matches!(blocker.kind, BlockerKind::TargetDeleted { .. }))
        .filter_map(|blocker| blocker.entity.clone())
        .collect();
    match said.outcome {
        ForecastOutcome::Complete => {
            assert!(resyncs[0].0.refused.is_empty(), "{:?}", resyncs[0].0);
            assert_eq!(never, BTreeSet::new());
        }
        ForecastOutcome::OrderDecides => assert_eq!(never, BTreeSet::new()),
        ForecastOutcome::NoDeletion => {
            assert_eq!(all_deleted, BTreeSet::new());
            assert!(resyncs.iter().all(|(done, _)| !done.refused.is_empty()));
            assert!(said.stale.iter().all(|stale| stale.effect == StaleEffect::Blocked));
        }
        ForecastOutcome::StartFailed | ForecastOutcome::Crash => unreachable!("the mapping is right"),
    }
    assert!(all_deleted.is_subset(&deleted), "{all_deleted:?} were deleted, and only {deleted:?} announced");
    if let Some(last) = said.resyncs {
        // It is settled, as announced.
        let settled = &resyncs[last - 1].1;
        for (done, after) in &resyncs[last..] {
            assert_eq!((&done.refused, &done.deleted), (&BTreeSet::new(), &BTreeSet::new()));
            assert_eq!(after, settled);
        }
        assert_eq!(all_deleted, deleted);
        for write in &said.writes {
            let entity = settled.get(&write.key.blueprint, &write.key.identifier).expect("it has arrived");
            let fields = write.fields.iter().map(|field| (&field.field, &field.after));
            for (field, value) in fields.chain(write.kept.iter().map(|kept| (&kept.field, &kept.value))) {
                assert_eq!(field_of(entity, field), value.to_json(), "{:?} {field:?}", write.key);
            }
            let was_there = before.get(&write.key.blueprint, &write.key.identifier).is_some();
            assert_eq!(was_there, write.action != WriteAction::Create);
        }
    } else if said.outcome == ForecastOutcome::Complete {
        // The first resync deletes the targets of relations, and the next ones are refused.
        assert!(!points_to_deleted.is_empty());
        if deleted == all_deleted && resyncs[0].0.deleted == deleted {
            for (done, _) in &resyncs[1..] {
                assert_eq!(done.refused, points_to_deleted);
            }
        }
    }
}

/// The law would be empty if the worlds were all alike.
#[test]
fn worlds_reach_every_outcome() {
    let mut runner = TestRunner::new(crate::generated_cases::config(1));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..600 {
        let world = worlds().new_tree(&mut runner).expect("a world").current();
        let said = forecast_of(&world, &Scene::of(&world));
        *counts.entry(said.outcome.name()).or_default() += 1;
        let kinds: BTreeSet<&str> = said.blockers.iter().map(|blocker| blocker.kind.name()).collect();
        kinds.into_iter().for_each(|kind| *counts.entry(kind).or_default() += 1);
        let is_required =
            |stale: &portolan::domain::forecast::StaleEntity| matches!(stale.effect, StaleEffect::Required { .. });
        *counts.entry("kept because required").or_default() += usize::from(said.stale.iter().any(is_required));
        *counts.entry("deleted").or_default() += usize::from(said.deleted().count() > 0);
        *counts.entry("several resyncs").or_default() += usize::from(said.resyncs.is_some_and(|resyncs| resyncs > 1));
    }
    for what in [
        "complete",
        "order-decides",
        "no-deletion",
        "missing-target",
        "target-refused",
        "relation-cycle",
        "refused",
        "target-deleted",
        "kept because required",
        "deleted",
        "several resyncs",
    ] {
        assert!(counts.get(what).is_some_and(|count| *count >= 3), "{what}: {counts:?}");
    }
}

proptest! {
    #![proptest_config(crate::generated_cases::config(1_200))]

    #[test]
    fn a_forecast_holds_for_every_order_of_resyncs(world in worlds()) {
        check(&world);
    }
}
