//! The baseline file: fingerprints of known findings that lint does not report. One entry per line, sorted, so that a
//! review shows what was added and what was fixed. Pure: text in, text out.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::error_class::ExitClass;
use crate::domain::finding::Finding;
use crate::report::escape::harmless_json;
use crate::report::fingerprint::Fingerprint;
use crate::report::positions::Files;
use crate::text::json_document::{DocumentFault, parse_document};
use crate::text::merge_conflict;

pub const FORMAT: &str = "portolan.baseline/1";

/// Known findings that are not reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<Entry>,
}

/// Sorted as written: by path, rule, fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    path: String,
    rule: String,
    fingerprint: Fingerprint,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "portolan.baseline/1", rename = "Baseline")]
struct Document {
    /// Always `portolan.baseline/1`.
    format: String,
    fingerprints: Vec<JsonEntry>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Entry")]
struct JsonEntry {
    /// 16 hexadecimal digits. Only the fingerprint is compared; path and rule are for readers.
    fingerprint: String,
    rule: String,
    path: String,
}

/// Whether the JSON is a document of another kind, such as a report: it has a format of its own and no fingerprints.
fn is_other_document(text: &str) -> bool {
    parse_document::<serde_json::Value>(text).is_ok_and(|json| {
        let format = json["format"].as_str();
        json.get("fingerprints").is_none() && format.is_some_and(|format| !format.starts_with("portolan.baseline/"))
    })
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum BaselineError {
    #[error("baseline `{path}` is invalid at line {line}, column {column}: {reason}")]
    #[diagnostic(code(baseline::syntax), help("undo the edit, or write a new baseline with `--write-baseline`"))]
    Syntax { path: String, line: usize, column: usize, reason: String },
    #[error("`{path}` is not a baseline")]
    #[diagnostic(code(baseline::no_baseline), help("write one with `portolan lint --write-baseline FILE`"))]
    NoBaseline { path: String },
    #[error("baseline `{path}` has an unresolved merge conflict at line {line}")]
    #[diagnostic(
        code(baseline::conflict),
        help("write a new baseline with `portolan lint --write-baseline {path}`, or {help}")
    )]
    Conflict { path: String, line: usize, help: &'static str },
    #[error("baseline `{path}` has the format `{found}`; this version reads only `{FORMAT}`")]
    #[diagnostic(code(baseline::format), help("update portolan if a newer version wrote it, or write a new baseline"))]
    Format { path: String, found: String },
    #[error(
        "baseline `{path}` is invalid: the fingerprint of entry {number} is `{found}`; it must be 16 hexadecimal digits"
    )]
    #[diagnostic(code(baseline::fingerprint), help("undo the edit, or write a new baseline with `--write-baseline`"))]
    Fingerprint { path: String, number: usize, found: String },
}

impl Baseline {
    /// The baseline that silences exactly these findings. `fingerprints` has one for each finding.
    pub fn of(findings: &[Finding], fingerprints: &[Fingerprint], files: &dyn Files) -> Self {
        let entry = |(finding, fingerprint): (&Finding, &Fingerprint)| Entry {
            path: files.path(finding.place.file).to_owned(),
            rule: finding.rule.name.to_owned(),
            fingerprint: *fingerprint,
        };
        Self { entries: findings.iter().zip(fingerprints).map(entry).collect() }
    }

