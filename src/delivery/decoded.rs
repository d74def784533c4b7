//! A YAML file as the decoder of Kubernetes reads it, which Argo CD uses for the files of a folder: the objects up to the
//! first document that is none.

use compact_str::{CompactString, ToCompactString as _};
use serde_json::Value as Json;

use super::go_json::{go_json, json_fault};
use super::manifests::{Header, HeaderPairs, Manifest, Manifests};
use super::reading::{Dialect, json};
use super::source::{Document, Source};
use crate::domain::document::fault::FaultKind;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value};

/// What a file has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decoded {
    /// In order; the items of a list are in its place.
    pub objects: Vec<DecodedObject>,
    /// The first document that is no object.
    pub fault: Option<DecodeFault>,
    /// Whether the text has the words of a manifest, wherever they are.
    pub looks_like_manifest: bool,
    /// An item of a list that is no object.
    pub bad_item: Option<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedObject {
    pub manifest: Manifest,
    /// It has `metadata.generateName`, which is not a name yet.
    pub has_generated_name: bool,
    /// What it is as JSON, if it has no kind: an item of a list.
    pub without_kind: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeFault {
    /// The decoder's own text.
    pub text: String,
    pub span: Span,
    /// The objects behind it.
    pub behind: Vec<Span>,
}

impl Decoded {
    /// The same as a reading of kustomize, if that says so.
    pub fn of_plain(manifests: &Manifests) -> Self {
        let object = |manifest: &Manifest| DecodedObject {
            manifest: manifest.clone(),
            has_generated_name: false,
            without_kind: None,
        };
        Self { objects: manifests.objects.iter().map(object).collect(), ..Self::default() }
    }

    pub fn read(source: &dyn Source, text: &str) -> Self {
        let stripped = text.strip_prefix('\u{feff}').unwrap_or(text);
        let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        let mut reading = Reading { result: Self::default(), document: 0, chunk: None, chunks: chunks(text) };
        reading.result.looks_like_manifest = has("apiVersion:") && has("kind:") && has("metadata:");
        let is_like_json = stripped.trim_start().starts_with('{');
        let first = if is_like_json { reading.json_stream(stripped) } else { JsonStart::Yaml };
        if matches!(first, JsonStart::All) {
            return reading.result;
        }
        source.documents(text, &mut |document| reading.add(document, &first));
        reading.finish()
    }
}

/// How a text that begins like JSON is read.
enum JsonStart {
    /// It is JSON to its end.
    All,
    /// It is YAML.
    Yaml,
    /// The same, and what the fault is if the document behind so many objects is no YAML either.
    Fault { objects: usize, text: String },
}

/// The lines at which the decoder cuts a text.
struct Chunks {
    /// The start of each chunk after the first.
    starts: Vec<usize>,
    /// The first line with a text behind `---`.
    bad: Option<(usize, String, Span)>,
}

fn chunks(text: &str) -> Chunks {
    let mut found = Chunks { starts: Vec::new(), bad: None };
    let at_start = text.starts_with("---").then_some(0);
    let inner = memchr::memmem::find_iter(text.as_bytes(), b"\n---").map(|at| at + 1);
    for at in at_start.into_iter().chain(inner) {
        let line = text.get(at..).and_then(|rest| rest.split_inclusive('\n').next()).unwrap_or_default();
        let after = line.get(3..).unwrap_or_default().trim();
        if !after.is_empty() && !after.starts_with('#') && found.bad.is_none() {
            let span = Span::new(at, at + line.trim_end().len());
            found.bad = Some((found.starts.len(), format!("invalid Yaml document separator: {after}"), span));
        }
        found.starts.push(at + line.len());
    }
    found
}

struct Reading {
    result: Decoded,
    document: usize,
    chunk: Option<usize>,
    chunks: Chunks,
}

impl Reading {
    /// Reads objects of JSON, one after another.
    fn json_stream(&mut self, text: &str) -> JsonStart {
        let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Json>();
        let mut objects = 0;
        loop {
            let start = stream.byte_offset();
            let Some(next) = stream.next() else {
                let is_one = objects == 1;
                if is_one {
                    // As YAML it is the same, and has positions.
                    self.result.objects.clear();
                    return JsonStart::Yaml;
                }
                return JsonStart::All;
            };
            let end = stream.byte_offset();
            let fault = match next {
                Ok(value) => match json_object_fault(&value, || raw(text, start, end)) {
                    None => {
                        self.add_json(&value, objects, raw_span(text, start, end));
                        objects += 1;
                        continue;
                    }
                    Some(fault) => fault,
                },
                Err(error) => {
                    let fault = json_fault(text, start, &error);
                    format!("json: offset {}: {}", fault.offset, fault.text)
                }
            };
            if objects > 1 {
                let span = Span::new(start, text.len().min(start + 1));
                self.result.fault = Some(DecodeFault { text: fault, span, behind: Vec::new() });
                return JsonStart::All;
            }
            self.result.objects.clear();
            return JsonStart::Fault { objects, text: fault };
        }
    }

    /// An object of a stream, whose content has no document of YAML.
    fn add_json(&mut self, value: &Json, index: usize, span: Span) {
        let header = header_of_json(value);
        let manifest =
            Manifest { document: usize::MAX - index, items: Vec::new(), span, header: header.into(), encoding: None };
        let has_generated_name = value.pointer("/metadata/generateName").is_some_and(Json::is_string);
        self.result.objects.push(DecodedObject { manifest, has_generated_name, without_kind: None });
    }

    fn add(&mut self, document: &Document<'_>, first: &JsonStart) {
        let index = self.document;
        self.document += 1;
        let start = document.value.map_or(document.span.start, |value| value.span().start) as usize;
        let chunk = self.chunks.starts.partition_point(|at| *at <= start);
        if self.chunk == Some(chunk) {
            // Of the text between two separators, only the first document is read.
            return;
        }
        self.chunk = Some(chunk);
        if let Some((_, text, span)) = self.chunks.bad.as_ref().filter(|(at, _, _)| *at <= chunk)
            && self.result.fault.is_none()
        {
            self.result.fault = Some(DecodeFault { text: text.clone(), span: *span, behind: Vec::new() });
        }
        let fault = object_fault(document);
        if let Some(known) = &mut self.result.fault {
            if fault.is_none() && document.value.is_some_and(|value| !value.is_null()) {
                known.behind.push(document.value.map_or(document.span, Value::span));
            }
            return;
        }
        if let Some((text, span)) = fault {
            let text = match first {
                JsonStart::Fault { objects, text: json } if *objects == index => json.clone(),
                JsonStart::Fault { .. } | JsonStart::Yaml | JsonStart::All => text,
            };
            self.result.fault = Some(DecodeFault { text, span, behind: Vec::new() });
            return;
        }
        let Some(value) = document.value.filter(|value| !value.is_null()) else { return };
        match value.get("items") {
            Some(items) if items.kind() == Kind::List => {
                for (at, item) in items.items().enumerate() {
                    if item.kind() != Kind::Map {
                        self.result.bad_item.get_or_insert(item.span());
                        continue;
                    }
                    let object = object(item, index, vec![at]);
                    self.result.objects.push(object);
                }
            }
            Some(items) if items.is_null() && value.get("spec").is_none() && value.get("status").is_none() => {}
            Some(_) | None => self.result.objects.push(object(value, index, Vec::new())),
        }
    }

    fn finish(mut self) -> Decoded {
        if let Some((_, text, span)) = self.chunks.bad.take()
            && self.result.fault.is_none()
        {
            self.result.fault = Some(DecodeFault { text, span, behind: Vec::new() });
        }
        self.result
    }
}

fn raw(text: &str, start: usize, end: usize) -> String {
    text.get(start..end).unwrap_or_default().trim().to_owned()
}

fn raw_span(text: &str, start: usize, end: usize) -> Span {
    let found = text.get(start..end).unwrap_or_default();
    let skipped = found.len() - found.trim_start().len();
    Span::new(start + skipped, end)
}

fn object(value: Value<'_>, document: usize, items: Vec<usize>) -> DecodedObject {
    let header = decoded_header(value);
    let without_kind = header.kind.is_empty().then(|| go_json(&json(value, Dialect::Kubectl)));
    let generated = value.get("metadata").and_then(|metadata| metadata.get("generateName"));
    let manifest = Manifest { document, items, span: value.span(), header: header.into(), encoding: None };
    let has_generated_name = generated.is_some_and(|name| name.as_str().is_some_and(|name| !name.is_empty()));
    DecodedObject { manifest, has_generated_name, without_kind }
}

/// The header as `kubectl` reads it.
fn decoded_header(value: Value<'_>) -> Header {
    let string = |value: Option<Value<'_>>| CompactString::from(value.and_then(Value::as_str).unwrap_or_default());
    let metadata = value.get("metadata");
    let inner = |key: &str| metadata.and_then(|metadata| metadata.get(key));
    let labels = inner("labels");
    Header {
        api_version: string(value.get("apiVersion")),
        kind: string(value.get("kind")),
        // A name that is no string is kept for messages.
        name: inner("name").filter(|name| !name.is_null()).map(|name| name.key_text().into()).unwrap_or_default(),
        namespace: string(inner("namespace")),
        labels: pairs(labels),
        annotations: pairs(inner("annotations")),
        has_string_name: inner("name").is_some_and(|name| name.as_str().is_some()),
        has_string_labels: labels.is_none_or(|labels| labels.entries().all(|(_, label)| label.as_str().is_some())),
        ..Header::of(value)
    }
}

fn pairs(map: Option<Value<'_>>) -> HeaderPairs {
    let entries = map.into_iter().flat_map(Value::entries);
    entries.map(|(key, value)| (key.key_text().into(), value.key_text().into())).collect()
}

/// The header of an object that was read as JSON.
pub fn header_of_json(value: &Json) -> Header {
    let scalar = |value: Option<&Json>| match value {
        Some(Json::String(text)) => CompactString::from(text),
        Some(value @ (Json::Bool(_) | Json::Number(_))) => value.to_compact_string(),
        Some(Json::Null | Json::Array(_) | Json::Object(_)) | None => CompactString::default(),
    };
    let string = |value: Option<&Json>| CompactString::from(value.and_then(Json::as_str).unwrap_or_default());
    let metadata = value.get("metadata");
    let inner = |key: &str| metadata.and_then(|metadata| metadata.get(key));
    let pairs = |key: &str| {
        let members = inner(key).and_then(Json::as_object).into_iter().flatten();
        members.map(|(key, value)| (key.into(), scalar(Some(value)))).collect::<Vec<_>>()
    };
    let labels = inner("labels").and_then(Json::as_object);
    Header {
        api_version: string(value.get("apiVersion")),
        kind: string(value.get("kind")),
        name: scalar(inner("name")),
        namespace: string(inner("namespace")),
        labels: pairs("labels"),
        annotations: pairs("annotations"),
        has_string_name: inner("name").is_some_and(Json::is_string),
        has_string_labels: labels.is_none_or(|labels| labels.values().all(Json::is_string)),
        has_containers: false,
        has_metadata: metadata.is_some(),
    }
}

/// Why a value of JSON is no object of Kubernetes; `raw` is its text.
pub fn json_object_fault(value: &Json, raw: impl FnOnce() -> String) -> Option<String> {
    let not_a_map =
        |found: &str| Some(format!("json: cannot unmarshal {found} into Go value of type map[string]interface {{}}"));
    match value {
        Json::Object(members) => {
            let has_kind = members.get("kind").and_then(Json::as_str).is_some_and(|kind| !kind.is_empty());
            (!has_kind).then(|| format!("Object 'Kind' is missing in '{}'", raw()))
        }
        Json::Null => Some(format!("Object 'Kind' is missing in '{}'", raw())),
        Json::Array(_) => not_a_map("array"),
        Json::String(_) => not_a_map("string"),
        Json::Number(_) => not_a_map("number"),
        Json::Bool(_) => not_a_map("bool"),
    }
}

/// Why a document is no object, and where. A document that is null is left out.
fn object_fault(document: &Document<'_>) -> Option<(String, Span)> {
    let Some(value) = document.value else {
        let (message, span) = document.syntax_fault();
        return Some((format!("error converting YAML to JSON: yaml: {message}"), span));
    };
    for fault in document.faults {
        if matches!(fault.kind, FaultKind::NotJson { .. }) {
            let text = match fault.span.slice(value.view().source).trim_start_matches('+') {
                ".inf" | ".Inf" | ".INF" => "json: unsupported value: +Inf",
                "-.inf" | "-.Inf" | "-.INF" => "json: unsupported value: -Inf",
                ".nan" | ".NaN" | ".NAN" => "json: unsupported value: NaN",
                _ => "yaml: invalid map key",
            };
            return Some((format!("error converting YAML to JSON: {text}"), fault.span));
        }
    }
    if value.is_null() {
        return None;
    }
    let has_kind = value.get("kind").and_then(Value::as_str).is_some_and(|kind| !kind.is_empty());
    if value.kind() == Kind::Map && has_kind {
        return None;
    }
    let value_json = json(value, Dialect::Kubectl);
    let text = json_object_fault(&value_json, || go_json(&value_json))?;
    Some((format!("error unmarshaling JSON: while decoding JSON: {text}"), value.span()))
}
