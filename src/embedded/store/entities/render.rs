//! Renders rows as the API returns them. Stored values are copied as text, and properties without a value are null. Mirror
//! and aggregation properties and inherited teams are computed along the current relations, for a whole page at once.
//! Calculation properties are evaluated over the entity that results.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Transaction, params};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::aggregate::Aggregator;
use super::calculate::{Computed, calculate};
use super::members::{Members, damaged};
use super::row::Row;
use crate::domain::entity::fields::TextField;
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::{ComputedParts, Selection, Shape};
use crate::embedded::store::compiled_blueprint::{CompiledBlueprint, Mirror};
use crate::embedded::store::connection::Store;
use crate::embedded::store::entities::relation_paths::{PathWalker, ResolvedPath, id_list};
use crate::embedded::store::error::Failure;

impl Store {
    /// Renders the rows in their order; they may be of several blueprints.
    pub(in crate::embedded::store) fn render(
        &self,
        transaction: &Transaction<'_>,
        rows: &[Row],
        shape: &Shape,
    ) -> Result<Vec<Box<RawValue>>, Failure> {
        let view = View::of(self, transaction, rows, shape)?;
        rows.iter().map(|row| view.entity(row)).collect()
    }

    /// The value at the end of a relation path, for each of `ids`: a mirror property, an inherited team, or the titles
    /// of targets. `None`: the path leads to nothing that the embedded catalog computes.
    pub(in crate::embedded::store) fn values_along(
        &self,
        transaction: &Transaction<'_>,
        compiled: &CompiledBlueprint,
        ids: &[i64],
        path: &Mirror,
    ) -> Result<Option<HashMap<i64, Box<RawValue>>>, Failure> {
        let mut walker = PathWalker::new(self, transaction);
        let Some(path) = walker.path(compiled, path)? else { return Ok(None) };
        Ok(Some(values(&mut walker, compiled.id, ids, &path, false)?.into_iter().collect()))
    }
}

/// The data of a page in addition to its rows.
struct View {
    selection: Selection,
    /// Leaves out properties without a value.
    exclude_unset: bool,
    blueprints: HashMap<i64, Arc<CompiledBlueprint>>,
    /// By entity, in the order of the blueprint.
    computed: HashMap<i64, Vec<Computed>>,
    /// Teams of entities that inherit them.
    teams: HashMap<i64, Box<RawValue>>,
    /// Targets with titles, by entity and relation, if requested.
    titled: Option<HashMap<(i64, String), Vec<Value>>>,
}

impl View {
    fn of(store: &Store, transaction: &Transaction<'_>, rows: &[Row], shape: &Shape) -> Result<Self, Failure> {
        let selection = shape.selection();
        let mut by_blueprint: HashMap<i64, Vec<i64>> = HashMap::new();
        for row in rows {
            by_blueprint.entry(row.blueprint).or_default().push(row.id);
        }
        let mut view = Self {
            selection,
            exclude_unset: shape.exclude_unset,
            blueprints: HashMap::new(),
            computed: HashMap::new(),
            teams: HashMap::new(),
            titled: None,
        };
        let mut walker = PathWalker::new(store, transaction);
        for (blueprint, ids) in &by_blueprint {
            let compiled = store.compiled_by_id(transaction, *blueprint)?;
            if shape.computed >= ComputedParts::Mirrors {
                let identified = shape.attach_identifier_to_title_mirror_properties;
                view.add_mirrors(&mut walker, &compiled, ids, identified)?;
            }
            if shape.computed >= ComputedParts::Aggregations {
                view.add_aggregations(&mut walker, &Aggregator::new(store, transaction, &compiled, ids), ids)?;
            }
            view.add_teams(&mut walker, &compiled, ids)?;
            view.blueprints.insert(*blueprint, compiled);
        }
        if shape.attach_title_to_relation && view.selection.has("relations") {
            let ids = rows.iter().map(|row| row.id).collect::<Vec<_>>();
            view.titled = Some(titled(transaction, &ids)?);
        }
        if shape.computed == ComputedParts::All {
            view.add_calculations(store, transaction, rows, shape)?;
        }
        Ok(view)
    }

