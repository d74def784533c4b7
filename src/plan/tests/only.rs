//! Tests plans that are limited to a part: what is chosen, pulled in and left out.

use serde_json::json;

use super::world::{World, key, lines, mask};
use crate::domain::finding::FileId;
use crate::domain::plan::hazard::HazardKind;
use crate::plan::{Only, PlanBasis, PulledIn, pulled_in};

fn only(blueprints: &[&str], files: &[u32]) -> Only {
    Only {
        blueprints: blueprints.iter().map(|name| (*name).into()).collect(),
        files: files.iter().map(|file| FileId(*file)).collect(),
    }
}

/// Services with relations to a new team and a new domain; a note; one entity of each to delete.
fn world(chosen: Only) -> World {
    let wanted = json!([
        {"identifier": "cart", "relations": {"owner": "core", "dependsOn": ["pay"]}},
        {"identifier": "pay", "relations": {"owner": "core"}},
        {"blueprint": "team", "identifier": "core", "relations": {"parent": "all"}},
        {"blueprint": "team", "identifier": "all"},
        {"blueprint": "team", "identifier": "apart"},
        {"blueprint": "note", "identifier": "a", "title": "new"},
    ]);
    let stored = json!([
        {"identifier": "gone"},
        {"blueprint": "note", "identifier": "a", "title": "old"},
        {"blueprint": "note", "identifier": "gone"},
        {"identifier": "pay"},
    ]);
    World { only: Some(chosen), ..World::of(wanted, stored) }
}

fn came(world: &World) -> Vec<String> {
    let (actual, plan) = (world.snapshot(), world.plan());
    let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual: &actual, mask: mask() };
    let only = world.only.as_ref().expect("something is chosen");
    let name = |PulledIn { key, by }: PulledIn| format!("{} by {}", key.identifier, by.identifier);
    pulled_in(&plan, only, &basis).into_iter().map(name).collect()
}

#[test]
fn a_blueprint_comes_with_what_it_points_to() {
    let world = world(only(&["service"], &[]));
    let plan = world.plan();
    assert_eq!(
        lines(&plan),
        [
            r#"create service/cart: dependsOn null > ["pay"], owner null > "core""#,
            "delete service/gone",
            r#"update service/pay: owner null > "core""#,
            "create team/all",
            r#"create team/core: parent null > "all""#,
        ]
    );
    assert_eq!(came(&world), ["all by core", "core by cart"]);
    let total = plan.counts.total;
    assert_eq!((total.changes(), total.left_out, total.unchanged), (5, 3, 0));
    assert_eq!(plan.counts.by_blueprint["note"].left_out, 2);
    // All steps of the chosen changes, and none of those left out.
    assert_eq!(plan.waves.iter().map(|wave| wave.steps.len()).sum::<usize>(), 5);
}

#[test]
fn a_file_names_no_deletions() {
    let world = world(only(&[], &[1]));
    assert_eq!(
        lines(&world.plan()),
        [r#"update service/pay: owner null > "core""#, "create team/all", r#"create team/core: parent null > "all""#]
    );
    assert_eq!(came(&world), ["all by core", "core by pay"]);
}

#[test]
fn several_are_chosen_together() {
    let world = world(only(&["note"], &[3]));
    assert_eq!(lines(&world.plan()), [r#"update note/a: title "old" > "new""#, "delete note/gone", "create team/all"]);
    assert!(came(&world).is_empty());
}

#[test]
fn what_is_left_out_is_no_hazard_of_this_plan() {
    let mut world = world(only(&["note"], &[]));
    world.prune.max = 0;
    let keys = |world: &World| -> Vec<_> {
        let many = world.plan().hazards.into_iter().filter_map(|hazard| match hazard.kind {
            HazardKind::ManyDeletes { keys, .. } => Some(keys),
            _ => None,
        });
        many.flatten().collect()
    };
    assert_eq!(keys(&world), [key("note", "gone")]);
    // A dependent that keeps its relation is reported, because the write that changes it is not in this plan.
    let stored =
        json!([{"identifier": "a", "relations": {"owner": "old"}}, {"blueprint": "team", "identifier": "old"}]);
    let wanted =
        json!([{"identifier": "a", "relations": {"owner": "new"}}, {"blueprint": "team", "identifier": "new"}]);
    let mut whole = World::of(wanted, stored);
    assert!(!whole.plan().hazards.iter().any(|it| matches!(it.kind, HazardKind::DeleteWithDependents { .. })));
    whole.only = Some(only(&["team"], &[]));
    assert!(whole.plan().hazards.iter().any(|it| matches!(
        it.kind,
        HazardKind::DeleteWithDependents { .. } | HazardKind::RenameWithDependents { .. }
    )));
}

#[test]
fn nothing_chosen_is_nothing_done_and_everything_chosen_is_all() {
    let nothing = world(Only::default()).plan();
    assert_eq!((lines(&nothing), nothing.counts.total.left_out), (Vec::new(), 8));
    let mut all = world(only(&["service", "team", "note"], &[]));
    let narrowed = all.plan();
    all.only = None;
    assert_eq!(format!("{narrowed:?}"), format!("{:?}", all.plan()));
}
