//! Tests what a push reports if answers are lost, rejected or never come: single cases that were once reported wrongly.
//! `histories` generates all others.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::json as value;

use super::scripted::{Scripted, Seen, json};
use super::*;
use crate::catalog::apply::{ApplyContext, apply};
use crate::catalog::decode::Decoder;
use crate::catalog::{ApplyOptions, Cancellation};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::plan::StepKind;
use crate::domain::plan::outcome::{ChangeOutcome, Outcome, Reason};
use crate::domain::plan::request::{Body, Method, WriteRequest, WriteRequests};
use crate::domain::progress::Silent;
use crate::domain::snapshot::{Completeness, Shelf, Snapshot};

pub(super) fn request(change: usize, method: Method) -> WriteRequest {
    let key = EntityKey { blueprint: "service".into(), identifier: format!("s{change}").into() };
    let step_kind = if method == Method::Delete { StepKind::Delete } else { StepKind::Write };
    WriteRequest { change, step_kind, key, method, needs: Vec::new() }
}

pub(super) fn body() -> Body {
    Body { texts: Texts { title: Patch::Set("A".into()), ..Texts::default() }, ..Body::default() }
}

pub(super) fn push(client: &Client, requests: Vec<WriteRequest>, cancellation: &Cancellation) -> Outcome {
    let actual = as_found(requests.len());
    push_planned(client, requests, cancellation, &actual)
}

/// `actual`: the catalog as the plan read it.
fn push_planned(
    client: &Client,
    requests: Vec<WriteRequest>,
    cancellation: &Cancellation,
    actual: &Snapshot,
) -> Outcome {
    let blueprints = [service()];
    let changes = requests.len();
    let options = ApplyOptions { run_id: None, stop_on_failure: false, cancellation, progress: &Silent };
    let context = ApplyContext { blueprints: &blueprints, owner: &owner(), actual };
    apply(client, &WriteRequests { waves: vec![requests] }, changes, context, options)
}

/// The catalog as the plan read it: `s0` and the following.
fn as_found(count: usize) -> Snapshot {
    let mut decoder = Decoder::new(&service());
    let mut entities: Vec<Entity> = (0..count)
        .map(|at| decoder.entity(&stored(&format!("s{at}"), WRITTEN).to_string()).expect("it is an entity"))
        .collect();
    entities.sort_by(|a, b| a.key.cmp(&b.key));
    let shelf = Shelf { entities, completeness: Completeness::Complete };
    Snapshot { blueprints: [("service".to_owned(), shelf)].into() }
}

fn service() -> Blueprint {
    let service = value!({"identifier": "service", "schema": {"properties": {}}});
    Blueprint::from_json(service).expect("it is one").0
}

const WRITTEN: &str = "2026-11-21T16:00:00Z";

fn stored(name: &str, at: &str) -> serde_json::Value {
    value!({"identifier": name, "blueprint": "service", "title": "A", "updatedBy": "ada", "updatedAt": at})
}

pub(super) fn found(names: &[&str]) -> Vec<u8> {
    let entity = |name: &&str| stored(name, WRITTEN);
    json(200, &value!({"ok": true, "entities": names.iter().map(entity).collect::<Vec<_>>()}).to_string())
}

pub(super) fn is_search(seen: &Seen) -> bool {
    seen.line.ends_with("/entities/search")
}

pub(super) fn is_about_owner(seen: &Seen) -> bool {
    seen.body.contains("(statekey/acme/catalog)")
}

