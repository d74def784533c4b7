//! Tests what happens to stored entities when their blueprint changes.

use serde_json::{Value, json};

use super::{bare, create, links, put, refusal, store, stored, writer};
use crate::embedded::store::Store;

/// Two services; `one` points to `api`, and both point to each other.
fn shop() -> Store {
    let store = store();
    create(
        &store,
        json!({
            "identifier": "domain", "title": "D", "schema": {"properties": {"cost": {"type": "number"}}},
            "ownership": {"type": "Direct"},
        }),
    );
    create(&store, service());
    put(&store, "domain", "payments", json!({"cost": 1}), json!({}));
    put(&store, "service", "two", json!({"tier": 2}), json!({"domain": null, "uses": []}));
    put(
        &store,
        "service",
        "one",
        json!({"note": "tier:", "tier": 1, "tags": ["a"]}),
        json!({"domain": "payments", "uses": ["two", "one"]}),
    );
    store
}

fn service() -> Value {
    json!({
        "identifier": "service", "title": "Service",
        "schema": {
            "properties": {"note": {"type": "string"}, "tier": {"type": "number"}, "tags": {"type": "array"}},
            "required": ["tier"],
        },
        "relations": {"domain": {"target": "domain"}, "uses": {"target": "service", "many": true}},
        "mirrorProperties": {"cost": {"path": "uses.domain.cost"}, "tiers": {"path": "uses.tier"}},
        "ownership": {"type": "Inherited", "path": "domain"},
    })
}

/// The stored body without its record, changed by `edit`.
fn edited(store: &Store, identifier: &str, edit: impl FnOnce(&mut Value)) -> Value {
    let mut body = store.blueprint(identifier).expect("it is there");
    edit(&mut body);
    body
}

#[test]
fn what_a_blueprint_drops_its_entities_drop() {
    let store = shop();
    let body = json!({"identifier": "service", "title": "S", "schema": {"properties": {"note": {"type": "string"}}},
        "relations": {"domain": {"target": "domain"}}});
    store.replace_blueprint("service", body, &writer()).expect("dropping is allowed");
    assert_eq!(stored(&store, "one"), (json!({"note": "tier:"}), json!({"domain": "payments"})));
    assert_eq!(stored(&store, "two"), (json!({}), json!({"domain": null})));
    assert_eq!(links(&store), ["one domain payments"]);
}

#[test]
fn a_patch_adds_by_name_and_takes_away_by_null() {
    let store = shop();
    let patch = json!({
        "title": "Services",
        "schema": {"properties": {"tier": null, "url": {"type": "string", "format": "url"}}},
        "relations": {"team": {"target": "_team"}, "uses": null},
        "mirrorProperties": {"cost": null, "tiers": null},
    });
    let body = store.patch_blueprint("service", patch, &writer()).expect("the patch is legal");
    let keys = |value: &Value| value.as_object().expect("a map").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&body["schema"]["properties"]), ["note", "tags", "url"]);
    assert_eq!(body["schema"]["required"], json!([]), "what is gone is not required");
    assert_eq!(keys(&body["relations"]), ["domain", "team"]);
    assert_eq!(body["title"], "Services");
    assert_eq!(links(&store), ["one domain payments"]);
}

#[test]
fn a_relation_widens_freely_and_narrows_when_nobody_points_to_two() {
    let store = shop();
    let many = edited(&store, "service", |body| {
        body["relations"]["domain"]["many"] = true.into();
        body["ownership"] = json!({"type": "Direct"});
    });
    store.replace_blueprint("service", many, &writer()).expect("one is a list of one");
    assert_eq!(stored(&store, "one").1["domain"], json!(["payments"]));
    assert_eq!(stored(&store, "two").1["domain"], json!([]));
    let single = edited(&store, "service", |body| body["relations"]["domain"]["many"] = false.into());
    store.replace_blueprint("service", single, &writer()).expect("nobody has two");
    assert_eq!(stored(&store, "one").1["domain"], json!("payments"));
    assert_eq!(stored(&store, "two").1["domain"], Value::Null);
    let narrowed = edited(&store, "service", |body| body["relations"]["uses"]["many"] = false.into());
    let refused = refusal(store.replace_blueprint("service", narrowed, &writer()));
    assert_eq!((refused.status, refused.error.as_str()), (422, "relation_many_violation"));
    assert_eq!(refused.details, Some(json!({"blueprint": "service", "entities": ["one"]})));
    assert_eq!(stored(&store, "one").1["uses"], json!(["two", "one"]), "a refusal changes nothing");
}

