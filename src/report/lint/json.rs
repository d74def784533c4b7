//! Renders `portolan.lint/1`, the report for programs. These types define the format: they are separate from the
//! domain's types so that the domain can change without the format. Within a version, a field may be added, but never
//! renamed or removed.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::finding::Severity;
use crate::report::escape;
use crate::report::lint::Lint;
use crate::report::lint::report::{Report, Row, masked};
use crate::report::lint::tally::Tally;
use crate::report::positions::{JsonPosition, LineRange};

pub const FORMAT: &str = "portolan.lint/1";

/// What `portolan lint --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "portolan.lint/1")]
struct Document {
    /// Always `portolan.lint/1`.
    format: &'static str,
    summary: Summary,
    /// Sorted by path, position and code.
    findings: Vec<JsonFinding>,
    /// Notes on the whole run.
    notes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    /// How many findings `--fix` fixes.
    fixable: usize,
    /// Files that were checked.
    files: usize,
    entities: usize,
    /// Findings silenced by ignore comments.
    suppressed: usize,
    /// Findings in the baseline.
    baselined: usize,
    /// With `--blueprints`: findings that the old blueprints give too.
    unchanged: usize,
    /// Findings beyond `--max-findings`.
    hidden: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub(in crate::report) struct JsonFinding {
    /// The name of the rule: `dangling-relation`.
    rule: &'static str,
    /// The code of the rule: `P401`.
    code: &'static str,
    severity: Severity,
    message: String,
    /// A short label for the marked text; may be empty.
    label: String,
    /// Relative to the repository, always with `/`.
    path: String,
    entity: Option<JsonEntity>,
    start: JsonPosition,
    end: JsonPosition,
    related: Vec<JsonRelated>,
    help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<JsonFix>,
    /// Stays the same when lines move.
    fingerprint: String,
}

/// As written in the manifest, which may be invalid or incomplete.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Entity")]
struct JsonEntity {
    blueprint: String,
    identifier: String,
}

/// A related position.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Related")]
struct JsonRelated {
    message: String,
    path: String,
    start: JsonPosition,
    end: JsonPosition,
}

/// A fix in the finding's own file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Fix")]
struct JsonFix {
    title: String,
    /// `--fix` applies only safe fixes.
    safe: bool,
    edits: Vec<JsonEdit>,
}

/// Replaces the text between `start` and `end` with `replacement`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Edit")]
struct JsonEdit {
    start: JsonPosition,
    end: JsonPosition,
    replacement: String,
}

/// The JSON Schema of this format.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document).into()
}

pub(super) fn render(report: &Report<'_>) -> String {
    let lint = report.lint;
    let tally = Tally::of(lint.findings);
    let document = Document {
        format: FORMAT,
        summary: Summary {
            errors: tally.errors,
            warnings: tally.warnings,
            infos: tally.infos,
            fixable: tally.fixable,
            files: lint.counts.files,
            entities: lint.counts.entities,
            suppressed: lint.counts.suppressed,
            baselined: lint.counts.baselined,
            unchanged: lint.counts.unchanged,
            hidden: lint.counts.hidden,
        },
        findings: rows(report),
        notes: lint.notes.iter().map(|note| escape::clean(note).into_owned()).collect(),
    };
    let mut text = escape::json(&document);
    text.push('\n');
    text
}

/// The findings in the form that other documents embed.
pub(in crate::report) fn findings(lint: &Lint<'_>) -> Vec<JsonFinding> {
    masked(lint, rows)
}

fn rows(report: &Report<'_>) -> Vec<JsonFinding> {
    let fingerprints = report.fingerprints();
    let rows = report.rows().zip(fingerprints.iter());
    rows.map(|(row, fingerprint)| finding(report, row, fingerprint.to_string())).collect()
}

fn finding(report: &Report<'_>, row: Row<'_>, fingerprint: String) -> JsonFinding {
    let Row { finding, path, extent: LineRange { start, end }, message, help } = row;
    let related = finding.related.iter().map(|(place, words)| {
        let LineRange { start, end } = report.places.extent(*place);
        let path = report.lint.files.path(place.file).to_owned();
        JsonRelated { message: escape::clean(words).into_owned(), path, start: start.into(), end: end.into() }
    });
    let fix = finding.fix.as_ref().map(|fix| JsonFix {
        title: escape::clean(&fix.title).into_owned(),
        safe: fix.safe,
        edits: fix
            .edits
            .iter()
            .map(|edit| {
                let LineRange { start, end } = report.places.extent_in(finding.place.file, edit.span);
                JsonEdit { start: start.into(), end: end.into(), replacement: edit.replacement.clone() }
            })
            .collect(),
    });
    JsonFinding {
        rule: finding.rule.name,
        code: finding.rule.code,
        severity: finding.severity,
        message: message.into_owned(),
        label: escape::clean(&finding.label).into_owned(),
        path: path.to_owned(),
        entity: finding
            .entity
            .as_ref()
            .map(|name| JsonEntity { blueprint: name.blueprint.clone(), identifier: name.identifier.clone() }),
        start: start.into(),
        end: end.into(),
        related: related.collect(),
        help,
        fix,
        fingerprint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lint::LintFormat;
    use crate::report::lint::fixtures::Run;

    #[test]
    fn the_document_is_as_the_product_says() {
        insta::assert_snapshot!(Run::sample().plain(LintFormat::Json));
    }

    #[test]
    fn every_document_fits_the_schema() {
        let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
        for run in [Run::sample(), Run::empty(), Run::hostile(), Run::gone()] {
            let text = run.plain(LintFormat::Json);
            let value = serde_json::from_str(&text).expect("JSON");
            let faults = validator.iter_errors(&value).map(|fault| fault.to_string()).collect::<Vec<_>>();
            assert!(faults.is_empty(), "{faults:?}");
        }
    }

    #[test]
    fn the_schema_knows_a_wrong_document() {
        let validator = jsonschema::validator_for(&schema()).expect("the schema is one");
        let mut value: serde_json::Value = serde_json::from_str(&Run::sample().plain(LintFormat::Json)).expect("JSON");
        value["findings"][0]["severity"] = "fatal".into();
        assert!(!validator.is_valid(&value));
    }
}
