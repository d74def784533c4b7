//! Tests ownership: the catalog stores the User-Agent of the last write as an entity's datasource, and can search by
//! it. Every deletion of entities that a repository no longer declares depends on this.

use serde_json::{Value, json};

use crate::api::bench::Bench;

const MINE: &str = "proof-of-mine/1.0 (statekey/acme/catalog)";
const OTHERS: &str = "proof-of-others/1.0 (statekey/acme/catalog)";
const ELSEWHERE: &str = "proof-of-mine/1.1 (statekey/acme/elsewhere)";

fn write(bench: &Bench, blueprint: &str, agent: &str, identifier: &str) {
    let call = bench.post(&["blueprints", blueprint, "entities"]).agent(agent);
    call.flags(&[("upsert", "true"), ("merge", "true")])
        .send(json!({"identifier": identifier}))
        .gave_one_of(&[200, 201]);
}

/// Identifiers of `blueprint` that the undocumented route returns; a live organisation has others too.
fn of_datasource(bench: &Bench, blueprint: &str, prefix: &str, suffix: &str) -> Vec<String> {
    let call = bench.post(&["blueprints", "entities", "datasource-entities"]);
    let call = call.query("include", "blueprint").query("include", "identifier");
    let found = call.send(json!({"datasource_prefix": prefix, "datasource_suffix": suffix})).gave(200);
    let mut own: Vec<String> = found["entities"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|it| it["blueprint"] == blueprint)
        .map(|it| it["identifier"].as_str().expect("an identifier").to_owned())
        .collect();
    own.sort();
    own
}

fn stocked(bench: &Bench) -> String {
    let blueprint = bench.simple("service", json!({}), json!({}));
    for (agent, identifier) in [(MINE, "a"), (MINE, "b"), (OTHERS, "c"), (ELSEWHERE, "d")] {
        write(bench, &blueprint, agent, identifier);
    }
    blueprint
}

#[test]
fn entities_are_found_by_the_beginning_and_the_end_of_their_datasource() {
    let bench = Bench::open();
    let blueprint = stocked(&bench);
    let find = |prefix, suffix| of_datasource(&bench, &blueprint, prefix, suffix);
    assert_eq!(find("proof-of-mine", "(statekey/acme/catalog)"), ["a", "b"]);
    assert_eq!(find("proof-of-others", "(statekey/acme/catalog)"), ["c"]);
    assert_eq!(find("proof-of-mine", "(statekey/acme/elsewhere)"), ["d"]);
    assert_eq!(find("proof-of-mine", "(statekey/acme/nowhere)"), [] as [&str; 0]);
}

#[test]
fn whoever_writes_last_owns() {
    let bench = Bench::open();
    let blueprint = stocked(&bench);
    write(&bench, &blueprint, OTHERS, "a");
    assert_eq!(of_datasource(&bench, &blueprint, "proof-of-mine", "(statekey/acme/catalog)"), ["b"]);
    let call = bench.patch(&["blueprints", &blueprint, "entities", "c"]).agent(MINE);
    call.send(json!({"title": "Mine"})).gave(200);
    assert_eq!(of_datasource(&bench, &blueprint, "proof-of-mine", "(statekey/acme/catalog)"), ["b", "c"]);
    let call = bench.post(&["blueprints", &blueprint, "entities", "bulk"]).agent(MINE).query("upsert", "true");
    call.send(json!({"entities": [{"identifier": "d"}]})).gave(200);
    assert_eq!(of_datasource(&bench, &blueprint, "proof-of-mine", "(statekey/acme/catalog)"), ["b", "c", "d"]);
}

#[test]
fn a_search_finds_by_a_part_of_the_datasource() {
    let bench = Bench::open();
    let blueprint = stocked(&bench);
    let rule = |part: &str| json!({"property": "$datasource", "operator": "contains", "value": part});
    let own = json!({"property": "$blueprint", "operator": "=", "value": blueprint});
    let search = |rules: Value| {
        let found = bench.post(&["entities", "search"]).send(json!({"combinator": "and", "rules": rules})).gave(200);
        crate::api::answer::identifiers(&found)
    };
    assert_eq!(search(json!([own, rule("proof-of-mine"), rule("(statekey/acme/catalog)")])), ["a", "b"]);
    assert_eq!(search(json!([own, rule("(statekey/acme/catalog)")])), ["a", "b", "c"]);
    let one = json!({"property": "$identifier", "operator": "=", "value": "c"});
    assert_eq!(search(json!([rule("proof-of-others"), one, own])), ["c"]);
    assert_eq!(search(json!([rule("proof-of-mine"), one, own])), [] as [&str; 0]);
}

#[test]
fn what_a_datasource_has_comes_in_pages() {
    let Some(bench) = Bench::embedded("pages over the datasources of others are not ours") else { return };
    let blueprint = bench.simple("service", json!({}), json!({}));
    for at in 0..25 {
        write(&bench, &blueprint, MINE, &format!("e{at:02}"));
    }
    let mut found = Vec::new();
    let mut from: Option<String> = None;
    for _ in 0..10 {
        let mut body =
            json!({"datasource_prefix": "proof-of-mine", "datasource_suffix": "(statekey/acme/catalog)", "limit": 10});
        if let Some(from) = &from {
            body["from"] = from.as_str().into();
        }
        let page = bench.post(&["blueprints", "entities", "datasource-entities"]).send(body).gave(200);
        found.extend(crate::api::answer::identifiers(&page));
        from = page["next"].as_str().map(str::to_owned);
        if from.is_none() {
            break;
        }
    }
    assert_eq!(found, (0..25).map(|at| format!("e{at:02}")).collect::<Vec<_>>());
}
