//! Whether the API server accepts an object by the schema of its CRD: unknown fields, types, values, lists with keys, and
//! embedded objects, after nulls are dropped and defaults are added. The quirks are those of the API server's validator.

use std::borrow::Cow;
use std::collections::HashSet;

use super::embedded;
use super::enumeration::is_option;
use super::fault::{Fault, FaultKind};
use super::formats;
use super::keyword::Keyword;
use super::limits;
use super::metadata::{self, Naming};
use super::node::{Content, Node};
use super::path::{Path, Step};
use super::schema::{Additional, Junctors, Schema};
use super::uniqueness;
use crate::domain::document::span::Span;
use crate::text::suggest;

/// For so many faults of an object, the field or the option that was meant is searched among all others.
const MAX_SEARCHES: usize = 200;

/// How an object reaches the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// As kubectl and Argo CD write: unknown fields are refused, and nulls dropped.
    Client,
    /// As Flux writes: unknown fields and nulls are refused.
    ServerSide,
    /// Unknown fields and nulls are dropped.
    Unvalidated,
    /// A default in a schema: nothing is dropped or added.
    Default,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    pub faults: Vec<Fault>,
    /// The rules in CEL that the API server would evaluate.
    pub rules: usize,
}

/// Finds what is wrong with an object. `has_status`: its status is a subresource.
pub fn check(schema: &Schema, has_status: bool, object: Node<'_>, write: Write) -> Findings {
    let mut checker = Checker::new(write);
    let span = object.member("metadata").and_then(|member| member.span);
    let path = Path::ROOT.field("metadata", span.or(object.member("kind").and_then(|member| member.span)));
    metadata::check(object.get("metadata"), Naming::Object, &path, &mut checker.findings.faults);
    checker.root(schema, has_status, object);
    checker.findings
}

/// What is wrong with a default of a schema.
pub fn check_default(schema: &Schema, default: Node<'_>, path: &Path<'_>) -> Vec<Fault> {
    let mut checker = Checker::new(Write::Default);
    checker.value(Place { schema, stored: Some(schema), is_open: schema.keeps_unknown() }, default, path);
    checker.findings.faults
}

/// How much of a part of an object is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    All,
    /// Unknown fields and types: the status of an object that is applied on the server's side.
    Types,
    /// Unknown fields.
    Fields,
}

struct Checker {
    write: Write,
    depth: Depth,
    findings: Findings,
}

/// The schemas for one value.
#[derive(Clone, Copy)]
struct Place<'s> {
    /// What it is checked by.
    schema: &'s Schema,
    /// What decides which of its fields are stored: another schema, inside of `anyOf` and the like.
    stored: Option<&'s Schema>,
    /// Fields that the schema does not have are kept.
    is_open: bool,
}

impl Place<'_> {
    /// Whether the value is checked by the schema that decides what is stored.
    fn is_structural(&self) -> bool {
        self.stored.is_some_and(|stored| std::ptr::eq(stored, self.schema))
    }
}

/// A member of an object as it is stored.
struct Stored<'n, 's> {
    key: Cow<'n, str>,
    span: Option<Span>,
    node: Node<'n>,
    schema: Option<&'s Schema>,
    is_open: bool,
}

/// Whether a key is one that every object has.
fn is_meta(key: &str) -> bool {
    matches!(key, "apiVersion" | "kind" | "metadata")
}

impl Checker {
    fn new(write: Write) -> Self {
        Self { write, depth: Depth::All, findings: Findings::default() }
    }

    fn push(&mut self, fault: Fault) {
        let is_wanted = match (&fault.kind, self.depth) {
            (FaultKind::UnknownField { .. }, _) => self.write != Write::Unvalidated,
            (_, Depth::All) => true,
            (FaultKind::WrongType, Depth::Types) => true,
            (_, Depth::Types | Depth::Fields) => false,
        };
        if is_wanted {
            self.findings.faults.push(fault);
        }
    }

    fn root(&mut self, schema: &Schema, has_status: bool, object: Node<'_>) {
        self.findings.rules += schema.rules.len();
        let place = Place { schema, stored: Some(schema), is_open: schema.keeps_unknown() };
        let members = self.members(place, true, object, &Path::ROOT);
        if let Some(text) = type_fault(schema, &object.content()) {
            self.push(Fault::at(&Path::ROOT, text));
        }
        self.junctors(place, object, &Path::ROOT);
        for member in &members {
            let is_status = has_status && member.key == "status";
            if is_status {
                self.depth = if self.write == Write::ServerSide { Depth::Types } else { Depth::Fields };
            }
            self.member(place, member, &Path::ROOT);
            self.depth = Depth::All;
        }
        // The status is dropped before values are looked at.
        let members = members.iter().filter(|member| !(has_status && member.key == "status"));
        self.required(schema, members.map(|member| &*member.key), &Path::ROOT);
    }

