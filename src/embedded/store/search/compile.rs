//! Binds a search to one blueprint: names become locations in an entity, and conditions that are constant for the
//! blueprint are evaluated.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rusqlite::Transaction;
use serde_json::Value;
use serde_json::value::RawValue;

use super::prepare::{PreparedCondition, PreparedSearch};
use crate::catalog::wire::Refusal;
use crate::domain::blueprint::{ComputedKind, Property};
use crate::domain::entity::fields::TextField;
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::{Meta, PropertySchema, Subject};
use crate::embedded::store::compiled_blueprint::{CompiledBlueprint, Mirror};
use crate::embedded::store::connection::Store;
use crate::embedded::store::entities::{Members, Row, damaged};
use crate::embedded::store::error::Failure;
use crate::embedded::store::search::eval::FieldValue;

#[derive(Debug, Clone)]
pub(super) enum Predicate {
    Always(bool),
    Every(Vec<Predicate>),
    Any(Vec<Predicate>),
    Member(Arc<HashSet<i64>>),
    Datasource(Arc<BTreeSet<i64>>),
    /// The last write was before this time.
    UpdatedBefore(Moment),
    Check(Place, Arc<PreparedCondition>),
}

/// The location in an entity that a rule tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Identifier,
    Text(TextField),
    Team,
    CreatedAt,
    CreatedBy,
    UpdatedAt,
    UpdatedBy,
    Property(String),
    /// Any of these properties; one match is enough.
    Properties(Vec<String>),
    Relation(String),
    /// A value of related entities, by its index in `Bound::paths`.
    Elsewhere(usize),
    /// Entities of this blueprint do not have it.
    Nowhere,
}

/// A predicate and the relation paths that it uses.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub predicate: Predicate,
    pub paths: Vec<Mirror>,
}

/// The values at the ends of the paths, by path and entity.
pub(super) type Ends = Vec<HashMap<i64, Box<RawValue>>>;

impl Bound {
    pub(super) fn of(predicate: Predicate) -> Self {
        Self { predicate, paths: Vec::new() }
    }

    /// Reads the values at the ends of the paths for these entities.
    pub(super) fn ends(
        &self,
        store: &Store,
        transaction: &Transaction<'_>,
        compiled: &CompiledBlueprint,
        rows: &[Row],
    ) -> Result<Ends, Failure> {
        let ids = rows.iter().map(|row| row.id).collect::<Vec<_>>();
        let ends = |path| Ok(store.values_along(transaction, compiled, &ids, path)?.unwrap_or_default());
        self.paths.iter().map(ends).collect()
    }
}

pub(super) fn bind(
    store: &Store,
    transaction: &Transaction<'_>,
    prepared: &PreparedSearch,
    compiled: &CompiledBlueprint,
) -> Result<Bound, Failure> {
    let mut binder = Binder { store, transaction, compiled, paths: Vec::new() };
    let predicate = binder.predicate(prepared)?;
    Ok(Bound { predicate, paths: binder.paths })
}

struct Binder<'a> {
    store: &'a Store,
    transaction: &'a Transaction<'a>,
    compiled: &'a CompiledBlueprint,
    paths: Vec<Mirror>,
}

