//! What a write refuses, in what words, and what it makes of what it takes.

use serde_json::{Value, json};

use super::*;

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
         \"meta\":{\"b\":1.5,\"a\":null},\"replicas\":1,\"domainTitle\":\"Shop\",\"tiers\":[]},\
         \"relations\":{\"domain\":\"shop\",\"dependsOn\":[]},\"createdAt\":\"2026-09-21T14:13:20.000Z\",\
         \"createdBy\":\"tester\",\"updatedAt\":\"2026-09-21T14:13:20.000Z\",\"updatedBy\":\"tester\"}"
    );
    assert_eq!(json(&entity), get(&store, "service", "cart").unwrap());
    let page = store.entities("service", &Shape::default(), None, 10).unwrap();
    assert_eq!((page.entities.len(), page.next), (1, None));
    assert_eq!(page.entities[0].get(), entity.get());
    assert_eq!(store.count("service").unwrap(), 1);
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
