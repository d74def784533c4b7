//! Takes over values into a manifest: edits only these values in its text, and keeps comments, order and layout. The result
//! is read again; an edit that would change anything else, or lose a comment, is refused.

mod comments;
mod edits;
mod json;
mod lists;
mod render;

use serde_json::Value as Json;

use super::decode::decode;
use super::edit;
use super::limits::Limits;
use super::reader::{Document, Reader};
use crate::domain::document::span::Span;
use crate::domain::document::tree::View;
use crate::domain::finding::Edit;
use crate::domain::git_host::GitHost;
use crate::domain::value::Value;

use comments::comments;
use edits::{Change, Layout, Wanted};
use json::{is_same, pointer_to, set_at};

/// The new values of one entity in a file.
#[derive(Debug, Clone)]
pub struct EntityMerge<'a> {
    pub blueprint: &'a str,
    pub identifier: &'a str,
    pub fields: Vec<FieldMerge<'a>>,
}

/// The new value of a field.
#[derive(Debug, Clone)]
pub struct FieldMerge<'a> {
    /// Below the entity: `["title"]`, `["properties", "tier"]`.
    pub path: Vec<&'a str>,
    /// Null clears it.
    pub value: &'a Value,
    /// The order of the items means nothing, so the manifest keeps its own.
    pub is_set: bool,
}

/// The text with the new values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    pub text: String,
    pub refused: Vec<Refusal>,
}

/// A field that a person has to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The indexes of the entity and of its field.
    pub entity: usize,
    pub field: usize,
    /// A clause: "it is written through a YAML alias".
    pub reason: &'static str,
}

const SEVERAL: &str = "the file declares the entity more than once";
const ABSENT: &str = "its file does not declare it as a manifest";
const BROKEN: &str = "its document cannot be read alone";
const OTHER_PARTS: &str = "the change would also change other parts of the file";
const COMMENTS: &str = "the change would lose a comment";

/// How a text is read.
#[derive(Debug, Clone, Copy)]
pub struct ReadAs<'a> {
    /// The last part of its path.
    pub file_name: &'a str,
    pub git_host: GitHost,
}

/// Merges the values into a text.
pub fn merge(text: &str, file: ReadAs<'_>, entities: &[EntityMerge<'_>]) -> Merged {
    let mut documents = documents_of(text, file, entities);
    let mut refused = Vec::new();
    for (at, entity) in entities.iter().enumerate() {
        let mut holding = documents.iter_mut().filter(|document| document.entities.contains(&at));
        let result = match (holding.next(), holding.next()) {
            (Some(document), None) => Ok(document),
            (Some(_), Some(_)) => Err(SEVERAL),
            (None, _) => Err(ABSENT),
        };
        let refuse = |field, reason| Refusal { entity: at, field, reason };
        match result {
            Err(reason) => refused.extend((0..entity.fields.len()).map(|field| refuse(field, reason))),
            Ok(document) => {
                for (number, field) in entity.fields.iter().enumerate() {
                    match set_field(&document.text, file, entity, field) {
                        Ok(changed) => document.text = changed,
                        Err(reason) => refused.push(refuse(number, reason)),
                    }
                }
            }
        }
    }
    let edits: Vec<Edit> =
        documents.into_iter().map(|document| Edit { span: document.span, replacement: document.text }).collect();
    let (text, _) = edit::apply(text, &edits);
    Merged { text, refused }
}

/// A document with some of the entities.
struct Part {
    span: Span,
    text: String,
    /// The indexes of its entities.
    entities: Vec<usize>,
}

fn documents_of(text: &str, file: ReadAs<'_>, entities: &[EntityMerge<'_>]) -> Vec<Part> {
    let mut parts = Vec::new();
    Reader::new(Limits::default()).with_git_host(file.git_host).read_all(text, &mut |document| {
        if document.broken {
            return;
        }
        let mut manifests = Vec::new();
        decode(document.view, file.file_name, &mut manifests);
        let names = manifests
            .iter()
            .filter_map(|it| Some((it.blueprint_text(document.view)?, it.identifier_text(document.view)?)));
        let names: Vec<(&str, &str)> = names.collect();
        let is_here = |entity: &EntityMerge<'_>| names.contains(&(entity.blueprint, entity.identifier));
        let here: Vec<usize> = (0..).zip(entities).filter(|(_, it)| is_here(it)).map(|(at, _)| at).collect();
        if !here.is_empty() {
            parts.push(Part { span: document.span, text: document.span.slice(text).to_owned(), entities: here });
        }
    });
    parts
}

