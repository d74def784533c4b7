//! Tests the origin of changes, field by field, and which remain if only those of the branch are kept.

use serde_json::{Value as Json, json};

use super::world::{World, lines};
use crate::domain::plan::Plan;
use crate::domain::plan::change::Origin;
use crate::domain::plan::change::Origin::{AlreadyPending, ThisBranch, Unknown};

fn fields(plan: &Plan) -> Vec<Origin> {
    plan.changes.iter().flat_map(|change| &change.fields).map(|field| field.origin).collect()
}

fn entities(plan: &Plan) -> Vec<Origin> {
    plan.changes.iter().map(|change| change.origin).collect()
}

/// Title, icon and tier differ in the catalog; the branch changed the title.
fn drifted() -> World {
    let declared = |title: &str| json!([{"title": title, "icon": "Box", "properties": {"tier": 1}}]);
    let stored = json!([{"title": "C", "icon": "Old", "properties": {"tier": 9}, "by": "ann"}]);
    World::of(declared("B"), stored).base(declared("A"))
}

#[test]
fn a_field_is_the_branchs_where_the_branch_touched_it() {
    let plan = drifted().plan();
    assert_eq!(fields(&plan), [ThisBranch, AlreadyPending, AlreadyPending]);
    assert_eq!(entities(&plan), [ThisBranch]);
    let record = plan.changes[0].record.as_ref().expect("it is in the catalog");
    assert_eq!(record.updated_by.as_deref(), Some("ann"));
}

#[test]
fn without_a_base_nobody_knows() {
    let plan = World { base: None, ..drifted() }.plan();
    assert_eq!((fields(&plan), entities(&plan)), (vec![Unknown; 3], vec![Unknown]));
}

#[test]
fn an_untouched_manifest_is_pending_altogether() {
    let mut world = drifted();
    world.base = Some(world.desired.clone());
    let plan = world.plan();
    assert_eq!((fields(&plan), entities(&plan)), (vec![AlreadyPending; 3], vec![AlreadyPending]));
    assert_eq!(plan.counts.total.pending, 1);
}

#[test]
fn what_was_only_spelled_otherwise_was_not_touched() {
    let base = json!([{"team": ["a", "b"], "properties": {"tier": 1, "since": "2026-11-02T12:00:00Z"},
        "relations": {"dependsOn": ["x", "y"]}}]);
    let now = json!([{"team": ["b", "a"], "properties": {"since": "2026-11-02T13:00:00+01:00", "tier": 1.0},
        "relations": {"dependsOn": ["y", "x"]}}]);
    let plan = World::of(now, json!([{}])).base(base).plan();
    assert_eq!(fields(&plan), [AlreadyPending; 4]);
}

#[test]
fn null_and_absent_differ_only_where_absent_is_not_ours() {
    let world = World::of(json!([{"icon": null}]), json!([{"icon": "Old"}])).base(json!([{}]));
    assert_eq!(fields(&world.plan()), [ThisBranch]);
    assert_eq!(fields(&world.replacing().plan()), [AlreadyPending]);
    let dropped = World::of(json!([{}]), json!([{"icon": "Old"}])).base(json!([{"icon": "Old"}])).replacing();
    assert_eq!(fields(&dropped.plan()), [ThisBranch]);
}

#[test]
fn entities_come_and_go_by_this_branch_or_before_it() {
    let named = |names: &[&str]| names.iter().map(|name| json!({"identifier": name, "title": name})).collect::<Json>();
    let world = World::of(named(&["new", "lost"]), named(&["dropped", "left"])).base(named(&["lost", "dropped"]));
    let plan = world.plan();
    let origins: Vec<_> = plan.changes.iter().map(|change| (change.key.identifier.as_ref(), change.origin)).collect();
    let expected = [("dropped", ThisBranch), ("left", AlreadyPending), ("lost", AlreadyPending), ("new", ThisBranch)];
    assert_eq!(origins, expected);
    // A manifest that could not be parsed at the merge base may have declared anything.
    let plan = World { base_is_complete: false, ..world }.plan();
    assert_eq!(entities(&plan), [ThisBranch, Unknown, AlreadyPending, Unknown]);
}

#[test]
fn pending_changes_can_be_left_out() {
    let mut world = drifted();
    world.only_branch = true;
    assert_eq!(lines(&world.plan()), [r#"update service/cart: title "C" > "B""#]);
    world.base = Some(world.desired.clone());
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!((plan.counts.total.left_out, plan.counts.total.changes()), (1, 0));
    let named = |names: &[&str]| names.iter().map(|name| json!({"identifier": name})).collect::<Json>();
    let mut world = World::of(json!([]), named(&["dropped", "left"])).base(named(&["dropped"]));
    world.only_branch = true;
    assert_eq!(lines(&world.plan()), ["delete service/dropped"]);
}

#[test]
fn what_comes_into_being_comes_as_a_whole() {
    let declared = |title: &str| json!([{"title": title, "icon": "Box"}]);
    let mut world = World::of(declared("B"), json!([])).base(declared("A"));
    world.only_branch = true;
    let plan = world.plan();
    assert_eq!(lines(&plan), [r#"create service/cart: title null > "B", icon null > "Box""#]);
    assert_eq!((fields(&plan), entities(&plan)), (vec![ThisBranch, AlreadyPending], vec![AlreadyPending]));
}

#[test]
fn a_renamed_entity_is_held_against_its_former_manifest() {
    let declared = |name: &str, tier: u32| json!([{"identifier": name, "icon": "Box", "properties": {"tier": tier}, "renamed-from": "cart"}]);
    let stored = json!([{"identifier": "cart", "icon": "Old", "properties": {"tier": 1}}]);
    let plan = World::of(declared("basket", 2), stored).base(declared("cart", 1)).plan();
    assert_eq!(lines(&plan), [r#"rename service/basket from cart: icon "Old" > "Box", tier 1 > 2"#]);
    assert_eq!((fields(&plan), entities(&plan)), (vec![AlreadyPending, ThisBranch], vec![ThisBranch]));
}

#[test]
fn of_two_manifests_at_the_base_the_first_counts() {
    let mut world = World::of(json!([{"title": "A"}]), json!([])).base(json!([{"title": "A"}, {"title": "B"}]));
    assert_eq!(fields(&world.plan()), [AlreadyPending]);
    world.base.iter_mut().for_each(|base| base.reverse());
    assert_eq!(fields(&world.plan()), [AlreadyPending]);
}
