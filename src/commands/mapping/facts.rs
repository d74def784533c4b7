//! Makes the facts about a cluster's mapping that lint rules check: its config with places in the mapping's file, and what the
//! evaluation gave.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::commands::mapping::document::MappingDocument;
use crate::domain::document::span::Span;
use crate::domain::evaluation::Evaluation;
use crate::domain::finding::FileId;
use crate::domain::mapping_facts::{
    ClusterFacts, ConfigFault, EntryFacts, ExpressionFacts, FaultEffect, ObjectFacts, RefusedField, Remark,
    ResourceType, VariableState,
};
use crate::jq::{Approximation, CompileError, Program, Reads, Step, Value, reads};
use crate::mapping::config::model::{Config, Entry, EnvironmentRule, Expression, Mapping, OtherType, Query};
use crate::mapping::environment::visible_variables;
use crate::mapping::kinds::Kinds;
use crate::mapping::objects::Object;
use crate::settings::ClusterSettings;

/// A cluster whose mapping was evaluated.
#[derive(Debug)]
pub(crate) struct EvaluatedCluster<'a> {
    pub settings: &'a ClusterSettings,
    /// The file of the mapping.
    pub file: FileId,
    pub document: &'a MappingDocument,
    pub kinds: &'a Kinds,
    /// As stored, and their facts in the same order.
    pub objects: &'a [Object],
    pub object_facts: Vec<ObjectFacts>,
    pub refused: Vec<RefusedField>,
    pub evaluation: &'a Arc<Evaluation>,
}

/// The facts of a cluster.
pub(crate) fn cluster_facts(cluster: EvaluatedCluster<'_>) -> ClusterFacts {
    let EvaluatedCluster { settings, file, document, kinds, objects, object_facts, refused, evaluation } = cluster;
    let mut collector =
        Collector { document, places: HashMap::new(), programs: HashMap::new(), collected: Collected::default() };
    let default = Config::default();
    let config = match &document.config {
        Ok(config) => {
            collector.config(config);
            config
        }
        Err(errors) => {
            for error in errors {
                collector.fault(&error.field, error.message.clone(), error.span, FaultEffect::NoStart);
            }
            &default
        }
    };
    let entries = config.entries.iter().map(|entry| collector.entry(entry, kinds)).collect();
    let remark = |remark: &Remark| Remark { span: collector.line(remark.span), ..remark.clone() };
    let remarks = config.remarks.iter().map(remark).collect();
    let mut problems = evaluation.problems.clone();
    for span in problems.iter_mut().filter_map(|problem| problem.span.as_mut()) {
        *span = collector.line(*span);
    }
    let variable_patterns = config.environment_span.map(|span| collector.line(span));
    let Collected { faults, mut expressions } = collector.collected;
    for entry in &config.entries {
        set_absent_paths(&mut expressions, entry, kinds, objects);
    }
    let variables = variables(&settings.env, &config.environment, &expressions);
    ClusterFacts {
        name: settings.name.clone(),
        file,
        exporter: settings.exporter,
        deliverer: settings.deliverer,
        faults,
        remarks,
        entries,
        expressions,
        creates_missing_entities: config.create_missing_related_entities,
        sends_raw_examples: config.sends_raw_examples,
        variable_patterns,
        variables,
        objects: object_facts,
        refused,
        evaluation: Arc::clone(evaluation),
        problems,
    }
}

/// What is known of the text of an expression.
#[derive(Clone)]
struct CheckedText {
    error: Option<CompileError>,
    reads: Arc<Reads>,
    approximations: Arc<[Approximation]>,
}

#[derive(Default)]
struct Collected {
    faults: Vec<ConfigFault>,
    expressions: Vec<ExpressionFacts>,
}

struct Collector<'a> {
    document: &'a MappingDocument,
    /// Places in the file by those in the config.
    places: HashMap<Span, Span>,
    programs: HashMap<String, CheckedText>,
    collected: Collected,
}

/// Where an expression is in the config.
#[derive(Clone, Copy)]
struct Position<'a> {
    entry: Option<usize>,
    mapping: Option<(usize, &'a Mapping)>,
}

