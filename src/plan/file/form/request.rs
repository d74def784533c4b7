//! Requests in a plan file: exactly what is sent.

use std::sync::Arc;

use crate::domain::entity::Targets;
use crate::domain::plan::change::Change;
use crate::domain::plan::request::{Body, Method, Patch, WriteRequest, WriteRequests};
use crate::domain::plan::{Plan, StepKind};
use crate::domain::value::Value;

use super::change::{read_key, write_key};
use super::plan::{read_deed, write_deed};
use super::reading::{Entries, Flaw, Read, boxed, entries as read_entries, index, list, shared};
use super::value;
use super::writing as write;

pub(in crate::plan::file) fn write(requests: &WriteRequests) -> Value {
    write::list(&requests.waves, |wave| write::list(wave, write_act))
}

pub(in crate::plan::file) fn read(found: &Value, plan: &Plan) -> Read<WriteRequests> {
    let requests = WriteRequests { waves: list(found, |wave| list(wave, |request| read_act(request, &plan.changes)))? };
    let told = requests
        .waves
        .iter()
        .map(|wave| wave.iter().map(|request| (request.change, request.step_kind)).collect::<Vec<_>>());
    let planned =
        plan.waves.iter().map(|wave| wave.steps.iter().map(|step| (step.change, wave.step_kind)).collect::<Vec<_>>());
    if told.eq(planned) { Ok(requests) } else { Err(Flaw::new("they differ from the waves of the plan")) }
}

fn write_act(request: &WriteRequest) -> Value {
    let (method, body) = match &request.method {
        Method::Create(body) => ("create", Some(body)),
        Method::Merge(body) => ("merge", Some(body)),
        Method::Replace(body) => ("replace", Some(body)),
        Method::Patch(body) => ("patch", Some(body)),
        Method::Delete => ("delete", None),
    };
    write::map([
        ("change", write::number(request.change)),
        ("deed", write_deed(request.step_kind)),
        ("key", write_key(&request.key)),
        ("call", write::text(method)),
        ("body", write::or_null(body, write_body)),
        ("needs", write::list(&request.needs, |need| write::number(*need))),
    ])
}

fn read_act(found: &Value, changes: &[Change]) -> Read<WriteRequest> {
    let mut entries = Entries::of(found)?;
    let method = entries.take("call", shared)?;
    let body = entries.take("body", |value| super::reading::or_null(value, read_body))?;
    let request = WriteRequest {
        change: entries.take("change", |value| index(value, changes.len()))?,
        step_kind: entries.take("deed", read_deed)?,
        key: entries.take("key", read_key)?,
        method: match (method.as_ref(), body) {
            ("create", Some(body)) => Method::Create(body),
            ("merge", Some(body)) => Method::Merge(body),
            ("replace", Some(body)) => Method::Replace(body),
            ("patch", Some(body)) => Method::Patch(body),
            ("delete", None) => Method::Delete,
            (other, _) => return Err(Flaw::new(format!("`{other}` is not a valid method for this `body`"))),
        },
        needs: entries.take("needs", |value| list(value, |value| index(value, changes.len())))?,
    };
    entries.end()?;
    let (change, is_delete) = (&changes[request.change], request.method == Method::Delete);
    let key = if is_delete { change.removed() } else { change.is_write().then(|| change.key.clone()) };
    if is_delete != (request.step_kind == StepKind::Delete) || key.as_ref() != Some(&request.key) {
        return Err(Flaw::new("it differs from its change"));
    }
    Ok(request)
}

/// An absent value is left out; null means clear.
fn write_body(body: &Body) -> Value {
    let mut entries: Vec<(Box<str>, Value)> = Vec::new();
    let mut put = |name: &str, value: Option<Value>| entries.extend(value.map(|value| (name.into(), value)));
    put("title", part(&body.title, |text| write::text(text)));
    put("icon", part(&body.icon, |text| write::text(text)));
    put("team", part(&body.team, |teams| texts(teams)));
    put("properties", Some(write::entries(body.properties.iter().map(named), value::write)));
    put("relations", Some(write::entries(body.relations.iter().map(named), write_targets)));
    Value::Map(entries.into())
}

fn named<T>((name, value): &(Arc<str>, T)) -> (&str, &T) {
    (name, value)
}

fn part<T>(part: &Patch<T>, write: impl Fn(&T) -> Value) -> Option<Value> {
    match part {
        Patch::Absent => None,
        Patch::Null => Some(Value::Null),
        Patch::Set(value) => Some(write(value)),
    }
}

fn read_body(found: &Value) -> Read<Body> {
    let mut entries = Entries::of(found)?;
    let body = Body {
        title: read_part(&mut entries, "title", boxed)?,
        icon: read_part(&mut entries, "icon", boxed)?,
        team: read_part(&mut entries, "team", |value| list(value, boxed).map(Into::into))?,
        properties: entries.take("properties", |value| read_entries(value, value::read))?,
        relations: entries.take("relations", |value| read_entries(value, read_targets))?,
    };
    entries.end().map(|()| body)
}

fn read_part<T>(entries: &mut Entries<'_>, name: &str, read: impl FnOnce(&Value) -> Read<T>) -> Read<Patch<T>> {
    let part =
        entries.maybe(name, |value| if value.is_null() { Ok(Patch::Null) } else { read(value).map(Patch::Set) })?;
    Ok(part.unwrap_or_default())
}

fn texts(texts: &[Box<str>]) -> Value {
    write::list(texts, |text| write::text(text))
}

fn write_targets(targets: &Targets) -> Value {
    match targets {
        Targets::None => Value::Null,
        Targets::One(target) => write::text(target),
        Targets::Many(targets) => texts(targets),
    }
}

fn read_targets(found: &Value) -> Read<Targets> {
    match found {
        Value::Null => Ok(Targets::None),
        Value::Text(target) => Ok(Targets::One(target.clone())),
        Value::List(_) => list(found, boxed).map(|targets| Targets::Many(targets.into())),
        Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Map(_) => {
            Err(Flaw::new("expected an identifier or a list of identifiers"))
        }
    }
}
