//! Reads and writes plan files: JSON by serde, with format and checksum before the content. Reading checks format,
//! version, checksum and then the content, in this order, so that a truncated file is reported as such.

use serde_json::{Value as Json, json};
use serde_path_to_error::Segment;

use crate::domain::plan::digest::Digest;
use crate::domain::value::Value;
use crate::plan::digest::digest_sorted;
use crate::plan::file::error::PlanFileError;
use crate::plan::file::plan_file::{FORMAT, PlanFile};
use crate::plan::file::validate::{Flaw, validate};
use crate::plan::normalise;
use crate::text::json_document::{DocumentFault, parse_document};

/// What all versions of the format begin with.
const FORMATS: &str = "portolan.plan-file/";

/// The JSON Schema of a plan file.
pub fn schema() -> Json {
    let mut schema: Json = schemars::schema_for!(PlanFile).into();
    schema["title"] = FORMAT.into();
    schema["description"] = "What `portolan diff --out` writes.".into();
    let format = json!({"const": FORMAT, "description": format!("Always `{FORMAT}`.")});
    let checksum = json!({"$ref": "#/$defs/Digest", "description": "Of the rest of the file, whatever its layout."});
    for (name, property) in [("checksum", checksum), ("format", format)] {
        if let Some(properties) = schema["properties"].as_object_mut() {
            properties.shift_insert(0, name.to_owned(), property);
        }
        if let Some(required) = schema["required"].as_array_mut() {
            required.insert(0, name.into());
        }
    }
    schema
}

pub(super) fn write(file: &PlanFile) -> String {
    let content = serde_json::to_value(file).expect("the keys of every object are texts");
    let mut text = serde_json::to_string_pretty(&sealed(content)).expect("a value is JSON");
    text.push('\n');
    text
}

/// The content with its format and checksum.
pub(super) fn sealed(content: Json) -> Json {
    let checksum = checksum(&content);
    let Json::Object(mut entries) = content else { return content };
    entries.shift_insert(0, "format".to_owned(), FORMAT.into());
    entries.shift_insert(1, "checksum".to_owned(), checksum.to_string().into());
    Json::Object(entries)
}

/// The checksum covers the content, not the layout.
fn checksum(content: &Json) -> Digest {
    digest_sorted(FORMAT, content)
}

pub(super) fn read(path: &str, text: &str, tool: &str) -> Result<PlanFile, PlanFileError> {
    let path = || path.to_owned();
    let flawed = |Flaw { place, reason }| PlanFileError::Flawed { path: path(), place, reason };
    let whole: Value = parse_document(text).map_err(|fault| match fault {
        DocumentFault::Conflict { line } => PlanFileError::Conflict { path: path(), line },
        DocumentFault::NotJson => PlanFileError::NoPlan { path: path() },
        DocumentFault::Shape { line, column, reason } | DocumentFault::Syntax { line, column, reason } => {
            PlanFileError::Syntax { path: path(), line, column, reason }
        }
    })?;
    let format = entry(&whole, "format").and_then(Value::as_str);
    match format {
        Some(FORMAT) => {}
        Some(found) if found.starts_with(FORMATS) => {
            return Err(PlanFileError::Format { path: path(), found: found.to_owned() });
        }
        Some(_) | None => return Err(PlanFileError::NoPlan { path: path() }),
    }
    let made_by = entry(&whole, "provenance").and_then(|made| entry(made, "tool")).and_then(Value::as_str);
    if let Some(found) = made_by.filter(|found| *found != tool) {
        return Err(PlanFileError::Tool { path: path(), found: found.to_owned(), own: tool.to_owned() });
    }
    let (content, checksum) = unsealed(&whole);
    if checksum != Some(self::checksum(&content)) {
        return Err(PlanFileError::Altered { path: path() });
    }
    if let Some(place) = duplicate_key(&whole) {
        return Err(flawed(Flaw { place, reason: "duplicate key".to_owned() }));
    }
    let file = content_of(&content).map_err(flawed)?;
    validate(&file).map_err(flawed)?;
    Ok(file)
}

/// The types of the content, with what is derived in it.
pub(super) fn content_of(content: &Json) -> Result<PlanFile, Flaw> {
    let mut file: PlanFile = serde_path_to_error::deserialize(content)
        .map_err(|error| Flaw { place: pointer(error.path()), reason: error.inner().to_string() })?;
    for field in file.plan.changes.iter_mut().flat_map(|change| &mut change.fields) {
        field.paths = normalise::differences(&field.before, &field.after);
    }
    Ok(file)
}

/// The content without format and checksum, and the checksum if there is exactly one.
fn unsealed(whole: &Value) -> (Json, Option<Digest>) {
    let Json::Object(mut content) = whole.to_json() else { return (Json::Null, None) };
    content.shift_remove("format");
    let checksum = content.shift_remove("checksum");
    let is_there_once = matches!(whole, Value::Map(entries) if is_once(entries, "checksum"));
    let checksum = checksum.as_ref().filter(|_| is_there_once).and_then(Json::as_str).and_then(Digest::parse);
    (Json::Object(content), checksum)
}

fn is_once(entries: &[(Box<str>, Value)], name: &str) -> bool {
    entries.iter().filter(|(other, _)| other.as_ref() == name).count() == 1
}

fn entry<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let Value::Map(entries) = value else { return None };
    entries.iter().find(|(other, _)| other.as_ref() == name).map(|(_, value)| value)
}

/// The place of a key that an object has twice: readers differ in which of the two they take.
fn duplicate_key(value: &Value) -> Option<String> {
    match value {
        Value::Map(entries) => {
            let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_ref()).collect();
            names.sort_unstable();
            if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
                return Some(step(twice[0]));
            }
            entries.iter().find_map(|(name, value)| Some(step(name) + &duplicate_key(value)?))
        }
        Value::List(items) => {
            items.iter().enumerate().find_map(|(at, item)| Some(format!("/{at}") + &duplicate_key(item)?))
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Text(_) => None,
    }
}

/// The path as a JSON pointer: `/plan/changes/3/key`.
fn pointer(path: &serde_path_to_error::Path) -> String {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => step(key),
        Segment::Enum { variant } => step(variant),
        Segment::Unknown => String::new(),
    };
    path.iter().map(step).collect()
}

fn step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}
