//! Counts the entities of a blueprint that match a search, by the values of one property.

use std::collections::BTreeMap;

use serde_json::Value;

use super::find::Finder;
use super::{RENDERED, Search, compile, prepare};
use crate::catalog::wire::Refusal;
use crate::embedded::api::{SearchQuery, Shape};
use crate::embedded::store::connection::Store;
use crate::embedded::store::entities::damaged;
use crate::embedded::store::error::Failure;

/// The keys of an entity by which it can be grouped, besides its properties.
const META: [(&str, &str); 4] =
    [("$blueprint", "blueprint"), ("$identifier", "identifier"), ("$title", "title"), ("$icon", "icon")];

impl Store {
    /// The values of `property` with the number of entities that have them, the most frequent first. Entities without a
    /// value count under null.
    pub fn group(&self, blueprint: &str, query: &SearchQuery, property: &str) -> Result<Vec<(Value, usize)>, Failure> {
        self.read(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            let _limited = Search::begin();
            let prepared = prepare::prepare(transaction, query, self.now())?;
            let bound = compile::bind(self, transaction, &prepared, &compiled)?;
            let finder = Finder::new(self, transaction, &compiled, &bound)?;
            let meta = META.iter().find(|(name, _)| *name == property).map(|(_, key)| *key);
            if meta.is_none() && compiled.property(property).is_none() && compiled.computed(property).is_none() {
                return Err(Refusal::invalid(format!("\"groupBy/property\" is no property: {property}")).into());
            }
            let shape = Shape { include: vec![property.to_owned()], ..Shape::default() };
            // By the text of the value, which has an order.
            let mut groups: BTreeMap<String, (Value, usize)> = BTreeMap::new();
            let mut after = String::new();
            loop {
                let hits = finder.find(&after, RENDERED)?;
                for entity in self.render(transaction, &hits.rows, &shape)? {
                    let entity: Value = serde_json::from_str(entity.get()).map_err(|error| damaged(&error))?;
                    let value = match meta {
                        Some(key) => &entity[key],
                        None => &entity["properties"][property],
                    };
                    groups.entry(value.to_string()).or_insert_with(|| (value.clone(), 0)).1 += 1;
                }
                match hits.rows.last().filter(|_| hits.more) {
                    Some(last) => after.clone_from(&last.identifier),
                    None => break,
                }
            }
            let mut groups: Vec<(Value, usize)> = groups.into_values().collect();
            groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            Ok(groups)
        })
    }
}
