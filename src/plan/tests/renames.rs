//! Tests which changes are detected as renames, by what, and how they affect dependents.

use serde_json::{Value as Json, json};

use super::world::{World, key, lines, mask};
use crate::domain::plan::change::{Action, Cause, Origin, OwnerStatus, RelationEffect, RenamedBy};
use crate::domain::plan::hazard::HazardKind;
use crate::domain::plan::{Plan, Step, StepKind, Wave};
use crate::plan::{KeptFormer, Move, PlanBasis, RenameHint, kept_formers, rename_hints, replaced};

fn renamed_by(plan: &Plan) -> Vec<(String, String, RenamedBy)> {
    let rename = |change: &crate::domain::plan::change::Change| match &change.action {
        Action::Rename { from, by } => Some((from.to_string(), change.key.identifier.to_string(), *by)),
        Action::Create | Action::Update | Action::Adopt | Action::Delete => None,
    };
    plan.changes.iter().filter_map(rename).collect()
}

fn pair(from: &str, to: &str, by: RenamedBy) -> (String, String, RenamedBy) {
    (from.to_owned(), to.to_owned(), by)
}

#[test]
fn one_that_goes_and_one_that_comes_alike_are_one() {
    let content =
        |name: &str| json!({"identifier": name, "title": "Cart", "properties": {"tier": 1, "language": "go"}});
    let mut wanted = content("basket");
    wanted["properties"] = json!({"tier": 1.0});
    let world = World::of(json!([wanted]), json!([content("cart")]));
    let plan = world.plan();
    assert_eq!(renamed_by(&plan), [pair("cart", "basket", RenamedBy::Content)]);
    assert_eq!(lines(&plan), ["rename service/basket from cart"]);
    assert_eq!((plan.counts.total.changes(), plan.counts.total.rename), (1, 1));
    // An empty entity cannot be recognised.
    let bare = World::of(json!([{"identifier": "a"}]), json!([{"identifier": "b"}])).plan();
    assert_eq!(lines(&bare), ["create service/a", "delete service/b"]);
    // Of two equal candidates, neither is a match.
    let two = World::of(json!([content("a"), content("b")]), json!([content("c")])).plan();
    assert_eq!(renamed_by(&two), []);
    let two = World::of(json!([content("a")]), json!([content("c"), content("d")])).plan();
    assert_eq!(renamed_by(&two), []);
    // Entities of different blueprints never match.
    let other = json!([{"blueprint": "note", "identifier": "a", "title": "Cart"}]);
    assert_eq!(renamed_by(&World::of(other, json!([{"identifier": "c", "title": "Cart"}])).plan()), []);
}