    fn value(&mut self, place: Place<'_>, node: Node<'_>, path: &Path<'_>) {
        let schema = place.schema;
        if place.is_structural() && self.depth == Depth::All {
            self.findings.rules += schema.rules.len();
        }
        let content = node.content();
        if let Some(text) = type_fault(schema, &content) {
            // The merge of the server's side knows no integers, and takes every null.
            let is_merged = content == Content::Null
                || matches!(content, Content::Integer(_) | Content::Float(_)) && knows_numbers(schema);
            if self.depth != Depth::Types || !is_merged {
                self.push(Fault::wrong_type(node, path, text));
            }
        }
        let is_option = is_option(&schema.options, node, &content);
        if !is_option {
            let kind = FaultKind::NotAnOption { meant: self.option_meant(schema, node) };
            self.push(Fault { kind, ..Fault::of(node, path, unsupported(schema, node)) });
        }
        match &content {
            Content::Null => return,
            Content::Bool(_) => {}
            Content::Integer(_) | Content::Float(_) => {
                for text in limits::number_faults(schema, &content) {
                    self.push(Fault::of(node, path, text));
                }
            }
            Content::String(text) => self.text(schema, text, node, path),
            Content::List => self.list(place, node, path),
            Content::Map => self.object(place, node, path),
        }
        self.junctors(place, node, path);
    }

    fn text(&mut self, schema: &Schema, text: &str, node: Node<'_>, path: &Path<'_>) {
        if let Some(fault) = limits::text_fault(schema, text) {
            self.push(Fault::of(node, path, fault));
        }
        if let Some(format) = effective_format(schema).filter(|format| formats::accepts(format, text) == Some(false)) {
            self.push(Fault::of(node, path, format!("Invalid value: {text:?}: must be of type {format}")));
        }
    }

    fn list(&mut self, place: Place<'_>, node: Node<'_>, path: &Path<'_>) {
        let items = node.items();
        for text in limits::list_faults(place.schema, items.len()) {
            self.push(Fault::at(path, text));
        }
        let stored = place.stored.and_then(|stored| stored.items.as_deref());
        for (at, item) in items.iter().enumerate() {
            let path = path.child(Step::Index(at), item.span());
            let default = stored.and_then(|stored| stored.default.as_ref());
            let replaced = default.filter(|_| self.adds_defaults() && item.is_null()).map(Node::Json);
            let item = replaced.unwrap_or(*item);
            match &place.schema.items {
                Some(schema) => {
                    let schema = schema.as_ref();
                    let is_open = place.is_open || schema.keeps_unknown();
                    self.value(Place { schema, stored, is_open }, item, &path);
                }
                None if place.is_structural() && !place.is_open => self.unknown_within(item, &path),
                None => {}
            }
        }
        if place.is_structural() {
            for fault in uniqueness::faults(place.schema, &items, self.adds_defaults(), path) {
                self.push(fault);
            }
        }
    }

    fn object(&mut self, place: Place<'_>, node: Node<'_>, path: &Path<'_>) {
        let schema = place.schema;
        let is_embedded = place.stored.is_some_and(Schema::is_embedded_resource);
        let members = self.members(place, is_embedded, node, path);
        for text in limits::object_faults(schema, members.len()) {
            self.push(Fault::at(path, text));
        }
        for member in &members {
            self.member(place, member, path);
        }
        self.required(schema, members.iter().map(|member| &*member.key), path);
        if is_embedded && place.is_structural() {
            let mut faults = Vec::new();
            embedded::check(node, path, &mut faults);
            faults.into_iter().for_each(|fault| self.push(fault));
        }
    }

