//! How a mapping takes one object, as `portolan.mapping-explanation/1` for programs.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use super::view::MappingExplanation;
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::mapping_explanation::{EntryExplanation, EntryResult, ItemExplanation, Step, StepResult};
use crate::jq::Value;
use crate::report::escape;
use crate::report::positions::JsonPosition;

const FORMAT: &str = "portolan.mapping-explanation/1";

/// What `portolan cluster mapping --explain KIND/NAME --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "portolan.mapping-explanation/1")]
struct Document<'a> {
    /// Always `portolan.mapping-explanation/1`.
    format: &'static str,
    /// One for each cluster, and for each manifest of the object.
    explanations: Vec<Explanation<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Explanation<'a> {
    /// `Entity shop/cart`
    object: &'a str,
    /// The manifest and its line: `catalog/cart.yaml:1`.
    object_place: &'a str,
    cluster: Option<&'a str>,
    /// The file of the mapping; `the generated mapping` if there is none.
    path: &'a str,
    /// Why the object does not reach the mapping.
    obstacle: Option<&'a str>,
    /// What is true of all results.
    note: Option<&'a str>,
    /// The entries of the object's kind.
    entries: Vec<JsonEntry<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Entry")]
struct JsonEntry<'a> {
    /// The index in `resources`, from 0.
    entry: usize,
    start: JsonPosition,
    items_to_parse: Option<JsonStep<'a>>,
    /// The object, or the items of `itemsToParse`.
    items: Vec<JsonItem<'a>>,
    result: ResultName,
    /// Why nothing is sent, if no step says it.
    reason: Option<&'a str>,
    /// The entities as the exporter sends them.
    #[schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")]
    sent: Vec<Box<RawValue>>,
}

#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ResultName {
    Sent,
    Failed,
    Crash,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Item")]
struct JsonItem<'a> {
    selector: Option<JsonStep<'a>>,
    is_selected: bool,
    /// The path of a null inside a list, which crashes the exporter.
    null_in_list: Option<&'a str>,
    /// The fields of each mapping.
    mappings: Vec<Vec<JsonStep<'a>>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Step")]
struct JsonStep<'a> {
    /// `identifier`, `properties.tier`, `selector.query` …
    field: &'a str,
    /// Null: a search query.
    expression: Option<&'a str>,
    start: JsonPosition,
    /// As the exporter sends it; absent if the field fails or is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    value: Option<Box<RawValue>>,
    errors: Vec<JsonError<'a>>,
    reads: Option<JsonReads<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
struct JsonError<'a> {
    message: &'a str,
    /// The character at which the expression is wrong, or the expression.
    start: JsonPosition,
}

/// The value of the manifest that the expression begins with.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reads")]
struct JsonReads<'a> {
    path: &'a str,
    /// Null: the manifest does not have it.
    line: Option<usize>,
}

pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document<'_>).into()
}

pub fn json(explanations: &[MappingExplanation<'_>]) -> String {
    let document = Document { format: FORMAT, explanations: explanations.iter().map(of_mapping).collect() };
    format!("{}\n", escape::json(&document))
}

fn of_mapping<'a>(explanation: &MappingExplanation<'a>) -> Explanation<'a> {
    let MappingExplanation { object, object_place, cluster, path, text, entries, obstacle, note } = *explanation;
    let converter = Converter { text, lines: LineIndex::new(text) };
    let entries = entries.iter().map(|entry| converter.entry(entry)).collect();
    Explanation { object, object_place, cluster, path, obstacle, note, entries }
}

struct Converter<'t> {
    text: &'t str,
    lines: LineIndex,
}

impl Converter<'_> {
    fn position(&self, span: Span) -> JsonPosition {
        JsonPosition::from(self.lines.position(self.text, span.start as usize))
    }

    fn entry<'a>(&self, entry: &'a EntryExplanation) -> JsonEntry<'a> {
        let (result, reason, sent) = match &entry.result {
            EntryResult::Sent(entities) => {
                (ResultName::Sent, None, entities.iter().map(|entity| raw(&entity.body())).collect())
            }
            EntryResult::Failed(reason) => (ResultName::Failed, reason.as_deref(), Vec::new()),
            EntryResult::Crash => (ResultName::Crash, None, Vec::new()),
        };
        JsonEntry {
            entry: entry.index,
            start: self.position(entry.span),
            items_to_parse: entry.items_to_parse.as_ref().map(|step| self.step(step)),
            items: entry.items.iter().map(|item| self.item(item)).collect(),
            result,
            reason,
            sent,
        }
    }

    fn item<'a>(&self, item: &'a ItemExplanation) -> JsonItem<'a> {
        let mappings = item.mappings.iter().map(|steps| steps.iter().map(|step| self.step(step)).collect());
        JsonItem {
            selector: item.selector.as_ref().map(|step| self.step(step)),
            is_selected: item.is_selected,
            null_in_list: item.null_in_list.as_deref(),
            mappings: mappings.collect(),
        }
    }

    fn step<'a>(&self, step: &'a Step) -> JsonStep<'a> {
        let (value, failures) = match &step.result {
            StepResult::Value(value) => (Some(raw(value)), &[][..]),
            StepResult::LeftOut => (None, &[][..]),
            StepResult::Failed(failures) => (None, &failures[..]),
        };
        let errors =
            failures.iter().map(|failure| JsonError { message: &failure.message, start: self.position(failure.span) });
        JsonStep {
            field: &step.field,
            expression: step.expression.as_deref(),
            start: self.position(step.span),
            value,
            errors: errors.collect(),
            reads: step.reads.as_ref().map(|reads| JsonReads { path: &reads.path, line: reads.line }),
        }
    }
}

/// A value as the exporter writes it; one that JSON does not have, as its text.
fn raw(value: &Value) -> Box<RawValue> {
    let text = value.to_json_text();
    let quoted = |text: &str| RawValue::from_string(serde_json::Value::from(text).to_string());
    RawValue::from_string(text.clone()).or_else(|_| quoted(&text)).expect("a string is JSON")
}