impl Collector<'_> {
    /// The place in the file; of a value of several lines, the first.
    fn line(&mut self, span: Span) -> Span {
        let document = self.document;
        *self.places.entry(span).or_insert_with(|| {
            let span = document.span_in_text(span);
            let first = span.slice(document.text()).lines().next().unwrap_or_default();
            if first.is_empty() {
                return Span::of_character(document.text(), span.start as usize);
            }
            Span::new(span.start as usize, span.start as usize + first.trim_end().len())
        })
    }

    fn fault(&mut self, field: &str, message: String, span: Span, effect: FaultEffect) {
        let span = self.line(span);
        self.collected.faults.push(ConfigFault { field: field.to_owned(), message, span, effect });
    }

    fn entry(&mut self, entry: &Entry, kinds: &Kinds) -> EntryFacts {
        let resource = kinds.resolve(&entry.kind).ok().map(|resource| ResourceType {
            group: resource.group.clone(),
            version: resource.version.clone(),
            kind: resource.kind.clone(),
        });
        EntryFacts {
            index: entry.index,
            span: self.line(entry.span),
            kind: entry.kind.clone(),
            kind_span: self.line(entry.kind_span),
            resembling: kinds.resembling(&entry.kind).map(|near| format!("{}/{}", near.api_version(), near.plural)),
            resource,
            item_name: entry.item_name_span.map(|span| self.line(span)),
            has_items: entry.items_to_parse.is_some(),
            has_mappings: !entry.mappings.is_empty(),
        }
    }

    fn config(&mut self, config: &Config) {
        let top = Position { entry: None, mapping: None };
        if let Some(expression) = &config.crds_to_discover {
            self.expression(top, "crdsToDiscover", expression);
        }
        for entry in &config.entries {
            let at = Position { entry: Some(entry.index), mapping: None };
            if let Some(selector) = &entry.selector {
                self.expression(at, "selector.query", selector);
            }
            if let Some(items) = &entry.items_to_parse {
                self.expression(at, &format!("{}.itemsToParse", entry.mapping_key), items);
            }
            for (number, mapping) in entry.mappings.iter().enumerate() {
                self.mapping(Position { mapping: Some((number, mapping)), ..at }, mapping);
            }
        }
    }

    fn mapping(&mut self, at: Position<'_>, mapping: &Mapping) {
        self.reference(at, "identifier", &mapping.identifier);
        if let Some(title) = &mapping.title {
            self.expression(at, "title", title);
        }
        self.expression(at, "blueprint", &mapping.blueprint);
        if let Some(team) = &mapping.team {
            self.reference(at, "team", team);
        }
        if let Some(icon) = &mapping.icon {
            self.expression(at, "icon", icon);
        }
        for (key, expression) in &mapping.properties {
            self.expression(at, &format!("properties.{key}"), expression);
        }
        for (key, query) in &mapping.relations {
            self.query(at, &format!("relations.{key}"), query);
        }
    }

    /// An identifier or a team, which may be a search query but no list.
    fn reference(&mut self, at: Position<'_>, field: &str, query: &Query) {
        match query {
            Query::Null(span) if at.mapping.is_some_and(|(_, mapping)| mapping.span == *span) => {
                self.fault(field, "has no expression".to_owned(), *span, FaultEffect::Crash);
            }
            Query::List(_, span) => {
                self.fault(field, "must be a jq expression, is a list".to_owned(), *span, FaultEffect::Failure);
            }
            Query::Null(_) | Query::Expression(_) | Query::Map(..) | Query::Other(..) => self.query(at, field, query),
        }
    }

    fn query(&mut self, at: Position<'_>, field: &str, query: &Query) {
        match query {
            Query::Expression(expression) => self.expression(at, field, expression),
            Query::Map(members, _) => {
                members.iter().for_each(|(key, member)| self.query(at, &format!("{field}.{key}"), member));
            }
            Query::List(items, _) => {
                items.iter().enumerate().for_each(|(number, item)| self.query(at, &format!("{field}[{number}]"), item));
            }
            Query::Null(span) => self.fault(field, "is null".to_owned(), *span, FaultEffect::Crash),
            Query::Other(other, span) => {
                let kind = match other {
                    OtherType::Bool => "a boolean",
                    OtherType::Number => "a number",
                };
                self.fault(field, format!("must be a jq expression, is {kind}"), *span, FaultEffect::Failure);
            }
        }
    }

    fn expression(&mut self, at: Position<'_>, field: &str, expression: &Expression) {
        let checked = self.check(&expression.text);
        let document = self.document;
        let span = self.line(expression.span);
        let error = checked.error.map(|error| {
            let place = error.offset.filter(|_| !expression.text.trim().is_empty());
            let place = place.map(|offset| document.span_in_text(document.place_in_expression(expression, offset)));
            (place.unwrap_or(span), error.message)
        });
        self.collected.expressions.push(ExpressionFacts {
            entry: at.entry,
            mapping: at.mapping.map(|(number, _)| number),
            field: field.to_owned(),
            text: expression.text.clone(),
            span,
            error,
            reads: checked.reads,
            absent: Vec::new(),
            approximations: checked.approximations,
        });
    }

    fn check(&mut self, text: &str) -> CheckedText {
        if let Some(known) = self.programs.get(text) {
            return known.clone();
        }
        let (error, approximations) = match Program::compile(text) {
            Ok(program) => (None, program.approximations().into()),
            Err(error) => (Some(error), Arc::default()),
        };
        let checked = CheckedText { error, reads: Arc::new(reads(text)), approximations };
        self.programs.insert(text.to_owned(), checked.clone());
        checked
    }
}

