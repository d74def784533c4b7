//! Tests which writes are refused, with which messages, and the result of accepted ones.

use serde_json::{Value, json};

use super::*;
use crate::domain::entity::fields::TextField;

#[test]
fn an_entity_comes_back_as_it_was_given() {
    let store = store();
    put(&store, "domain", json!({"identifier": "shop", "title": "Shop", "properties": {"tier": 2}}));
    let body = json!({
        "identifier": "cart", "title": "Cart", "icon": "Service", "team": ["payments"],
        "properties": {"url": "https://a.b", "language": "go", "score": 9, "meta": {"b": 1.5, "a": null}},
        "relations": {"domain": "shop"},
    });
    let (entity, created) = store.create_entity("service", &draft(body), &WriteOptions::default(), &writer()).unwrap();
    assert!(created);
    assert_eq!(
        entity.get(),
        "{\"identifier\":\"cart\",\"title\":\"Cart\",\"icon\":\"Service\",\"blueprint\":\"service\",\
         \"team\":[\"payments\"],\"properties\":{\"url\":\"https://a.b\",\"language\":\"go\",\
         \"meta\":{\"b\":1.5,\"a\":null},\"replicas\":1,\"tags\":null,\"live\":null,\"domainTitle\":\"Shop\",\
         \"tiers\":[]},\
         \"relations\":{\"domain\":\"shop\",\"dependsOn\":[]},\"createdAt\":\"2026-09-21T14:13:20.000Z\",\
         \"createdBy\":\"tester\",\"updatedAt\":\"2026-09-21T14:13:20.000Z\",\"updatedBy\":\"tester\"}"
    );
    let mut read = get(&store, "service", "cart").unwrap();
    assert_eq!(read["properties"].as_object_mut().expect("an object").remove("score"), Some(json!(1)));
    assert_eq!(json(&entity), read, "the answer to a write has no calculation");
    let shape = Shape { computed: ComputedParts::Mirrors, ..Shape::default() };
    let page = store.entities("service", &shape, None, 10).unwrap();
    assert_eq!((page.entities.len(), page.next), (1, None));
    assert_eq!(page.entities[0].get(), entity.get());
    assert_eq!(store.count("service").unwrap(), 1);
}

#[test]
fn every_text_field_is_stored_kept_and_cleared() {
    let store = store();
    let bodies = |value: &str| {
        let fields = TextField::ALL.map(|field| (field.key(), format!("{value} {}", field.key())));
        fields.map(|(key, text)| (key, json!({"identifier": "shop", key: text})))
    };
    for (key, body) in bodies("created").into_iter().chain(bodies("updated")) {
        assert_eq!(put(&store, "domain", body.clone())[key], body[key]);
    }
    let shop = get(&store, "domain", "shop").unwrap();
    for field in TextField::ALL {
        assert_eq!(shop[field.key()], format!("updated {}", field.key()));
        let cleared = draft(json!({field.key(): null}));
        store.patch_entity("domain", "shop", &cleared, &merge(), &writer()).unwrap();
        assert_eq!(get(&store, "domain", "shop").unwrap()[field.key()], Value::Null);
    }
}

#[test]
fn what_does_not_fit_is_refused_in_the_platforms_words() {
    let store = store();
    let service = |more: Value| {
        let mut body = json!({"identifier": "cart", "properties": {"language": "go"}});
        for (key, value) in more.as_object().expect("an object") {
            match (body.get_mut(key), value) {
                (Some(Value::Object(old)), Value::Object(new)) => old.extend(new.clone()),
                _ => body[key] = value.clone(),
            }
        }
        body
    };
    let cases = [
        ("nowhere", json!({}), 404, "not_found", "Blueprint with identifier \"nowhere\" was not found"),
        (
            "_rule_result",
            json!({}),
            403,
            "protected_resource",
            "Cannot create entity from blueprint \"_rule_result\" as it is marked protected",
        ),
        (
            "service",
            json!({"identifier": "my cart"}),
            422,
            "invalid_request",
            "\"identifier\" must match pattern \"^(?!\\.{1,2}$)[\\p{L}0-9@_.+:\\\\/=-]+$\"",
        ),
        (
            "service",
            json!({"identifier": "a".repeat(1001)}),
            422,
            "invalid_request",
            "\"identifier\" must NOT have more than 1000 characters",
        ),
        (
            "service",
            json!({"properties": {"langauge": "go"}}),
            422,
            "blueprint_schema_mismatch",
            "\"properties\" must NOT have additional properties, additional property: \"langauge\"",
        ),
        (
            "service",
            json!({"properties": {"language": null}}),
            422,
            "blueprint_schema_mismatch",
            "\"properties\" must have required property 'language'",
        ),
        (
            "service",
            json!({"properties": {"live": "yes"}}),
            422,
            "blueprint_schema_mismatch",
            "\"properties/live\" must be boolean",
        ),
        (
            "service",
            json!({"relations": {"domian": "shop"}}),
            404,
            "not_found",
            "Relation with identifier \"domian\" was not found",
        ),
        (
            "service",
            json!({"relations": {"domain": "shop"}}),
            404,
            "not_found",
            "Entity with identifier \"shop\" was not found",
        ),
        (
            "service",
            json!({"relations": {"domain": ["shop"]}}),
            422,
            "relation_many_violation",
            "Relation \"domain\" of blueprint \"service\" takes one identifier",
        ),
        (
            "service",
            json!({"relations": {"dependsOn": "cart"}}),
            422,
            "relation_many_violation",
            "Relation \"dependsOn\" of blueprint \"service\" takes an array of identifiers",
        ),
        (
            "service",
            json!({"relations": {"dependsOn": ["a", "a b"]}}),
            422,
            "invalid_request",
            "\"relations/dependsOn/1\" must match pattern \"^(?!\\.{1,2}$)[\\p{L}0-9@_.+:\\\\/=-]+$\"",
        ),
    ];
    for (blueprint, more, status, error, message) in cases {
        let refused = post(&store, blueprint, service(more.clone()), &upsert()).expect_err("it is refused");
        let found = (refused.status, refused.error.as_str(), refused.message.as_deref());
        assert_eq!(found, (status, error, Some(message)), "{more}");
    }
    assert_eq!(store.count("service").unwrap(), 0);
}

