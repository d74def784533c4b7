//! Deletions that nobody asked for, with their causes and places.

use serde_json::json;

use super::world::{World, entry, key, keys, mapped, placed, problem, stored};
use crate::domain::document::span::Span;
use crate::domain::evaluation::{Problem, ProblemClass};
use crate::domain::forecast::revision::{ConfigState, MappedRevision, UndeliveredObject};
use crate::domain::forecast::{
    CausePlace, DangerKind, ForecastOutcome, StaleCause, StaleEffect, StayingReason, UndecidedReason,
};

#[test]
fn a_removed_manifest_is_no_danger() {
    let mut world = World::of(&["a", "b"]);
    world.now.objects.pop();
    world.now.evaluation.upserts.pop();
    let forecast = world.forecast();
    assert!(!forecast.is_dangerous());
    assert_eq!(
        (forecast.stale[0].effect.clone(), forecast.stale[0].cause),
        (StaleEffect::Deleted, StaleCause::ObjectRemoved)
    );
    // A manifest that cannot be delivered leaves the object in the cluster.
    let undelivered = UndeliveredObject {
        path: "b.yaml".into(),
        line: 1,
        name: Some("Entity b".to_owned()),
        reason: "unknown field".to_owned(),
        keeps_object: true,
    };
    world.now.undelivered.push(undelivered);
    let forecast = world.forecast();
    assert!(forecast.stale.is_empty());
    assert_eq!(forecast.undecided[0].reason, UndecidedReason::ObjectUndelivered);
}

#[test]
fn a_kind_that_no_longer_resolves_is_a_danger() {
    let mut world = World::of(&["a", "b"]);
    world.now.entries[0].kind.text = "getport.io/v1/entitys".to_owned();
    world.now.entries[0].objects = 0;
    world.now.evaluation.upserts.clear();
    let unresolved =
        Problem { kind: Some("getport.io/v1/entitys".to_owned()), ..problem(ProblemClass::KindUnresolved, None) };
    world.now.evaluation.problems.push(unresolved);
    let both = vec!["service/a".to_owned(), "service/b".to_owned()];
    let place = CausePlace::Mapping(world.now.entries[0].kind.span);
    assert_eq!(world.danger(), (DangerKind::KindUnresolved, place, both.clone()));
    assert_eq!(world.forecast().outcome, ForecastOutcome::Complete);
    // Without a base it may be a kind that only the cluster knows, but the exporter would delete all the same.
    world.base = None;
    assert_eq!(world.danger(), (DangerKind::KindUnresolved, place, both));
}

#[test]
fn a_selector_that_becomes_false_is_a_danger() {
    let mut world = World::of(&["a", "b"]);
    world.now.evaluation.upserts.clear();
    world.now.entries[0].selector = Some(placed(".spec.blueprint == \"servce\"", 10));
    let (kind, place, entities) = world.danger();
    assert_eq!((kind, entities.len()), (DangerKind::SelectorFalse, 2));
    assert_eq!(place, CausePlace::Mapping(Span::new(10, 37)));
    // The same by a change of the manifest.
    let mut world = World::of(&["a", "b"]);
    world.now.evaluation.upserts.pop();
    world.now.objects[1].digest = 2;
    assert_eq!(world.danger(), (DangerKind::SelectorFalse, CausePlace::Object(1), vec!["service/b".to_owned()]));
}

#[test]
fn another_identifier_or_blueprint_is_a_danger() {
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts = vec![mapped("service/shop-a", 0, json!({}))];
    world.now.entries[0].mappings[0].identifier.text = "\"shop-\" + .spec.identifier".to_owned();
    let (kind, place, _) = world.danger();
    assert_eq!(kind, DangerKind::IdentifierChanged);
    assert_eq!(place, CausePlace::Mapping(world.now.entries[0].mappings[0].identifier.span));
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts = vec![mapped("domain/a", 0, json!({}))];
    world.now.entries[0].mappings[0].blueprint.text = "\"domain\"".to_owned();
    let (kind, place, _) = world.danger();
    assert_eq!(kind, DangerKind::BlueprintChanged);
    assert_eq!(place, CausePlace::Mapping(world.now.entries[0].mappings[0].blueprint.span));
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts = vec![mapped("service/z", 0, json!({}))];
    world.now.objects[0].digest = 2;
    let (kind, place, _) = world.danger();
    assert_eq!((kind, place), (DangerKind::IdentifierChanged, CausePlace::Object(0)));
}

