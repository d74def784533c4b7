//! Which owned entities are deleted, blocked, required by others, undecided, or stay with another owner.

use serde_json::json;

use super::world::{World, entry, key, keys, links, mapped, problem, stored};
use crate::domain::document::span::Span;
use crate::domain::evaluation::{Outcome, ProblemClass};
use crate::domain::forecast::{ForecastOutcome, StaleCause, StaleEffect, StayingReason, UndecidedReason};
use crate::jq::Value as JqValue;

#[test]
fn an_object_that_fails_blocks_every_deletion() {
    let mut world = World::of(&["a", "b", "c"]);
    world.now.evaluation.upserts.truncate(1);
    world.now.objects.truncate(2);
    world.now.evaluation.outcome = Outcome::NoDeletion;
    world.now.evaluation.problems.push(problem(ProblemClass::JqError, Some(1)));
    let forecast = world.forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::NoDeletion, None));
    assert_eq!(world.blockers(), ["object-fails"]);
    assert_eq!(forecast.blockers[0].object, Some(1));
    assert_eq!(forecast.blockers[0].mapping, Some(Span::new(3, 4)));
    assert_eq!(forecast.undecided[0].reason, UndecidedReason::ObjectFails);
    assert_eq!((forecast.stale.len(), &forecast.stale[0].effect), (1, &StaleEffect::Blocked));
    assert_eq!(forecast.stale[0].key, key("service/c"));
}

#[test]
fn a_config_that_does_not_start_or_crashes_deletes_nothing() {
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts.clear();
    world.now.evaluation.problems = vec![problem(ProblemClass::NullInList, Some(0))];
    world.now.evaluation.outcome = Outcome::Crash;
    assert_eq!(world.blockers(), ["crash"]);
    assert_eq!(world.forecast().stale, []);
    world.now.evaluation.problems = vec![problem(ProblemClass::Config, None)];
    world.now.evaluation.outcome = Outcome::StartFailed;
    assert_eq!(world.blockers(), ["start-failed"]);
    assert_eq!((world.forecast().stale, world.forecast().outcome), (Vec::new(), ForecastOutcome::StartFailed));
}

#[test]
fn what_others_require_is_not_deleted_and_what_others_point_to_is_refused_later() {
    let mut world = World::of(&["a", "b"]);
    world.blueprints[0]["relations"]["domain"]["required"] = json!(true);
    world.live = ["a", "b"].map(|name| stored(&format!("service/{name}"), json!({}), json!({"domain": "d"}))).into();
    world.live.push(stored("domain/d", json!({}), json!({})));
    world.owned = keys(&["domain/d", "service/a", "service/b"]);
    links(&mut world, &[("service/a", json!({"domain": "d"}))]);
    let forecast = world.forecast();
    let effects: Vec<&StaleEffect> = forecast.stale.iter().map(|stale| &stale.effect).collect();
    assert_eq!(effects, [&StaleEffect::Required { by: keys(&["service/a"]) }, &StaleEffect::Deleted]);
    // The last entity that requires the domain goes in the same run, perhaps after it.
    world.now.evaluation.upserts.clear();
    let forecast = world.forecast();
    assert!(forecast.stale.iter().all(|stale| stale.effect == StaleEffect::Deleted));
    assert_eq!(forecast.resyncs, Some(2));
    // An optional relation lets it go, and is refused from then on.
    world.blueprints[0]["relations"]["domain"]["required"] = json!(false);
    links(&mut world, &[("service/a", json!({"domain": "d"})), ("service/b", json!({}))]);
    let forecast = world.forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::Complete, None));
    assert_eq!(world.blockers(), ["target-deleted"]);
}

#[test]
fn what_may_come_from_elsewhere_is_not_known() {
    let mut world = World::of(&["a"]);
    world.owned.extend(keys(&["service/elsewhere", "domain/d"]));
    world.live.push(stored("service/elsewhere", json!({}), json!({})));
    world.live.push(stored("domain/d", json!({}), json!({})));
    let mut pods = entry(1, "v1/pods");
    pods.objects = 0;
    pods.mappings[0].blueprint.text = "\"service\"".to_owned();
    world.now.entries.push(pods);
    let forecast = world.forecast();
    assert_eq!(
        (forecast.undecided[0].key.clone(), forecast.undecided[0].reason),
        (key("service/elsewhere"), UndecidedReason::ObjectsElsewhere)
    );
    assert_eq!((forecast.stale[0].key.clone(), forecast.stale[0].cause), (key("domain/d"), StaleCause::Undeclared));
    let mut searched = mapped("domain/q", 0, json!({}));
    searched.identifier = JqValue::from_json(&json!({"combinator": "and", "rules": []}));
    world.now.evaluation.upserts.push(searched);
    let forecast = world.forecast();
    assert_eq!((forecast.searched, forecast.undecided[0].reason), (1, UndecidedReason::SearchQuery));
}

#[test]
fn what_another_owner_has_stays() {
    let mut world = World::of(&["a", "b"]);
    world.now.objects.pop();
    world.now.evaluation.upserts.pop();
    world.owned.pop();
    let staying = world.forecast().staying;
    assert_eq!((staying[0].key.clone(), staying[0].reason), (key("service/b"), StayingReason::NotOwned));
}
