//! Reads the record of the last push: what was pushed, where and by which scope. Only the fields that a later push
//! compares are read, so an outcome of a newer portolan with more fields is valid.

use serde::Deserialize;

use super::json::FORMAT;
use crate::domain::error_class::ExitClass;
use crate::text::json_document::{DocumentFault, parse_document};

/// The last push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub platform: String,
    pub catalog: String,
    pub scope: String,
    /// `None` if it was pushed outside Git, or before the first commit.
    pub commit: Option<String>,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum RecordError {
    #[error("outcome `{path}` has an unresolved merge conflict at line {line}")]
    #[diagnostic(
        code(outcome::merge_conflict),
        help(
            "keep the side of the later push (`git checkout --ours` or `--theirs`): it records the commit that was pushed last"
        )
    )]
    Conflict { path: String, line: usize },
    #[error("outcome `{path}` is invalid at line {line}, column {column}: {reason}")]
    #[diagnostic(
        code(outcome::syntax),
        help(
            "restore the file that `push --output json=FILE` wrote; if there is none, remove it and push as for the first time"
        )
    )]
    Syntax { path: String, line: usize, column: usize, reason: String },
    #[error("`{path}` is not the outcome of a push")]
    #[diagnostic(
        code(outcome::no_outcome),
        help("name a file that `push --output json=FILE` wrote; `diff --output json` writes a plan")
    )]
    NoOutcome { path: String },
    #[error("outcome `{path}` has the format `{found}`; this version reads only `{FORMAT}`")]
    #[diagnostic(code(outcome::format), help("use the version of portolan that wrote it, or a newer one"))]
    Format { path: String, found: String },
    #[error("outcome `{path}` is invalid: `{key}` is missing or wrong")]
    #[diagnostic(code(outcome::flawed), help("restore the file that `push --output json=FILE` wrote"))]
    Flawed { path: String, key: &'static str },
}

/// Every field accepts any JSON value, so that errors can name the invalid field.
#[derive(Deserialize)]
struct Document {
    format: Option<serde_json::Value>,
    platform: Option<serde_json::Value>,
    catalog: Option<serde_json::Value>,
    scope: Option<serde_json::Value>,
    revision: Option<serde_json::Value>,
}

impl Record {
    /// Parses a record. `path` is the file's name in errors.
    pub fn parse(path: &str, text: &str) -> Result<Self, RecordError> {
        let path = || path.to_owned();
        let found: Document = parse_document(text).map_err(|fault| match fault {
            DocumentFault::Conflict { line } => RecordError::Conflict { path: path(), line },
            DocumentFault::NotJson | DocumentFault::Shape { .. } => RecordError::NoOutcome { path: path() },
            DocumentFault::Syntax { line, column, reason } => {
                RecordError::Syntax { path: path(), line, column, reason }
            }
        })?;
        match found.format.as_ref().and_then(serde_json::Value::as_str) {
            Some(FORMAT) => {}
            Some(other) if other.starts_with("portolan.outcome/") => {
                return Err(RecordError::Format { path: path(), found: other.to_owned() });
            }
            Some(_) | None => return Err(RecordError::NoOutcome { path: path() }),
        }
        let text = |value: Option<serde_json::Value>, key| match value {
            Some(serde_json::Value::String(text)) => Ok(text),
            Some(_) | None => Err(RecordError::Flawed { path: path(), key }),
        };
        let commit = match found.revision.as_ref().map(|revision| &revision["commit"]) {
            None | Some(serde_json::Value::Null) => None,
            Some(serde_json::Value::String(commit)) if is_commit(commit) => Some(commit.clone()),
            Some(_) => return Err(RecordError::Flawed { path: path(), key: "revision.commit" }),
        };
        Ok(Self {
            platform: text(found.platform, "platform")?,
            catalog: text(found.catalog, "catalog")?,
            scope: text(found.scope, "scope")?,
            commit,
        })
    }
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

impl ExitClass for RecordError {}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn outcome() -> Value {
        json!({"format": FORMAT, "platform": "port", "catalog": "local", "scope": "acme/shop", "more": [1],
            "revision": {"commit": "0123456789abcdef0123456789abcdef01234567", "dirty": false}})
    }

    fn with(pointer: &str, value: Value) -> String {
        let mut outcome = outcome();
        *outcome.pointer_mut(pointer).expect("it is there") = value;
        outcome.to_string()
    }

    #[test]
    fn what_was_pushed_is_read_and_the_rest_is_left_alone() {
        let record = Record::parse("x", &format!("\u{feff}{}", outcome())).expect("it is one");
        assert_eq!((&*record.scope, &*record.catalog), ("acme/shop", "local"));
        assert_eq!(record.commit.map(|commit| commit.len()), Some(40));
        for nowhere in [with("/revision", Value::Null), with("/revision/commit", Value::Null)] {
            assert_eq!(Record::parse("x", &nowhere).expect("it is one").commit, None);
        }
    }

    #[test]
    fn what_is_no_outcome_is_told_for_what_it_is() {
        for (text, words) in [
            (String::new(), "line 1, column 1"),
            ("{\"format\": \"portolan.out".to_owned(), "line 1"),
            ("[]".to_owned(), "is not the outcome of a push"),
            ("{}".to_owned(), "is not the outcome of a push"),
            (with("/format", json!("portolan.plan/1")), "is not the outcome of a push"),
            (with("/format", json!("portolan.outcome/2")), "`portolan.outcome/2`"),
            (with("/scope", json!(3)), "`scope` is missing"),
            (with("/catalog", Value::Null), "`catalog` is missing"),
            (with("/revision/commit", json!("HEAD")), "`revision.commit`"),
            (with("/revision/commit", json!(7)), "`revision.commit`"),
            (with("/revision", json!([])), "`revision.commit`"),
            ("[".repeat(100_000), "line 1"),
        ] {
            match Record::parse("x", &text) {
                Err(error) => assert!(error.to_string().contains(words), "{error}"),
                Ok(record) => assert!(words == "`revision.commit`" && record.commit.is_none(), "{text}: {record:?}"),
            }
        }
    }
}
