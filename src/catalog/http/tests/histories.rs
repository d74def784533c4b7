//! Property test of pushes against a model of the catalog, in one process: answers that are lost before or after their
//! effect, truncated answers, mixed results, refusals, wrong indices, other writers, signals. The law: the reported
//! outcome of each change is true of the catalog at the end, and no foreign entity is overwritten or deleted.
//!
//! A long run: `PORTOLAN_CASES=10000 PORTOLAN_SEED=n cargo test --lib catalog::http::tests::histories`.

mod model;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde_json::json;

use self::model::{Dice, Ever, Fault, Model, Server, Stored, lock};
use super::*;
use crate::catalog::ApplyOptions;
use crate::catalog::Cancellation;
use crate::catalog::apply::{ApplyContext, apply};
use crate::catalog::decode::Decoder;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{EntityKey, Targets};
use crate::domain::plan::StepKind;
use crate::domain::plan::outcome::{Cause, ChangeOutcome, Outcome};
use crate::domain::plan::request::{Body, Method, WriteRequest, WriteRequests};
use crate::domain::progress::Silent;
use crate::domain::snapshot::{Completeness, Shelf, Snapshot};
use crate::domain::value::Value;
use crate::generated_cases::{cases, seed};

/// The intended result of a change.
#[derive(Debug, Clone)]
enum Wish {
    Create {
        n: i64,
        next: Option<String>,
        is_circle: bool,
    },
    Merge {
        n: i64,
    },
    Replace {
        n: i64,
    },
    Patch {
        n: i64,
    },
    /// Of another owner, with the declared content.
    Adopt {
        n: i64,
    },
    Delete,
    Rename {
        n: i64,
        from: String,
    },
    /// The catalog refuses it.
    Wrong,
}

struct Case {
    wishes: Vec<(String, Wish)>,
    requests: WriteRequests,
}

fn key(identifier: &str) -> EntityKey {
    EntityKey { blueprint: "service".into(), identifier: identifier.into() }
}

fn body(n: Value, next: Option<&str>) -> Body {
    Body {
        texts: Texts { title: Patch::Set("T".into()), ..Texts::default() },
        properties: vec![("n".into(), n)],
        relations: next.map(|next| ("next".into(), Targets::One(next.into()))).into_iter().collect(),
        ..Body::default()
    }
}