/// Sets the paths that expressions of an entry read and that no object of its kind has. Without such an object, nothing is
/// absent.
fn set_absent_paths(expressions: &mut [ExpressionFacts], entry: &Entry, kinds: &Kinds, objects: &[Object]) {
    let Ok(resource) = kinds.resolve(&entry.kind) else { return };
    let of_kind = objects.iter().filter(|object| object.is_of(resource));
    let contents: Vec<&Value> = of_kind.map(|object| &object.content).collect();
    if contents.is_empty() {
        return;
    }
    let mut known: HashMap<Vec<Step>, bool> = HashMap::new();
    for expression in expressions.iter_mut().filter(|expression| expression.entry == Some(entry.index)) {
        for path in &expression.reads.paths {
            let is_absent = match known.get(path) {
                Some(known) => *known,
                None => !contents.iter().any(|content| has(content, path)),
            };
            known.insert(path.clone(), is_absent);
            if is_absent {
                expression.absent.push(path.clone());
            }
        }
    }
}

/// Whether a value that is not null is at the path.
fn has(content: &Value, path: &[Step]) -> bool {
    let mut value = content;
    for step in path {
        let Step::Key(key) = step else { return true };
        match value.as_object().and_then(|members| members.get(key)) {
            Some(member) => value = member,
            None => return false,
        }
    }
    !matches!(value, Value::Null)
}

/// What expressions see of each variable that they read.
fn variables(
    set: &BTreeMap<String, String>,
    rule: &EnvironmentRule,
    expressions: &[ExpressionFacts],
) -> BTreeMap<Arc<str>, VariableState> {
    let names: BTreeSet<&Arc<str>> = expressions.iter().flat_map(|expression| &expression.reads.variables).collect();
    // Whether a variable is allowed depends on its name only.
    let mut known: BTreeMap<String, String> = names.iter().map(|name| (name.to_string(), String::new())).collect();
    known.extend(set.clone());
    let visible = visible_variables(&known, rule);
    let state = |name: &str| match (set.get(name), visible.get(name)) {
        (_, None) => VariableState::Hidden,
        (None, Some(_)) => VariableState::Unset,
        (Some(value), Some(seen)) if value == seen => VariableState::Unchanged,
        (Some(value), Some(seen)) => VariableState::Changed { value: value.clone(), seen: seen.clone() },
    };
    names.into_iter().map(|name| (Arc::clone(name), state(name))).collect()
}

#[cfg(test)]
mod tests;
