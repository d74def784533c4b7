//! Builds JSON values: the counterpart of `reading`. Keys keep the given order, which is the order in the file.

use crate::domain::plan::digest::Digest;
use crate::domain::value::Value;

pub(in crate::plan::file) fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

pub(in crate::plan::file) fn list<T>(items: impl IntoIterator<Item = T>, write: impl FnMut(T) -> Value) -> Value {
    Value::List(items.into_iter().map(write).collect())
}

pub(in crate::plan::file) fn entries<'n, T>(
    items: impl IntoIterator<Item = (&'n str, T)>,
    mut write: impl FnMut(T) -> Value,
) -> Value {
    Value::Map(items.into_iter().map(|(name, value)| (name.into(), write(value))).collect())
}

pub(in crate::plan::file) fn or_null<T>(item: Option<T>, write: impl FnOnce(T) -> Value) -> Value {
    item.map(write).unwrap_or_default()
}

pub(in crate::plan::file) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

pub(in crate::plan::file) fn number(number: usize) -> Value {
    // Counts of objects in memory are far below 2^63.
    i64::try_from(number).map_or(Value::Large(number as u64), Value::Integer)
}

pub(in crate::plan::file) fn digest(digest: Digest) -> Value {
    Value::Text(digest.to_string().into())
}