/// A random plan over the entities of the model: creates in two waves, cycles, every kind of update, renames in place,
/// deletes.
fn case(dice: &mut Dice, entities: &mut BTreeMap<String, Stored>) -> Case {
    let (mut wishes, mut waves) = (Vec::new(), vec![Vec::new(), Vec::new(), Vec::new(), Vec::new()]);
    let size = dice.pick(&[1_u64, 3, 8, 25, 60]);
    let mut created: Vec<(String, usize)> = Vec::new();
    for at in 0..size {
        let identifier = format!("e{at:03}");
        let n = 1000 + i64::try_from(at).expect("it is small");
        let request = |step_kind, method, needs| WriteRequest {
            change: wishes.len(),
            step_kind,
            key: key(&identifier),
            method,
            needs,
        };
        let stored = |text: &str| Stored {
            title: Some("T".to_owned()),
            n: Some(1),
            text: Some(text.to_owned()),
            next: None,
            datasource: owner().user_agent(),
            written: 0,
            created: 0,
        };
        let wish = match dice.roll(10) {
            0..=2 => {
                waves[0].push(request(StepKind::Write, Method::Create(body(Value::Integer(n), None)), Vec::new()));
                created.push((identifier.clone(), wishes.len()));
                Wish::Create { n, next: None, is_circle: false }
            }
            3 if !created.is_empty() => {
                let at = usize::try_from(dice.roll(created.len() as u64)).expect("it is small");
                let (next, need) = created[at].clone();
                let method = Method::Create(body(Value::Integer(n), Some(&next)));
                waves[1].push(request(StepKind::Write, method, vec![need]));
                Wish::Create { n, next: Some(next), is_circle: false }
            }
            3 | 4 => {
                // The entity points to itself: it is created without the relation, then linked.
                waves[0].push(request(StepKind::Write, Method::Create(body(Value::Integer(n), None)), Vec::new()));
                let links = Body {
                    texts: Texts { title: Patch::Absent, ..Texts::default() },
                    properties: Vec::new(),
                    ..body(Value::Null, Some(&identifier))
                };
                waves[2].push(request(StepKind::Relink, Method::Merge(links), vec![wishes.len()]));
                Wish::Create { n, next: Some(identifier.clone()), is_circle: true }
            }
            5 => {
                entities.insert(identifier.clone(), stored("kept"));
                let change =
                    Body { texts: Texts { title: Patch::Absent, ..Texts::default() }, ..body(Value::Integer(n), None) };
                waves[0].push(request(StepKind::Write, Method::Merge(change), Vec::new()));
                Wish::Merge { n }
            }
            6 => {
                entities.insert(identifier.clone(), stored("goes"));
                waves[0].push(request(StepKind::Write, Method::Replace(body(Value::Integer(n), None)), Vec::new()));
                Wish::Replace { n }
            }
            7 => {
                entities.insert(identifier.clone(), stored("kept"));
                let change =
                    Body { texts: Texts { title: Patch::Null, ..Texts::default() }, ..body(Value::Integer(n), None) };
                waves[0].push(request(StepKind::Write, Method::Patch(change), Vec::new()));
                Wish::Patch { n }
            }
            8 if dice.hits(60) => {
                let theirs = Stored { n: Some(n), datasource: "curl/8".to_owned(), ..stored("kept") };
                entities.insert(identifier.clone(), theirs);
                waves[0].push(request(StepKind::Write, Method::Adopt(body(Value::Integer(n), None)), Vec::new()));
                Wish::Adopt { n }
            }
            8 => {
                entities.insert(identifier.clone(), stored("goes"));
                waves[3].push(request(StepKind::Delete, Method::Delete, Vec::new()));
                Wish::Delete
            }
            _ if dice.hits(50) => {
                let from = format!("old{at:03}");
                // Another writer set a text that the plan does not name.
                entities.insert(from.clone(), Stored { created: 3_000 + at, ..stored("kept") });
                let renamed = Method::Rename { from: from.as_str().into(), body: body(Value::Integer(n), None) };
                waves[0].push(request(StepKind::Write, renamed, Vec::new()));
                created.push((identifier.clone(), wishes.len()));
                Wish::Rename { n, from }
            }
            _ => {
                waves[0].push(request(
                    StepKind::Write,
                    Method::Create(body(Value::Text("wrong".into()), None)),
                    Vec::new(),
                ));
                Wish::Wrong
            }
        };
        wishes.push((identifier, wish));
    }
    waves.retain(|wave| !wave.is_empty());
    Case { wishes, requests: WriteRequests { waves } }
}

const QUICK: RetryPolicy = RetryPolicy {
    first_wait: Duration::from_micros(200),
    max_wait: Duration::from_millis(1),
    max_attempts: 5,
    max_requested_waits: 10,
    max_total: Duration::from_secs(5),
    max_attempts_of_run: 5,
};

