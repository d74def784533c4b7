//! Lists the entities of a blueprint as a page shows them: filtered and sorted by what people see, a page at a time. A
//! filtered or sorted list reads all entities of the blueprint once; it is then kept until the catalog changes.

use std::cmp::Ordering;
use std::sync::Arc;

use rusqlite::{Transaction, params};
use serde_json::Value;
use serde_json::value::RawValue;

use super::connection::Store;
use super::entities::{Members, Row, columns, damaged};
use super::error::Failure;
use super::list_query::{Filter, KeptList, ListField, ListQuery};
use super::time_limit::Search;
use crate::embedded::api::Shape;
use crate::embedded::store::compiled_blueprint::CompiledBlueprint;

#[derive(Debug)]
pub struct Listing {
    pub entities: Vec<Box<RawValue>>,
    /// The number of entities on all pages.
    pub total: usize,
}

impl Store {
    /// `count` entities from position `from` on. `accepts` decides on the text of a value that a filter found a part in,
    /// because the value may be masked.
    pub fn listing(
        &self,
        blueprint: &str,
        query: &ListQuery,
        shape: &Shape,
        (from, count): (usize, usize),
        accepts: &dyn Fn(&Filter, &str) -> bool,
    ) -> Result<Listing, Failure> {
        self.read(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            let (ids, total) = match *query == ListQuery::default() {
                true => by_identifier(transaction, compiled.id, from, count)?,
                false => {
                    let ids = self.ordered(transaction, &compiled, query, accepts)?;
                    (ids.iter().skip(from).take(count).copied().collect(), ids.len())
                }
            };
            let mut select =
                transaction.prepare_cached(concat!("SELECT ", columns!(), " FROM entities e WHERE e.id = ?1"))?;
            let rows = ids.iter().map(|id| select.query_row(params![id], Row::read));
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            Ok(Listing { entities: self.render(transaction, &rows, shape)?, total })
        })
    }

    /// The row ids of all entities that the filters keep, in order.
    fn ordered(
        &self,
        transaction: &Transaction<'_>,
        compiled: &CompiledBlueprint,
        query: &ListQuery,
        accepts: &dyn Fn(&Filter, &str) -> bool,
    ) -> Result<Arc<[i64]>, Failure> {
        let revision = transaction.prepare_cached("SELECT revision FROM content")?.query_row([], |row| row.get(0))?;
        if let Some(kept) = self.listings().find(compiled.id, query, revision) {
            return Ok(kept);
        }
        let _limited = Search::begin();
        let mut entries = matching(transaction, compiled, query, accepts)?;
        if let Some(sorting) = &query.sorting {
            // Those without a value come last, whichever end is first.
            entries.sort_by(|(one, _), (other, _)| match (one, other) {
                (SortKey::Missing, SortKey::Missing) => Ordering::Equal,
                (SortKey::Missing, _) => Ordering::Greater,
                (_, SortKey::Missing) => Ordering::Less,
                (one, other) if sorting.is_descending => other.compare(one),
                (one, other) => one.compare(other),
            });
        }
        let ids: Arc<[i64]> = entries.into_iter().map(|(_, id)| id).collect();
        let list = KeptList { blueprint: compiled.id, query: query.clone(), revision, ids: Arc::clone(&ids) };
        self.listings().keep(list);
        Ok(ids)
    }
}

fn by_identifier(
    transaction: &Transaction<'_>,
    blueprint: i64,
    from: usize,
    count: usize,
) -> Result<(Vec<i64>, usize), Failure> {
    let most = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let mut select = transaction
        .prepare_cached("SELECT id FROM entities WHERE blueprint = ?1 ORDER BY identifier LIMIT ?2 OFFSET ?3")?;
    let ids = select.query_map(params![blueprint, most(count), most(from)], |row| row.get(0))?;
    let ids = ids.collect::<Result<Vec<i64>, _>>()?;
    let mut count = transaction.prepare_cached("SELECT entity_count FROM blueprints WHERE id = ?1")?;
    let total: i64 = count.query_row(params![blueprint], |row| row.get(0))?;
    Ok((ids, usize::try_from(total).unwrap_or_default()))
}

macro_rules! listed {
    () => {
        "e.id, e.identifier, e.title, e.team, e.updated_at, e.properties, e.relations"
    };
}

