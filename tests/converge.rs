//! Laws of applying plans: plans, requests and the real catalogs, over random worlds. Whatever was edited, rejected,
//! cut off or stopped before, repeated pushes reach the declared state; the outcome matches the content of the catalog;
//! and foreign entities are never changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use portolan::catalog::apply::{ApplyContext, apply};
use portolan::catalog::http::{Client, ClientConfig, Credentials, NamedBy, Notices, Trusted, Waiting};
use portolan::catalog::wire::{EntityDraft, WriteOptions, Writer};
use portolan::catalog::{ApplyOptions, Cancellation, Catalog, Part};
use portolan::domain::entity::{Entity, EntityKey, Owner, Targets};
use portolan::domain::plan::Plan;
use portolan::domain::plan::change::{Action, Change, Field};
use portolan::domain::plan::outcome::{ChangeOutcome, Outcome, Reason};
use portolan::domain::plan::write_mode::PruneRule;
use portolan::domain::platform::PORT;
use portolan::domain::progress::{Progress, Silent};
use portolan::domain::secret::Secret;
use portolan::domain::snapshot::Snapshot;
use portolan::domain::value::timestamp::Moment;
use portolan::embedded::LocalCatalog;
use portolan::embedded::api::Strictness;
use portolan::embedded::server;
use portolan::embedded::server::{Running, ServerConfig};
use portolan::embedded::store::{Store, system_clock};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::testkit::faulty::{Fault, Faulty, Schedule};
use crate::testkit::worlds::generated::{can_be_done, worlds};
use crate::testkit::worlds::world::World;

pub(crate) fn owner() -> Owner {
    Owner { scope: "acme/catalog".to_owned() }
}

/// One catalog with everything that a world stores, some of it foreign.
pub(crate) struct Scene {
    store: Store,
}

impl Scene {
    pub(crate) fn of(world: &World) -> Self {
        let store = Store::in_memory(system_clock()).expect("there is memory");
        let writer =
            |user_agent: &str| Writer { id: "test".to_owned(), user_agent: user_agent.to_owned(), now: Moment(0) };
        let raw = |it: &portolan::domain::blueprint::Blueprint| blueprint(it);
        for it in &world.blueprints {
            let bare = json!({"identifier": it.identifier, "title": it.identifier, "schema": {"properties": {}}});
            store.create_blueprint(bare, &writer("test")).expect("it is a blueprint");
        }
        for it in &world.blueprints {
            store.replace_blueprint(&it.identifier, raw(it), &writer("test")).expect("it is a blueprint");
        }
        for team in ["p", "q"] {
            let team = json!({"identifier": team, "title": team});
            let team = EntityDraft::parse(&team, Strictness::Open).expect("a draft");
            let made = store.bulk_upsert("_team", vec![Ok(team)], &merge(false), &writer("test"));
            made.expect("there is such a blueprint");
        }
        let scene = Self { store };
        let (ours, theirs): (Vec<&Entity>, Vec<&Entity>) =
            world.stored.iter().partition(|entity| world.owned.contains(&entity.key));
        scene.fill("somebody else", &theirs);
        scene.fill(&owner().user_agent(), &ours);
        // Written again, because a placeholder that was created for a relation is owned by the writer of that relation.
        scene.fill("somebody else", &theirs);
        scene
    }

    fn fill(&self, user_agent: &str, entities: &[&Entity]) {
        let writer = Writer { id: "test".to_owned(), user_agent: user_agent.to_owned(), now: self.store.now() };
        for entity in entities {
            let draft = EntityDraft::parse(&body(entity), Strictness::Open).expect("a draft");
            let made = self.store.bulk_upsert(&entity.key.blueprint, vec![Ok(draft)], &merge(true), &writer);
            let made = made.expect("there is such a blueprint");
            assert!(made[0].is_ok(), "{:?} {made:?}", body(entity));
        }
    }

    pub(crate) fn local(&self, user_agent: &str) -> LocalCatalog {
        LocalCatalog::of(self.store.clone(), "the store".to_owned(), user_agent)
    }