    fn member(&mut self, place: Place<'_>, member: &Stored<'_, '_>, path: &Path<'_>) {
        let path = path.field(&member.key, member.span);
        let schema = match (place.schema.properties.get(member.key.as_ref()), &place.schema.additional) {
            (Some(schema), _) => schema,
            (None, Additional::Values(schema)) => schema,
            (None, Additional::No) => {
                self.push(Fault::at(&path, "Forbidden: is a forbidden property"));
                return;
            }
            (None, Additional::Unset | Additional::Yes) => {
                if place.is_structural() && !member.is_open {
                    self.unknown_within(member.node, &path);
                }
                return;
            }
        };
        self.value(Place { schema, stored: member.schema, is_open: member.is_open }, member.node, &path);
    }

    fn required<'k>(&mut self, schema: &Schema, keys: impl Iterator<Item = &'k str>, path: &Path<'_>) {
        if schema.required.is_empty() {
            return;
        }
        let keys: HashSet<&str> = keys.collect();
        for name in schema.required.iter().filter(|name| !keys.contains(&***name)) {
            self.push(Fault::at(&path.field(name, None), "Required value"));
        }
    }

    /// What is stored of an object: without unknown fields and nulls, and with defaults. Unknown fields are reported where
    /// the schema is the one that decides.
    fn members<'n, 's>(
        &mut self,
        place: Place<'s>,
        is_embedded: bool,
        node: Node<'n>,
        path: &Path<'_>,
    ) -> Vec<Stored<'n, 's>>
    where
        's: 'n,
    {
        let mut members = Vec::new();
        let Some(schema) = place.stored else { return members };
        for member in node.members() {
            let sub = schema.member(&member.key);
            let has_no_schema = sub.is_none() && matches!(schema.additional, Additional::Unset);
            let is_kept = is_embedded && is_meta(&member.key);
            if has_no_schema && !place.is_open && !is_kept {
                if place.is_structural() {
                    let path = path.field(&member.key, member.span);
                    let meant = self.meant(schema, &member.key);
                    self.push(Fault::unknown_field(&path, meant));
                }
                continue;
            }
            let mut node = member.node;
            if let Some(sub) = sub.filter(|sub| node.is_null() && !sub.is_nullable()) {
                match &sub.default {
                    Some(default) if self.adds_defaults() => node = Node::Json(default),
                    _ if self.drops_nulls() => continue,
                    _ => {}
                }
            }
            let is_open = is_kept || has_no_schema || sub.is_some_and(Schema::keeps_unknown);
            members.push(Stored { key: member.key, span: member.span, node, schema: sub, is_open });
        }
        if self.adds_defaults() {
            let known: HashSet<&str> = members.iter().map(|member| &*member.key).collect();
            let missing = schema.properties.iter().filter(|(key, _)| !known.contains(key.as_ref()));
            let added = missing.filter_map(|(key, sub)| {
                let (key, node) = (Cow::Borrowed(key.as_ref()), Node::Json(sub.default.as_ref()?));
                Some(Stored { key, span: None, node, schema: Some(sub), is_open: sub.keeps_unknown() })
            });
            let added: Vec<Stored<'_, '_>> = added.collect();
            members.extend(added);
        }
        members
    }

    /// The option that is most like a text.
    fn option_meant(&self, schema: &Schema, node: Node<'_>) -> Option<String> {
        let text = node.as_str().filter(|_| self.findings.faults.len() < MAX_SEARCHES)?;
        let options = schema.options.iter().filter_map(serde_json::Value::as_str);
        suggest::closest(&text, options).map(str::to_owned)
    }

    /// The field that an unknown one is probably meant to be.
    fn meant<'s>(&self, schema: &'s Schema, key: &str) -> Option<&'s str> {
        let is_searched = self.findings.faults.len() < MAX_SEARCHES;
        let known = schema.properties.keys().map(AsRef::as_ref);
        is_searched.then(|| suggest::closest(key, known)).flatten()
    }

    /// Reports the fields of a value without a schema.
    fn unknown_within(&mut self, node: Node<'_>, path: &Path<'_>) {
        for member in node.members() {
            self.push(Fault::unknown_field(&path.field(&member.key, member.span), None));
        }
        for (at, item) in node.items().into_iter().enumerate() {
            self.unknown_within(item, &path.child(Step::Index(at), item.span()));
        }
    }

    fn junctors(&mut self, place: Place<'_>, node: Node<'_>, path: &Path<'_>) {
        let Some(junctors) = &place.schema.junctors else { return };
        if self.depth != Depth::All {
            return;
        }
        let Junctors { all_of, any_of, one_of, not } = junctors.as_ref();
        let trials = |schemas: &[Schema]| -> Vec<Vec<Fault>> {
            schemas.iter().map(|schema| self.trial(Place { schema, ..place }, node, path)).collect()
        };
        let [all_of, any_of, one_of] = [trials(all_of), trials(any_of), trials(one_of)];
        let not = not.as_ref().map(|schema| self.trial(Place { schema, ..place }, node, path));
        if !any_of.is_empty() && any_of.iter().all(|faults| !faults.is_empty()) {
            self.push(Fault::at(path, "Invalid value: must validate at least one schema (anyOf)"));
            self.push_best(any_of);
        }
        let valid = one_of.iter().filter(|faults| faults.is_empty()).count();
        if !one_of.is_empty() && valid != 1 {
            let found = if valid == 0 { "none valid".to_owned() } else { format!("{valid} valid alternatives") };
            let text = format!("Invalid value: must validate one and only one schema (oneOf). Found {found}");
            self.push(Fault::at(path, text));
            if valid == 0 {
                self.push_best(one_of);
            }
        }
        if all_of.iter().any(|faults| !faults.is_empty()) {
            all_of.into_iter().flatten().for_each(|fault| self.push(fault));
            self.push(Fault::at(path, "Invalid value: must validate all the schemas (allOf)"));
        }
        if not.is_some_and(|faults| faults.is_empty()) {
            self.push(Fault::at(path, "Invalid value: must not validate the schema (not)"));
        }
    }

    /// Of several failures, those of the schema that is nearest.
    fn push_best(&mut self, trials: Vec<Vec<Fault>>) {
        let best = trials.into_iter().min_by_key(Vec::len);
        best.into_iter().flatten().for_each(|fault| self.push(fault));
    }

    fn trial(&self, place: Place<'_>, node: Node<'_>, path: &Path<'_>) -> Vec<Fault> {
        let mut checker = Self::new(self.write);
        checker.value(place, node, path);
        checker.findings.faults
    }

    fn drops_nulls(&self) -> bool {
        match self.write {
            Write::Client | Write::Unvalidated => true,
            Write::ServerSide | Write::Default => false,
        }
    }

    fn adds_defaults(&self) -> bool {
        self.write != Write::Default
    }
}