/// The entities that the filters keep, by identifier, each with the value that it is sorted by.
fn matching(
    transaction: &Transaction<'_>,
    compiled: &CompiledBlueprint,
    query: &ListQuery,
    accepts: &dyn Fn(&Filter, &str) -> bool,
) -> Result<Vec<(SortKey, i64)>, Failure> {
    let filters: Vec<(&Filter, String)> =
        query.filters.iter().map(|filter| (filter, filter.text.to_lowercase())).collect();
    const ALL: &str = concat!("SELECT ", listed!(), " FROM entities e WHERE e.blueprint = ?1 ORDER BY e.identifier");
    const POINTING: &str = concat!(
        "SELECT DISTINCT ",
        listed!(),
        " FROM blueprints b \
         CROSS JOIN entities t ON t.blueprint = b.id AND t.identifier = ?4 \
         CROSS JOIN links l ON l.target = t.id AND l.relation = ?2 \
         CROSS JOIN entities e ON e.id = l.source AND e.blueprint = ?1 \
         WHERE b.identifier = ?3 ORDER BY e.identifier"
    );
    // Those that point to an entity are found by the index of links.
    let pointing = query.filters.iter().find_map(|filter| match &filter.field {
        ListField::Relation(name) => Some((compiled.relation(name)?, &filter.text)),
        ListField::Identifier | ListField::Title | ListField::Team | ListField::UpdatedAt | ListField::Property(_) => {
            None
        }
    });
    let mut select = transaction.prepare_cached(if pointing.is_some() { POINTING } else { ALL })?;
    let mut rows = match pointing {
        Some((relation, text)) => select.query(params![compiled.id, relation.name, relation.target, text])?,
        None => select.query(params![compiled.id])?,
    };
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let mut entity = ListedEntity { row, properties: None };
        let mut is_kept = true;
        for (filter, text) in &filters {
            is_kept = is_kept && entity.satisfies(filter, text, accepts)?;
        }
        if is_kept {
            let key = query.sorting.as_ref().map(|sorting| entity.sort_key(&sorting.field)).transpose()?;
            entries.push((key.unwrap_or(SortKey::Missing), row.get(0)?));
        }
    }
    Ok(entries)
}

/// A row whose properties are read at most once.
struct ListedEntity<'r> {
    row: &'r rusqlite::Row<'r>,
    properties: Option<Members<'r>>,
}

impl<'r> ListedEntity<'r> {
    fn text(&self, column: usize) -> Result<Option<&'r str>, Failure> {
        Ok(self.row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?)
    }

    fn value(&mut self, field: &ListField) -> Result<Value, Failure> {
        let parsed = |text: &str| serde_json::from_str::<Value>(text).map_err(|error| damaged(&error));
        Ok(match field {
            ListField::Identifier => self.text(1)?.into(),
            ListField::Title => self.text(2)?.or(self.text(1)?).into(),
            ListField::Team => parsed(self.text(3)?.unwrap_or("[]"))?,
            ListField::UpdatedAt => self.row.get::<_, i64>(4)?.into(),
            ListField::Property(name) => {
                if self.properties.is_none() {
                    self.properties = Some(Members::of(self.text(5)?.unwrap_or("{}"))?);
                }
                let value = self.properties.as_ref().and_then(|members| members.get(name));
                value.map_or(Ok(Value::Null), |value| parsed(value.get()))?
            }
            ListField::Relation(name) => {
                let relations = Members::of(self.text(6)?.unwrap_or("{}"))?;
                relations.get(name).map_or(Ok(Value::Null), |value| parsed(value.get()))?
            }
        })
    }

    fn satisfies(
        &mut self,
        filter: &Filter,
        text: &str,
        accepts: &dyn Fn(&Filter, &str) -> bool,
    ) -> Result<bool, Failure> {
        let is_it = |value: &Value| {
            let shown = shown(value);
            match filter.is_part {
                true => shown.to_lowercase().contains(text) && accepts(filter, &shown),
                false => shown.to_lowercase() == text,
            }
        };
        Ok(match self.value(&filter.field)? {
            Value::Null => false,
            Value::Array(items) => items.iter().any(is_it),
            value => is_it(&value),
        })
    }

    fn sort_key(&mut self, field: &ListField) -> Result<SortKey, Failure> {
        Ok(SortKey::of(&self.value(field)?))
    }
}

/// The text of a value as it is filtered and sorted by.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[derive(Debug, PartialEq)]
enum SortKey {
    Number(f64),
    Text(String),
    Missing,
}

impl SortKey {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Missing,
            Value::Bool(is_set) => Self::Number(f64::from(u8::from(*is_set))),
            Value::Number(number) => number.as_f64().map_or(Self::Missing, Self::Number),
            Value::String(text) => Self::Text(text.to_lowercase()),
            Value::Array(items) if items.is_empty() => Self::Missing,
            Value::Array(items) => Self::Text(items.iter().map(shown).collect::<Vec<_>>().join(", ").to_lowercase()),
            Value::Object(_) => Self::Text(value.to_string()),
        }
    }

    /// Numbers come before texts.
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Number(_), _) | (Self::Text(_), Self::Missing) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) | (Self::Missing, _) => Ordering::Greater,
        }
    }
}
