//! Renders `portolan.pull/1`, the report for programs. These types define the format: within a version, a field may be
//! added, but never renamed or removed. Findings are those of `portolan.lint/1`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::blueprint::change::BlueprintChangeKind;
use crate::report::blueprint_change::json::JsonBlueprint;
use crate::report::escape::{self, clean};
use crate::report::impact::json::JsonImpact;
use crate::report::lint::json::{JsonFinding, findings};
use crate::report::pull::{FileDeed, FileLine, ManifestDeed, ManifestLine, Mode, Pull};

pub const FORMAT: &str = "portolan.pull/1";

/// What `portolan pull --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "portolan.pull/1")]
struct Document {
    /// Always `portolan.pull/1`.
    format: &'static str,
    mode: JsonMode,
    /// Whether the snapshot's content changed; its age does not count.
    changed: bool,
    platform: String,
    catalog: String,
    /// When it was read from the catalog.
    pulled_at: String,
    /// The previous snapshot.
    before: Option<JsonBefore>,
    summary: Summary,
    /// Sorted by identifier.
    blueprints: Vec<JsonBlueprint>,
    /// What the changed blueprints do to the declared entities; null: no blueprint changed.
    impact: Option<JsonImpact>,
    /// Sorted by blueprint and identifier.
    manifests: Vec<JsonManifest>,
    /// The other files that were written, or would be, by path; empty for `check`.
    files: Vec<JsonFile>,
    /// New lint findings.
    findings: Vec<JsonFinding>,
    /// Notes on the whole run.
    notes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Mode")]
enum JsonMode {
    /// Whether files were written.
    Pull,
    Check,
    DryRun,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Before")]
struct JsonBefore {
    catalog: String,
    pulled_at: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Summary {
    blueprints: usize,
    blueprints_added: usize,
    blueprints_removed: usize,
    blueprints_changed: usize,
    known_entities: usize,
    known_entities_added: usize,
    known_entities_removed: usize,
    /// Manifests that were created, rewritten or merged, or would be.
    manifests: usize,
    /// Entities of the repository that no longer fit their blueprint.
    misfits: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Manifest")]
struct JsonManifest {
    blueprint: String,
    identifier: String,
    /// Relative to the repository, always with `/`.
    path: String,
    deed: JsonDeed,
    /// The fields that got the catalog's values.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<String>>,
    /// Why it was not changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Deed")]
enum JsonDeed {
    New,
    Rewritten,
    /// Some of its fields got the catalog's values.
    Merged,
    /// Already the same.
    Unchanged,
    /// Already in the repository, and not changed.
    Kept,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "File")]
struct JsonFile {
    /// Relative to the repository, always with `/`.
    path: String,
    deed: JsonFileDeed,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FileDeed")]
enum JsonFileDeed {
    New,
    Rewritten,
    Removed,
}

fn file(line: &FileLine) -> JsonFile {
    let deed = match line.deed {
        FileDeed::New => JsonFileDeed::New,
        FileDeed::Rewritten => JsonFileDeed::Rewritten,
        FileDeed::Removed => JsonFileDeed::Removed,
    };
    JsonFile { path: clean(&line.path).into_owned(), deed }
}

/// The JSON Schema of this format.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document).into()
}

pub(super) fn render(pull: &Pull<'_>) -> String {
    let kinds = |wanted: fn(&BlueprintChangeKind) -> bool| pull.changes.iter().filter(|it| wanted(&it.kind)).count();
    let is_made = |line: &&ManifestLine<'_>| {
        matches!(line.deed, ManifestDeed::New | ManifestDeed::Rewritten | ManifestDeed::Merged)
    };
    let document = Document {
        format: FORMAT,
        mode: match pull.mode {
            Mode::Pull => JsonMode::Pull,
            Mode::Check => JsonMode::Check,
            Mode::DryRun => JsonMode::DryRun,
        },
        changed: pull.is_news,
        platform: pull.platform.to_owned(),
        catalog: clean(pull.catalog).into_owned(),
        pulled_at: pull.pulled_at.to_owned(),
        before: pull.before.map(|before| JsonBefore {
            catalog: clean(before.catalog).into_owned(),
            pulled_at: clean(before.pulled_at).into_owned(),
        }),
        summary: Summary {
            blueprints: pull.counts.blueprints,
            blueprints_added: kinds(|kind| matches!(kind, BlueprintChangeKind::Added)),
            blueprints_removed: kinds(|kind| matches!(kind, BlueprintChangeKind::Removed)),
            blueprints_changed: kinds(|kind| matches!(kind, BlueprintChangeKind::Changed(_))),
            known_entities: pull.counts.known,
            known_entities_added: pull.counts.known_added,
            known_entities_removed: pull.counts.known_removed,
            manifests: pull.manifests.iter().filter(is_made).count(),
            misfits: pull.counts.misfits,
        },
        blueprints: pull.changes.iter().map(JsonBlueprint::of).collect(),
        impact: pull.impact.as_ref().map(JsonImpact::of),
        manifests: pull.manifests.iter().map(manifest).collect(),
        files: pull.files.iter().map(file).collect(),
        findings: findings(pull.misfits),
        notes: pull.notes.iter().map(|note| clean(note).into_owned()).collect(),
    };
    let mut text = escape::json(&document);
    text.push('\n');
    text
}

fn manifest(line: &ManifestLine<'_>) -> JsonManifest {
    let (deed, reason) = match line.deed {
        ManifestDeed::New => (JsonDeed::New, None),
        ManifestDeed::Rewritten => (JsonDeed::Rewritten, None),
        ManifestDeed::Merged => (JsonDeed::Merged, None),
        ManifestDeed::Unchanged => (JsonDeed::Unchanged, None),
        ManifestDeed::Kept(reason) => (JsonDeed::Kept, reason),
    };
    JsonManifest {
        blueprint: line.blueprint.to_owned(),
        identifier: line.identifier.to_owned(),
        path: line.path.to_owned(),
        deed,
        fields: (line.deed == ManifestDeed::Merged)
            .then(|| line.fields.iter().map(|field| clean(field).into_owned()).collect()),
        reason,
    }
}
