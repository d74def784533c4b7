//! Reads the blueprints that a path names: a file with one or several of them, as the API returns them, or a folder of such
//! files. What cannot be used is an error, because a set with a gap would be judged as if the blueprint were removed.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::commands::impact::error::BlueprintsError;
use crate::domain::blueprint::Blueprint;
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::document::tree::{Kind, Value};
use crate::error::Error;
use crate::manifest::{Document, Limits, Reader};
use crate::settings::Settings;
use crate::sources::{self, PathKind, Place, ReadBuffer, SourceFile};

/// The folders below a named one that may hold its blueprints: a repository, a snapshot, a folder of blueprints.
const FOLDERS: [&str; 3] = [".portolan/blueprints", "blueprints", ""];

/// The blueprints of a path.
pub(super) struct GivenBlueprints {
    /// One file for each blueprint.
    pub files: Vec<(String, SourceFile)>,
    /// They are all blueprints of the catalog: others are removed.
    pub is_whole: bool,
}

/// `typed`: the path as the user wrote it, relative to the current folder.
pub(super) fn read_given(typed: &Path, settings: &Settings) -> Result<GivenBlueprints, Error> {
    let path = sources::tidy(settings.directory.join(typed));
    if sources::path_kind(&path) == Some(PathKind::Folder) {
        return Ok(read_folder(&path, typed)?);
    }
    let text =
        sources::read_input(&settings.boundary, &path).map_err(|error| error.named(&settings.directory, typed))?;
    let found = blueprints_of(&typed.display().to_string(), &text)?;
    let is_whole = matches!(found.shape, Shape::Several);
    Ok(GivenBlueprints { files: unique(found.files)?, is_whole })
}

fn read_folder(path: &Path, typed: &Path) -> Result<GivenBlueprints, BlueprintsError> {
    let mut buffer = ReadBuffer::default();
    let mut all = Vec::new();
    for folder in FOLDERS {
        let (folder, shown) = (path.join(folder), typed.join(folder));
        for file in files_of(&folder) {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            let shown = sources::path_text(&shown.join(name));
            let text = sources::read(&file, &mut buffer)
                .map_err(|problem| BlueprintsError::Unreadable { path: shown.clone(), problem: problem.to_string() })?;
            all.extend(blueprints_of(&shown, text.text)?.files);
        }
        if !all.is_empty() {
            return Ok(GivenBlueprints { files: unique(all)?, is_whole: true });
        }
    }
    Err(BlueprintsError::Empty { path: typed.display().to_string() })
}

fn files_of(folder: &Path) -> Vec<SourceFile> {
    let is_there = sources::path_kind(folder) == Some(PathKind::Folder);
    let parts = folder.parent().zip(folder.file_name()).filter(|_| is_there);
    parts.map_or_else(Vec::new, |(parent, name)| sources::list_folder(parent, &name.to_string_lossy(), "json"))
}

fn unique(files: Vec<(String, SourceFile)>) -> Result<Vec<(String, SourceFile)>, BlueprintsError> {
    let mut files = files;
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    let repeated = files.windows(2).find_map(|pair| match pair {
        [(one, first), (other, second)] if one == other => Some((one, first, second)),
        _ => None,
    });
    match repeated {
        Some((identifier, first, second)) => Err(BlueprintsError::Repeated {
            identifier: identifier.clone(),
            first: first.path.clone(),
            second: second.path.clone(),
        }),
        None => Ok(files),
    }
}

enum Shape {
    Single,
    Several,
}

struct Found {
    shape: Shape,
    files: Vec<(String, SourceFile)>,
}