/// The text of a document with one more value; otherwise why a person has to write it.
fn set_field(
    text: &str,
    file: ReadAs<'_>,
    entity: &EntityMerge<'_>,
    field: &FieldMerge<'_>,
) -> Result<String, &'static str> {
    let mut first = None;
    for layout in [Layout::Kept, Layout::Whole, Layout::OneLine] {
        match set_field_as(layout, text, file, entity, field) {
            Ok(changed) => return Ok(changed),
            // That a comment is in the way helps most.
            Err(COMMENTS) => first = Some(COMMENTS),
            Err(reason) => first = first.or(Some(reason)),
        }
    }
    Err(first.unwrap_or(OTHER_PARTS))
}

/// What the edits of a document are based on.
struct Plan {
    changes: Vec<Change>,
    /// The document as it should read afterwards.
    expected: Json,
    comments: Vec<(usize, String)>,
}

fn set_field_as(
    layout: Layout,
    text: &str,
    file: ReadAs<'_>,
    entity: &EntityMerge<'_>,
    field: &FieldMerge<'_>,
) -> Result<String, &'static str> {
    let mut plan = Err(BROKEN);
    read_one(text, file, &mut |document| plan = plan_edits(layout, document.view, file.file_name, entity, field));
    let Plan { changes, expected, comments: before } = plan?;
    let edits: Vec<Edit> = changes.iter().map(|change| change.edit.clone()).collect();
    let (after, applied) = edit::apply(text, &edits);
    let mut result = Err(OTHER_PARTS);
    read_one(&after, file, &mut |document| {
        let found = document.view.root().map(|root| root.to_json());
        if applied == edits.len() && found.is_some_and(|found| is_same(&found, &expected)) {
            result = Ok(comments(document.view));
        }
    });
    let is_removed = |at: usize| changes.iter().any(|it| it.is_removal && it.edit.span.contains(at));
    let kept = before.into_iter().filter(|(at, _)| !is_removed(*at)).map(|(_, comment)| comment);
    if result?.into_iter().map(|(_, comment)| comment).ne(kept) {
        return Err(COMMENTS);
    }
    Ok(after)
}

/// Reads a text that is one sound document.
fn read_one(text: &str, file: ReadAs<'_>, each: &mut dyn FnMut(&Document<'_>)) {
    let mut number = 0;
    Reader::new(Limits::default()).with_git_host(file.git_host).read_all(text, &mut |_| number += 1);
    if number == 1 {
        Reader::new(Limits::default()).with_git_host(file.git_host).read_all(text, &mut |document| {
            if !document.broken {
                each(document);
            }
        });
    }
}

fn plan_edits(
    layout: Layout,
    view: View<'_>,
    file_name: &str,
    entity: &EntityMerge<'_>,
    field: &FieldMerge<'_>,
) -> Result<Plan, &'static str> {
    let mut manifests = Vec::new();
    decode(view, file_name, &mut manifests);
    manifests.retain(|it| {
        it.blueprint_text(view) == Some(entity.blueprint) && it.identifier_text(view) == Some(entity.identifier)
    });
    let spec = match manifests.as_slice() {
        [manifest] => manifest.spec.map(|id| view.value(id)).ok_or(ABSENT)?,
        [] => return Err(ABSENT),
        _ => return Err(SEVERAL),
    };
    let root = view.root().ok_or(BROKEN)?;
    let mut pointer = pointer_to(root, spec.id()).ok_or(BROKEN)?;
    let wanted = Wanted { path: &field.path, value: field.value, is_set: field.is_set, layout };
    let (changes, value) = edits::edits(spec, &wanted)?;
    pointer.extend(field.path.iter().map(|key| json::Step::Key((*key).to_owned())));
    let mut expected = root.to_json();
    set_at(&mut expected, &pointer, value.to_json()).ok_or(BROKEN)?;
    Ok(Plan { changes, expected, comments: comments(view) })
}

#[cfg(test)]
mod tests;
