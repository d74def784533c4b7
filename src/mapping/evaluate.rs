//! A full resync of the exporter over given objects: which entities it sends, how it ends, and what it deletes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::config::model::{Config, ConfigError, Entry, Expression};
use super::discovery::{Undiscovered, discover};
use super::environment::visible_variables;
use super::failure::{Failure, Stop};
use super::kinds::Kinds;
use super::map_item::{Engine, with_article};
use super::objects::Object;
use super::programs::Programs;
use crate::domain::document::span::Span;
use crate::domain::entity::EntityKey;
use crate::domain::evaluation::{
    ApproximateExpression, Evaluation, MappedEntity, Origin, Outcome, Problem, ProblemClass,
};
use crate::jq::{Entries, Env, Limits, Number, Object as JqObject, Value};

/// How many objects of a kind the exporter sends as examples.
const MAX_EXAMPLES: usize = 5;

/// What a config is evaluated over.
#[derive(Debug)]
pub struct Resync<'a> {
    pub kinds: &'a Kinds,
    /// As the API server stores them.
    pub objects: &'a [Object],
    /// The entities that the exporter owns.
    pub known: &'a [EntityKey],
    /// The exporter's environment.
    pub variables: &'a BTreeMap<String, String>,
    /// Whether the exporter sends examples of the objects, unless the config says otherwise.
    pub sends_raw_examples: bool,
    /// Seconds since 1970, for expressions that ask for the time.
    pub now: f64,
    /// Of one expression over one object.
    pub limits: Limits,
}

/// The result for a config with which the exporter does not start.
pub fn start_failure(errors: Vec<ConfigError>) -> Evaluation {
    let problems = errors.into_iter().map(|error| Problem {
        class: ProblemClass::Config,
        cause: ProblemClass::Config,
        object: None,
        object_index: None,
        kind: None,
        entry: None,
        field: Some(error.field),
        expression: None,
        message: error.message,
        span: Some(error.span),
    });
    Evaluation {
        outcome: Outcome::StartFailed,
        upserts: Vec::new(),
        deletes: Vec::new(),
        undecided: Vec::new(),
        problems: problems.collect(),
        approximations: Vec::new(),
    }
}

/// Evaluates a resync. `place`: where the character of an expression is in the document.
pub fn evaluate(config: &Config, resync: &Resync<'_>, place: &dyn Fn(&Expression, usize) -> Span) -> Evaluation {
    let Preparation { config, environment, undiscovered } = Preparation::of(config, resync);
    let programs = Programs::compile(&config);
    let engine = Engine { programs: &programs, environment: &environment, limits: &resync.limits };
    let (upserts, problems) = (Vec::new(), Vec::new());
    let mut run = Run { resync, config: &config, engine, place, upserts, problems, has_failed: false };
    for Undiscovered { object, failure } in undiscovered {
        run.report(failure, object, None);
    }
    let has_crashed = run.groups().into_iter().any(|(kind, entries)| run.kind(kind, &entries).is_err());
    let outcome = match (has_crashed, run.has_failed) {
        (true, _) => Outcome::Crash,
        (false, true) => Outcome::NoDeletion,
        (false, false) => Outcome::Complete,
    };
    let Run { mut upserts, problems, .. } = run;
    upserts.sort_by_cached_key(|entity| (entity.blueprint.clone(), sort_text(&entity.identifier)));
    let (deletes, undecided) = match outcome {
        Outcome::Complete => stale(resync.known, &upserts),
        Outcome::NoDeletion | Outcome::StartFailed | Outcome::Crash => Default::default(),
    };
    let approximations = approximations(&programs);
    Evaluation { outcome, upserts, deletes, undecided, problems, approximations }
}

/// What precedes the evaluation of the entries.
pub(super) struct Preparation {
    /// With the entries of discovered kinds.
    pub(super) config: Config,
    pub(super) environment: Env,
    pub(super) undiscovered: Vec<Undiscovered>,
}

