//! Tests adoptions against a catalog that changes owners alone, and against those that do not: whatever the undocumented
//! route answers, every entity has the owner at the end, or the push says that it has not.

use std::collections::BTreeSet;

use serde_json::{Value, json as value};

use super::outcomes::{body, found, is_about_owner, is_search, push, refused, request};
use super::scripted::{Scripted, Seen, json};
use super::*;
use crate::catalog::Cancellation;
use crate::domain::plan::outcome::{ChangeOutcome, Outcome, Relabelled};
use crate::domain::plan::request::Method;

/// What the entities of a scripted catalog became.
#[derive(Default)]
struct Stored {
    /// Those that this scope owns.
    owned: BTreeSet<String>,
    relabel_calls: usize,
    /// The size of each bulk write.
    writes: Vec<usize>,
}

fn is_relabel(seen: &Seen) -> bool {
    seen.is("PATCH", "/v1/blueprints/service/datasource/bulk")
}

fn names(seen: &Seen, key: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(&seen.body).expect("JSON");
    let name = |item: &Value| item.as_str().or(item["identifier"].as_str()).expect("a name").to_owned();
    body[key].as_array().expect("a list").iter().map(name).collect()
}

/// Adopts `count` entities. `relabel` answers the route: `None` changes the owner and accepts.
fn adopt(
    count: usize,
    relabel: impl Fn(&Seen) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> (Outcome, Arc<Mutex<Stored>>) {
    let stored = Arc::new(Mutex::new(Stored::default()));
    let own = Arc::clone(&stored);
    let server = Scripted::with_token(move |seen, _| {
        let mut stored = own.lock().unwrap_or_else(PoisonError::into_inner);
        if is_relabel(seen) {
            stored.relabel_calls += 1;
            assert!(seen.body.contains(&owner().user_agent()), "{}", seen.body);
            if let Some(answer) = relabel(seen) {
                return answer;
            }
            stored.owned.extend(names(seen, "entitiesIdentifiers"));
            return json(200, r#"{"ok":true}"#);
        }
        if is_search(seen) {
            if !is_about_owner(seen) {
                let body: Value = serde_json::from_str(&seen.body).expect("JSON");
                let asked = body["query"]["rules"][0]["value"].as_array().expect("a list");
                return found(&asked.iter().filter_map(Value::as_str).collect::<Vec<_>>());
            }
            return found(&stored.owned.iter().map(String::as_str).collect::<Vec<_>>());
        }
        assert!(
            seen.line.starts_with("POST /v1/blueprints/service/entities/bulk?upsert=true&merge=true"),
            "{}",
            seen.line
        );
        let names = names(seen, "entities");
        stored.writes.push(names.len());
        let entity = |(index, name): (usize, &String)| value!({"index": index, "identifier": name, "created": false});
        let entities: Vec<Value> = names.iter().enumerate().map(entity).collect();
        stored.owned.extend(names);
        json(200, &value!({"ok": true, "entities": entities, "errors": []}).to_string())
    });
    let requests = (0..count).map(|change| request(change, Method::Adopt(body()))).collect();
    (push(&client(&server.url), requests, &Cancellation::default()), stored)
}

fn all_applied(count: usize) -> Vec<ChangeOutcome> {
    vec![ChangeOutcome::Applied; count]
}

#[test]
fn an_adoption_changes_the_owner_twenty_entities_at_a_time_and_writes_nothing() {
    let (outcome, stored) = adopt(45, |seen| {
        assert!(names(seen, "entitiesIdentifiers").len() <= 20);
        None
    });
    let stored = stored.lock().expect("nothing failed");
    assert_eq!(outcome.ends, all_applied(45));
    assert_eq!(outcome.relabelled, Relabelled { entities: 45, calls: 3 });
    assert_eq!((stored.owned.len(), stored.relabel_calls, stored.writes.len()), (45, 3, 0));
}

#[test]
fn a_catalog_that_changes_no_owner_alone_is_asked_once_and_gets_the_entities() {
    let no_route = || json(404, r#"{"ok":false,"error":"not_found","message":"Route PATCH:/v1/x not found"}"#);
    let refusals: [fn() -> Vec<u8>; 3] = [no_route, || refused(403), || refused(405)];
    for refusal in refusals {
        let (outcome, stored) = adopt(45, move |_| Some(refusal()));
        let stored = stored.lock().expect("nothing failed");
        assert_eq!(outcome.ends, all_applied(45));
        assert_eq!(outcome.relabelled, Relabelled { entities: 0, calls: 1 });
        assert_eq!((stored.owned.len(), stored.relabel_calls), (45, 1));
        assert_eq!(stored.writes.iter().sum::<usize>(), 45);
    }
}

#[test]
fn entities_of_a_rejected_call_are_written_and_the_others_relabelled() {
    for status in [404, 422] {
        let (outcome, stored) = adopt(45, move |seen| {
            let has = names(seen, "entitiesIdentifiers").contains(&"s25".to_owned());
            has.then(|| refused(status))
        });
        let stored = stored.lock().expect("nothing failed");
        assert_eq!(outcome.ends, all_applied(45));
        assert_eq!(outcome.relabelled, Relabelled { entities: 25, calls: 3 });
        assert_eq!(stored.writes, [20]);
    }
}

#[test]
fn an_accepted_call_that_changed_nothing_is_no_adoption() {
    let (outcome, stored) = adopt(3, |_| Some(json(200, r#"{"ok":true}"#)));
    let stored = stored.lock().expect("nothing failed");
    assert_eq!((outcome.ends, outcome.relabelled), (all_applied(3), Relabelled { entities: 0, calls: 1 }));
    assert_eq!(stored.writes, [3]);
}

#[test]
fn lost_answers_end_in_a_write() {
    let (outcome, stored) = adopt(3, |_| Some(Vec::new()));
    assert_eq!((outcome.ends, outcome.relabelled.entities), (all_applied(3), 0));
    assert_eq!(stored.lock().expect("nothing failed").writes, [3]);
}
