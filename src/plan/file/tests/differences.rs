//! Tests that every difference between an edited plan file and the new plan is detected.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::hostile::nodes;
use super::{PATHS, TOOL, options, provenance};
use crate::domain::finding::FileId;
use crate::domain::plan::change::{Action, Field};
use crate::domain::plan::digest::Digest;
use crate::domain::snapshot::Snapshot;
use crate::domain::value::Value;
use crate::generated_cases::config;
use crate::plan::PlanBasis;
use crate::plan::digest::of_plan;
use crate::plan::file::codec::{content_of, sealed};
use crate::plan::file::{CatalogState, Difference, PlanFile, destination_mismatches, differences, drift, mismatches};
use crate::plan::tests::generated::worlds;
use crate::plan::tests::world::{World, key, mask};

/// The plan file of a world with its requests.
fn genuine(world: &World) -> PlanFile {
    let (actual, plan) = (world.snapshot(), world.plan());
    let requests = world.requests(&plan);
    let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual: &actual, mask: mask() };
    PlanFile::new(provenance(), options(world), plan, requests, basis, |FileId(file)| {
        PATHS[file as usize % PATHS.len()]
    })
}

/// Why a push refuses the file; `None`: it makes the same plan again, with the options in the file, and applies it.
fn refusal(world: &World, file: &PlanFile, actual: &Snapshot) -> Option<String> {
    let basis = PlanBasis { desired: &world.desired, blueprints: &world.blueprints, actual, mask: mask() };
    let state = CatalogState { actual, blueprints: &world.blueprints, owned: &world.owned, mask: mask() };
    let mut asked = world.clone();
    asked.prune.enabled = file.options.prune.unwrap_or(world.prune.enabled);
    asked.adopt = file.options.adopt;
    if file.options.only != options(world).only {
        return Some("another part is chosen".to_owned());
    }
    let again = genuine(&asked);
    let now = provenance();
    let reasons = [
        format!("{:?}", destination_mismatches(&file.provenance, now.destination())),
        format!("{:?}", mismatches(file, now.destination(), &basis)),
        format!("{:?}", drift(file, &state)),
        format!("{:?}", differences(file, &PlanFile { options: file.options.clone(), ..again }, true)),
    ];
    reasons.into_iter().find(|reason| reason != "[]")
}

fn world() -> World {
    let wanted = json!([
        {"identifier": "cart", "title": "The cart", "properties": {"tier": 2, "meta": {"a": 1}}},
        {"identifier": "new", "relations": {"dependsOn": ["cart"]}},
    ]);
    let stored = json!([
        {"identifier": "cart", "title": "Cart", "properties": {"tier": 1}},
        {"identifier": "gone"},
        {"identifier": "points", "relations": {"dependsOn": ["gone"]}, "by": "ada"},
    ]);
    World::of(wanted, stored).owning(&[("service", "cart"), ("service", "gone")])
}

fn edited(edit: impl FnOnce(&mut PlanFile)) -> Vec<Difference> {
    let world = world();
    let mut file = genuine(&world);
    edit(&mut file);
    differences(&file, &genuine(&world), true)
}

#[test]
fn a_file_that_was_not_edited_has_no_differences() {
    assert_eq!(edited(|_| {}), []);
}

#[test]
fn what_a_file_shows_otherwise_is_named_by_entity_and_field() {
    let cart = || key("service", "cart");
    let tier = || Field::Property("tier".into());
    assert_eq!(
        edited(|file| file.plan.changes[0].fields[2].after = Value::Integer(9)),
        [Difference::Field {
            key: cart(),
            field: tier(),
            shown: Some(Value::Integer(9)),
            planned: Some(Value::Integer(2))
        }]
    );
    assert_eq!(
        edited(|file| drop(file.plan.changes[0].fields.remove(2))),
        [Difference::Field { key: cart(), field: tier(), shown: None, planned: Some(Value::Integer(2)) }]
    );
    assert_eq!(
        edited(|file| file.plan.changes[0].fields[2].before = Value::Null),
        [Difference::FieldDetail { key: cart(), field: tier() }]
    );
    // The file has digests of requests.
    assert_eq!(edited(|file| file.requests[0][0] = Digest([9; 32])), [Difference::Request(cart())]);
    assert_eq!(edited(|file| file.plan.changes[0].action = Action::Create), [Difference::Action(cart())]);
    assert_eq!(edited(|file| drop(file.plan.changes.remove(1))), [Difference::Unshown(key("service", "gone"))]);
    assert_eq!(
        edited(|file| file.plan.changes[1].dependents.clear()),
        [Difference::Dependents(key("service", "gone"))]
    );
    assert_eq!(edited(|file| file.plan.hazards.clear()), [Difference::Hazards]);
    assert_eq!(edited(|file| file.plan.approval = None), [Difference::Approval]);
    assert_eq!(edited(|file| file.plan.counts.total.unchanged += 1), [Difference::Counts]);
    assert_eq!(edited(|file| file.plan.waves.reverse()), [Difference::Order]);
    assert_eq!(edited(|file| drop(file.requests.pop())), [Difference::Order]);
}

