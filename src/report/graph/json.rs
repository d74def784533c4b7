//! Graphs as `portolan.graph/1` for programs.

use schemars::JsonSchema;
use serde::Serialize;

use super::view::Graph;
use crate::report::escape;

const FORMAT: &str = "portolan.graph/1";

/// What `portolan graph --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "portolan.graph/1")]
struct Document<'a> {
    /// Always `portolan.graph/1`.
    format: &'static str,
    #[serde(flatten)]
    graph: &'a Graph,
    notes: &'a [String],
}

pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document<'_>).into()
}

pub fn json(graph: &Graph, notes: &[String]) -> String {
    format!("{}\n", escape::json(&Document { format: FORMAT, graph, notes }))
}
