//! Tests what may be deleted, and what other scopes own.

use serde_json::{Value as Json, json};

use super::world::{World, key, lines};
use crate::domain::document::span::Span;
use crate::domain::finding::{FileId, Place};
use crate::domain::plan::change::{Action, OwnerStatus, RelationEffect};
use crate::domain::plan::hazard::{Blocker, Consent, HazardKind};
use crate::domain::plan::{Obstacle, Tally};

fn services(names: &[&str]) -> Json {
    names.iter().map(|name| json!({"identifier": name, "title": name})).collect()
}

#[test]
fn only_what_is_ours_is_deleted() {
    let world = World::of(services(&["a"]), services(&["a", "b", "c"])).owning(&[("service", "a"), ("service", "b")]);
    assert_eq!(lines(&world.plan()), ["delete service/b"]);
    // Owned according to the catalog a moment ago, but no longer existing.
    let gone = world.owning(&[("service", "a"), ("service", "nowhere"), ("ship", "argo")]);
    assert_eq!(lines(&gone.plan()), [""; 0]);
}

#[test]
fn nothing_is_deleted_while_anything_is_unknown() {
    let world = World::of(services(&["a"]), services(&["a", "b"]));
    assert_eq!(world.plan().counts.total, Tally { delete: 1, unchanged: 1, ..Tally::default() });
    let place = Place { file: FileId(7), span: Span::empty(3) };
    let disabled =
        World { prune: crate::domain::plan::write_mode::PruneRule { enabled: false, ..world.prune }, ..world.clone() };
    let unparsed = World { unread: vec![Blocker::Manifest(place)], ..world.clone() };
    // A single incomplete blueprint is enough: nothing is deleted.
    let cut = World { incomplete: vec!["note"], ..world };
    for (world, blocker) in [
        (disabled, Blocker::Disabled),
        (unparsed, Blocker::Manifest(place)),
        (cut, Blocker::Read { blueprint: "note".into(), why: "the line was cut".to_owned() }),
    ] {
        let plan = world.plan();
        assert_eq!(lines(&plan), [""; 0], "{blocker:?}");
        assert_eq!(plan.counts.total, Tally { unchanged: 1, kept: 1, ..Tally::default() });
        let kind = HazardKind::PruneBlocked { by: vec![blocker], keys: vec![key("service", "b")] };
        assert_eq!(
            plan.hazards.iter().map(|it| (&it.kind, it.consent)).collect::<Vec<_>>(),
            [(&kind, Consent::Nothing)]
        );
        assert_eq!(plan.approval, None);
    }
}

#[test]
fn a_setting_that_keeps_nothing_is_no_news() {
    let mut world = World::of(services(&["a"]), services(&["a"]));
    world.prune.enabled = false;
    assert_eq!(world.plan().hazards, []);
}

