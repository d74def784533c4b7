//! Hand-made revisions of a mapping, and a catalog, for the tests of forecasts.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::super::{ForecastInput, forecast};
use crate::domain::blueprint::Blueprint;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::document::span::Span;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::{Entity, EntityKey, Record, Targets};
use crate::domain::evaluation::{Evaluation, MappedEntity, Origin, Outcome, Problem, ProblemClass};
use crate::domain::forecast::revision::{
    ConfigState, EntryOutline, MappedRevision, MappingOutline, ObjectOutline, PlacedText,
};
use crate::domain::forecast::{CausePlace, DangerKind, Forecast, StaleCause, StaleEntity};
use crate::domain::snapshot::{Completeness, Shelf, Snapshot};
use crate::domain::value::Value;
use crate::jq::{Entries, Value as JqValue};

/// A mapping with one entry over objects, each of which yields the entity that has its name.
pub(super) struct World {
    pub(super) now: MappedRevision,
    pub(super) base: Option<MappedRevision>,
    pub(super) live: Vec<Entity>,
    pub(super) blueprints: Vec<Json>,
    pub(super) owned: Vec<EntityKey>,
    pub(super) formerly_owned: Vec<EntityKey>,
}

pub(super) fn key(text: &str) -> EntityKey {
    let (blueprint, identifier) = text.split_once('/').expect("a blueprint and an identifier");
    EntityKey { blueprint: blueprint.into(), identifier: identifier.into() }
}

pub(super) fn keys(texts: &[&str]) -> Vec<EntityKey> {
    texts.iter().map(|text| key(text)).collect()
}

pub(super) fn placed(text: &str, at: usize) -> PlacedText {
    PlacedText { text: text.to_owned(), span: Span::new(at, at + text.len()) }
}

pub(super) fn entry(index: usize, kind: &str) -> EntryOutline {
    let fields = vec![("properties.*".to_owned(), Span::new(50, 51)), ("relations.*".to_owned(), Span::new(60, 61))];
    EntryOutline {
        index,
        kind: placed(kind, 0),
        selector: Some(placed(".spec.blueprint == \"service\"", 10)),
        items_to_parse: None,
        mappings: vec![MappingOutline {
            identifier: placed(".spec.identifier", 30),
            blueprint: placed(".spec.blueprint", 40),
            fields,
        }],
        objects: 1,
    }
}

pub(super) fn revision(upserts: Vec<MappedEntity>, objects: &[&str]) -> MappedRevision {
    let object = |(at, name): (usize, &&str)| ObjectOutline {
        group: "getport.io".to_owned(),
        kind: "Entity".to_owned(),
        key: (*name).to_owned(),
        digest: 1,
        path: format!("{name}.yaml").into(),
        line: at + 1,
    };
    MappedRevision {
        config: ConfigState::Present,
        entries: vec![entry(0, "getport.io/v1/entities")],
        objects: objects.iter().enumerate().map(object).collect(),
        undelivered: Vec::new(),
        evaluation: Evaluation {
            outcome: Outcome::Complete,
            upserts,
            deletes: Vec::new(),
            undecided: Vec::new(),
            problems: Vec::new(),
            approximations: Vec::new(),
        },
        creates_missing_targets: false,
        state_key: Some("prod".to_owned()),
        delivery: None,
    }
}

/// An entity with these properties and relations, mapped from the object with this index.
pub(super) fn mapped(name: &str, object: usize, body: Json) -> MappedEntity {
    let EntityKey { blueprint, identifier } = key(name);
    let entries = |value: &Json| -> Entries {
        let members = value.as_object().into_iter().flatten();
        members.map(|(name, value)| (Arc::from(name.as_str()), JqValue::from_json(value))).collect()
    };
    MappedEntity {
        identifier: JqValue::from(&*identifier),
        blueprint: blueprint.to_string(),
        title: body["title"].as_str().unwrap_or_default().to_owned(),
        icon: String::new(),
        team: body.get("team").map(JqValue::from_json),
        properties: entries(&body["properties"]),
        relations: entries(&body["relations"]),
        contested: Vec::new(),
        origin: Origin { object, entry: 0, mapping: 0 },
    }
}

