//! Tests what makes a plan file stale, and what does not.

use serde_json::{Value as Json, json};

use super::{plan_file, provenance};
use crate::domain::snapshot::{Completeness, Snapshot};
use crate::plan::PlanBasis;
use crate::plan::file::{CatalogState, Drift, DriftKind, Mismatch, Provenance, drift, mismatches};
use crate::plan::tests::world::{World, entity, key, manifests, mask};

fn stored() -> Json {
    json!([
        {"identifier": "cart", "title": "Cart", "properties": {"tier": 1}},
        {"identifier": "gone"},
        {"identifier": "points", "relations": {"dependsOn": ["gone"]}},
        {"identifier": "other"},
    ])
}

/// Creates `new`, changes `cart`, deletes `gone`, which `points` has a relation to; `other` is unrelated.
fn world() -> World {
    let wanted = json!([
        {"identifier": "cart", "title": "The cart"},
        {"identifier": "new"},
        {"identifier": "points"},
        {"identifier": "other"},
    ]);
    World::of(wanted, stored())
}

/// The differences reported after `change` was made in the catalog.
fn after(change: impl FnOnce(&mut World)) -> Vec<Drift> {
    let file = plan_file(&world(), &[]);
    let mut world = world();
    change(&mut world);
    let actual = world.snapshot();
    drift(&file, &CatalogState { actual: &actual, blueprints: &world.blueprints, owned: &world.owned, mask: mask() })
}

fn one(identifier: &str, kind: DriftKind) -> Vec<Drift> {
    vec![Drift { key: key("service", identifier), kind }]
}

fn put(world: &mut World, json: Json) {
    let new = entity(&json);
    world.stored.retain(|entity| entity.key != new.key);
    world.stored.push(new);
}

#[test]
fn what_the_plan_touches_is_what_is_read_again() {
    let file = plan_file(&world(), &[]);
    let read = file.to_read();
    assert_eq!(read["service"], ["cart", "gone", "new", "points"].map(Into::into));
    assert_eq!((read.len(), file.preconditions.blueprints.len()), (1, 1));
}

#[test]
fn nothing_has_moved_while_nothing_moves() {
    assert_eq!(after(|_| {}), []);
    // The writer, the spelling, and entities that the plan does not touch.
    assert_eq!(
        after(|world| {
            put(world, json!({"identifier": "cart", "title": "Cart", "properties": {"tier": 1.0}, "by": "another"}));
            put(world, json!({"identifier": "other", "title": "changed"}));
            put(world, json!({"identifier": "fresh"}));
        }),
        []
    );
}

#[test]
fn what_has_moved_is_named() {
    assert_eq!(after(|world| put(world, json!({"identifier": "new"}))), one("new", DriftKind::Appeared));
    assert_eq!(after(|world| put(world, json!({"identifier": "cart"}))), one("cart", DriftKind::Changed));
    assert_eq!(after(|world| world.stored.retain(|it| it.key != key("service", "cart"))), one("cart", DriftKind::Gone));
    assert_eq!(after(|world| world.stored.retain(|it| it.key != key("service", "gone"))), one("gone", DriftKind::Gone));
    assert_eq!(
        after(|world| put(world, json!({"identifier": "points", "relations": {"dependsOn": ["cart"]}}))),
        one("points", DriftKind::Changed)
    );
}

#[test]
fn what_somebody_took_over_is_not_deleted() {
    assert_eq!(after(|world| world.owned.retain(|it| *it != key("service", "gone"))), one("gone", DriftKind::NotOurs));
}

#[test]
fn who_points_to_what_goes_now_is_named() {
    let kind = DriftKind::PointsTo { gone: key("service", "gone"), relation: "dependsOn".into() };
    let points = json!({"identifier": "other", "relations": {"dependsOn": ["cart", "gone"]}});
    assert_eq!(after(|world| put(world, points)), one("other", kind));
}

