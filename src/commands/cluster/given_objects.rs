//! Reads given Kubernetes objects: manifests, what `kubectl get -o json` prints, or JSON arrays. CRDs among them define kinds.

use super::mapping_document::words;
use crate::domain::document::fault::FaultKind;
use crate::domain::document::span::LineIndex;
use crate::domain::document::tree::Value;
use crate::domain::error_class::ExitClass;
use crate::domain::platform::Platform;
use crate::manifest::{Document, Limits, Reader};
use crate::mapping::definition::Definition;
use crate::mapping::kinds::Kinds;
use crate::mapping::objects::{Delivery, Object, Refusal, SharedKeys, Storage, UnknownFields, each_object};

/// The limits of a file of objects: a whole cluster may be in one.
const LIMITS: Limits =
    Limits { file_bytes: 256 << 20, document_bytes: 256 << 20, depth: 128, nodes: 20_000_000, copied_nodes: 250_000 };

/// Objects as the API server stores them, with the kinds that they bring.
#[derive(Debug)]
pub struct GivenObjects {
    pub objects: Vec<Object>,
    pub kinds: Kinds,
    /// Objects that the API server refuses.
    pub refused: Vec<RefusedObject>,
}

#[derive(Debug)]
pub struct RefusedObject {
    /// `Entity shop/cart`
    pub name: String,
    pub refusals: Vec<Refusal>,
}

/// A text with its name, as the user typed it.
#[derive(Debug, Clone, Copy)]
pub struct NamedText<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{name}` line {line}: {problem}")]
#[diagnostic(code("unreadable-objects"), help("give manifests, JSON of `kubectl get`, or JSON arrays of objects"))]
pub struct UnreadableObjects {
    name: String,
    line: usize,
    problem: String,
}

impl ExitClass for UnreadableObjects {}

/// How manifests among the given objects become objects of a cluster.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    pub delivery: Delivery,
    pub unknown_fields: UnknownFields,
    /// The namespace of objects that name none, if it is known.
    pub namespace: Option<&'a str>,
}

/// Reads the objects of all texts.
pub fn read_objects(
    texts: &[NamedText<'_>],
    platform: &Platform,
    arrival: Arrival<'_>,
) -> Result<GivenObjects, UnreadableObjects> {
    let mut definitions = Vec::new();
    let may_define = |text: &&NamedText<'_>| text.text.contains("CustomResourceDefinition");
    for text in texts.iter().filter(may_define) {
        each_root(text, &mut |root| {
            each_object(root, &mut |object| definitions.extend(Definition::read(object)));
        })?;
    }
    let mut kinds = Kinds::new(platform, &definitions);
    let Arrival { delivery, unknown_fields, namespace } = arrival;
    let keys = SharedKeys::default();
    let mut storage = Storage { platform, definitions: &definitions, delivery, unknown_fields, namespace, keys };
    let (mut objects, mut refused) = (Vec::new(), Vec::new());
    for text in texts {
        each_root(text, &mut |root| {
            each_object(root, &mut |object| match storage.store(object) {
                Ok(object) => objects.push(object),
                Err(refusals) => refused.push(RefusedObject { name: name_of(object), refusals }),
            });
        })?;
    }
    for object in &objects {
        kinds.add_kind_of_object(&object.group, &object.version, &object.kind);
    }
    Ok(GivenObjects { objects, kinds, refused })
}

fn each_root(given: &NamedText<'_>, visit: &mut dyn FnMut(Value<'_>)) -> Result<(), UnreadableObjects> {
    let mut problem = None;
    Reader::new(LIMITS).read_all(given.text, &mut |document| {
        if problem.is_none() {
            problem = unreadable(given, document);
        }
        if let Some(root) = document.view.root().filter(|_| problem.is_none()) {
            visit(root);
        }
    });
    problem.map_or(Ok(()), Err)
}

/// Why kubectl does not read the document.
fn unreadable(given: &NamedText<'_>, document: &Document<'_>) -> Option<UnreadableObjects> {
    let not_json = document.faults.iter().find(|fault| matches!(fault.kind, FaultKind::NotJson { .. }));
    let last = document.faults.last().filter(|_| document.broken);
    let fault = last.or(not_json)?;
    let line = LineIndex::new(given.text).position(given.text, fault.span.start as usize).line;
    Some(UnreadableObjects { name: given.name.to_owned(), line, problem: words(fault) })
}

fn name_of(object: Value<'_>) -> String {
    let text = |value: Option<Value<'_>>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let metadata = |key: &str| text(object.get("metadata").and_then(|metadata| metadata.get(key)));
    let (kind, namespace, name) = (text(object.get("kind")), metadata("namespace"), metadata("name"));
    if namespace.is_empty() { format!("{kind} {name}") } else { format!("{kind} {namespace}/{name}") }
}
