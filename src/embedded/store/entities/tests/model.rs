//! Property test: after any sequence of writes, the store agrees with a small model.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;

/// The model of an entity: title, team, properties, relations.
#[derive(Debug, Clone, Default, PartialEq)]
struct Thing {
    title: Value,
    team: Value,
    properties: Map<String, Value>,
    relations: Map<String, Value>,
}

type Model = BTreeMap<String, Thing>;

#[derive(Debug, Clone)]
enum Step {
    Write {
        mode: Mode,
        name: String,
        body: Value,
    },
    /// A patch that also changes the identifier.
    Rename {
        from: String,
        to: String,
        body: Value,
    },
    Delete {
        name: String,
    },
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    Create,
    Override,
    Merge,
    Put,
    Patch,
}

fn names() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned)
}

fn bodies() -> impl Strategy<Value = Value> {
    let property = prop_oneof![Just(Value::Null), (0..4_i64).prop_map(Value::from)];
    let properties = proptest::collection::btree_map("[pqr]", property, 0..3);
    let one = proptest::option::of(proptest::option::of(names()));
    let many = proptest::option::of(proptest::collection::vec(names(), 0..3));
    let title = proptest::option::of(proptest::option::of("[A-Z]"));
    let team = proptest::option::of(proptest::option::of(proptest::collection::vec("[tu]", 0..2)));
    (proptest::option::of(properties), one, many, title, team).prop_map(|(properties, one, many, title, team)| {
        let mut relations = Map::new();
        relations.extend(one.map(|one| ("one".to_owned(), json!(one))));
        relations.extend(many.map(|many| ("many".to_owned(), json!(many))));
        let mut body = Map::new();
        body.extend(properties.map(|properties| ("properties".to_owned(), json!(properties))));
        body.extend(title.map(|title| ("title".to_owned(), json!(title))));
        body.extend(team.map(|team| ("team".to_owned(), json!(team))));
        if !relations.is_empty() {
            body.insert("relations".to_owned(), Value::Object(relations));
        }
        Value::Object(body)
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let modes = proptest::sample::select(vec![Mode::Create, Mode::Override, Mode::Merge, Mode::Put, Mode::Patch]);
    let write = (modes, names(), bodies()).prop_map(|(mode, name, body)| Step::Write { mode, name, body });
    let rename = (names(), names(), bodies()).prop_map(|(from, to, body)| Step::Rename { from, to, body });
    let delete = names().prop_map(|name| Step::Delete { name });
    proptest::collection::vec(prop_oneof![6 => write, 1 => rename, 1 => delete], 1..24)
}

/// Applies a step to the model; returns whether it is accepted.
fn model_step(model: &mut Model, step: &Step) -> bool {
    match step {
        Step::Write { mode, name, body } => model_write(model, *mode, name, body),
        Step::Rename { from, to, body } => {
            if !model.contains_key(from) || (from != to && model.contains_key(to)) {
                return false;
            }
            // The entity's own relations may use both identifiers.
            let old = model.clone();
            model.insert(to.clone(), model[from].clone());
            if !model_write(model, Mode::Patch, from, body) {
                *model = old;
                return false;
            }
            let thing = model.remove(from).expect("it was just written");
            model.insert(to.clone(), thing);
            each_target(model, |target| if *target == json!(from) { json!(to) } else { target.clone() });
            true
        }
        Step::Delete { name } => {
            let was_there = model.remove(name).is_some();
            each_target(model, |target| if *target == json!(name) { Value::Null } else { target.clone() });
            was_there
        }
    }
}

/// A target that becomes null is removed from its list.
fn each_target(model: &mut Model, change: impl Fn(&Value) -> Value) {
    for value in model.values_mut().flat_map(|thing| thing.relations.values_mut()) {
        *value = match *value {
            Value::Array(ref list) => list.iter().map(&change).filter(|target| !target.is_null()).collect(),
            ref one => change(one),
        };
    }
}

fn model_write(model: &mut Model, mode: Mode, name: &str, body: &Value) -> bool {
    let is_there = model.contains_key(name);
    let (needs, merges) = match mode {
        Mode::Create => (Some(false), false),
        Mode::Override => (None, false),
        Mode::Merge => (None, true),
        Mode::Put => (Some(true), false),
        Mode::Patch => (Some(true), true),
    };
    if needs.is_some_and(|needs| needs != is_there) {
        return false;
    }
    let empty = Map::new();
    let relations = body["relations"].as_object().unwrap_or(&empty);
    // Only changed relations are looked up, and only another entity can already exist.
    let known = |target: &Value| target.as_str().is_none_or(|target| model.contains_key(target));
    if !relations.values().all(|value| value.as_array().map_or_else(|| known(value), |list| list.iter().all(known))) {
        return false;
    }
    let fresh = || Thing {
        team: json!([]),
        relations: Map::from_iter([("one".into(), Value::Null), ("many".into(), json!([]))]),
        ..Thing::default()
    };
    let mut thing = model.get(name).filter(|_| merges).cloned().unwrap_or_else(fresh);
    if let Some(title) = body.get("title") {
        thing.title = title.clone();
    }
    if let Some(team) = body.get("team") {
        thing.team = if team.is_null() { json!([]) } else { team.clone() };
    }
    thing.properties.extend(body["properties"].as_object().unwrap_or(&empty).clone());
    if !is_there && !thing.properties.contains_key("d") {
        thing.properties.insert("d".to_owned(), json!("default"));
    }
    thing.relations.extend(relations.clone());
    model.insert(name.to_owned(), thing);
    true
}

fn real_step(store: &Store, step: &Step) -> bool {
    let options = |upsert, merge| WriteOptions { upsert, merge, ..WriteOptions::default() };
    match step {
        Step::Write { mode, name, body } => {
            let named = {
                let mut body = body.clone();
                body["identifier"] = json!(name);
                draft(body)
            };
            let plain = draft(body.clone());
            let none = WriteOptions::default();
            match mode {
                Mode::Create => store.create_entity("thing", &named, &none, &writer()).is_ok(),
                Mode::Override => store.create_entity("thing", &named, &options(true, false), &writer()).is_ok(),
                Mode::Merge => store.create_entity("thing", &named, &options(true, true), &writer()).is_ok(),
                Mode::Put => store.replace_entity("thing", name, &plain, &none, &writer()).is_ok(),
                Mode::Patch => store.patch_entity("thing", name, &plain, &none, &writer()).is_ok(),
            }
        }
        Step::Rename { from, to, body } => {
            let mut body = body.clone();
            body["identifier"] = json!(to);
            store.patch_entity("thing", from, &draft(body), &WriteOptions::default(), &writer()).is_ok()
        }
        Step::Delete { name } => store.delete_entity("thing", name, false, &writer()).is_ok(),
    }
}

fn seen(store: &Store, shape: &Shape) -> Vec<Value> {
    let page = store.entities("thing", shape, None, 100).unwrap();
    page.entities.iter().map(|entity| json(entity)).collect()
}

fn things(store: &Store) -> Model {
    let things = seen(store, &Shape::default());
    let thing = |entity: &Value| Thing {
        title: entity["title"].clone(),
        team: entity["team"].clone(),
        properties: entity["properties"].as_object().expect("an object").clone(),
        relations: entity["relations"].as_object().expect("an object").clone(),
    };
    things.iter().map(|entity| (entity["identifier"].as_str().expect("a name").to_owned(), thing(entity))).collect()
}

/// The model as the catalog returns it: a property that was never set is null.
fn returned(model: &Model) -> Model {
    let mut returned = model.clone();
    for thing in returned.values_mut() {
        for name in ["p", "q", "r", "d"] {
            thing.properties.entry(name).or_insert(Value::Null);
        }
    }
    returned
}

/// The relations as stored in the link table.
fn linked(store: &Store) -> Vec<Value> {
    let shape = Shape { attach_title_to_relation: true, ..Shape::default() };
    let mut linked = seen(store, &shape);
    for value in
        linked.iter_mut().flat_map(|entity| entity["relations"].as_object_mut().expect("an object").values_mut())
    {
        *value = match *value {
            Value::Array(ref list) => list.iter().map(|target| target["identifier"].clone()).collect(),
            ref one => one.get("identifier").cloned().unwrap_or_default(),
        };
    }
    linked
}

proptest! {
    #![proptest_config(crate::generated_cases::config(300))]

    #[test]
    fn the_store_does_what_the_model_does(steps in steps()) {
        let store = store();
        let property = json!({"type": "number"});
        put_blueprint(&store, &json!({
            "identifier": "thing",
            "schema": {"properties": {"p": property, "q": property, "r": property, "d": {"type": "string", "default": "default"}}},
            "relations": {"one": {"target": "thing"}, "many": {"target": "thing", "many": true}},
        }));
        let mut model = Model::new();
        for step in &steps {
            prop_assert_eq!(real_step(&store, step), model_step(&mut model, step), "{:?}", step);
            prop_assert_eq!(things(&store), returned(&model), "{:?}", step);
            prop_assert_eq!(linked(&store), seen(&store, &Shape::default()), "{:?}", step);
            prop_assert_eq!(store.count("thing").unwrap(), model.len() as u64);
        }
    }
}