/// The blueprints in a text: a blueprint, a list, or an answer of the API.
fn blueprints_of(path: &str, text: &str) -> Result<Found, BlueprintsError> {
    let json: Json = serde_json::from_str(text)
        .map_err(|error| BlueprintsError::NotJson { path: path.to_owned(), problem: error.to_string() })?;
    let none = |reason: &str| BlueprintsError::NoBlueprint { path: path.to_owned(), reason: reason.to_owned() };
    let (shape, bodies) = match &json {
        Json::Array(items) => (Shape::Several, items.iter().collect()),
        Json::Object(object) => match (object.get("identifier"), object.get("blueprint"), object.get("blueprints")) {
            (Some(_), _, _) => (Shape::Single, vec![&json]),
            (None, Some(one), _) => (Shape::Single, vec![one]),
            (None, None, Some(Json::Array(items))) => (Shape::Several, items.iter().collect::<Vec<_>>()),
            (None, None, _) => return Err(none("`identifier` is missing")),
        },
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return Err(none("it must be a JSON object")),
    };
    if bodies.is_empty() {
        return Err(none("the list is empty"));
    }
    let spans = spans_of(text);
    let is_alone = matches!(json.get("identifier"), Some(Json::String(_)));
    let mut files = Vec::with_capacity(bodies.len());
    for (at, body) in bodies.iter().enumerate() {
        let (blueprint, _) = Blueprint::from_json((*body).clone()).map_err(|flaw| {
            let number = if bodies.len() > 1 { format!("item {}: ", at + 1) } else { String::new() };
            none(&format!("{number}{}", flaw.message))
        })?;
        let own = if is_alone { text.to_owned() } else { own_text(text, spans.get(at).copied(), body) };
        let place = Place::Given(Arc::from(own.as_bytes()));
        files.push((blueprint.identifier, SourceFile { path: path.to_owned(), place }));
    }
    Ok(Found { shape, files })
}

/// The part of the text that holds one blueprint, at the line and column that it has in the whole text, so that findings
/// point into the file.
fn own_text(text: &str, span: Option<Span>, body: &Json) -> String {
    let part = span.map(|span| (span, span.slice(text))).filter(|(_, part)| {
        let read: Result<Json, _> = serde_json::from_str(part);
        read.is_ok_and(|read| read == *body)
    });
    let Some((span, part)) = part else { return format!("{body:#}\n") };
    let start = LineIndex::new(text).position(text, span.start as usize);
    let lines = "\n".repeat(start.line.saturating_sub(1));
    format!("{lines}{}{part}\n", " ".repeat(start.column.saturating_sub(1)))
}

/// The spans of the blueprints in a list or an answer of the API.
fn spans_of(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    Reader::new(Limits::default()).read_first(text, &mut |document: &Document<'_>| {
        let Some(root) = document.view.root() else { return };
        let list = if root.kind() == Kind::List { Some(root) } else { root.get("blueprints") };
        match (root.get("blueprint"), list) {
            (Some(one), _) => spans.push(one.span()),
            (None, Some(list)) => spans.extend(list.items().map(Value::span)),
            (None, None) => {}
        }
    });
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identifiers(text: &str) -> Result<Vec<String>, BlueprintsError> {
        blueprints_of("x.json", text).map(|found| found.files.into_iter().map(|(name, _)| name).collect())
    }

    #[test]
    fn every_shape_that_the_api_and_pull_write_is_read() {
        for (text, expected) in [
            (r#"{"identifier": "a", "schema": {"properties": {}}}"#, &["a"][..]),
            (r#"{"ok": true, "blueprint": {"identifier": "a"}}"#, &["a"]),
            (r#"{"ok": true, "blueprints": [{"identifier": "a"}, {"identifier": "b"}]}"#, &["a", "b"]),
            (r#"[{"identifier": "b"}]"#, &["b"]),
        ] {
            assert_eq!(identifiers(text).expect("blueprints"), expected, "{text}");
        }
    }

    #[test]
    fn what_holds_no_blueprint_is_refused() {
        for text in ["", "{", "3", "{}", "[]", r#"{"blueprints": []}"#, r#"{"blueprints": [{"title": "x"}]}"#, "[[]]"] {
            assert!(identifiers(text).is_err(), "{text}");
        }
        let twice = blueprints_of("x.json", r#"[{"identifier": "a"}, {"identifier": "a"}]"#).expect("two");
        assert!(matches!(unique(twice.files), Err(BlueprintsError::Repeated { .. })));
    }

    #[test]
    fn a_blueprint_of_an_export_keeps_its_lines() {
        let text = "{\"ok\": true,\n  \"blueprints\": [\n    {\"identifier\": \"ä\"},\n {\"identifier\": \"b\",\n \"title\": \"B\"}]}";
        let found = blueprints_of("x.json", text).expect("two");
        let texts: Vec<String> = found
            .files
            .iter()
            .map(|(_, file)| sources::read(file, &mut ReadBuffer::default()).expect("text").text.to_owned())
            .collect();
        assert_eq!(
            texts,
            ["\n\n    {\"identifier\": \"ä\"}\n", "\n\n\n {\"identifier\": \"b\",\n \"title\": \"B\"}\n"]
        );
    }
}
