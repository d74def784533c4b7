//! The functions of templates that work on lists and maps.

use super::call::Call;
use super::stop::Stop;
use super::strings::text_of;
use super::value::{GoMap, GoValue};

/// Lists grow up to this length.
const MAX_ITEMS: usize = 2_000;

/// `None`: no function of this file.
pub(super) fn call(call: &Call<'_>) -> Result<Option<GoValue>, Stop> {
    let value = match call.name {
        "list" | "tuple" => GoValue::List(call.arguments.iter().map(nil).collect()),
        "join" => {
            let [separator, items] = call.exactly()?;
            GoValue::Text(texts(items).join(call.text(separator)?))
        }
        "toStrings" => {
            let [items] = call.exactly()?;
            GoValue::List(texts(items).into_iter().map(GoValue::Text).collect())
        }
        "sortAlpha" => {
            let [items] = call.exactly()?;
            let mut sorted = texts(items);
            sorted.sort();
            GoValue::List(sorted.into_iter().map(GoValue::Text).collect())
        }
        "first" | "last" | "rest" | "initial" | "reverse" | "uniq" | "compact" => {
            let [items] = call.exactly()?;
            one_list(call, items_of(call, items)?)
        }
        "append" | "push" | "prepend" => {
            let [items, item] = call.exactly()?;
            let mut items = items_of(call, items)?.to_vec();
            let at = if call.name == "prepend" { 0 } else { items.len() };
            items.insert(at, nil(item));
            GoValue::List(items)
        }
        "concat" => {
            let mut joined = Vec::new();
            for items in &call.arguments {
                joined.extend_from_slice(items_of(call, items)?);
            }
            GoValue::List(joined)
        }
        "has" => {
            let [needle, items] = call.exactly()?;
            if matches!(items, GoValue::Missing | GoValue::Nil) {
                GoValue::Bool(false)
            } else {
                GoValue::Bool(items_of(call, items)?.contains(needle))
            }
        }
        "without" => {
            let (items, omitted) = call.at_least_one()?;
            let kept = items_of(call, items)?.iter().filter(|item| !omitted.contains(item));
            GoValue::List(kept.cloned().collect())
        }
        "until" => {
            let [count] = call.exactly()?;
            let count = call.int(count)?;
            if !(0..1_000).contains(&count) {
                return Err(call.not_known());
            }
            GoValue::List((0..count).map(GoValue::Int).collect())
        }
        "dict" => dict(call),
        "get" | "hasKey" => {
            let [map, key] = call.exactly()?;
            let (map, key) = (map_of(map)?, call.text(key)?);
            let found = map.and_then(|map| map.get(key));
            match call.name {
                "get" => found.cloned().unwrap_or_else(|| GoValue::text("")),
                _ => GoValue::Bool(found.is_some()),
            }
        }
        "keys" | "values" => ordered(call)?,
        "dig" => dig(call)?,
        "split" => {
            let [separator, text] = call.exactly()?;
            let (separator, text) = (call.text(separator)?, call.text(text)?);
            if separator.is_empty() {
                return Err(call.not_known());
            }
            let parts = text.split(separator).enumerate();
            GoValue::Map(GoMap::of_texts(parts.map(|(at, part)| (format!("_{at}"), part.to_owned()))))
        }
        _ => return Ok(None),
    };
    match &value {
        GoValue::List(items) if items.len() > MAX_ITEMS => Err(call.not_known()),
        _ => Ok(Some(value)),
    }
}

/// What a missing value is in a list.
fn nil(value: &GoValue) -> GoValue {
    if value.is_nothing() { GoValue::Nil } else { value.clone() }
}

/// The texts of a list; another value is one text.
fn texts(value: &GoValue) -> Vec<String> {
    match value {
        GoValue::List(items) => items.iter().filter(|item| !item.is_nothing()).map(text_of).collect(),
        GoValue::Missing | GoValue::Nil => Vec::new(),
        other => vec![text_of(other)],
    }
}

fn items_of<'v>(call: &Call<'_>, value: &'v GoValue) -> Result<&'v [GoValue], Stop> {
    match value {
        GoValue::List(items) => Ok(items),
        _ => Err(call.not_known()),
    }
}

fn one_list(call: &Call<'_>, items: &[GoValue]) -> GoValue {
    let list = |items: &[GoValue]| GoValue::List(items.to_vec());
    match call.name {
        "first" => items.first().cloned().unwrap_or(GoValue::Nil),
        "last" => items.last().cloned().unwrap_or(GoValue::Nil),
        "rest" => items.split_first().map_or_else(|| list(&[]), |(_, rest)| list(rest)),
        "initial" => items.split_last().map_or_else(|| list(&[]), |(_, rest)| list(rest)),
        "reverse" => GoValue::List(items.iter().rev().cloned().collect()),
        "compact" => GoValue::List(items.iter().filter(|item| !item.is_empty()).cloned().collect()),
        _ => {
            let mut unique: Vec<GoValue> = Vec::new();
            for item in items {
                if !unique.contains(item) {
                    unique.push(item.clone());
                }
            }
            GoValue::List(unique)
        }
    }
}

/// A map for a parameter of type `map[string]interface {}`; none for a missing one.
fn map_of(value: &GoValue) -> Result<Option<&GoMap>, Stop> {
    match value {
        GoValue::Map(map) if !map.has_texts => Ok(Some(map)),
        GoValue::Missing => Ok(None),
        other => {
            let found = other.type_name();
            Err(Stop::fault(format!("wrong type for value; expected map[string]interface {{}}; got {found}")))
        }
    }
}

fn dict(call: &Call<'_>) -> GoValue {
    let pairs = call.arguments.chunks(2).map(|pair| {
        let value = pair.get(1).map_or_else(|| GoValue::text(""), nil);
        (pair.first().map(text_of).unwrap_or_default(), value)
    });
    GoValue::Map(GoMap::of(pairs))
}

/// The keys or values of a map have no order in Go.
fn ordered(call: &Call<'_>) -> Result<GoValue, Stop> {
    let [map] = call.exactly()?;
    let Some(map) = map_of(map)? else { return Ok(GoValue::List(Vec::new())) };
    if map.entries.len() > 1 {
        return Err(call.not_known());
    }
    let entries = map.entries.iter();
    Ok(GoValue::List(match call.name {
        "keys" => entries.map(|(key, _)| GoValue::Text(key.clone())).collect(),
        _ => entries.map(|(_, value)| value.clone()).collect(),
    }))
}

/// `dig KEY... DEFAULT MAP`.
fn dig(call: &Call<'_>) -> Result<GoValue, Stop> {
    let [keys @ .., default, map] = call.arguments.as_slice() else { return Err(call.not_known()) };
    let mut value = map;
    for key in keys {
        let GoValue::Map(map) = value else { return Err(call.not_known()) };
        if map.has_texts {
            return Err(call.not_known());
        }
        match map.get(call.text(key)?) {
            Some(found) => value = found,
            None => return Ok(default.clone()),
        }
    }
    Ok(value.clone())
}
