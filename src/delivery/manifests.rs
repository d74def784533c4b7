//! The manifests of a YAML file as kustomize reads a resource: what identifies each, and what ends the reading.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use compact_str::CompactString;
use memchr::memmem::Finder;

use super::doubts::Doubts;
use super::kustomize::failure::FailureKind;
use super::reading::{EncodingFault, encoding_fault, is_string, scalar_text};
use super::source::{Document, Source};
use crate::domain::document::fault::FaultKind;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value};

/// Lists in lists are expanded to this depth.
const MAX_LIST_DEPTH: usize = 8;

/// The annotation of objects that kustomize leaves out of its output.
pub const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";

/// A text that says anywhere in a file that Argo CD leaves it out.
pub const SKIP_MARKER: &str = "+argocd:skip-file-rendering";

static START: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\n---"));
static END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\n..."));
static SKIP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(SKIP_MARKER));

/// What a file has, in the order of kustomize: the items of lists come after the other documents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifests {
    pub objects: Vec<Manifest>,
    pub fault: Option<ReadFault>,
    /// The decoder of Kubernetes reads the same objects with the same headers, in the same order.
    pub is_plain: bool,
    /// The text says that Argo CD leaves the file out.
    pub has_skip_marker: bool,
    /// The size of the text in bytes.
    pub size: usize,
    pub doubts: Doubts,
    /// An object is of a group that delivery is about, or a Secret.
    pub has_wiring: bool,
}

/// Why a file cannot be read as a resource. The text is kustomize's, without the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFault {
    pub kind: FailureKind,
    pub text: String,
    pub span: Span,
}

impl ReadFault {
    /// The text for a file: only that of a malformed one names it.
    pub fn text_in(&self, path: &str) -> String {
        if self.kind == FailureKind::Malformed { format!("{} in File: {path}", self.text) } else { self.text.clone() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The index of its document among those with content.
    pub document: usize,
    /// The indexes that lead to it, if it is an item of a list.
    pub items: Vec<usize>,
    pub span: Span,
    pub header: Arc<Header>,
    /// What ends the build when the object is written.
    pub encoding: Option<EncodingFault>,
}

/// Labels or annotations, in order.
pub type HeaderPairs = Vec<(CompactString, CompactString)>;

/// What identifies an object, as texts whatever their types are. There are as many as manifests, and they are compared
/// often, so short texts are in the header itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    pub api_version: CompactString,
    pub kind: CompactString,
    pub name: CompactString,
    pub namespace: CompactString,
    pub labels: HeaderPairs,
    pub annotations: HeaderPairs,
    /// Whether the name is a string, not a number or a boolean.
    pub has_string_name: bool,
    /// Whether all labels are strings.
    pub has_string_labels: bool,
    /// Whether it has containers, which fields like `images` change.
    pub has_containers: bool,
    /// Whether it has any metadata that kustomize looks at.
    pub has_metadata: bool,
}

impl Manifests {
    /// A file that is no text.
    pub fn of_bytes() -> Self {
        Self { fault: Some(malformed("invalid leading UTF-8 octet", Span::default())), ..Self::default() }
    }

    pub fn read(source: &dyn Source, text: &str) -> Self {
        let mut reading = ManifestsReading::of(text);
        if !reading.is_refused() {
            source.documents(text, &mut |document| reading.add(document));
        }
        reading.finish()
    }
}

/// Collects the manifests of a text whose documents are parsed elsewhere.
#[derive(Debug)]
pub struct ManifestsReading<'t> {
    reading: Reading<'t>,
    separators: Separators,
}

impl<'t> ManifestsReading<'t> {
    pub fn of(text: &'t str) -> Self {
        let separators = Separators::of(text);
        let found = Found { doubts: Doubts::of_text(text), ..Found::default() };
        let mut reading = Reading { text, found, index: 0, chunk: None };
        match &separators.fault {
            Some(fault) => reading.found.broken = Some(fault.clone()),
            None => reading.found.is_special = separators.has_ends || text.trim_start().starts_with('{'),
        }
        Self { reading, separators }
    }

    /// Whether kustomize cannot tell the documents apart.
    fn is_refused(&self) -> bool {
        self.separators.fault.is_some()
    }

