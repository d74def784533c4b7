//! Tests `kill -9` of a serving catalog, repeatedly, during concurrent writes: every acknowledged write is there after
//! a restart, every other one is there completely or not at all, and the file can always be opened.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{self, Sender};

use serde_json::{Value, json};

use crate::testkit::plain::Plain;
use crate::testkit::serving::Serving;

const ROUNDS: usize = 10;
const WRITERS: usize = 4;

/// What one writer knows.
#[derive(Default)]
struct Notes {
    /// Acknowledged entities with their values.
    there: BTreeMap<String, u64>,
    /// Entities whose deletion was acknowledged.
    gone: Vec<String>,
    /// The counter: its acknowledged value, and the last value sent.
    counted: u64,
    sent: u64,
    /// Entities whose write was not acknowledged: they may exist with this value, or not.
    unheard: BTreeMap<String, u64>,
}

#[test]
#[ignore = "slow"]
fn what_was_acknowledged_is_there_after_a_kill() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = folder.path().join("catalog.db");
    let notes: Vec<Mutex<Notes>> = (0..WRITERS).map(|_| Mutex::default()).collect();
    prepare(&store);
    for round in 0..ROUNDS {
        let mut serving = start(&store);
        check(&serving.url, &notes, round);
        // The kill comes after a number of writes instead of a time, so that all machines behave alike.
        let (acknowledge, acknowledged) = mpsc::channel();
        let wanted = 15 + round * 23 % 60;
        std::thread::scope(|scope| {
            for (writer, notes) in notes.iter().enumerate() {
                let (plain, acknowledge) = (Plain::connect(&serving.url), acknowledge.clone());
                scope.spawn(move || write(&plain, writer, round, notes, &acknowledge));
            }
            drop(acknowledge);
            for _ in 0..wanted {
                acknowledged.recv().expect("the writers write as long as there is a server");
            }
            // Like `kill -9`: the server cannot clean up.
            serving.child.kill().expect("it runs");
        });
    }
    let serving = start(&store);
    check(&serving.url, &notes, ROUNDS);
    let written: usize = notes.iter().map(|it| it.lock().expect("no writer panics").there.len()).sum();
    assert!(written > ROUNDS * 10, "only {written} were written: the kills came too early");
}

fn start(store: &Path) -> Serving {
    Serving::start(&["--store", store.to_str().expect("our names are UTF-8")])
}

fn prepare(store: &Path) {
    let serving = start(store);
    let plain = Plain::connect(&serving.url);
    let domain = json!({"identifier": "domain", "title": "Domain", "schema": {"properties": {}}});
    plain.must("POST", "blueprints", Some(&domain));
    let relations = json!({"domain": {"target": "domain", "required": true, "many": false}});
    let schema = json!({"properties": {"n": {"type": "number"}, "text": {"type": "string"}}});
    let service = json!({"identifier": "service", "title": "Service", "schema": schema, "relations": relations});
    plain.must("POST", "blueprints", Some(&service));
    plain.must("POST", "blueprints/domain/entities", Some(&json!({"identifier": "shop"})));
    for writer in 0..WRITERS {
        plain.must("POST", "blueprints/service/entities", Some(&entity(&format!("w{writer}-counter"), 0)));
    }
}

/// The text makes the entity several pages of the file long.
fn entity(identifier: &str, n: u64) -> Value {
    let properties = json!({"n": n, "text": format!("{n} ").repeat(300)});
    json!({"identifier": identifier, "properties": properties, "relations": {"domain": "shop"}})
}

/// Writes until the server is gone.
fn write(plain: &Plain, writer: usize, round: usize, notes: &Mutex<Notes>, acknowledge: &Sender<()>) {
    for turn in 0_u64.. {
        let mut notes = notes.lock().expect("no writer panics");
        let heard = match turn % 4 {
            0 => count_up(plain, writer, &mut notes),
            1 | 2 => create(plain, writer, &format!("{round}-{turn}"), &mut notes),
            _ => delete(plain, &mut notes),
        };
        if !heard {
            return;
        }
        // The receiver is closed once the server is about to be killed.
        let _heard = acknowledge.send(());
    }
}

fn count_up(plain: &Plain, writer: usize, notes: &mut Notes) -> bool {
    notes.sent += 1;
    let body = json!({"properties": {"n": notes.sent, "text": "counted"}});
    let answer = plain.call("PATCH", &format!("blueprints/service/entities/w{writer}-counter"), Some(&body));
    let heard = is_well(&answer);
    if heard {
        notes.counted = notes.sent;
    }
    heard
}

fn create(plain: &Plain, writer: usize, name: &str, notes: &mut Notes) -> bool {
    let batch: Vec<(String, u64)> = (0..3).map(|at| (format!("w{writer}-{name}-{at}"), at * 7)).collect();
    let entities: Vec<Value> = batch.iter().map(|(identifier, n)| entity(identifier, *n)).collect();
    let body = json!({"entities": entities});
    let answer = plain.call("POST", "blueprints/service/entities/bulk?upsert=true", Some(&body));
    let heard = is_well(&answer);
    if heard {
        notes.there.extend(batch)
    } else {
        notes.unheard.extend(batch)
    }
    heard
}

fn delete(plain: &Plain, notes: &mut Notes) -> bool {
    let Some((identifier, n)) = notes.there.pop_first() else { return true };
    let answer = plain.call("DELETE", &format!("blueprints/service/entities/{identifier}"), None);
    let heard = is_well(&answer);
    if heard {
        notes.gone.push(identifier);
    } else {
        notes.unheard.insert(identifier, n);
    }
    heard
}

/// Whether the request succeeded. An error status is a failure of the server, unless the server is gone.
fn is_well(answer: &Result<(u16, Value), reqwest::Error>) -> bool {
    match answer {
        Ok((status, answer)) => {
            assert!((200..300).contains(status), "{status} {answer}");
            true
        }
        Err(_) => false,
    }
}

fn check(url: &str, notes: &[Mutex<Notes>], round: usize) {
    let plain = Plain::connect(url);
    let stored = plain.all("service");
    assert_eq!(stored.len(), plain.count("service"), "round {round}: the count of what is stored");
    let stored: BTreeMap<&str, &Value> =
        stored.iter().map(|it| (it["identifier"].as_str().expect("an identifier"), it)).collect();
    let mut expected = 0;
    for (writer, notes) in notes.iter().enumerate() {
        let notes = notes.lock().expect("no writer panics");
        for (identifier, n) in &notes.there {
            let found = stored.get(identifier.as_str());
            let found = found.unwrap_or_else(|| panic!("round {round}: `{identifier}` was acknowledged and is lost"));
            is_whole(found, identifier, *n);
            expected += 1;
        }
        for identifier in &notes.gone {
            assert!(!stored.contains_key(identifier.as_str()), "round {round}: `{identifier}` is back");
        }
        for (identifier, n) in &notes.unheard {
            if let Some(found) = stored.get(identifier.as_str()) {
                is_whole(found, identifier, *n);
                expected += 1;
            }
        }
        let counter = stored[format!("w{writer}-counter").as_str()]["properties"]["n"].as_u64().expect("a number");
        assert!((notes.counted..=notes.sent).contains(&counter), "round {round}: {counter} of {}", notes.counted);
        expected += 1;
    }
    assert_eq!(stored.len(), expected, "round {round}: nobody wrote the others");
}

fn is_whole(found: &Value, identifier: &str, n: u64) {
    let wanted = entity(identifier, n);
    assert_eq!(found["properties"], wanted["properties"], "{identifier}");
    assert_eq!(found["relations"], wanted["relations"], "{identifier}");
}
