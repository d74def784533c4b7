//! Tests pages: their boundaries, concurrent changes, and the two searches that span blueprints.

use serde_json::{Value, json};

use super::{follow, identifiers, put, query, refusal, store, writer};
use crate::catalog::wire::WriteOptions;
use crate::embedded::api::{SearchQuery, Shape};
use crate::embedded::store::{OwnedEntities, Store};

fn items(count: usize) -> Store {
    let store = store();
    let blueprint = |identifier: &str| json!({"identifier": identifier, "title": "I", "schema": {"properties": {"even": {"type": "boolean"}}}});
    follow(&store, vec![blueprint("item"), blueprint("other")]);
    let drafts = (0..count).map(|number| {
        let entity = json!({"identifier": format!("item-{number:05}"), "properties": {"even": number % 2 == 0}});
        Ok(super::draft(&entity))
    });
    let options = WriteOptions { upsert: true, ..WriteOptions::default() };
    let written =
        store.bulk_upsert("item", drafts.collect(), &options, &writer("test/1")).expect("they can be written");
    assert!(written.iter().all(Result::is_ok));
    store
}

/// The results of all pages, and the number of pages.
fn all(store: &Store, rules: Value, limit: usize) -> (Vec<String>, usize) {
    let (query, mut found, mut from, mut pages) = (query(rules), Vec::new(), None::<String>, 0);
    loop {
        let page = store.search("item", &query, &Shape::default(), limit, from.as_deref()).expect("it can be searched");
        assert!(page.entities.len() <= limit);
        found.extend(identifiers(&page.entities));
        pages += 1;
        from = page.next;
        if from.is_none() {
            return (found, pages);
        }
    }
}

fn owned<'a>(prefix: &'a str, suffix: &'a str) -> OwnedEntities<'a> {
    OwnedEntities { prefix, suffix, before: None }
}

#[test]
fn pages_have_no_seams() {
    for count in [0, 1, 199, 200, 201, 255, 256, 257, 1001] {
        let store = items(count);
        let expected = (0..count).map(|number| format!("item-{number:05}")).collect::<Vec<_>>();
        for limit in [200, 1000] {
            let (found, pages) = all(&store, json!([]), limit);
            assert_eq!(found, expected, "{count} in pages of {limit}");
            assert_eq!(pages, count.div_ceil(limit).max(1), "{count} in pages of {limit}");
        }
        let even = expected.iter().step_by(2).cloned().collect::<Vec<_>>();
        let rule = json!([{"property": "even", "operator": "=", "value": true}]);
        let (found, pages) = all(&store, rule, 100);
        assert_eq!(found, even, "the even of {count}");
        assert_eq!(pages, even.len().div_ceil(100).max(1), "no page is empty for want of a look ahead");
        let written = json!([{"property": "$datasource", "operator": "contains", "value": "test"}]);
        assert_eq!(all(&store, written, 100).0, expected);
    }
}

#[test]
fn what_comes_and_goes_moves_no_border() {
    let store = items(10);
    let search = |from: Option<&str>| {
        store.search("item", &query(json!([])), &Shape::default(), 4, from).expect("it can be searched")
    };
    let first = search(None);
    put(&store, "test/1", "item", json!({"identifier": "item-00000b"}));
    put(&store, "test/1", "item", json!({"identifier": "item-00003b"}));
    store.delete_entity("item", "item-00003", false, &writer("test/1")).expect("it is there");
    let second = search(first.next.as_deref());
    assert_eq!(identifiers(&second.entities), ["item-00003b", "item-00004", "item-00005", "item-00006"]);
}

#[test]
fn borders_and_limits_that_are_none_are_refused() {
    let store = items(3);
    let search = |limit, from: Option<&str>| store.search("item", &query(json!([])), &Shape::default(), limit, from);
    for from in ["", "item-00001", "00", "%%%"] {
        let refused = refusal(search(1, Some(from)));
        assert_eq!((refused.status, refused.error.as_str()), (422, "invalid_request"), "{from}");
    }
    assert_eq!(refusal(search(0, None)).message.as_deref(), Some("\"limit\" must be >= 1"));
    assert_eq!(refusal(search(1001, None)).message.as_deref(), Some("\"limit\" must be <= 1000"));
}

#[test]
fn a_search_everywhere_names_the_blueprints_it_found_something_in() {
    let store = items(3);
    put(&store, "test/1", "other", json!({"identifier": "item-00001"}));
    put(&store, "exporter/1 (statekey/k)", "other", json!({"identifier": "x"}));
    let search = |rules: Value| {
        let query = SearchQuery::parse_everywhere(&json!({"combinator": "and", "rules": rules})).expect("it is legal");
        let (entities, blueprints) = store.search_everywhere(&query, &Shape::default()).expect("it can be searched");
        (identifiers(&entities), blueprints)
    };
    let is = |property: &str, operator: &str, value: &str| json!({"property": property, "operator": operator, "value": value});
    let (entities, blueprints) = search(json!([is("$identifier", "=", "item-00001")]));
    assert_eq!((entities.len(), blueprints), (2, vec!["item".to_owned(), "other".to_owned()]));
    let owned = json!([
        is("$datasource", "contains", "exporter"),
        is("$identifier", "=", "x"),
        is("$datasource", "contains", "(statekey/k)"),
        is("$blueprint", "=", "other"),
    ]);
    assert_eq!(search(owned), (vec!["x".to_owned()], vec!["other".to_owned()]));
    assert_eq!(search(json!([is("$identifier", "=", "nobody")])), (Vec::new(), Vec::new()));
}

#[test]
fn datasources_are_paged_across_blueprints() {
    let store = items(5);
    for number in 0..3 {
        put(&store, "exporter/1 (statekey/k)", "other", json!({"identifier": format!("o-{number}")}));
        put(&store, "exporter/2 (statekey/k)", "item", json!({"identifier": format!("o-{number}")}));
        put(&store, "exporter/2 (statekey/other)", "item", json!({"identifier": format!("p-{number}")}));
    }
    let shape = Shape { include: vec!["blueprint".to_owned(), "identifier".to_owned()], ..Shape::default() };
    let page = |limit: Option<usize>, from: Option<&str>| {
        let page = store.datasource_entities(&owned("exporter", "(statekey/k)"), &shape, limit, from);
        let page = page.expect("it can be searched");
        let texts = page.entities.iter().map(|entity| entity.get().to_owned()).collect::<Vec<_>>();
        (texts, page.next)
    };
    let (whole, next) = page(None, None);
    assert_eq!(next, None);
    let texts: Vec<String> = ["item", "other"]
        .iter()
        .flat_map(|blueprint| {
            (0..3).map(move |number| format!(r#"{{"identifier":"o-{number}","blueprint":"{blueprint}"}}"#))
        })
        .collect();
    assert_eq!(whole, texts);
    for limit in 1..8 {
        let (mut found, mut from, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            let (texts, next) = page(Some(limit), from.as_deref());
            assert!(texts.len() <= limit);
            found.extend(texts);
            pages += 1;
            from = next;
            if from.is_none() {
                break;
            }
        }
        assert_eq!(found, whole, "in pages of {limit}");
        assert_eq!(pages, 6_usize.div_ceil(limit));
    }
    let broken = store.datasource_entities(&owned("exporter", ""), &shape, Some(1), Some("service"));
    assert_eq!(refusal(broken).status, 422);
}
