//! The law of backups over random worlds and real catalogs: whatever a push did before it was interrupted, a restore right
//! after it gives back the content of the catalog.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portolan::catalog::Catalog;
use portolan::domain::document::span::Span;
use portolan::domain::entity::{Entity, EntityKey, Targets};
use portolan::domain::finding::{FileId, Place};
use portolan::domain::plan::write_mode::{Write, WriteMode};
use portolan::domain::snapshot::Snapshot;
use portolan::domain::value::Value;
use portolan::domain::value::timestamp::Moment;
use portolan::plan::PlanBasis;
use portolan::plan::backup::{Live, SavedEntity, WayBack, capture};
use proptest::prelude::*;

use crate::converge::{Cut, FAULTS, NEVER, Scene, cases, client, cuts, owner, push, settled};
use crate::testkit::faulty::{Faulty, Schedule};
use crate::testkit::worlds::generated::{can_be_done, worlds};
use crate::testkit::worlds::world::{World, lines, mask};

/// The content of the catalog, in one spelling: a push of a whole entity may respell times, numbers and sets.
fn contents(scene: &Scene, world: &World) -> BTreeMap<EntityKey, String> {
    let all = scene.snapshot(world).blueprints.into_values().flat_map(|shelf| shelf.entities);
    let content = |entity: &Entity| {
        let team: BTreeSet<&Box<str>> = entity.team.iter().collect();
        let properties: BTreeMap<&Arc<str>, String> = entity
            .properties
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, plain(value)))
            .collect();
        let relation = |targets: &Targets| match targets {
            Targets::None => BTreeSet::new(),
            Targets::One(one) => BTreeSet::from([one.clone()]),
            Targets::Many(many) => many.iter().cloned().collect(),
        };
        let relations = entity.relations.iter().map(|(name, targets)| (name, relation(targets)));
        let relations: BTreeMap<&Arc<str>, BTreeSet<Box<str>>> =
            relations.filter(|(_, targets)| !targets.is_empty()).collect();
        format!("{:?} {team:?} {properties:?} {relations:?}", entity.texts)
    };
    all.map(|entity| (entity.key.clone(), content(&entity))).collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => Moment::parse(text).map_or_else(|| format!("{text:?}"), |moment| moment.to_string()),
        Value::Integer(number) => (*number as f64).to_string(),
        Value::Large(number) => (*number as f64).to_string(),
        Value::Float(number) => number.to_string(),
        Value::List(items) => format!("{:?}", items.iter().map(plain).collect::<Vec<_>>()),
        Value::Map(entries) => {
            let sorted: BTreeMap<_, _> = entries.iter().map(|(key, value)| (key, plain(value))).collect();
            format!("{sorted:?}")
        }
        Value::Null | Value::Bool(_) => format!("{value:?}"),
    }
}

/// What a push of the world saves first.
fn saved(world: &World, actual: &Snapshot) -> Vec<SavedEntity> {
    let plan = world.plan_against(actual);
    let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual, mask: mask() };
    capture(&world.acts_against(&plan, actual), &basis)
}

/// The world in which a restore is planned.
fn restoring(saved: &[SavedEntity], scene: &Scene, world: &World) -> World {
    let (actual, owned): (Snapshot, Vec<EntityKey>) = (scene.snapshot(world), scene.owned());
    let place = |_| Place { file: FileId(0), span: Span::default() };
    let live = Live { actual: &actual, blueprints: &world.blueprints, owned: &owned };
    let WayBack { desired, deleted, changed_since, .. } = WayBack::new(saved, place, live);
    World {
        desired,
        base: None,
        moves: Vec::new(),
        write: Write::every(WriteMode::Merge),
        restore: Some((deleted, changed_since)),
        owned,
        ..world.clone()
    }
}

/// Pushes, perhaps interrupted, and restores; `cuts`: the interruptions of the restore. Over a faulty connection, either may
/// fail in part, and a restore is repeated until nothing is left to do.
fn comes_back(
    catalog: &dyn Catalog,
    scene: &Scene,
    world: &World,
    (cut, cuts): (Cut, &[Cut]),
) -> Result<(), TestCaseError> {
    const MOST: usize = 8;
    let (before, actual) = (contents(scene, world), scene.snapshot(world));
    let world = World { owned: scene.owned(), ..world.clone() };
    let plan = world.plan_against(&actual);
    prop_assume!(can_be_done(&plan));
    let saved = saved(&world, &actual);
    let pushed = push(catalog, &world, &plan, &actual, cut);
    scene.wait_for_abandoned_requests(&world);
    let mut plans = Vec::new();
    for cut in cuts.iter().copied().chain([NEVER; MOST]) {
        let back = restoring(&saved, scene, &world);
        let actual = scene.snapshot(&world);
        let plan = back.plan_against(&actual);
        if pushed.is_complete() && plans.is_empty() {
            let changed = back.restore.as_ref().is_some_and(|(_, changed_since)| !changed_since.is_empty());
            prop_assert!(!changed, "nobody else changed anything: {:?}", back.restore);
        }
        if plan.changes.is_empty() {
            break;
        }
        plans.push(lines(&plan));
        let _ = push(catalog, &back, &plan, &actual, cut);
        scene.wait_for_abandoned_requests(&world);
    }
    prop_assert_eq!(contents(scene, &world), before, "{:#?}", plans);
    let again = restoring(&saved, scene, &world);
    prop_assert_eq!(lines(&again.plan_against(&scene.snapshot(&world))), [""; 0]);
    Ok(())
}

proptest! {
    #![proptest_config(cases(48, 2_000))]

    #[test]
    fn an_interrupted_push_is_undone(world in worlds(), cut in cuts(), cuts in cuts()) {
        let world = settled(&world);
        let scene = Scene::of(&world);
        let cut = cut.first().copied().unwrap_or(NEVER);
        comes_back(&scene.local(&owner().user_agent()), &scene, &world, (cut, &cuts))?;
    }
}

proptest! {
    #![proptest_config(cases(12, 200))]

    #[test]
    #[ignore = "slow"]
    fn a_push_over_a_faulty_connection_is_undone(
        world in worlds(),
        cut in cuts(),
        cuts in cuts(),
        seed in any::<u64>(),
    ) {
        let world = settled(&world);
        let scene = Scene::of(&world);
        let running = scene.serve();
        let faulty = Faulty::before(&running.url(), Schedule::calm());
        let client = client(&faulty.url);
        faulty.follow(Schedule { seed, faults: FAULTS.to_vec(), percent: 12 });
        let cut = cut.first().copied().unwrap_or(NEVER);
        comes_back(&client, &scene, &world, (cut, &cuts))?;
        running.stop();
    }
}
