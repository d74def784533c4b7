//! Tests how a write affects other entities: those that point to an entity follow its rename, are deleted with it, or
//! lose the relation.

use serde_json::json;

use super::*;

fn service(name: &str, relations: Value) -> Value {
    json!({"identifier": name, "properties": {"language": "go"}, "relations": relations})
}

fn delete(store: &Store, blueprint: &str, identifier: &str, dependents: bool) -> Result<(), Refusal> {
    refusal(store.delete_entity(blueprint, identifier, dependents, &writer()))
}

/// Asserts that links and JSON agree, and that no relation has a missing target.
fn assert_consistent(store: &Store) {
    for (blueprint, relation, many) in
        [("service", "domain", false), ("service", "dependsOn", true), ("deployment", "service", false)]
    {
        let shape = Shape { attach_title_to_relation: true, ..Shape::default() };
        let (plain, titled) = (all(store, blueprint, &Shape::default()), all(store, blueprint, &shape));
        for (plain, titled) in plain.iter().zip(&titled) {
            let (said, linked) = (&plain["relations"][relation], &titled["relations"][relation]);
            let linked = match many {
                true => linked.as_array().expect("a list").iter().map(|target| target["identifier"].clone()).collect(),
                false => linked.get("identifier").cloned().unwrap_or_default(),
            };
            assert_eq!(*said, linked, "{blueprint} {}", plain["identifier"]);
        }
    }
}

fn all(store: &Store, blueprint: &str, shape: &Shape) -> Vec<Value> {
    let page = store.entities(blueprint, shape, None, 10_000).unwrap();
    page.entities.iter().map(|entity| json(entity)).collect()
}

#[test]
fn a_rename_moves_every_reference() {
    let store = store();
    put(&store, "service", service("b", json!({})));
    post(&store, "service", service("a", json!({"dependsOn": ["b", "a", "b"]})), &creating_missing()).unwrap();
    put(&store, "deployment", json!({"identifier": "d", "relations": {"service": "b"}}));
    let rename = |from: &str, to: &str| {
        let body = draft(json!({"identifier": to}));
        refusal(store.patch_entity("service", from, &body, &WriteOptions::default(), &writer()))
    };
    assert_eq!(code(rename("b", "a")), "409 identifier_taken");
    assert_eq!(code(rename("b", "no good")), "422 invalid_request");
    assert_eq!(json(&rename("b", "B/2").unwrap())["identifier"], "B/2");
    assert_eq!(get(&store, "service", "a").unwrap()["relations"]["dependsOn"], json!(["B/2", "a", "B/2"]));
    assert_eq!(get(&store, "deployment", "d").unwrap()["relations"]["service"], "B/2");
    assert_eq!(json(&rename("a", "A").unwrap())["relations"]["dependsOn"], json!(["B/2", "A", "B/2"]));
    assert_eq!(code(get(&store, "service", "b")), "404 not_found");
    let whole = draft(json!({"identifier": "B", "properties": {"language": "rust"}}));
    let replaced = store.replace_entity("service", "B/2", &whole, &WriteOptions::default(), &writer()).unwrap();
    assert_eq!(json(&replaced)["identifier"], "B");
    assert_eq!(get(&store, "deployment", "d").unwrap()["relations"]["service"], "B");
    assert_consistent(&store);
}

#[test]
fn a_required_entity_goes_only_with_its_dependents() {
    let store = store();
    put(&store, "service", service("b", json!({})));
    put(&store, "service", service("a", json!({"dependsOn": ["b"]})));
    put(&store, "deployment", json!({"identifier": "d1", "relations": {"service": "b"}}));
    put(&store, "deployment", json!({"identifier": "d2", "relations": {"service": "b"}}));
    let refused = delete(&store, "service", "b", false).expect_err("two require it");
    assert_eq!((refused.status, refused.error.as_str()), (403, "has_dependents"));
    let details = refused.details.expect("it says who");
    assert_eq!(details["count"], 2);
    assert_eq!(details["dependents"][0], json!({"blueprint": "deployment", "identifier": "d1"}));
    assert_eq!(store.count("deployment").unwrap(), 2);
    delete(&store, "service", "b", true).unwrap();
    assert_eq!(store.count("deployment").unwrap(), 0);
    assert_eq!(get(&store, "service", "a").unwrap()["relations"]["dependsOn"], json!([]));
    assert_eq!(code(delete(&store, "service", "b", true)), "404 not_found");
    assert_consistent(&store);
}

