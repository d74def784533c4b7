//! The laws of blueprint impact over generated blueprints and entities, with the embedded catalog as the judge: what is said to
//! be safe, it still accepts; what is said to be broken, it refuses.

use std::collections::BTreeSet;

use portolan::analysis::{Analyzer, Directives, DocumentContext, Evidence, Options, RunState, Selection, Snapshot};
use portolan::catalog::wire::{EntityDraft, WriteOptions, Writer};
use portolan::domain::blueprint::Blueprint;
use portolan::domain::blueprint::set::Blueprints;
use portolan::domain::document::span::Span;
use portolan::domain::entity::desired::{Desired, DesiredField, DesiredProperty, DesiredRelation, Teams};
use portolan::domain::entity::fields::Texts;
use portolan::domain::entity::{EntityKey, Targets};
use portolan::domain::finding::{FileId, Finding, Place};
use portolan::domain::git_host::GitHost;
use portolan::domain::impact::{EntityImpact, Impact, Verdict};
use portolan::domain::known_problems::KnownProblems;
use portolan::domain::value::Value;
use portolan::domain::value::day::Day;
use portolan::domain::value::timestamp::Moment;
use portolan::embedded::api::Strictness;
use portolan::embedded::store::{Store, system_clock};
use portolan::manifest::{self, Limits, Reader};
use portolan::plan::impact::{ImpactInput, NewFinding, impact};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value as Json, json};

const PROPERTIES: [&str; 4] = ["p0", "p1", "p2", "p3"];
const RELATIONS: [&str; 3] = ["r0", "r1", "r2"];

/// How a blueprint defines a property.
#[derive(Debug, Clone, PartialEq)]
enum Definition {
    Stored(Json),
    Mirror,
    Calculation,
}