impl Preparation {
    pub(super) fn of(config: &Config, resync: &Resync<'_>) -> Self {
        let variables = visible_variables(resync.variables, &config.environment);
        let environment = Env::new(&variables, resync.now);
        let mut config = config.clone();
        let undiscovered = discover(&mut config, resync.objects, &environment, &resync.limits);
        Self { config, environment, undiscovered }
    }
}

fn approximations(programs: &Programs<'_>) -> Vec<ApproximateExpression> {
    let mut found = Vec::new();
    for (expression, program) in programs.compiled() {
        for approximation in program.approximations() {
            found.push(ApproximateExpression {
                expression: expression.text.clone(),
                name: approximation.name.clone(),
                reason: approximation.reason.to_owned(),
                span: expression.span,
            });
        }
    }
    found
}

/// A search query sorts by its JSON text.
fn sort_text(identifier: &Value) -> String {
    identifier.as_str().map_or_else(|| identifier.to_json_text(), str::to_owned)
}

/// The known entities that no object yields any longer, and those of which that is not known.
fn stale(known: &[EntityKey], upserts: &[MappedEntity]) -> (Vec<EntityKey>, Vec<EntityKey>) {
    let current: BTreeSet<EntityKey> = upserts.iter().filter_map(MappedEntity::key).collect();
    let searched: BTreeSet<&str> =
        upserts.iter().filter(|entity| entity.key().is_none()).map(|entity| entity.blueprint.as_str()).collect();
    let gone: BTreeSet<&EntityKey> = known.iter().filter(|key| !current.contains(key)).collect();
    gone.into_iter().cloned().partition(|key| !searched.contains(&*key.blueprint))
}

/// The process ends: nothing more is sent.
struct Crashed;

struct Run<'a> {
    resync: &'a Resync<'a>,
    /// With the entries of discovered kinds.
    config: &'a Config,
    engine: Engine<'a>,
    place: &'a dyn Fn(&Expression, usize) -> Span,
    upserts: Vec<MappedEntity>,
    problems: Vec<Problem>,
    has_failed: bool,
}

impl Engine<'_> {
    pub(super) fn object(&self, index: usize, input: &Value, entry: &Entry) -> Result<Mapped, Stop> {
        let mut mapped = Mapped::default();
        for item in self.items(input, entry)? {
            if !self.passes(&item, entry)? {
                continue;
            }
            for (mapping, number) in entry.mappings.iter().zip(0..) {
                let origin = Origin { object: index, entry: entry.index, mapping: number };
                mapped.entities.push(self.map(mapping, &item, origin)?);
            }
            if mapped.examples.len() < MAX_EXAMPLES {
                mapped.examples.push(item);
            }
        }
        Ok(mapped)
    }

    /// The object, or a copy of it for each item, with the item under its name.
    pub(super) fn items(&self, input: &Value, entry: &Entry) -> Result<Vec<Value>, Failure> {
        let Some(expression) = &entry.items_to_parse else { return Ok(vec![input.clone()]) };
        let field = || format!("{}.itemsToParse", entry.mapping_key);
        let fail = |failure: Failure| failure.of_class(ProblemClass::Items).in_field(field());
        let found = self.run(expression, input).map_err(fail)?;
        let Some(items) = found.as_array() else {
            let message = format!("must be a list, is {}", with_article(&found));
            return Err(fail(Failure::new(ProblemClass::Type, expression, message)));
        };
        let name: Arc<str> = Arc::from(entry.item_name.as_str());
        let whole = input.as_object().map_or_else(Entries::new, |object| Entries::clone(object));
        let with_item = |item: &Value| {
            let mut members = whole.clone();
            members.insert(Arc::clone(&name), item.clone());
            Value::Object(JqObject::from(members))
        };
        Ok(items.iter().map(with_item).collect())
    }

    pub(super) fn passes(&self, item: &Value, entry: &Entry) -> Result<bool, Failure> {
        let Some(expression) = &entry.selector else { return Ok(true) };
        let passes = self.boolean(expression, item);
        passes.map_err(|failure| failure.of_class(ProblemClass::Selector).in_field("selector.query"))
    }
}

