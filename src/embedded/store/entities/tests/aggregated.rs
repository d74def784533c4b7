//! Tests aggregation properties: what they count, along which paths, and what a query leaves out.

use serde_json::json;

use super::*;

fn aggregation(target: &str, spec: Value, more: Value) -> Value {
    let mut property = json!({"title": "A", "target": target, "calculationSpec": spec});
    for (key, value) in more.as_object().expect("an object") {
        property[key] = value.clone();
    }
    property
}

fn count(target: &str, more: Value) -> Value {
    aggregation(target, json!({"func": "count", "calculationBy": "entities"}), more)
}

fn of_points(func: &str) -> Value {
    let spec = json!({"func": func, "calculationBy": "property", "property": "points", "averageOf": "total"});
    aggregation("issue", spec, json!({}))
}

/// A service with three issues, of which one is closed; the issues depend on a library, and one on a package of it.
fn catalog(aggregations: Value) -> Store {
    let store = store();
    put_blueprint(
        &store,
        &json!({"identifier": "library", "schema": {"properties": {}}, "aggregationProperties": {
            "services": count("area", json!({})),
        }}),
    );
    put_blueprint(
        &store,
        &json!({"identifier": "area", "schema": {"properties": {}}, "relations": {
            "uses": {"target": "library", "many": true}, "owner": {"target": "area"},
        }, "aggregationProperties": aggregations}),
    );
    put_blueprint(
        &store,
        &json!({"identifier": "issue", "schema": {"properties": {
            "points": {"type": "number"}, "status": {"type": "string"}, "at": {"type": "string", "format": "date-time"},
        }}, "relations": {"area": {"target": "area"}, "first": {"target": "area"}}}),
    );
    put(&store, "library", json!({"identifier": "serde"}));
    put(&store, "area", json!({"identifier": "top"}));
    put(&store, "area", json!({"identifier": "shop", "relations": {"uses": ["serde"], "owner": "top"}}));
    put(&store, "area", json!({"identifier": "none"}));
    for (identifier, points, status, relation) in
        [("i1", json!(3), "open", "area"), ("i2", json!(5.5), "open", "area"), ("i3", json!(null), "closed", "first")]
    {
        let properties = json!({"points": points, "status": status, "at": "2026-09-07T14:13:20Z"});
        put(
            &store,
            "issue",
            json!({"identifier": identifier, "properties": properties, "relations": {relation: "shop"}}),
        );
    }
    store
}

fn value(store: &Store, blueprint: &str, identifier: &str, name: &str) -> Value {
    get(store, blueprint, identifier).unwrap()["properties"][name].clone()
}

fn open() -> Value {
    json!({"combinator": "and", "rules": [{"property": "status", "operator": "=", "value": "open"}]})
}

#[test]
fn related_entities_are_counted_in_both_directions_and_over_others() {
    let store = catalog(json!({
        "issues": count("issue", json!({})),
        "open": count("issue", json!({"query": open()})),
        "libraries": count("library", json!({})),
        "areas": count("area", json!({})),
        "nothing": count("nothing", json!({})),
    }));
    for (identifier, name, expected) in [
        ("shop", "issues", json!(3)),
        ("shop", "open", json!(2)),
        ("shop", "libraries", json!(1)),
        ("shop", "areas", json!(1)),
        ("top", "issues", json!(3)),
        ("top", "libraries", json!(0)),
        ("none", "issues", json!(0)),
        ("none", "nothing", Value::Null),
    ] {
        assert_eq!(value(&store, "area", identifier, name), expected, "{name} of {identifier}");
    }
    assert_eq!(value(&store, "library", "serde", "services"), json!(1));
    // What is calculated can be left out.
    let shape = Shape { computed: ComputedParts::None, ..Shape::default() };
    assert_eq!(json(&store.entity("area", "shop", &shape).unwrap())["properties"], json!({}));
    let page = store.entities("area", &Shape::default(), None, 10).unwrap();
    let issues = page.entities.iter().map(|entity| json(entity)["properties"]["issues"].clone()).collect::<Vec<_>>();
    assert_eq!(issues, [json!(0), json!(3), json!(3)]);
}

