//! Tests the outcomes of changes around one that fails, is cancelled or finds its entity missing. They run on the
//! embedded catalog, which rejects what the platform rejects.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::*;
use crate::catalog::Cancellation;
use crate::catalog::wire::{EntityDraft, WriteOptions, Writer};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::{EntityKey, Owner, Targets};
use crate::domain::plan::StepKind;
use crate::domain::plan::request::{Body, Method};
use crate::domain::progress::{Progress, Silent};
use crate::domain::snapshot::Snapshot;
use crate::embedded::LocalCatalog;
use crate::embedded::api::{Shape, Strictness};
use crate::embedded::store::{Store, system_clock};

fn catalog() -> LocalCatalog {
    let store = Store::in_memory(system_clock()).expect("there is memory");
    let writer = Writer { id: "test".to_owned(), user_agent: "test".to_owned(), now: store.now() };
    let body =
        json!({"identifier": "service", "title": "Service", "schema": {"properties": {"n": {"type": "number"}}}});
    store.create_blueprint(body, &writer).expect("it is a blueprint");
    let relations = json!({"relations": {"next": {"target": "service", "required": false, "many": false}}});
    store.patch_blueprint("service", relations, &writer).expect("it is a blueprint");
    LocalCatalog::of(store, "the store".to_owned(), "portolan/0.0.0 (statekey/acme/catalog)")
}

fn owner() -> Owner {
    Owner { scope: "acme/catalog".to_owned() }
}

fn write(change: usize, next: Option<&str>, needs: &[usize]) -> WriteRequest {
    let relations = next.map(|next| ("next".into(), Targets::One(next.into())));
    WriteRequest {
        change,
        step_kind: StepKind::Write,
        key: key(change),
        method: Method::Create(Body { relations: relations.into_iter().collect(), ..Body::default() }),
        needs: needs.to_vec(),
    }
}

fn relink(change: usize, next: &str, needs: &[usize]) -> WriteRequest {
    let relations = vec![("next".into(), Targets::One(next.into()))];
    let method = Method::Merge(Body { relations, ..Body::default() });
    WriteRequest { step_kind: StepKind::Relink, method, ..write(change, None, needs) }
}

fn key(change: usize) -> EntityKey {
    EntityKey { blueprint: "service".into(), identifier: format!("s{change}").into() }
}

fn outcome(catalog: &dyn Catalog, waves: Vec<Vec<WriteRequest>>, changes: usize, stop_on_failure: bool) -> Outcome {
    let bodies = catalog.blueprints().expect("they are read").into_iter();
    let blueprints: Vec<Blueprint> = bodies.map(|body| Blueprint::from_json(body).expect("it is one").0).collect();
    let cancellation = Cancellation::default();
    let options = ApplyOptions { run_id: None, stop_on_failure, cancellation: &cancellation, progress: &Silent };
    apply(catalog, &WriteRequests { waves }, changes, context(&blueprints, &owner()), options)
}

/// For requests that delete nothing.
fn context<'g>(blueprints: &'g [Blueprint], owner: &'g Owner) -> ApplyContext<'g> {
    const NOTHING: &Snapshot = &Snapshot { blueprints: BTreeMap::new() };
    ApplyContext { blueprints, owner, actual: NOTHING }
}

fn brief(outcome: &Outcome) -> Vec<String> {
    let status = |failure: &Failure| failure.status.unwrap_or_default();
    let end = |end: &ChangeOutcome| match end {
        ChangeOutcome::Applied => "applied".to_owned(),
        ChangeOutcome::Incomplete { step_kind, cause: Cause::NotAttempted(reason) } => {
            format!("incomplete {step_kind:?} {reason:?}")
        }
        ChangeOutcome::Incomplete { step_kind, cause: Cause::Failed(failure) | Cause::InDoubt(failure) } => {
            format!("incomplete {step_kind:?} {}", status(failure))
        }
        ChangeOutcome::Failed(failure) => format!("failed {:?} {}", failure.step_kind, status(failure)),
        ChangeOutcome::InDoubt(failure) => format!("in doubt {:?} {}", failure.step_kind, status(failure)),
        ChangeOutcome::NotAttempted(reason) => format!("{reason:?}"),
    };
    outcome.ends.iter().map(end).collect()
}

fn there(catalog: &LocalCatalog) -> u64 {
    catalog.store().count("service").expect("it is there")
}

#[test]
fn what_fails_keeps_back_what_needs_it_and_nothing_else() {
    let catalog = catalog();
    let waves = vec![
        vec![write(0, Some("nobody"), &[]), write(1, None, &[])],
        vec![write(2, Some("s0"), &[0]), write(3, Some("s1"), &[1])],
        vec![write(4, Some("s2"), &[2]), write(5, Some("s3"), &[1, 3])],
        vec![relink(1, "s4", &[1, 4]), relink(3, "s5", &[3, 5])],
    ];
    let outcome = outcome(&catalog, waves, 6, false);
    let expected =
        ["failed Write 404", "incomplete Relink Needs([4])", "Needs([0])", "applied", "Needs([2])", "applied"];
    assert_eq!(brief(&outcome), expected);
    assert!(!outcome.is_complete() && !outcome.is_interrupted);
    assert_eq!(there(&catalog), 3);
}

