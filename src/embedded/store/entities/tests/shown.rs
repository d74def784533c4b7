//! Tests what pages read: the history of an entity, the search by words, and filtered and sorted lists.

use super::*;
use crate::embedded::store::{Filter, ListField, ListQuery, Sorting, StoredValue};

fn write_as(store: &Store, who: &str, at: i64, body: Value) {
    let writer = Writer { id: who.to_owned(), user_agent: format!("{who}/1"), now: Moment(NOW.0 + at) };
    store.create_entity("service", &draft(body), &merge(), &writer).expect("it is taken");
}

#[test]
fn the_history_says_what_each_update_changed() {
    let store = store();
    put(&store, "domain", json!({"identifier": "shop"}));
    let service = |properties: Value| json!({"identifier": "cart", "properties": properties});
    write_as(&store, "ada", 0, service(json!({"language": "go", "tags": ["a"]})));
    assert_eq!(store.updates("service", "cart").unwrap(), [], "a creation is no update");
    write_as(&store, "ada", 1, service(json!({"language": "go"})));
    assert_eq!(store.updates("service", "cart").unwrap(), [], "nothing changed");
    write_as(&store, "bob", 2, json!({"identifier": "cart", "title": "Cart", "properties": {"language": "rust"}}));
    write_as(
        &store,
        "bob",
        3,
        json!({"identifier": "cart", "relations": {"domain": "shop"}, "properties": {"tags": null}}),
    );
    let long = "x".repeat(400);
    write_as(&store, "bob", 4, service(json!({"url": format!("https://a.example/{long}")})));
    let updates = store.updates("service", "cart").unwrap();
    let named: Vec<Vec<&str>> =
        updates.iter().map(|update| update.changes.iter().map(|change| change.field.as_str()).collect()).collect();
    assert_eq!(
        named,
        [
            vec!["properties.url"],
            vec!["properties.tags", "relations.domain"],
            vec!["title", "properties.language", "datasource"],
        ]
    );
    assert_eq!((updates[2].by.as_str(), updates[2].at), ("bob", Moment(NOW.0 + 2)));
    let language = &updates[2].changes[1];
    assert_eq!(
        (&language.before, &language.after),
        (&StoredValue::Whole(json!("go")), &StoredValue::Whole(json!("rust")))
    );
    assert_eq!(updates[0].changes[0].after, StoredValue::Bytes(418));
    // A rename is part of the history, which goes with the entity.
    let renamed = draft(json!({"identifier": "basket"}));
    store.patch_entity("service", "cart", &renamed, &upsert(), &writer()).expect("it is renamed");
    let fields: Vec<String> =
        store.updates("service", "basket").unwrap()[0].changes.iter().map(|change| change.field.clone()).collect();
    assert!(fields.contains(&"identifier".to_owned()), "{fields:?}");
    store.delete_entity("service", "basket", false, &writer()).expect("it goes");
    assert_eq!(store.updates("service", "basket").unwrap(), []);
}

#[test]
fn the_history_is_bounded() {
    let store = store();
    for at in 0..80 {
        put(&store, "domain", json!({"identifier": "shop", "properties": {"tier": at}}));
    }
    let updates = store.updates("domain", "shop").unwrap();
    assert_eq!(updates.len(), 50);
    assert_eq!(updates[0].changes[0].after, StoredValue::Whole(json!(79)));
}

fn found(store: &Store, text: &str) -> Vec<String> {
    let found = store.find_text(text, 10, &|_| true).expect("it searches");
    found.into_iter().map(|entity| format!("{}/{}", entity.blueprint, entity.identifier)).collect()
}