    pub(crate) fn serve(&self) -> Running {
        let credentials = server::Credentials { id: "id".to_owned(), secret: Secret::new("secret-of-the-tests") };
        server::start(ServerConfig::new(self.store.clone(), credentials)).expect("it starts")
    }

    /// The content of the catalog.
    pub(crate) fn snapshot(&self, world: &World) -> Snapshot {
        let snapshot = self.local("test").read(&world.blueprints, &Part::Whole, &Silent).expect("it is read");
        assert!(snapshot.is_complete());
        snapshot
    }

    pub(crate) fn owned(&self) -> Vec<EntityKey> {
        let own = |key: &EntityKey| !key.blueprint.starts_with('_');
        self.local("test").owned(&owner()).expect("they are found").into_iter().filter(own).collect()
    }

    pub(crate) fn contents(&self, world: &World) -> BTreeMap<EntityKey, String> {
        let all = self.snapshot(world).blueprints.into_values().flat_map(|shelf| shelf.entities);
        all.map(|entity| (entity.key.clone(), content(&entity))).collect()
    }

    /// Waits until the server has answered the requests that a run abandoned. The next run would take their effect for
    /// another writer's.
    pub(crate) fn wait_for_abandoned_requests(&self, world: &World) {
        let mut contents = self.contents(world);
        loop {
            std::thread::sleep(Duration::from_millis(50));
            let next = self.contents(world);
            if next == contents {
                return;
            }
            contents = next;
        }
    }

    fn plan(&self, world: &World) -> Plan {
        let world = World { owned: self.owned(), ..world.clone() };
        world.plan_against(&self.snapshot(&world))
    }
}

/// The content without its writers; empty relations and null properties do not count.
fn content(entity: &Entity) -> String {
    let Entity { texts, team, properties, relations, .. } = entity;
    let mut properties: Vec<_> = properties.iter().filter(|(_, value)| !value.is_null()).collect();
    properties.sort_by(|a, b| a.0.cmp(&b.0));
    let mut relations: Vec<_> = relations.iter().collect();
    relations.sort_by(|a, b| a.0.cmp(&b.0));
    format!("{texts:?} {team:?} {properties:?} {relations:?}")
}

fn merge(create_missing: bool) -> WriteOptions {
    WriteOptions {
        upsert: true,
        merge: true,
        create_missing_related_entities: create_missing,
        ..WriteOptions::default()
    }
}

fn body(entity: &Entity) -> Json {
    let mut body = Map::new();
    body.insert("identifier".to_owned(), entity.key.identifier.as_ref().into());
    let texts = entity.texts.iter();
    body.extend(texts.filter_map(|(field, text)| Some((field.key().to_owned(), text.as_deref()?.into()))));
    if !entity.team.is_empty() {
        body.insert("team".to_owned(), entity.team.iter().map(AsRef::as_ref).collect::<Vec<&str>>().into());
    }
    let properties = entity.properties.iter().map(|(name, value)| (name.to_string(), value.to_json()));
    body.insert("properties".to_owned(), Json::Object(properties.collect()));
    let relations = entity.relations.iter().map(|(name, targets)| {
        let targets = match targets {
            portolan::domain::entity::Targets::None => Json::Null,
            portolan::domain::entity::Targets::One(target) => target.as_ref().into(),
            portolan::domain::entity::Targets::Many(targets) => {
                targets.iter().map(AsRef::as_ref).collect::<Vec<&str>>().into()
            }
        };
        (name.to_string(), targets)
    });
    body.insert("relations".to_owned(), Json::Object(relations.collect()));
    Json::Object(body)
}

/// The blueprint's body, as far as the worlds' blueprints need it.
fn blueprint(blueprint: &portolan::domain::blueprint::Blueprint) -> Json {
    let properties: Map<String, Json> =
        blueprint.properties.iter().map(|property| (property.name.clone(), (*property.schema).clone())).collect();
    let relations = blueprint.relations.iter().map(|relation| {
        let body = json!({"target": relation.target, "required": relation.required, "many": relation.many});
        (relation.name.clone(), body)
    });
    json!({
        "identifier": blueprint.identifier,
        "title": blueprint.identifier,
        "schema": {"properties": properties},
        "relations": Json::Object(relations.collect()),
    })
}

