//! `metadata` of an object, which has the same fields for every kind.

use super::fault::{Fault, FaultKind};
use super::names::{dns_1123_label, dns_1123_subdomain, label_value, name_prefix, qualified_name};
use super::node::{Content, Node};
use super::path::{Path, Step};
use crate::text::suggest;

/// How long all annotations together may be.
const MAX_ANNOTATIONS: usize = 256 * 1024;

/// The type of a field.
#[derive(Clone, Copy, PartialEq)]
enum Field {
    String,
    Integer,
    Strings,
    StringMap,
    List,
}

const FIELDS: [(&str, Field); 15] = [
    ("name", Field::String),
    ("generateName", Field::String),
    ("namespace", Field::String),
    ("labels", Field::StringMap),
    ("annotations", Field::StringMap),
    ("finalizers", Field::Strings),
    ("ownerReferences", Field::List),
    ("managedFields", Field::List),
    ("uid", Field::String),
    ("selfLink", Field::String),
    ("resourceVersion", Field::String),
    ("generation", Field::Integer),
    ("creationTimestamp", Field::String),
    ("deletionTimestamp", Field::String),
    ("deletionGracePeriodSeconds", Field::Integer),
];

/// How a name is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// The object has a name of its own.
    Object,
    /// It is part of another object, and needs no name.
    Embedded,
}

/// Finds what is wrong with `metadata`, which is at `path`.
pub fn check(metadata: Option<Node<'_>>, naming: Naming, path: &Path<'_>, faults: &mut Vec<Fault>) {
    let Some(metadata) = metadata.filter(|metadata| !metadata.is_null()) else {
        if naming == Naming::Object {
            faults.push(missing_name(path));
        }
        return;
    };
    if metadata.content() != Content::Map {
        faults.push(Fault::undecodable(metadata, path, "an object"));
        return;
    }
    let before = faults.len();
    for member in metadata.members() {
        let path = path.field(&member.key, member.span);
        match FIELDS.iter().find(|(name, _)| *name == member.key) {
            Some((_, field)) => check_type(*field, member.node, &path, faults),
            None => {
                let meant = suggest::closest(&member.key, FIELDS.map(|(name, _)| name));
                faults.push(Fault::unknown_field(&path, meant));
            }
        }
    }
    let is_decoded = faults[before..].iter().all(|fault| fault.kind != FaultKind::Undecodable);
    if is_decoded {
        check_names(metadata, naming, path, faults);
        check_pairs(metadata, path, faults);
    }
}

fn missing_name(path: &Path<'_>) -> Fault {
    Fault::at(&path.field("name", None), "Required value: name or generateName is required")
}

fn check_type(field: Field, node: Node<'_>, path: &Path<'_>, faults: &mut Vec<Fault>) {
    let content = node.content();
    if content == Content::Null {
        return;
    }
    match field {
        Field::String if matches!(content, Content::String(_)) => {}
        Field::String => faults.push(Fault::undecodable(node, path, "a string")),
        Field::Integer if matches!(content, Content::Integer(_)) => {}
        Field::Integer => faults.push(Fault::undecodable(node, path, "an integer")),
        Field::List | Field::Strings if content != Content::List => {
            faults.push(Fault::undecodable(node, path, "a list"))
        }
        Field::List => {}
        Field::Strings => {
            for (at, item) in node.items().into_iter().enumerate() {
                check_type(Field::String, item, &path.child(Step::Index(at), item.span()), faults);
            }
        }
        Field::StringMap if content != Content::Map => faults.push(Fault::undecodable(node, path, "an object")),
        Field::StringMap => {
            for member in node.members() {
                check_type(Field::String, member.node, &path.field(&member.key, member.span), faults);
            }
        }
    }
}

fn check_names(metadata: Node<'_>, naming: Naming, path: &Path<'_>, faults: &mut Vec<Fault>) {
    let text = |key: &str| metadata.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    let [name, prefix, namespace] = ["name", "generateName", "namespace"].map(text);
    if naming == Naming::Object && name.is_none() && prefix.is_none() {
        faults.push(missing_name(path));
    }
    let rule = |key: &str| match (key, naming) {
        ("generateName", Naming::Object) => name_prefix,
        ("namespace", _) => dns_1123_label,
        (_, Naming::Object) => dns_1123_subdomain,
        (_, Naming::Embedded) => path_segment,
    };
    for (key, value) in [("name", name), ("generateName", prefix), ("namespace", namespace)] {
        let Some(value) = value else { continue };
        if let Some(text) = rule(key)(&value) {
            let member = metadata.member(key);
            let path = path.field(key, member.as_ref().and_then(|member| member.span));
            let text = format!("Invalid value: {value:?}: {text}");
            faults.push(Fault::new(&path, member.and_then(|member| member.node.span()), FaultKind::Invalid, text));
        }
    }
}

/// The name of an object in another one may be one of any kind.
fn path_segment(name: &str) -> Option<&'static str> {
    match name {
        "." | ".." => Some("may not be '.' or '..'"),
        name if name.contains(['/', '%']) => Some("may not contain '/' or '%'"),
        _ => None,
    }
}

fn check_pairs(metadata: Node<'_>, path: &Path<'_>, faults: &mut Vec<Fault>) {
    let mut size = 0;
    for field in ["labels", "annotations"] {
        let Some(found) = metadata.member(field) else { continue };
        let path = path.field(field, found.span);
        for member in found.node.members() {
            let value = member.node.as_str().unwrap_or_default();
            let is_label = field == "labels";
            let fault = if is_label { qualified_name(&member.key) } else { qualified_name(&member.key.to_lowercase()) };
            if let Some(text) = fault {
                let text = format!("Invalid value: {:?}: {text}", member.key);
                faults.push(Fault::new(&path, member.span, FaultKind::Invalid, text));
            }
            if let Some(text) = label_value(&value).filter(|_| is_label) {
                let text = format!("Invalid value: {value:?}: {text}");
                faults.push(Fault::new(&path, member.node.span(), FaultKind::Invalid, text));
            }
            size += if is_label { 0 } else { member.key.len() + value.len() };
        }
        if size > MAX_ANNOTATIONS {
            faults.push(Fault::at(&path, format!("Too long: may not be more than {MAX_ANNOTATIONS} bytes")));
        }
    }
}
