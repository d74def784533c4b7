//! Tests what voids an approval: another destination, other hazards, or other manifests of the entities in them, and
//! nothing else.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde_json::json;

use super::generated::worlds;
use super::shuffled::shuffled;
use super::world::{DESTINATION, World, manifests, mask};
use crate::domain::entity::EntityKey;
use crate::domain::plan::Plan;
use crate::domain::plan::digest::ApprovalDigest;
use crate::domain::plan::hazard::{Consent, Hazard, HazardKind};
use crate::domain::plan::write_mode::WriteMode;
use crate::generated_cases::config;
use crate::plan::Destination;
use crate::plan::file::fingerprint::of_manifest;

/// Deletes `gone`, which `points` has a relation to, and creates `new`.
fn world() -> World {
    let wanted = json!([
        {"identifier": "points", "title": "Points"},
        {"identifier": "new", "title": "New"},
    ]);
    let stored = json!([
        {"identifier": "gone"},
        {"identifier": "points", "title": "Points", "relations": {"dependsOn": ["gone"]}},
    ]);
    World::of(wanted, stored)
}

fn approval(world: &World) -> ApprovalDigest {
    world.plan().approval.expect("a hazard needs approval")
}

fn after(change: impl FnOnce(&mut World)) -> ApprovalDigest {
    let mut world = world();
    change(&mut world);
    approval(&world)
}

#[test]
fn an_approval_is_bound_to_catalog_target_scope_and_platform() {
    let before = approval(&world());
    for other in [
        Destination { platform: "glint", ..DESTINATION },
        Destination { catalog: "https://api.us.port.io", ..DESTINATION },
        Destination { target: Some("staging"), ..DESTINATION },
        Destination { scope: "acme/other", ..DESTINATION },
        // Concatenated parts must not be confused.
        Destination { target: Some("acme/catalog"), scope: "", ..DESTINATION },
    ] {
        assert_ne!(after(|world| world.destination = other), before, "{other:?}");
        let plan = World { destination: other, ..world() }.plan();
        assert_ne!(plan.digest, world().plan().digest, "{other:?}");
    }
}

#[test]
fn an_approval_is_bound_to_what_the_manifests_say_of_the_entities_in_it() {
    let before = approval(&world());
    let rewritten = |json| after(|world| world.desired[0] = manifests(&json).remove(0));
    // The dependent's manifest: another value, a null, and a value that equals the one in the catalog.
    for changed in [
        json!({"identifier": "points", "title": "Other"}),
        json!({"identifier": "points", "title": null}),
        json!({"identifier": "points", "title": "Points", "properties": {"tier": null}}),
        json!({"identifier": "points", "title": "Points", "icon": "Icon"}),
    ] {
        assert_ne!(rewritten(changed.clone()), before, "{changed}");
    }
}

#[test]
fn an_approval_is_not_voided_by_the_rest_of_the_plan() {
    let before = approval(&world());
    let other = json!([{"identifier": "new", "title": "Other"}, {"identifier": "newer"}, {"blueprint": "note"}]);
    assert_eq!(after(|world| drop(world.desired.splice(1.., manifests(&other)))), before);
    assert_eq!(after(|world| world.desired.reverse()), before);
    assert_eq!(after(|world| world.desired[0].place.file.0 += 5), before);
    // An integration changed the deleted entity.
    assert_eq!(after(|world| world.stored[0].texts.title = Some("Other".into())), before);
}

