//! Maps one item of an object to an entity: the fields in the exporter's order, each with the types that it accepts.

use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::config::model::{Expression, Mapping, Query};
use super::failure::{Failure, Stop};
use super::programs::Programs;
use crate::domain::document::span::Span;
use crate::domain::evaluation::{MappedEntity, Origin, ProblemClass};
use crate::jq::{Entries, Env, Limits, Object, Value};

/// What the evaluation of an expression needs besides its input.
#[derive(Debug)]
pub(super) struct Engine<'a> {
    pub(super) programs: &'a Programs<'a>,
    pub(super) environment: &'a Env,
    pub(super) limits: &'a Limits,
}

impl Engine<'_> {
    /// The first output of an expression.
    pub(super) fn run(&self, expression: &Expression, input: &Value) -> Result<Value, Failure> {
        let program = match self.programs.get(expression) {
            Ok(program) => program,
            Err(error) => return Err(Failure::of_compile_error(expression, error)),
        };
        match program.first(input, self.environment, self.limits) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => {
                let message = "the expression has no output, so the exporter fails to run it".to_owned();
                Err(Failure::new(ProblemClass::JqError, expression, message))
            }
            Err(error) => Err(Failure::of_run_error(expression, &error)),
        }
    }

    /// The first output of an expression that must be a boolean.
    pub(super) fn boolean(&self, expression: &Expression, input: &Value) -> Result<bool, Failure> {
        let value = self.run(expression, input)?;
        match value {
            Value::Bool(value) => Ok(value),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                let message = format!("must be a boolean, is {}", with_article(&value));
                Err(Failure::new(ProblemClass::Type, expression, message))
            }
        }
    }

    /// The result as a string without the quotes around it.
    fn text(&self, field: &str, expression: &Expression, input: &Value) -> Result<String, Failure> {
        let value = self.run(expression, input).map_err(|failure| failure.in_field(field))?;
        match value.as_str() {
            Some(text) => Ok(trim(text)),
            None => {
                let message = format!("must be a string, is {}", with_article(&value));
                let is_null_identifier = field == "identifier" && matches!(value, Value::Null);
                let class = if is_null_identifier { ProblemClass::NullIdentifier } else { ProblemClass::Type };
                Err(Failure::new(class, expression, message).in_field(field))
            }
        }
    }

    pub(super) fn map(&self, mapping: &Mapping, input: &Value, origin: Origin) -> Result<MappedEntity, Stop> {
        let mut contested = Vec::new();
        let identifier = self.identifier(mapping, input, &mut contested)?;
        let title = self.optional_text("title", mapping.title.as_ref(), input)?;
        let blueprint = self.text("blueprint", &mapping.blueprint, input)?;
        let team = self.team(mapping, input, &mut contested)?;
        let icon = self.optional_text("icon", mapping.icon.as_ref(), input)?;
        let properties = self.properties(mapping, input, &mut contested)?;
        let relations = self.members("relations", &mapping.relations, input, &mut contested)?;
        Ok(MappedEntity { identifier, blueprint, title, icon, team, properties, relations, contested, origin })
    }

    fn optional_text(&self, field: &str, expression: Option<&Expression>, input: &Value) -> Result<String, Failure> {
        expression.map_or_else(|| Ok(String::new()), |expression| self.text(field, expression, input))
    }

    fn identifier(&self, mapping: &Mapping, input: &Value, contested: &mut Vec<String>) -> Result<Value, Stop> {
        let field = "identifier";
        match &mapping.identifier {
            Query::Expression(expression) => Ok(Value::from(self.text(field, expression, input)?)),
            Query::Map(members, _) => self.members(field, members, input, contested).map(to_object),
            Query::Null(span) => {
                let message = "the mapping has no identifier, which crashes the exporter";
                let failure = Failure::of_value(ProblemClass::NullIdentifier, *span, message);
                Err(Stop::Crash(failure.in_field(field)))
            }
            Query::List(_, span) => Err(invalid(*span, "identifier type", "[]interface {}").in_field(field).into()),
            Query::Other(other, span) => Err(invalid(*span, "identifier type", other.in_go()).in_field(field).into()),
        }
    }

    fn team(&self, mapping: &Mapping, input: &Value, contested: &mut Vec<String>) -> Result<Option<Value>, Stop> {
        let field = "team";
        let Some(team) = &mapping.team else { return Ok(None) };
        match team {
            Query::Expression(expression) => match self.team_value(expression, input) {
                Ok(value) => Ok(Some(value)),
                Err(failure) => Err(failure.in_field(field).into()),
            },
            Query::Map(members, _) => Ok(Some(to_object(self.members(field, members, input, contested)?))),
            Query::Null(_) => Ok(None),
            Query::List(_, span) => Err(invalid(*span, "team type", "[]interface {}").in_field(field).into()),
            Query::Other(other, span) => Err(invalid(*span, "team type", other.in_go()).in_field(field).into()),
        }
    }

    fn team_value(&self, expression: &Expression, input: &Value) -> Result<Value, Failure> {
        let value = self.run(expression, input)?;
        if let Some(text) = value.as_str() {
            return Ok(Value::from(trim(text)));
        }
        let fail = |message: String| Failure::new(ProblemClass::Type, expression, message);
        let Some(items) = value.as_array() else {
            return Err(fail(format!("must be a string or a list of strings, is {}", with_article(&value))));
        };
        let mut teams = Vec::new();
        for item in items.iter() {
            match item.as_str() {
                Some(text) => teams.push(Value::from(trim(text))),
                None => return Err(fail(format!("must be a list of strings, has {}", with_article(item)))),
            }
        }
        Ok(Value::Array(teams.into()))
    }

    /// Every failing property is reported: the exporter evaluates them in random order, and stops at the first.
    fn properties(&self, mapping: &Mapping, input: &Value, contested: &mut Vec<String>) -> Result<Entries, Stop> {
        let mut properties = Entries::new();
        let mut failures = Vec::new();
        for (key, expression) in &mapping.properties {
            match self.run(expression, input) {
                Ok(value) => match value.as_object().filter(|_| &**key == "*") {
                    Some(members) => merge(&mut properties, key, Entries::clone(members), "properties", contested),
                    None => merge(&mut properties, key, [(Arc::clone(key), value)], "properties", contested),
                },
                Err(failure) => failures.push(failure.in_field(format!("properties.{key}"))),
            }
        }
        if failures.is_empty() { Ok(properties) } else { Err(Stop::Failed(failures)) }
    }

    /// Evaluates the members of a search query, or of the relations.
    fn members(
        &self,
        field: &str,
        members: &[(Arc<str>, Query)],
        input: &Value,
        contested: &mut Vec<String>,
    ) -> Result<Entries, Stop> {
        let mut entries = Entries::new();
        let mut failures = Vec::new();
        for (key, query) in members {
            match self.member(field, key, query, input, contested) {
                Ok(found) => merge(&mut entries, key, found, field, contested),
                Err(Stop::Failed(more)) => failures.extend(more),
                Err(crash @ Stop::Crash(_)) => return Err(crash),
            }
        }
        if failures.is_empty() { Ok(entries) } else { Err(Stop::Failed(failures)) }
    }

    /// What one member adds to its mapping: nothing if it is an empty query, and several keys if it is `*`.
    fn member(
        &self,
        parent: &str,
        key: &Arc<str>,
        query: &Query,
        input: &Value,
        contested: &mut Vec<String>,
    ) -> Result<Entries, Stop> {
        let field = || format!("{parent}.{key}");
        let mut entries = Entries::new();
        match query {
            Query::Expression(expression) => match self.run(expression, input) {
                Ok(value) => spread(&mut entries, key, value),
                Err(failure) => return Err(failure.in_field(field()).into()),
            },
            Query::Map(members, _) => {
                let inner = self.members(&field(), members, input, contested)?;
                if !inner.is_empty() {
                    entries.insert(Arc::clone(key), to_object(inner));
                }
            }
            Query::List(items, _) => {
                let mut values = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    let found = self.member(parent, key, item, input, contested);
                    let mut found = found.map_err(|stop| numbered(stop, &field(), at))?;
                    values.push(found.remove(key).unwrap_or_default());
                }
                entries.insert(Arc::clone(key), Value::Array(values.into()));
            }
            Query::Null(span) => return Err(null(*span, field())),
            Query::Other(other, span) => {
                return Err(invalid(*span, "jq query type", other.in_go()).in_field(field()).into());
            }
        }
        Ok(entries)
    }
}

