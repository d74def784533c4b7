//! Traces as `portolan.trace/1` for programs.

use schemars::JsonSchema;
use serde::Serialize;

use super::view::{ManifestTrace, TraceReport};
use crate::report::escape;

const FORMAT: &str = "portolan.trace/1";

/// What `portolan cluster trace FILE|ENTITY --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "portolan.trace/1")]
struct Document<'a> {
    /// Always `portolan.trace/1`.
    format: &'static str,
    manifests: &'a [ManifestTrace],
    notes: &'a [String],
}

pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document<'_>).into()
}

pub fn json(report: &TraceReport<'_>) -> String {
    let document = Document { format: FORMAT, manifests: report.manifests, notes: report.notes };
    format!("{}\n", escape::json(&document))
}