#[test]
fn what_went_is_known_by_its_last_manifest_too() {
    let stored = json!([{"identifier": "cart", "title": "Cart", "properties": {"tier": 7, "language": "c"}}]);
    let world = World::of(json!([{"identifier": "basket", "title": "Cart"}]), stored);
    // More of its content is unknown than known.
    assert_eq!(renamed_by(&world.plan()), []);
    let world = world.base(json!([{"identifier": "cart", "title": "Cart"}]));
    let plan = world.plan();
    assert_eq!(renamed_by(&plan), [pair("cart", "basket", RenamedBy::Content)]);
    // Another writer set the others, so they stay. Where the manifest is the whole entity, they were pending already.
    assert_eq!(lines(&plan), ["rename service/basket from cart"]);
    let plan = world.replacing().plan();
    assert_eq!(lines(&plan), [r#"rename service/basket from cart: language "c" > "go", tier 7 > null"#]);
    let field = &plan.changes[0].fields[0];
    assert_eq!(
        (field.cause, field.origin, plan.changes[0].origin),
        (Cause::LeftOut, Origin::AlreadyPending, Origin::ThisBranch)
    );
}

fn moved(from: &str, to: &str, is_in_place: bool) -> Move {
    Move { from: key("service", from), to: key("service", to), is_in_place }
}

fn alike(world: &World) -> Vec<(String, Vec<String>)> {
    let plan = world.plan();
    let actual = world.snapshot();
    let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual: &actual, mask: mask() };
    let name = |RenameHint { to, from }: &RenameHint| {
        (to.identifier.to_string(), from.iter().map(|from| from.identifier.to_string()).collect())
    };
    rename_hints(&plan, &basis, &world.moves).iter().map(name).collect()
}

#[test]
fn what_others_set_and_what_differs_a_little_is_no_obstacle() {
    let full = |name: &str| {
        json!({"identifier": name, "title": "Cart", "icon": "Box", "team": ["a"],
            "properties": {"tier": 1, "language": "c", "since": "2026-11-02T12:00:00Z", "public": true}})
    };
    let mut stored = full("cart");
    stored["properties"]["meta"] = json!({"set": "by hand"});
    let plan = World::of(json!([full("basket")]), json!([stored])).plan();
    assert_eq!(renamed_by(&plan), [pair("cart", "basket", RenamedBy::Content)]);
    // One field of many differs.
    let mut wanted = full("basket");
    wanted["properties"]["tier"] = json!(2);
    let world = World::of(json!([wanted]), json!([full("cart")]));
    assert_eq!(lines(&world.plan()), ["rename service/basket from cart: tier 1 > 2"]);
    // Two fields are too many, but it is reported as a possible rename.
    wanted["icon"] = json!("Cart");
    let world = World::of(json!([wanted]), json!([full("cart")]));
    assert_eq!((renamed_by(&world.plan()), alike(&world)), (vec![], vec![("basket".into(), vec!["cart".into()])]));
    // With another title it is another entity.
    let mut wanted = full("till");
    wanted["title"] = json!("Till");
    let world = World::of(json!([wanted]), json!([full("cart")]));
    assert_eq!((renamed_by(&world.plan()), alike(&world).len()), (vec![], 1));
    // Two candidates: neither matches, and both are reported.
    let (mut one, mut other) = (full("one"), full("other"));
    (one["icon"], other["icon"]) = (json!("x"), json!("y"));
    let world = World::of(json!([one, other]), json!([full("cart")]));
    let both = ["one", "other"].map(|name| (name.to_owned(), vec!["cart".to_owned()]));
    assert_eq!((renamed_by(&world.plan()), alike(&world)), (vec![], both.to_vec()));
    // Unrelated entities are not reported.
    let world = World::of(json!([{"identifier": "a", "title": "A"}]), json!([{"identifier": "b", "title": "B"}]));
    assert_eq!((renamed_by(&world.plan()), alike(&world)), (vec![], vec![]));
}

#[test]
fn what_stands_where_it_stood_is_the_same_under_another_name() {
    let small = |name: &str, tier: u32| json!({"identifier": name, "properties": {"tier": tier}});
    let mut world = World::of(json!([small("basket", 4)]), json!([small("cart", 3)])).base(json!([small("cart", 3)]));
    assert_eq!(renamed_by(&world.plan()), []);
    world.moves = vec![moved("cart", "basket", true)];
    assert_eq!(renamed_by(&world.plan()), [pair("cart", "basket", RenamedBy::Place)]);
    // The last manifest decides, not changes by others in the catalog.
    world.stored[0].properties = [("tier".into(), crate::domain::value::Value::Integer(9))].into();
    assert_eq!(lines(&world.plan()), ["rename service/basket from cart: tier 9 > 4"]);
    // Another entity took its position.
    let till = json!({"identifier": "till", "title": "Till", "icon": "x", "properties": {"tier": 3, "language": "c"}});
    let cart = json!({"identifier": "cart", "title": "Cart", "icon": "y", "properties": {"tier": 3, "language": "d"}});
    let mut world = World::of(json!([till]), json!([cart])).base(json!([cart]));
    world.moves = vec![moved("cart", "till", true)];
    assert_eq!((renamed_by(&world.plan()), alike(&world)), (vec![], vec![("till".into(), vec!["cart".into()])]));
}

#[test]
fn what_a_manifest_says_counts_before_what_git_says_before_what_is_alike() {
    let titled = |name: &str, title: &str| json!({"identifier": name, "title": title});
    let mut wanted = json!([titled("a", "1"), titled("b", "2"), titled("c", "3")]);
    wanted[0]["renamed-from"] = json!("y");
    let mut world = World::of(wanted, json!([titled("x", "1"), titled("y", "2"), titled("z", "3")]));
    let moved = |from: &str, to: &str| moved(from, to, false);
    world.moves = vec![moved("x", "b"), moved("y", "c"), moved("nowhere", "c"), moved("x", "nowhere")];
    assert_eq!(
        renamed_by(&world.plan()),
        [pair("y", "a", RenamedBy::Annotation), pair("x", "b", RenamedBy::Move), pair("z", "c", RenamedBy::Content)]
    );
    // A file that was split, or two that were merged, prove nothing.
    world.moves = vec![moved("x", "b"), moved("x", "c"), moved("z", "c")];
    assert_eq!(renamed_by(&world.plan()), [pair("y", "a", RenamedBy::Annotation), pair("z", "c", RenamedBy::Content)]);
}

#[test]
fn an_annotation_that_has_done_its_work_does_nothing() {
    let wanted = json!([{"identifier": "a", "title": "A", "renamed-from": "old"}]);
    let there = json!([{"identifier": "a", "title": "A"}]);
    assert_eq!(lines(&World::of(wanted.clone(), there).plan()), [""; 0]);
    // It does not affect other entities.
    let world = World::of(wanted, json!([{"identifier": "old", "title": "B"}])).owning(&[]);
    assert_eq!(lines(&world.plan()), [r#"create service/a: title null > "A""#]);
}

#[test]
fn nothing_is_renamed_while_nothing_may_be_deleted() {
    let mut world = World::of(json!([{"identifier": "a", "title": "A"}]), json!([{"identifier": "b", "title": "A"}]));
    world.incomplete = vec!["note"];
    assert_eq!(lines(&world.plan()), [r#"create service/a: title null > "A""#]);
}

/// `basket` was `cart`; `shop` follows the rename, `desk` has another owner and does not, `till` is new.
fn pointed_at() -> World {
    let shop = |target: &str| json!({"identifier": "shop", "relations": {"dependsOn": [target]}});
    let till = json!({"identifier": "till", "relations": {"dependsOn": ["desk"]}});
    let wanted = json!([{"identifier": "basket", "title": "Cart"}, shop("basket"), till]);
    let desk = json!({"identifier": "desk", "relations": {"dependsOn": ["cart", "shop"]}});
    let lead = json!({"blueprint": "team", "identifier": "core", "relations": {"lead": "cart"}});
    let stored = json!([{"identifier": "cart", "title": "Cart"}, shop("cart"), desk, lead]);
    World::of(wanted, stored).owning(&[("service", "cart"), ("service", "shop")])
}

#[test]
fn a_rename_names_who_points_at_it() {
    let plan = pointed_at().plan();
    let dependents: Vec<_> = plan.changes[0]
        .dependents
        .iter()
        .map(|it| (it.key.identifier.as_ref(), it.relation.as_ref(), it.required, it.after))
        .collect();
    let expected = [
        ("desk", "dependsOn", false, RelationEffect::Left),
        ("shop", "dependsOn", false, RelationEffect::Relinked),
        ("core", "lead", false, RelationEffect::Left),
    ];
    assert_eq!(dependents, expected);
    let HazardKind::RenameWithDependents { from, dependents, .. } = &plan.hazards[0].kind else {
        panic!("{:?}", plan.hazards)
    };
    let left: Vec<&str> = dependents.iter().map(|it| it.key.identifier.as_ref()).collect();
    assert_eq!((from.as_ref(), left), ("cart", vec!["desk", "core"]));
}

#[test]
fn a_renamed_entity_comes_before_those_that_point_to_it() {
    let plan = pointed_at().plan();
    let step = |step: &Step| format!("{} {:?}", plan.changes[step.change].key.identifier, step.needs);
    let wave = |wave: &Wave| (wave.step_kind, wave.steps.iter().map(step).collect::<Vec<_>>());
    let waves: Vec<(StepKind, Vec<String>)> = plan.waves.iter().map(wave).collect();
    let expected = [(StepKind::Write, vec!["basket []", "till []"]), (StepKind::Write, vec!["shop [0]"])];
    assert_eq!(waves, expected.map(|(step_kind, steps)| (step_kind, steps.into_iter().map(str::to_owned).collect())));
}

#[test]
fn a_rename_deletes_nothing() {
    let content = |name: String| json!({"identifier": name, "title": name[1..]});
    let named = |letter: &str| (0..6).map(|at| content(format!("{letter}{at}"))).collect::<Json>();
    let mut world = World::of(named("n"), named("o"));
    world.prune.max = 5;
    let plan = world.plan();
    assert_eq!((plan.counts.total.rename, plan.hazards.len(), plan.waves.len()), (6, 0, 1));
    assert!(plan.changes.iter().all(|change| change.ownership == OwnerStatus::Ours));
}

#[test]
fn what_a_rename_does_not_name_stays_unless_the_manifest_is_the_whole_entity() {
    let wanted = json!([{"identifier": "basket", "renamed-from": "cart", "title": "Basket"}]);
    let stored = json!([{"identifier": "cart", "title": "Cart", "icon": "Box", "properties": {"tier": 1}}]);
    let world = World::of(wanted, stored);
    assert_eq!(lines(&world.plan()), [r#"rename service/basket from cart: title "Cart" > "Basket""#]);
    let replacing = r#"rename service/basket from cart: title "Cart" > "Basket", icon "Box" > null, tier 1 > null"#;
    assert_eq!(lines(&world.replacing().plan()), [replacing]);
}

#[test]
fn a_renamed_entity_that_points_to_another_renamed_or_deleted_one_follows_it() {
    let service = |name: &str, target: &str| json!({"identifier": name, "title": name[..1], "relations": {"dependsOn": [target]}});
    let cart = |name: &str| json!({"identifier": name, "title": "Cart"});
    let stored = json!([cart("cart"), service("shop", "cart"), service("till", "cart")]);
    let mut wanted = json!([cart("basket"), service("store", "basket"), service("till", "basket")]);
    wanted[1]["renamed-from"] = json!("shop");
    wanted[1]["title"] = json!("s");
    let plan = World::of(wanted.clone(), stored.clone()).plan();
    let steps = |plan: &Plan| -> Vec<Vec<String>> {
        let name = |step: &Step| plan.changes[step.change].key.identifier.to_string();
        plan.waves.iter().map(|wave| wave.steps.iter().map(name).collect()).collect()
    };
    assert_eq!(steps(&plan), [vec!["basket"], vec!["store", "till"]]);
    let dependents: Vec<_> = plan.changes[0].dependents.iter().map(|it| (&*it.key.identifier, it.after)).collect();
    assert_eq!(dependents, [("store", RelationEffect::Relinked), ("till", RelationEffect::Relinked)]);
    assert_eq!(plan.hazards, []);
    // A manifest that does not set the relation leaves it as it is.
    wanted[1]["relations"] = json!({});
    let plan = World::of(wanted.clone(), stored.clone()).plan();
    let HazardKind::RenameWithDependents { dependents, .. } = &plan.hazards[0].kind else { panic!("{plan:?}") };
    assert_eq!((dependents.len(), dependents[0].after), (1, RelationEffect::Unnamed));
    // The target is deleted after the renamed entity has changed its relation.
    wanted = json!([{"identifier": "store", "title": "s", "renamed-from": "shop", "relations": {"dependsOn": []}}]);
    wanted[0]["relations"]["owner"] = json!(null);
    let plan = World::of(wanted, json!([cart("cart"), service("shop", "cart")])).plan();
    assert_eq!(steps(&plan), [["store"], ["cart"]]);
    assert_eq!(plan.waves[1].steps[0].needs, [1]);
    assert_eq!(plan.changes[0].dependents[0].key.identifier.as_ref(), "store");
}

#[test]
fn where_an_exporter_writes_too_nothing_is_renamed() {
    let cart = |name: &str| json!({"identifier": name, "title": "Cart", "icon": "Box"});
    let mut wanted = json!([cart("basket")]);
    wanted[0]["renamed-from"] = json!("cart");
    let world = World { is_exported: true, ..World::of(wanted, json!([cart("cart")])) };
    let plan = world.plan();
    assert_eq!(
        lines(&plan),
        [r#"create service/basket: title null > "Cart", icon null > "Box""#, "delete service/cart"]
    );
    let actual = world.snapshot();
    let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual: &actual, mask: mask() };
    let hint = RenameHint { to: key("service", "basket"), from: vec![key("service", "cart")] };
    assert_eq!(replaced(&plan, &basis, &[]), [hint]);
}

#[test]
fn a_chain_of_renames_changes_no_identifier_that_is_declared() {
    // `a` becomes `b`, and what was `b` becomes `c`. The catalog has `b`, so it is updated.
    let titled =
        |name: &str, title: &str, from: &str| json!({"identifier": name, "title": title, "renamed-from": from});
    let wanted = json!([titled("b", "1", "a"), titled("c", "2", "b")]);
    let stored = json!([{"identifier": "a", "title": "1"}, {"identifier": "b", "title": "2"}]);
    let world = World::of(wanted.clone(), stored.clone());
    let plan = world.plan();
    let expected =
        ["delete service/a", r#"update service/b: title "2" > "1""#, r#"create service/c: title null > "2""#];
    assert_eq!(lines(&plan), expected);
    let chains = |world: &World| {
        let actual = world.snapshot();
        let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual: &actual, mask: mask() };
        kept_formers(&world.plan(), &basis)
    };
    let kept = KeptFormer { to: key("service", "c"), from: key("service", "b"), is_declared: true };
    assert_eq!(chains(&world), std::slice::from_ref(&kept));
    // What another owner wrote last is neither renamed nor deleted.
    let foreign = World::of(json!([wanted[1]]), json!([stored[1]])).owning(&[]);
    assert_eq!(lines(&foreign.plan()), [r#"create service/c: title null > "2""#]);
    assert_eq!(chains(&foreign), [KeptFormer { is_declared: false, ..kept }]);
    // In two pushes, each of them is a rename.
    let first = World::of(json!([{"identifier": "a", "title": "1"}, wanted[1]]), stored);
    assert_eq!(lines(&first.plan()), ["rename service/c from b"]);
    let then = json!([{"identifier": "a", "title": "1"}, {"identifier": "c", "title": "2"}]);
    let second = World::of(wanted, then);
    assert_eq!((lines(&second.plan()), chains(&second)), (vec!["rename service/b from a".to_owned()], vec![]));
}

#[test]
fn a_taken_identifier_is_no_target_of_a_rename() {
    // A manifest declares `cart`, so it is not deleted, and `basket` cannot become it.
    let world = World::of(
        json!([{"identifier": "cart", "title": "Basket", "renamed-from": "basket"}]),
        json!([{"identifier": "cart", "title": "Cart"}, {"identifier": "basket", "title": "Basket"}]),
    );
    assert_eq!(lines(&world.plan()), ["delete service/basket", r#"update service/cart: title "Cart" > "Basket""#]);
}
