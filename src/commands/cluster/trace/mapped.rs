//! How the mapping of a cluster takes a stored object: each entry of its kind, the entities that are sent, and the fields of
//! the manifest that no expression reads.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::clusters::LoadedMapping;
use super::stored::StoredObject;
use crate::commands::cluster::explain::{key_text, no_entry, start_failure};
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::document::tree::{Kind, Value};
use crate::domain::mapping_explanation::{EntryExplanation, EntryResult, Step as ExplainedStep, StepResult};
use crate::jq::{Step, reads};
use crate::mapping::evaluate::Resync;
use crate::report::trace::{EntityTrace, EntryOutcome, EntryTrace, FieldTrace, MappingTrace, StepProblem};

/// Words with which an expression may take a value apart, so that its paths do not tell all that it reads.
const TAKES_APART: [&str; 9] = ["|", "to_entries", "keys", "map", "del(", " as ", "..", "if ", "$"];

pub(super) fn no_mapping(why: &str) -> String {
    format!("how the exporter maps it, because no mapping is configured, and none can be written: {why}")
}

/// Why nothing is sent of an object.
pub(super) enum Unsent {
    /// No entry is for its kind.
    NoEntry(String),
    Other(String),
}

/// Why no mapping makes an entity of an object that is no entity manifest, if none is configured.
pub(super) fn no_configured_mapping(cluster: &str) -> String {
    let key = match cluster {
        "" => "`clusters.NAME.mapping`".to_owned(),
        name => format!("`clusters.{name}.mapping`"),
    };
    format!("no mapping is configured ({key}), and the one that is assumed makes entities of entity manifests only")
}

/// The trace, and why nothing is sent.
pub(super) fn mapping_trace(
    mapping: &LoadedMapping,
    resync: &Resync<'_>,
    index: usize,
    object: &StoredObject<'_>,
    is_manifest: bool,
) -> (MappingTrace, Option<Unsent>) {
    let mut trace = MappingTrace { path: mapping.path.clone(), entries: Vec::new(), unread: Vec::new() };
    let Some(entries) = mapping.document.explain(resync, index) else {
        return (trace, Some(Unsent::Other(start_failure(&mapping.document))));
    };
    if entries.is_empty() {
        return (trace, Some(Unsent::NoEntry(no_entry(&mapping.document, resync, index))));
    }
    let lines = LineIndex::new(mapping.document.text());
    let line_of = |span: Span| (!mapping.is_generated).then(|| lines.line_of(span.start as usize));
    trace.entries = entries.iter().map(|entry| entry_trace(entry, &line_of)).collect();
    let is_sent = trace.entries.iter().any(|entry| !entry.entities.is_empty());
    if is_manifest && is_sent {
        trace.unread = unread(object, &entries);
    }
    let reason = (!is_sent).then(|| Unsent::Other(reason(&trace.entries)));
    (trace, reason)
}

fn reason(entries: &[EntryTrace]) -> String {
    let has = |outcome: EntryOutcome| entries.iter().any(|entry| entry.outcome == outcome);
    match () {
        () if has(EntryOutcome::Crash) => "the exporter crashes on it".to_owned(),
        () if has(EntryOutcome::Failed) => "the mapping fails for it".to_owned(),
        () => "no entry of the mapping takes it".to_owned(),
    }
}