#[test]
fn words_are_found_by_their_beginning_wherever_they_are() {
    let store = store();
    put(&store, "domain", json!({"identifier": "pay", "title": "Money"}));
    let properties =
        json!({"language": "go", "tags": ["Überweisung", "one-two"], "meta": {"deep": {"note": "Hidden gem"}}});
    put(
        &store,
        "service",
        json!({"identifier": "payment-router", "title": "Routes payments", "team": ["blue"], "properties": properties}),
    );
    put(
        &store,
        "service",
        json!({"identifier": "cart", "properties": {"language": "rust", "url": "https://pay.example/x"}}),
    );
    assert_eq!(found(&store, "pay"), ["domain/pay", "service/payment-router", "service/cart"]);
    for text in ["überw", "HIDDEN g", "gem hid", "blue router", "two", "go", "payment-router"] {
        assert_eq!(found(&store, text), ["service/payment-router"], "{text}");
    }
    // Names of properties are not searched, and neither is the middle of a word.
    for text in ["language", "outer", "", "  ", "-", "\"", "*", "zzz", "deep"] {
        assert_eq!(found(&store, text), [""; 0], "{text}");
    }
    for text in ["pay\" OR \"x", "name: pay", "pay*", "(pay", "NEAR(pay)", "pay AND NOT x", "हिन्दी", "\u{0}pay", "a'b"]
    {
        let _ = found(&store, text);
    }
    put(
        &store,
        "service",
        json!({"identifier": "payment-router", "title": "Routes money", "properties": {"tags": null}}),
    );
    assert_eq!((found(&store, "überw").len(), found(&store, "money").len()), (0, 2));
    store.delete_entity("service", "payment-router", false, &writer()).expect("it goes");
    assert_eq!(found(&store, "hidden"), [""; 0]);
    let refused = store.find_text("pay", 10, &|entity| entity.identifier != "pay").expect("it searches");
    assert_eq!(refused.iter().map(|entity| entity.identifier.as_str()).collect::<Vec<_>>(), ["cart"]);
}

fn listed(store: &Store, query: &ListQuery) -> (Vec<String>, usize) {
    let listing = store.listing("service", query, &Shape::default(), (0, 10), &|_, _| true).expect("it is listed");
    let identifier = |entity: &serde_json::value::RawValue| json(entity)["identifier"].as_str().unwrap().to_owned();
    (listing.entities.iter().map(|entity| identifier(entity)).collect(), listing.total)
}

fn sorted(field: ListField, is_descending: bool) -> ListQuery {
    ListQuery { sorting: Some(Sorting { field, is_descending }), ..ListQuery::default() }
}

fn filtered(field: ListField, text: &str, is_part: bool) -> ListQuery {
    ListQuery { filters: vec![Filter { field, text: text.to_owned(), is_part }], ..ListQuery::default() }
}

#[test]
fn lists_are_sorted_by_what_people_see_and_kept_until_something_changes() {
    let store = store();
    put(&store, "domain", json!({"identifier": "shop"}));
    for (name, title, replicas, domain) in
        [("a", Some("Zebra"), json!(10), "shop"), ("b", None, json!(9), ""), ("c", Some("apple"), json!(null), "shop")]
    {
        let mut body = json!({"identifier": name, "properties": {"language": "go", "tags": [name, "all"]}});
        body["properties"]["replicas"] = replicas;
        body["relations"] = json!({"domain": if domain.is_empty() { json!(null) } else { json!(domain) }});
        if let Some(title) = title {
            body["title"] = json!(title);
        }
        store.create_entity("service", &draft(body), &merge(), &writer()).expect("it is taken");
    }
    let replicas = || ListField::Property("replicas".to_owned());
    let names = |query: &ListQuery| listed(&store, query).0.join("");
    assert_eq!(names(&ListQuery::default()), "abc");
    assert_eq!(names(&sorted(ListField::Identifier, true)), "cba");
    assert_eq!(names(&sorted(ListField::Title, false)), "cba");
    // A number is not compared as text, and what has none comes last both ways.
    assert_eq!((names(&sorted(replicas(), false)).as_str(), names(&sorted(replicas(), true)).as_str()), ("bac", "abc"));
    let tags = || ListField::Property("tags".to_owned());
    assert_eq!(names(&filtered(tags(), "ALL", false)), "abc");
    assert_eq!(names(&filtered(tags(), "B", false)), "b");
    assert_eq!(names(&filtered(ListField::Title, "ppl", true)), "c");
    assert_eq!(names(&filtered(ListField::Relation("domain".to_owned()), "shop", false)), "ac");
    assert_eq!(names(&filtered(ListField::Relation("domain".to_owned()), "sho", false)), "");
    put(
        &store,
        "service",
        json!({"identifier": "d", "properties": {"language": "go", "tags": ["all"]}, "relations": {"domain": "shop"}}),
    );
    assert_eq!(names(&filtered(tags(), "all", false)), "abcd");
    assert_eq!(listed(&store, &filtered(ListField::Relation("domain".to_owned()), "shop", false)).1, 3);
    let page =
        store.listing("service", &sorted(ListField::Title, false), &Shape::default(), (2, 1), &|_, _| true).unwrap();
    assert_eq!((page.total, json(&page.entities[0])["identifier"].as_str().unwrap().to_owned()), (4, "d".to_owned()));
    let refused =
        store.listing("service", &filtered(ListField::Title, "ppl", true), &Shape::default(), (0, 9), &|_, _| true);
    assert_eq!(refused.unwrap().total, 1);
}