#[test]
fn types_and_targets_that_are_in_use_stay() {
    let store = shop();
    let retyped = edited(&store, "service", |body| body["schema"]["properties"]["tier"]["type"] = "string".into());
    let refused = refusal(store.replace_blueprint("service", retyped, &writer()));
    assert_eq!(
        refused.message.as_deref(),
        Some("The type of property \"tier\" cannot be changed from \"number\" to \"string\"")
    );
    let retargeted = |store: &Store| {
        edited(store, "service", |body| {
            body["relations"]["domain"]["target"] = "_user".into();
            body["mirrorProperties"] = json!({});
        })
    };
    let refused = refusal(store.replace_blueprint("service", retargeted(&store), &writer()));
    assert_eq!(refused.details, Some(json!({"blueprint": "service", "entities": ["one"]})));
    let done = store.write(|transaction| Ok(transaction.execute("DELETE FROM links WHERE relation = 'domain'", [])?));
    assert_eq!(done.expect("a link can be deleted"), 1);
    store.replace_blueprint("service", retargeted(&store), &writer()).expect("nobody relates by it");
}

#[test]
fn a_blueprint_in_use_is_not_deleted() {
    let store = shop();
    let refused = refusal(store.delete_blueprint("domain", &writer()));
    assert_eq!((refused.status, refused.error.as_str()), (403, "has_dependents"));
    assert_eq!(refused.details, Some(json!({"blueprint": "domain", "entities": 1})));
    let emptied = store.write(|transaction| {
        transaction.execute("DELETE FROM links", [])?;
        Ok(transaction.execute("DELETE FROM entities", [])?)
    });
    assert_eq!(emptied.expect("entities can be deleted"), 3);
    let refused = refusal(store.delete_blueprint("domain", &writer()));
    assert_eq!(refused.details, Some(json!({"blueprint": "domain", "blueprints": ["service"]})));
    store.delete_blueprint("service", &writer()).expect("it points to itself alone");
    store.delete_blueprint("domain", &writer()).expect("nobody points to it any more");
    assert_eq!(refusal(store.delete_blueprint("domain", &writer())).status, 404);
}

