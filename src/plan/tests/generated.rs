//! Generates random worlds: every key is declared, stored, both or neither, with equal or similar content. They are
//! consistent, as lint and the catalog ensure: relation targets exist or are declared.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::policy_samples::some_policies;
use super::world::{World, entity, key, manifest};
use crate::domain::entity::fields::TextField;
use crate::domain::plan::Plan;
use crate::domain::plan::change::RelationEffect;
use crate::domain::plan::hazard::HazardKind;
use crate::domain::plan::write_mode::WriteMode;
use crate::plan::Move;

const BLUEPRINTS: [&str; 4] = ["service", "team", "domain", "note"];
const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// The seed of one entity's content.
type Bytes = [u8; 10];

/// The seed of one key: where it exists, how the sides differ, and the content.
type Seed = ([u8; 5], Bytes, Bytes);

pub fn worlds() -> impl Strategy<Value = World> {
    let seeds = proptest::collection::vec(any::<Seed>(), BLUEPRINTS.len() * NAMES.len());
    (seeds, any::<[u8; 8]>()).prop_map(|(seeds, options)| world(&seeds, options))
}

fn world(seeds: &[Seed], options: [u8; 8]) -> World {
    let mut world = World::new();
    let (mut declared, mut base, mut stored, mut owned) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
    for (at, (flags, first, second)) in seeds.iter().enumerate() {
        let (blueprint, name) = (BLUEPRINTS[at % BLUEPRINTS.len()], NAMES[at / BLUEPRINTS.len()]);
        // Equal, equal except for one thing, or different.
        let near = |how: u8| match how % 3 {
            0 => *first,
            1 => {
                let mut near = *first;
                near[usize::from(how) % near.len()] = second[0];
                near
            }
            _ => *second,
        };
        // One domain exists in every world, as a target of required relations.
        let is_root = (blueprint, name) == ("domain", "a");
        if flags[0].is_multiple_of(2) || is_root {
            stored.push(content(blueprint, name, *first, false));
            if !flags[1].is_multiple_of(4) && !is_root {
                owned.insert((blueprint, name));
            }
        }
        if !flags[2].is_multiple_of(3) {
            declared.push(content(blueprint, name, near(flags[3]), true));
        }
        if !flags[4].is_multiple_of(3) {
            base.push(content(blueprint, name, near(flags[4] / 3), true));
        }
    }
    let there = |entities: &[Json]| entities.iter().map(key_of).collect::<BTreeSet<_>>();
    settle(&mut stored, &BTreeSet::new());
    settle(&mut declared, &there(&stored));
    world.desired = (0..).zip(&declared).map(|(file, json)| manifest(file, json)).collect();
    world.stored = stored.iter().map(entity).collect();
    world.owned = there(&stored)
        .into_iter()
        .filter(|(blueprint, name)| owned.contains(&(blueprint.as_str(), name.as_str())))
        .map(|(blueprint, name)| key(&blueprint, &name))
        .collect();
    world.base =
        (!options[0].is_multiple_of(3)).then(|| (0..).zip(&base).map(|(file, json)| manifest(file, json)).collect());
    world.base_is_complete = !options[1].is_multiple_of(4);
    for (at, blueprint) in BLUEPRINTS.iter().enumerate() {
        if options[2] >> at & 1 == 1 {
            world.write.by_blueprint.insert((*blueprint).to_owned(), WriteMode::Replace);
        }
    }
    world.adopt = options[3].is_multiple_of(2);
    world.policies = some_policies(options[6]);
    let named = |byte: u8| NAMES[usize::from(byte) % NAMES.len()];
    let (from, to) = (key("service", named(options[4])), key("service", named(options[5])));
    world.moves = vec![Move { from, to, is_in_place: options[4] >= 128 }];
    world
}

fn key_of(json: &Json) -> (String, String) {
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    (text("blueprint"), text("identifier"))
}

