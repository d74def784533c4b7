//! Property test: a search by an index finds what a scan of every entity finds.

use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{follow, put, query, store};
use crate::embedded::store::Store;
use crate::embedded::store::search::{access, compile, find, prepare};

const NAMES: usize = 24;

fn name(number: usize) -> String {
    format!("e{:02}", number % NAMES)
}

/// Entities of two blueprints and three writers with random relations.
fn tangle() -> &'static Store {
    static STORE: OnceLock<Store> = OnceLock::new();
    STORE.get_or_init(|| {
        let store = store();
        let blueprint = |identifier: &str, required: bool| {
            json!({"identifier": identifier, "title": "T", "schema": {"properties": {"n": {"type": "number"}}},
                "relations": {"one": {"target": "left", "required": required}, "many": {"target": "right", "many": true}}})
        };
        follow(&store, vec![blueprint("left", false), blueprint("right", true)]);
        for number in 0..NAMES {
            let blueprint = if number % 3 == 0 { "right" } else { "left" };
            let entity = json!({
                "identifier": name(number), "properties": {"n": number % 5},
                "relations": {"one": name(number * 7 + 1), "many": [name(number * 5 + 3), name(number * 11 + 2)]},
            });
            put(&store, &format!("writer/{}", number % 4), blueprint, entity);
        }
        store
    })
}

fn rule() -> impl Strategy<Value = Value> {
    let names = prop::collection::vec((0..NAMES + 3).prop_map(|number| format!("e{number:02}")), 0..4);
    let one = (0..NAMES + 3).prop_map(|number| format!("e{number:02}"));
    let blueprint = prop_oneof![Just("left"), Just("right")];
    let relation = prop_oneof![Just(json!("one")), Just(json!("many")), Just(json!({"relation": "one", "maxHops": 3}))];
    let path = prop::collection::vec(relation, 1..3)
        .prop_filter("`maxHops` once", |path| path.iter().filter(|hop| hop.is_object()).count() < 2);
    prop_oneof![
        (one, prop_oneof![Just("="), Just("!="), Just("contains")])
            .prop_map(|(name, operator)| json!({"property": "$identifier", "operator": operator, "value": name})),
        (names.clone(), prop_oneof![Just("in"), Just("notIn"), Just("matchAny")])
            .prop_map(|(names, operator)| json!({"property": "$identifier", "operator": operator, "value": names})),
        (0..6_usize, prop_oneof![Just("contains"), Just("doesNotContains"), Just("=")]).prop_map(
            |(writer, operator)| {
                json!({"property": "$datasource", "operator": operator, "value": format!("writer/{writer}")})
            }
        ),
        (blueprint.clone(), prop_oneof![Just("="), Just("!=")])
            .prop_map(|(name, operator)| json!({"property": "$blueprint", "operator": operator, "value": name})),
        (0..5).prop_map(|n| json!({"property": "n", "operator": ">", "value": n})),
        (names.clone(), blueprint.clone(), prop::option::of(any::<bool>()), prop::option::of(any::<bool>())).prop_map(
            |(names, blueprint, up, required)| {
                let mut rule = json!({"operator": "relatedTo", "blueprint": blueprint, "value": names});
                if let Some(up) = up {
                    rule["direction"] = json!(if up { "upstream" } else { "downstream" });
                }
                if let Some(required) = required {
                    rule["required"] = json!(required);
                }
                rule
            }
        ),
        (names, path, prop::option::of(blueprint)).prop_map(|(names, path, from)| {
            let mut property = json!({"path": path});
            if let Some(from) = from {
                property["fromBlueprint"] = json!(from);
            }
            json!({"property": property, "operator": "matchAny", "value": names})
        }),
    ]
}

fn rules() -> impl Strategy<Value = Value> {
    rule().prop_recursive(3, 16, 4, |inner| {
        (prop::collection::vec(inner, 0..4), any::<bool>())
            .prop_map(|(rules, and)| json!({"combinator": if and { "and" } else { "or" }, "rules": rules}))
    })
}

/// Results with the index, page by page and chunk by chunk, and of a full scan.
fn both(rules: &Value, blueprint: &str, limit: usize, chunk: usize) -> (Vec<String>, Vec<String>) {
    let store = tangle();
    let found = store.read(|transaction| {
        let compiled = store.compiled(transaction, blueprint)?;
        let prepared = prepare::prepare(transaction, &query(json!([rules])), store.now())?;
        let bound = compile::bind(store, transaction, &prepared, &compiled)?;
        let (mut quick, mut after) = (Vec::new(), String::new());
        let finder =
            find::Finder::among(store, transaction, &compiled, &bound, access::narrow(&bound.predicate), chunk)?;
        loop {
            let hits = finder.find(&after, limit)?;
            quick.extend(hits.rows.into_iter().map(|row| row.identifier));
            if !hits.more {
                break;
            }
            after.clone_from(quick.last().expect("a page with a next one is not empty"));
        }
        let slow = find::Finder::among(store, transaction, &compiled, &bound, None, 1000)?.find("", usize::MAX)?;
        Ok((quick, slow.rows.into_iter().map(|row| row.identifier).collect()))
    });
    found.expect("it can be searched")
}

proptest! {
    #![proptest_config(crate::generated_cases::config(400))]

    #[test]
    fn an_index_finds_what_a_look_at_everything_finds(
        rules in rules(), left in any::<bool>(), limit in 1..8_usize, chunk in 1..9_usize,
    ) {
        let (quick, slow) = both(&rules, if left { "left" } else { "right" }, limit, chunk);
        prop_assert_eq!(quick, slow);
    }
}
