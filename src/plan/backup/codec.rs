//! Reads and writes backup files: one entity per line, so that a report names the line of an entity, and people can
//! remove what they do not want to bring back.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::document::{Backup, BackupSource, FORMAT, SavedEntity};
use super::error::BackupError;
use crate::domain::document::span::{LineIndex, Span};
use crate::text::json_document::{DocumentFault, parse_document};

/// What all versions of the format begin with.
const FORMATS: &str = "portolan.backup/";

/// What `portolan push --backup` writes.
#[derive(JsonSchema)]
#[schemars(title = "portolan.backup/1")]
struct Document {
    /// Always `portolan.backup/1`.
    #[expect(dead_code, reason = "only its schema is used")]
    format: String,
    #[expect(dead_code, reason = "only its schema is used")]
    source: BackupSource,
    /// The entities that the push changes, by key.
    #[expect(dead_code, reason = "only its schema is used")]
    entities: Vec<SavedEntity>,
}

/// The JSON Schema of a backup.
pub fn schema() -> Json {
    let mut schema: Json = schemars::schema_for!(Document).into();
    // Null means something in these, so they are never left out.
    if let Some(required) = schema["$defs"]["SavedEntity"]["required"].as_array_mut() {
        required.extend(["before".into(), "after".into()]);
    }
    schema
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    format: Json,
}

#[derive(Deserialize)]
struct Parts<'t> {
    #[serde(borrow)]
    source: &'t RawValue,
    #[serde(borrow)]
    entities: Vec<&'t RawValue>,
}

impl Backup {
    /// The text of the file; the same content gives the same bytes.
    pub fn write(&self) -> String {
        let entities: Vec<String> = self.entities.iter().map(|entity| format!("    {}", line(entity))).collect();
        let list = if entities.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", entities.join(",\n")) };
        let source = line(&self.source);
        format!("{{\n  \"format\": \"{FORMAT}\",\n  \"source\": {source},\n  \"entities\": {list}\n}}\n")
    }

    /// Returns the backup, and the position of each of its entities in the text. `path` is the name of the file in
    /// errors.
    pub fn read(path: &str, text: &str) -> Result<(Self, Vec<Span>), BackupError> {
        check_format(path, text)?;
        let lines = LineIndex::new(text);
        let flawed =
            |at: usize, reason: String| BackupError::Flawed { path: path.to_owned(), line: lines.line_of(at), reason };
        let json = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parts: Parts<'_> = serde_json::from_str(json).map_err(|fault| flawed(0, reason_of(&fault)))?;
        let place = |raw: &RawValue| raw.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
        let source: BackupSource = serde_json::from_str(parts.source.get())
            .map_err(|fault| flawed(place(parts.source), format!("`source`: {}", reason_of(&fault))))?;
        let (mut entities, mut spans) = (Vec::with_capacity(parts.entities.len()), Vec::new());
        let mut keys = HashSet::new();
        for raw in parts.entities {
            let entity: SavedEntity =
                serde_json::from_str(raw.get()).map_err(|fault| flawed(place(raw), reason_of(&fault)))?;
            if !keys.insert(entity.key.clone()) {
                let name = format!("`{}/{}`", entity.key.blueprint, entity.key.identifier);
                return Err(flawed(place(raw), format!("{name} is in it twice")));
            }
            spans.push(Span::new(place(raw), place(raw) + raw.get().len()));
            entities.push(entity);
        }
        Ok((Self { source, entities }, spans))
    }
}

fn check_format(path: &str, text: &str) -> Result<(), BackupError> {
    let path = || path.to_owned();
    let head: Head = parse_document(text).map_err(|fault| match fault {
        DocumentFault::Conflict { line } => BackupError::Conflict { path: path(), line },
        DocumentFault::NotJson | DocumentFault::Shape { .. } => BackupError::NoBackup { path: path() },
        DocumentFault::Syntax { line, column, reason } => BackupError::Syntax { path: path(), line, column, reason },
    })?;
    match head.format.as_str() {
        Some(FORMAT) => Ok(()),
        Some(found) if found.starts_with(FORMATS) => Err(BackupError::Format { path: path(), found: found.to_owned() }),
        Some(_) | None => Err(BackupError::NoBackup { path: path() }),
    }
}

/// JSON on one line.
fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("the keys of every object are texts")
}

/// The parser's message without the position, which is that in one entity.
fn reason_of(fault: &serde_json::Error) -> String {
    let reason = fault.to_string();
    reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason).to_owned()
}