/// Ignores notices.
struct Unheard;

impl Notices for Unheard {
    fn waiting(&self, _waiting: &Waiting) {}
}

pub(crate) fn client(url: &str) -> Client {
    let config = ClientConfig {
        platform: &PORT,
        address: Trusted::check(url, &NamedBy::User, &PORT).expect("loopback is trusted"),
        credentials: Credentials { id: Secret::new("id"), secret: Secret::new("secret-of-the-tests") },
        user_agent: owner().user_agent(),
        certificates: Vec::new(),
        proxy: None,
    };
    Client::connect_within(config, Arc::new(Unheard), Duration::from_secs(60)).expect("a client can be made")
}

/// Stops the run after a number of requests.
struct Fuse<'s> {
    cancellation: &'s Cancellation,
    left: AtomicU64,
    times: u32,
}

impl Progress for Fuse<'_> {
    fn start(&self, _stage: &str, _total: u64) {}

    fn advance(&self, by: u64) {
        let before = self.left.load(Ordering::Relaxed);
        self.left.store(before.saturating_sub(by), Ordering::Relaxed);
        if before > 0 && by >= before {
            (0..self.times).for_each(|_| self.cancellation.signal());
        }
    }

    fn finish(&self) {}
}

/// How a push is interrupted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// After this many requests; 0: never.
    after: u64,
    is_sudden: bool,
}

pub(crate) const NEVER: Cut = Cut { after: 0, is_sudden: false };

pub(crate) fn push(catalog: &dyn Catalog, world: &World, plan: &Plan, actual: &Snapshot, cut: Cut) -> Outcome {
    let requests = &world.acts_against(plan, actual);
    let cancellation = Cancellation::default();
    let fuse =
        Fuse { cancellation: &cancellation, left: AtomicU64::new(cut.after), times: if cut.is_sudden { 2 } else { 1 } };
    let options = ApplyOptions { run_id: None, stop_on_failure: false, cancellation: &cancellation, progress: &fuse };
    let owner = owner();
    let context = ApplyContext { blueprints: &world.blueprints, owner: &owner, actual };
    apply(catalog, requests, plan.changes.len(), context, options)
}

/// Checks that the outcome matches the content of the catalog.
fn agrees(plan: &Plan, outcome: &Outcome, before: &BTreeMap<EntityKey, String>, scene: &Scene, world: &World) {
    let after = scene.contents(world);
    let next = scene.plan(world);
    let left: BTreeMap<&EntityKey, &Change> = next.changes.iter().map(|change| (&change.key, change)).collect();
    assert_eq!(outcome.ends.len(), plan.changes.len());
    // A deletion also removes relations to the deleted entity, which the catalog does itself.
    let deletes = plan.changes.iter().any(|change| change.removed().is_some());
    for (change, end) in plan.changes.iter().zip(&outcome.ends) {
        let key = &change.key;
        match end {
            ChangeOutcome::Applied if deletes => {}
            ChangeOutcome::Applied => {
                let rest = left.get(key);
                let (was, is) = (before.get(key), after.get(key));
                assert!(
                    rest.is_none(),
                    "applied, and not done: {change:?}\nleft: {rest:?}\nbefore: {was:?}\nafter: {is:?}"
                );
            }
            ChangeOutcome::NotAttempted(_) => {
                if !deletes {
                    assert_eq!(before.get(key), after.get(key), "{key:?} was touched");
                }
                if let Some(removed) = change.removed() {
                    assert!(after.contains_key(&removed), "{removed:?} is gone");
                }
            }
            ChangeOutcome::Failed(failure) if !deletes => {
                assert_eq!(before.get(key), after.get(key), "{key:?} was touched: {failure:?}");
            }
            ChangeOutcome::Failed(_) | ChangeOutcome::InDoubt(_) | ChangeOutcome::Incomplete { .. } => {}
        }
        if let (ChangeOutcome::Applied, Some(removed)) = (end, change.removed()) {
            assert!(!after.contains_key(&removed), "{removed:?} is still there");
        }
    }
    // No entity that the plan does not name was created or deleted.
    let named: BTreeSet<EntityKey> =
        plan.changes.iter().flat_map(|change| [Some(change.key.clone()), change.removed()]).flatten().collect();
    for key in before.keys().chain(after.keys()).filter(|key| !named.contains(key)) {
        assert_eq!(before.contains_key(key), after.contains_key(key), "{key:?}");
        if !deletes {
            assert_eq!(before.get(key), after.get(key), "{key:?}");
        }
    }
}

