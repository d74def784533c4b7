//! Tests the pages of the paged search at the boundaries: no entity, one, a page less one, a full page, a page and one,
//! for the default limit of 200 and the maximum of 1000.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::api::bench::Bench;

/// Reads all pages and returns their sizes; no entity may occur twice.
fn read(bench: &Bench, blueprint: &str, limit: Option<usize>) -> (Vec<usize>, BTreeSet<String>) {
    let (mut sizes, mut seen) = (Vec::new(), BTreeSet::new());
    let mut from: Option<String> = None;
    for _ in 0..2500 {
        let mut body = json!({"query": {"combinator": "and", "rules": []}, "include": ["$identifier"]});
        if let Some(limit) = limit {
            body["limit"] = limit.into();
        }
        if let Some(from) = &from {
            body["from"] = from.as_str().into();
        }
        let page = bench.search(blueprint, body).gave(200);
        let entities = page["entities"].as_array().expect("a list");
        sizes.push(entities.len());
        for entity in entities {
            let identifier = entity["identifier"].as_str().expect("an identifier").to_owned();
            assert!(seen.insert(identifier.clone()), "`{identifier}` came twice");
        }
        match &page["next"] {
            Value::String(next) => from = Some(next.clone()),
            _ => return (sizes, seen),
        }
    }
    panic!("no end after {} pages", sizes.len());
}

fn entities(range: std::ops::Range<usize>) -> Vec<Value> {
    range.map(|at| json!({"identifier": format!("e{at:04}")})).collect()
}

fn borders(name: &str, limit: Option<usize>, counts: &[usize]) {
    let bench = Bench::open();
    let page = limit.unwrap_or(200);
    let blueprint = bench.simple(name, json!({}), json!({}));
    let mut stored = 0;
    for &count in counts {
        bench.fill(&blueprint, &entities(stored..count));
        stored = count;
        let (sizes, seen) = read(&bench, &blueprint, limit);
        assert_eq!(seen.len(), count, "{sizes:?}");
        assert_eq!(bench.count(&blueprint), count as u64);
        // A full last page may be followed by an empty one, because the platform is not required to look ahead.
        let full = sizes.iter().take_while(|size| **size == page).count();
        assert_eq!(full, count / page, "{sizes:?}");
        assert!(sizes.len() <= full + 1, "{sizes:?}");
    }
}

#[test]
fn borders_of_the_default_page() {
    borders("defaults", None, &[0, 1, 199, 200, 201, 400, 401]);
}

#[test]
#[ignore = "slow"]
fn borders_of_the_largest_page() {
    borders("largest", Some(1000), &[999, 1000, 1001, 2000, 2001]);
}

#[test]
fn borders_of_a_page_of_one() {
    borders("single", Some(1), &[0, 1, 2, 5]);
}

#[test]
fn a_limit_is_between_one_and_a_thousand() {
    let bench = Bench::open();
    let blueprint = bench.simple("service", json!({}), json!({}));
    for limit in [json!(0), json!(-1), json!(1001), json!("10"), json!(null)] {
        bench.search(&blueprint, json!({"limit": limit})).refused(422, "invalid_request");
    }
    bench.search(&blueprint, json!({"limit": 1000})).gave(200);
}

#[test]
fn a_made_up_place_to_go_on_from_is_refused_or_harmless() {
    let bench = Bench::open();
    let blueprint = bench.simple("service", json!({}), json!({}));
    bench.fill(&blueprint, &entities(0..3));
    for from in ["", "nonsense", "e0001", "'; DROP TABLE entities; --"] {
        let answer = bench.search(&blueprint, json!({"from": from}));
        assert!(matches!(answer.status, 200 | 400 | 422), "{answer}");
    }
    bench.search(&blueprint, json!({"from": 7})).refused(422, "invalid_request");
    assert_eq!(bench.count(&blueprint), 3);
}

#[test]
fn pages_lose_nobody_while_others_come_and_go() {
    let Some(bench) = Bench::embedded("the order of pages is not promised there") else { return };
    let blueprint = bench.simple("service", json!({}), json!({}));
    bench.fill(&blueprint, &entities(10..30));
    let (mut seen, mut from) = (BTreeSet::new(), None::<String>);
    for turn in 0..40 {
        let mut body = json!({"limit": 3});
        if let Some(from) = &from {
            body["from"] = from.as_str().into();
        }
        let page = bench.search(&blueprint, body).gave(200);
        for identifier in crate::api::answer::identifiers(&page) {
            assert!(seen.insert(identifier.clone()), "`{identifier}` came twice");
        }
        // Adds entities before and after those that were read, and deletes one of these.
        bench.fill(&blueprint, &[json!({"identifier": format!("a{turn}")}), json!({"identifier": format!("z{turn}")})]);
        let read = seen.first().expect("some were read").clone();
        bench.delete(&["blueprints", &blueprint, "entities", &read]).now();
        match page["next"].as_str() {
            Some(next) if turn < 12 => from = Some(next.to_owned()),
            _ => break,
        }
    }
    for at in 10..30 {
        assert!(seen.contains(&format!("e{at:04}")), "e{at:04} was lost: {seen:?}");
    }
}
