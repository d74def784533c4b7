//! Reads a JSON value piece by piece. An error gets its path on the way out, one step for each level, so that paths
//! cost nothing without errors. Unknown and duplicate keys are errors.

use std::sync::Arc;

use crate::domain::plan::digest::{ApprovalDigest, Digest};
use crate::domain::value::Value;

/// An error in a value, and its path from the inside out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::plan::file) struct Flaw {
    steps: Vec<String>,
    /// A clause: "it is a number and not a text".
    pub reason: String,
}

pub(in crate::plan::file) type Read<T> = Result<T, Flaw>;

impl Flaw {
    pub fn new(reason: impl Into<String>) -> Self {
        Self { steps: Vec::new(), reason: reason.into() }
    }

    fn wrong(value: &Value, wanted: &str) -> Self {
        Self::new(format!("expected {wanted}, found {}", kind(value)))
    }

    fn under(mut self, step: impl Into<String>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// The path as a JSON pointer: `/plan/changes/3/key`.
    pub fn pointer(&self) -> String {
        self.steps.iter().rev().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Integer(_) | Value::Large(_) | Value::Float(_) => "a number",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
    }
}

/// The entries of an object that were not read yet.
pub(in crate::plan::file) struct Entries<'v> {
    left: Vec<(&'v str, &'v Value)>,
}

impl<'v> Entries<'v> {
    pub fn of(value: &'v Value) -> Read<Self> {
        let Value::Map(entries) = value else { return Err(Flaw::wrong(value, "an object")) };
        let left: Vec<(&str, &Value)> = entries.iter().map(|(name, value)| (name.as_ref(), value)).collect();
        let mut names: Vec<&str> = left.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Flaw::new("duplicate key").under(pair[0])),
            None => Ok(Self { left }),
        }
    }

    pub fn maybe<T>(&mut self, name: &str, read: impl FnOnce(&'v Value) -> Read<T>) -> Read<Option<T>> {
        let Some(at) = self.left.iter().position(|(other, _)| *other == name) else { return Ok(None) };
        let (_, value) = self.left.swap_remove(at);
        read(value).map(Some).map_err(|flaw| flaw.under(name))
    }

    pub fn take<T>(&mut self, name: &str, read: impl FnOnce(&'v Value) -> Read<T>) -> Read<T> {
        match self.maybe(name, read)? {
            Some(value) => Ok(value),
            None => Err(Flaw::new("it is missing").under(name)),
        }
    }

    /// Fails if any entry was not read.
    pub fn end(self) -> Read<()> {
        match self.left.iter().min_by_key(|(name, _)| *name) {
            Some((name, _)) => Err(Flaw::new("unknown key").under(*name)),
            None => Ok(()),
        }
    }
}

pub(in crate::plan::file) fn list<T>(value: &Value, mut read: impl FnMut(&Value) -> Read<T>) -> Read<Vec<T>> {
    let Value::List(items) = value else { return Err(Flaw::wrong(value, "a list")) };
    items.iter().enumerate().map(|(at, item)| read(item).map_err(|flaw| flaw.under(at.to_string()))).collect()
}

/// The entries of an object with any names.
pub(in crate::plan::file) fn entries<T>(
    value: &Value,
    mut read: impl FnMut(&Value) -> Read<T>,
) -> Read<Vec<(Arc<str>, T)>> {
    let entries = Entries::of(value)?;
    let entry = |(name, value)| read(value).map(|value| (Arc::from(name), value)).map_err(|flaw| flaw.under(name));
    entries.left.into_iter().map(entry).collect()
}

pub(in crate::plan::file) fn or_null<T>(value: &Value, read: impl FnOnce(&Value) -> Read<T>) -> Read<Option<T>> {
    if value.is_null() { Ok(None) } else { read(value).map(Some) }
}

pub(in crate::plan::file) fn text(value: &Value) -> Read<&str> {
    value.as_str().ok_or_else(|| Flaw::wrong(value, "a text"))
}

pub(in crate::plan::file) fn owned(value: &Value) -> Read<String> {
    text(value).map(str::to_owned)
}

pub(in crate::plan::file) fn boxed(value: &Value) -> Read<Box<str>> {
    text(value).map(Into::into)
}

pub(in crate::plan::file) fn shared(value: &Value) -> Read<Arc<str>> {
    text(value).map(Into::into)
}

pub(in crate::plan::file) fn flag(value: &Value) -> Read<bool> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::Null
        | Value::Integer(_)
        | Value::Large(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Map(_) => Err(Flaw::wrong(value, "a boolean")),
    }
}

pub(in crate::plan::file) fn number<T: TryFrom<i64>>(value: &Value) -> Read<T> {
    match value {
        Value::Integer(number) => T::try_from(*number).map_err(|_| Flaw::new(format!("{number} is out of range"))),
        Value::Null
        | Value::Bool(_)
        | Value::Large(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Map(_) => Err(Flaw::wrong(value, "a whole number")),
    }
}

/// The index of a change; `count`: the number of changes.
pub(in crate::plan::file) fn index(value: &Value, count: usize) -> Read<usize> {
    let index: usize = number(value)?;
    if index < count { Ok(index) } else { Err(Flaw::new(format!("unknown change {index}: there are {count}"))) }
}

pub(in crate::plan::file) fn digest(value: &Value) -> Read<Digest> {
    let text = text(value)?;
    let mut bytes = [0; 32];
    let digits = |at: usize| text.get(2 * at..2 * at + 2).filter(|pair| pair.bytes().all(|it| it.is_ascii_hexdigit()));
    for (at, byte) in bytes.iter_mut().enumerate() {
        let read = digits(at).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        *byte = read.ok_or_else(|| Flaw::new("expected a digest of 64 hexadecimal digits"))?;
    }
    // Only the canonical spelling is accepted.
    if Digest(bytes).to_string() == text { Ok(Digest(bytes)) } else { Err(Flaw::new("expected a digest")) }
}

pub(in crate::plan::file) fn approval(value: &Value) -> Read<ApprovalDigest> {
    ApprovalDigest::parse(text(value)?).ok_or_else(|| Flaw::new("expected an approval digest"))
}

/// One of several fixed words.
pub(in crate::plan::file) fn word<T: Copy>(value: &Value, all: &[T], word: impl Fn(T) -> &'static str) -> Read<T> {
    let found = text(value)?;
    all.iter().copied().find(|one| word(*one) == found).ok_or_else(|| {
        let known = all.iter().map(|one| format!("`{}`", word(*one))).collect::<Vec<_>>().join(", ");
        Flaw::new(format!("expected one of {known}"))
    })
}