pub(super) fn refused(status: u16) -> Vec<u8> {
    json(status, r#"{"ok":false,"error":"injected","message":"no"}"#)
}

fn item(status: u16) -> Vec<u8> {
    let error = value!({"identifier": "s0", "index": 0, "statusCode": status, "error": "injected", "message": "no"});
    json(207, &value!({"ok": true, "entities": [], "errors": [error]}).to_string())
}

#[test]
fn deletes_whose_answer_was_lost_before_a_stop_are_read() {
    let cancellation = Cancellation::default();
    let (own, is_gone) = (cancellation.clone(), Arc::new(AtomicBool::new(false)));
    let server = Scripted::with_token(move |seen, _| match () {
        () if is_search(seen) && is_gone.load(Ordering::SeqCst) => found(&[]),
        () if is_search(seen) => found(&["s0", "s1", "s2"]),
        () if seen.line.contains("/bulk/entities/delete") => {
            is_gone.store(true, Ordering::SeqCst);
            own.signal();
            Vec::new()
        }
        () => json(404, r#"{"ok":false,"error":"not_found","message":"Entity with identifier \"s0\" was not found"}"#),
    });
    let requests = (0..3).map(|change| request(change, Method::Delete)).collect();
    let outcome = push(&client(&server.url), requests, &cancellation);
    assert_eq!(outcome.ends, vec![ChangeOutcome::Applied; 3], "{}", server.everything());
}

/// The outcome of one write: an ambiguous answer, then a rejection; a read shows the entity or not.
fn after_a_doubt(method: &Method, open: fn() -> Vec<u8>, refusal: fn() -> Vec<u8>, is_there: bool) -> ChangeOutcome {
    let server = Scripted::with_token(move |seen, number| match () {
        () if is_search(seen) && is_there => found(&["s0"]),
        () if is_search(seen) => found(&[]),
        () if number == 0 => open(),
        () => refusal(),
    });
    push(&client(&server.url), vec![request(0, method.clone())], &Cancellation::default()).ends.remove(0)
}

#[test]
fn a_refusal_after_a_lost_answer_says_nothing_until_a_read_does() {
    let truncated: fn() -> Vec<u8> = || json(200, r#"{"ok":true,"entities":[{"ind"#);
    let opens: [fn() -> Vec<u8>; 4] = [|| item(503), truncated, Vec::new, || refused(502)];
    let refusals: [fn() -> Vec<u8>; 5] =
        [|| refused(403), || refused(422), || item(403), || item(422), || refused(401)];
    let check = |method: &Method, at: usize, number: usize| {
        let end = after_a_doubt(method, opens[at], refusals[number], true);
        assert_eq!(end, ChangeOutcome::Applied, "{at} {number} {method:?}");
        let end = after_a_doubt(method, opens[at], refusals[number], false);
        assert!(matches!(&end, ChangeOutcome::Failed(_)), "{at} {number} {method:?}: {end:?}");
    };
    // Every case waits before it asks again, so all of them wait at the same time.
    std::thread::scope(|scope| {
        for method in [Method::Create(body()), Method::Merge(body()), Method::Replace(body())] {
            for (at, number) in (0..opens.len()).flat_map(|at| (0..refusals.len()).map(move |number| (at, number))) {
                let method = method.clone();
                scope.spawn(move || check(&method, at, number));
            }
        }
    });
}

/// An adoption may change nothing but the owner, so the content alone does not show that it was applied.
#[test]
fn an_entity_of_another_owner_was_not_written_whatever_its_content_is() {
    for method in [Method::Merge(body()), Method::Replace(body()), Method::Patch(body())] {
        let server = Scripted::with_token(move |seen, number| match () {
            () if is_search(seen) && is_about_owner(seen) => found(&[]),
            () if is_search(seen) => found(&["s0"]),
            () if number == 0 => Vec::new(),
            () => refused(403),
        });
        let outcome = push(&client(&server.url), vec![request(0, method.clone())], &Cancellation::default());
        assert!(matches!(&outcome.ends[..], [ChangeOutcome::Failed(_)]), "{method:?}: {outcome:?}");
    }
}

#[test]
fn what_cannot_be_read_is_in_doubt() {
    let server = Scripted::with_token(|seen, number| match () {
        () if is_search(seen) => refused(403),
        () if number == 0 => Vec::new(),
        () => refused(422),
    });
    let outcome = push(&client(&server.url), vec![request(0, Method::Merge(body()))], &Cancellation::default());
    assert!(
        matches!(&outcome.ends[..], [ChangeOutcome::InDoubt(failure)] if failure.status == Some(422)),
        "{outcome:?}"
    );
}

#[test]
fn what_somebody_else_created_meanwhile_is_not_overwritten() {
    let server = Scripted::with_token(|seen, _| match () {
        () if is_search(seen) && is_about_owner(seen) => found(&[]),
        () if is_search(seen) && seen.body.contains("$datasource") && !seen.body.contains("port-ocean/") => found(&[]),
        () if is_search(seen) => found(&["s0"]),
        () => item(409),
    });
    let outcome = push(&client(&server.url), vec![request(0, Method::Create(body()))], &Cancellation::default());
    let [ChangeOutcome::Failed(failure)] = &outcome.ends[..] else { panic!("{outcome:?}") };
    assert_eq!(failure.status, Some(409));
    assert_eq!(
        failure.message,
        "the entity was created after the plan was made and is owned by an Ocean integration (last changed by ada at \
         2026-11-21T16:00:00.000Z); it was not overwritten"
    );
    let writes: Vec<Seen> = server.seen().into_iter().filter(|seen| seen.line.contains("/bulk")).collect();
    assert!(writes.len() == 1 && writes[0].line.contains("upsert=false"), "{}", server.everything());
}

#[test]
fn a_create_that_was_repeated_is_ours_where_the_read_shows_it() {
    let server = Scripted::with_token(|seen, number| match () {
        () if is_search(seen) => found(&["s0"]),
        () if number == 0 => Vec::new(),
        () => item(409),
    });
    let outcome = push(&client(&server.url), vec![request(0, Method::Create(body()))], &Cancellation::default());
    assert_eq!(outcome.ends, [ChangeOutcome::Applied]);
}

fn renamed() -> WriteRequest {
    WriteRequest {
        key: EntityKey { blueprint: "service".into(), identifier: "new".into() },
        ..request(0, Method::Rename { from: "s0".into(), body: body() })
    }
}

/// The outcome of one rename of `s0` to `new`. `there`: the entities after the first PATCH; `patched`: the answers to it.
fn after_a_rename(there: &'static [&'static str], patched: fn(usize) -> Vec<u8>) -> (ChangeOutcome, Vec<Seen>) {
    let patches = AtomicUsize::new(0);
    let server = Scripted::with_token(move |seen, _| match () {
        () if is_search(seen) && patches.load(Ordering::SeqCst) == 0 => found(&["s0"]),
        () if is_search(seen) => {
            let named = there.iter().filter(|name| seen.body.contains(&format!("\"{name}\"")));
            found(&named.copied().collect::<Vec<_>>())
        }
        () => patched(patches.fetch_add(1, Ordering::SeqCst)),
    });
    let outcome = push(&client(&server.url), vec![renamed()], &Cancellation::default());
    let patches = server.seen().into_iter().filter(|seen| seen.line.starts_with("PATCH ")).collect();
    (outcome.ends.into_iter().next().expect("it has an end"), patches)
}

fn answered(identifier: &str) -> Vec<u8> {
    json(200, &value!({"ok": true, "entity": {"identifier": identifier}}).to_string())
}

#[test]
fn a_rename_is_one_request_that_names_its_scope() {
    let (end, patches) = after_a_rename(&["new"], |_| answered("new"));
    assert_eq!(end, ChangeOutcome::Applied);
    let [patch] = &patches[..] else { panic!("{patches:?}") };
    assert!(patch.line.starts_with("PATCH /v1/blueprints/service/entities/s0?"), "{patch:?}");
    let body: serde_json::Value = serde_json::from_str(&patch.body).expect("JSON");
    assert_eq!(body, value!({"identifier": "new", "title": "A"}));
}

#[test]
fn a_rename_whose_answer_was_lost_is_what_a_read_shows() {
    let lost_then: [fn(usize) -> Vec<u8>; 3] = [
        |number| if number == 0 { Vec::new() } else { refused(404) },
        |number| if number == 0 { refused(502) } else { refused(409) },
        |number| if number == 0 { json(200, r#"{"ok":true,"ent"#) } else { refused(404) },
    ];
    for answers in lost_then {
        assert_eq!(after_a_rename(&["new"], answers).0, ChangeOutcome::Applied);
        let (end, _) = after_a_rename(&["s0"], answers);
        assert!(matches!(end, ChangeOutcome::Failed(_)), "{end:?}");
        // Somebody deleted it, before or after the rename.
        let (end, _) = after_a_rename(&[], answers);
        assert!(matches!(end, ChangeOutcome::InDoubt(_)), "{end:?}");
    }
}

#[test]
fn an_identifier_that_somebody_took_is_not_overwritten() {
    let (end, patches) = after_a_rename(&["s0", "new"], |_| refused(409));
    let ChangeOutcome::Failed(failure) = end else { panic!("{end:?}") };
    assert_eq!((failure.status, failure.code.as_deref(), patches.len()), (Some(409), Some("identifier_taken"), 1));
    assert!(failure.message.contains("was created after the plan was made"), "{failure:?}");
}

#[test]
fn a_catalog_that_keeps_the_identifier_fails_the_rename() {
    for refusal in [|_| refused(422), |_| refused(403)] as [fn(usize) -> Vec<u8>; 2] {
        let (end, patches) = after_a_rename(&["s0"], refusal);
        assert!(matches!(end, ChangeOutcome::Failed(_)) && patches.len() == 1, "{end:?}");
    }
    let (end, _) = after_a_rename(&["s0"], |_| answered("s0"));
    let ChangeOutcome::Failed(failure) = end else { panic!("{end:?}") };
    assert_eq!(failure.code.as_deref(), Some("identifier_kept"));
    assert!(failure.message.contains("kept the identifier `s0`"), "{failure:?}");
}

#[test]
fn what_somebody_else_owns_by_now_is_not_renamed() {
    let server = Scripted::with_token(|seen, _| match () {
        () if is_search(seen) && seen.body.contains("$datasource") => found(&[]),
        () if is_search(seen) => found(&["s0"]),
        () => answered("new"),
    });
    let outcome = push(&client(&server.url), vec![renamed()], &Cancellation::default());
    let [ChangeOutcome::NotAttempted(Reason::WrittenSince { by })] = &outcome.ends[..] else { panic!("{outcome:?}") };
    assert!(by.starts_with("another writer"), "{by}");
    assert!(server.seen().iter().all(|seen| !seen.line.starts_with("PATCH ")), "{}", server.everything());
    // Without a read, nothing is renamed.
    let server = Scripted::with_token(|seen, _| if is_search(seen) { refused(403) } else { answered("new") });
    let outcome = push(&client(&server.url), vec![renamed()], &Cancellation::default());
    assert!(matches!(&outcome.ends[..], [ChangeOutcome::Failed(_)]), "{outcome:?}");
}

#[test]
fn what_somebody_else_owns_by_now_is_not_deleted() {
    let server = Scripted::with_token(|seen, _| match () {
        () if is_search(seen) && is_about_owner(seen) => found(&["s1"]),
        () if is_search(seen) && seen.body.contains("$datasource") => found(&[]),
        // `s2` no longer exists.
        () if is_search(seen) => found(&["s0", "s1"]),
        () => json(200, r#"{"ok":true}"#),
    });
    let requests = (0..3).map(|change| request(change, Method::Delete)).collect();
    let outcome = push(&client(&server.url), requests, &Cancellation::default());
    let [ChangeOutcome::NotAttempted(Reason::WrittenSince { by }), ChangeOutcome::Applied, ChangeOutcome::Applied] =
        &outcome.ends[..]
    else {
        panic!("{outcome:?}")
    };
    assert!(by.starts_with("another writer (last changed by ada at 2026-11-21"), "{by}");
    let deletes: String =
        server.seen().iter().filter(|seen| seen.line.contains("delete")).map(|seen| seen.body.clone()).collect();
    assert!(!deletes.contains("\"s0\"") && deletes.contains("\"s1\""), "{deletes}");
}

/// Deletes `s0` and `s1`, which this scope owns; `s0` was written again. `finds`: what a search returns of an entity.
fn deleted_after_a_write(finds: fn(&Seen, serde_json::Value) -> serde_json::Value) -> (Outcome, Vec<Seen>) {
    let server = Scripted::with_token(move |seen, _| {
        if !is_search(seen) {
            return json(200, r#"{"ok":true}"#);
        }
        let entities = [("s0", "2026-11-21T16:00:00.001Z"), ("s1", WRITTEN)].into_iter();
        let entities = entities.filter(|(name, _)| seen.body.contains(&format!("\"{name}\"")));
        let entities: Vec<_> = entities.map(|(name, at)| finds(seen, stored(name, at))).collect();
        json(200, &value!({"ok": true, "entities": entities}).to_string())
    });
    let requests = (0..2).map(|change| request(change, Method::Delete)).collect();
    let outcome = push(&client(&server.url), requests, &Cancellation::default());
    (outcome, server.seen())
}

#[test]
fn what_another_run_of_the_scope_wrote_since_the_plan_is_not_deleted() {
    let (outcome, seen) = deleted_after_a_write(|_, entity| entity);
    let [ChangeOutcome::NotAttempted(Reason::WrittenSince { by }), ChangeOutcome::Applied] = &outcome.ends[..] else {
        panic!("{outcome:?}")
    };
    assert!(by.starts_with("another run of this scope (last changed by ada"), "{by}");
    let deletes: Vec<&str> =
        seen.iter().filter(|seen| seen.line.starts_with("DELETE")).map(|seen| seen.line.as_str()).collect();
    assert!(matches!(deletes[..], [one] if one.contains("/entities/s1?")), "{deletes:?}");
}

/// A catalog that leaves out the time in the search for owners, but not in the search for whole entities.
#[test]
fn times_that_the_first_read_leaves_out_are_read_with_the_entities() {
    let (outcome, seen) = deleted_after_a_write(|seen, mut entity| {
        if is_about_owner(seen) {
            entity["updatedAt"].take();
        }
        entity
    });
    assert!(matches!(&outcome.ends[..], [ChangeOutcome::NotAttempted(_), ChangeOutcome::Applied]), "{outcome:?}");
    assert_eq!(seen.iter().filter(|seen| is_search(seen)).count(), 2);
}

#[test]
fn an_entity_whose_time_is_gone_is_not_deleted() {
    let (outcome, _) = deleted_after_a_write(|_, mut entity| {
        entity["updatedAt"].take();
        entity
    });
    assert!(
        outcome.ends.iter().all(|end| matches!(end, ChangeOutcome::NotAttempted(Reason::WrittenSince { .. }))),
        "{outcome:?}"
    );
}

#[test]
fn without_times_the_content_decides() {
    let server = Scripted::with_token(|seen, _| {
        let mut entities = [stored("s0", WRITTEN), stored("s1", WRITTEN)];
        entities[0]["title"] = "B".into();
        entities.iter_mut().for_each(|entity| drop(entity["updatedAt"].take()));
        let answer = if is_search(seen) { value!({"ok": true, "entities": entities}) } else { value!({"ok": true}) };
        json(200, &answer.to_string())
    });
    let requests = (0..2).map(|change| request(change, Method::Delete)).collect();
    let mut actual = as_found(2);
    let entities = &mut actual.blueprints.get_mut("service").expect("it is read").entities;
    entities.iter_mut().for_each(|entity| entity.record.updated_at = None);
    let outcome = push_planned(&client(&server.url), requests, &Cancellation::default(), &actual);
    assert!(matches!(&outcome.ends[..], [ChangeOutcome::NotAttempted(_), ChangeOutcome::Applied]), "{outcome:?}");
}

#[test]
fn one_read_before_the_deletes_is_enough() {
    let server = Scripted::with_token(move |seen, _| match is_search(seen) {
        true => {
            let names: Vec<String> = (0..500).map(|at| format!("s{at}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            found(&names)
        }
        false => json(200, r#"{"ok":true}"#),
    });
    let requests = (0..500).map(|change| request(change, Method::Delete)).collect();
    let outcome = push(&client(&server.url), requests, &Cancellation::default());
    assert!(outcome.is_complete(), "{outcome:?}");
    let seen = server.seen();
    let count = |is: fn(&Seen) -> bool| seen.iter().filter(|seen| is(seen)).count();
    assert_eq!((count(is_search), count(|seen| seen.line.contains("/delete"))), (1, 5), "{}", server.everything());
}

#[test]
fn nothing_is_deleted_whose_owner_cannot_be_read() {
    let server =
        Scripted::with_token(|seen, _| if is_search(seen) { refused(403) } else { json(200, r#"{"ok":true}"#) });
    let outcome = push(&client(&server.url), vec![request(0, Method::Delete)], &Cancellation::default());
    assert!(
        matches!(&outcome.ends[..], [ChangeOutcome::Failed(failure)] if failure.status == Some(403)),
        "{outcome:?}"
    );
    assert!(server.seen().iter().all(|seen| !seen.line.contains("delete") && !seen.line.starts_with("DELETE")));
}

#[test]
fn a_token_route_that_is_down_ends_the_run_after_its_budget() {
    let calls = Arc::new(AtomicUsize::new(0));
    let own = Arc::clone(&calls);
    let server = Scripted::start(move |seen, _| {
        if seen.line.ends_with("/access_token") {
            own.fetch_add(1, Ordering::SeqCst);
            return json(500, r#"{"ok":false,"error":"internal_error"}"#);
        }
        json(200, r#"{"ok":true}"#)
    });
    let (client, _heard) = client_with(&server.url, POLICY, TIMEOUTS);
    // A server has answered before, so the full retry limits apply.
    client.session.has_answered.store(true, Ordering::Relaxed);
    let requests = (0..700).map(|change| request(change, Method::Create(body()))).collect();
    let outcome = push(&client, requests, &Cancellation::default());
    let calls = calls.load(Ordering::SeqCst);
    assert!((10..=12).contains(&calls), "{calls} calls for a token");
    assert!(
        outcome
            .ends
            .iter()
            .all(|end| matches!(end, ChangeOutcome::Failed(_) | ChangeOutcome::NotAttempted(Reason::Unreachable)))
    );
    assert!(outcome.ends.contains(&ChangeOutcome::NotAttempted(Reason::Unreachable)));
}

#[test]
fn a_notice_says_what_failed_and_how_often_it_is_tried() {
    let waiting = Waiting {
        why: "GET https://api.port.io/v1/blueprints failed (500)".to_owned(),
        then: "retrying",
        wait: Duration::from_millis(1600),
        count: Some((3, 10)),
        within: Duration::from_secs(600),
    };
    assert_eq!(waiting.to_string(), "GET https://api.port.io/v1/blueprints failed (500); retrying in 2 s (3/10)");
    let waiting = Waiting { why: "the rate limit is exhausted".to_owned(), then: "continuing", count: None, ..waiting };
    assert_eq!(waiting.to_string(), "the rate limit is exhausted; continuing in 2 s");
}

#[test]
fn credentials_that_may_not_write_are_not_tried_with_every_entity() {
    for answer in [refused as fn(u16) -> Vec<u8>, all_items] {
        for status in [401, 403] {
            let server = Scripted::with_token(move |_, _| answer(status));
            let requests = (0..4000).map(|change| request(change, Method::Create(body()))).collect();
            let outcome = push(&client(&server.url), requests, &Cancellation::default());
            let writes = server.seen().iter().filter(|seen| seen.line.contains("/bulk")).count();
            // Batches in flight are finished; a 401 is retried once with a new token.
            assert!(writes <= 16, "{writes} batches for {status}");
            let rest = outcome
                .ends
                .iter()
                .filter(|end| matches!(end, ChangeOutcome::NotAttempted(Reason::Denied | Reason::Unreachable)))
                .count();
            // Writes that were sent were rejected; the others are reported as not attempted.
            assert!(rest >= 4000 - writes * 20, "{rest} of 4000 after {writes} batches");
            assert!(
                outcome.ends.iter().all(|end| !matches!(end, ChangeOutcome::Applied | ChangeOutcome::InDoubt(_))),
                "{outcome:?}"
            );
        }
    }
}

fn all_items(status: u16) -> Vec<u8> {
    let error = |index| value!({"index": index, "statusCode": status, "error": "forbidden", "message": "no"});
    json(207, &value!({"ok": true, "entities": [], "errors": (0..20).map(error).collect::<Vec<_>>()}).to_string())
}

#[test]
fn one_signal_ends_a_run_whose_call_hangs() {
    let cancellation = Cancellation::default();
    let own = cancellation.clone();
    let is_cancelled = AtomicBool::new(false);
    let server = Scripted::with_token(move |seen, _| {
        if is_search(seen) {
            return found(&["s0", "s1"]);
        }
        if !is_cancelled.swap(true, Ordering::SeqCst) {
            own.signal();
        }
        std::thread::sleep(Duration::from_secs(30));
        Vec::new()
    });
    let started = Instant::now();
    let outcome = push(
        &client(&server.url),
        vec![request(0, Method::Merge(body())), request(1, Method::Patch(body()))],
        &cancellation,
    );
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    // Either write is sent first. The read shows that it was applied; the other may not have been sent.
    assert!(outcome.ends.contains(&ChangeOutcome::Applied), "{outcome:?}");
    let is_true = |end: &ChangeOutcome| {
        matches!(
            end,
            ChangeOutcome::Applied | ChangeOutcome::InDoubt(_) | ChangeOutcome::NotAttempted(Reason::Interrupted)
        )
    };
    assert!(outcome.ends.iter().all(is_true), "{outcome:?}");
}
