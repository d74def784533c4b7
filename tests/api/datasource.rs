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

#[test]
fn the_datasource_changes_without_a_write() {
    let bench = Bench::open();
    let blueprint = stocked(&bench);
    let before = bench.entity(&blueprint, "c");
    let relabel = |body: Value| bench.patch(&["blueprints", &blueprint, "datasource", "bulk"]).send(body);
    relabel(json!({"entitiesIdentifiers": ["c", "d"], "datasource": MINE})).gave(200);
    assert_eq!(of_datasource(&bench, &blueprint, "proof-of-mine", "(statekey/acme/catalog)"), ["a", "b", "c", "d"]);
    assert_eq!(of_datasource(&bench, &blueprint, "proof-of-others", "(statekey/acme/catalog)"), [] as [&str; 0]);
    assert_eq!(bench.entity(&blueprint, "c"), before);
}

#[test]
fn a_wrong_change_of_the_datasource_changes_nothing() {
    let Some(bench) = Bench::embedded("its refusals are not known") else { return };
    let blueprint = stocked(&bench);
    let relabel = |body: Value| bench.patch(&["blueprints", &blueprint, "datasource", "bulk"]).send(body);
    let many: Vec<String> = (0..21).map(|at| format!("s{at}")).collect();
    for body in [
        json!([]),
        json!({"entitiesIdentifiers": ["c"]}),
        json!({"datasource": MINE}),
        json!({"entitiesIdentifiers": "c", "datasource": MINE}),
        json!({"entitiesIdentifiers": ["c", 1], "datasource": MINE}),
        json!({"entitiesIdentifiers": [], "datasource": MINE}),
        json!({"entitiesIdentifiers": many, "datasource": MINE}),
        json!({"entitiesIdentifiers": ["c"], "datasource": ""}),
        json!({"entitiesIdentifiers": ["c"], "datasource": "x".repeat(1_025)}),
        json!({"entitiesIdentifiers": ["c"], "datasource": null}),
        json!({"entitiesIdentifiers": ["c"], "datasource": MINE, "force": true}),
    ] {
        relabel(body).refused(422, "invalid_request");
    }
    relabel(json!({"entitiesIdentifiers": ["c", "nobody"], "datasource": MINE}))
        .refused(404, "not_found")
        .mentions("nobody");
    assert_eq!(of_datasource(&bench, &blueprint, "proof-of-mine", "(statekey/acme/catalog)"), ["a", "b"]);
    let call = bench.patch(&["blueprints", "nothing", "datasource", "bulk"]);
    call.send(json!({"entitiesIdentifiers": ["c"], "datasource": MINE})).refused(404, "not_found");
}

#[test]
fn every_datasource_is_listed_with_the_blueprints_of_its_entities() {
    let bench = Bench::open();
    let blueprint = stocked(&bench);
    let found = bench.get(&["data-sources"]).now().gave(200);
    let sources = found["dataSources"].as_array().expect("a list");
    let of_this = |source: &&Value| {
        let blueprints = source["blueprints"].as_array().expect("a list");
        blueprints.iter().any(|it| it["identifier"] == blueprint)
    };
    assert_eq!(sources.iter().filter(of_this).count(), 3, "{found:#}");
    assert!(sources.iter().all(|source| source["context"].is_object()), "{found:#}");
}

#[test]
fn entities_are_counted_by_a_property() {
    let bench = Bench::open();
    let properties = json!({"tier": {"type": "number"}, "language": {"type": "string"}});
    let blueprint = bench.simple("service", properties, json!({}));
    for (agent, identifier, tier) in [(MINE, "a", 1), (MINE, "b", 1), (OTHERS, "c", 2)] {
        let call = bench.post(&["blueprints", &blueprint, "entities"]).agent(agent);
        call.send(json!({"identifier": identifier, "properties": {"tier": tier}})).gave_one_of(&[200, 201]);
    }
    let group = |body: Value| bench.post(&["blueprints", &blueprint, "entities", "group"]).send(body);
    let mine = json!({"combinator": "and", "rules": [{"property": "$datasource", "operator": "contains", "value": "proof-of-mine"}]});
    let counted = group(json!({"query": mine, "groupBy": {"property": "$blueprint"}})).gave(200);
    assert_eq!(counted["groups"], json!([{"value": blueprint, "count": 2}]));
    assert_eq!(counted["hasMoreGroups"], false);
    let none =
        json!({"combinator": "and", "rules": [{"property": "$datasource", "operator": "contains", "value": "nobody"}]});
    let counted = group(json!({"query": none, "groupBy": {"property": "$blueprint"}})).gave(200);
    assert_eq!(counted["groups"], json!([]));
    if !bench.is_embedded() {
        return;
    }
    let counted = group(json!({"groupBy": {"property": "tier"}})).gave(200);
    assert_eq!(counted["groups"], json!([{"value": 1, "count": 2}, {"value": 2, "count": 1}]));
    let counted = group(json!({"groupBy": {"property": "language"}})).gave(200);
    assert_eq!(counted["groups"], json!([{"value": null, "count": 3}]));
    for body in [
        json!({}),
        json!({"groupBy": "tier"}),
        json!({"groupBy": {}}),
        json!({"groupBy": {"property": "nothing"}}),
        json!({"groupBy": {"property": 1}}),
        json!({"groupBy": {"property": "tier"}, "limit": 1}),
    ] {
        group(body).refused(422, "invalid_request");
    }
    // An entity may have this name too.
    bench.create(&blueprint, json!({"identifier": "group"}));
    assert_eq!(bench.entity(&blueprint, "group")["identifier"], "group");
}