fn entry_trace(entry: &EntryExplanation, line_of: &dyn Fn(Span) -> Option<usize>) -> EntryTrace {
    let mut problems = Vec::new();
    let mut add = |step: &ExplainedStep| {
        let StepResult::Failed(failures) = &step.result else { return };
        problems.extend(failures.iter().map(|failure| StepProblem {
            field: step.field.clone(),
            message: failure.message.clone(),
            line: line_of(failure.span),
        }));
    };
    steps(entry).for_each(&mut add);
    let (outcome, entities) = match &entry.result {
        EntryResult::Sent(entities) if entities.is_empty() => {
            let is_selected = entry.items.iter().any(|item| item.is_selected);
            let outcome =
                if is_selected || entry.items.is_empty() { EntryOutcome::Nothing } else { EntryOutcome::NotSelected };
            (outcome, Vec::new())
        }
        EntryResult::Sent(entities) => {
            let entity = |entity: &crate::domain::evaluation::MappedEntity| EntityTrace {
                blueprint: entity.blueprint.clone(),
                identifier: json(&entity.identifier.to_json_text()),
                body: json(&entity.body().to_json_text()),
            };
            (EntryOutcome::Sent, entities.iter().map(entity).collect())
        }
        EntryResult::Failed(reason) => {
            problems.extend(reason.iter().map(|reason| StepProblem {
                field: "entity".to_owned(),
                message: reason.clone(),
                line: None,
            }));
            (EntryOutcome::Failed, Vec::new())
        }
        EntryResult::Crash => (EntryOutcome::Crash, Vec::new()),
    };
    EntryTrace { entry: entry.index, line: line_of(entry.span), outcome, problems, entities }
}

/// A value as JSON; one that JSON does not have, as its text.
fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.to_owned()))
}

fn steps(entry: &EntryExplanation) -> impl Iterator<Item = &ExplainedStep> {
    let of_items = entry.items.iter().flat_map(|item| item.selector.iter().chain(item.mappings.iter().flatten()));
    entry.items_to_parse.iter().chain(of_items)
}

/// The fields of `spec` that no expression of an entry that takes the object reads.
fn unread(object: &StoredObject<'_>, entries: &[EntryExplanation]) -> Vec<FieldTrace> {
    let is_sent = |entry: &&EntryExplanation| matches!(&entry.result, EntryResult::Sent(sent) if !sent.is_empty());
    let mut read = ReadPaths::default();
    for step in entries.iter().filter(is_sent).flat_map(steps) {
        match &step.expression {
            Some(expression) => read.add(expression),
            // The expressions inside of a search query are not listed.
            None => drop(read.whole.insert(vec!["spec".to_owned(), "relations".to_owned()])),
        }
    }
    let mut found = Vec::new();
    for (key, value) in object.manifest.get("spec").into_iter().flat_map(Value::entries) {
        let key = key.key_text().into_owned();
        let path = vec!["spec".to_owned(), key.clone()];
        if value.kind() != Kind::Map || !matches!(key.as_str(), "properties" | "relations") {
            found.extend(read.missing(&path, value, object));
            continue;
        }
        for (name, member) in value.entries() {
            let mut path = path.clone();
            path.push(name.key_text().into_owned());
            found.extend(read.missing(&path, member, object));
        }
    }
    found
}

#[derive(Default)]
struct ReadPaths {
    /// Everything below is read.
    whole: BTreeSet<Vec<String>>,
}

impl ReadPaths {
    fn add(&mut self, expression: &str) {
        let paths = reads(expression).paths;
        let takes_apart = TAKES_APART.iter().any(|word| expression.contains(word));
        for path in &paths {
            let keys = path.iter().map_while(|step| match step {
                Step::Key(key) => Some(key.to_string()),
                Step::Any => None,
            });
            let keys: Vec<String> = keys.collect();
            let goes_on = paths.iter().any(|other| other.len() > path.len() && other.starts_with(path));
            if keys.len() < path.len() || takes_apart && keys.len() > 1 || !goes_on {
                self.whole.insert(keys);
            }
        }
    }

    fn missing(&self, path: &[String], value: Value<'_>, object: &StoredObject<'_>) -> Option<FieldTrace> {
        let is_read = self.whole.iter().any(|read| path.starts_with(read) || read.starts_with(path));
        if is_read || value.is_null() {
            return None;
        }
        let mut field = String::new();
        for (at, key) in path.iter().enumerate() {
            field.push_str(&if at == 0 { key.clone() } else { key_text(key) });
        }
        Some(FieldTrace { field, line: object.line_of(value) })
    }
}