#[test]
fn a_path_chooses_which_relations_count() {
    let path = |from: Value, path: Value| {
        let mut filter = json!({"path": path});
        if !from.is_null() {
            filter["fromBlueprint"] = from;
        }
        json!({"pathFilter": [filter]})
    };
    let store = catalog(json!({
        "byArea": count("issue", path(json!("issue"), json!(["area"]))),
        "byFirst": count("issue", path(json!("issue"), json!(["first"]))),
        "byOwner": count("issue", path(json!("issue"), json!(["area", "owner"]))),
        "used": count("library", path(Value::Null, json!(["uses"]))),
        "usedHere": count("library", path(json!("area"), json!(["uses"]))),
        "elsewhere": count("issue", path(json!("library"), json!(["area"]))),
        "wrong": count("issue", path(Value::Null, json!(["nobody"]))),
    }));
    for (identifier, name, expected) in [
        ("shop", "byArea", json!(2)),
        ("shop", "byFirst", json!(1)),
        ("shop", "byOwner", json!(0)),
        ("top", "byOwner", json!(2)),
        ("shop", "used", json!(1)),
        ("shop", "usedHere", json!(1)),
        ("shop", "elsewhere", Value::Null),
        ("shop", "wrong", Value::Null),
    ] {
        assert_eq!(value(&store, "area", identifier, name), expected, "{name} of {identifier}");
    }
}

#[test]
fn figures_of_a_property_leave_out_entities_without_it() {
    let per_week = |time: &str| json!({"func": "average", "averageOf": "week", "measureTimeBy": time});
    let by = |mut spec: Value, by: &str| {
        spec["calculationBy"] = by.into();
        if by == "property" {
            spec["property"] = "points".into();
        }
        aggregation("issue", spec, json!({}))
    };
    let store = catalog(json!({
        "sum": of_points("sum"), "min": of_points("min"), "max": of_points("max"),
        "median": of_points("median"), "average": of_points("average"),
        "perWeek": by(per_week("at"), "entities"),
        "perWeekOfCreation": by(per_week("$createdAt"), "entities"),
        "pointsPerWeek": by(per_week("at"), "property"),
    }));
    // The clock of the store is two weeks after `at`, and the issues were created just now.
    for (name, shop, none) in [
        ("sum", json!(8.5), json!(0)),
        ("min", json!(3), Value::Null),
        ("max", json!(5.5), Value::Null),
        ("median", json!(4.25), Value::Null),
        ("average", json!(4.25), Value::Null),
        ("perWeek", json!(1.5), Value::Null),
        ("perWeekOfCreation", json!(3), Value::Null),
        ("pointsPerWeek", json!(4.25), Value::Null),
    ] {
        assert_eq!(value(&store, "area", "shop", name), shop, "{name}");
        assert_eq!(value(&store, "area", "none", name), none, "{name}");
    }
}

#[test]
fn a_query_that_cannot_be_evaluated_gives_null_and_the_entity_is_read() {
    let rule = |rule: Value| json!({"query": {"combinator": "and", "rules": [rule]}});
    let store = catalog(json!({
        "unknown": count("issue", rule(json!({"property": "status", "operator": "resembles", "value": "open"}))),
        "not_a_query": count("issue", json!({"query": "open"})),
        "no_blueprint": count("issue", rule(json!({"operator": "relatedTo", "blueprint": "nothing", "value": "a"}))),
    }));
    assert_eq!(value(&store, "area", "shop", "unknown"), Value::Null);
    assert_eq!(value(&store, "area", "shop", "not_a_query"), Value::Null);
    assert_eq!(value(&store, "area", "shop", "no_blueprint"), Value::Null);
}

