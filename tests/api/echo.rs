//! Tests that an entity can be sent back whole, as it was read: clients that export a catalog do so. Blueprints and
//! entities are generated.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::api::bench::Bench;
use crate::generated_cases;

/// A type with some of its valid values; the first is the default where one is declared.
fn property() -> impl Strategy<Value = (Value, Vec<Value>)> {
    select(vec![
        (json!({"type": "string"}), vec![json!("a"), json!(""), json!("ü\n\"")]),
        (json!({"type": "string", "enum": ["x", "y"]}), vec![json!("x"), json!("y")]),
        (json!({"type": "string", "format": "date-time"}), vec![json!("2026-11-02T08:15:00Z")]),
        (json!({"type": "string", "format": "url"}), vec![json!("https://a.example/?b=c")]),
        (json!({"type": "number"}), vec![json!(1), json!(-2.5), json!(1e20)]),
        (json!({"type": "boolean"}), vec![json!(true), json!(false)]),
        (json!({"type": "object"}), vec![json!({}), json!({"a": {"b": null, "c": [1]}})]),
        (json!({"type": "array"}), vec![json!([]), json!([1, "a", null])]),
        (json!({"type": "array", "items": {"type": "string"}}), vec![json!(["a", "b"])]),
    ])
}

#[derive(Debug, Clone)]
struct World {
    properties: Vec<(Value, Vec<Value>, bool)>,
    inherits: bool,
    requires: bool,
    entities: Vec<Sketch>,
}

/// Choices for an entity, by number.
#[derive(Debug, Clone)]
struct Sketch {
    title: Option<Option<&'static str>>,
    icon: Option<Option<&'static str>>,
    team: Option<Vec<&'static str>>,
    /// 0: absent; 1: null; more: one of the values.
    values: Vec<usize>,
    home: usize,
    peers: Option<Vec<usize>>,
}

fn world() -> impl Strategy<Value = World> {
    let properties = prop::collection::vec((property(), any::<bool>()), 0..5);
    let properties =
        properties.prop_map(|all| all.into_iter().map(|((shape, values), default)| (shape, values, default)).collect());
    let entities = prop::collection::vec(sketch(), 1..5);
    (properties, any::<bool>(), any::<bool>(), entities).prop_map(|(properties, inherits, requires, entities)| World {
        properties,
        inherits,
        requires,
        entities,
    })
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let text = || prop::option::of(prop::option::of(select(&["", "A", "ü"][..])));
    let team = prop::option::of(prop::collection::vec(select(&["t", "u"][..]), 0..3));
    let peers = prop::option::of(prop::collection::vec(0_usize..5, 0..3));
    (text(), text(), team, prop::collection::vec(0_usize..6, 5), 0_usize..3, peers)
        .prop_map(|(title, icon, team, values, home, peers)| Sketch { title, icon, team, values, home, peers })
}

impl World {
    fn blueprint(&self, home: &str) -> Value {
        let mut properties = Map::new();
        for (at, (shape, values, has_default)) in self.properties.iter().enumerate() {
            let mut shape = shape.clone();
            if *has_default {
                shape["default"] = values[0].clone();
            }
            properties.insert(format!("p{at}"), shape);
        }
        let ownership = match self.inherits {
            true => json!({"type": "Inherited", "path": "home"}),
            false => json!({"type": "Direct"}),
        };
        json!({
            "schema": {"properties": properties}, "ownership": ownership,
            "relations": {"home": {"target": home, "required": self.requires, "many": false}},
            "mirrorProperties": {"homeTitle": {"path": "home.$title"}},
            "calculationProperties": {"score": {"calculation": "1", "type": "number"}},
            "aggregationProperties": {"homes": {
                "title": "Homes", "target": home, "type": "number",
                "calculationSpec": {"func": "count", "calculationBy": "entities"},
            }},
        })
    }