#[derive(Debug, Clone, PartialEq)]
struct Shape {
    properties: Vec<Option<Definition>>,
    relations: Vec<Option<(&'static str, bool, bool)>>,
    required: BTreeSet<usize>,
    inherits: bool,
}

#[derive(Debug, Clone)]
struct Change {
    old: Shape,
    new: Shape,
    entities: Vec<Json>,
}

fn definition() -> impl Strategy<Value = Option<Definition>> {
    let stored = prop::sample::select(vec![
        json!({"type": "string"}),
        json!({"type": "string", "enum": ["a", "b"]}),
        json!({"type": "string", "enum": ["a"]}),
        json!({"type": "string", "maxLength": 3}),
        json!({"type": "string", "pattern": "^a"}),
        json!({"type": "string", "format": "email"}),
        json!({"type": "number"}),
        json!({"type": "number", "maximum": 5}),
        json!({"type": "boolean"}),
        json!({"type": "array"}),
        json!({"type": "array", "items": {"type": "string"}, "maxItems": 1}),
        json!({"type": "string", "default": "a"}),
    ]);
    prop_oneof![
        8 => stored.prop_map(|schema| Some(Definition::Stored(schema))),
        1 => Just(Some(Definition::Mirror)),
        1 => Just(Some(Definition::Calculation)),
        1 => Just(None),
    ]
}

fn relation() -> impl Strategy<Value = Option<(&'static str, bool, bool)>> {
    let target = prop::sample::select(vec!["t", "u"]);
    let defined = (target, prop::sample::select(vec![(false, false), (false, true), (true, false)]));
    prop_oneof![
        5 => defined.prop_map(|(target, (many, required))| Some((target, many, required))),
        1 => Just(None),
    ]
}

fn shape() -> impl Strategy<Value = Shape> {
    let properties = prop::collection::vec(definition(), PROPERTIES.len());
    let relations = prop::collection::vec(relation(), RELATIONS.len());
    let required = prop::collection::btree_set(0..PROPERTIES.len(), 0..2);
    (properties, relations, required, prop::bool::weighted(0.2))
        .prop_map(|(properties, relations, required, inherits)| Shape { properties, relations, required, inherits })
}

fn changes() -> impl Strategy<Value = Change> {
    let part = (0..=PROPERTIES.len() + RELATIONS.len() + 1, definition(), relation(), any::<usize>());
    (shape(), prop::collection::vec(part, 0..4), prop::collection::vec(choices(), 1..6)).prop_map(
        |(old, parts, entities)| {
            let mut new = old.clone();
            for (at, definition, relation, number) in parts {
                match at {
                    at if at < PROPERTIES.len() => new.properties[at] = definition,
                    at if at < PROPERTIES.len() + RELATIONS.len() => new.relations[at - PROPERTIES.len()] = relation,
                    at if at == PROPERTIES.len() + RELATIONS.len() => new.inherits = !new.inherits,
                    _ => drop(new.required.insert(number % PROPERTIES.len())),
                }
            }
            let entities = entities.iter().map(|choices| old.entity(choices)).collect();
            Change { old, new, entities }
        },
    )
}

/// How an entity gives each property and relation: not at all, as the old blueprint wants it, or with any value.
#[derive(Debug, Clone)]
struct Choices {
    properties: Vec<(u8, Option<Json>)>,
    relations: Vec<(u8, Option<Json>)>,
    has_team: bool,
}

fn choices() -> impl Strategy<Value = Choices> {
    let value = prop::sample::select(vec![
        None,
        None,
        Some(json!("a")),
        Some(json!("a")),
        Some(json!("b")),
        Some(json!("abcd")),
        Some(json!("a@b.de")),
        Some(json!(3)),
        Some(json!(9)),
        Some(json!(true)),
        Some(json!(["a"])),
        Some(json!(["a", "b"])),
        Some(json!([1])),
        Some(Json::Null),
    ]);
    let target = prop::sample::select(vec![
        None,
        Some(json!("x")),
        Some(json!("x")),
        Some(json!(["x"])),
        Some(json!(["x", "y"])),
        Some(Json::Null),
    ]);
    let properties = prop::collection::vec((0..12_u8, value), PROPERTIES.len());
    let relations = prop::collection::vec((0..12_u8, target), RELATIONS.len());
    (properties, relations, any::<bool>()).prop_map(|(properties, relations, has_team)| Choices {
        properties,
        relations,
        has_team,
    })
}

/// A value that fits the definition.
fn fitting(definition: Option<&Definition>) -> Option<Json> {
    let Some(Definition::Stored(schema)) = definition else { return None };
    Some(match (schema["type"].as_str(), schema.get("format")) {
        (Some("number"), _) => json!(3),
        (Some("boolean"), _) => json!(true),
        (Some("array"), _) => json!(["a"]),
        (_, Some(_)) => json!("a@b.de"),
        (_, None) => json!("a"),
    })
}

impl Shape {
    /// An entity, without identifier. Mostly it fits.
    fn entity(&self, choices: &Choices) -> Json {
        let chosen = |way: u8, fitting: Option<Json>, other: &Option<Json>| match way {
            0 => None,
            11 => other.clone(),
            _ => fitting,
        };
        let (mut properties, mut relations) = (Map::new(), Map::new());
        for ((name, definition), (way, other)) in PROPERTIES.iter().zip(&self.properties).zip(&choices.properties) {
            let value = chosen(*way, fitting(definition.as_ref()), other);
            properties.extend(value.map(|value| ((*name).to_owned(), value)));
        }
        for ((name, defined), (way, other)) in RELATIONS.iter().zip(&self.relations).zip(&choices.relations) {
            let targets = defined.map(|(_, many, _)| match (many, *way < 6) {
                (true, true) => json!(["x", "y"]),
                (true, false) => json!(["x"]),
                (false, _) => json!("x"),
            });
            relations.extend(chosen(*way, targets, other).map(|value| ((*name).to_owned(), value)));
        }
        let mut entity = json!({"properties": properties, "relations": relations});
        if choices.has_team && !self.inherits {
            entity["team"] = json!(["blue"]);
        }
        entity
    }

