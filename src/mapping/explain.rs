//! Explains how a config maps one object, with the engine of the evaluation: each field by itself, so that the fields after a
//! failing one are shown too, and then what is sent.

use super::config::model::{Config, Entry, Expression, Mapping, Query};
use super::evaluate::{Preparation, Resync, not_finite, null_in_list};
use super::failure::{Failure, Stop};
use super::map_item::Engine;
use super::objects::Object;
use super::programs::Programs;
use crate::domain::document::span::Span;
use crate::domain::mapping_explanation::{
    EntryExplanation, EntryResult, ItemExplanation, Step, StepFailure, StepResult,
};
use crate::jq::Value;

/// The place in the document of a character of an expression.
type Place<'a> = &'a dyn Fn(&Expression, usize) -> Span;

/// Explains the object with this index. `place`: where the character of an expression is in the document.
pub fn explain(config: &Config, resync: &Resync<'_>, index: usize, place: Place<'_>) -> Vec<EntryExplanation> {
    let Some(object) = resync.objects.get(index) else { return Vec::new() };
    let Preparation { config, environment, .. } = Preparation::of(config, resync);
    let programs = Programs::compile(&config);
    let engine = Engine { programs: &programs, environment: &environment, limits: &resync.limits };
    let sends_examples = resync.sends_raw_examples && config.sends_raw_examples;
    let is_of_kind = |entry: &&Entry| resync.kinds.resolve(&entry.kind).is_ok_and(|resource| object.is_of(resource));
    let entries = config.entries.iter().filter(is_of_kind);
    entries.map(|entry| Explainer { engine: &engine, entry, place, sends_examples }.explain(index, object)).collect()
}

struct Explainer<'a> {
    engine: &'a Engine<'a>,
    entry: &'a Entry,
    place: Place<'a>,
    sends_examples: bool,
}

impl Explainer<'_> {
    fn explain(&self, index: usize, object: &Object) -> EntryExplanation {
        let Self { engine, entry, .. } = self;
        let items = engine.items(&object.content, entry);
        let items_to_parse = entry.items_to_parse.as_ref().map(|expression| {
            let found = items.as_ref().map_err(Failure::clone).map_err(Stop::from);
            let list = found.map(|items| items.iter().filter_map(|item| item.as_object()?.get(&*entry.item_name)));
            let result = self.result(list.map(|list| Some(Value::Array(list.cloned().collect::<Vec<_>>().into()))));
            step(&format!("{}.itemsToParse", entry.mapping_key), Some(expression), expression.span, result)
        });
        let items = items.unwrap_or_default();
        EntryExplanation {
            index: entry.index,
            span: entry.span,
            items_to_parse,
            items: items.iter().map(|item| self.item(item)).collect(),
            result: self.entry_result(index, &object.content),
        }
    }

    fn entry_result(&self, index: usize, content: &Value) -> EntryResult {
        match self.engine.object(index, content, self.entry) {
            Ok(mapped) => {
                let unsendable = mapped.entities.iter().find_map(not_finite);
                match unsendable {
                    Some((path, spelling)) => {
                        EntryResult::Failed(Some(format!("{path}: json: unsupported value: {spelling}")))
                    }
                    None => EntryResult::Sent(mapped.entities),
                }
            }
            Err(Stop::Failed(_)) => EntryResult::Failed(None),
            Err(Stop::Crash(_)) => EntryResult::Crash,
        }
    }

    fn item(&self, item: &Value) -> ItemExplanation {
        let Self { engine, entry, .. } = self;
        let passes = engine.passes(item, entry);
        let is_selected = matches!(passes, Ok(true));
        let selector = entry.selector.as_ref().map(|expression| {
            let result = self.result(passes.map(|passes| Some(Value::from(passes))).map_err(Stop::from));
            step("selector.query", Some(expression), expression.span, result)
        });
        let mappings = match is_selected {
            true => entry.mappings.iter().map(|mapping| self.fields(mapping, item)).collect(),
            false => Vec::new(),
        };
        let null_in_list = if is_selected && self.sends_examples { null_in_list(item) } else { None };
        ItemExplanation { selector, is_selected, null_in_list, mappings }
    }

    /// The fields in the exporter's order.
    fn fields(&self, mapping: &Mapping, item: &Value) -> Vec<Step> {
        let engine = self.engine;
        let text = |field: &str, expression: &Expression| {
            let text = engine.text(field, expression, item).map(|text| Some(Value::from(text)));
            step(field, Some(expression), expression.span, self.result(text.map_err(Stop::from)))
        };
        let query = |field: &str, query: &Query, found: Result<Option<Value>, Stop>| {
            let expression = match query {
                Query::Expression(expression) => Some(expression),
                Query::Map(..) | Query::List(..) | Query::Null(_) | Query::Other(..) => None,
            };
            step(field, expression, query.span(), self.result(found))
        };
        let mut contested = Vec::new();
        let mut steps = Vec::new();
        steps.push(query(
            "identifier",
            &mapping.identifier,
            engine.identifier(mapping, item, &mut contested).map(Some),
        ));
        steps.extend(mapping.title.iter().map(|title| text("title", title)));
        steps.push(text("blueprint", &mapping.blueprint));
        steps.extend(mapping.team.iter().map(|team| query("team", team, engine.team(mapping, item, &mut contested))));
        steps.extend(mapping.icon.iter().map(|icon| text("icon", icon)));
        for (key, expression) in &mapping.properties {
            let found = engine.run(expression, item).map(Some).map_err(Stop::from);
            steps.push(step(&format!("properties.{key}"), Some(expression), expression.span, self.result(found)));
        }
        for member in &mapping.relations {
            let (key, relation) = member;
            let found = engine.members("relations", std::slice::from_ref(member), item, &mut contested);
            let found = found.map(|mut found| match &**key {
                "*" => Some(Value::Object(found.into())),
                key => found.remove(key),
            });
            steps.push(query(&format!("relations.{key}"), relation, found));
        }
        steps
    }

    fn result(&self, found: Result<Option<Value>, Stop>) -> StepResult {
        match found {
            Ok(Some(value)) => StepResult::Value(value),
            Ok(None) => StepResult::LeftOut,
            Err(Stop::Failed(failures)) => StepResult::Failed(failures.iter().map(|it| self.failure(it)).collect()),
            Err(Stop::Crash(failure)) => StepResult::Failed(vec![self.failure(&failure)]),
        }
    }

    fn failure(&self, failure: &Failure) -> StepFailure {
        let at = failure.at.as_ref();
        let span = at.map_or(failure.span, |(expression, offset)| (self.place)(expression, *offset));
        StepFailure { message: failure.message.clone(), span, offset: at.map(|(_, offset)| *offset) }
    }
}

fn step(field: &str, expression: Option<&Expression>, span: Span, result: StepResult) -> Step {
    let expression = expression.map(|expression| expression.text.clone());
    Step { field: field.to_owned(), expression, span, result, reads: None }
}
