//! A small world for tests: declared entities, those at the merge base, stored entities, and their owners.

use serde_json::{Value as Json, json};

use crate::domain::blueprint::Blueprint;
use crate::domain::document::span::Span;
use crate::domain::entity::desired::{Desired, DesiredField, DesiredProperty, DesiredRelation, Teams};
use crate::domain::entity::fields::Texts;
use crate::domain::entity::{Entity, EntityKey, Record, Targets};
use crate::domain::finding::{FileId, Place};
use crate::domain::plan::Plan;
use crate::domain::plan::change::{Change, Field, FieldChange};
use crate::domain::plan::hazard::Blocker;
use crate::domain::plan::policy::Policy;
use crate::domain::plan::request::WriteRequests;
use crate::domain::plan::write_mode::{PruneRule, Write, WriteMode};
use crate::domain::snapshot::{Completeness, Shelf, Snapshot};
use crate::domain::value::Value;
use crate::plan::{Adopt, Base, Deletes, Destination, Move, Only, PlanBasis, PlanInput, plan, write_requests};
use crate::text::mask::Mask;

pub const DESTINATION: Destination<'static> =
    Destination { platform: "port", catalog: "https://api.port.io", target: None, scope: "acme/catalog" };

#[derive(Debug, Clone)]
pub struct World {
    pub blueprints: Vec<Blueprint>,
    pub desired: Vec<Desired>,
    pub base: Option<Vec<Desired>>,
    pub base_is_complete: bool,
    pub stored: Vec<Entity>,
    pub owned: Vec<EntityKey>,
    pub incomplete: Vec<&'static str>,
    pub unread: Vec<Blocker>,
    pub write: Write,
    pub prune: PruneRule,
    pub policies: Vec<Policy>,
    pub adopt: bool,
    /// What another scope owns; not empty: only these are adopted.
    pub adopt_those: Vec<EntityKey>,
    pub only_branch: bool,
    pub moves: Vec<Move>,
    pub only: Option<Only>,
    /// What the exporters delete and keep; `None`: a push decides.
    pub exporters: Option<(Vec<EntityKey>, Vec<EntityKey>)>,
    pub is_exported: bool,
    /// What a restore deletes, and what somebody changed after the push; `None`: it is no restore.
    pub restore: Option<(Vec<EntityKey>, Vec<EntityKey>)>,
    pub destination: Destination<'static>,
}

/// Blueprints with every kind of property and relation.
pub fn blueprints() -> Vec<Blueprint> {
    let service = json!({
        "identifier": "service",
        "schema": {"properties": {
            "language": {"type": "string", "default": "go"},
            "tier": {"type": "number"},
            "since": {"type": "string", "format": "date-time"},
            "until": {"type": "string", "format": "timer"},
            "windows": {"type": "array", "items": {"type": "string", "format": "date-time"}},
            "tags": {"type": "array"},
            "meta": {"type": "object"},
            "public": {"type": "boolean", "default": false},
        }},
        "relations": {
            "domain": {"target": "domain"},
            "dependsOn": {"target": "service", "many": true},
            "owner": {"target": "team", "required": true},
        },
        "mirrorProperties": {"ownerTitle": {"path": "owner.$title"}},
        "calculationProperties": {"score": {"calculation": "1", "type": "number"}},
    });
    let team = json!({
        "identifier": "team",
        "schema": {"properties": {"mail": {"type": "string"}, "size": {"type": "number"}}},
        "relations": {"lead": {"target": "service"}, "parent": {"target": "team"}},
    });
    let domain = json!({
        "identifier": "domain",
        "schema": {"properties": {"note": {"type": "string"}}},
        "relations": {"twin": {"target": "domain", "required": true}},
        "ownership": {"type": "Inherited", "path": "twin"},
    });
    let note = json!({"identifier": "note", "schema": {"properties": {"text": {"type": "string"}}}});
    let read = |raw| Blueprint::from_json(raw).expect("it is a blueprint").0;
    [service, team, domain, note].into_iter().map(read).collect()
}