    fn body(&self) -> Json {
        let (mut stored, mut mirrors, mut calculations) = (Map::new(), Map::new(), Map::new());
        for (name, definition) in PROPERTIES.iter().zip(&self.properties) {
            match definition {
                Some(Definition::Stored(schema)) => drop(stored.insert((*name).to_owned(), schema.clone())),
                Some(Definition::Mirror) => drop(mirrors.insert((*name).to_owned(), json!({"path": "owner.$title"}))),
                Some(Definition::Calculation) => {
                    let calculation = json!({"calculation": ".identifier", "type": "string"});
                    drop(calculations.insert((*name).to_owned(), calculation));
                }
                None => {}
            }
        }
        // The path of mirrors and of the inherited team.
        let mut relations =
            Map::from_iter([("owner".to_owned(), json!({"target": "t", "many": false, "required": false}))]);
        for (name, defined) in RELATIONS.iter().zip(&self.relations) {
            if let Some((target, many, required)) = defined {
                relations.insert((*name).to_owned(), json!({"target": target, "many": many, "required": required}));
            }
        }
        let required: Vec<&str> =
            self.required.iter().map(|at| PROPERTIES[*at]).filter(|name| stored.contains_key(*name)).collect();
        let ownership = match self.inherits {
            true => json!({"type": "Inherited", "path": "owner"}),
            false => json!({"type": "Direct"}),
        };
        json!({"identifier": "e", "title": "E", "schema": {"properties": stored, "required": required},
            "relations": relations, "mirrorProperties": mirrors, "calculationProperties": calculations,
            "ownership": ownership})
    }

    fn blueprints(&self) -> Blueprints {
        let others = ["t", "u"].map(target);
        let all = others.into_iter().chain([self.body()]);
        Blueprints::new(all.map(|body| Blueprint::from_json(body).expect("a blueprint").0).collect())
    }