#[test]
fn where_and_by_whom_is_not_compared() {
    let edit = |file: &mut PlanFile| {
        file.files.push("elsewhere.yaml".to_owned());
        file.provenance.commit = None;
        for change in &mut file.plan.changes {
            change.record = None;
            change.place = None;
        }
        file.plan.changes[0].fields[2].before = Value::Float(1.0);
    };
    assert_eq!(edited(edit), []);
}

/// Everything that the file shows, except positions, writers and options, computed independently of `differences`.
fn shown(json: &Json) -> Json {
    match json {
        Json::Object(entries) => {
            let is_shown = |name: &str| {
                !matches!(
                    name,
                    "place"
                        | "places"
                        | "span"
                        | "record"
                        | "files"
                        | "commit"
                        | "dirty"
                        | "checksum"
                        | "base"
                        | "options"
                )
            };
            entries
                .iter()
                .filter(|(name, _)| is_shown(name))
                .map(|(name, value)| (name.clone(), shown(value)))
                .collect()
        }
        Json::Array(items) => items.iter().map(shown).collect(),
        Json::Number(number) => number.as_f64().map_or_else(|| json.clone(), |float| json!(float)),
        Json::Null | Json::Bool(_) | Json::String(_) => json.clone(),
    }
}

/// A random edit in the file.
fn edit(json: &mut Json, seed: (u16, u8, u16)) {
    let (at, how, other) = (usize::from(seed.0), seed.1, usize::from(seed.2));
    let mut pointers = Vec::new();
    nodes(json, String::new(), &mut pointers);
    pointers.retain(|pointer| !pointer.is_empty());
    let pointer = pointers[at % pointers.len()].clone();
    let (parent, name) = pointer.rsplit_once('/').expect("it is a pointer");
    let another =
        pointers.get(other % pointers.len()).and_then(|other| json.pointer(other)).cloned().unwrap_or_default();
    let strange = [
        json!(null),
        json!(0),
        json!(1),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("gone"),
        json!("cart"),
        json!("a"),
        json!([]),
        json!({}),
        json!(true),
        json!("merge"),
        json!("update"),
        json!({"blueprint": "note", "identifier": "a"}),
    ];
    match how % 6 {
        0 => *json.pointer_mut(&pointer).expect("it is there") = strange[other % strange.len()].clone(),
        1 => *json.pointer_mut(&pointer).expect("it is there") = another,
        2 => match json.pointer_mut(&pointer) {
            Some(Json::Number(number)) => {
                let number = number.as_i64().unwrap_or_default();
                *json.pointer_mut(&pointer).expect("it is there") = json!(number + 1);
            }
            Some(Json::Bool(flag)) => *flag = !*flag,
            Some(Json::String(text)) => text.push('x'),
            Some(Json::Array(items)) => items.reverse(),
            Some(Json::Object(entries)) => {
                let last = entries.keys().next_back().cloned();
                last.map(|name| entries.remove(&name));
            }
            Some(Json::Null) | None => {}
        },
        _ => match json.pointer_mut(parent) {
            Some(Json::Array(items)) => {
                let at: usize = name.parse().expect("it is an index");
                match how % 6 {
                    3 => drop(items.remove(at)),
                    4 => items.insert(other % (items.len() + 1), items[at].clone()),
                    _ => {
                        let other = other % items.len();
                        items.swap(at, other);
                    }
                }
            }
            Some(Json::Object(entries)) => {
                let value = entries.remove(name);
                if how % 6 == 4 {
                    entries.insert(format!("{name}2"), value.unwrap_or_default());
                }
            }
            Some(_) | None => {}
        },
    }
}

/// The file with a valid checksum and digest, as a forger with this program would make it.
fn forged(mut json: Json) -> Option<PlanFile> {
    let content = json.as_object_mut()?;
    content.remove("checksum");
    content.remove("format");
    let text = |content: &Json| serde_json::to_string(&sealed(content.clone())).expect("it is JSON");
    if let Ok(file) = PlanFile::read("plan.json", &text(&json), TOOL) {
        return Some(file);
    }
    // The plan's digest is computed over the edited parts.
    let mut file = content_of(&json).ok()?;
    file.plan.digest =
        of_plan(mask(), file.provenance.destination(), &file.plan.changes, &file.plan.hazards, &file.plan.obstacles);
    PlanFile::read("plan.json", &file.write(), TOOL).ok()
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn an_edited_file_is_refused_or_shows_what_is_sent(
        world in worlds(),
        edits in proptest::collection::vec((any::<u16>(), any::<u8>(), any::<u16>()), 1..4),
    ) {
        let actual = world.snapshot();
        let good = genuine(&world);
        if !good.plan.obstacles.is_empty() {
            return Ok(());
        }
        prop_assert_eq!(refusal(&world, &good, &actual), None);
        let good_json: Json = serde_json::from_str(&good.write()).expect("it is JSON");
        let mut json = good_json.clone();
        edits.into_iter().for_each(|seed| edit(&mut json, seed));
        let Some(file) = forged(json) else { return Ok(()) };
        if refusal(&world, &file, &actual).is_none() {
            let json: Json = serde_json::from_str(&file.write()).expect("it is JSON");
            prop_assert_eq!(shown(&json), shown(&good_json));
        }
    }
}