    /// Every document with content is added, in order.
    pub fn add(&mut self, document: &Document<'_>) {
        if !self.is_refused() {
            self.reading.add(document, &self.separators);
        }
    }

    pub fn finish(self) -> Manifests {
        let text = self.reading.text;
        let separators = if self.is_refused() { 0 } else { self.separators.starts.len() };
        let has_skip_marker = SKIP.find(text.as_bytes()).is_some();
        Manifests { has_skip_marker, size: text.len(), ..self.reading.found.finish(separators) }
    }
}

/// The lines at which kustomize cuts a file into documents.
#[derive(Debug)]
struct Separators {
    /// The start of each document after the first; only for files where it matters.
    starts: Vec<usize>,
    has_ends: bool,
    fault: Option<ReadFault>,
}

impl Separators {
    fn of(text: &str) -> Self {
        let has_ends = END.find(text.as_bytes()).is_some();
        let mut found = Self { starts: Vec::new(), has_ends, fault: None };
        for at in START.find_iter(text.as_bytes()) {
            let Some(line) = text.get(at + 1..).and_then(|rest| rest.split_inclusive('\n').next()) else { continue };
            if !line.ends_with('\n') {
                continue;
            }
            let after = line.get(3..).unwrap_or_default().trim();
            if !after.is_empty() && !after.starts_with('#') {
                let span = Span::new(at + 1, at + 1 + line.trim_end().len());
                let text = format!("invalid document separator: {}", line.trim());
                found.fault.get_or_insert(ReadFault { kind: FailureKind::BadSeparator, text, span });
            }
            found.starts.push(at + 1 + line.len());
        }
        let directive = text.starts_with('%') && !found.starts.is_empty();
        if directive {
            found.fault.get_or_insert(malformed("did not find expected <document start>", Span::of_character(text, 0)));
        }
        found
    }

    /// The number of the document at a position.
    fn chunk(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }
}

fn malformed(text: &str, span: Span) -> ReadFault {
    ReadFault { kind: FailureKind::Malformed, text: format!("MalformedYAMLError: yaml: {text}"), span }
}

#[derive(Debug, Default)]
struct Found {
    objects: Vec<Manifest>,
    /// The items of lists, which come last.
    items: Vec<Manifest>,
    broken: Option<ReadFault>,
    fault: Option<ReadFault>,
    item_fault: Option<ReadFault>,
    /// A document that is a plain list of Kubernetes, which is unwrapped if it is alone in its file.
    list: Option<usize>,
    /// The decoder of Kubernetes reads something else.
    is_special: bool,
    has_wiring: bool,
    doubts: Doubts,
}

impl Found {
    fn finish(mut self, separators: usize) -> Manifests {
        let fault = self.broken.or(self.fault).or(self.item_fault);
        if self.list.is_some() && separators == 0 {
            // Its items take its place, which is the only one.
            self.objects.clear();
        }
        self.objects.append(&mut self.items);
        let is_plain = fault.is_none() && !self.is_special;
        Manifests {
            objects: if fault.is_some() { Vec::new() } else { self.objects },
            fault,
            is_plain,
            has_wiring: self.has_wiring,
            doubts: self.doubts,
            ..Manifests::default()
        }
    }
}

#[derive(Debug)]
struct Reading<'t> {
    text: &'t str,
    found: Found,
    index: usize,
    chunk: Option<usize>,
}

