//! Tests that searches use indexes, by counting the entities read in a large blueprint.

use serde_json::{Value, json};

use super::{follow, put, query, store, writer};
use crate::catalog::wire::WriteOptions;
use crate::embedded::api::Direction;
use crate::embedded::store::Store;
use crate::embedded::store::search::{compile, find, prepare, relations};

const MANY: usize = 20_000;

fn large() -> Store {
    let store = store();
    follow(
        &store,
        vec![json!({"identifier": "item", "title": "I", "schema": {"properties": {"n": {"type": "number"}}},
            "relations": {"next": {"target": "item"}}})],
    );
    let options = WriteOptions { upsert: true, ..WriteOptions::default() };
    for chunk in (0..MANY).collect::<Vec<_>>().chunks(2000) {
        let draft = |number: &usize| {
            Ok(super::draft(&json!({"identifier": format!("i{number:06}"), "properties": {"n": number}})))
        };
        let drafts = chunk.iter().map(draft).collect();
        store.bulk_upsert("item", drafts, &options, &writer("many/1")).expect("they can be written");
    }
    for number in 0..5 {
        let next = (number > 0).then(|| format!("few-{}", number - 1));
        put(
            &store,
            &format!("few/{number}"),
            "item",
            json!({"identifier": format!("few-{number}"), "relations": {"next": next}}),
        );
    }
    store
}

/// The number found and the number read.
fn touched(store: &Store, rules: Value, limit: usize) -> (usize, usize) {
    let counted = store.read(|transaction| {
        let compiled = store.compiled(transaction, "item")?;
        let prepared = prepare::prepare(transaction, &query(rules), store.now())?;
        let bound = compile::bind(store, transaction, &prepared, &compiled)?;
        let hits = find::Finder::new(store, transaction, &compiled, &bound)?.find("", limit)?;
        Ok((hits.rows.len(), hits.visited))
    });
    counted.expect("it can be searched")
}

#[test]
fn a_search_costs_what_it_touches() {
    let store = large();
    let is = |property: &str, operator: &str, value: Value| json!({"property": property, "operator": operator, "value": value});
    let cases = [
        ("one by name", json!([is("$identifier", "=", json!("i010000"))]), 1, 1),
        ("nobody by name", json!([is("$identifier", "=", json!("zz"))]), 0, 0),
        ("three by name", json!([is("$identifier", "in", json!(["i000001", "i019999", "few-1", "zz"]))]), 3, 3),
        (
            "the exporter's question",
            json!([
                is("$datasource", "contains", json!("many")),
                is("$identifier", "=", json!("i000007")),
                is("$datasource", "contains", json!("/1")),
                is("$blueprint", "=", json!("item"))
            ]),
            1,
            1,
        ),
        ("by writer", json!([is("$datasource", "contains", json!("few/"))]), 5, 5),
        ("by a writer who wrote nothing", json!([is("$datasource", "contains", json!("nobody"))]), 0, 0),
        ("of another blueprint", json!([is("$blueprint", "=", json!("other"))]), 0, 0),
        ("related", json!([{"operator": "relatedTo", "blueprint": "item", "value": "few-2"}]), 4, 4),
        (
            "along a path",
            json!([{"property": {"path": ["next", "next"]}, "operator": "matchAny", "value": "few-0"}]),
            1,
            1,
        ),
        (
            "one or the other by name",
            json!([{"combinator": "or", "rules": [
                is("$identifier", "=", json!("i000005")),
                {"combinator": "and", "rules": [is("$identifier", "in", json!(["few-1", "few-2"])), is("n", "isNotEmpty", json!(0))]},
            ]}]),
            1,
            3,
        ),
    ];
    for (words, mut rules, found, looked_at) in cases {
        strip(&mut rules);
        assert_eq!(touched(&store, rules, 100), (found, looked_at), "{words}");
    }
}

#[test]
fn a_page_looks_no_further_than_its_end() {
    let store = large();
    assert_eq!(touched(&store, json!([]), 100), (100, 101));
    let (found, looked_at) = touched(&store, json!([{"property": "n", "operator": ">=", "value": 0}]), 100);
    assert_eq!((found, looked_at), (100, 106), "five have no `n`, and one more shows that there is a next page");
}

#[test]
fn ways_go_by_an_index() {
    let store = store();
    for direction in [Direction::Upstream, Direction::Downstream] {
        for (of_one_relation, with_blueprint) in [(true, false), (false, false), (false, true)] {
            let sql = relations::statement(direction, of_one_relation, with_blueprint);
            let plan = store.read(|transaction| {
                let mut statement = transaction.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let rows =
                    statement.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>()?;
                Ok(rows)
            });
            let plan = plan.expect("it can be explained");
            let scans = plan.iter().filter(|step| step.starts_with("SCAN")).collect::<Vec<_>>();
            assert!(scans.len() == 1 && scans[0].contains("j VIRTUAL TABLE"), "{plan:?}");
            let by_relation = plan.iter().any(|step| step.contains("relation=?"));
            assert_eq!(by_relation, of_one_relation, "{plan:?}");
        }
    }
}

/// Removes the value of operators that take none.
fn strip(rules: &mut Value) {
    match rules {
        Value::Array(rules) => rules.iter_mut().for_each(strip),
        Value::Object(rule) => {
            if rule.get("operator").and_then(Value::as_str).is_some_and(|operator| operator.ends_with("Empty")) {
                rule.remove("value");
            }
            rule.values_mut().for_each(strip);
        }
        _ => {}
    }
}