fn drawn(
    dice: &mut Dice,
    entities: BTreeMap<String, Stored>,
    known: Vec<String>,
    cancellation: &Cancellation,
) -> Model {
    let lasting = [
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::HalfAfter,
        Fault::StatusBefore(500),
        Fault::StatusAfter(503),
        Fault::StatusBefore(401),
        Fault::StatusBefore(403),
        Fault::StatusBefore(422),
    ];
    let ever = dice.hits(20).then(|| {
        let fault = dice.pick(&lasting);
        let ever = match dice.roll(3) {
            0 => Ever::Writes(fault),
            1 => Ever::All(fault),
            _ => Ever::Token(fault),
        };
        (dice.roll(12), ever)
    });
    let signal = dice.hits(20).then(|| (dice.roll(12), 1 + u32::from(dice.hits(40))));
    Model {
        entities,
        percent: dice.pick(&[0, 10, 30, 60, 90]),
        read_percent: dice.pick(&[0, 0, 0, 20, 60]),
        meddling: dice.pick(&[0, 0, 20, 60]),
        relabels: dice.hits(80),
        dice: dice.clone(),
        ever,
        signal,
        cancellation: cancellation.clone(),
        known,
        requests: 0,
        moment: 0,
        ours: BTreeMap::new(),
        others: BTreeMap::new(),
        failed_reads: 0,
        writes: 0,
        violations: Vec::new(),
        recreated: BTreeSet::new(),
        trail: Vec::new(),
    }
}

/// The catalog as the plan read it, before anybody else wrote.
fn as_planned(entities: &BTreeMap<String, Stored>) -> Snapshot {
    let mut decoder = Decoder::new(&service());
    let entities = entities.iter().map(|(identifier, stored)| model::rendered(identifier, stored).to_string());
    let entities = entities.map(|entity| decoder.entity(&entity).expect("it is an entity")).collect();
    Snapshot { blueprints: [("service".to_owned(), Shelf { entities, completeness: Completeness::Complete })].into() }
}

/// Claims of the outcome that are not true of the catalog.
fn lies(model: &Model, case: &Case, outcome: &Outcome, stop_is_told: bool) -> Vec<String> {
    let mut lies = model.violations.clone();
    let is_shown = |identifier: &str, wish: &Wish| {
        let stored = model.entities.get(identifier);
        match wish {
            Wish::Create { n, next, .. } => stored.is_some_and(|it| it.n == Some(*n) && it.next == *next),
            Wish::Merge { n } => stored.is_some_and(|it| it.n == Some(*n)),
            Wish::Replace { n } => stored.is_some_and(|it| it.n == Some(*n) && it.text.is_none()),
            Wish::Patch { n } => stored.is_some_and(|it| it.n == Some(*n) && it.title.is_none()),
            Wish::Adopt { n } => stored.is_some_and(|it| it.n == Some(*n) && it.datasource == owner().user_agent()),
            Wish::Delete => stored.is_none(),
            Wish::Rename { n, .. } => {
                stored.is_some_and(|it| it.n == Some(*n) && matches!(it.text.as_deref(), Some("kept" | "meddled")))
            }
            Wish::Wrong => false,
        }
    };
    for ((identifier, wish), end) in case.wishes.iter().zip(&outcome.ends) {
        let mut lie = |what: &str| lies.push(format!("{identifier} {wish:?}: {what}: {end:?}"));
        let touched = model.has_written(identifier) && !model.is_overtaken(identifier);
        let old_is_left = |from: &String| model.entities.contains_key(from) || model.is_overtaken(from);
        match end {
            ChangeOutcome::Applied => {
                if model.recreated.contains(identifier) && model.is_plain() {
                    lie("only the update is there");
                }
                // After a lost answer, an update that recreated a deleted entity looks like any other.
                let is_hidden = model.recreated.contains(identifier) && !model.is_plain()
                    || matches!(wish, Wish::Create { is_circle: true, .. }) && model.is_mixed(identifier);
                if !is_hidden && !model.is_overtaken(identifier) && !is_shown(identifier, wish) {
                    lie("the catalog does not have it");
                }
                if let Wish::Rename { from, .. } = wish
                    && model.entities.contains_key(from)
                    && !model.is_overtaken(from)
                {
                    lie("the old one is still there");
                }
            }
            ChangeOutcome::Failed(_) | ChangeOutcome::NotAttempted(_) => {
                if touched {
                    lie("this run wrote it");
                }
                if let Wish::Rename { from, .. } = wish
                    && !old_is_left(from)
                {
                    lie("the old one is gone");
                }
            }
            ChangeOutcome::InDoubt(_) | ChangeOutcome::Incomplete { cause: Cause::InDoubt(_), .. } => {
                // Whether a renamed entity was deleted or replaced before or after its rename, nobody can read.
                let is_unreadable = matches!(wish, Wish::Rename { from, .. }
                    if model.is_overtaken(identifier) || model.is_overtaken(from));
                if model.failed_reads == 0 && !stop_is_told && !is_unreadable {
                    lie("it could have been read");
                }
            }
            ChangeOutcome::Incomplete { .. } if model.recreated.contains(identifier) => {}
            ChangeOutcome::Incomplete { cause: Cause::Failed(_) | Cause::NotAttempted(_), .. } => {
                let is_first_step_done = model.has_written(identifier) || model.is_overtaken(identifier);
                let is_second_step_undone = match wish {
                    Wish::Create { is_circle: true, .. } => {
                        model.entities.get(identifier).is_none_or(|it| it.next.is_none())
                            || model.is_overtaken(identifier)
                    }
                    Wish::Create { .. }
                    | Wish::Rename { .. }
                    | Wish::Merge { .. }
                    | Wish::Replace { .. }
                    | Wish::Patch { .. } => false,
                    Wish::Adopt { .. } | Wish::Delete | Wish::Wrong => false,
                };
                if !is_first_step_done || !is_second_step_undone {
                    lie("it is not half done");
                }
            }
        }
    }
    lies
}

