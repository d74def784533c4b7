//! When entities arrive, and what the catalog refuses: chains and circles of relations, missing targets, wrong values.

use serde_json::json;

use super::world::{World, keys, links, mapped, stored};
use crate::domain::document::span::Span;
use crate::domain::forecast::{Arrival, BlockerKind, ForecastOutcome, StaleEffect};

#[test]
fn a_chain_of_new_entities_takes_several_resyncs_and_a_circle_never_arrives() {
    let mut world = World::of(&["a", "b", "c"]);
    world.live.clear();
    world.owned = keys(&["service/old"]);
    world.live.push(stored("service/old", json!({}), json!({})));
    links(
        &mut world,
        &[("service/a", json!({"uses": ["b"]})), ("service/b", json!({"uses": ["c"]})), ("service/c", json!({}))],
    );
    let forecast = world.forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::OrderDecides, Some(3)));
    assert_eq!(forecast.writes[0].arrival, Arrival::Later { resync: 3 });
    assert_eq!(forecast.stale[0].effect, StaleEffect::Deleted);
    assert!(!forecast.is_dangerous());
    links(
        &mut world,
        &[
            ("service/a", json!({"uses": ["b"]})),
            ("service/b", json!({"uses": ["c"]})),
            ("service/c", json!({"uses": ["b"]})),
        ],
    );
    let forecast = world.forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::NoDeletion, None));
    assert_eq!(world.blockers(), ["target-refused", "relation-cycle"]);
    assert_eq!(forecast.stale[0].effect, StaleEffect::Blocked);
    // A new entity that points to itself is a circle too.
    links(&mut world, &[("service/a", json!({"uses": ["a"]}))]);
    assert_eq!(world.blockers(), ["relation-cycle"]);
    // The catalog can create missing targets.
    world.now.creates_missing_targets = true;
    let forecast = world.forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::Complete, Some(1)));
    links(&mut world, &[("service/a", json!({"domain": "new"}))]);
    assert_eq!(world.forecast().stubs, keys(&["domain/new"]));
}

#[test]
fn a_target_that_nobody_sends_blocks_every_deletion() {
    let mut world = World::of(&["a"]);
    links(&mut world, &[("service/a", json!({"domain": "nowhere"}))]);
    assert_eq!(world.blockers(), ["missing-target"]);
    let forecast = world.forecast();
    assert_eq!(forecast.blockers[0].mapping, Some(Span::new(60, 61)));
    assert_eq!(forecast.writes[0].arrival, Arrival::Never);
}

#[test]
fn values_that_the_catalog_refuses_block_every_deletion() {
    for (body, field) in [
        (json!({"properties": {"tier": "two"}}), "properties.tier"),
        (json!({"properties": {"nowhere": null}}), "properties.nowhere"),
        (json!({"properties": {"*": null}}), "properties.*"),
        (json!({"relations": {"domain": ["a"]}}), "relations.domain"),
        (json!({"relations": {"uses": 1}}), "relations.uses"),
        (json!({"relations": {"lost": "a"}}), "relations.lost"),
        (json!({"relations": {"domain": "a b"}}), "relations.domain"),
        (json!({"properties": {}}), "properties.owner"),
    ] {
        let mut world = World::of(&["a"]);
        if field == "properties.owner" {
            world.blueprints[0]["schema"]["properties"]["owner"] = json!({"type": "string"});
            world.blueprints[0]["schema"]["required"] = json!(["owner"]);
        }
        world.now.evaluation.upserts = vec![mapped("service/a", 0, body.clone())];
        let forecast = world.forecast();
        assert_eq!(world.blockers(), ["refused"], "{body}");
        let BlockerKind::Refused(reason) = &forecast.blockers[0].kind else { panic!("{body}") };
        assert_eq!(reason.field(), field, "{body}");
        assert_eq!(forecast.outcome, ForecastOutcome::NoDeletion);
    }
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts = vec![mapped("nowhere/a", 0, json!({})), mapped("service/a b", 0, json!({}))];
    assert_eq!(world.blockers(), ["refused", "refused"]);
}

#[test]
fn a_required_relation_without_a_value_blocks_every_deletion() {
    let mut world = World::of(&["a"]);
    world.blueprints[0]["relations"]["domain"]["required"] = json!(true);
    assert_eq!(world.blockers(), ["refused"]);
    world.live = vec![stored("service/a", json!({}), json!({"domain": "d"})), stored("domain/d", json!({}), json!({}))];
    assert!(world.blockers().is_empty(), "a merge keeps the stored value");
}

#[test]
fn a_hundred_thousand_links_need_no_stack_and_no_patience() {
    let mut world = World::of(&[]);
    let many = 20_000;
    let name = |at: usize| format!("n{at:06}");
    let upserts = (0..many).map(|at| {
        let next: Vec<String> = (1..=5).map(|step| name(at + step)).collect();
        let relations = if at + 5 < many { json!({"uses": next}) } else { json!({}) };
        mapped(&format!("service/{}", name(at)), 0, json!({"relations": relations}))
    });
    world.now.evaluation.upserts = upserts.collect();
    let forecast = world.forecast();
    assert_eq!(forecast.outcome, ForecastOutcome::OrderDecides);
    assert!(forecast.resyncs.is_some_and(|resyncs| resyncs > 3_000));
}
