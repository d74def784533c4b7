//! Tests the library's client against the real server through a proxy with faults: every request takes effect, the
//! client's view equals the content of the catalog (read without the proxy), and nothing harmful is done twice; what
//! cannot succeed is reported in time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portolan::catalog::http::Client;
use portolan::catalog::wire::{EntityDraft, WriteOptions};
use portolan::catalog::{Catalog, Part, WriteFailure};
use portolan::domain::blueprint::Blueprint;
use portolan::domain::entity::Owner;
use portolan::domain::progress::Silent;
use portolan::embedded::api::Strictness;
use serde_json::{Value, json};

use crate::testkit::connected::{Unheard, config, connect};
use crate::testkit::faulty::{ALL, Fault, Faulty, Schedule};
use crate::testkit::plain::Plain;
use crate::testkit::seeds::seeds;
use crate::testkit::serving::Serving;

/// The faults that cause a wait of one second.
const THROTTLES: &[Fault] = &[Fault::RetryAfterSeconds, Fault::RetryAfterDate, Fault::ResetEpoch, Fault::ResetSeconds];
const ANSWERS: &[Fault] = &[Fault::RequestTimeout, Fault::InternalError, Fault::BadGateway, Fault::GatewayTimeout];
const CUTS: &[Fault] = &[Fault::CutBefore, Fault::CutAfter, Fault::CutInBody, Fault::Truncated];
const ODDITIES: &[Fault] = &[Fault::Slow, Fault::Repeated];

/// A catalog with `domain` (one entity) and `service` (none), behind a proxy without faults yet.
struct Scene {
    faulty: Faulty,
    plain: Plain,
    serving: Serving,
}

impl Scene {
    fn set(flags: &[&str]) -> Self {
        let serving = Serving::start(&[&["--store", "memory"], flags].concat());
        let plain = Plain::connect(&serving.url);
        let domain = json!({"identifier": "domain", "title": "Domain", "schema": {"properties": {}}});
        plain.must("POST", "blueprints", Some(&domain));
        let schema =
            json!({"properties": {"n": {"type": "number"}, "text": {"type": "string"}, "kept": {"type": "string"}}});
        let relations = json!({"domain": {"target": "domain", "required": false, "many": false}});
        let service = json!({"identifier": "service", "title": "Service", "schema": schema, "relations": relations});
        plain.must("POST", "blueprints", Some(&service));
        plain.must("POST", "blueprints/domain/entities", Some(&json!({"identifier": "shop"})));
        let faulty = Faulty::before(&serving.url, Schedule::calm());
        Self { faulty, plain, serving }
    }

    fn trouble(&self, faults: &[Fault], percent: u64, seed: u64) {
        self.faulty.follow(Schedule { seed, faults: faults.to_vec(), percent });
    }

    /// Writes without the proxy.
    fn fill(&self, range: std::ops::Range<u64>) {
        for twenty in range.collect::<Vec<_>>().chunks(20) {
            let entities: Vec<Value> = twenty.iter().map(|n| entity(*n, "first")).collect();
            let body = json!({"entities": entities});
            self.plain.must("POST", "blueprints/service/entities/bulk?upsert=true", Some(&body));
        }
    }

    /// The entities by identifier. Properties that are null are left out: null is no value.
    fn stored(&self) -> BTreeMap<String, Value> {
        let mut stored = BTreeMap::new();
        for mut entity in self.plain.all("service") {
            let properties = entity["properties"].as_object_mut().expect("properties are an object");
            properties.retain(|_, value| !value.is_null());
            stored.insert(entity["identifier"].as_str().expect("an identifier").to_owned(), entity);
        }
        stored
    }

    fn client(&self) -> Client {
        connect(&self.faulty.url)
    }

    /// Checks that most of the configured faults occurred.
    fn had_trouble(&self, faults: &[Fault]) {
        let happened = self.faulty.happened();
        assert!(happened.len() * 2 > faults.len(), "{happened:?} of {faults:?}");
    }
}

fn name(n: u64) -> String {
    format!("e{n:04}")
}

fn entity(n: u64, text: &str) -> Value {
    json!({"identifier": name(n), "title": format!("E {n}"), "properties": {"n": n, "text": text}, "relations": {"domain": "shop"}})
}

fn drafts(range: std::ops::Range<u64>, text: &str) -> Vec<EntityDraft> {
    range.map(|n| draft(&entity(n, text))).collect()
}

fn draft(body: &Value) -> EntityDraft {
    EntityDraft::parse(body, Strictness::Open).expect("a draft")
}

fn merge() -> WriteOptions {
    WriteOptions { upsert: true, merge: true, ..WriteOptions::default() }
}

fn service(client: &Client) -> Vec<Blueprint> {
    let all = client.blueprints().expect("the blueprints are read");
    let own = all.into_iter().filter(|it| it["identifier"] == "service");
    own.map(|it| Blueprint::from_json(it).expect("a blueprint").0).collect()
}