    /// Parses a baseline. `path` is the file's name in errors.
    pub fn parse(path: &str, text: &str) -> Result<Self, BaselineError> {
        let path = || path.to_owned();
        let document: Document = parse_document(text).map_err(|fault| match fault {
            DocumentFault::Conflict { line } => {
                BaselineError::Conflict { path: path(), line, help: merge_conflict::HELP }
            }
            DocumentFault::NotJson => BaselineError::NoBaseline { path: path() },
            DocumentFault::Shape { .. } if is_other_document(text) => BaselineError::NoBaseline { path: path() },
            DocumentFault::Shape { line, column, reason } | DocumentFault::Syntax { line, column, reason } => {
                BaselineError::Syntax { path: path(), line, column, reason }
            }
        })?;
        if document.format != FORMAT {
            return Err(BaselineError::Format { path: path(), found: document.format });
        }
        let mut entries = BTreeSet::new();
        for (at, entry) in document.fingerprints.into_iter().enumerate() {
            let JsonEntry { fingerprint: written, rule, path: of } = entry;
            let Some(fingerprint) = Fingerprint::parse(&written) else {
                return Err(BaselineError::Fingerprint { path: path(), number: at + 1, found: written });
            };
            entries.insert(Entry { path: of, rule, fingerprint });
        }
        Ok(Self { entries })
    }

    pub fn to_json(&self) -> String {
        let quote = |text: &str| serde_json::Value::String(text.to_owned()).to_string();
        let line = |entry: &Entry| {
            let (rule, path) = (quote(&entry.rule), quote(&entry.path));
            format!("    {{\"fingerprint\": \"{}\", \"rule\": {rule}, \"path\": {path}}}", entry.fingerprint)
        };
        let lines = self.entries.iter().map(line).collect::<Vec<_>>();
        let list = if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", lines.join(",\n")) };
        harmless_json(format!("{{\n  \"format\": \"{FORMAT}\",\n  \"fingerprints\": {list}\n}}\n"))
    }

    /// The fingerprints as a set, so that the lookup of many findings stays linear.
    pub fn fingerprints(&self) -> std::collections::HashSet<Fingerprint> {
        self.entries.iter().map(|entry| entry.fingerprint).collect()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The JSON Schema of the file.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document).into()
}

impl ExitClass for BaselineError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fingerprint::fingerprints;
    use crate::report::lint::fixtures::Run;

    fn baseline(run: &Run) -> Baseline {
        Baseline::of(&run.findings, &fingerprints(&run.findings, run), run)
    }

    #[test]
    fn what_is_written_is_read_again() {
        for run in [Run::sample(), Run::empty(), Run::hostile()] {
            let written = baseline(&run);
            let read = Baseline::parse("b.json", &written.to_json()).expect("our own file");
            assert_eq!(read, written);
            assert_eq!(read.len(), run.findings.len());
            assert!(fingerprints(&run.findings, &run).iter().all(|found| read.fingerprints().contains(found)));
        }
        assert_eq!(
            Baseline::parse("b.json", "\u{feff}{\"format\":\"portolan.baseline/1\",\"fingerprints\":[]}").ok(),
            Some(Baseline::default())
        );
    }

    #[test]
    fn the_file_is_sorted_one_entry_a_line() {
        insta::assert_snapshot!(baseline(&Run::sample()).to_json());
        assert_eq!(
            Baseline::default().to_json(),
            "{\n  \"format\": \"portolan.baseline/1\",\n  \"fingerprints\": []\n}\n"
        );
    }

    #[test]
    fn a_broken_file_says_where_and_what_to_do() {
        let said = |text: &str| Baseline::parse("b.json", text).expect_err("it is broken").to_string();
        assert_eq!(
            said("{\n \"format\": 1}"),
            "baseline `b.json` is invalid at line 2, column 12: invalid type: integer `1`, expected a string"
        );
        assert_eq!(
            said("{\"format\": \"x/2\", \"fingerprints\": []}"),
            "baseline `b.json` has the format `x/2`; this version reads only `portolan.baseline/1`"
        );
        let entry = "{\"fingerprint\": \"12\", \"rule\": \"r\", \"path\": \"p\"}";
        assert_eq!(
            said(&format!("{{\"format\": \"{FORMAT}\", \"fingerprints\": [{entry}]}}")),
            "baseline `b.json` is invalid: the fingerprint of entry 1 is `12`; it must be 16 hexadecimal digits"
        );
    }
}