pub(super) fn stored(name: &str, properties: Json, relations: Json) -> Entity {
    let targets = |value: &Json| match value {
        Json::String(target) => Targets::One(target.as_str().into()),
        Json::Array(list) => Targets::Many(list.iter().filter_map(Json::as_str).map(Box::from).collect()),
        _ => Targets::None,
    };
    let properties = properties.as_object().expect("properties");
    let relations = relations.as_object().expect("relations");
    Entity {
        key: key(name),
        texts: Texts::default(),
        team: Box::default(),
        properties: properties.iter().map(|(name, value)| (name.as_str().into(), Value::from_json(value))).collect(),
        relations: relations.iter().map(|(name, value)| (name.as_str().into(), targets(value))).collect(),
        record: Record::default(),
    }
}

impl World {
    /// Services `a`, `b` and so on at both revisions, in the catalog, and owned.
    pub(super) fn of(names: &[&str]) -> Self {
        let revision = || {
            let upserts = names.iter().enumerate();
            revision(upserts.map(|(at, name)| mapped(&format!("service/{name}"), at, json!({}))).collect(), names)
        };
        let full: Vec<String> = names.iter().map(|name| format!("service/{name}")).collect();
        Self {
            now: revision(),
            base: Some(revision()),
            live: full.iter().map(|name| stored(name, json!({}), json!({}))).collect(),
            blueprints: vec![
                json!({
                    "identifier": "service",
                    "schema": {"properties": {
                        "tier": {"type": "number"}, "kept": {"type": "string"}, "plan": {"type": "string", "default": "free"},
                    }},
                    "relations": {"uses": {"target": "service", "many": true}, "domain": {"target": "domain"}},
                }),
                json!({"identifier": "domain", "schema": {"properties": {}}}),
            ],
            owned: full.iter().map(|name| key(name)).collect(),
            formerly_owned: Vec::new(),
        }
    }

    pub(super) fn forecast(&self) -> Forecast {
        let blueprints = self.blueprints.iter().map(|json| Blueprint::from_json(json.clone()).expect("a blueprint").0);
        let blueprints = Blueprints::new(blueprints.collect());
        let mut live = Snapshot::default();
        for blueprint in blueprints.iter() {
            let of_it = self.live.iter().filter(|entity| *entity.key.blueprint == *blueprint.identifier);
            let mut entities: Vec<Entity> = of_it.cloned().collect();
            entities.sort_by(|a, b| a.key.cmp(&b.key));
            let shelf = Shelf { entities, completeness: Completeness::Complete };
            live.blueprints.insert(blueprint.identifier.clone(), shelf);
        }
        forecast(&ForecastInput {
            now: &self.now,
            base: self.base.as_ref(),
            live: &live,
            blueprints: &blueprints,
            owned: &self.owned,
            formerly_owned: &self.formerly_owned,
        })
    }

    /// The kind and place of the only danger, with its entities.
    #[track_caller]
    pub(super) fn danger(&self) -> (DangerKind, CausePlace, Vec<String>) {
        let forecast = self.forecast();
        assert_eq!(forecast.dangers.len(), 1, "{forecast:?}");
        assert!(forecast.is_dangerous());
        let danger = &forecast.dangers[0];
        let name = |key: &EntityKey| format!("{}/{}", key.blueprint, key.identifier);
        let of_danger = |stale: &&StaleEntity| stale.cause == StaleCause::Danger(0);
        assert_eq!(forecast.stale.iter().filter(of_danger).count(), danger.entities.len());
        (danger.kind, danger.place, danger.entities.iter().map(name).collect())
    }

    /// The names of the blockers.
    pub(super) fn blockers(&self) -> Vec<&'static str> {
        self.forecast().blockers.iter().map(|blocker| blocker.kind.name()).collect()
    }
}

pub(super) fn problem(class: ProblemClass, object: Option<usize>) -> Problem {
    Problem {
        class,
        cause: class,
        object: None,
        object_index: object,
        kind: Some("getport.io/v1/entities".to_owned()),
        entry: Some(0),
        field: Some("properties.tier".to_owned()),
        expression: None,
        message: "no".to_owned(),
        span: Some(Span::new(3, 4)),
    }
}

/// Replaces what is mapped by entities with these relations.
pub(super) fn links(world: &mut World, relations: &[(&str, Json)]) {
    let upserts = relations.iter().enumerate();
    let upserts = upserts.map(|(at, (name, relations))| mapped(name, at, json!({"relations": relations})));
    world.now.evaluation.upserts = upserts.collect();
}