/// Runs every operation of a client once, with these faults.
fn everything_comes_about(faults: &[Fault], percent: u64, seed: u64) {
    let scene = Scene::set(&[]);
    scene.fill(0..300);
    scene.trouble(faults, percent, seed);
    let client = scene.client();
    let blueprints = service(&client);
    is_read(&scene, &client, &blueprints);
    // Some of these entities exist, and some do not.
    let written = client.upsert("service", &drafts(200..500, "second"), &merge(), &Silent).expect("it is written");
    let names: Vec<String> = written.into_iter().map(|it| it.expect("nothing is wrong with it").identifier).collect();
    assert_eq!(names, (200..500).map(name).collect::<Vec<_>>());
    for n in 0..10 {
        let body = json!({"title": null, "properties": {"text": "third"}});
        let body = EntityDraft::parse(&body, Strictness::Closed).expect("a draft");
        let patched = client.patch("service", &name(n), &body, &WriteOptions::default()).expect("it is patched");
        patched.expect("nothing is wrong with it");
    }
    // Two of these entities do not exist.
    let names: Vec<String> = (450..502).map(name).collect();
    let deleted = client.delete("service", &names, &Silent).expect("they are deleted");
    assert!(deleted.iter().all(Result::is_ok) && deleted.len() == 52, "{deleted:?}");
    is_read(&scene, &client, &blueprints);
    let owner = Owner { scope: "proof/connected".to_owned() };
    let owned = client.owned(&owner).expect("the owned are found").len();
    assert_eq!(owned, 250 + 10, "owned");
    scene.had_trouble(faults);

    let stored = scene.stored();
    assert_eq!(stored.keys().cloned().collect::<Vec<_>>(), (0..450).map(name).collect::<Vec<_>>());
    assert_eq!(scene.plain.count("service"), 450);
    for n in 0..450 {
        let expected = if n < 10 {
            "third"
        } else if n < 200 {
            "first"
        } else {
            "second"
        };
        let found = &stored[&name(n)];
        assert_eq!(found["properties"], json!({"n": n, "text": expected}), "{found}");
        assert_eq!(found["relations"], json!({"domain": "shop"}), "{found}");
        assert_eq!(found["title"].as_str(), (n >= 10).then(|| format!("E {n}")).as_deref(), "{found}");
    }
}

/// The client reads everything that is stored, and knows that it is complete.
fn is_read(scene: &Scene, client: &Client, blueprints: &[Blueprint]) {
    let snapshot = client.read(blueprints, &Part::Whole, &Silent).expect("it is read");
    assert!(snapshot.is_complete(), "{:?}", snapshot.blueprints["service"].completeness);
    let stored = scene.stored();
    let read: BTreeMap<String, Value> = snapshot.blueprints["service"]
        .entities
        .iter()
        .map(|it| {
            let properties: serde_json::Map<String, Value> =
                it.properties.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect();
            (it.key.identifier.to_string(), properties.into())
        })
        .collect();
    let expected = stored.into_iter().map(|(identifier, mut it)| (identifier, it["properties"].take())).collect();
    assert_eq!(read, expected);
}

#[test]
#[ignore = "slow"]
fn through_throttling() {
    everything_comes_about(THROTTLES, 12, 11);
}

#[test]
#[ignore = "slow"]
fn through_answers_that_ask_for_patience() {
    everything_comes_about(ANSWERS, 30, 12);
}

#[test]
#[ignore = "slow"]
fn through_cut_connections() {
    everything_comes_about(CUTS, 30, 13);
}

#[test]
#[ignore = "slow"]
fn through_slow_and_repeated_requests() {
    everything_comes_about(ODDITIES, 50, 14);
}

#[test]
#[ignore = "slow"]
fn through_everything_at_once() {
    for seed in seeds(2, 100) {
        everything_comes_about(&ALL, 25, seed);
    }
}

#[test]
#[ignore = "slow"]
fn pages_are_read_through_trouble_at_their_borders() {
    for (count, seed) in [(0, 21), (1, 22), (1000, 23), (1001, 24), (2001, 25)] {
        let scene = Scene::set(&[]);
        scene.fill(0..count);
        let client = scene.client();
        let blueprints = service(&client);
        scene.trouble(&[ANSWERS, CUTS].concat(), 30, seed);
        for _ in 0..3 {
            is_read(&scene, &client, &blueprints);
        }
    }
}