fn service() -> Blueprint {
    let body = json!({
        "identifier": "service",
        "schema": {"properties": {"n": {"type": "number"}, "text": {"type": "string"}}},
        "relations": {"next": {"target": "service", "required": false, "many": false}},
    });
    Blueprint::from_json(body).expect("it is one").0
}

#[test]
fn every_outcome_is_true() {
    let blueprints = [service()];
    let owner = owner();
    let mut seen = BTreeSet::new();
    for number in 0..u64::from(cases(120)) {
        let mut dice = Dice::of(seed(), number);
        let mut entities = BTreeMap::new();
        let case = case(&mut dice, &mut entities);
        let known: Vec<String> =
            case.wishes.iter().map(|(identifier, _)| identifier.clone()).chain(entities.keys().cloned()).collect();
        let cancellation = Cancellation::default();
        let actual = as_planned(&entities);
        let model = Arc::new(Mutex::new(drawn(&mut dice, entities, known, &cancellation)));
        let server = Server::start(&model);
        let (client, _heard) = client_with(&server.url, QUICK, TIMEOUTS);
        let options = ApplyOptions {
            run_id: None,
            stop_on_failure: dice.hits(10),
            cancellation: &cancellation,
            progress: &Silent,
        };
        let begun = std::time::Instant::now();
        let context = ApplyContext { blueprints: &blueprints, owner: &owner, actual: &actual };
        let outcome = apply(&client, &case.requests, case.wishes.len(), context, options);
        let took = begun.elapsed();
        drop(client);
        let model = lock(&model);
        let mut lies = lies(&model, &case, &outcome, cancellation.is_cancelled());
        let most = 150 + 40 * case.wishes.len() as u64;
        if model.requests > most || took > Duration::from_secs(15) {
            lies.push(format!("{} requests in {took:?}", model.requests));
        }
        assert!(
            lies.is_empty(),
            "case {number} of seed {}:\n{}\n\n{}",
            seed(),
            lies.join("\n"),
            model.trail.join("\n")
        );
        seen.extend(outcome.ends.iter().map(|end| match end {
            ChangeOutcome::Applied => "applied",
            ChangeOutcome::Incomplete { .. } => "incomplete",
            ChangeOutcome::Failed(_) => "failed",
            ChangeOutcome::InDoubt(_) => "in doubt",
            ChangeOutcome::NotAttempted(_) => "not attempted",
        }));
    }
    assert_eq!(seen.len(), 5, "the histories are too tame: {seen:?}");
}
