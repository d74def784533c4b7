//! Tests which hazards need approval, and what an approval is bound to.

use serde_json::{Value as Json, json};

use super::world::{World, key, lines, manifest};
use crate::domain::entity::EntityKey;
use crate::domain::plan::Plan;
use crate::domain::plan::change::{Dependent, RelationEffect};
use crate::domain::plan::digest::{ApprovalDigest, Digest};
use crate::domain::plan::hazard::{Consent, HazardKind};

/// Numbered entities of a blueprint, each with its own title.
fn numbered(blueprint: &str, numbers: std::ops::Range<usize>) -> Vec<Json> {
    let entity = |at: usize| json!({"blueprint": blueprint, "identifier": format!("{blueprint}-{at:02}"), "title": at.to_string()});
    numbers.map(entity).collect()
}

fn joined(parts: &[Vec<Json>]) -> Json {
    Json::Array(parts.concat())
}

/// (blueprint, removed, owned, over max, over percent)
type Limit<'p> = (Option<&'p str>, usize, usize, bool, bool);

fn limits(plan: &Plan) -> Vec<Limit<'_>> {
    let mut found = Vec::new();
    for hazard in &plan.hazards {
        if let HazardKind::ManyDeletes { blueprint, keys, owned, over_max, over_max_percent } = &hazard.kind {
            found.push((blueprint.as_deref(), keys.len(), *owned, over_max.is_some(), over_max_percent.is_some()));
        }
    }
    found
}

fn limited(world: World, max: u32, max_percent: u32) -> World {
    let prune = crate::domain::plan::write_mode::PruneRule { enabled: true, max, max_percent };
    World { prune, ..world }
}

#[test]
fn what_goes_is_held_against_both_limits() {
    let world = World::of(joined(&[numbered("note", 3..20)]), joined(&[numbered("note", 0..20)]));
    assert_eq!(limits(&limited(world.clone(), 3, 15).plan()), []);
    assert_eq!(limits(&limited(world.clone(), 2, 15).plan()), [(Some("note"), 3, 20, true, false)]);
    assert_eq!(limits(&limited(world.clone(), 3, 14).plan()), [(Some("note"), 3, 20, false, true)]);
    let plan = limited(world, 0, 0).plan();
    assert_eq!(limits(&plan), [(Some("note"), 3, 20, true, true)]);
    assert_eq!(plan.hazards[0].consent, Consent::Approval);
    assert!(plan.approval.is_some());
}

#[test]
fn limits_hold_for_each_blueprint_and_for_all_together() {
    let wanted = joined(&[numbered("note", 2..20), numbered("team", 2..20)]);
    let world = World::of(wanted, joined(&[numbered("note", 0..20), numbered("team", 0..20)]));
    assert_eq!(limits(&limited(world.clone(), 3, 100).plan()), [(None, 4, 40, true, false)]);
    let all = [(None, 4, 40, false, true), (Some("note"), 2, 20, false, true), (Some("team"), 2, 20, false, true)];
    assert_eq!(limits(&limited(world, 4, 9).plan()), all);
    // One blueprint exceeds the percentage; all together do not.
    let wanted = joined(&[numbered("note", 0..40), numbered("team", 2..10)]);
    let world = World::of(wanted, joined(&[numbered("note", 0..40), numbered("team", 0..10)]));
    assert_eq!(limits(&limited(world, 5, 10).plan()), [(Some("team"), 2, 10, false, true)]);
}

#[test]
fn a_percentage_of_a_handful_says_nothing() {
    let world = |goes: usize, owned: usize| {
        World::of(joined(&[numbered("note", goes..owned)]), joined(&[numbered("note", 0..owned)]))
    };
    let asks = |goes, owned, percent| !limits(&limited(world(goes, owned), 5, percent).plan()).is_empty();
    for (goes, owned) in [(1, 9), (5, 9), (1, 2), (1, 1)] {
        assert!(!asks(goes, owned, 10), "{goes} of {owned}");
        // With 0 percent, approval is always required.
        assert!(asks(goes, owned, 0), "{goes} of {owned}");
    }
    assert!(asks(2, 10, 10) && !asks(1, 10, 10));
    // Removing all of several entities looks like a mistake.
    assert!(asks(2, 2, 10) && asks(5, 5, 99) && !asks(5, 5, 100));
    // The limit on the number still applies.
    assert!(asks(6, 9, 100) && !asks(5, 9, 100));
}

