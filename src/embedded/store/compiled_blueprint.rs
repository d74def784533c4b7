//! Compiles a blueprint for repeated use (names to look up, validators, relation paths) and caches it. Another process
//! may change the blueprint, so every transaction checks its version.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::Value;

use super::connection::Store;
use super::error::{Failure, StoreError};
use crate::catalog::wire::Refusal;
use crate::domain::blueprint::property_validator::JsonValidator;
use crate::domain::blueprint::{Blueprint, ComputedKind, Ownership, Property, Relation};

#[derive(Debug)]
pub struct Compiled {
    /// The row id; a blueprint that was deleted and created again has another.
    pub id: i64,
    pub version: i64,
    pub system: bool,
    pub blueprint: Blueprint,
    /// One validator per property, in the order of the blueprint.
    validators: Vec<JsonValidator>,
    pub(super) mirrors: Vec<Mirror>,
    /// The relation path to the entity that the team is inherited from; `None`: the entity has its own team.
    pub(super) inherited: Option<Box<[Box<str>]>>,
    properties: HashMap<Box<str>, usize>,
    relations: HashMap<Box<str>, usize>,
    computed: HashMap<Box<str>, ComputedKind>,
}

/// A mirror property: its value is read from a related entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mirror {
    pub name: Box<str>,
    pub relations: Box<[Box<str>]>,
    /// The name of a property or of a meta property (`$title`).
    pub last: Box<str>,
}

impl Compiled {
    pub fn identifier(&self) -> &str {
        &self.blueprint.identifier
    }

    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.get(name).and_then(|at| self.blueprint.properties.get(*at))
    }

    pub(super) fn validator(&self, name: &str) -> Option<&JsonValidator> {
        self.properties.get(name).and_then(|at| self.validators.get(*at))
    }

    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.get(name).and_then(|at| self.blueprint.relations.get(*at))
    }

    pub fn computed(&self, name: &str) -> Option<ComputedKind> {
        self.computed.get(name).copied()
    }

    /// Whether only the platform creates entities of it. Users and teams can be created by API clients.
    pub fn is_protected(&self) -> bool {
        self.system && !matches!(self.identifier(), "_user" | "_team")
    }

    /// `body` is the blueprint as the API returns it.
    pub fn new(id: i64, version: i64, system: bool, body: Value) -> Result<Self, StoreError> {
        let mirrors = mirrors(&body);
        let (blueprint, _) = Blueprint::from_json(body)
            .map_err(|flaw| StoreError::Damaged { what: format!("a blueprint cannot be read: {}", flaw.message) })?;
        let validators = blueprint.properties.iter().map(JsonValidator::new).collect();
        let inherited = match &blueprint.ownership {
            Ownership::Direct => None,
            Ownership::Inherited { path } => Some(segments(path.strip_suffix(".$team").unwrap_or(path))),
        };
        Ok(Self {
            id,
            version,
            system,
            validators,
            mirrors,
            inherited,
            properties: places(blueprint.properties.iter().map(|property| property.name.as_str())),
            relations: places(blueprint.relations.iter().map(|relation| relation.name.as_str())),
            computed: blueprint
                .computed
                .iter()
                .map(|computed| (computed.name.as_str().into(), computed.kind))
                .collect(),
            blueprint,
        })
    }
}

fn places<'a>(names: impl Iterator<Item = &'a str>) -> HashMap<Box<str>, usize> {
    names.enumerate().map(|(at, name)| (name.into(), at)).collect()
}

fn segments(path: &str) -> Box<[Box<str>]> {
    path.split('.').filter(|segment| !segment.is_empty()).map(Box::from).collect()
}

/// The mirror properties with a relation in their path; a path without one has no value.
fn mirrors(body: &Value) -> Vec<Mirror> {
    let entries = body.get("mirrorProperties").and_then(Value::as_object);
    entries
        .into_iter()
        .flatten()
        .filter_map(|(name, mirror)| {
            let path = segments(mirror.get("path").and_then(Value::as_str)?);
            let (last, relations) = path.split_last()?;
            let mirror = Mirror { name: name.as_str().into(), relations: relations.into(), last: last.clone() };
            (!mirror.relations.is_empty()).then_some(mirror)
        })
        .collect()
}

