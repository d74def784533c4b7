//! `templatePatch`: a strategic merge patch of every application of a set.

use serde_json::{Map, Value as Json};

use super::template::Stop;
use crate::delivery::reading::{Dialect, json};
use crate::delivery::repository::Repository;
use crate::domain::document::fault::FaultKind;
use crate::domain::document::tree::Kind;

/// Applies the text of a patch. The project of an application cannot be patched.
pub(super) fn apply(repository: &Repository<'_>, application: &Json, text: &str) -> Result<Json, Stop> {
    let patch = read(repository, text)?;
    let project = application.pointer("/spec/project").cloned();
    let mut patched = application.clone();
    merge(&mut patched, &patch, "")?;
    if let Some(spec) = patched.get_mut("spec").and_then(Json::as_object_mut) {
        match project {
            Some(project) => spec.insert("project".to_owned(), project),
            None => spec.shift_remove("project"),
        };
    }
    Ok(patched)
}

fn read(repository: &Repository<'_>, text: &str) -> Result<Map<String, Json>, Stop> {
    let mut read = None;
    repository.documents(text, &mut |document| {
        // Only the first document is read.
        read.get_or_insert_with(|| {
            let broken = |message: &str| {
                Stop::Fault(format!("error while converting template to json {text:?}: yaml: {message}"))
            };
            let Some(root) = document.value else { return Err(broken(document.syntax_fault().0)) };
            if document.faults.iter().any(|fault| matches!(fault.kind, FaultKind::NotJson { .. })) {
                return Err(broken("unsupported value"));
            }
            match (root.kind(), json(root, Dialect::Kubectl)) {
                (Kind::Map, Json::Object(members)) => Ok(members),
                (Kind::Null, _) => Ok(Map::new()),
                (_, value) => Err(Stop::Fault(format!(
                    "invalid templatePatch {:?}: json: cannot unmarshal into Go value of type v1alpha1.Application",
                    value.to_string()
                ))),
            }
        });
    });
    read.unwrap_or_else(|| Ok(Map::new()))
}

/// Null removes, mappings are merged, finalizers are joined, and other lists are replaced.
fn merge(target: &mut Json, patch: &Map<String, Json>, path: &str) -> Result<(), Stop> {
    if !target.is_object() {
        *target = Json::Object(Map::new());
    }
    let Json::Object(members) = target else { return Ok(()) };
    for (key, value) in patch {
        if key.starts_with('$') {
            return Err(Stop::NotKnown(format!("`{key}` in a templatePatch")));
        }
        let path = format!("{path}/{key}");
        match value {
            Json::Null => {
                members.shift_remove(key);
            }
            Json::Object(inner) => merge(members.entry(key.clone()).or_insert(Json::Null), inner, &path)?,
            Json::Array(added) if path == "/metadata/finalizers" => {
                let mut known = members.get(key).and_then(Json::as_array).cloned().unwrap_or_default();
                let new: Vec<Json> = added.iter().filter(|item| !known.contains(item)).cloned().collect();
                known.extend(new);
                members.insert(key.clone(), Json::Array(known));
            }
            Json::Array(items) if has_directive(items) => {
                return Err(Stop::NotKnown("`$patch` in a list of a templatePatch".to_owned()));
            }
            value => {
                members.insert(key.clone(), value.clone());
            }
        }
    }
    Ok(())
}

fn has_directive(items: &[Json]) -> bool {
    items.iter().any(|item| item.as_object().is_some_and(|item| item.keys().any(|key| key.starts_with('$'))))
}