#[test]
fn only_what_is_ours_counts_as_owned() {
    let mut world = World::of(joined(&[]), joined(&[numbered("note", 0..10)]));
    world.owned.truncate(2);
    assert_eq!(limits(&limited(world, 5, 50).plan()), [(Some("note"), 2, 2, false, true)]);
}

#[test]
fn a_delete_names_who_relates_to_it_and_stays() {
    let team = json!({"blueprint": "team", "identifier": "core"});
    let shop = json!({"identifier": "shop", "relations": {"owner": "core"}});
    let desk = json!({"identifier": "desk", "relations": {"owner": "core"}});
    let part = json!({"blueprint": "team", "identifier": "part", "relations": {"parent": "core"}});
    // `shop` is declared without its owner, `desk` is deleted too, `part` is owned by another scope.
    let world = World::of(json!([{"identifier": "shop"}]), json!([team, shop, desk, part]));
    let world = world.owning(&[("team", "core"), ("service", "shop"), ("service", "desk")]);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["delete service/desk", "delete team/core"]);
    assert_eq!(plan.changes[0].dependents, []);
    let kinds: Vec<&HazardKind> = plan.hazards.iter().map(|hazard| &hazard.kind).collect();
    let [HazardKind::DeleteWithDependents { key: of, dependents }] = kinds.as_slice() else { panic!("{kinds:?}") };
    let left: Vec<_> = dependents.iter().map(|it| (it.key.clone(), it.required, it.after)).collect();
    let (unnamed, left_alone) = (RelationEffect::Unnamed, RelationEffect::Left);
    assert_eq!(*of, key("team", "core"));
    assert_eq!(left, [(key("service", "shop"), true, unnamed), (key("team", "part"), false, left_alone)]);
}