    fn entity(&self, at: usize) -> Value {
        let sketch = &self.entities[at];
        let mut body = json!({"identifier": format!("e{at}")});
        for (key, text) in [("title", sketch.title), ("icon", sketch.icon)] {
            if let Some(text) = text {
                body[key] = text.into();
            }
        }
        if let Some(team) = sketch.team.as_ref().filter(|_| !self.inherits) {
            body["team"] = json!(team);
        }
        let mut properties = Map::new();
        for (at, (_, values, _)) in self.properties.iter().enumerate() {
            match sketch.values[at] {
                0 => {}
                1 => drop(properties.insert(format!("p{at}"), Value::Null)),
                choice => drop(properties.insert(format!("p{at}"), values[choice % values.len()].clone())),
            }
        }
        body["properties"] = properties.into();
        let mut relations = Map::new();
        if self.requires || sketch.home > 0 {
            relations.insert("home".to_owned(), json!(format!("h{}", sketch.home.min(1))));
        }
        if let Some(peers) = &sketch.peers {
            let peers = peers.iter().filter(|peer| **peer <= at).map(|peer| format!("e{peer}"));
            relations.insert("peers".to_owned(), peers.filter(|peer| *peer != format!("e{at}")).collect());
        }
        body["relations"] = relations.into();
        body
    }
}

/// What a write does not have to keep.
fn comparable(mut entity: Value) -> Value {
    for key in ["updatedAt", "createdAt"] {
        entity.as_object_mut().expect("an entity").remove(key);
    }
    entity
}

#[test]
fn what_is_read_can_be_sent_back_and_changes_nothing() {
    let Some(bench) = Bench::embedded("it writes hundreds of blueprints") else { return };
    let mut runner = proptest::test_runner::TestRunner::new(generated_cases::config(60));
    let case = std::cell::Cell::new(0);
    let result = runner.run(&world(), |world| {
        case.set(case.get() + 1);
        let home = bench.blueprint(&format!("home{}", case.get()), json!({"ownership": {"type": "Direct"}}));
        for (identifier, team) in [("h0", json!([])), ("h1", json!(["t", "u"]))] {
            bench.create(&home, json!({"identifier": identifier, "title": identifier, "team": team}));
        }
        let mut body = world.blueprint(&home);
        let name = format!("thing{}", case.get());
        body["relations"]["peers"] = json!({"target": bench.name(&name), "required": false, "many": true});
        let thing = bench.blueprint(&name, body);
        for at in 0..world.entities.len() {
            bench.create(&thing, world.entity(at));
        }
        let read = || bench.get(&["blueprints", &thing, "entities"]).now().gave(200)["entities"].take();
        let before = read();
        let entities = before.as_array().expect("a list").clone();
        bench.bulk(&thing, &[("upsert", "true")], &entities).gave(200);
        let list =
            |entities: &Value| entities.as_array().expect("a list").iter().cloned().map(comparable).collect::<Vec<_>>();
        prop_assert_eq!(list(&read()), list(&before), "bulk");
        bench.bulk(&thing, &[("upsert", "true"), ("merge", "true")], &entities).gave(200);
        prop_assert_eq!(list(&read()), list(&before), "bulk with merge");
        for entity in &entities {
            let identifier = entity["identifier"].as_str().expect("an identifier");
            let put = bench.put(&["blueprints", &thing, "entities", identifier]).send(entity.clone()).gave(200);
            let mut expected = entity.clone();
            // Of what is computed, the answer to a write has mirror properties only.
            for name in ["homes", "score"] {
                expected["properties"].as_object_mut().expect("an object").remove(name);
            }
            prop_assert_eq!(comparable(put["entity"].clone()), comparable(expected), "put");
        }
        prop_assert_eq!(list(&read()), list(&before), "put");
        // An empty catalog takes the export of another.
        bench.delete(&["blueprints", &thing, "all-entities"]).now().gave(200);
        bench.bulk(&thing, &[("upsert", "false")], &entities).gave(200);
        prop_assert_eq!(list(&read()), list(&before), "import");
        bench.delete(&["blueprints", &thing, "all-entities"]).query("delete_blueprint", "true").now().gave(200);
        bench.delete(&["blueprints", &home, "all-entities"]).query("delete_blueprint", "true").now().gave(200);
        Ok(())
    });
    result.unwrap_or_else(|fault| panic!("{fault}"));
}