/// Everything that an approval covers, as text.
fn covered(world: &World, plan: &Plan) -> String {
    let is_covered = |hazard: &&Hazard| {
        hazard.consent == Consent::Approval || matches!(hazard.kind, HazardKind::UnseenDependents { .. })
    };
    let mut hazards: Vec<String> = Vec::new();
    let mut manifests: BTreeMap<EntityKey, Vec<String>> = BTreeMap::new();
    let mut name = |key: &EntityKey| {
        let of_key = world.desired.iter().filter(|desired| desired.key == *key).map(|it| of_manifest(it, mask()));
        let mut found: Vec<String> = of_key.map(|digest| digest.to_string()).collect();
        found.sort();
        found.push(format!("{:?}", world.write.mode(&key.blueprint)));
        manifests.insert(key.clone(), found);
    };
    for hazard in plan.hazards.iter().filter(is_covered) {
        let text = match &hazard.kind {
            HazardKind::ManyDeletes { blueprint, keys, .. } => {
                keys.iter().for_each(&mut name);
                format!("many {blueprint:?} {keys:?}")
            }
            HazardKind::DeleteWithDependents { key, dependents } => {
                name(key);
                dependents.iter().for_each(|dependent| name(&dependent.key));
                format!("delete {key:?} {dependents:?}")
            }
            HazardKind::RenameWithDependents { key, from, dependents } => {
                name(key);
                name(&super::world::key(&key.blueprint, from));
                dependents.iter().for_each(|dependent| name(&dependent.key));
                format!("rename {key:?} {from} {dependents:?}")
            }
            HazardKind::Unseen { keys, blueprint, .. } => {
                keys.iter().for_each(&mut name);
                format!("unseen {blueprint} {keys:?}")
            }
            HazardKind::UnseenDependents { blueprint, unread } => format!("dependents {blueprint} {unread:?}"),
            HazardKind::Policy { policy, verdict, changes, .. } => {
                for change in changes {
                    name(&change.key);
                    change.renamed_from.iter().for_each(|from| name(&super::world::key(&change.key.blueprint, from)));
                }
                format!("policy {policy} {verdict:?} {changes:?}")
            }
            HazardKind::Foreign { .. }
            | HazardKind::ChangedSincePush { .. }
            | HazardKind::StillNeeded { .. }
            | HazardKind::PruneBlocked { .. } => continue,
        };
        // The reason why a relation is kept is not part of the hazard.
        hazards.push(text.replace("Unnamed", "Left"));
    }
    hazards.sort();
    format!("{:?} {hazards:?} {manifests:?}", world.destination)
}

/// The world with one difference, or none.
fn changed(world: &World, how: u8, seed: u64) -> World {
    let mut other = world.clone();
    let at = |length: usize| usize::try_from(seed % 1_000).unwrap_or_default() % length.max(1);
    match how % 8 {
        0 => other.destination.catalog = "http://localhost:1",
        1 => other.destination.scope = "acme/other",
        2 => other.destination.target = Some("staging"),
        3 if !other.desired.is_empty() => drop(other.desired.remove(at(world.desired.len()))),
        4 if !other.desired.is_empty() => {
            other.desired[at(world.desired.len())].renamed_from = Some("elsewhere".into())
        }
        5 if !other.stored.is_empty() => drop(other.stored.remove(at(world.stored.len()))),
        6 if !other.owned.is_empty() => drop(other.owned.remove(at(world.owned.len()))),
        7 => drop(other.write.by_blueprint.insert("note".to_owned(), WriteMode::Replace)),
        _ => {}
    }
    other
}

fn dangerous(world: World, options: u8) -> World {
    let mut world = world;
    world.prune.max = u32::from(options % 2);
    if options & 2 != 0 {
        world.incomplete.push("note");
        world.prune.enabled = options & 4 != 0;
    }
    world
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn plans_share_an_approval_if_and_only_if_what_it_covers_is_the_same(
        world in worlds(),
        others in proptest::collection::vec((worlds(), any::<u8>(), any::<u64>()), 4),
        options in any::<u8>(),
    ) {
        let world = dangerous(world, options);
        let mut seen: HashMap<ApprovalDigest, String> = HashMap::new();
        let mut spelled: HashMap<String, ApprovalDigest> = HashMap::new();
        let changed = others.iter().flat_map(|(other, how, seed)| {
            let (one, two) = (changed(&world, *how, *seed), dangerous(other.clone(), options));
            [shuffled(&one, *seed), one, two]
        });
        for world in std::iter::once(world.clone()).chain(changed) {
            let plan = world.plan();
            let asks = plan.hazards.iter().any(|hazard| hazard.consent == Consent::Approval);
            prop_assert_eq!(plan.approval.is_some(), asks);
            let Some(approval) = plan.approval else { continue };
            let text = covered(&world, &plan);
            prop_assert_eq!(seen.entry(approval).or_insert_with(|| text.clone()), &text);
            prop_assert_eq!(*spelled.entry(text).or_insert(approval), approval);
        }
    }
}

#[test]
fn eight_other_deletes_need_another_approval() {
    let deletes = |names: std::ops::Range<u32>| {
        let stored: Vec<_> = names.map(|at| json!({"blueprint": "note", "identifier": format!("n{at}")})).collect();
        let mut world = World::of(json!([]), serde_json::Value::Array(stored));
        world.prune.max = 5;
        approval(&world)
    };
    assert_eq!(deletes(0..8), deletes(0..8));
    assert_ne!(deletes(0..8), deletes(8..16));
    assert_ne!(deletes(0..8), deletes(0..9));
}