fn unsupported(schema: &Schema, node: Node<'_>) -> String {
    let shown = |json: &serde_json::Value| match json {
        serde_json::Value::String(text) => format!("{text:?}"),
        json => format!("\"{json}\""),
    };
    let options: Vec<String> = schema.options.iter().map(shown).collect();
    format!("Unsupported value: {}: supported values: {}", node.to_json(), options.join(", "))
}

fn knows(schema: &Schema, type_name: &str) -> bool {
    if schema.is_int_or_string() {
        return matches!(type_name, "integer" | "string");
    }
    schema.type_name.name() == type_name
}

fn knows_numbers(schema: &Schema) -> bool {
    knows(schema, "integer") || knows(schema, "number")
}

/// The format of a schema, if the API server checks it for the type.
fn effective_format(schema: &Schema) -> Option<&str> {
    let format = schema.format.as_deref()?;
    let type_name = if schema.is_int_or_string() { "" } else { schema.type_name.name() };
    let is_checked = match type_name {
        "" | "string" => formats::is_known(format),
        "integer" => matches!(format, "int32" | "int64"),
        "number" => matches!(format, "float" | "double"),
        _ => false,
    };
    is_checked.then_some(format)
}

/// Why a value is not of the type of its schema. With a format, the validator of the API server looks at some types only.
fn type_fault(schema: &Schema, content: &Content<'_>) -> Option<String> {
    let is_typed = schema.is_int_or_string() || schema.has(Keyword::Type);
    let format = effective_format(schema);
    if !is_typed && format.is_none() {
        return None;
    }
    let found = content.type_name();
    let expected = if schema.is_int_or_string() { "integer,string" } else { schema.type_name.name() };
    let fault = |expected: &str| Some(format!("Invalid value: {found:?}: must be of type {expected}: {found:?}"));
    if *content == Content::Null {
        return if is_typed && !schema.is_nullable() { fault(expected) } else { None };
    }
    let is_right = knows(schema, found) || found == "integer" && knows(schema, "number");
    let is_text_or_list = matches!(content, Content::String(_) | Content::List);
    match format {
        Some(format) if !is_text_or_list && !is_right => fault(format),
        Some(_) if is_text_or_list && !knows_numbers(schema) => None,
        _ if is_right => None,
        _ => fault(expected),
    }
}