#[test]
fn who_is_pointed_elsewhere_is_not_endangered() {
    let shop = |owner: &str| json!({"identifier": "shop", "relations": {"owner": owner}});
    let team = |name: &str| json!({"blueprint": "team", "identifier": name, "title": name});
    let world = World::of(json!([shop("b"), team("b")]), json!([shop("a"), team("a"), team("b")]));
    let plan = world.plan();
    assert_eq!(lines(&plan), [r#"update service/shop: owner "a" > "b""#, "delete team/a"]);
    assert_eq!((plan.hazards.len(), plan.changes[1].dependents[0].after), (0, RelationEffect::Relinked));
    // The delete depends on it.
    assert_eq!(plan.waves.last().map(|wave| wave.steps[0].needs.clone()), Some(vec![0]));
}

/// (kept entity, its dependents, and whether a manifest declares the relation)
fn still_needed(plan: &Plan) -> Vec<(String, Vec<(String, bool)>)> {
    let name = |key: &EntityKey| format!("{}/{}", key.blueprint, key.identifier);
    let by = |by: &[Dependent]| by.iter().map(|it| (name(&it.key), it.after == RelationEffect::Declared)).collect();
    let found = plan.hazards.iter().filter_map(|hazard| match &hazard.kind {
        HazardKind::StillNeeded { key, by: dependents } => Some((name(key), by(dependents))),
        _ => None,
    });
    found.collect()
}

fn pointing(identifier: &str, targets: &[&str]) -> Json {
    json!({"identifier": identifier, "relations": {"dependsOn": targets}})
}

#[test]
fn to_what_a_manifest_points_does_not_go() {
    let bare = |name: &str| json!({"identifier": name, "title": name});
    let wanted = json!([pointing("shop", &["old", "b"]), pointing("till", &["old"]), bare("b")]);
    let stored = json!([pointing("shop", &["old", "a"]), bare("old"), bare("a"), bare("b")]);
    let plan = World::of(wanted, stored).plan();
    let expected =
        ["delete service/a", r#"update service/shop: dependsOn ["a","old"] > ["b","old"]"#, "create service/till: "];
    let found = lines(&plan);
    assert!(found.iter().zip(expected).all(|(line, start)| line.starts_with(start)) && found.len() == 3, "{found:?}");
    let by = vec![("service/shop".to_owned(), true), ("service/till".to_owned(), true)];
    assert_eq!(still_needed(&plan), [("service/old".to_owned(), by)]);
    assert_eq!((plan.counts.total.kept, plan.approval), (1, None));
}

#[test]
fn what_stays_keeps_what_it_points_to() {
    let stored = json!([
        pointing("shop", &["one"]),
        pointing("one", &["two"]),
        pointing("two", &["one", "three"]),
        pointing("three", &[]),
        pointing("four", &["three"]),
    ]);
    let mut world = World::of(json!([pointing("shop", &["one"])]), stored);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["delete service/four"]);
    let needed = still_needed(&plan);
    let kept: Vec<&str> = needed.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(kept, ["service/one", "service/three", "service/two"]);
    assert_eq!(needed[0].1, [("service/shop".to_owned(), true), ("service/two".to_owned(), false)]);
    assert_eq!((plan.counts.total.kept, plan.hazards.len()), (3, 3));
    // Kept entities outside the chosen part are not reported.
    world.only = Some(crate::plan::Only { blueprints: ["note".into()].into(), ..Default::default() });
    assert_eq!(still_needed(&world.plan()), []);
}

#[test]
fn what_a_manifest_points_to_is_renamed_by_nobody() {
    let cart = |name: &str| json!({"identifier": name, "title": "Cart"});
    let wanted = json!([cart("basket"), pointing("till", &["cart"])]);
    let plan = World::of(wanted, json!([cart("cart")])).plan();
    assert_eq!(lines(&plan)[0], r#"create service/basket: title null > "Cart""#);
    assert_eq!(still_needed(&plan), [("service/cart".to_owned(), vec![("service/till".to_owned(), true)])]);
}

#[test]
fn what_nobody_has_read_may_point_to_it() {
    let team = json!([{"blueprint": "team", "identifier": "core"}]);
    let world = World::of(json!([]), team);
    let mut actual = world.snapshot();
    actual.blueprints.remove("service");
    let plan = world.plan_against(&actual);
    let kind = HazardKind::UnseenDependents { blueprint: "team".into(), unread: vec!["service".into()] };
    assert_eq!(plan.hazards.iter().map(|it| (&it.kind, it.consent)).collect::<Vec<_>>(), [(&kind, Consent::Nothing)]);
    assert_eq!(world.plan().hazards, []);
}

#[test]
fn what_is_created_unseen_may_be_there() {
    let mut world = World::of(json!([{"blueprint": "note", "identifier": "a"}, {"identifier": "b"}]), json!([]));
    world.incomplete = vec!["note"];
    let plan = world.plan();
    let unseen = plan.hazards.iter().find(|hazard| matches!(hazard.kind, HazardKind::Unseen { .. }));
    let unseen = unseen.expect("it is a hazard");
    let HazardKind::Unseen { blueprint, why, keys } = &unseen.kind else { panic!("{unseen:?}") };
    assert_eq!((blueprint.as_ref(), why.as_deref()), ("note", Some("the line was cut")));
    assert_eq!((keys.as_slice(), unseen.consent), (&[key("note", "a")][..], Consent::Approval));
}

#[test]
fn what_was_not_read_hides_nothing_of_what_was() {
    let note = |title: &str| json!({"blueprint": "note", "identifier": "a", "title": title});
    let cart = json!({"identifier": "cart", "title": "Cart"});
    let ship = json!({"blueprint": "ship", "identifier": "argo"});
    let world = World::of(json!([note("b"), cart, ship]), json!([cart]));
    let mut actual = world.snapshot();
    actual.blueprints.remove("note");
    let plan = world.plan_against(&actual);
    assert_eq!(lines(&plan), [r#"create note/a: title null > "b""#, "create ship/argo"]);
    assert_eq!(plan.counts.total.unchanged, 1);
    let unseen = plan.hazards.iter().filter(|hazard| matches!(&hazard.kind, HazardKind::Unseen { why: None, .. }));
    assert_eq!(unseen.count(), 2);
}

/// One hazard of each kind that requires approval.
fn dangerous() -> World {
    let declared = joined(&[
        numbered("note", 2..10),
        vec![
            json!({"identifier": "basket", "title": "Cart"}),
            json!({"identifier": "free", "title": "Free", "properties": {"tier": 1}}),
        ],
    ]);
    let stored = joined(&[
        numbered("note", 0..10),
        vec![
            json!({"identifier": "cart", "title": "Cart"}),
            json!({"identifier": "free", "title": "Free", "properties": {"tier": 1}}),
            json!({"blueprint": "team", "identifier": "core"}),
            json!({"identifier": "desk", "relations": {"owner": "core", "dependsOn": ["cart"]}}),
        ],
    ]);
    let mut world = limited(World::of(declared, stored), 1, 100);
    world.owned.retain(|key| key.identifier.as_ref() != "desk");
    world
}

fn digests(world: &World) -> (Option<ApprovalDigest>, Vec<Digest>) {
    let plan = world.plan();
    (plan.approval, plan.hazards.iter().map(|hazard| hazard.digest).collect())
}

#[test]
fn a_yes_is_not_voided_by_what_is_harmless() {
    let world = dangerous();
    let before = digests(&world);
    assert!(before.0.is_some() && before.1.len() == 4, "{:?}", world.plan().hazards);
    let mut other = world.clone();
    other.desired.push(manifest(90, &json!({"blueprint": "note", "identifier": "fresh", "title": "!"})));
    other.desired.retain(|desired| desired.key.identifier.as_ref() != "free");
    other.desired.push(manifest(91, &json!({"identifier": "free", "title": "Changed", "properties": {"tier": 2}})));
    // More entities are owned, the limits differ but are still exceeded, and lines have moved.
    other.stored.push(super::world::entity(&json!({"blueprint": "note", "identifier": "more"})));
    other.owned.push(key("note", "more"));
    other.desired.push(manifest(92, &json!({"blueprint": "note", "identifier": "more"})));
    other.prune.max_percent = 1;
    other.desired.iter_mut().for_each(|desired| desired.place.span.start += 40);
    assert_ne!(world.plan().digest, other.plan().digest);
    assert_eq!(digests(&other).0.is_some(), before.0.is_some());
    let kept: Vec<Digest> = digests(&other).1.into_iter().filter(|digest| before.1.contains(digest)).collect();
    assert_eq!(kept, before.1);
    other.prune.max_percent = 100;
    assert_eq!(digests(&other), before);
}

#[test]
fn a_yes_is_voided_by_what_is_dangerous() {
    let world = dangerous();
    let (before, _) = digests(&world);
    let one_more = {
        let mut world = world.clone();
        world.desired.retain(|desired| desired.key != key("note", "note-05"));
        world
    };
    let another = {
        let mut world = world.clone();
        world.desired.retain(|desired| desired.key != key("note", "note-05"));
        world.desired.push(manifest(80, &json!({"blueprint": "note", "identifier": "note-01"})));
        world
    };
    let one_more_points_to_it = {
        let mut world = world.clone();
        let desk = json!({"identifier": "desk-2", "relations": {"owner": "core"}});
        world.stored.push(super::world::entity(&desk));
        world
    };
    for (name, world) in [("more", one_more), ("another", another), ("pointed", one_more_points_to_it)] {
        let (after, _) = digests(&world);
        assert!(after.is_some() && after != before, "{name}");
    }
}

#[test]
fn the_plans_digest_covers_all_that_is_done() {
    let declared = |title: &str| json!([{"title": title}]);
    let digest = |world: &World| world.plan().digest;
    let one = World::of(declared("a"), json!([]));
    assert_ne!(digest(&one), digest(&World::of(declared("b"), json!([]))));
    assert_ne!(digest(&one), digest(&World::of(declared("a"), json!([{"title": "b"}]))));
    let merged = World::of(declared("a"), json!([{"title": "b"}]));
    assert_ne!(digest(&merged), digest(&World::of(declared("a"), json!([{"title": "c"}]))));
    assert_ne!(digest(&merged), digest(&merged.clone().replacing()));
    assert_ne!(digest(&merged), digest(&merged.clone().owning(&[])));
    // Positions and origins are not part of what is applied.
    let mut moved = merged.clone().base(declared("a"));
    moved.desired[0].place.span.start += 1;
    assert_eq!(digest(&merged), digest(&moved));
}
