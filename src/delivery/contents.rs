//! The contents of objects after a build: the manifests as JSON in kustomize's reading, with the changes of metadata.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::files::FileId;
use super::object::{Object, Origin};
use super::reading::{Dialect, json};
use super::repository::Repository;
use crate::domain::document::tree::Value;

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Known(Json),
    /// A patch or the like rewrites it.
    Rewritten,
    /// A generator made it.
    Generated,
}

/// The content of each object after a build of kustomize, in order. Each file is read once.
pub fn contents(repository: &Repository<'_>, objects: &[Object]) -> Vec<Content> {
    contents_as(repository, objects, Dialect::Kustomize)
}

/// The same in the reading of a tool.
pub(super) fn contents_as(repository: &Repository<'_>, objects: &[Object], dialect: Dialect) -> Vec<Content> {
    let mut contents = vec![Content::Rewritten; objects.len()];
    let mut wanted: BTreeMap<FileId, BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
    for (at, object) in objects.iter().enumerate() {
        match &object.origin {
            Origin::Generated(_) => contents[at] = Content::Generated,
            Origin::Manifest { .. } if object.rewritten.is_some() => {}
            Origin::Manifest { file, document, .. } => {
                wanted.entry(*file).or_default().entry(*document).or_default().push(at);
            }
        }
    }
    for (file, documents) in wanted {
        let Some(text) = repository.text(file) else { continue };
        let mut index = 0;
        repository.documents(&text, &mut |document| {
            for at in documents.get(&index).into_iter().flatten() {
                if let Some(found) = document.value.and_then(|root| find(root, &objects[*at])) {
                    contents[*at] = Content::Known(content_of(found, &objects[*at], dialect));
                }
            }
            index += 1;
        });
    }
    contents
}

/// The item of a list that the object is, or the document itself.
fn find<'a>(root: Value<'a>, object: &Object) -> Option<Value<'a>> {
    let Origin::Manifest { items, .. } = &object.origin else { return None };
    items.iter().try_fold(root, |list, at| list.get("items")?.items().nth(*at))
}

/// The content of an object, whose manifest this is.
pub fn content_of(manifest: Value<'_>, object: &Object, dialect: Dialect) -> Json {
    let mut content = json(manifest, dialect);
    if dialect == Dialect::Kubectl {
        set_namespace(&mut content, object);
        return content;
    }
    let Json::Object(root) = &mut content else { return content };
    let metadata = map_in(root, "metadata");
    if object.has_new_name {
        metadata.insert("name".to_owned(), Json::from(object.header.name.as_str()));
    }
    if object.has_new_namespace {
        metadata.insert("namespace".to_owned(), Json::from(object.header.namespace.as_str()));
    }
    if !object.new_labels.is_empty() {
        let labels = map_in(metadata, "labels");
        labels.extend(object.new_labels.iter().map(|(key, value)| (key.to_string(), Json::from(value.as_str()))));
    }
    if !object.header.annotations.is_empty() {
        // kustomize writes its own annotations and removes them again, so that all become strings.
        let strings = object.header.annotations.iter();
        let annotations = strings.map(|(key, value)| (key.to_string(), Json::from(value.as_str()))).collect();
        metadata.insert("annotations".to_owned(), Json::Object(annotations));
    }
    content
}

/// Argo CD fills in the namespace, or removes it.
pub(super) fn set_namespace(content: &mut Json, object: &Object) {
    let Some(root) = content.as_object_mut().filter(|_| object.has_new_namespace) else { return };
    if !object.header.namespace.is_empty() {
        map_in(root, "metadata").insert("namespace".to_owned(), Json::from(object.header.namespace.as_str()));
    } else if let Some(metadata) = root.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.shift_remove("namespace");
    }
}

fn map_in<'m>(map: &'m mut Map<String, Json>, key: &str) -> &'m mut Map<String, Json> {
    let entry = map.entry(key).or_insert(Json::Null);
    if !entry.is_object() {
        *entry = Json::Object(Map::new());
    }
    entry.as_object_mut().expect("it was made an object")
}