/// Checks that a renamed entity keeps every value of the catalog that the plan does not change, whoever set it.
fn renames_keep_the_rest(plan: &Plan, outcome: &Outcome, before: &Snapshot, after: &Snapshot) {
    for (change, end) in plan.changes.iter().zip(&outcome.ends) {
        let (Action::Rename { from, .. }, ChangeOutcome::Applied) = (&change.action, end) else { continue };
        let old = before.get(&change.key.blueprint, from).expect("it was there");
        let new = after.get(&change.key.blueprint, &change.key.identifier).expect("it is there");
        assert_eq!(old.record.created_at, new.record.created_at, "{change:?}");
        let is_kept = |field: Field| change.fields.iter().all(|changed| changed.field != field);
        for (field, text) in old.texts.iter().filter(|(field, _)| is_kept(Field::Text(*field))) {
            assert_eq!(*text, new.texts[field], "{change:?}");
        }
        for (name, value) in old.properties.iter().filter(|(name, _)| is_kept(Field::Property(name.clone()))) {
            let kept = new.properties.iter().find(|(other, _)| other == name);
            assert_eq!(kept.map(|(_, value)| value), Some(value), "{name} of {change:?}");
        }
        // Targets may be renamed or deleted too.
        let removed: Vec<Box<str>> =
            plan.changes.iter().filter_map(Change::removed).map(|removed| removed.identifier).collect();
        let is_left = |targets: &Targets| match targets {
            Targets::None => true,
            Targets::One(target) => !removed.contains(target),
            Targets::Many(targets) => !targets.iter().any(|target| removed.contains(target)),
        };
        let kept =
            old.relations.iter().filter(|(name, targets)| is_left(targets) && is_kept(Field::Relation(name.clone())));
        for (name, targets) in kept {
            let kept = new.relations.iter().find(|(other, _)| other == name);
            assert_eq!(kept.map(|(_, targets)| targets), Some(targets), "{name} of {change:?}");
        }
    }
}

/// Pushes until nothing is left to do, which takes one push more than the number of interruptions.
fn settles(catalog: &dyn Catalog, scene: &Scene, world: &World, cuts: &[Cut]) -> Result<(), TestCaseError> {
    for cut in cuts.iter().copied().chain([NEVER]) {
        let plan = scene.plan(world);
        if !can_be_done(&plan) {
            return Ok(());
        }
        let before = scene.contents(world);
        let actual = scene.snapshot(world);
        let outcome = push(catalog, world, &plan, &actual, cut);
        if cut.is_sudden {
            scene.wait_for_abandoned_requests(world);
        }
        agrees(&plan, &outcome, &before, scene, world);
        renames_keep_the_rest(&plan, &outcome, &actual, &scene.snapshot(world));
        let is_cut = outcome.ends.contains(&ChangeOutcome::NotAttempted(Reason::Interrupted));
        prop_assert!(!is_cut || outcome.is_interrupted);
        if cut.after == 0 {
            prop_assert!(outcome.is_complete(), "{:#?}\n{:#?}", crate::testkit::worlds::world::lines(&plan), outcome);
        }
    }
    let again = scene.plan(world);
    prop_assert_eq!(crate::testkit::worlds::world::lines(&again), [""; 0]);
    Ok(())
}

pub(crate) fn settled(world: &World) -> World {
    let mut world = world.clone();
    // The catalog knows the owners, and everything may be deleted.
    world.adopt = true;
    world.prune = PruneRule { enabled: true, max: 1000, max_percent: 100 };
    world
}