#[test]
fn a_team_counts_its_members() {
    let store = store();
    put_blueprint(&store, &json!({"identifier": "_user", "schema": {"properties": {}}}));
    put_blueprint(
        &store,
        &json!({"identifier": "_team", "schema": {"properties": {}}, "aggregationProperties": {
            "size": count("_user", json!({})),
        }}),
    );
    put(&store, "_team", json!({"identifier": "core"}));
    for (identifier, team) in [("ada@example.com", json!(["core"])), ("bob@example.com", json!(["core", "other"]))] {
        put(&store, "_user", json!({"identifier": identifier, "team": team}));
    }
    put(&store, "_user", json!({"identifier": "eve@example.com"}));
    assert_eq!(value(&store, "_team", "core", "size"), json!(2));
}

#[test]
fn entities_that_inherit_a_team_are_owned_by_it() {
    let store = store();
    let by_path = json!({"pathFilter": [{"fromBlueprint": "thing", "path": ["home", "$team"]}]});
    put_blueprint(
        &store,
        &json!({"identifier": "_team", "schema": {"properties": {}}, "aggregationProperties": {
            "things": count("thing", json!({})), "byPath": count("thing", by_path), "homes": count("home", json!({})),
        }}),
    );
    put_blueprint(&store, &json!({"identifier": "home", "schema": {"properties": {}}}));
    put_blueprint(
        &store,
        &json!({"identifier": "thing", "schema": {"properties": {}}, "relations": {"home": {"target": "home"}},
            "ownership": {"type": "Inherited", "path": "home"}, "aggregationProperties": {
            "teams": count("_team", json!({})), "along": count("_team", json!({"pathFilter": [{"path": ["$team"]}]})),
        }}),
    );
    put(&store, "_team", json!({"identifier": "core"}));
    put(&store, "home", json!({"identifier": "h", "team": ["core", "nobody"]}));
    put(&store, "home", json!({"identifier": "empty"}));
    for (identifier, home) in [("a", json!("h")), ("b", json!("h")), ("c", json!("empty")), ("d", Value::Null)] {
        put(&store, "thing", json!({"identifier": identifier, "relations": {"home": home}}));
    }
    for (blueprint, identifier, name, expected) in [
        ("_team", "core", "things", 2),
        ("_team", "core", "byPath", 2),
        ("_team", "core", "homes", 1),
        ("thing", "a", "teams", 1),
        ("thing", "a", "along", 1),
        ("thing", "c", "teams", 0),
        ("thing", "d", "along", 0),
    ] {
        assert_eq!(value(&store, blueprint, identifier, name), json!(expected), "{name} of {identifier}");
    }
}

/// A chain, and then a circle, in which each entity is related to all of them, and to itself.
#[test]
fn a_catalog_in_which_everything_is_related_can_be_read() {
    const NUMBER: usize = 4100;
    let store = store();
    let mut blueprint = json!({"identifier": "link", "schema": {"properties": {"n": {"type": "number"}}},
        "relations": {"next": {"target": "link"}}});
    put_blueprint(&store, &blueprint);
    let name = |at: usize| format!("l{at:04}");
    for at in 0..NUMBER {
        let body =
            json!({"identifier": name(at), "properties": {"n": 2}, "relations": {"next": at.checked_sub(1).map(name)}});
        store.create_entity("link", &draft(body), &WriteOptions::default(), &writer()).expect("it is new");
    }
    let sum = json!({"func": "sum", "calculationBy": "property", "property": "n"});
    blueprint["aggregationProperties"] =
        json!({"all": count("link", json!({})), "sum": aggregation("link", sum, json!({}))});
    put_blueprint(&store, &blueprint);
    let figures = |limit: usize| {
        let page = store.entities("link", &Shape::default(), None, limit).expect("it can be read").entities;
        let properties = page.iter().map(|entity| json(entity)["properties"].clone());
        properties.map(|properties| (properties["all"].clone(), properties["sum"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(figures(1), [(json!(NUMBER - 1), json!(2 * (NUMBER - 1)))]);
    let closing = draft(json!({"relations": {"next": name(NUMBER - 1)}}));
    store.patch_entity("link", "l0000", &closing, &WriteOptions::default(), &writer()).expect("it is there");
    assert_eq!(figures(1000), vec![(json!(NUMBER), json!(2 * NUMBER)); 1000]);
}