#[test]
fn a_refusal_is_the_catalogs_word_whatever_the_network_does() {
    let scene = Scene::set(&[]);
    let client = scene.client();
    let faults = [CUTS, ANSWERS].concat();
    scene.trouble(&faults, 60, 31);
    let mut asked = drafts(0..50, "first");
    asked[7] = draft(&json!({"identifier": "wrong", "properties": {"n": "seven"}}));
    asked[23] = draft(&json!({"identifier": "dangling", "relations": {"domain": "nowhere"}}));
    let written = client.upsert("service", &asked, &merge(), &Silent).expect("it is written");
    for (at, result) in written.iter().enumerate() {
        let status = match result {
            Ok(_) => 200,
            // The write is in doubt if an earlier response was lost: only a read can resolve that.
            Err(undone) => undone.refusal().unwrap_or_else(|| panic!("{at}: {undone:?}")).status,
        };
        let expected = match at {
            7 => 422,
            23 => 404,
            _ => 200,
        };
        assert_eq!(status, expected, "{at}: {result:?}");
    }
    assert_eq!(scene.plain.count("service"), 48);
    assert!(!scene.faulty.happened().is_empty(), "no trouble came");
}

#[test]
fn a_token_that_ends_in_the_middle_is_renewed() {
    let scene = Scene::set(&["--token-lifetime", "1", "--latency", "40"]);
    let client = scene.client();
    let started = Instant::now();
    let mut n = 0;
    // Long enough for at least two tokens to expire.
    while started.elapsed() < Duration::from_millis(2500) {
        let body = draft(&json!({"identifier": "same", "properties": {"n": n}}));
        let written = client.upsert("service", &[body], &merge(), &Silent).expect("it is written");
        written.into_iter().for_each(|it| assert!(it.is_ok(), "{it:?}"));
        n += 1;
    }
    // On a busy machine, a token of the bench would expire before it is used; the client gets another one.
    let stored = client.read(&service(&client), &Part::Whole, &Silent).expect("it is read");
    let same = stored.get("service", "same").expect("it is there");
    let written = same.properties.iter().find(|(name, _)| &**name == "n").map(|(_, value)| value.to_json());
    assert_eq!(written, Some(json!(n - 1)), "{same:?}");
}

#[test]
fn a_token_that_the_catalog_forgot_is_fetched_again() {
    let scene = Scene::set(&[]);
    let client = scene.client();
    let blueprints = service(&client);
    // Another server with the same credentials, which did not issue that token.
    let other = Scene::set(&[]);
    other.fill(0..30);
    scene.faulty.lead_to(&other.serving.url);
    let snapshot = client.read(&blueprints, &Part::Keys, &Silent).expect("it is read");
    assert_eq!((snapshot.len(), snapshot.is_complete()), (30, true));
}

/// Long enough for a few attempts, and short enough for a test.
const BUDGET: Duration = Duration::from_secs(2);

/// Connects without faults, then with a permanent one.
fn is_reported_within_the_budget(fault: Fault) {
    let scene = Scene::set(&[]);
    scene.fill(0..30);
    let client = Client::connect_within(config(&scene.faulty.url), Arc::new(Unheard), BUDGET).expect("a client");
    let blueprints = service(&client);
    let calm = scene.faulty.requests();
    scene.faulty.follow(Schedule::always(fault));
    let started = Instant::now();
    let error = client.blueprints().expect_err("nothing comes through").to_string();
    assert!(error.contains("/v1/blueprints"), "{error}");
    match client.upsert("service", &drafts(0..5, "second"), &merge(), &Silent) {
        Ok(results) => assert!(
            results.iter().all(|it| matches!(it, Err(WriteFailure::CallFailed(_) | WriteFailure::InDoubt { .. }))),
            "{results:?}"
        ),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let deleted = client.delete("service", &["e0001".to_owned()], &Silent);
    // The request may have been executed in spite of the error; a reported deletion must have happened.
    if deleted.is_ok_and(|it| it.iter().all(Result::is_ok)) {
        assert!(!scene.stored().contains_key("e0001"));
    }
    match client.read(&blueprints, &Part::Whole, &Silent) {
        Ok(snapshot) => assert!(!snapshot.is_complete(), "nothing was read, and it claims to be all"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    // There are four operations, each of a few consecutive requests at most.
    let took = started.elapsed();
    assert!(took < BUDGET * 4 * 3, "{took:?}");
    let tried = scene.faulty.requests() - calm;
    assert!((4..200).contains(&tried), "{tried} tries");
}

#[test]
fn a_catalog_that_only_fails_is_reported() {
    is_reported_within_the_budget(Fault::InternalError);
}

#[test]
fn a_page_in_the_catalogs_place_is_reported() {
    is_reported_within_the_budget(Fault::BadGateway);
}

#[test]
fn a_catalog_that_is_cut_off_is_reported() {
    is_reported_within_the_budget(Fault::CutBefore);
}

#[test]
fn answers_that_never_end_are_reported() {
    is_reported_within_the_budget(Fault::CutInBody);
}

#[test]
fn answers_that_make_no_sense_are_reported() {
    is_reported_within_the_budget(Fault::Truncated);
}

#[test]
#[ignore = "slow"]
fn a_catalog_that_only_throttles_is_reported() {
    is_reported_within_the_budget(Fault::RetryAfterSeconds);
}
