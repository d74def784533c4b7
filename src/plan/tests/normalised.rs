//! Tests every normalisation rule: one test per rule, and one per pair that looks equal and is not.

use serde_json::{Value as Json, json};

use super::world::{World, changed, entity, lines, mask};
use crate::domain::entity::{Record, Targets};
use crate::domain::value::timestamp::Moment;

/// Whether two values of a property count as equal.
fn alike(name: &str, a: Json, b: Json) -> bool {
    let here = changed(json!({"properties": {name: a}}), json!({"properties": {name: b}}));
    let there = changed(json!({"properties": {name: b}}), json!({"properties": {name: a}}));
    assert_eq!(here.is_empty(), there.is_empty(), "it hangs on the side: {here:?}, {there:?}");
    here.is_empty()
}

#[test]
fn calculated_values_are_nobodys() {
    let computed = json!({"properties": {"score": 5, "ownerTitle": "Core"}});
    assert_eq!(changed(computed.clone(), json!({})), [] as [&str; 0]);
    assert_eq!(changed(json!({}), computed.clone()), [] as [&str; 0]);
    assert_eq!(lines(&World::of(json!([{}]), json!([computed])).replacing().plan()), [] as [&str; 0]);
}

#[test]
fn absent_is_null() {
    assert_eq!(changed(json!({"properties": {"tier": null}, "title": null, "team": null}), json!({})), [] as [&str; 0]);
    assert_eq!(changed(json!({"relations": {"domain": null}}), json!({})), [] as [&str; 0]);
    let nulls = json!({"properties": {"tier": null}, "relations": {"domain": null, "dependsOn": []}, "team": []});
    assert_eq!(lines(&World::of(json!([{}]), json!([nulls])).replacing().plan()), [] as [&str; 0]);
}

#[test]
fn null_inside_an_object_is_a_value() {
    assert!(!alike("meta", json!({"a": null}), json!({})));
    assert!(!alike("tags", json!([null]), json!([])));
}