    /// A catalog with this blueprint and the targets of relations.
    fn catalog(&self) -> Store {
        let store = Store::in_memory(system_clock()).expect("there is memory");
        for name in ["t", "u"] {
            store.create_blueprint(target(name), &writer()).expect("it is a blueprint");
        }
        store.create_blueprint(self.body(), &writer()).expect("it is a blueprint");
        for (blueprint, identifier) in [("t", "x"), ("t", "y"), ("u", "x"), ("u", "y")] {
            assert!(write(&store, blueprint, &json!({"identifier": identifier})), "{blueprint}/{identifier}");
        }
        store
    }
}

fn target(name: &str) -> Json {
    json!({"identifier": name, "title": name, "schema": {"properties": {}, "required": []}, "ownership": {"type": "Direct"}})
}

fn writer() -> Writer {
    Writer { id: "test".to_owned(), user_agent: "test".to_owned(), now: Moment(0) }
}

fn write(store: &Store, blueprint: &str, body: &Json) -> bool {
    let Ok(draft) = EntityDraft::parse(body, Strictness::Open) else { return false };
    let options = WriteOptions { upsert: true, merge: true, ..WriteOptions::default() };
    store.bulk_upsert(blueprint, vec![Ok(draft)], &options, &writer()).expect("there is such a blueprint")[0].is_ok()
}

fn identifier(at: usize) -> String {
    format!("entity-{at}")
}

fn text(at: usize, entity: &Json) -> String {
    let mut spec = entity.clone();
    (spec["blueprint"], spec["identifier"]) = (json!("e"), json!(identifier(at)));
    let name = identifier(at);
    let resource = json!({"apiVersion": "getport.io/v1", "kind": "Entity", "metadata": {"name": name, "namespace": "n"}, "spec": spec});
    format!("{resource}\n")
}

fn lint(entities: &[Json], blueprints: &Blueprints) -> Vec<Finding> {
    let snapshot = Snapshot::new(blueprints.to_vec());
    let options = Options {
        today: Day(20_000),
        snapshot_max_age_days: 30,
        git_host: GitHost::Unknown,
        assumed_mappings: Vec::new(),
    };
    let analyzer = Analyzer::new(&snapshot, &Selection::default(), &options);
    let mut state = RunState::default();
    for (at, entity) in entities.iter().enumerate() {
        let text = text(at, entity);
        let mut run = analyzer.file(FileId::of(at), &text, &mut state);
        Reader::new(Limits::default()).read(&text, &mut |document| {
            let mut manifests = Vec::new();
            manifest::decode(document.view, "a.yaml", &mut manifests);
            let (view, faults) = (document.view, document.faults);
            run.document(&DocumentContext { view, faults, manifests: &manifests, is_mapped: false });
        });
        run.finish(None::<Directives>);
    }
    analyzer.conclude(vec![state.into_results()], Evidence::default(), &|_| true).findings
}

fn desired(at: usize, entity: &Json) -> Desired {
    let members = |key: &str| entity[key].as_object().cloned().unwrap_or_default();
    let targets = |value: Json| match value {
        Json::Array(names) => {
            Targets::Many(names.iter().filter_map(Json::as_str).map(Into::into).collect::<Vec<_>>().into())
        }
        Json::String(name) => Targets::One(name.into()),
        _ => Targets::None,
    };
    let properties = members("properties").into_iter().map(|(name, value)| DesiredProperty {
        name: name.into(),
        value: Value::from_json(&value),
        span: Span::default(),
    });
    let relations = members("relations").into_iter().map(|(name, value)| DesiredRelation {
        name: name.into(),
        targets: targets(value),
        span: Span::default(),
    });
    let team = match entity.get("team") {
        Some(_) => DesiredField::set(Teams::Many(vec!["blue".into()].into()), Span::default()),
        None => DesiredField::default(),
    };
    Desired {
        key: EntityKey { blueprint: "e".into(), identifier: identifier(at).into() },
        texts: Texts::default(),
        team,
        properties: properties.collect::<Vec<_>>().into(),
        relations: relations.collect::<Vec<_>>().into(),
        renamed_from: None,
        place: Place { file: FileId::of(at), span: Span::default() },
        is_bare: false,
    }
}

fn judge(change: &Change) -> Impact {
    let (old, new) = (change.old.blueprints(), change.new.blueprints());
    let paths: Vec<String> = (0..change.entities.len()).map(|at| format!("{at}.yaml")).collect();
    let known = KnownProblems::of(&lint(&change.entities, &old), |file| &paths[file.0 as usize]);
    let mut findings = Vec::new();
    for finding in lint(&change.entities, &new) {
        if let Some(parts) = known.new_part_of(&finding, &paths[finding.place.file.0 as usize]) {
            findings.push(NewFinding { finding, parts });
        }
    }
    let declared: Vec<Desired> = change.entities.iter().enumerate().map(|(at, it)| desired(at, it)).collect();
    impact(&ImpactInput { old: &old, new: &new, declared: &declared, findings: &findings, stored: None })
}

fn found(impact: &Impact, at: usize) -> Option<&EntityImpact> {
    let name = identifier(at);
    impact.entities.iter().find(|entity| *entity.key.identifier == *name)
}

fn of(impact: &Impact, at: usize) -> Verdict {
    found(impact, at).map_or(Verdict::Safe, EntityImpact::verdict)
}

fn is_only_computed(impact: &Impact, at: usize) -> bool {
    let effects = found(impact, at).map_or(&[][..], |entity| &entity.effects);
    let mut rules = effects.iter().filter_map(|effect| Some(effect.finding.as_ref()?.rule.name));
    rules.all(|rule| rule == "computed-property")
}

/// Whether a value that the entity sets is lost, by the words of the contract.
fn loses(change: &Change, entity: &Json) -> bool {
    let is_set = |value: Option<&Json>| value.is_some_and(|value| !value.is_null() && *value != json!([]));
    let kind = |definition: &Option<Definition>| match definition {
        Some(Definition::Stored(schema)) => schema["type"].as_str().map(str::to_owned),
        Some(Definition::Mirror | Definition::Calculation) | None => None,
    };
    let property = PROPERTIES.iter().enumerate().any(|(at, name)| {
        let (before, after) = (kind(&change.old.properties[at]), kind(&change.new.properties[at]));
        before.is_some() && before != after && is_set(entity["properties"].get(name))
    });
    let relation = RELATIONS.iter().enumerate().any(|(at, name)| {
        let Some((target, many, _)) = change.old.relations[at] else { return false };
        let value = entity["relations"].get(name);
        let several = value.and_then(Json::as_array).is_some_and(|targets| targets.len() > 1);
        match change.new.relations[at] {
            None => is_set(value),
            Some((other, _, _)) if other != target => is_set(value),
            Some((_, still_many, _)) => many && !still_many && several,
        }
    });
    let has_team = entity.get("team").is_some();
    let team = match (change.old.inherits, change.new.inherits) {
        (false, true) => has_team,
        (true, false) => true,
        (true, true) | (false, false) => false,
    };
    property || relation || team
}

fn check(change: &Change) {
    let impact = judge(change);
    let (before, after) = (change.old.catalog(), change.new.catalog());
    for (at, entity) in change.entities.iter().enumerate() {
        let mut body = entity.clone();
        body["identifier"] = json!(identifier(at));
        let (was_accepted, is_accepted) = (write(&before, "e", &body), write(&after, "e", &body));
        let verdict = of(&impact, at);
        match verdict {
            Verdict::Safe | Verdict::Lossy => {
                assert!(!was_accepted || is_accepted, "{verdict:?}, and it is refused: {body} {change:#?}");
            }
            // Lint refuses a value that the catalog would silently replace by the computed one.
            Verdict::Broken if is_only_computed(&impact, at) => {
                assert!(!was_accepted || is_accepted, "{body} {change:#?}")
            }
            Verdict::NewlyRequired | Verdict::Broken => {
                assert!(!is_accepted, "{verdict:?}, and it is accepted: {body} {change:#?}");
            }
        }
        let found = found(&impact, at);
        let is_lost = found.is_some_and(|it| it.effects.iter().any(|effect| effect.loss.is_some()));
        assert_eq!(is_lost, loses(change, entity), "{body} {change:#?} {found:#?}");
    }
    let counts = impact.counts;
    let all = if change.old.body() == change.new.body() { 0 } else { change.entities.len() };
    assert_eq!(counts.affected() + counts.safe, all, "{counts:?} {change:#?}");
    assert!(all > 0 || impact.changes.is_empty() && impact.entities.is_empty() && impact.unjudged.is_empty());
}

/// The law would be empty if all changes were alike.
#[test]
fn changes_reach_every_verdict() {
    let mut runner = TestRunner::new(crate::generated_cases::config(1));
    let mut seen = BTreeSet::new();
    for _ in 0..200 {
        let change = changes().new_tree(&mut runner).expect("a change").current();
        let impact = judge(&change);
        seen.extend((0..change.entities.len()).map(|at| of(&impact, at)));
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
}

proptest! {
    #![proptest_config(crate::generated_cases::config(400))]

    #[test]
    fn the_catalog_does_what_the_verdict_says(change in changes()) {
        check(&change);
    }

    #[test]
    fn the_order_of_entities_and_findings_is_nothing(change in changes(), seed: u64) {
        let (old, new) = (change.old.blueprints(), change.new.blueprints());
        let findings: Vec<NewFinding> = lint(&change.entities, &new)
            .into_iter()
            .map(|finding| NewFinding { parts: finding.parts().to_vec(), finding })
            .collect();
        let declared: Vec<Desired> = change.entities.iter().enumerate().map(|(at, it)| desired(at, it)).collect();
        let said = |declared: &[Desired], findings: &[NewFinding]| {
            let impact = impact(&ImpactInput { old: &old, new: &new, declared, findings, stored: None });
            let entity = |it: &EntityImpact| (it.key.clone(), it.verdict(), it.effects.len());
            (impact.entities.iter().map(entity).collect::<Vec<_>>(), impact.counts, impact.changes)
        };
        let expected = said(&declared, &findings);
        let (mut others, mut shuffled) = (declared.clone(), findings.clone());
        let length = others.len();
        others.rotate_left(usize::try_from(seed % length as u64).expect("it is small"));
        shuffled.reverse();
        prop_assert_eq!(said(&others, &shuffled), expected);
    }
}