#[test]
fn each_mode_does_what_it_says_to_an_entity_that_is_there() {
    let store = store();
    let first =
        json!({"identifier": "cart", "title": "Cart", "team": ["a"], "properties": {"language": "go", "live": true}});
    put(&store, "service", first);
    let again = json!({"identifier": "cart", "properties": {"language": "rust"}});
    assert_eq!(code(post(&store, "service", again.clone(), &WriteOptions::default())), "409 identifier_taken");
    let merged = post(&store, "service", again.clone(), &merge()).unwrap();
    assert_eq!(merged["title"], "Cart");
    assert_eq!(merged["team"], json!(["a"]));
    assert_eq!(merged["properties"], service_properties(json!({"language": "rust", "live": true, "replicas": 1})));
    // Defaults apply to new entities only; an override does not add them.
    let replaced = post(&store, "service", again.clone(), &upsert()).unwrap();
    assert_eq!((&replaced["title"], &replaced["team"]), (&Value::Null, &json!([])));
    assert_eq!(replaced["properties"], service_properties(json!({"language": "rust"})));
    let patch =
        |body| refusal(store.patch_entity("service", "cart", &draft(body), &WriteOptions::default(), &writer()));
    let patched = json(&patch(json!({"title": "C", "team": ["b"], "properties": {"live": null}})).unwrap());
    assert_eq!(patched["properties"]["live"], Value::Null);
    assert_eq!(patched["title"], "C");
    let cleared = json(&patch(json!({"title": null, "team": null})).unwrap());
    assert_eq!((&cleared["title"], &cleared["team"]), (&Value::Null, &json!([])));
    assert_eq!(code(patch(json!({"properties": {"language": null}}))), "422 blueprint_schema_mismatch");
    let replace =
        refusal(store.replace_entity("service", "nobody", &draft(again), &WriteOptions::default(), &writer()));
    assert_eq!(code(replace), "404 not_found");
}

#[test]
fn required_relations_and_inherited_teams_are_held_to() {
    let store = store();
    put(&store, "service", json!({"identifier": "cart", "team": ["shop", "ops"], "properties": {"language": "go"}}));
    for relations in [json!({}), json!({"service": null})] {
        let body = json!({"identifier": "d1", "relations": relations});
        assert_eq!(code(post(&store, "deployment", body, &merge())), "422 required_relation");
    }
    let body = json!({"identifier": "d1", "team": ["x"], "relations": {"service": "cart"}});
    assert_eq!(code(post(&store, "deployment", body, &merge())), "422 inherited_ownership_enabled");
    let taken = put(&store, "deployment", json!({"identifier": "d1", "relations": {"service": "cart"}}));
    assert_eq!(taken["team"], json!(["shop", "ops"]));
    // What is inherited anyway can be sent back, also in the write that makes it inherited.
    for team in [json!(["shop", "ops"]), json!([]), json!(null)] {
        for identifier in ["d1", "d2"] {
            let body = json!({"identifier": identifier, "team": team, "relations": {"service": "cart"}});
            assert_eq!(post(&store, "deployment", body, &upsert()).unwrap()["team"], json!(["shop", "ops"]));
        }
    }
    put(&store, "service", json!({"identifier": "pay", "team": ["x"], "properties": {"language": "go"}}));
    let moved = json!({"identifier": "d1", "team": ["shop", "ops"], "relations": {"service": "pay"}});
    assert_eq!(code(post(&store, "deployment", moved, &merge())), "422 inherited_ownership_enabled");
    // A merge that does not contain a required relation keeps the stored one.
    put(&store, "deployment", json!({"identifier": "d1", "title": "One"}));
    assert_eq!(code(post(&store, "deployment", json!({"identifier": "d1"}), &upsert())), "422 required_relation");
}