/// Values that are absent, null, spelled in two ways, or different.
fn content(blueprint: &str, name: &str, bytes: Bytes, is_declared: bool) -> Json {
    let mut found = json!({"blueprint": blueprint, "identifier": name});
    let pick = |byte: u8, choices: &[Json]| choices.get(usize::from(byte) % (choices.len() + 2)).cloned();
    let put = |into: &mut Map<String, Json>, name: &str, value: Option<Json>| {
        into.extend(value.map(|value| (name.to_owned(), value)));
    };
    let texts = [json!(null), json!("x"), json!("y")];
    let (mut properties, mut relations) = (Map::new(), Map::new());
    if let Some(top) = found.as_object_mut() {
        for (field, byte) in TextField::ALL.into_iter().zip(bytes.into_iter().cycle()) {
            put(top, field.key(), pick(byte, &texts));
        }
        if blueprint != "domain" {
            let teams = [json!([]), json!(["p", "q"]), json!(["q", "p", "p"]), json!(["q"])];
            put(top, "team", pick(bytes[2], &teams));
        }
        if is_declared && bytes[2] == 7 {
            top.insert("renamed-from".to_owned(), json!(NAMES[usize::from(bytes[1]) % NAMES.len()]));
        }
    }
    let many = |byte: u8| -> Json { (0..NAMES.len()).filter(|at| byte >> at & 1 == 1).map(|at| NAMES[at]).collect() };
    match blueprint {
        "service" => {
            put(&mut properties, "language", pick(bytes[3], &[json!(null), json!("go"), json!("c")]));
            put(&mut properties, "tier", pick(bytes[4], &[json!(1), json!(1.0), json!(2), json!(null)]));
            let times =
                [json!("2026-11-02T12:00:00Z"), json!("2026-11-02T13:00:00+01:00"), json!("2026-11-02T13:00:00Z")];
            put(&mut properties, "since", pick(bytes[5], &times));
            put(
                &mut properties,
                "meta",
                pick(bytes[6], &[json!({"a": 1, "b": {}}), json!({"b": {}, "a": 1.0}), json!({"a": 2})]),
            );
            put(&mut relations, "domain", pick(bytes[7], &[json!(null), json!("a"), json!("b")]));
            put(
                &mut relations,
                "dependsOn",
                pick(bytes[8], &[json!(null), many(bytes[0]), many(bytes[3]), many(bytes[8])]),
            );
            relations.insert("owner".to_owned(), json!(NAMES[usize::from(bytes[9]) % NAMES.len()]));
        }
        "team" => {
            put(&mut properties, "mail", pick(bytes[3], &texts));
            put(&mut relations, "lead", pick(bytes[4], &[json!(null), json!("a"), json!("b"), json!("c")]));
            put(&mut relations, "parent", pick(bytes[5], &[json!("a"), json!("b"), json!("c")]));
        }
        "domain" => {
            put(&mut properties, "note", pick(bytes[3], &texts));
            let before = NAMES.iter().position(|other| *other == name).unwrap_or_default().max(1);
            relations.insert("twin".to_owned(), json!(NAMES[usize::from(bytes[9]) % before]));
        }
        _ => put(&mut properties, "text", pick(bytes[3], &texts)),
    }
    found["properties"] = Json::Object(properties);
    found["relations"] = Json::Object(relations);
    found
}

fn target_of(relation: &str) -> &'static str {
    match relation {
        "domain" | "twin" => "domain",
        "owner" | "parent" => "team",
        _ => "service",
    }
}

/// Removes relations to missing entities until the world is consistent. `others` exist too.
fn settle(entities: &mut Vec<Json>, others: &BTreeSet<(String, String)>) {
    loop {
        let mut there: BTreeSet<_> = entities.iter().map(key_of).collect();
        there.extend(others.iter().cloned());
        let is_there = |relation: &str, target: &Json| {
            target.is_null()
                || there.contains(&(target_of(relation).to_owned(), target.as_str().unwrap_or_default().to_owned()))
        };
        let before = entities.len();
        entities.retain(|entity| {
            let required =
                ["owner", "twin"].into_iter().filter_map(|name| Some((name, entity["relations"].get(name)?)));
            required.into_iter().all(|(name, target)| is_there(name, target))
        });
        for entity in entities.iter_mut() {
            let Some(relations) = entity["relations"].as_object_mut() else { continue };
            relations.retain(|name, target| target.is_array() || is_there(name, target));
            for (name, targets) in relations.iter_mut() {
                if let Some(targets) = targets.as_array_mut() {
                    targets.retain(|target| is_there(name, target));
                }
            }
        }
        if entities.len() == before {
            return;
        }
    }
}

/// Whether the catalog would accept all of it.
pub fn can_be_done(plan: &Plan) -> bool {
    let is_held = |kind: &HazardKind| match kind {
        HazardKind::DeleteWithDependents { dependents, .. } | HazardKind::RenameWithDependents { dependents, .. } => {
            dependents.iter().any(|it| it.required && it.after != RelationEffect::Relinked)
        }
        HazardKind::Policy { .. }
        | HazardKind::ManyDeletes { .. }
        | HazardKind::Foreign { .. }
        | HazardKind::ChangedSincePush { .. }
        | HazardKind::Unseen { .. }
        | HazardKind::UnseenDependents { .. }
        | HazardKind::StillNeeded { .. }
        | HazardKind::PruneBlocked { .. } => false,
    };
    plan.obstacles.is_empty() && !plan.hazards.iter().any(|hazard| is_held(&hazard.kind))
}