/// `most` limits the number of cases in a long run.
pub(crate) fn cases(full: u32, most: u32) -> ProptestConfig {
    let config = crate::generated_cases::config(full);
    ProptestConfig { cases: config.cases.min(most), max_shrink_iters: 60, ..config }
}

pub(crate) fn cuts() -> impl Strategy<Value = Vec<Cut>> {
    let cut = (1u64..20, any::<bool>()).prop_map(|(after, is_sudden)| Cut { after, is_sudden });
    proptest::collection::vec(cut, 0..3)
}

proptest! {
    #![proptest_config(cases(96, 2_000))]

    #[test]
    #[ignore = "slow"]
    fn a_plan_that_is_carried_out_leaves_nothing_to_do(world in worlds(), cuts in cuts()) {
        let world = settled(&world);
        let scene = Scene::of(&world);
        settles(&scene.local(&owner().user_agent()), &scene, &world, &cuts)?;
    }
}

/// Faults that do not cause a wait of a second.
pub(crate) const FAULTS: &[Fault] = &[
    Fault::InternalError,
    Fault::BadGateway,
    Fault::RequestTimeout,
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::CutInBody,
    Fault::Truncated,
    Fault::Repeated,
];

proptest! {
    #![proptest_config(cases(6, 200))]

    /// Several pushes of different states, over a faulty connection, interrupted, and with another writer in between.
    #[test]
    #[ignore = "slow"]
    fn every_history_converges(
        history in proptest::collection::vec((worlds(), cuts(), any::<u8>()), 2..4),
        seed in any::<u64>(),
    ) {
        let first = settled(&history[0].0);
        let scene = Scene::of(&first);
        let running = scene.serve();
        let faulty = Faulty::before(&running.url(), Schedule::calm());
        let client = client(&faulty.url);
        faulty.follow(Schedule { seed, faults: FAULTS.to_vec(), percent: 12 });
        for (world, cuts, meddling) in &history {
            let mut world = settled(world);
            world.base = None;
            // The store holds what earlier pushes left; declared relations to it are kept.
            context(&mut world, &scene.contents(&first).into_keys().collect());
            meddle(&scene, &world, *meddling);
            settles(&client, &scene, &world, cuts)?;
        }
        running.stop();
    }
}

/// Removes relations to missing targets, because such a plan could not be applied.
fn context(world: &mut World, there: &BTreeSet<EntityKey>) {
    let World { blueprints, desired, .. } = world;
    let target = |key: &EntityKey, relation: &str| -> Option<Arc<str>> {
        let blueprint = blueprints.iter().find(|blueprint| blueprint.identifier == *key.blueprint)?;
        blueprint.relations.iter().find(|known| known.name == relation).map(|known| known.target.as_str().into())
    };
    loop {
        let before = desired.len();
        let declared: BTreeSet<EntityKey> = desired.iter().map(|desired| desired.key.clone()).collect();
        let is_there = |blueprint: &Arc<str>, identifier: &str| {
            let key = EntityKey { blueprint: Arc::clone(blueprint), identifier: identifier.into() };
            declared.contains(&key) || there.contains(&key)
        };
        desired.retain(|desired| {
            desired.relations.iter().all(|relation| match target(&desired.key, &relation.name) {
                None => true,
                Some(blueprint) => match &relation.targets {
                    Targets::None => true,
                    Targets::One(one) => is_there(&blueprint, one),
                    Targets::Many(many) => many.iter().all(|one| is_there(&blueprint, one)),
                },
            })
        });
        if desired.len() == before {
            return;
        }
    }
}

/// Another owner changes some titles.
fn meddle(scene: &Scene, world: &World, which: u8) {
    let keys: Vec<EntityKey> = scene.contents(world).into_keys().collect();
    let other = scene.local("somebody else");
    for key in keys.iter().enumerate().filter(|(at, _)| which >> (at % 8) & 1 == 1).map(|(_, key)| key) {
        let draft = json!({"title": "meddled with"});
        let draft = EntityDraft::parse(&draft, Strictness::Closed).expect("a draft");
        let patched = other.patch(&key.blueprint, &key.identifier, &draft, &WriteOptions::default());
        patched.expect("it is answered").expect("it is patched");
    }
}