impl World {
    pub fn new() -> Self {
        Self {
            blueprints: blueprints(),
            desired: Vec::new(),
            base: None,
            base_is_complete: true,
            stored: Vec::new(),
            owned: Vec::new(),
            incomplete: Vec::new(),
            unread: Vec::new(),
            write: Write::every(WriteMode::Merge),
            prune: PruneRule { enabled: true, max: 100, max_percent: 100 },
            policies: Vec::new(),
            adopt: false,
            adopt_those: Vec::new(),
            only_branch: false,
            moves: Vec::new(),
            only: None,
            exporters: None,
            is_exported: false,
            restore: None,
            destination: DESTINATION,
        }
    }

    /// `declared` and `stored` are lists of entities; this scope owns all stored ones.
    pub fn of(declared: Json, stored: Json) -> Self {
        let stored: Vec<Entity> = list(&stored).iter().map(entity).collect();
        let owned = stored.iter().map(|entity| entity.key.clone()).collect();
        Self { desired: manifests(&declared), stored, owned, ..Self::new() }
    }

    pub fn base(self, base: Json) -> Self {
        Self { base: Some(manifests(&base)), ..self }
    }

    pub fn replacing(self) -> Self {
        Self { write: Write::every(WriteMode::Replace), ..self }
    }

    /// This scope owns only these.
    pub fn owning(self, owned: &[(&str, &str)]) -> Self {
        Self { owned: owned.iter().map(|(blueprint, identifier)| key(blueprint, identifier)).collect(), ..self }
    }

    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for blueprint in &self.blueprints {
            let completeness = match self.incomplete.contains(&blueprint.identifier.as_str()) {
                true => Completeness::Incomplete("the line was cut".to_owned()),
                false => Completeness::Complete,
            };
            let shelf = Shelf { entities: Vec::new(), completeness };
            snapshot.blueprints.insert(blueprint.identifier.clone(), shelf);
        }
        for entity in &self.stored {
            let shelf = Shelf { entities: Vec::new(), completeness: Completeness::Complete };
            let shelf = snapshot.blueprints.entry(entity.key.blueprint.to_string()).or_insert(shelf);
            shelf.entities.push(entity.clone());
        }
        for shelf in snapshot.blueprints.values_mut() {
            shelf.entities.sort_by(|a, b| a.key.cmp(&b.key));
        }
        snapshot
    }

    pub fn plan(&self) -> Plan {
        self.plan_against(&self.snapshot())
    }

    pub fn plan_against(&self, actual: &Snapshot) -> Plan {
        plan(&PlanInput {
            clears_dropped: true,
            deletes: match (&self.exporters, &self.restore) {
                (Some((deleted, kept)), _) => Deletes::Exporters { deleted, kept },
                (None, Some((listed, _))) => Deletes::Listed(listed),
                (None, None) => Deletes::Undeclared,
            },
            is_exported: self.is_exported,
            desired: &self.desired,
            base: self.base.as_deref().map(|desired| Base { desired, is_complete: self.base_is_complete }),
            actual,
            blueprints: &self.blueprints,
            owned: &self.owned,
            write: &self.write,
            prune: self.prune,
            policies: &self.policies,
            destination: self.destination,
            adopt: match (self.adopt, self.adopt_those.as_slice()) {
                (true, _) => Adopt::All,
                (false, []) => Adopt::Nothing,
                (false, keys) => Adopt::Those(keys),
            },
            only_branch: self.only_branch,
            unread: &self.unread,
            moves: &self.moves,
            only: self.only.as_ref(),
            changed_since: self.restore.as_ref().map_or(&[], |(_, changed_since)| changed_since),
            mask: mask(),
        })
    }

    /// The requests of the plan.
    pub fn requests(&self, plan: &Plan) -> WriteRequests {
        self.acts_against(plan, &self.snapshot())
    }

    pub fn acts_against(&self, plan: &Plan, actual: &Snapshot) -> WriteRequests {
        write_requests(plan, &PlanBasis { desired: &self.desired, blueprints: &self.blueprints, actual, mask: mask() })
    }
}

/// The mask of every world.
pub fn mask() -> &'static Mask {
    static MASK: std::sync::LazyLock<Mask> = std::sync::LazyLock::new(|| Mask::derived(b"a client secret", Vec::new()));
    &MASK
}

