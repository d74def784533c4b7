//! Tests which entities a deletion includes, and which deletions are refused.

use serde_json::{Value, json};

use crate::api::answer::Answer;
use crate::api::bench::Bench;

/// `domain` <- required - `service` <- required - `check`; `note` has an optional relation to `domain`.
struct Chain {
    domain: String,
    service: String,
    check: String,
    note: String,
}

fn chain(bench: &Bench) -> Chain {
    let to = |target: &str, required: bool| json!({"to": {"target": target, "required": required, "many": false}});
    let domain = bench.simple("domain", json!({}), json!({}));
    let service = bench.simple("service", json!({}), to(&domain, true));
    let check = bench.simple("check", json!({}), to(&service, true));
    let note = bench.simple("note", json!({}), to(&domain, false));
    bench.create(&domain, json!({"identifier": "d"}));
    bench.create(&domain, json!({"identifier": "free"}));
    bench.create(&service, json!({"identifier": "s", "relations": {"to": "d"}}));
    bench.create(&check, json!({"identifier": "c", "relations": {"to": "s"}}));
    bench.create(&note, json!({"identifier": "n", "relations": {"to": "d"}}));
    Chain { domain, service, check, note }
}

fn delete(bench: &Bench, blueprint: &str, identifier: &str, dependents: &str) -> Answer {
    bench.delete(&["blueprints", blueprint, "entities", identifier]).query("delete_dependents", dependents).now()
}

fn delete_many(bench: &Bench, blueprint: &str, dependents: &str, identifiers: Value) -> Answer {
    let call = bench.post(&["blueprints", blueprint, "bulk", "entities", "delete"]);
    call.query("delete_dependents", dependents).send(json!({"entities": identifiers}))
}

#[test]
fn what_is_deleted_is_gone() {
    let bench = Bench::open();
    let chain = chain(&bench);
    let answer = delete(&bench, &chain.domain, "free", "false");
    assert_eq!(answer.gave(200), json!({"ok": true}));
    assert!(bench.is_gone(&chain.domain, "free"));
    assert_eq!(bench.count(&chain.domain), 1);
    delete(&bench, &chain.domain, "free", "false").refused(404, "not_found");
    bench.create(&chain.domain, json!({"identifier": "free"}));
}

#[test]
fn what_others_need_is_not_deleted() {
    let bench = Bench::open();
    let chain = chain(&bench);
    delete(&bench, &chain.domain, "d", "false").refused(403, "has_dependents");
    bench.delete(&["blueprints", &chain.domain, "entities", "d"]).now().refused(403, "has_dependents");
    assert!(!bench.is_gone(&chain.domain, "d") && !bench.is_gone(&chain.service, "s"));
}

#[test]
fn with_its_dependents_it_goes() {
    let bench = Bench::open();
    let chain = chain(&bench);
    delete(&bench, &chain.domain, "d", "true").gave(200);
    assert!(bench.is_gone(&chain.domain, "d") && bench.is_gone(&chain.service, "s"));
    assert_eq!((bench.count(&chain.domain), bench.count(&chain.service)), (1, 0));
}

#[test]
fn embedded_dependents_go_through_and_those_who_can_do_without_stay() {
    let reason = "how far a deletion reaches is a question of its own there";
    let Some(bench) = Bench::embedded(reason) else { return };
    let chain = chain(&bench);
    delete(&bench, &chain.domain, "d", "true").gave(200);
    assert!(bench.is_gone(&chain.check, "c"));
    assert!(bench.entity(&chain.note, "n")["relations"]["to"].is_null());
}

#[test]
fn dependents_in_a_circle_end() {
    let Some(bench) = Bench::embedded("how far a deletion reaches is a question of its own there") else { return };
    let to = |target: &str, required: bool| json!({"relations": {"to": {"target": target, "required": required, "many": false}}});
    let one = bench.simple("one", json!({}), json!({}));
    let other = bench.blueprint("other", to(&one, true));
    bench.patch(&["blueprints", &one]).send(to(&other, false)).gave(200);
    bench.create(&one, json!({"identifier": "a"}));
    bench.create(&other, json!({"identifier": "b", "relations": {"to": "a"}}));
    bench.patch(&["blueprints", &one, "entities", "a"]).send(json!({"relations": {"to": "b"}})).gave(200);
    bench.patch(&["blueprints", &one]).send(to(&other, true)).gave(200);
    delete(&bench, &one, "a", "false").refused(403, "has_dependents");
    delete(&bench, &one, "a", "true").gave(200);
    assert_eq!((bench.count(&one), bench.count(&other)), (0, 0));
}

#[test]
fn many_are_deleted_at_once() {
    let bench = Bench::open();
    let blueprint = bench.simple("service", json!({}), json!({}));
    let names: Vec<String> = (0..101).map(|at| format!("e{at:03}")).collect();
    bench.fill(&blueprint, &names.iter().map(|name| json!({"identifier": name})).collect::<Vec<_>>());
    delete_many(&bench, &blueprint, "false", json!(names)).refused(422, "invalid_request");
    delete_many(&bench, &blueprint, "false", json!([])).refused(422, "invalid_request");
    delete_many(&bench, &blueprint, "false", json!("e000")).refused(422, "invalid_request");
    delete_many(&bench, &blueprint, "false", json!([7])).refused(422, "invalid_request");
    let path = ["blueprints", &blueprint, "bulk", "entities", "delete"];
    bench.post(&path).send(json!({"entities": ["e000"], "more": 1})).refused(422, "invalid_request");
    assert_eq!(bench.count(&blueprint), 101);
    let mut deleted = delete_many(&bench, &blueprint, "false", json!(names[..100])).gave(200);
    let deleted = deleted["deletedEntities"].as_array_mut().expect("a list");
    deleted.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    assert_eq!(*deleted, names[..100].iter().map(|name| json!(name)).collect::<Vec<_>>());
    assert_eq!(bench.count(&blueprint), 1);
}

#[test]
fn many_go_with_their_dependents() {
    let bench = Bench::open();
    let chain = chain(&bench);
    delete_many(&bench, &chain.domain, "true", json!(["d", "free"])).gave(200);
    assert_eq!((bench.count(&chain.domain), bench.count(&chain.service)), (0, 0));
}

#[test]
fn all_entities_of_a_blueprint_go_in_a_migration() {
    let bench = Bench::open();
    let chain = chain(&bench);
    let mut answer = bench.delete(&["blueprints", &chain.note, "all-entities"]).now().gave(200);
    let migration = answer["migrationId"].take();
    let migration = migration.as_str().expect("the id of a migration");
    bench.get(&["migrations", migration]).now().gave(200);
    let emptied = (0..60).any(|_| {
        let is_empty = bench.count(&chain.note) == 0;
        if !is_empty && !bench.is_embedded() {
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
        is_empty
    });
    assert!(emptied);
    bench.get(&["blueprints", &chain.note]).now().gave(200);
    bench.get(&["migrations", "nobody-has-this"]).now().refused(404, "not_found");
}

#[test]
fn a_blueprint_goes_with_all_its_entities_where_that_is_asked_for() {
    let bench = Bench::open();
    let chain = chain(&bench);
    let path = ["blueprints", &chain.note, "all-entities"];
    bench.delete(&path).query("delete_blueprint", "true").now().gave(200);
    let gone = (0..60).any(|_| {
        let is_gone = bench.get(&["blueprints", &chain.note]).now().status == 404;
        if !is_gone && !bench.is_embedded() {
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
        is_gone
    });
    assert!(gone);
}