#[test]
fn the_fall_goes_on_over_required_relations() {
    let store = store();
    for (name, target) in [("a", "b"), ("b", "c"), ("c", "a")] {
        put_blueprint(
            &store,
            &json!({
                "identifier": name, "schema": {"properties": {}},
                "relations": {"next": {"target": target, "required": name != "a"}},
            }),
        );
    }
    put(&store, "a", json!({"identifier": "1"}));
    put(&store, "c", json!({"identifier": "1", "relations": {"next": "1"}}));
    put(&store, "b", json!({"identifier": "1", "relations": {"next": "1"}}));
    put(&store, "a", json!({"identifier": "1", "relations": {"next": "1"}}));
    put(&store, "a", json!({"identifier": "2", "relations": {"next": "1"}}));
    assert_eq!(code(delete(&store, "a", "1", false)), "403 has_dependents");
    delete(&store, "a", "1", true).unwrap();
    assert_eq!([store.count("a").unwrap(), store.count("b").unwrap(), store.count("c").unwrap()], [1, 0, 0]);
    assert_eq!(get(&store, "a", "2").unwrap()["relations"], json!({"next": null}));
}

#[test]
fn many_go_together_or_not_at_all() {
    let store = store();
    for name in ["a", "b", "c"] {
        put(&store, "service", service(name, json!({})));
    }
    put(&store, "service", service("a", json!({"dependsOn": ["b", "c"]})));
    put(&store, "deployment", json!({"identifier": "d", "relations": {"service": "c"}}));
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let bulk =
        |list: &[&str], dependents| refusal(store.delete_entities("service", &names(list), dependents, &writer()));
    assert_eq!(code(bulk(&["b", "nobody"], false)), "404 not_found");
    assert_eq!(code(bulk(&["b", "c"], false)), "403 has_dependents");
    assert_eq!(store.count("service").unwrap(), 3);
    assert_eq!(bulk(&["b", "c"], true).unwrap(), ["b", "c"]);
    assert_eq!((store.count("service").unwrap(), store.count("deployment").unwrap()), (1, 0));
    assert_eq!(get(&store, "service", "a").unwrap()["relations"]["dependsOn"], json!([]));
    assert_consistent(&store);
}

#[test]
fn all_of_a_blueprint_go_and_a_record_is_left() {
    let store = store();
    put(&store, "domain", json!({"identifier": "shop"}));
    for name in ["a", "b"] {
        put(&store, "service", service(name, json!({"domain": "shop"})));
    }
    put(&store, "service", service("a", json!({"dependsOn": ["b", "a"]})));
    put(&store, "deployment", json!({"identifier": "d", "relations": {"service": "a"}}));
    assert_eq!(code(refusal(store.delete_all("service", false, &writer()))), "403 has_dependents");
    delete(&store, "deployment", "d", false).unwrap();
    let id = store.delete_all("service", false, &writer()).unwrap();
    let record = store.migration(&id).unwrap();
    assert_eq!(
        (&record["status"], &record["deletedEntities"], &record["sourceBlueprint"]),
        (&json!("COMPLETED"), &json!(2), &json!("service"))
    );
    assert_eq!(store.count("service").unwrap(), 0);
    assert_eq!(code(refusal(store.migration("nothing"))), "404 not_found");
    assert_eq!(code(refusal(store.delete_all("service", true, &writer()))), "403 has_dependents");
    store.delete_all("deployment", true, &writer()).unwrap();
    assert_eq!(code(refusal(store.count("deployment"))), "404 not_found");
}

#[test]
fn what_the_platform_protects_stays() {
    let store = store();
    put(&store, "_team", json!({"identifier": "everyone"}));
    store.write(|transaction| Ok(transaction.execute("UPDATE entities SET protected = 1", [])?)).unwrap();
    let refused = delete(&store, "_team", "everyone", true).expect_err("it is protected");
    assert_eq!(refused.message.as_deref(), Some("Cannot delete entity \"everyone\" as it is marked protected"));
    assert_eq!(
        code(post(&store, "_team", json!({"identifier": "everyone", "title": "E"}), &merge())),
        "403 protected_resource"
    );
}