impl Reading<'_> {
    fn add(&mut self, document: &Document<'_>, separators: &Separators) {
        let index = self.index;
        self.index += 1;
        let Some(value) = document.value else {
            let (message, span) = document.syntax_fault();
            self.found.broken.get_or_insert_with(|| malformed(message, span));
            return;
        };
        if separators.has_ends {
            // Of the text between two separators, kustomize reads the first document only.
            let start = value.span().start as usize;
            let chunk = Some(separators.chunk(start.min(self.text.len())));
            if chunk == self.chunk {
                return;
            }
            self.chunk = chunk;
        }
        if is_nothing(value) {
            self.found.is_special |= !value.is_null();
            return;
        }
        self.found.is_special |= !has_plain_header(value)
            || document.faults.iter().any(|fault| matches!(fault.kind, FaultKind::NotJson { .. }));
        let header = Header::of(value);
        self.found.has_wiring |= header.may_be_wiring();
        if let Some(fault) = header.fault(value.span()) {
            self.found.fault.get_or_insert(fault);
            return;
        }
        self.found.doubts.add(value);
        let may_fail = self.found.doubts.has_no_json || !document.faults.is_empty();
        let encoding = if may_fail { encoding_fault(value, document.faults) } else { None };
        if header.kind.ends_with("List") && value.get("items").is_some() {
            if matches!(header.kind.as_str(), "List" | "ResourceList") {
                self.found.list = Some(index);
            }
            self.add_items(value, index, &header.kind, encoding);
            return;
        }
        let span = value.span();
        let header = Arc::new(header);
        self.found.objects.push(Manifest { document: index, items: Vec::new(), span, header, encoding });
    }

    fn add_items(&mut self, list: Value<'_>, document: usize, kind: &str, encoding: Option<EncodingFault>) {
        if let Some(fault) = encoding {
            let text = format!("trouble expanding list of {kind}; yaml: unmarshal errors");
            let read = ReadFault { kind: FailureKind::Encoding(fault.kind), text, span: fault.span };
            self.found.item_fault.get_or_insert(read);
            return;
        }
        let mut waiting = vec![(list, Vec::new())];
        // Lists in lists come after the items beside them.
        let mut at = 0;
        while let Some((list, path)) = waiting.get(at).cloned() {
            at += 1;
            let Some(items) = list.get("items").filter(|items| items.kind() != Kind::Null) else { continue };
            if items.kind() != Kind::List {
                let text = format!("expected array in {kind}/items, but found {}", go_type(items));
                let fault = ReadFault { kind: FailureKind::BadList, text, span: items.span() };
                self.found.item_fault.get_or_insert(fault);
                return;
            }
            for (number, item) in items.items().enumerate() {
                if is_nothing(item) {
                    continue;
                }
                let header = Header::of(item);
                self.found.has_wiring |= header.may_be_wiring();
                if let Some(fault) = header.fault(item.span()) {
                    self.found.item_fault.get_or_insert(fault);
                    return;
                }
                let mut path = path.clone();
                path.push(number);
                if header.kind.ends_with("List") && item.get("items").is_some() && path.len() < MAX_LIST_DEPTH {
                    waiting.push((item, path));
                    continue;
                }
                let span = item.span();
                let header = Arc::new(header);
                self.found.items.push(Manifest { document, items: path, span, header, encoding: None });
            }
        }
    }
}

fn go_type(value: Value<'_>) -> &'static str {
    match value.kind() {
        Kind::Null => "<nil>",
        Kind::Bool => "bool",
        Kind::Number => "int",
        Kind::String => "string",
        Kind::List => "[]interface {}",
        Kind::Map => "map[string]interface {}",
    }
}

fn is_something(value: &Value<'_>) -> bool {
    !is_nothing(*value)
}

/// `null`, `{}` and `[]` are no documents for kustomize.
fn is_nothing(value: Value<'_>) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::List | Kind::Map => value.is_empty(),
        Kind::Bool | Kind::Number | Kind::String => false,
    }
}