#[test]
fn who_wants_to_stop_at_the_first_failure_does() {
    let catalog = catalog();
    let waves = vec![
        vec![write(0, None, &[]), write(1, Some("nobody"), &[]), write(2, None, &[])],
        vec![write(3, Some("s0"), &[0]), write(4, Some("s1"), &[1])],
    ];
    let outcome = outcome(&catalog, waves, 5, true);
    assert_eq!(brief(&outcome), ["applied", "failed Write 404", "Stopped", "Stopped", "Stopped"]);
    assert_eq!(there(&catalog), 1);
}

/// Cancels the run after this many requests.
struct Fuse {
    cancellation: Cancellation,
    left: AtomicU64,
}

impl Progress for Fuse {
    fn start(&self, _stage: &str, _total: u64) {}

    fn advance(&self, by: u64) {
        if self.left.fetch_sub(by, Ordering::Relaxed) == by {
            self.cancellation.signal();
        }
    }

    fn finish(&self) {}
}

#[test]
fn what_is_stopped_between_two_steps_is_told_as_half_done() {
    let catalog = catalog();
    let cancellation = Cancellation::default();
    let fuse = Fuse { cancellation: cancellation.clone(), left: AtomicU64::new(2) };
    let waves = vec![
        vec![write(0, None, &[]), write(1, None, &[])],
        vec![write(2, Some("s1"), &[1])],
        vec![relink(0, "s1", &[0, 1])],
    ];
    let options = ApplyOptions { run_id: None, stop_on_failure: false, cancellation: &cancellation, progress: &fuse };
    let outcome = apply(&catalog, &WriteRequests { waves }, 3, context(&[], &owner()), options);
    assert_eq!(brief(&outcome), ["incomplete Relink Interrupted", "applied", "Interrupted"]);
    assert!(outcome.is_interrupted);
    // The signal came after the last request, so nothing is interrupted.
    let cancellation = Cancellation::default();
    let fuse = Fuse { cancellation: cancellation.clone(), left: AtomicU64::new(1) };
    let options = ApplyOptions { cancellation: &cancellation, progress: &fuse, ..options };
    let update = WriteRequest { method: Method::Merge(Body::default()), ..write(0, None, &[]) };
    let requests = WriteRequests { waves: vec![vec![update]] };
    let outcome = apply(&catalog, &requests, 1, context(&[], &owner()), options);
    assert!(outcome.is_complete() && !outcome.is_interrupted && cancellation.is_cancelled());
}

#[test]
fn a_long_row_is_written_one_after_the_other() {
    const MANY: usize = 500;
    let catalog = catalog();
    let next = |at: usize| format!("s{}", at - 1);
    let waves = (0..MANY).map(|at| match at {
        0 => vec![write(0, None, &[])],
        _ => vec![write(at, Some(&next(at)), &[at - 1])],
    });
    let outcome = outcome(&catalog, waves.collect(), MANY, false);
    assert!(outcome.is_complete());
    assert_eq!(there(&catalog), MANY as u64);
}

/// Adoption changes the owner and nothing else; an entity that is gone is not created again in silence.
#[test]
fn an_adoption_leaves_content_and_times_as_they_are() {
    let catalog = catalog();
    let other = Writer { id: "ada".to_owned(), user_agent: "curl/8".to_owned(), now: catalog.store().now() };
    let (identifier, options) = (key(0).identifier, WriteOptions { upsert: true, ..WriteOptions::default() });
    let draft = EntityDraft::parse(
        &json!({"identifier": identifier, "title": "Theirs", "properties": {"n": 1}}),
        Strictness::Open,
    );
    catalog.store().create_entity("service", &draft.expect("it is one"), &options, &other).expect("it is written");
    let read = || {
        let entity = catalog.store().entity("service", &identifier, &Shape::default()).expect("it is there");
        entity.get().to_owned()
    };
    let (before, method) = (read(), Method::Adopt(Body::default()));
    assert_eq!(catalog.owned(&owner()).expect("it is read"), []);
    let adopted =
        outcome(&catalog, vec![vec![WriteRequest { method: method.clone(), ..write(0, None, &[]) }]], 1, false);
    assert_eq!(
        (brief(&adopted), adopted.relabelled),
        (vec!["applied".to_owned()], Relabelled { entities: 1, calls: 0 })
    );
    assert_eq!(read(), before);
    assert_eq!(catalog.owned(&owner()).expect("it is read"), [key(0)]);
    let gone = outcome(
        &catalog,
        vec![vec![
            WriteRequest { method, ..write(0, None, &[]) },
            WriteRequest { key: key(7), method: Method::Adopt(Body::default()), ..write(1, None, &[]) },
        ]],
        2,
        false,
    );
    assert_eq!(brief(&gone), ["applied", "incomplete Write 0"]);
}