pub fn key(blueprint: &str, identifier: &str) -> EntityKey {
    EntityKey { blueprint: blueprint.into(), identifier: identifier.into() }
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice)
}

/// One file per manifest, in order.
pub fn manifests(json: &Json) -> Vec<Desired> {
    (0..).zip(list(json)).map(|(file, json)| manifest(file, json)).collect()
}

fn key_of(json: &Json) -> EntityKey {
    key(json["blueprint"].as_str().unwrap_or("service"), json["identifier"].as_str().unwrap_or("cart"))
}

fn entries(json: Option<&Json>) -> impl Iterator<Item = (&String, &Json)> {
    json.and_then(Json::as_object).into_iter().flatten()
}

/// A declared entity; without a key it is the service `cart`.
pub fn manifest(file: u32, json: &Json) -> Desired {
    let span = Span::new(file as usize, file as usize + 9);
    let text = |name: &str| match json.get(name) {
        None => DesiredField::default(),
        Some(Json::Null) => DesiredField::null(span),
        Some(text) => DesiredField::set(text.as_str().expect("it is a text").into(), span),
    };
    Desired {
        key: key_of(json),
        texts: Texts::from_fn(|field| text(field.key())),
        team: match json.get("team") {
            None => DesiredField::default(),
            Some(Json::Null) => DesiredField::null(span),
            Some(Json::String(team)) => DesiredField::set(Teams::One(team.as_str().into()), span),
            Some(teams) => DesiredField::set(Teams::Many(texts(teams)), span),
        },
        properties: entries(json.get("properties"))
            .map(|(name, value)| DesiredProperty { name: name.as_str().into(), value: Value::from_json(value), span })
            .collect(),
        relations: entries(json.get("relations"))
            .map(|(name, value)| DesiredRelation { name: name.as_str().into(), targets: targets(value), span })
            .collect(),
        renamed_from: json.get("renamed-from").and_then(Json::as_str).map(Into::into),
        place: Place { file: FileId(file), span },
        is_bare: false,
    }
}

pub fn entity(json: &Json) -> Entity {
    Entity {
        key: key_of(json),
        texts: Texts::from_fn(|field| json.get(field.key()).and_then(Json::as_str).map(Into::into)),
        team: json.get("team").map(texts).unwrap_or_default(),
        properties: entries(json.get("properties"))
            .map(|(name, value)| (name.as_str().into(), Value::from_json(value)))
            .collect(),
        relations: entries(json.get("relations")).map(|(name, value)| (name.as_str().into(), targets(value))).collect(),
        record: Record { updated_by: json.get("by").and_then(Json::as_str).map(Into::into), ..Record::default() },
    }
}

fn texts(json: &Json) -> Box<[Box<str>]> {
    list(json).iter().map(|item| item.as_str().expect("it is a text").into()).collect()
}

fn targets(json: &Json) -> Targets {
    match json {
        Json::Null => Targets::None,
        Json::String(target) => Targets::One(target.as_str().into()),
        many => Targets::Many(texts(many)),
    }
}

/// One short line per change.
pub fn lines(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(line).collect()
}

fn line(change: &Change) -> String {
    let fields: Vec<String> = change.fields.iter().map(field).collect();
    let action = format!("{:?}", change.action);
    let action = action.split([' ', '{']).next().unwrap_or_default().to_lowercase();
    let key = format!("{}/{}", change.key.blueprint, change.key.identifier);
    let from = match change.removed_identifier() {
        Some(from) if change.is_write() => format!(" from {from}"),
        Some(_) | None => String::new(),
    };
    let fields = if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
    format!("{action} {key}{from}{fields}")
}

fn field(change: &FieldChange) -> String {
    let name = match &change.field {
        Field::Text(field) => field.key().to_owned(),
        Field::Team => "team".to_owned(),
        Field::Property(name) | Field::Relation(name) => name.to_string(),
    };
    format!("{name} {} > {}", change.before.to_json(), change.after.to_json())
}

/// The changed fields of a world with one manifest and one stored entity.
pub fn changed(wanted: Json, stored: Json) -> Vec<String> {
    let plan = World::of(json!([wanted]), json!([stored])).plan();
    plan.changes.iter().flat_map(|change| &change.fields).map(field).collect()
}