impl Header {
    pub fn of(value: Value<'_>) -> Self {
        let text = |value: Option<Value<'_>>| {
            value
                .filter(is_something)
                .map_or_else(CompactString::default, |value| CompactString::from(scalar_text(value)))
        };
        let [api_version, kind, metadata, spec] = members(value, ["apiVersion", "kind", "metadata", "spec"]);
        let metadata = metadata.filter(is_something);
        let of_metadata = metadata.map(|it| members(it, ["name", "namespace", "labels", "annotations"]));
        let [name, namespace, labels, annotations] = of_metadata.unwrap_or_default();
        Self {
            api_version: text(api_version),
            kind: text(kind),
            name: text(name),
            namespace: text(namespace),
            labels: pairs(labels),
            annotations: pairs(annotations),
            has_string_name: name.is_some_and(is_string),
            has_string_labels: labels.is_none_or(|labels| labels.entries().all(|(_, label)| is_string(label))),
            has_containers: spec.is_some_and(has_containers),
            has_metadata: [name, namespace, labels, annotations].into_iter().flatten().any(|it| is_something(&it)),
        }
    }

    /// `Entity shop/cart`
    pub fn title(&self) -> String {
        match self.namespace.as_str() {
            "" => format!("{} {}", self.kind, self.name),
            namespace => format!("{} {namespace}/{}", self.kind, self.name),
        }
    }

    /// Whether it may be an object that others are delivered by, or a definition.
    fn may_be_wiring(&self) -> bool {
        let group = self.api_version.split_once('/').map_or("", |(group, _)| group);
        group.ends_with("toolkit.fluxcd.io")
            || group == "argoproj.io"
            || group.starts_with("apiextensions.")
            || self.kind == "Secret"
    }

    /// Why kustomize takes it for no object.
    fn fault(&self, span: Span) -> Option<ReadFault> {
        let fault = |kind, text: String| Some(ReadFault { kind, text, span });
        if self.api_version.is_empty() && self.kind.is_empty() && !self.has_metadata {
            return fault(FailureKind::NoObject, "missing Resource metadata".to_owned());
        }
        if self.kind.is_empty() {
            return fault(FailureKind::MissingKind, format!("missing kind in object {}", self.go_text()));
        }
        if self.name.is_empty() && !self.kind.ends_with("List") {
            return fault(FailureKind::MissingName, format!("missing metadata.name in object {}", self.go_text()));
        }
        None
    }

    /// As Go prints the metadata of an object.
    fn go_text(&self) -> String {
        let mut text = format!("{{{{{} {}}} {{{{{} {}}} ", self.api_version, self.kind, self.name, self.namespace);
        for pairs in [&self.labels, &self.annotations] {
            let mut sorted: Vec<_> = pairs.iter().collect();
            sorted.sort();
            let shown: Vec<String> = sorted.iter().map(|(key, value)| format!("{key}:{value}")).collect();
            // Writing to a string cannot fail.
            let _ = write!(text, "map[{}] ", shown.join(" "));
        }
        format!("{}}}}}", text.trim_end())
    }
}

/// Whether every tool reads the same header: all of it are strings, and nothing makes it a list.
fn has_plain_header(value: Value<'_>) -> bool {
    let is_string = |value: Value<'_>| value.kind() == Kind::String;
    for (key, member) in value.entries() {
        let is_plain = match key.as_str() {
            Some("apiVersion" | "kind") => is_string(member),
            Some("items") => false,
            Some("metadata") => member.kind() == Kind::Map && member.entries().all(is_plain_metadata),
            Some(_) | None => true,
        };
        if !is_plain {
            return false;
        }
    }
    true
}

fn is_plain_metadata((key, member): (Value<'_>, Value<'_>)) -> bool {
    let is_string = |value: Value<'_>| value.kind() == Kind::String;
    match key.as_str() {
        Some("name" | "namespace") => is_string(member),
        Some("generateName") => false,
        Some("labels" | "annotations") => {
            member.kind() == Kind::Map && member.entries().all(|(key, value)| is_string(key) && is_string(value))
        }
        Some(_) | None => true,
    }
}

/// Pairs of other texts, for a header.
pub fn header_pairs(pairs: &[(String, String)]) -> impl Iterator<Item = (CompactString, CompactString)> {
    pairs.iter().map(|(key, value)| (key.into(), value.into()))
}

fn pairs(map: Option<Value<'_>>) -> HeaderPairs {
    let entries = map.into_iter().flat_map(Value::entries);
    entries.map(|(key, value)| (scalar_text(key).into(), scalar_text(value).into())).collect()
}

/// The members of a mapping under some keys. Of duplicate keys the last one applies.
fn members<'a, const N: usize>(map: Value<'a>, keys: [&str; N]) -> [Option<Value<'a>>; N] {
    let mut found = [None; N];
    for (key, value) in map.entries() {
        let Some(text) = key.as_str() else { continue };
        if let Some(at) = keys.iter().position(|known| *known == text) {
            found[at] = Some(value);
        }
    }
    found
}

fn has_containers(spec: Value<'_>) -> bool {
    let own = |spec: Value<'_>| members(spec, ["containers", "initContainers"]).into_iter().any(|it| it.is_some());
    let [containers, init_containers, template, job] =
        members(spec, ["containers", "initContainers", "template", "jobTemplate"]);
    job.is_some()
        || containers.is_some()
        || init_containers.is_some()
        || template.and_then(|template| template.get("spec")).is_some_and(own)
}