#[test]
fn a_config_that_maps_nothing_is_a_danger() {
    for (state, kind) in [(ConfigState::Empty, DangerKind::MapsNothing), (ConfigState::Null, DangerKind::ConfigNull)] {
        let mut world = World::of(&["a", "b"]);
        world.now.config = state;
        world.now.entries.clear();
        world.now.evaluation.upserts.clear();
        assert_eq!(world.danger().0, kind);
        world.base = None;
        assert_eq!(world.danger().0, kind);
    }
}

#[test]
fn an_entry_that_disappears_is_a_danger() {
    let mut world = World::of(&["a", "b"]);
    world.now.evaluation.upserts.pop();
    let base = world.base.as_mut().expect("a base");
    base.entries.push(entry(1, "getport.io/v1/clusterentities"));
    base.evaluation.upserts[1].origin.entry = 1;
    let (kind, place, entities) = world.danger();
    assert_eq!((kind, entities), (DangerKind::EntryRemoved, vec!["service/b".to_owned()]));
    assert!(matches!(place, CausePlace::BaseMapping(_)));
    // An entry that has no mappings any longer.
    let mut world = World::of(&["a"]);
    world.now.evaluation.upserts.clear();
    world.now.entries[0].mappings.clear();
    assert_eq!(world.danger().0, DangerKind::EntryRemoved);
    // One of two mappings.
    let mut world = World::of(&["a"]);
    let base = world.base.as_mut().expect("a base");
    let mut second = base.entries[0].mappings[0].clone();
    second.identifier.text = ".metadata.name".to_owned();
    second.blueprint.text = "\"domain\"".to_owned();
    base.entries[0].mappings.push(second);
    let mut extra = mapped("domain/a", 0, json!({}));
    extra.origin.mapping = 1;
    base.evaluation.upserts.push(extra);
    world.live.push(stored("domain/a", json!({}), json!({})));
    world.owned.push(key("domain/a"));
    assert_eq!(world.danger().0, DangerKind::MappingRemoved);
}

#[test]
fn items_that_the_mapping_no_longer_yields_are_a_danger() {
    let mut world = World::of(&["a"]);
    let list = |revision: &mut MappedRevision, text: &str| {
        revision.entries[0].items_to_parse = Some(placed(text, 20));
    };
    let base = world.base.as_mut().expect("a base");
    list(base, ".spec.items");
    base.evaluation.upserts.push(mapped("service/b", 0, json!({})));
    world.live.push(stored("service/b", json!({}), json!({})));
    world.owned.push(key("service/b"));
    list(&mut world.now, ".spec.items[:1]");
    assert_eq!(
        world.danger(),
        (DangerKind::ItemsGone, CausePlace::Mapping(Span::new(20, 35)), vec!["service/b".to_owned()])
    );
    // An item that was removed from the manifest.
    list(&mut world.now, ".spec.items");
    world.now.objects[0].digest = 2;
    let forecast = world.forecast();
    assert_eq!((forecast.dangers.len(), forecast.stale[0].cause), (0, StaleCause::ItemRemoved));
}

#[test]
fn a_renamed_state_key_deletes_what_the_new_one_owns_and_leaves_the_rest() {
    let mut world = World::of(&["a"]);
    world.now.state_key = Some("other".to_owned());
    world.owned = keys(&["service/x"]);
    world.formerly_owned = keys(&["service/a", "service/gone"]);
    world.live.push(stored("service/x", json!({}), json!({})));
    world.live.push(stored("service/gone", json!({}), json!({})));
    let (kind, place, entities) = world.danger();
    assert_eq!((kind, place), (DangerKind::StateKeyRenamed, CausePlace::Settings));
    assert_eq!(entities, ["service/x"]);
    let staying = world.forecast().staying;
    assert_eq!((staying.len(), staying[0].reason), (1, StayingReason::StateKeyRenamed));
    assert_eq!(staying[0].key, key("service/gone"));
}