#[test]
fn a_renamed_property_is_followed_by_all_who_use_it() {
    let store = shop();
    create(
        &store,
        json!({
            "identifier": "report", "title": "R", "schema": {"properties": {}},
            "relations": {"of": {"target": "service"}},
            "mirrorProperties": {"far": {"path": "of.uses.tier"}, "other": {"path": "of.domain.cost"}},
            "aggregationProperties": {"sum": {"title": "S", "target": "service",
                "calculationSpec": {"func": "sum", "calculationBy": "property", "property": "tier"}}},
        }),
    );
    let body = store.rename_property("service", "tier", "level", &writer()).expect("the name is free");
    let names: Vec<&String> = body["schema"]["properties"].as_object().expect("a map").keys().collect();
    assert_eq!(names, ["note", "level", "tags"], "it stays where it was");
    assert_eq!(body["schema"]["required"], json!(["level"]));
    assert_eq!(body["mirrorProperties"]["tiers"]["path"], "uses.level");
    assert_eq!(body["mirrorProperties"]["cost"]["path"], "uses.domain.cost");
    let report = store.blueprint("report").expect("it is there");
    assert_eq!(report["mirrorProperties"]["far"]["path"], "of.uses.level");
    assert_eq!(report["mirrorProperties"]["other"]["path"], "of.domain.cost");
    assert_eq!(report["aggregationProperties"]["sum"]["calculationSpec"]["property"], "level");
    assert_eq!(stored(&store, "one").0.to_string(), r#"{"note":"tier:","level":1,"tags":["a"]}"#);
    assert_eq!(stored(&store, "two").0, json!({"level": 2}));
    for (old, new, status) in
        [("tier", "x", 404), ("level", "note", 409), ("level", "cost", 409), ("level", "a b", 422)]
    {
        assert_eq!(refusal(store.rename_property("service", old, new, &writer())).status, status, "{old} to {new}");
    }
}

#[test]
fn a_renamed_relation_is_followed_by_links_and_paths() {
    let store = shop();
    let body = store.rename_relation("service", "domain", "area", &writer()).expect("the name is free");
    assert_eq!(body["mirrorProperties"]["cost"]["path"], "uses.area.cost");
    assert_eq!(body["ownership"]["path"], "area");
    assert_eq!(stored(&store, "one").1.to_string(), r#"{"area":"payments","uses":["two","one"]}"#);
    assert_eq!(links(&store), ["one area payments", "one uses one", "one uses two"]);
    let body = store.rename_relation("service", "uses", "needs", &writer()).expect("the name is free");
    assert_eq!(body["mirrorProperties"]["cost"]["path"], "needs.area.cost");
    assert_eq!(body["mirrorProperties"]["tiers"]["path"], "needs.tier");
    assert_eq!(refusal(store.rename_relation("service", "needs", "_x", &writer())).error, "system_identifier_error");
    assert_eq!(refusal(store.rename_relation("service", "needs", "area", &writer())).status, 409);
    assert_eq!(refusal(store.rename_relation("service", "uses", "x", &writer())).status, 404);
}

#[test]
fn a_renamed_mirror_property_is_followed_by_mirrors_of_it() {
    let store = shop();
    create(
        &store,
        json!({
            "identifier": "report", "title": "R", "schema": {"properties": {}},
            "relations": {"of": {"target": "service"}}, "mirrorProperties": {"cost": {"path": "of.cost"}},
        }),
    );
    let body = store.rename_mirror("service", "cost", "price", &writer()).expect("the name is free");
    assert_eq!(body["mirrorProperties"]["price"]["path"], "uses.domain.cost");
    assert_eq!(store.blueprint("report").expect("it is there")["mirrorProperties"]["cost"]["path"], "of.price");
}

#[test]
fn a_renamed_blueprint_is_followed_by_those_who_point_to_it() {
    let store = shop();
    let body = edited(&store, "service", |body| body["identifier"] = "component".into());
    store.replace_blueprint("service", body, &writer()).expect("the name is free");
    let body = store.blueprint("component").expect("it is there by its new name");
    assert_eq!(body["relations"]["uses"]["target"], "component");
    assert_eq!(refusal(store.blueprint("service")).status, 404);
    let body = edited(&store, "domain", |body| body["identifier"] = "area".into());
    store.replace_blueprint("domain", body, &writer()).expect("the name is free");
    assert_eq!(store.blueprint("component").expect("it is there")["relations"]["domain"]["target"], "area");
    assert_eq!(links(&store).len(), 3, "entities and links are untouched");
    let body = edited(&store, "area", |body| body["identifier"] = "component".into());
    assert_eq!(refusal(store.replace_blueprint("area", body, &writer())).status, 409);
}

#[test]
fn every_entity_of_a_large_blueprint_is_brought_along() {
    let store = store();
    let mut body = bare("item");
    body["schema"]["properties"] = json!({"a": {"type": "number"}, "b": {"type": "number"}});
    create(&store, body);
    for number in 0..1203 {
        put(&store, "item", &format!("item-{number:04}"), json!({"a": number, "b": 1}), json!({}));
    }
    store.rename_property("item", "a", "c", &writer()).expect("the name is free");
    let patch = json!({"schema": {"properties": {"b": null}}});
    store.patch_blueprint("item", patch, &writer()).expect("dropping is allowed");
    for number in [0, 499, 500, 501, 999, 1000, 1202] {
        assert_eq!(stored(&store, &format!("item-{number:04}")).0, json!({"c": number}));
    }
}

#[test]
fn a_change_by_another_process_is_seen_by_whoever_has_the_file_open() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let open = || {
        Store::open(&folder.path().join("local.db"), std::sync::Arc::new(|| crate::domain::value::timestamp::Moment(0)))
            .expect("the file can be opened")
    };
    let (one, other) = (open(), open());
    let mut body = bare("item");
    body["schema"]["properties"] = json!({"size": {"type": "number"}});
    create(&one, body);
    put(&one, "item", "big", json!({"size": 9}), json!({}));
    let found = |store: &Store, property: &str| {
        let query = json!({"combinator": "and", "rules": [{"property": property, "operator": ">", "value": 5}]});
        let query = crate::embedded::api::SearchQuery::parse(&query).expect("it is a search");
        store
            .search("item", &query, &crate::embedded::api::Shape::default(), 10, None)
            .expect("it can be searched")
            .entities
            .len()
    };
    assert_eq!((found(&one, "size"), found(&other, "size")), (1, 1));
    other.rename_property("item", "size", "weight", &writer()).expect("the name is free");
    assert_eq!((found(&one, "weight"), found(&one, "size")), (1, 0));
    let followed = one.apply_snapshot(vec![bare("item")], &writer()).expect("it can be followed");
    assert_eq!(followed.expect("it was not followed before").changed, ["item"]);
    assert_eq!(found(&other, "weight"), 0);
}

#[test]
fn what_is_not_there_is_neither_replaced_nor_patched() {
    let store = shop();
    assert_eq!(refusal(store.replace_blueprint("gone", bare("gone"), &writer())).status, 404);
    assert_eq!(refusal(store.patch_blueprint("gone", json!({}), &writer())).status, 404);
    let body = json!({"title": "Domain", "schema": {"properties": {"cost": {"type": "number"}}}});
    let replaced = store.replace_blueprint("domain", body, &writer()).expect("the path names it");
    assert_eq!((&replaced["identifier"], &replaced["title"]), (&json!("domain"), &json!("Domain")));
}