#[test]
fn what_was_not_read_is_not_taken_for_unmoved() {
    let file = plan_file(&world(), &[]);
    let world = world();
    let mut actual = world.snapshot();
    let state = |actual: &Snapshot| {
        drift(&file, &CatalogState { actual, blueprints: &world.blueprints, owned: &world.owned, mask: mask() })
    };
    let shelf = actual.blueprints.get_mut("service").expect("it was read");
    shelf.completeness = Completeness::Incomplete("the line was cut".to_owned());
    assert_eq!(state(&actual), one("new", DriftKind::Unread(Some("the line was cut".to_owned()))));
    actual.blueprints.clear();
    assert_eq!(state(&actual).len(), 4);
}

/// The differences reported for a run after `change`.
fn other(now: &Provenance, change: impl FnOnce(&mut World)) -> Vec<Mismatch> {
    let file = plan_file(&world(), &[]);
    let mut world = world();
    change(&mut world);
    let actual = world.snapshot();
    mismatches(
        &file,
        now.destination(),
        &PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual: &actual, mask: mask() },
    )
}

#[test]
fn a_plan_fits_whatever_says_the_same() {
    assert_eq!(other(&provenance(), |_| {}), []);
    let now = Provenance {
        commit: None,
        is_dirty: true,
        base: Some("f".repeat(40)),
        tool: "another".to_owned(),
        ..provenance()
    };
    // Other files, positions and order; a blueprint's title, and a blueprint that the plan does not touch.
    let change = |world: &mut World| {
        world.desired.reverse();
        for desired in &mut world.desired {
            desired.place.file.0 += 7;
        }
        for blueprint in &mut world.blueprints {
            blueprint.raw["title"] = json!("another");
            blueprint.raw["updatedAt"] = json!("now");
        }
        world.blueprints.retain(|blueprint| blueprint.identifier != "note");
    };
    assert_eq!(other(&now, change), []);
}

#[test]
fn another_run_is_named() {
    let now = Provenance {
        scope: "acme/other".to_owned(),
        catalog: "local".to_owned(),
        target: Some("staging".to_owned()),
        ..provenance()
    };
    assert_eq!(
        other(&now, |_| {}),
        [
            Mismatch::Scope { made: "acme/catalog".to_owned(), now: "acme/other".to_owned() },
            Mismatch::Catalog { made: "https://api.port.io".to_owned(), now: "local".to_owned() },
            Mismatch::Target { made: None, now: Some("staging".to_owned()) },
        ]
    );
    let manifests_of = |keys: &[&str]| Mismatch::Manifests {
        blueprint: "service".into(),
        keys: keys.iter().map(|name| key("service", name)).collect(),
    };
    let named = |json: Json| other(&provenance(), |world| world.desired.extend(manifests(&json)));
    assert_eq!(named(json!([{"identifier": "fresh"}])), [manifests_of(&[])]);
    assert_eq!(named(json!([{"identifier": "cart", "title": "The cart"}])), [manifests_of(&["cart"])]);
    assert_eq!(
        other(&provenance(), |world| {
            world.desired.remove(1);
        }),
        [manifests_of(&["new"])]
    );
    let team = Mismatch::Manifests { blueprint: "team".into(), keys: Vec::new() };
    assert_eq!(named(json!([{"blueprint": "team", "identifier": "core"}])), [team]);
    let blueprint = |is_gone| Mismatch::Blueprint { blueprint: "service".into(), is_gone };
    assert_eq!(other(&provenance(), |world| world.blueprints[0].raw["schema"] = json!({})), [blueprint(false)]);
    assert_eq!(
        other(&provenance(), |world| {
            world.blueprints.remove(0);
        }),
        [blueprint(true)]
    );
}

#[test]
fn a_plan_that_cannot_be_done_fits_nowhere() {
    let mut world = world();
    world.desired.extend(manifests(&json!([{"identifier": "cart", "title": "Another"}])));
    let file = plan_file(&world, &[]);
    let actual = world.snapshot();
    let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual: &actual, mask: mask() };
    assert_eq!(mismatches(&file, provenance().destination(), &basis), [Mismatch::Obstacles { count: 1 }]);
}