#[test]
fn somebody_elses_entity_is_foreign_until_it_is_adopted() {
    let declared = json!([{"identifier": "a", "title": "mine"}, {"identifier": "b", "title": "b"}]);
    let mut world = World::of(declared, services(&["a", "b"])).owning(&[]);
    let plan = world.plan();
    assert_eq!(lines(&plan), [r#"update service/a: title "a" > "mine""#]);
    assert_eq!(plan.changes[0].ownership, OwnerStatus::Foreign);
    assert_eq!(plan.foreign_unchanged, [key("service", "b")]);
    let kind = HazardKind::Foreign { keys: vec![key("service", "a")] };
    assert_eq!(plan.hazards.iter().map(|it| (&it.kind, it.consent)).collect::<Vec<_>>(), [(&kind, Consent::Adoption)]);
    assert_eq!(plan.approval, None);

    world.adopt = true;
    let plan = world.plan();
    assert_eq!(lines(&plan), [r#"update service/a: title "a" > "mine""#, "adopt service/b"]);
    assert_eq!((plan.hazards.len(), plan.foreign_unchanged.len(), plan.counts.total.foreign), (0, 0, 2));
    // Entities outside the chosen part are neither adopted nor reported.
    let file = |at: u32| crate::plan::Only { files: [FileId(at)].into(), ..Default::default() };
    world.only = Some(file(0));
    assert_eq!(lines(&world.plan()), [r#"update service/a: title "a" > "mine""#]);
    world.adopt = false;
    assert_eq!(world.plan().foreign_unchanged, []);
    world.only = Some(file(1));
    assert_eq!(world.plan().foreign_unchanged, [key("service", "b")]);
}

#[test]
fn only_the_entities_of_the_named_scope_are_taken_over() {
    let declared = json!([{"identifier": "a", "title": "mine"}, {"identifier": "b", "title": "b"}, {"identifier": "c", "title": "mine"}, {"identifier": "d", "title": "d"}]);
    let mut world = World::of(declared, services(&["a", "b", "c", "d"])).owning(&[]);
    world.adopt_those = vec![key("service", "a"), key("service", "b"), key("service", "not-declared")];
    let plan = world.plan();
    let expected =
        [r#"update service/a: title "a" > "mine""#, "adopt service/b", r#"update service/c: title "c" > "mine""#];
    assert_eq!(lines(&plan), expected);
    let kinds: Vec<_> = plan.hazards.iter().map(|it| &it.kind).collect();
    assert_eq!(kinds, [&HazardKind::Foreign { keys: vec![key("service", "c")] }]);
    assert_eq!(plan.foreign_unchanged, [key("service", "d")]);
}

#[test]
fn the_first_of_two_manifests_counts_and_both_are_named() {
    let world = World::of(json!([{"title": "first"}, {"title": "second"}]), json!([]));
    let plan = world.plan();
    assert_eq!(lines(&plan), [r#"create service/cart: title null > "first""#]);
    let places = world.desired.iter().map(|desired| desired.place).collect();
    assert_eq!(plan.obstacles, [Obstacle::Duplicate { key: key("service", "cart"), places }]);
}

#[test]
fn exporters_delete_what_they_delete_whatever_a_push_would_do() {
    let pointing = json!({"identifier": "a", "relations": {"dependsOn": ["b"]}});
    let mut world = World::of(json!([pointing.clone()]), json!([pointing, {"identifier": "b"}, {"identifier": "c"}]));
    // A push deletes one of the two, and keeps the one that is needed.
    assert_eq!(lines(&world.plan()), ["delete service/c"]);
    world.prune.enabled = false;
    world.unread = vec![Blocker::Folder { path: "catalog".into(), why: "it is locked".to_owned() }];
    // A declared entity is not deleted: another cluster sends it.
    let deleted = ["a", "b"].map(|name| key("service", name)).to_vec();
    world.exporters = Some((deleted, vec![key("service", "c")]));
    let plan = world.plan();
    assert_eq!(lines(&plan), ["delete service/b"]);
    assert_eq!(plan.counts.total, Tally { delete: 1, unchanged: 1, kept: 1, ..Tally::default() });
    let after: Vec<RelationEffect> = plan.changes[0].dependents.iter().map(|dependent| dependent.after).collect();
    assert_eq!(after, [RelationEffect::Declared]);
    let kinds: Vec<bool> =
        plan.hazards.iter().map(|hazard| matches!(hazard.kind, HazardKind::DeleteWithDependents { .. })).collect();
    assert_eq!(kinds, [true]);
}

#[test]
fn an_exporter_creates_and_deletes_where_a_push_renames() {
    let named = |name: &str| json!({"identifier": name, "title": "Cart", "properties": {"tier": 1, "tags": ["a"]}});
    let mut world = World::of(json!([named("basket")]), json!([named("cart")]));
    assert_eq!(lines(&world.plan()), ["rename service/basket from cart"]);
    world.exporters = Some((vec![key("service", "cart")], Vec::new()));
    let plan = world.plan();
    let actions: Vec<&Action> = plan.changes.iter().map(|change| &change.action).collect();
    assert_eq!(actions, [&Action::Create, &Action::Delete]);
}