    /// An expression sees the whole entity, whatever is selected, but no other calculation.
    fn add_calculations(
        &mut self,
        store: &Store,
        transaction: &Transaction<'_>,
        rows: &[Row],
        shape: &Shape,
    ) -> Result<(), Failure> {
        let selection = &self.selection;
        let selected = |compiled: &CompiledBlueprint| {
            compiled.calculations.iter().any(|calculation| selection.has_property(&calculation.name))
        };
        if !self.blueprints.values().any(|compiled| selected(compiled)) {
            return Ok(());
        }
        let whole = match *shape == Shape::default() {
            true => None,
            false => {
                let shape = Shape { computed: ComputedParts::Aggregations, ..Shape::default() };
                Some(Self::of(store, transaction, rows, &shape)?)
            }
        };
        let mut calculated = Vec::new();
        for row in rows {
            let Some(compiled) = self.blueprints.get(&row.blueprint).filter(|compiled| selected(compiled)) else {
                continue;
            };
            let entity = whole.as_ref().unwrap_or(self).entity(row)?;
            let calculations = compiled.calculations.iter();
            let calculations = calculations.filter(|calculation| selection.has_property(&calculation.name));
            calculated.push((row.id, calculate(calculations, &entity, store.now())?));
        }
        for (id, values) in calculated {
            self.computed.entry(id).or_default().extend(values);
        }
        Ok(())
    }

    fn add_mirrors(
        &mut self,
        walker: &mut PathWalker<'_>,
        compiled: &CompiledBlueprint,
        ids: &[i64],
        identified: bool,
    ) -> Result<(), Failure> {
        for mirror in compiled.mirrors.iter().filter(|mirror| self.selection.has_property(&mirror.name)) {
            let Some(path) = walker.path(compiled, mirror)? else { continue };
            for (id, value) in values(walker, compiled.id, ids, &path, identified)? {
                self.computed.entry(id).or_default().push((mirror.name.clone(), value));
            }
        }
        Ok(())
    }

    fn add_aggregations(
        &mut self,
        walker: &mut PathWalker<'_>,
        aggregator: &Aggregator<'_>,
        ids: &[i64],
    ) -> Result<(), Failure> {
        let aggregations = aggregator.compiled.aggregations.iter();
        for aggregation in aggregations.filter(|aggregation| self.selection.has_property(&aggregation.name)) {
            let values = aggregator.values(walker, aggregation)?.unwrap_or_else(|| vec![Value::Null; ids.len()]);
            for (id, value) in ids.iter().zip(values) {
                let value = to_raw_value(&value).map_err(|error| damaged(&error))?;
                self.computed.entry(*id).or_default().push((aggregation.name.clone(), value));
            }
        }
        Ok(())
    }

    fn add_teams(
        &mut self,
        walker: &mut PathWalker<'_>,
        compiled: &CompiledBlueprint,
        ids: &[i64],
    ) -> Result<(), Failure> {
        let Some(mirror) = compiled.team_path().filter(|_| self.selection.has("team")) else { return Ok(()) };
        if let Some(path) = walker.path(compiled, &mirror)? {
            self.teams.extend(values(walker, compiled.id, ids, &path, false)?);
        }
        Ok(())
    }

    fn entity(&self, row: &Row) -> Result<Box<RawValue>, Failure> {
        let Some(compiled) = self.blueprints.get(&row.blueprint) else { return Ok(RawValue::NULL.to_owned()) };
        let nobody = empty_list();
        let inherited = || self.teams.get(&row.id).unwrap_or(&nobody);
        let team: &RawValue = match compiled.inherited {
            Some(_) => inherited(),
            None => serde_json::from_str(&row.team).map_err(|error| damaged(&error))?,
        };
        let rendered = Rendered {
            row,
            selection: &self.selection,
            blueprint: compiled.identifier(),
            team,
            properties: self.properties(row, compiled)?,
            relations: self.relations(row, compiled)?,
        };
        Ok(to_raw_value(&rendered).map_err(|error| damaged(&error))?)
    }

