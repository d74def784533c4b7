//! Reads Backstage files: follows locations to files of the repository, and puts the content of placeholders in. YAML is
//! read as Backstage reads it, version 1.2: `on` is a text.

use std::collections::{HashSet, VecDeque};
use std::path::Path;

use serde_json::Value as Json;

use super::location::resolve;
use crate::commands::mapping::document::words;
use crate::domain::document::span::LineIndex;
use crate::domain::document::tree::{Kind, Style, Value};
use crate::domain::import::{ImportPlace, Skipped, Unread};
use crate::manifest::scalar::{Plain, editor};
use crate::manifest::{Document, Limits, Reader};
use crate::scaffold::import::MAX_VALUE_BYTES;
use crate::scaffold::import::{
    BackstageDocument, DocumentSource, LocationTarget, SourceEntity, placeholder_of, read_document,
};
use crate::sources::{self, Pattern, ReadBuffer};

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub sources: Vec<SourceEntity>,
    pub skipped: Vec<Skipped>,
    pub unread: Vec<Unread>,
    pub files_read: usize,
}

pub(super) struct Collector<'a> {
    /// Paths are relative to it.
    top: &'a Path,
    /// The YAML files of the repository.
    yaml_files: &'a [String],
    queue: VecDeque<(String, Option<ImportPlace>)>,
    /// The files that were in the queue: a location may name one that names it.
    seen: HashSet<String>,
    collected: Collected,
}

impl<'a> Collector<'a> {
    pub fn new(top: &'a Path, yaml_files: &'a [String]) -> Self {
        Self { top, yaml_files, queue: VecDeque::new(), seen: HashSet::new(), collected: Collected::default() }
    }

    /// Reads the files, and those that they name.
    pub fn read(mut self, paths: impl IntoIterator<Item = String>) -> Collected {
        for path in paths {
            self.add(path, None);
        }
        while let Some((path, named_by)) = self.queue.pop_front() {
            self.file(path, named_by);
        }
        self.collected
    }

    fn add(&mut self, path: String, named_by: Option<ImportPlace>) {
        if self.seen.insert(path.clone()) {
            self.queue.push_back((path, named_by));
        }
    }

    fn file(&mut self, path: String, named_by: Option<ImportPlace>) {
        let text = match read_text(self.top, &path) {
            Ok(text) => text,
            Err(reason) => return self.collected.unread.push(Unread { path, reason, named_by }),
        };
        self.collected.files_read += 1;
        let lines = LineIndex::new(&text);
        let json = |value: Value<'_>| self.json(&path, value);
        let source = DocumentSource { path: &path, lines: &lines, json: &json };
        let (mut documents, mut unread) = (Vec::new(), Vec::new());
        Reader::new(Limits::default()).read_all(&text, &mut |document| match fault_of(document) {
            Some((at, reason)) => {
                let reason = format!("line {}: {reason}", lines.line_of(at));
                unread.push(Unread { path: path.clone(), reason, named_by: named_by.clone() });
            }
            None => documents.extend(document.view.root().map(|root| read_document(root, &source))),
        });
        self.collected.unread.extend(unread);
        for document in documents {
            match document {
                BackstageDocument::Entity(entity) => self.collected.sources.push(entity),
                BackstageDocument::Location(targets) => self.follow(&path, targets),
                BackstageDocument::Skipped(skipped) => self.collected.skipped.push(skipped),
                BackstageDocument::Foreign => {}
            }
        }
    }

    fn follow(&mut self, path: &str, targets: Vec<LocationTarget>) {
        for LocationTarget { target, place } in targets {
            let unread = |reason: &str| Unread {
                path: target.clone(),
                reason: reason.to_owned(),
                named_by: Some(place.clone()),
            };
            let Some(resolved) = resolve(path, &target) else {
                let reason = match target.contains("://") {
                    true => "only files of this repository are read",
                    false => "it is not a path inside the repository",
                };
                self.collected.unread.push(unread(reason));
                continue;
            };
            if !resolved.contains('*') {
                self.add(resolved, Some(place));
                continue;
            }
            let Ok(pattern) = Pattern::new(&[&resolved], &[]) else {
                self.collected.unread.push(unread("it is not a valid pattern"));
                continue;
            };
            let found: Vec<String> =
                self.yaml_files.iter().filter(|file| pattern.matches(Path::new(file.as_str()))).cloned().collect();
            if found.is_empty() {
                self.collected.unread.push(unread("no file matches"));
            }
            for file in found {
                self.add(file, Some(place.clone()));
            }
        }
    }

    /// The value as Backstage reads it.
    fn json(&self, path: &str, value: Value<'_>) -> Json {
        match value.kind() {
            Kind::String => Json::from(value.as_str().unwrap_or_default()),
            Kind::List => value.items().map(|item| self.json(path, item)).collect(),
            Kind::Map => {
                let entries = value.entries().map(|(key, value)| (key.key_text().into_owned(), self.json(path, value)));
                let map = Json::Object(entries.collect());
                placeholder_of(&map).and_then(|(key, target)| self.content(path, key, target)).unwrap_or(map)
            }
            Kind::Null | Kind::Bool | Kind::Number => match plain_text(value).map(|text| (text, editor(text))) {
                Some((text, Plain::String)) => Json::from(text),
                Some((_, Plain::Bool(bool))) => Json::from(bool),
                Some((_, Plain::Null)) => Json::Null,
                Some((_, Plain::Number(number))) => Json::Number(number.to_json()),
                Some((_, Plain::Refused)) | None => value.to_json(),
            },
        }
    }

    /// The content of a file of the repository; `None`: it cannot be read.
    fn content(&self, path: &str, key: &str, target: &str) -> Option<Json> {
        let mut text = read_text(self.top, &resolve(path, target)?).ok()?;
        if text.len() > MAX_VALUE_BYTES {
            // A value of this length is refused, so no more of it is kept.
            let mut end = MAX_VALUE_BYTES + 1;
            while !text.is_char_boundary(end) {
                end += 1;
            }
            text.truncate(end);
            return Some(Json::from(text.as_str()));
        }
        match key {
            "$text" => Some(Json::from(text)),
            "$json" => serde_json::from_str(&text).ok(),
            "$yaml" => {
                let mut found = None;
                Reader::new(Limits::default()).read_first(&text, &mut |document| {
                    found = document.view.root().filter(|_| !document.broken).map(Value::to_json);
                });
                found
            }
            // Backstage resolves references in these, which only its plugin does.
            _ => None,
        }
    }
}

/// The source text of a plain scalar.
fn plain_text(value: Value<'_>) -> Option<&str> {
    (value.style() == Style::Plain && !value.is_tagged()).then(|| value.raw())
}

fn read_text(top: &Path, path: &str) -> Result<String, String> {
    let file = sources::find_file(top, path).ok_or("there is no such file")?;
    let mut buffer = ReadBuffer::default();
    let text = sources::read(&file, &mut buffer).map_err(|problem| problem.reason())?;
    Ok(text.text.to_owned())
}

/// Where and why a document cannot be read.
fn fault_of(document: &Document<'_>) -> Option<(usize, String)> {
    let fault = document.faults.last().filter(|_| document.broken)?;
    Some((fault.span.start as usize, words(fault)))
}
