//! JSON values as jq expressions see them: object keys are sorted, and every array and object knows how deep it is nested.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use super::number::Number;

/// A JSON value. Copying one is cheap.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    Array(Array),
    Object(Object),
}

/// The entries of an object, in the order of the bytes of their keys, as Go sorts strings.
pub type Entries = BTreeMap<Arc<str>, Value>;

/// The items of an array.
#[derive(Clone, Debug, Default)]
pub struct Array(Arc<Nested<Vec<Value>>>);

/// The entries of an object.
#[derive(Clone, Debug, Default)]
pub struct Object(Arc<Nested<Entries>>);

#[derive(Clone, Debug, Default)]
struct Nested<T> {
    measure: Measure,
    content: T,
}

/// How large a value is at most. It keeps functions that walk a value within the stack and in time, also where the same part
/// occurs many times.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measure {
    /// The number of containers on the longest way down.
    pub depth: u32,
    /// The number of values, with long strings counted more than once.
    pub weight: u64,
}

impl Measure {
    /// A container of such values.
    fn around(inner: impl Iterator<Item = Self>) -> Self {
        let empty = Self { depth: 0, weight: 1 };
        let all = inner.fold(empty, Self::beside);
        Self { depth: all.depth + 1, ..all }
    }

    fn beside(self, other: Self) -> Self {
        Self { depth: self.depth.max(other.depth), weight: self.weight.saturating_add(other.weight) }
    }
}

impl Value {
    /// The value of a JSON document as the exporter reads it: a number outside of the range of 64-bit integers is a float.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(truth) => Self::Bool(*truth),
            serde_json::Value::Number(number) => Self::Number(match number.as_i64() {
                Some(integer) => Number::Int(integer),
                None => Number::Float(number.as_f64().unwrap_or(f64::NAN)),
            }),
            serde_json::Value::String(text) => Self::from(text.as_str()),
            serde_json::Value::Array(items) => {
                Self::Array(items.iter().map(Self::from_json).collect::<Vec<_>>().into())
            }
            serde_json::Value::Object(entries) => {
                let entries = entries.iter().map(|(key, value)| (Arc::from(key.as_str()), Self::from_json(value)));
                Self::Object(entries.collect::<Entries>().into())
            }
        }
    }

    /// The value as `serde_json` has it, or `None` where it holds NaN or infinity, which JSON has no words for. An integer
    /// that needs more than 64 bits becomes the nearest float; [`Self::to_json_text`] keeps its digits.
    #[must_use]
    pub fn to_json(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(truth) => serde_json::Value::Bool(*truth),
            Self::Number(number) => serde_json::Value::Number(number.to_json()?),
            Self::String(text) => serde_json::Value::String(text.to_string()),
            Self::Array(items) => serde_json::Value::Array(items.iter().map(Self::to_json).collect::<Option<_>>()?),
            Self::Object(entries) => {
                let entries = entries.iter().map(|(key, value)| Some((key.to_string(), value.to_json()?)));
                serde_json::Value::Object(entries.collect::<Option<_>>()?)
            }
        })
    }

    /// The name of the type, as `type` gives it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    #[must_use]
    pub fn as_array(&self) -> Option<&Array> {
        match self {
            Self::Array(items) => Some(items),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Object(_) => None,
        }
    }

    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(entries) => Some(entries),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Array(_) => None,
        }
    }

    pub(super) fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            Self::Null | Self::Bool(_) | Self::String(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// Whether a condition takes the value for true: everything but null and false.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }

    pub(super) fn measure(&self) -> Measure {
        match self {
            Self::Array(items) => items.0.measure,
            Self::Object(entries) => entries.0.measure,
            Self::String(text) => Measure { depth: 0, weight: 1 + text.len() as u64 / 32 },
            Self::Null | Self::Bool(_) | Self::Number(_) => Measure { depth: 0, weight: 1 },
        }
    }

    pub(super) fn int(integer: i64) -> Self {
        Self::Number(Number::Int(integer))
    }

    pub(super) fn float(float: f64) -> Self {
        Self::Number(Number::Float(float))
    }

    /// A length or a position.
    pub(super) fn count(count: usize) -> Self {
        Self::int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    pub(super) fn array(items: Vec<Self>) -> Self {
        Self::Array(items.into())
    }

    pub(super) fn object(entries: impl IntoIterator<Item = (Arc<str>, Self)>) -> Self {
        Self::Object(entries.into_iter().collect::<Entries>().into())
    }

    /// The values of an array, or those of an object in the order of its keys.
    pub(super) fn values(&self) -> Option<Vec<Self>> {
        match self {
            Self::Array(items) => Some(items.to_vec()),
            Self::Object(entries) => Some(entries.values().cloned().collect()),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(Arc::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(Arc::from(text))
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<Vec<Value>> for Array {
    fn from(items: Vec<Value>) -> Self {
        let measure = Measure::around(items.iter().map(Value::measure));
        Self(Arc::new(Nested { measure, content: items }))
    }
}

impl Deref for Array {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0.content
    }
}

/// The empty array and the empty object that a deletion from null yields, each known by its address.
static NIL: LazyLock<(Array, Object)> = LazyLock::new(Default::default);

impl Array {
    pub(super) fn nil() -> Self {
        NIL.0.clone()
    }

    /// Whether it comes from a deletion from null. jq shows it as `[]`, and the JSON of Go as `null`.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        Arc::ptr_eq(&self.0, &NIL.0.0)
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.is_empty() && other.is_empty()
    }

    /// Takes an item out, to be put back by `set` when it is changed, so that the change needs no copy.
    pub(super) fn take(&mut self, position: usize) -> Value {
        Arc::make_mut(&mut self.0).content.get_mut(position).map(std::mem::take).unwrap_or_default()
    }

    /// Sets an item; missing ones before it become null.
    pub(super) fn set(&mut self, position: usize, value: Value) {
        let nested = Arc::make_mut(&mut self.0);
        nested.measure = nested.measure.beside(Measure::around([value.measure()].into_iter()));
        if position >= nested.content.len() {
            nested.content.resize(position + 1, Value::Null);
        }
        nested.content[position] = value;
    }
}

impl From<Entries> for Object {
    fn from(entries: Entries) -> Self {
        let measure = Measure::around(entries.values().map(Value::measure));
        Self(Arc::new(Nested { measure, content: entries }))
    }
}

impl Deref for Object {
    type Target = Entries;

    fn deref(&self) -> &Entries {
        &self.0.content
    }
}

impl Object {
    pub(super) fn nil() -> Self {
        NIL.1.clone()
    }

    /// Whether it comes from a deletion from null. jq shows it as `{}`, and the JSON of Go as `null`.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        Arc::ptr_eq(&self.0, &NIL.1.0)
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Takes the value of a key, to be put back by `set` when it is changed, so that the change needs no copy.
    pub(super) fn take(&mut self, key: &str) -> Value {
        Arc::make_mut(&mut self.0).content.get_mut(key).map(std::mem::take).unwrap_or_default()
    }

    pub(super) fn set(&mut self, key: Arc<str>, value: Value) {
        let nested = Arc::make_mut(&mut self.0);
        nested.measure = nested.measure.beside(Measure::around([value.measure()].into_iter()));
        nested.content.insert(key, value);
    }
}