    fn properties<'a>(&'a self, row: &'a Row, compiled: &'a CompiledBlueprint) -> Result<Properties<'a>, Failure> {
        let computed = self.computed.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let is_whole = computed.is_empty() && self.selection.has_all_properties();
        if is_whole && self.exclude_unset {
            return Ok(Properties::Whole(serde_json::from_str(&row.properties).map_err(|error| damaged(&error))?));
        }
        let mut stored = Members::of(&row.properties)?;
        let mut unset = match self.exclude_unset {
            true => Vec::new(),
            false => compiled.unset(stored.0.iter().map(|(name, _)| name.as_ref())),
        };
        unset.retain(|name| self.selection.has_property(name));
        stored.0.retain(|(name, _)| {
            self.selection.has_property(name) && !computed.iter().any(|(other, _)| **other == **name)
        });
        Ok(Properties::Parts { stored, unset, computed })
    }

    /// Follows the current blueprint: relations added later are unset, removed ones are left out.
    fn relations<'a>(
        &'a self,
        row: &'a Row,
        compiled: &'a CompiledBlueprint,
    ) -> Result<Vec<(&'a str, Related<'a>)>, Failure> {
        let stored = Members::of(&row.relations)?;
        let chosen = |name: &str| self.selection.has_relation(name);
        let given =
            stored.0.iter().filter_map(|(name, value)| compiled.relation(name).map(|found| (found, Some(*value))));
        let unset = compiled.blueprint.relations.iter().filter(|relation| stored.get(&relation.name).is_none());
        let all = given.chain(unset.map(|relation| (relation, None)));
        Ok(all
            .filter(|(relation, _)| chosen(&relation.name))
            .map(|(relation, value)| {
                let name = relation.name.as_str();
                let related = match &self.titled {
                    Some(titled) => {
                        let found = titled.get(&(row.id, name.to_owned())).map(Vec::as_slice).unwrap_or_default();
                        if relation.many { Related::Titled(found) } else { Related::OneTitled(found.first()) }
                    }
                    None => Related::stored(value, relation.many),
                };
                (name, related)
            })
            .collect())
    }
}

/// The values at the end of a path, by entity.
fn values(
    walker: &mut PathWalker<'_>,
    blueprint: i64,
    ids: &[i64],
    path: &ResolvedPath,
    identified: bool,
) -> Result<Vec<(i64, Box<RawValue>)>, Failure> {
    let ends = walker.ends(blueprint, ids, &path.relations)?;
    walker.load(ends.values().flatten().copied())?;
    let mut blueprints: HashMap<i64, String> = HashMap::new();
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let mut list = Vec::new();
        for row in ends.get(id).into_iter().flatten().filter_map(|end| walker.row(*end)) {
            if path.last.as_ref() == "$blueprint" && !blueprints.contains_key(&row.blueprint) {
                blueprints.insert(row.blueprint, walker.blueprint_of(row.blueprint)?);
            }
            let name = blueprints.get(&row.blueprint).map(String::as_str).unwrap_or_default();
            list.push(value(row, &path.last, name, identified)?);
        }
        let whole = match (path.many, path.last.as_ref()) {
            (false, "$team") if list.is_empty() => json!([]),
            (false, _) => list.into_iter().next().unwrap_or_default(),
            (true, "$team") => union(list),
            (true, _) => list.into_iter().filter(|value| !value.is_null()).collect(),
        };
        found.push((*id, to_raw_value(&whole).map_err(|error| damaged(&error))?));
    }
    Ok(found)
}

fn value(row: &Row, last: &str, blueprint: &str, identified: bool) -> Result<Value, Failure> {
    if let Some(field) = TextField::of_meta(last) {
        let text = &row.texts[field];
        return Ok(match field == TextField::Title && identified {
            true => json!({"identifier": row.identifier, "title": text}),
            false => json!(text),
        });
    }
    Ok(match last {
        "$identifier" => row.identifier.as_str().into(),
        "$team" => serde_json::from_str(&row.team).map_err(|error| damaged(&error))?,
        "$blueprint" => blueprint.into(),
        "$createdAt" => Moment(row.created_at).to_string().into(),
        "$createdBy" => row.created_by.as_str().into(),
        "$updatedAt" => Moment(row.updated_at).to_string().into(),
        "$updatedBy" => row.updated_by.as_str().into(),
        name => match Members::of(&row.properties)?.get(name) {
            Some(value) => serde_json::from_str(value.get()).map_err(|error| damaged(&error))?,
            None => Value::Null,
        },
    })
}

/// Merges lists of teams without duplicates.
pub(super) fn union(lists: Vec<Value>) -> Value {
    let mut union: Vec<Value> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for team in lists.iter().filter_map(Value::as_array).flatten() {
        if seen.insert(team.as_str().unwrap_or_default()) {
            union.push(team.clone());
        }
    }
    Value::Array(union)
}