impl Binder<'_> {
    fn predicate(&mut self, prepared: &PreparedSearch) -> Result<Predicate, Failure> {
        Ok(match prepared {
            PreparedSearch::Every(parts) => {
                // An error about a blueprint that another part excludes is ignored.
                let (parts, errors): (Vec<_>, Vec<_>) =
                    parts.iter().map(|part| self.predicate(part)).partition(Result::is_ok);
                match (every(parts.into_iter().flatten().collect()), errors.into_iter().next()) {
                    (Predicate::Always(false), _) => Predicate::Always(false),
                    (_, Some(error)) => return error,
                    (whole, None) => whole,
                }
            }
            PreparedSearch::Any(parts) => {
                any(parts.iter().map(|part| self.predicate(part)).collect::<Result<_, _>>()?)
            }
            PreparedSearch::Member(set) if set.is_empty() => Predicate::Always(false),
            PreparedSearch::Member(set) => Predicate::Member(Arc::clone(set)),
            PreparedSearch::Datasource(among) if among.is_empty() => Predicate::Always(false),
            PreparedSearch::Datasource(among) => Predicate::Datasource(Arc::clone(among)),
            PreparedSearch::Condition(statement) => self.condition(statement)?,
        })
    }

    fn condition(&mut self, statement: &Arc<PreparedCondition>) -> Result<Predicate, Failure> {
        let place = match &statement.subject {
            Subject::Meta(Meta::Blueprint) => {
                let found = FieldValue::Word(self.compiled.identifier());
                return Ok(Predicate::Always(statement.check.matches(&found) != statement.negated));
            }
            Subject::Meta(meta) => self.meta(*meta)?,
            Subject::Property(name) => self.property(name)?,
            Subject::Relation { name, by_title } => self.relation(name, *by_title)?,
            Subject::Schema(schema) => Place::Properties(self.properties_of(schema)),
        };
        if place == Place::Nowhere {
            return Ok(Predicate::Always(statement.check.matches(&FieldValue::Null) != statement.negated));
        }
        Ok(Predicate::Check(place, Arc::clone(statement)))
    }

    fn meta(&mut self, meta: Meta) -> Result<Place, Failure> {
        Ok(match meta {
            Meta::Identifier => Place::Identifier,
            Meta::Text(field) => Place::Text(field),
            Meta::CreatedAt => Place::CreatedAt,
            Meta::CreatedBy => Place::CreatedBy,
            Meta::UpdatedAt => Place::UpdatedAt,
            Meta::UpdatedBy => Place::UpdatedBy,
            Meta::Team => match &self.compiled.inherited {
                None => Place::Team,
                Some(relations) => {
                    let path = Mirror { name: "$team".into(), relations: relations.clone(), last: "$team".into() };
                    self.elsewhere(path)?.unwrap_or(Place::Nowhere)
                }
            },
            // Already decided: the blueprint as a constant, the datasource by the table of writers.
            Meta::Blueprint | Meta::Datasource => Place::Nowhere,
        })
    }

    fn property(&mut self, name: &str) -> Result<Place, Failure> {
        if self.compiled.property(name).is_some() {
            return Ok(Place::Property(name.to_owned()));
        }
        let cannot = |kind: &str| {
            Failure::from(Refusal::invalid(format!(
                "the {kind} property \"{name}\" of blueprint \"{}\" cannot be searched by: searches of the embedded catalog do not evaluate it",
                self.compiled.identifier()
            )))
        };
        match self.compiled.computed(name) {
            None => Ok(Place::Nowhere),
            Some(kind @ (ComputedKind::Calculation | ComputedKind::Aggregation)) => Err(cannot(kind.word())),
            Some(ComputedKind::Mirror) => {
                let path = self.compiled.mirrors.iter().find(|mirror| *mirror.name == *name).cloned();
                let error = cannot("mirror");
                let place = path.map(|path| self.elsewhere(path)).transpose()?.flatten();
                place.ok_or(error)
            }
        }
    }

    fn relation(&mut self, name: &str, by_title: bool) -> Result<Place, Failure> {
        if self.compiled.relation(name).is_none() {
            return Err(Refusal::not_found("Relation", "identifier", name).into());
        }
        if !by_title {
            return Ok(Place::Relation(name.to_owned()));
        }
        let path = Mirror { name: name.into(), relations: Box::new([name.into()]), last: "$title".into() };
        Ok(self.elsewhere(path)?.unwrap_or(Place::Nowhere))
    }

    /// `None`: the path leads to nothing that the embedded catalog computes.
    fn elsewhere(&mut self, path: Mirror) -> Result<Option<Place>, Failure> {
        if self.store.values_along(self.transaction, self.compiled, &[], &path)?.is_none() {
            return Ok(None);
        }
        self.paths.push(path);
        Ok(Some(Place::Elsewhere(self.paths.len() - 1)))
    }

    fn properties_of(&self, schema: &PropertySchema) -> Vec<String> {
        let is_of = |property: &&Property| {
            let kind = property.schema.get("type").and_then(Value::as_str);
            let items = property.schema.get("items");
            let item = |key: &str| items.and_then(|items| items.get(key)).and_then(Value::as_str);
            kind == Some(schema.kind.as_str())
                && schema.format.as_ref().is_none_or(|format| property.format.as_ref() == Some(format))
                && schema.items.as_ref().is_none_or(|(kind, format)| {
                    item("type") == Some(kind)
                        && format.as_ref().is_none_or(|format| item("format") == Some(format.as_str()))
                })
        };
        self.compiled.blueprint.properties.iter().filter(is_of).map(|property| property.name.clone()).collect()
    }
}