/// What one object yields for one entry.
#[derive(Default)]
pub(super) struct Mapped {
    pub(super) entities: Vec<MappedEntity>,
    /// The first items that passed the selector.
    examples: Vec<Value>,
}

impl<'a> Run<'a> {
    /// The entries by their kind as spelled. The exporter takes the kinds in random order; here they keep that of the config.
    fn groups(&self) -> Vec<(&'a str, Vec<&'a Entry>)> {
        let mut groups: Vec<(&str, Vec<&Entry>)> = Vec::new();
        for entry in &self.config.entries {
            match groups.iter_mut().find(|(kind, _)| *kind == entry.kind) {
                Some((_, entries)) => entries.push(entry),
                None => groups.push((&entry.kind, vec![entry])),
            }
        }
        groups
    }

    fn kind(&mut self, kind: &'a str, entries: &[&'a Entry]) -> Result<(), Crashed> {
        let resource = match self.resync.kinds.resolve(kind) {
            Ok(resource) => resource,
            Err(message) => {
                self.report_unresolved(kind, entries, &message);
                return Ok(());
            }
        };
        let mut objects: Vec<(usize, &Object)> =
            self.resync.objects.iter().enumerate().filter(|(_, object)| object.is_of(resource)).collect();
        // The API server lists objects in this order.
        objects.sort_by_key(|(_, object)| (object.namespace.as_deref().unwrap_or_default(), object.name.as_str()));
        let results: Vec<Vec<Result<Mapped, Stop>>> = objects
            .par_iter()
            .map(|(index, object)| {
                entries.iter().map(|entry| self.engine.object(*index, &object.content, entry)).collect()
            })
            .collect();
        let mut sent = Vec::new();
        let mut examples = Vec::new();
        for ((index, _), results) in objects.iter().zip(results) {
            for (entry, result) in entries.iter().zip(results) {
                match result {
                    Ok(mapped) => {
                        sent.extend(mapped.entities);
                        let room = MAX_EXAMPLES.saturating_sub(examples.len());
                        examples.extend(mapped.examples.into_iter().take(room).map(|item| (*index, item)));
                    }
                    Err(Stop::Failed(failures)) => {
                        self.has_failed = true;
                        for failure in failures {
                            self.report(failure, *index, Some(entry));
                        }
                    }
                    Err(Stop::Crash(failure)) => {
                        self.report(failure, *index, Some(entry));
                        return Err(Crashed);
                    }
                }
            }
        }
        self.send(sent, entries);
        self.send_examples(kind, entries, examples)
    }

    fn report_unresolved(&mut self, kind: &str, entries: &[&Entry], message: &str) {
        let entry = entries.first();
        self.problems.push(Problem {
            class: ProblemClass::KindUnresolved,
            cause: ProblemClass::KindUnresolved,
            object: None,
            object_index: None,
            kind: Some(kind.to_owned()),
            entry: entry.map(|entry| entry.index),
            field: Some("kind".to_owned()),
            expression: None,
            message: format!("{message}: the entities of this kind are deleted"),
            span: entry.map(|entry| entry.kind_span),
        });
    }

    fn report(&mut self, failure: Failure, object: usize, entry: Option<&Entry>) {
        let span = failure.at.as_ref().map_or(failure.span, |(expression, offset)| (self.place)(expression, *offset));
        self.problems.push(Problem {
            class: failure.class,
            cause: failure.cause,
            object: self.resync.objects.get(object).map(Object::key),
            object_index: Some(object),
            kind: entry.map(|entry| entry.kind.clone()),
            entry: entry.map(|entry| entry.index),
            field: Some(failure.field),
            expression: failure.expression,
            message: failure.message,
            span: Some(span),
        });
    }

    /// Sends the entities of a kind. JSON has no infinite numbers, so an entity with one is not sent.
    fn send(&mut self, entities: Vec<MappedEntity>, entries: &[&Entry]) {
        for entity in entities {
            let Some((path, spelling)) = not_finite(&entity) else {
                self.upserts.push(entity);
                continue;
            };
            self.has_failed = true;
            let entry = entries.iter().find(|entry| entry.index == entity.origin.entry);
            let mapping = entry.and_then(|entry| entry.mappings.get(entity.origin.mapping));
            let key = path.strip_prefix("properties.");
            let property = mapping.and_then(|mapping| {
                mapping.properties.iter().find(|(name, _)| key.is_some_and(|key| *key == **name || &**name == "*"))
            });
            let expression = property.map(|(_, expression)| expression);
            let span = expression.map(|expression| expression.span).or(mapping.map(|mapping| mapping.span));
            self.problems.push(Problem {
                class: ProblemClass::Type,
                cause: ProblemClass::Type,
                object: self.resync.objects.get(entity.origin.object).map(Object::key),
                object_index: Some(entity.origin.object),
                kind: entry.map(|entry| entry.kind.clone()),
                entry: Some(entity.origin.entry),
                field: Some(path),
                expression: expression.map(|expression| expression.text.clone()),
                message: format!("json: unsupported value: {spelling}"),
                span,
            });
        }
    }

    /// The exporter crashes when it sends an object with a null inside a list as an example.
    fn send_examples(&mut self, kind: &str, entries: &[&Entry], examples: Vec<(usize, Value)>) -> Result<(), Crashed> {
        if !self.resync.sends_raw_examples || !self.config.sends_raw_examples {
            return Ok(());
        }
        let mut reported = BTreeSet::new();
        for (index, item) in examples {
            let Some(path) = null_in_list(&item) else { continue };
            if !reported.insert(index) {
                continue;
            }
            self.problems.push(Problem {
                class: ProblemClass::NullInList,
                cause: ProblemClass::NullInList,
                object: self.resync.objects.get(index).map(Object::key),
                object_index: Some(index),
                kind: Some(kind.to_owned()),
                entry: entries.first().map(|entry| entry.index),
                field: Some(path),
                expression: None,
                message: "is null inside a list, which crashes the exporter at every start".to_owned(),
                span: entries.first().map(|entry| entry.kind_span),
            });
        }
        if reported.is_empty() { Ok(()) } else { Err(Crashed) }
    }
}

