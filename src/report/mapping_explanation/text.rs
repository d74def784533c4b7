//! How a mapping takes one object, for people.

use super::view::MappingExplanation;
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::mapping_explanation::{
    EntryExplanation, EntryResult, ItemExplanation, ManifestValue, Step, StepFailure, StepResult,
};
use crate::report::escape::{self, clean};
use crate::report::style::{Role, Style, clip};
use crate::text::plural::count;

/// How many items of an object, and how many entities, are shown.
const MAX_SHOWN: usize = 10;
/// The columns of a value that is shown. What is sent is shown whole.
const MAX_VALUE: usize = 200;

pub fn text(explanations: &[MappingExplanation<'_>], style: &Style) -> String {
    let mut out = String::new();
    for explanation in explanations {
        if !out.is_empty() {
            out.push('\n');
        }
        let lines = LineIndex::new(explanation.text);
        Writer { explanation, lines, style, out: &mut out }.write();
    }
    escape::lines(out)
}

struct Writer<'a> {
    explanation: &'a MappingExplanation<'a>,
    lines: LineIndex,
    style: &'a Style,
    out: &'a mut String,
}

impl Writer<'_> {
    fn write(&mut self) {
        let MappingExplanation { object, object_place, cluster, path, entries, obstacle, note, .. } = *self.explanation;
        let cluster = cluster.map(|name| format!(" of cluster `{}`", clean(name))).unwrap_or_default();
        let object = self.style.paint(Role::Strong, &clean(object));
        let places = [object_place, path].map(|place| self.style.paint(Role::Path, &clean(place)));
        let [object_place, path] = places;
        self.line(0, &format!("{object} ({object_place}), mapped by {path}{cluster}"));
        note.iter().for_each(|note| self.line(0, &format!("note: {}", clean(note))));
        if let Some(obstacle) = obstacle {
            self.line(0, &format!("  {}: {}", self.style.paint(Role::Error, "not sent"), clean(obstacle)));
        }
        entries.iter().for_each(|entry| self.entry(entry));
    }

    fn line(&mut self, indent: usize, text: &str) {
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn entry(&mut self, entry: &EntryExplanation) {
        let place = self.style.paint(Role::Path, &self.place(entry.span, false));
        self.out.push('\n');
        self.line(0, &format!("resources[{}] ({place})", entry.index));
        if let Some(step) = &entry.items_to_parse {
            self.step(2, step, true);
        }
        let is_parsed = entry.items_to_parse.is_some();
        for (number, item) in entry.items.iter().take(MAX_SHOWN).enumerate() {
            if is_parsed {
                self.line(2, &format!("item {} of {}:", number + 1, entry.items.len()));
            }
            self.item(if is_parsed { 4 } else { 2 }, item);
        }
        if entry.items.len() > MAX_SHOWN {
            self.line(2, &format!("and {}", count(entry.items.len() - MAX_SHOWN, "more item")));
        }
        self.result(entry);
    }

    fn item(&mut self, indent: usize, item: &ItemExplanation) {
        item.selector.iter().for_each(|step| self.step(indent, step, false));
        for (number, steps) in item.mappings.iter().enumerate() {
            let has_several = item.mappings.len() > 1;
            if has_several {
                self.line(indent, &format!("mappings[{number}]:"));
            }
            steps.iter().for_each(|step| self.step(if has_several { indent + 2 } else { indent }, step, false));
        }
        if let Some(path) = &item.null_in_list {
            let warning = self.style.paint(Role::Warning, "warning");
            let text = format!(
                "{warning}: `{}` is null inside a list: as one of its first examples, it crashes the exporter",
                clean(path)
            );
            self.line(indent, &text);
        }
    }

    /// `holds_items`: it is that of `itemsToParse`.
    fn step(&mut self, indent: usize, step: &Step, holds_items: bool) {
        let field = self.style.paint(Role::Help, &clean(&step.field));
        match step.expression.as_deref() {
            None => self.line(indent, &format!("{field}: (a search query)")),
            Some(expression) if expression.contains('\n') => {
                self.line(indent, &format!("{field}:"));
                expression.lines().for_each(|part| self.line(indent + 6, &clean(part)));
            }
            Some(expression) => self.line(indent, &format!("{field}: {}", clean(expression))),
        }
        let reads = step.reads.as_ref().map(words).unwrap_or_default();
        match &step.result {
            StepResult::Value(value) => {
                // The items follow.
                let shown = match value.as_array().filter(|_| holds_items) {
                    Some(items) => count(items.len(), "item"),
                    None => clip(&clean(&value.to_json_text()), MAX_VALUE, self.style.ellipsis()),
                };
                self.line(indent + 2, &format!("{shown}{reads}"));
            }
            StepResult::LeftOut => self.line(indent + 2, &format!("(left out){reads}")),
            StepResult::Failed(failures) => {
                failures.iter().for_each(|failure| self.failure(indent + 2, step, failure, &reads));
            }
        }
    }

    fn failure(&mut self, indent: usize, step: &Step, failure: &StepFailure, reads: &str) {
        if let Some((expression, offset)) = step.expression.as_deref().zip(failure.offset) {
            let before = expression.get(..offset).unwrap_or(expression);
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            let line = expression.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
            let column = clean(before.get(start..).unwrap_or_default()).chars().count();
            self.line(indent + 2, &clean(line));
            self.line(indent + 2 + column, &self.style.paint(Role::Error, "^"));
        }
        let place = self.style.paint(Role::Path, &self.place(failure.span, true));
        let error = self.style.paint(Role::Error, "error");
        self.line(indent, &format!("{error}: {} ({place}){reads}", clean(&failure.message)));
    }

    fn result(&mut self, entry: &EntryExplanation) {
        let not_sent = self.style.paint(Role::Error, "not sent");
        match &entry.result {
            EntryResult::Sent(entities) if entities.is_empty() => {
                let reason = match (&entry.items[..], entry.items_to_parse.is_some()) {
                    ([], _) => "there is no item",
                    (items, false) if items.iter().all(|item| !item.is_selected) => "the selector does not take it",
                    (items, true) if items.iter().all(|item| !item.is_selected) => "the selector takes no item",
                    _ => "the entry has no mappings",
                };
                self.line(2, &format!("not sent: {reason}"));
            }
            EntryResult::Sent(entities) => {
                let sent = self.style.paint(Role::Good, "sent");
                for entity in entities.iter().take(MAX_SHOWN) {
                    self.line(2, &format!("{sent}: {}", clean(&entity.body().to_json_text())));
                }
                if entities.len() > MAX_SHOWN {
                    self.line(2, &format!("and {}", count(entities.len() - MAX_SHOWN, "more entity")));
                }
            }
            EntryResult::Failed(reason) => {
                let reason = reason.as_deref().map(|reason| format!("{}: ", clean(reason))).unwrap_or_default();
                self.line(
                    2,
                    &format!("{not_sent}: {reason}one error discards the object, and the exporter deletes nothing"),
                );
            }
            EntryResult::Crash => self.line(2, &format!("{not_sent}: the exporter crashes here, at every start")),
        }
    }

    fn place(&self, span: Span, has_column: bool) -> String {
        let position = self.lines.position(self.explanation.text, span.start as usize);
        let column = if has_column { format!(":{}", position.column) } else { String::new() };
        format!("{}:{}{column}", clean(self.explanation.path), position.line)
    }
}

fn words(value: &ManifestValue) -> String {
    let path = clean(&value.path);
    match value.line {
        Some(line) => format!("  (line {line}, {path})"),
        None => format!("  (the manifest has no {path})"),
    }
}