fn every(mut parts: Vec<Predicate>) -> Predicate {
    if parts.iter().any(|part| matches!(part, Predicate::Always(false))) {
        return Predicate::Always(false);
    }
    parts.retain(|part| !matches!(part, Predicate::Always(true)));
    match parts.len() {
        0 => Predicate::Always(true),
        1 => parts.remove(0),
        _ => Predicate::Every(parts),
    }
}

fn any(mut parts: Vec<Predicate>) -> Predicate {
    if parts.iter().any(|part| matches!(part, Predicate::Always(true))) {
        return Predicate::Always(true);
    }
    parts.retain(|part| !matches!(part, Predicate::Always(false)));
    match parts.len() {
        0 => Predicate::Always(false),
        1 => parts.remove(0),
        _ => Predicate::Any(parts),
    }
}

/// An entity whose JSON columns are parsed only when a predicate uses them.
pub(super) struct LazyEntity<'a> {
    row: &'a Row,
    ends: &'a Ends,
    properties: Option<Members<'a>>,
    relations: Option<Members<'a>>,
}

impl<'a> LazyEntity<'a> {
    pub(super) fn of(row: &'a Row, ends: &'a Ends) -> Self {
        Self { row, ends, properties: None, relations: None }
    }

    pub(super) fn satisfy(&mut self, predicate: &Predicate) -> Result<bool, Failure> {
        match predicate {
            Predicate::Always(always) => Ok(*always),
            Predicate::Every(parts) => {
                for part in parts {
                    if !self.satisfy(part)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Predicate::Any(parts) => {
                for part in parts {
                    if self.satisfy(part)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Predicate::Member(set) => Ok(set.contains(&self.row.id)),
            Predicate::Datasource(among) => Ok(among.contains(&self.row.datasource)),
            Predicate::UpdatedBefore(moment) => Ok(self.row.updated_at < moment.0),
            Predicate::Check(Place::Properties(names), statement) => {
                for name in names {
                    if statement.check.matches(&self.property(name)?) {
                        return Ok(!statement.negated);
                    }
                }
                Ok(statement.negated)
            }
            Predicate::Check(place, statement) => Ok(statement.check.matches(&self.found(place)?) != statement.negated),
        }
    }

    fn found(&mut self, place: &Place) -> Result<FieldValue<'a>, Failure> {
        let row = self.row;
        Ok(match place {
            Place::Identifier => FieldValue::Word(&row.identifier),
            Place::Text(field) => row.texts[*field].as_deref().map_or(FieldValue::Null, FieldValue::Word),
            Place::Team => json(&row.team)?,
            Place::CreatedAt => FieldValue::Time(Moment(row.created_at)),
            Place::CreatedBy => FieldValue::Word(&row.created_by),
            Place::UpdatedAt => FieldValue::Time(Moment(row.updated_at)),
            Place::UpdatedBy => FieldValue::Word(&row.updated_by),
            Place::Property(name) => self.property(name)?,
            Place::Relation(name) => {
                if self.relations.is_none() {
                    self.relations = Some(Members::of(&row.relations)?);
                }
                value(self.relations.as_ref().and_then(|members| members.get(name)))?
            }
            Place::Elsewhere(path) => {
                value(self.ends.get(*path).and_then(|ends| ends.get(&row.id)).map(AsRef::as_ref))?
            }
            Place::Properties(_) | Place::Nowhere => FieldValue::Null,
        })
    }

    fn property(&mut self, name: &str) -> Result<FieldValue<'a>, Failure> {
        if self.properties.is_none() {
            self.properties = Some(Members::of(&self.row.properties)?);
        }
        value(self.properties.as_ref().and_then(|members| members.get(name)))
    }
}

fn value<'a>(text: Option<&RawValue>) -> Result<FieldValue<'a>, Failure> {
    text.map_or(Ok(FieldValue::Null), |text| json(text.get()))
}

fn json<'a>(text: &str) -> Result<FieldValue<'a>, Failure> {
    Ok(FieldValue::Json(serde_json::from_str(text).map_err(|error| damaged(&error))?))
}
