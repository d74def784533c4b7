//! Tests values that are computed on read: mirrors, inherited teams, unset relations; and which parts of an entity are
//! returned.

use serde_json::json;

use super::*;

fn catalog() -> Store {
    let store = store();
    put(&store, "domain", json!({"identifier": "shop", "title": "Shop", "properties": {"tier": 2}}));
    put(&store, "domain", json!({"identifier": "ops"}));
    let service = |name: &str, domain: Value, needs: Value| {
        let relations = json!({"domain": domain, "dependsOn": needs});
        put(
            &store,
            "service",
            json!({"identifier": name, "team": [name], "properties": {"language": "go"}, "relations": relations}),
        );
    };
    service("a", json!("shop"), json!([]));
    service("b", json!("ops"), json!([]));
    service("c", json!(null), json!([]));
    service("d", json!("shop"), json!(["a", "b", "c", "a"]));
    put(&store, "deployment", json!({"identifier": "x", "relations": {"service": "d"}}));
    store
}

#[test]
fn mirrors_follow_the_relations() {
    let store = catalog();
    let d = get(&store, "service", "d").unwrap();
    assert_eq!(d["properties"]["domainTitle"], "Shop");
    // Targets without a value are not in the list, and a target of two paths is in it once.
    assert_eq!(d["properties"]["tiers"], json!([2]));
    assert_eq!(get(&store, "service", "b").unwrap()["properties"]["domainTitle"], Value::Null);
    assert_eq!(
        get(&store, "service", "c").unwrap()["properties"],
        service_properties(json!({"language": "go", "replicas": 1, "score": 1}))
    );
    // A mirror of a mirror.
    let x = get(&store, "deployment", "x").unwrap();
    assert_eq!((&x["properties"]["where"], &x["team"]), (&json!("Shop"), &json!(["d"])));
    put(&store, "domain", json!({"identifier": "shop", "title": "Store"}));
    assert_eq!(get(&store, "deployment", "x").unwrap()["properties"]["where"], "Store");
    let stored =
        json(&store.entity("service", "d", &Shape { computed: ComputedParts::None, ..Shape::default() }).unwrap());
    let unset = json!({"language": "go", "replicas": 1, "url": null, "tags": null, "meta": null, "live": null});
    assert_eq!(stored["properties"], unset);
    let shape = Shape { computed: ComputedParts::None, exclude_unset: true, ..Shape::default() };
    let stored = json(&store.entity("service", "d", &shape).unwrap());
    assert_eq!(stored["properties"], json!({"language": "go", "replicas": 1}));
    let shape = Shape {
        attach_identifier_to_title_mirror_properties: true,
        attach_title_to_relation: true,
        ..Shape::default()
    };
    let titled = json(&store.entity("service", "d", &shape).unwrap());
    assert_eq!(titled["properties"]["domainTitle"], json!({"identifier": "shop", "title": "Store"}));
    assert_eq!(titled["relations"]["domain"], json!({"identifier": "shop", "title": "Store"}));
    assert_eq!(titled["relations"]["dependsOn"][1], json!({"identifier": "b", "title": null}));
}

#[test]
fn a_path_that_leads_nowhere_or_round_gives_nothing() {
    let store = catalog();
    put_blueprint(
        &store,
        &json!({
            "identifier": "loop", "schema": {"properties": {}}, "relations": {"next": {"target": "loop"}, "lost": {"target": "gone"}},
            "mirrorProperties": {
                "round": {"path": "next.round"}, "nowhere": {"path": "lost.$title"}, "no": {"path": "other.$title"},
                "short": {"path": "$title"}, "name": {"path": "next.next.$identifier"},
            },
            "ownership": {"type": "Inherited", "path": "next"},
        }),
    );
    put(&store, "loop", json!({"identifier": "1"}));
    put(&store, "loop", json!({"identifier": "1", "relations": {"next": "1"}}));
    let entity = get(&store, "loop", "1").unwrap();
    assert_eq!((&entity["properties"], &entity["team"]), (&json!({"name": "1"}), &json!([])));
    assert_eq!(entity["relations"], json!({"next": "1", "lost": null}));
}

#[test]
fn relations_are_told_by_the_blueprint_as_it_is() {
    let store = catalog();
    put_blueprint(
        &store,
        &json!({
            "identifier": "domain", "schema": {"properties": {"tier": {"type": "number"}}},
            "relations": {"parent": {"target": "domain"}, "owners": {"target": "_team", "many": true}},
        }),
    );
    assert_eq!(get(&store, "domain", "shop").unwrap()["relations"], json!({"parent": null, "owners": []}));
}

#[test]
fn a_shape_leaves_out_what_was_not_asked_for() {
    let store = catalog();
    let ask = |include: &[&str], exclude: &[&str]| {
        let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        let shape = Shape { include: owned(include), exclude: owned(exclude), ..Shape::default() };
        store.entity("service", "d", &shape).unwrap().get().to_owned()
    };
    assert_eq!(ask(&["identifier", "blueprint"], &[]), r#"{"identifier":"d","blueprint":"service"}"#);
    assert_eq!(
        ask(&["$title", "tiers", "properties.language", "relations.domain"], &[]),
        r#"{"title":null,"properties":{"language":"go","tiers":[2]},"relations":{"domain":"shop"}}"#
    );
    let without =
        ask(&[], &["properties", "relations.dependsOn", "$createdAt", "$createdBy", "updatedAt", "updatedBy"]);
    assert_eq!(
        without,
        r#"{"identifier":"d","title":null,"icon":null,"blueprint":"service","team":["d"],"relations":{"domain":"shop"}}"#
    );
}

#[test]
fn pages_meet_everyone_once_in_order() {
    let store = store();
    let names = (0..25).map(|at| format!("n{}", (at * 7) % 25)).collect::<Vec<_>>();
    for name in &names {
        put(&store, "domain", json!({"identifier": name}));
    }
    let mut sorted = names.clone();
    sorted.sort();
    for limit in [1, 4, 5, 24, 25, 26] {
        let (mut met, mut from) = (Vec::new(), None);
        loop {
            let shape = Shape { include: vec!["identifier".to_owned()], ..Shape::default() };
            let page = store.entities("domain", &shape, from.as_deref(), limit).unwrap();
            met.extend(page.entities.iter().map(|entity| json(entity)["identifier"].as_str().unwrap().to_owned()));
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        assert_eq!(met, sorted, "{limit}");
    }
}

#[test]
fn a_page_may_be_all_there_is() {
    let store = store();
    let batch = |from: usize| (from..from + 50).map(|at| Ok(draft(json!({"identifier": format!("n{at:05}")}))));
    for at in 0..50 {
        store.bulk_upsert("domain", batch(at * 50).collect(), &merge(), &writer()).unwrap();
    }
    for (limit, next) in [(999, true), (1000, true), (1001, true), (2499, true), (2500, false), (usize::MAX, false)] {
        let page = store.entities("domain", &Shape::default(), None, limit).unwrap();
        let last = format!("n{:05}", page.entities.len() - 1);
        assert_eq!(page.entities.len(), limit.min(2500));
        assert_eq!(page.next.as_ref(), Some(&last).filter(|_| next), "{limit}");
        assert_eq!(json(page.entities.last().unwrap())["identifier"], last);
    }
}