/// The field of an entity with NaN or an infinite number, and Go's spelling of the number.
pub(super) fn not_finite(entity: &MappedEntity) -> Option<(String, &'static str)> {
    for (field, entries) in [("properties", &entity.properties), ("relations", &entity.relations)] {
        for (key, value) in entries {
            if let Some(spelling) = not_finite_in(value) {
                return Some((format!("{field}.{key}"), spelling));
            }
        }
    }
    let texts = [("identifier", Some(&entity.identifier)), ("team", entity.team.as_ref())];
    texts.into_iter().find_map(|(field, value)| Some((field.to_owned(), not_finite_in(value?)?)))
}

fn not_finite_in(value: &Value) -> Option<&'static str> {
    match value {
        Value::Number(Number::Float(float)) if float.is_nan() => Some("NaN"),
        Value::Number(Number::Float(float)) if float.is_infinite() => Some(if *float > 0.0 { "+Inf" } else { "-Inf" }),
        Value::Array(items) => items.iter().find_map(not_finite_in),
        Value::Object(members) => members.values().find_map(not_finite_in),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The path of a null that is an element of a list: `spec.properties.owners[1]`.
pub(super) fn null_in_list(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) => items.iter().enumerate().find_map(|(at, item)| match item {
            Value::Null => Some(format!("[{at}]")),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                null_in_list(item).map(|rest| join(&format!("[{at}]"), &rest))
            }
        }),
        Value::Object(members) => {
            members.iter().find_map(|(key, member)| null_in_list(member).map(|rest| join(key, &rest)))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn join(first: &str, rest: &str) -> String {
    if rest.starts_with('[') { format!("{first}{rest}") } else { format!("{first}.{rest}") }
}