/// Adds the index of a list's element to the fields of its failures.
fn numbered(stop: Stop, field: &str, at: usize) -> Stop {
    let number = |failure: Failure| match failure.field.strip_prefix(field) {
        Some(rest) => {
            let path = format!("{field}[{at}]{rest}");
            failure.in_field(path)
        }
        None => failure,
    };
    match stop {
        Stop::Failed(failures) => Stop::Failed(failures.into_iter().map(number).collect()),
        Stop::Crash(failure) => Stop::Crash(number(failure)),
    }
}

fn null(span: Span, field: String) -> Stop {
    let message = "is null, which crashes the exporter";
    Stop::Crash(Failure::of_value(ProblemClass::Config, span, message).in_field(field))
}

fn invalid(span: Span, what: &str, type_name: &str) -> Failure {
    Failure::of_value(ProblemClass::Type, span, &format!("invalid {what} '{type_name}'"))
}

/// The exporter removes all quotes from both ends of a string.
fn trim(text: &str) -> String {
    text.trim_matches('"').to_owned()
}

/// Adds a value; the members of an object under `*` become members themselves.
fn spread(entries: &mut Entries, key: &Arc<str>, value: Value) {
    match value.as_object().filter(|_| &**key == "*") {
        Some(object) => entries.extend(object.iter().map(|(name, member)| (Arc::clone(name), member.clone()))),
        None => {
            entries.insert(Arc::clone(key), value);
        }
    }
}

/// Adds what a key gives. Which of `*` and an explicit key wins is random in the exporter; here the explicit one does.
fn merge(
    entries: &mut Entries,
    key: &Arc<str>,
    found: impl IntoIterator<Item = (Arc<str>, Value)>,
    field: &str,
    contested: &mut Vec<String>,
) {
    for (name, value) in found {
        match entries.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(mut entry) => {
                if entry.get().to_json_text() != value.to_json_text() {
                    contested.push(format!("{field}.{}", entry.key()));
                }
                if &**key != "*" {
                    entry.insert(value);
                }
            }
        }
    }
}

fn to_object(entries: Entries) -> Value {
    Value::Object(Object::from(entries))
}

pub(super) fn with_article(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
