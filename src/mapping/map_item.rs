//! Maps one item of an object to an entity: the fields in the exporter's order, each with the types that it accepts.

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
    pub(super) fn run(&self, field: &str, expression: &Expression, input: &Value) -> Result<Value, Failure> {
        let program = match self.programs.get(expression) {
            Ok(program) => program,
            Err(error) => return Err(Failure::of_compile_error(field, expression, error)),
        };
        match program.first(input, self.environment, self.limits) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => {
                let message = "the expression has no output, so the exporter fails to run it".to_owned();
                Err(Failure::new(ProblemClass::JqError, field, expression, message))
            }
            Err(error) => Err(Failure::of_run_error(field, expression, &error)),
        }
    }

    /// The result as a string without the quotes around it.
    fn text(&self, field: &str, expression: &Expression, input: &Value) -> Result<String, Failure> {
        let value = self.run(field, expression, input)?;
        match value.as_str() {
            Some(text) => Ok(trim(text)),
            None => {
                let message = format!("must be a string, is {}", with_article(&value));
                let is_null_identifier = field == "identifier" && matches!(value, Value::Null);
                let class = if is_null_identifier { ProblemClass::NullIdentifier } else { ProblemClass::Type };
                Err(Failure::new(class, field, expression, message))
            }
        }
    }

    pub(super) fn map(&self, mapping: &Mapping, input: &Value, origin: Origin) -> Result<MappedEntity, Stop> {
        let identifier = self.identifier(mapping, input)?;
        let title = self.optional_text("title", mapping.title.as_ref(), input)?;
        let blueprint = self.text("blueprint", &mapping.blueprint, input).map_err(one)?;
        let team = self.team(mapping, input)?;
        let icon = self.optional_text("icon", mapping.icon.as_ref(), input)?;
        let properties = self.properties(mapping, input)?;
        let relations = self.relations(mapping, input)?;
        Ok(MappedEntity { identifier, blueprint, title, icon, team, properties, relations, origin })
    }

    fn optional_text(&self, field: &str, expression: Option<&Expression>, input: &Value) -> Result<String, Stop> {
        expression.map_or_else(|| Ok(String::new()), |expression| self.text(field, expression, input).map_err(one))
    }

    fn identifier(&self, mapping: &Mapping, input: &Value) -> Result<Value, Stop> {
        let class = ProblemClass::NullIdentifier;
        match &mapping.identifier {
            Query::Expression(expression) => self.text("identifier", expression, input).map(Value::from).map_err(one),
            Query::Map(members, _) => self.members("identifier", members, input).map(to_object),
            Query::Null(span) => {
                let message = "the mapping has no identifier, which crashes the exporter";
                Err(Stop::Crash(Failure::of_value(class, "identifier", *span, message)))
            }
            Query::List(_, span) => Err(invalid("identifier", *span, "identifier type", "[]interface {}")),
            Query::Other(other, span) => Err(invalid("identifier", *span, "identifier type", other.in_go())),
        }
    }

    fn team(&self, mapping: &Mapping, input: &Value) -> Result<Option<Value>, Stop> {
        let Some(team) = &mapping.team else { return Ok(None) };
        match team {
            Query::Expression(expression) => self.team_value(expression, input).map(Some).map_err(one),
            Query::Map(members, _) => self.members("team", members, input).map(|members| Some(to_object(members))),
            Query::Null(_) => Ok(None),
            Query::List(_, span) => Err(invalid("team", *span, "team type", "[]interface {}")),
            Query::Other(other, span) => Err(invalid("team", *span, "team type", other.in_go())),
        }
    }

    fn team_value(&self, expression: &Expression, input: &Value) -> Result<Value, Failure> {
        let value = self.run("team", expression, input)?;
        if let Some(text) = value.as_str() {
            return Ok(Value::from(trim(text)));
        }
        let fail = |message: String| Failure::new(ProblemClass::Type, "team", expression, message);
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
    fn properties(&self, mapping: &Mapping, input: &Value) -> Result<Entries, Stop> {
        let mut properties = Entries::new();
        let mut failures = Vec::new();
        for (key, expression) in &mapping.properties {
            match self.run(&format!("properties.{key}"), expression, input) {
                Ok(value) => merge(&mut properties, key, value),
                Err(failure) => failures.push(failure),
            }
        }
        if failures.is_empty() { Ok(properties) } else { Err(Stop::Failed(failures)) }
    }

    fn relations(&self, mapping: &Mapping, input: &Value) -> Result<Entries, Stop> {
        self.members("relations", &mapping.relations, input)
    }

    /// Evaluates the members of a search query, or of the relations.
    fn members(&self, field: &str, members: &[(String, Query)], input: &Value) -> Result<Entries, Stop> {
        let mut entries = Entries::new();
        let mut failures = Vec::new();
        for (key, query) in members {
            match self.member(field, key, query, input) {
                // Which of `*` and an explicit key wins is random in the exporter; here the explicit one does.
                Ok(found) if key == "*" => found.into_iter().for_each(|(name, value)| {
                    entries.entry(name).or_insert(value);
                }),
                Ok(found) => entries.extend(found),
                Err(Stop::Failed(more)) => failures.extend(more),
                Err(crash @ Stop::Crash(_)) => return Err(crash),
            }
        }
        if failures.is_empty() { Ok(entries) } else { Err(Stop::Failed(failures)) }
    }

    /// What one member adds to its mapping: nothing if it is an empty query, and several keys if it is `*`.
    fn member(&self, parent: &str, key: &str, query: &Query, input: &Value) -> Result<Entries, Stop> {
        let field = format!("{parent}.{key}");
        let mut entries = Entries::new();
        match query {
            Query::Expression(expression) => {
                let value = self.run(&field, expression, input).map_err(one)?;
                merge(&mut entries, key, value);
            }
            Query::Map(members, _) => {
                let inner = self.members(&field, members, input)?;
                if !inner.is_empty() {
                    entries.insert(Arc::from(key), to_object(inner));
                }
            }
            Query::List(items, _) => {
                let mut values = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    let mut found = self.member(&format!("{parent}.{key}[{at}]"), key, item, input)?;
                    values.push(found.remove(key).unwrap_or_default());
                }
                entries.insert(Arc::from(key), Value::Array(values.into()));
            }
            Query::Null(span) => {
                let message = "is null, which crashes the exporter";
                return Err(Stop::Crash(Failure::of_value(ProblemClass::Config, &field, *span, message)));
            }
            Query::Other(other, span) => return Err(invalid(&field, *span, "jq query type", other.in_go())),
        }
        Ok(entries)
    }
}

fn one(failure: Failure) -> Stop {
    Stop::Failed(vec![failure])
}

fn invalid(field: &str, span: Span, what: &str, type_name: &str) -> Stop {
    one(Failure::of_value(ProblemClass::Type, field, span, &format!("invalid {what} '{type_name}'")))
}

/// The exporter removes all quotes from both ends of a string.
fn trim(text: &str) -> String {
    text.trim_matches('"').to_owned()
}

/// The members of an object under `*` become members themselves.
fn merge(entries: &mut Entries, key: &str, value: Value) {
    match (key, value.as_object()) {
        ("*", Some(object)) => {
            for (name, member) in object.iter() {
                entries.entry(Arc::clone(name)).or_insert_with(|| member.clone());
            }
        }
        _ => {
            entries.insert(Arc::from(key), value);
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
