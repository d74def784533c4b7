//! Tests the two write modes: which fields a manifest decides.

use serde_json::json;

use super::world::{World, lines};
use crate::domain::plan::change::Cause;
use crate::domain::plan::write_mode::{Write, WriteMode};

#[test]
fn merging_leaves_alone_what_is_not_named() {
    let stored = json!([{"title": "Cart", "icon": "Box", "team": ["a"], "properties": {"tier": 1, "language": "c"},
        "relations": {"domain": "shop"}}]);
    assert_eq!(lines(&World::of(json!([{}]), stored.clone()).plan()), [""; 0]);
    let world = World::of(json!([{"properties": {"tier": 2}}]), stored);
    assert_eq!(lines(&world.plan()), ["update service/cart: tier 1 > 2"]);
    assert_eq!(
        lines(&world.replacing().plan()),
        [
            r#"update service/cart: title "Cart" > null, icon "Box" > null, team ["a"] > null, language "c" > "go", tier 1 > 2, domain "shop" > null"#
        ]
    );
}

#[test]
fn null_clears() {
    let wanted = json!([{"title": null, "icon": null, "team": null, "properties": {"tier": null},
        "relations": {"domain": null, "dependsOn": null}}]);
    let stored = json!([{"title": "Cart", "icon": "Box", "team": ["a"], "properties": {"tier": 1},
        "relations": {"domain": "shop", "dependsOn": ["x"]}}]);
    let cleared = [
        r#"update service/cart: title "Cart" > null, icon "Box" > null, team ["a"] > null, tier 1 > null, dependsOn ["x"] > null, domain "shop" > null"#,
    ];
    let world = World::of(wanted, stored);
    assert_eq!(lines(&world.plan()), cleared);
    assert_eq!(lines(&world.replacing().plan()), cleared);
}

#[test]
fn what_the_branch_dropped_is_cleared_when_the_base_is_known() {
    let full = json!([{"title": "Cart", "icon": "Box", "team": ["a"], "properties": {"tier": 1},
        "relations": {"domain": "shop"}}]);
    let world = World::of(json!([{"icon": "Box"}]), full.clone());
    assert_eq!(lines(&world.plan()), [""; 0]);
    let plan = world.base(full).plan();
    assert_eq!(
        lines(&plan),
        [r#"update service/cart: title "Cart" > null, team ["a"] > null, tier 1 > null, domain "shop" > null"#]
    );
    assert!(plan.changes[0].fields.iter().all(|field| field.cause == Cause::Dropped && field.span.is_none()));
}

#[test]
fn a_null_that_the_branch_dropped_is_no_longer_ours() {
    let world = World::of(json!([{}]), json!([{"properties": {"tier": 1}}]));
    assert_eq!(lines(&world.base(json!([{"properties": {"tier": null}}])).plan()), [""; 0]);
}

#[test]
fn the_mode_is_the_blueprints() {
    let both = json!([{"title": "Cart"}, {"blueprint": "note", "identifier": "a", "title": "A"}]);
    let mut world = World::of(json!([{}, {"blueprint": "note", "identifier": "a"}]), both);
    world.write = Write { default: WriteMode::Merge, by_blueprint: [("note".to_owned(), WriteMode::Replace)].into() };
    let plan = world.plan();
    assert_eq!(lines(&plan), [r#"update note/a: title "A" > null"#]);
    assert_eq!((plan.changes[0].mode, plan.changes[0].fields[0].cause), (WriteMode::Replace, Cause::LeftOut));
}

#[test]
fn changes_point_to_their_lines() {
    let plan = World::of(json!([{"title": "x", "identifier": "b"}, {"title": "Cart"}]), json!([])).plan();
    let place = plan.changes[1].place.expect("it has a manifest");
    assert_eq!((lines(&plan)[1].as_str(), place.file.0), (r#"create service/cart: title null > "Cart""#, 1));
    assert_eq!(plan.changes[1].fields[0].span, Some(place.span));
}