/// The compiled blueprints, by identifier.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    known: HashMap<String, (u64, Arc<Compiled>)>,
    /// The number of blueprints cached so far.
    puts: u64,
}

impl Cache {
    fn lock(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, identifier: &str) -> Option<Arc<Compiled>> {
        self.lock().known.get(identifier).map(|(_, compiled)| Arc::clone(compiled))
    }

    fn put(&self, compiled: &Arc<Compiled>) {
        let mut shelf = self.lock();
        shelf.puts += 1;
        let entry = (shelf.puts, Arc::clone(compiled));
        shelf.known.insert(compiled.identifier().to_owned(), entry);
    }

    /// Drops a blueprint that was deleted or renamed. A transaction that still sees it compiles it again.
    pub(super) fn forget(&self, identifier: &str) {
        self.lock().known.remove(identifier);
    }

    /// The position of a new transaction, for `forget_since`.
    pub(super) fn mark(&self) -> u64 {
        self.lock().puts
    }

    /// Drops what a rolled-back transaction cached: the next one may use the same version number for another body.
    pub(super) fn forget_since(&self, mark: u64) {
        self.lock().known.retain(|_, (put, _)| *put <= mark);
    }
}

impl Store {
    /// The blueprint as this transaction sees it; 404 if it does not exist.
    pub(super) fn compiled(&self, transaction: &Transaction<'_>, identifier: &str) -> Result<Arc<Compiled>, Failure> {
        self.find_compiled(transaction, identifier)?
            .ok_or_else(|| Refusal::not_found("Blueprint", "identifier", identifier).into())
    }

    pub(super) fn find_compiled(
        &self,
        transaction: &Transaction<'_>,
        identifier: &str,
    ) -> Result<Option<Arc<Compiled>>, Failure> {
        let mut asked = transaction.prepare_cached("SELECT id, version FROM blueprints WHERE identifier = ?1")?;
        let row = asked.query_row(params![identifier], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        let Some((id, version)) = row.optional()? else {
            self.cache().forget(identifier);
            return Ok(None);
        };
        if let Some(known) = self.cache().get(identifier).filter(|known| known.id == id && known.version == version) {
            return Ok(Some(known));
        }
        let mut asked = transaction.prepare_cached("SELECT body, system FROM blueprints WHERE id = ?1")?;
        let (body, system) =
            asked.query_row(params![id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)))?;
        let body = serde_json::from_str(&body).map_err(|error| StoreError::Damaged {
            what: format!("the blueprint `{identifier}` cannot be read: {error}"),
        })?;
        let compiled = Arc::new(Compiled::new(id, version, system, body)?);
        self.cache().put(&compiled);
        Ok(Some(compiled))
    }

    /// The blueprint with this row id.
    pub(super) fn compiled_by_id(&self, transaction: &Transaction<'_>, id: i64) -> Result<Arc<Compiled>, Failure> {
        let mut asked = transaction.prepare_cached("SELECT identifier FROM blueprints WHERE id = ?1")?;
        let identifier = asked.query_row(params![id], |row| row.get::<_, String>(0))?;
        self.compiled(transaction, &identifier)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::wire::Writer;
    use crate::embedded::store::system_clock;

    #[test]
    fn what_is_gone_is_not_kept() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("catalog.db");
        let open = || Store::open(&path, system_clock()).expect("it opens");
        let (one, other) = (open(), open());
        let writer = Writer { id: "tester".to_owned(), user_agent: "tests".to_owned(), now: one.now() };
        let is_known = |store: &Store| store.cache().get("service").is_some();
        for remover in [&one, &other] {
            let body = json!({"identifier": "service", "title": "Service", "schema": {"properties": {}}});
            one.create_blueprint(body, &writer).expect("it is taken");
            assert_eq!(one.count("service").expect("it is there"), 0);
            assert!(is_known(&one));
            remover.delete_blueprint("service", &writer).expect("it is empty");
            assert!(one.count("service").is_err());
            assert!(!is_known(&one));
        }
    }
}