#[test]
fn missing_targets_are_made_where_that_is_asked_for() {
    let store = store();
    let body = json!({
        "identifier": "cart", "properties": {"language": "go"},
        "relations": {"domain": "shop", "dependsOn": ["pay", "cart", "pay"]},
    });
    assert_eq!(code(post(&store, "service", body.clone(), &merge())), "404 not_found");
    let entity = post(&store, "service", body, &creating_missing()).unwrap();
    assert_eq!(entity["relations"], json!({"domain": "shop", "dependsOn": ["pay", "cart", "pay"]}));
    // A placeholder has neither required values nor defaults.
    let bare = get(&store, "service", "pay").unwrap();
    assert_eq!(bare["properties"], service_properties(json!({"score": 1})));
    assert_eq!(bare["createdBy"], "tester");
    assert_eq!(
        code(post(&store, "service", json!({"identifier": "pay", "title": "P"}), &merge())),
        "422 blueprint_schema_mismatch"
    );
    put_blueprint(
        &store,
        &json!({
            "identifier": "domain", "schema": {"properties": {}}, "relations": {"owner": {"target": "_team", "many": false}},
        }),
    );
    let owned = json!({"identifier": "shop", "relations": {"owner": "payments"}});
    assert_eq!(code(post(&store, "domain", owned.clone(), &creating_missing())), "403 protected_resource");
    put(&store, "_team", json!({"identifier": "payments"}));
    assert_eq!(post(&store, "domain", owned, &merge()).unwrap()["relations"], json!({"owner": "payments"}));
}

#[test]
fn a_try_writes_nothing_and_tells_all() {
    let store = store();
    let options = WriteOptions { validation_only: true, ..creating_missing() };
    let body = json!({"identifier": "cart", "properties": {"language": "go"}, "relations": {"domain": "shop"}});
    assert_eq!(post(&store, "service", body.clone(), &options).unwrap()["relations"]["domain"], "shop");
    assert_eq!(code(post(&store, "service", json!({"identifier": "x"}), &options)), "422 blueprint_schema_mismatch");
    assert_eq!((store.count("service").unwrap(), store.count("domain").unwrap()), (0, 0));
    let results =
        store.bulk_upsert("service", vec![Ok(draft(body.clone())), Ok(draft(body))], &options, &writer()).unwrap();
    let created = results.iter().map(|result| result.as_ref().is_ok_and(|written| written.created)).collect::<Vec<_>>();
    assert_eq!(created, [true, false]);
    assert_eq!((store.count("service").unwrap(), store.count("domain").unwrap()), (0, 0));
}

#[test]
fn a_batch_goes_on_after_a_refusal_and_sees_itself() {
    let store = store();
    let service = |name: &str, needs: &[&str]| {
        draft(json!({"identifier": name, "properties": {"language": "go"}, "relations": {"dependsOn": needs}}))
    };
    let unreadable = Refusal::invalid("\"title\" must be string");
    let drafts = vec![
        Ok(service("b", &["a"])),
        Ok(service("a", &[])),
        Err(unreadable.clone()),
        Ok(service("b", &["a"])),
        Ok(service("a", &[])),
    ];
    let results = store.bulk_upsert("service", drafts, &WriteOptions::default(), &writer()).unwrap();
    let told = results
        .into_iter()
        .map(|result| {
            result.map_or_else(|refusal| refusal.error, |written| format!("{} {}", written.identifier, written.created))
        })
        .collect::<Vec<_>>();
    assert_eq!(told, ["not_found", "a true", "invalid_request", "b true", "identifier_taken"]);
    assert_eq!(get(&store, "service", "b").unwrap()["relations"]["dependsOn"], json!(["a"]));
    let nowhere = refusal(store.bulk_upsert("nowhere", vec![Err(unreadable)], &upsert(), &writer()));
    assert_eq!(code(nowhere), "404 not_found");
}

#[test]
fn an_entity_without_a_name_gets_one() {
    let store = store();
    let entity = put(&store, "domain", json!({"title": "Shop"}));
    let name = entity["identifier"].as_str().unwrap();
    assert!(name.len() == 18 && name.starts_with("e_"), "{name}");
    assert_ne!(put(&store, "domain", json!({}))["identifier"], name);
}

#[test]
fn the_writer_and_the_times_are_kept() {
    let store = store();
    put(&store, "domain", json!({"identifier": "shop"}));
    let other = Writer { id: "other".to_owned(), user_agent: "curl/8".to_owned(), now: Moment(NOW.0 + 1500) };
    let (entity, created) =
        store.create_entity("domain", &draft(json!({"identifier": "shop"})), &merge(), &other).unwrap();
    let entity = json(&entity);
    assert!(!created);
    assert_eq!((&entity["createdBy"], &entity["updatedBy"]), (&json!("tester"), &json!("other")));
    assert_eq!(entity["createdAt"], "2026-09-21T14:13:20.000Z");
    assert_eq!(entity["updatedAt"], "2026-09-21T14:13:21.500Z");
    let datasource: String = store
        .read(|transaction| {
            let sql = "SELECT d.text FROM entities e JOIN datasources d ON d.id = e.datasource";
            Ok(transaction.query_row(sql, [], |row| row.get(0))?)
        })
        .unwrap();
    assert_eq!(datasource, "curl/8");
}
