//! Renders `portolan.import/1`, the report for programs. These types define the format: within a version, a field may be
//! added, but never renamed or removed. Findings are those of `portolan.lint/1`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::import::{ImportPlace, Renamed, Skipped, Unconverted, Unread};
use crate::report::escape;
use crate::report::import::{DeclaredEntity, Import, ImportedManifest};
use crate::report::lint::json::{JsonFinding, findings};

pub const FORMAT: &str = "portolan.import/1";

/// What `portolan import --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "portolan.import/1")]
struct Document {
    /// Always `portolan.import/1`.
    format: &'static str,
    /// `backstage` or `codeowners`.
    source: String,
    /// `written`, `unchanged` (nothing was to be written), or `dry-run`.
    outcome: &'static str,
    summary: Summary,
    /// Sorted by blueprint and identifier.
    manifests: Vec<JsonManifest>,
    /// Entities that the repository declares already; their manifests are kept.
    declared: Vec<JsonDeclared>,
    /// Entities that got no manifest.
    skipped: Vec<JsonSkipped>,
    /// Values that have no place in the catalog.
    unconverted: Vec<JsonUnconverted>,
    /// Entities whose identifier is not their name.
    renamed: Vec<JsonRenamed>,
    /// Files that could not be read.
    unread: Vec<JsonUnread>,
    /// Findings in the new manifests.
    findings: Vec<JsonFinding>,
    /// What remains to do.
    next: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Summary {
    files_read: usize,
    manifests: usize,
    declared: usize,
    skipped: usize,
    unconverted: usize,
    unread: usize,
}

/// A line of a file, relative to the top of the repository.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Place")]
struct JsonPlace {
    path: String,
    line: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Manifest")]
struct JsonManifest {
    blueprint: String,
    identifier: String,
    /// Relative to the root, always with `/`.
    path: String,
    /// The whole text.
    content: String,
    /// The kind and the name of its source.
    kind: String,
    name: String,
    place: JsonPlace,
    /// The catalog has the entity already: a push adopts it.
    in_catalog: bool,
    /// Whether it has all that its blueprint requires.
    complete: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Declared")]
struct JsonDeclared {
    blueprint: String,
    identifier: String,
    path: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Skipped")]
struct JsonSkipped {
    kind: String,
    name: String,
    reason: String,
    place: JsonPlace,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Unconverted")]
struct JsonUnconverted {
    kind: String,
    field: String,
    /// The value, if it is short; empty otherwise.
    value: String,
    reason: String,
    place: JsonPlace,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Renamed")]
struct JsonRenamed {
    kind: String,
    name: String,
    identifier: String,
    reason: String,
    place: JsonPlace,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Unread")]
struct JsonUnread {
    path: String,
    reason: String,
    /// Where it is named, if a file names it.
    named_by: Option<JsonPlace>,
}

/// The JSON Schema of this format.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document).into()
}

fn place(place: &ImportPlace) -> JsonPlace {
    JsonPlace { path: place.path.to_string(), line: place.line }
}

pub(super) fn render(import: &Import<'_>) -> String {
    let outcome = match (import.manifests.is_empty(), import.is_dry_run) {
        (true, _) => "unchanged",
        (false, true) => "dry-run",
        (false, false) => "written",
    };
    let document = Document {
        format: FORMAT,
        source: import.source.to_owned(),
        outcome,
        summary: Summary {
            files_read: import.files_read,
            manifests: import.manifests.len(),
            declared: import.declared.len(),
            skipped: import.skipped.len(),
            unconverted: import.unconverted.len(),
            unread: import.unread.len(),
        },
        manifests: manifests(import),
        declared: declared(import),
        skipped: skipped(import),
        unconverted: unconverted(import),
        renamed: renamed(import),
        unread: unread(import),
        findings: findings(import.lint),
        next: import.next.to_vec(),
    };
    format!("{}\n", escape::json(&document))
}

fn manifests(import: &Import<'_>) -> Vec<JsonManifest> {
    let manifest = |manifest: &ImportedManifest<'_>| JsonManifest {
        blueprint: manifest.key.blueprint.to_string(),
        identifier: manifest.key.identifier.to_string(),
        path: manifest.path.to_owned(),
        content: manifest.content.to_owned(),
        kind: manifest.kind.to_owned(),
        name: manifest.name.to_owned(),
        place: place(manifest.place),
        in_catalog: manifest.is_in_catalog,
        complete: manifest.is_complete,
    };
    import.manifests.iter().map(manifest).collect()
}

fn declared(import: &Import<'_>) -> Vec<JsonDeclared> {
    let declared = |entity: &DeclaredEntity<'_>| JsonDeclared {
        blueprint: entity.key.blueprint.to_string(),
        identifier: entity.key.identifier.to_string(),
        path: entity.path.to_owned(),
    };
    import.declared.iter().map(declared).collect()
}

fn skipped(import: &Import<'_>) -> Vec<JsonSkipped> {
    let skipped = |skipped: &Skipped| JsonSkipped {
        kind: skipped.kind.clone(),
        name: skipped.name.clone(),
        reason: skipped.reason.clone(),
        place: place(&skipped.place),
    };
    import.skipped.iter().map(skipped).collect()
}

fn unconverted(import: &Import<'_>) -> Vec<JsonUnconverted> {
    let unconverted = |unconverted: &Unconverted| JsonUnconverted {
        kind: unconverted.kind.clone(),
        field: unconverted.field.clone(),
        value: unconverted.value.clone(),
        reason: unconverted.reason.clone(),
        place: place(&unconverted.place),
    };
    import.unconverted.iter().map(unconverted).collect()
}

fn renamed(import: &Import<'_>) -> Vec<JsonRenamed> {
    let renamed = |renamed: &Renamed| JsonRenamed {
        kind: renamed.kind.clone(),
        name: renamed.name.clone(),
        identifier: renamed.identifier.clone(),
        reason: renamed.reason.clone(),
        place: place(&renamed.place),
    };
    import.renamed.iter().map(renamed).collect()
}

fn unread(import: &Import<'_>) -> Vec<JsonUnread> {
    let unread = |unread: &Unread| JsonUnread {
        path: unread.path.clone(),
        reason: unread.reason.clone(),
        named_by: unread.named_by.as_ref().map(place),
    };
    import.unread.iter().map(unread).collect()
}
