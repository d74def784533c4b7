//! Matrix and merge generators: rows that two generators make together.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::rows::{Row, RowOrigin, merge_over};
use super::set::Generator;
use super::template::value::GoMap;
use super::template::{GoValue, Stop, print_value};
use super::world::Rows;
use crate::delivery::go_json::go_json;

impl Rows<'_> {
    pub(super) fn matrix(&mut self, generators: &[Generator], depth: usize) -> Result<Vec<Row>, Stop> {
        let [first, second] = generators else {
            let count = if generators.len() < 2 { "less" } else { "more" };
            return Err(Stop::fault(format!("found {count} than two generators, Matrix support only two")));
        };
        let left = self
            .of_child(first, None, depth + 1)
            .map_err(|stop| stop.within("error failed to get params for first generator in matrix generator: "))?;
        let mut rows = Vec::new();
        for a in left {
            let right = self
                .of_child(second, Some(&a.parameters), depth + 1)
                .map_err(|stop| stop.within("failed to get params for second generator in the matrix generator: "))?;
            for b in right {
                let parameters = match self.renderer.has_go_templates {
                    true => {
                        let mut merged = b.parameters;
                        merge_over(&mut merged, &a.parameters);
                        merged
                    }
                    false => combine(&a.parameters, &b.parameters)?,
                };
                let origin = RowOrigin::Pair(Box::new(a.origin.clone()), Box::new(b.origin));
                rows.push(Row { parameters, origin });
            }
        }
        Ok(rows)
    }

    pub(super) fn merge(&mut self, generators: &[Generator], keys: &[String], depth: usize) -> Result<Vec<Row>, Stop> {
        if generators.len() < 2 {
            return Err(Stop::fault("found less than two generators, Merge requires two or more"));
        }
        let mut sides = Vec::new();
        for (at, generator) in generators.iter().enumerate() {
            let heading = format!("error getting params from generator {} of {}: ", at + 1, generators.len());
            sides.push(self.of_child(generator, None, depth + 1).map_err(|stop| stop.within(&heading))?);
        }
        let mut sides = sides.into_iter();
        let mut rows = sides.next().unwrap_or_default();
        let base = by_keys(&rows, keys)?;
        for side in sides {
            for (key, at) in by_keys(&side, keys)? {
                let (Some(row), Some(over)) = (base.get(&key).and_then(|at| rows.get_mut(*at)), side.get(at)) else {
                    continue;
                };
                if self.renderer.has_go_templates {
                    merge_over(&mut row.parameters, &over.parameters);
                } else {
                    row.parameters.entries.extend(over.parameters.entries.clone());
                }
            }
        }
        Ok(rows)
    }
}

/// The rows by their values of the keys, as JSON.
fn by_keys(rows: &[Row], keys: &[String]) -> Result<BTreeMap<String, usize>, Stop> {
    let fail = |text: String| Err(Stop::Fault(format!("error getting param sets by merge key: {text}")));
    if keys.is_empty() {
        return fail("no merge keys were specified, Merge requires at least one".to_owned());
    }
    let mut found = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let members =
            keys.iter().map(|key| (key.clone(), row.parameters.get(key).map_or(Json::Null, GoValue::to_json)));
        let key = go_json(&Json::Object(members.collect()));
        if found.insert(key.clone(), at).is_some() {
            return fail(format!(
                "the parameters from a generator were not unique by the given mergeKeys, Merge requires all param sets \
                 to be unique. Duplicate key was {key}"
            ));
        }
    }
    Ok(found)
}

/// Both maps as texts. A key with two values is an error.
fn combine(a: &GoMap, b: &GoMap) -> Result<GoMap, Stop> {
    let mut combined: BTreeMap<String, String> = BTreeMap::new();
    combined.extend(a.entries.iter().map(|(key, value)| (key.clone(), print_value(value))));
    for (key, value) in &b.entries {
        let value = print_value(value);
        match combined.get(key) {
            Some(known) if *known != value => {
                return Err(Stop::Fault(format!(
                    "failed to combine string maps with merging params for the matrix generator: found duplicate key \
                     {key} with different value, a: {known} ,b: {value}"
                )));
            }
            Some(_) | None => {
                combined.insert(key.clone(), value);
            }
        }
    }
    Ok(GoMap::of(combined.into_iter().map(|(key, value)| (key, GoValue::Text(value)))))
}