#[test]
fn an_empty_list_of_targets_is_unset() {
    assert_eq!(changed(json!({"relations": {"dependsOn": []}}), json!({})), [] as [&str; 0]);
    assert_eq!(changed(json!({"relations": {"dependsOn": []}}), json!({"relations": {"dependsOn": null}})), [""; 0]);
    assert_eq!(changed(json!({"relations": {"dependsOn": null}}), json!({"relations": {"dependsOn": []}})), [""; 0]);
    assert_eq!(
        changed(json!({"relations": {"dependsOn": []}}), json!({"relations": {"dependsOn": ["a"]}})),
        [r#"dependsOn ["a"] > null"#]
    );
    // A property's empty list is a value.
    assert_eq!(changed(json!({"properties": {"tags": []}}), json!({})), ["tags null > []"]);
}

#[test]
fn what_the_catalog_would_refuse_is_not_made_to_fit() {
    let one = json!({"relations": {"domain": "shop", "dependsOn": ["a"]}});
    assert_eq!(changed(json!({"relations": {"domain": ["shop"]}}), one.clone()), [r#"domain "shop" > ["shop"]"#]);
    assert_eq!(changed(json!({"relations": {"dependsOn": "a"}}), one), [r#"dependsOn ["a"] > "a""#]);
    assert_eq!(changed(json!({"relations": {"domain": []}}), json!({})), ["domain null > []"]);
}

#[test]
fn teams_are_a_set() {
    let stored = json!({"team": ["a", "b"]});
    assert_eq!(changed(json!({"team": ["b", "a", "b"]}), stored.clone()), [""; 0]);
    assert_eq!(changed(json!({"team": []}), json!({})), [""; 0]);
    assert_eq!(changed(json!({"team": ["b"]}), stored), [r#"team ["a","b"] > ["b"]"#]);
}

#[test]
fn a_lone_team_is_a_list_of_one() {
    assert_eq!(changed(json!({"team": "a"}), json!({"team": ["a"]})), [""; 0]);
    assert_eq!(changed(json!({"team": "a"}), json!({"team": ["a", "b"]})), [r#"team ["a","b"] > ["a"]"#]);
}

#[test]
fn an_inherited_team_is_the_catalogs() {
    let named = |team: Json| json!([{"blueprint": "domain", "identifier": "shop", "team": team}]);
    let bare = json!([{"blueprint": "domain", "identifier": "shop"}]);
    assert_eq!(lines(&World::of(bare, named(json!(["a"]))).replacing().plan()), [""; 0]);
    assert_eq!(lines(&World::of(named(json!("b")), named(json!(["a"]))).plan()), [""; 0]);
}

#[test]
fn numbers_count_by_value() {
    assert!(alike("tier", json!(1), json!(1.0)));
    assert!(alike("tier", json!(0), json!(-0.0)));
    assert!(alike("tier", json!(1e3), json!(1000)));
    assert!(alike("tier", json!(1.5), json!(15e-1)));
    assert!(alike("meta", json!({"a": [1]}), json!({"a": [1.0]})));
    assert!(!alike("tier", json!(1), json!("1")));
    assert!(!alike("tier", json!(1), json!(true)));
    assert!(!alike("tier", json!(0.1), json!(0.10000000000000002)));
}

#[test]
fn numbers_are_not_rounded_at_two_to_the_53rd() {
    let border = 1_u64 << 53;
    assert!(alike("tier", json!(border), json!(border as f64)));
    assert!(!alike("tier", json!(border + 1), json!(border as f64)));
    assert!(!alike("tier", json!(border + 1), json!(border)));
    assert!(!alike("tier", json!(u64::MAX), json!(u64::MAX as f64)));
    assert!(!alike("tier", json!(i64::MAX), json!(i64::MAX as f64)));
    assert!(alike("tier", json!(i64::MIN), json!(i64::MIN as f64)));
    assert!(alike("tier", json!(1_u64 << 63), json!((1_u64 << 63) as f64)));
}

#[test]
fn times_count_by_their_instant() {
    let (here, there) = (json!("2026-11-02T12:00:00Z"), json!("2026-11-02T13:00:00.000+01:00"));
    assert!(alike("since", here.clone(), there.clone()));
    assert!(alike("until", here.clone(), there.clone()));
    assert!(alike("windows", json!([here]), json!([there])));
    assert!(!alike("windows", json!([here]), json!([there, there])));
    assert!(!alike("since", here.clone(), json!("2026-11-02T12:00:01Z")));
    // In a property without a time format it is a text, and so is a text that is not a time.
    assert!(!alike("language", here.clone(), there));
    assert!(!alike("since", here, json!("2026-11-02T12:00:00")));
    assert!(alike("since", json!("soon"), json!("soon")));
}

#[test]
fn who_wrote_it_and_when_is_no_difference() {
    let mut world = World::of(json!([{"title": "Cart"}]), json!([{"title": "Cart"}])).replacing();
    let moment = Some(Moment(1));
    world.stored[0].record =
        Record { created_at: moment, created_by: Some("a".into()), updated_at: moment, updated_by: Some("b".into()) };
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn a_default_that_nobody_names_is_no_difference() {
    let stored = json!({"properties": {"language": "go", "public": false}});
    let world = World::of(json!([{}]), json!([stored]));
    assert_eq!(lines(&world.clone().replacing().plan()), [""; 0]);
    let dropped = world.base(json!([{"properties": {"language": "go"}}]));
    assert_eq!(lines(&dropped.plan()), [""; 0]);
    assert_eq!(lines(&dropped.replacing().plan()), [""; 0]);
    // Any other value is reset to the default, and an unset property stays unset; a null is a value like others.
    let rust = World::of(json!([{}]), json!([{"properties": {"language": "rust"}}]));
    assert_eq!(lines(&rust.clone().replacing().plan()), [r#"update service/cart: language "rust" > "go""#]);
    assert_eq!(lines(&World::of(json!([{}]), json!([{}])).replacing().plan()), [""; 0]);
    let dropped = rust.base(json!([{"properties": {"language": "rust"}}]));
    // As if the entity were created from this manifest, in either mode.
    assert_eq!(lines(&dropped.plan()), [r#"update service/cart: language "rust" > "go""#]);
    assert_eq!(lines(&dropped.replacing().plan()), [r#"update service/cart: language "rust" > "go""#]);
    let stored = json!({"properties": {"language": "go"}});
    assert_eq!(changed(json!({"properties": {"language": null}}), stored), [r#"language "go" > null"#]);
}

#[test]
fn a_default_of_another_kind_is_none() {
    for (schema, after) in [
        (json!({"type": "string", "default": 1}), "null"),
        (json!({"type": "string", "enum": ["a"], "default": "b"}), "null"),
        (json!({"type": "enum", "default": "b"}), "null"),
        (json!({"type": "string", "default": null}), "null"),
        (json!({"type": "string", "enum": ["a", "b"], "default": "b"}), r#""b""#),
    ] {
        let mut world = World::of(json!([{"blueprint": "odd", "identifier": "x"}]), json!([])).replacing();
        world.stored = vec![entity(&json!({"blueprint": "odd", "identifier": "x", "properties": {"it": "a"}}))];
        let odd = json!({"identifier": "odd", "schema": {"properties": {"it": schema}}});
        world.blueprints.push(crate::domain::blueprint::Blueprint::from_json(odd).expect("it is one").0);
        assert_eq!(lines(&world.plan()), [format!(r#"update odd/x: it "a" > {after}"#)]);
    }
}

#[test]
fn targets_are_a_set() {
    let stored = json!({"relations": {"dependsOn": ["a", "b", "c"]}});
    assert_eq!(changed(json!({"relations": {"dependsOn": ["c", "a", "b", "a"]}}), stored.clone()), [""; 0]);
    assert_eq!(
        changed(json!({"relations": {"dependsOn": ["c", "a"]}}), stored),
        [r#"dependsOn ["a","b","c"] > ["a","c"]"#]
    );
}

#[test]
fn objects_count_by_value_and_are_shown_by_path() {
    assert!(alike("meta", json!({"a": 1, "b": {"c": [1, 2]}}), json!({"b": {"c": [1, 2]}, "a": 1})));
    let wanted = json!([{"properties": {"meta": {"a": 1, "b": {"c": 2, "d": [2]}, "new": {}}}}]);
    let stored = json!([{"properties": {"meta": {"old": null, "b": {"d": [1], "c": 2.0}, "a": {"x": 1}}}}]);
    let plan = World::of(wanted, stored).plan();
    let paths = &plan.changes[0].fields[0].paths;
    let show =
        |value: &Option<crate::domain::value::Value>| value.as_ref().map_or("-".into(), |it| it.to_json().to_string());
    let paths: Vec<String> = paths
        .iter()
        .map(|path| format!("{} {} > {}", path.path.join("."), show(&path.before), show(&path.after)))
        .collect();
    assert_eq!(paths, [r#"a {"x":1} > 1"#, "b.d [1] > [2]", "new - > {}", "old null > -"]);
}

/// As deep as the catalog's JSON is read: comparing twice at every level would never end.
#[test]
fn deep_objects_are_compared_in_one_walk() {
    let deep = |leaf: Json| (0..120).fold(leaf, |inner, _| json!({"a": 1, "k": inner}));
    let turned = |leaf: Json| (0..120).fold(leaf, |inner, _| json!({"k": inner, "a": 1.0}));
    assert!(alike("meta", deep(json!(1)), deep(json!(1.0))));
    assert!(alike("meta", deep(json!(1)), turned(json!(1))));
    assert!(!alike("meta", deep(json!(1)), deep(json!(2))));
    assert!(!alike("meta", deep(json!(1)), turned(json!(2))));
    // A list with one item prevents the values from being shown by path.
    assert!(!alike("meta", json!({"a": [deep(json!(1))]}), json!({"a": [deep(json!(2))]})));
    assert!(!alike("tags", json!([deep(json!(1))]), json!([turned(json!(2))])));
}

#[test]
fn array_properties_are_in_order() {
    assert!(alike("tags", json!(["a", "b"]), json!(["a", "b"])));
    assert!(!alike("tags", json!(["a", "b"]), json!(["b", "a"])));
    assert!(!alike("tags", json!(["a"]), json!(["a", "a"])));
}

#[test]
fn texts_count_by_their_bytes() {
    assert!(!alike("language", json!("\u{e9}"), json!("e\u{301}")));
    assert_eq!(changed(json!({"title": "\u{e9}"}), json!({"title": "e\u{301}"})), ["title \"e\u{301}\" > \"\u{e9}\""]);
    assert!(!alike("language", json!(" go"), json!("go")));
    assert!(!alike("language", json!(""), json!(null)));
}

#[test]
fn what_the_blueprint_does_not_know_is_kept() {
    let wanted = json!({"properties": {"colour": "red"}, "relations": {"friend": "x", "friends": ["b", "a"]}});
    assert_eq!(
        changed(wanted.clone(), json!({})),
        [r#"colour null > "red""#, r#"friend null > "x""#, r#"friends null > ["a","b"]"#]
    );
    let unknown = json!([{"blueprint": "ship", "identifier": "argo", "properties": {"colour": 1.0}}]);
    let world = World::of(unknown, json!([]));
    assert_eq!(lines(&world.plan()), ["create ship/argo: colour null > 1.0"]);
}

#[test]
fn a_name_given_twice_counts_as_its_last() {
    let mut world = World::of(json!([{"properties": {"tier": 1}}]), json!([{"properties": {"tier": 2}}]));
    let mut again = world.desired[0].properties[0].clone();
    again.value = crate::domain::value::Value::Integer(2);
    world.desired[0].properties = [world.desired[0].properties[0].clone(), again].into();
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn a_stored_entity_is_digested_by_value() {
    let digest = |json: Json| crate::plan::of_entity(&entity(&json), mask());
    let one =
        digest(json!({"properties": {"tier": 1, "tags": null}, "relations": {"dependsOn": ["b", "a"]}, "by": "x"}));
    let same = digest(json!({"properties": {"tier": 1.0}, "relations": {"dependsOn": ["a", "b"], "domain": null}}));
    assert_eq!(one, same);
    assert_ne!(one, digest(json!({"properties": {"tier": 2}, "relations": {"dependsOn": ["a", "b"]}})));
    let mut other = entity(&json!({"relations": {"domain": "a"}}));
    let before = crate::plan::of_entity(&other, mask());
    other.relations[0].1 = Targets::Many(["a".into()].into());
    assert_ne!(before, crate::plan::of_entity(&other, mask()));
}