/// The targets of all relations of `ids`, as `{identifier, title}`.
fn titled(transaction: &Transaction<'_>, ids: &[i64]) -> Result<HashMap<(i64, String), Vec<Value>>, Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT l.source, l.relation, e.identifier, e.title \
         FROM json_each(?1) j CROSS JOIN links l ON l.source = j.value CROSS JOIN entities e ON e.id = l.target \
         ORDER BY l.source, l.relation, l.position",
    )?;
    let mut titled: HashMap<(i64, String), Vec<Value>> = HashMap::new();
    let mut rows = statement.query(params![id_list(ids)])?;
    while let Some(row) = rows.next()? {
        let (identifier, title): (String, Option<String>) = (row.get(2)?, row.get(3)?);
        let target = json!({"identifier": identifier, "title": title});
        titled.entry((row.get(0)?, row.get(1)?)).or_default().push(target);
    }
    Ok(titled)
}

fn empty_list() -> Box<RawValue> {
    to_raw_value(&[(); 0]).expect("an empty list is JSON")
}

enum Properties<'a> {
    Whole(&'a RawValue),
    Parts { stored: Members<'a>, unset: Vec<&'a str>, computed: &'a [Computed] },
}

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(text) => text.serialize(serializer),
            Self::Parts { stored, unset, computed } => {
                let mut map = serializer.serialize_map(None)?;
                stored.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                unset.iter().try_for_each(|name| map.serialize_entry(name, &()))?;
                computed.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

enum Related<'a> {
    Null,
    Empty,
    Text(&'a RawValue),
    /// One target where the blueprint now has `many`.
    Wrapped(&'a RawValue),
    /// Many targets where the blueprint now has one.
    First(&'a RawValue),
    OneTitled(Option<&'a Value>),
    Titled(&'a [Value]),
}

impl<'a> Related<'a> {
    fn stored(value: Option<&'a RawValue>, many: bool) -> Self {
        let text = value.map_or("null", RawValue::get);
        match (value, many) {
            (None, true) => Self::Empty,
            (None, false) => Self::Null,
            (Some(_), true) if text == "null" => Self::Empty,
            (Some(value), true) if text.starts_with('[') => Self::Text(value),
            (Some(value), true) => Self::Wrapped(value),
            (Some(value), false) if text.starts_with('[') => Self::First(value),
            (Some(value), false) => Self::Text(value),
        }
    }
}

impl Serialize for Related<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Empty => serializer.collect_seq([(); 0]),
            Self::Text(text) => text.serialize(serializer),
            Self::Wrapped(text) => serializer.collect_seq([text]),
            Self::First(text) => {
                let list = serde_json::from_str::<Vec<Value>>(text.get()).unwrap_or_default();
                list.first().serialize(serializer)
            }
            Self::OneTitled(target) => target.serialize(serializer),
            Self::Titled(targets) => targets.serialize(serializer),
        }
    }
}

struct Rendered<'a> {
    row: &'a Row,
    selection: &'a Selection,
    blueprint: &'a str,
    team: &'a RawValue,
    properties: Properties<'a>,
    relations: Vec<(&'a str, Related<'a>)>,
}

impl Serialize for Rendered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Relations<'a>(&'a [(&'a str, Related<'a>)]);
        impl Serialize for Relations<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
            }
        }
        let mut map = serializer.serialize_map(None)?;
        let row = self.row;
        let mut put = |key: &str, value: &dyn Entry<S::SerializeMap>| match self.selection.has(key) {
            true => value.put(key, &mut map),
            false => Ok(()),
        };
        put("identifier", &row.identifier)?;
        for (field, text) in row.texts.iter() {
            put(field.key(), text)?;
        }
        put("blueprint", &self.blueprint)?;
        put("team", &self.team)?;
        put("properties", &self.properties)?;
        put("relations", &Relations(&self.relations))?;
        put("createdAt", &Moment(row.created_at).to_string())?;
        put("createdBy", &row.created_by)?;
        put("updatedAt", &Moment(row.updated_at).to_string())?;
        put("updatedBy", &row.updated_by)?;
        map.end()
    }
}

/// A value of any type that can be written as a map entry.
trait Entry<M: SerializeMap> {
    fn put(&self, key: &str, map: &mut M) -> Result<(), M::Error>;
}

impl<M: SerializeMap, T: Serialize> Entry<M> for T {
    fn put(&self, key: &str, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry(key, self)
    }
}
