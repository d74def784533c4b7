//! Tests that every write names the scope, that none is sent without one, and that none creates missing targets or
//! deletes dependents.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::scripted::{Scripted, json};
use super::*;
use crate::catalog::wire::WriteOptions;
use crate::catalog::{ApplyOptions, Cancellation, Catalog, WriteFailure};
use crate::domain::entity::EntityKey;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;
use crate::domain::plan::StepKind;
use crate::domain::plan::request::{Body, Method, WriteRequest};
use crate::domain::progress::Silent;

fn request(change: usize, method: Method) -> WriteRequest {
    let key = EntityKey { blueprint: "service".into(), identifier: format!("s{change}").into() };
    WriteRequest { change, step_kind: StepKind::Write, key, method, needs: Vec::new() }
}

/// One request of each kind.
fn requests() -> Vec<WriteRequest> {
    let named = Body { texts: Texts { title: Patch::Set("A".into()), ..Texts::default() }, ..Body::default() };
    let cleared = Body { texts: Texts { title: Patch::Null, ..Texts::default() }, ..Body::default() };
    let calls = [Method::Merge(named.clone()), Method::Replace(named), Method::Patch(cleared), Method::Delete];
    calls.into_iter().enumerate().map(|(change, method)| request(change, method)).collect()
}

fn perform(client: &Client, requests: &[WriteRequest]) -> Vec<Result<(), WriteFailure>> {
    let cancellation = Cancellation::default();
    let options = ApplyOptions { run_id: None, stop_on_failure: false, cancellation: &cancellation, progress: &Silent };
    client.perform(&requests.iter().collect::<Vec<_>>(), options)
}

fn taken() -> Scripted {
    Scripted::with_token(|_, _| json(200, r#"{"ok":true,"entities":[{"index":0}],"errors":[]}"#))
}

#[test]
fn every_write_names_its_scope_and_asks_for_nothing_to_be_made_up() {
    let server = taken();
    let ends = perform(&client(&server.url), &requests());
    assert!(ends.iter().all(Result::is_ok), "{ends:?}");
    let seen = server.seen();
    let writes: Vec<_> = seen.iter().filter(|seen| seen.head.contains("/blueprints/service/")).collect();
    assert_eq!(writes.len(), 4);
    for seen in writes {
        assert!(seen.head.contains(&owner().mark()), "{}", seen.head);
        assert!(!seen.head.contains("create_missing_related_entities=true"), "{}", seen.head);
        assert!(!seen.head.contains("delete_dependents=true"), "{}", seen.head);
    }
}

#[test]
fn nothing_is_written_on_nobodys_behalf() {
    let server = taken();
    let nobody = ClientConfig { user_agent: "portolan/0.1.0".to_owned(), ..config(&server.url) };
    let nobody = Client::with(nobody, Arc::new(Heard::default()), POLICY, TIMEOUTS).expect("it may read");
    nobody.blueprints().expect_err("there are none in the answer");
    let asked = server.seen().len();
    for end in perform(&nobody, &requests()) {
        let (Err(WriteFailure::CallFailed(error)) | Err(WriteFailure::Unsent(error))) = end else { panic!("{end:?}") };
        assert!(
            error.had_no_effect() && matches!(error.downcast_ref(), Some(ClientError::Unscoped { .. })),
            "{error:?}"
        );
    }
    let drafts = super::faults::drafts(1);
    let options = WriteOptions::default();
    client_error(nobody.upsert("service", &drafts, &options, &Silent));
    client_error(nobody.patch("service", "a", &drafts[0], &options));
    client_error(nobody.delete("service", &["a".to_owned(), "b".to_owned()], &Silent));
    assert_eq!(server.seen().len(), asked, "{}", server.everything());
}

#[test]
fn lots_are_deleted_side_by_side() {
    let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (own, seen) = (Arc::clone(&inside), Arc::clone(&most));
    let server = Scripted::with_token(move |_, _| {
        seen.fetch_max(own.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(50));
        own.fetch_sub(1, Ordering::SeqCst);
        json(200, r#"{"ok":true}"#)
    });
    let requests: Vec<WriteRequest> = (0..350).map(|change| request(change, Method::Delete)).collect();
    let ends = perform(&client(&server.url), &requests);
    assert!(ends.len() == 350 && ends.iter().all(Result::is_ok), "{ends:?}");
    let lots = server.seen().iter().filter(|seen| seen.line.contains("/bulk/entities/delete")).count();
    assert_eq!(lots, 4, "{}", server.everything());
    assert!(most.load(Ordering::SeqCst) > 1, "one after the other");
}
