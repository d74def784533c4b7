//! What a resync writes, and what it keeps in the catalog.

use serde_json::{Value as Json, json};

use super::world::{World, mapped, stored};
use crate::domain::forecast::{ForecastOutcome, WriteAction};
use crate::domain::plan::change::Field;

#[test]
fn nothing_changes_where_everything_is_there() {
    let forecast = World::of(&["a", "b"]).forecast();
    assert_eq!((forecast.outcome, forecast.resyncs), (ForecastOutcome::Complete, Some(1)));
    assert!(forecast.writes.iter().all(|write| write.action == WriteAction::Unchanged));
    assert!(forecast.stale.is_empty() && !forecast.is_dangerous());
}

#[test]
fn a_merge_writes_what_is_sent_clears_nulls_and_keeps_the_rest() {
    let mut world = World::of(&["a"]);
    let body = json!({"title": "A", "properties": {"tier": 2, "plan": null}, "relations": {"uses": []}});
    world.now.evaluation.upserts = vec![mapped("service/a", 0, body)];
    let before = json!({"properties": {"tier": 1, "kept": "x"}, "relations": {"domain": "d"}});
    world.base.as_mut().expect("a base").evaluation.upserts = vec![mapped("service/a", 0, before)];
    let relations = json!({"uses": ["a"], "domain": "d"});
    world.live = vec![stored("service/a", json!({"tier": 1, "kept": "x", "plan": "free"}), relations)];
    let forecast = world.forecast();
    let write = &forecast.writes[0];
    assert_eq!(write.action, WriteAction::Update);
    let changed: Vec<(Option<&str>, Json)> =
        write.fields.iter().map(|field| (field.field.property_name(), field.after.to_json())).collect();
    let expected = [(None, json!("A")), (Some("plan"), Json::Null), (Some("tier"), json!(2)), (None, Json::Null)];
    assert_eq!(changed, expected);
    let kept: Vec<(&Field, Option<bool>)> = write.kept.iter().map(|kept| (&kept.field, kept.was_sent)).collect();
    let expected = [(&Field::Property("kept".into()), Some(true)), (&Field::Relation("domain".into()), Some(true))];
    assert_eq!(kept, expected);
    assert!(!write.takes_over);
    world.owned.clear();
    assert!(world.forecast().writes[0].takes_over);
}
