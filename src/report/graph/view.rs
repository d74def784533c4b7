//! A graph: nodes in a fixed order, and edges between their indexes.

use schemars::JsonSchema;
use serde::Serialize;

#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Graph {
    /// The index of the node that was asked for; absent if the graph shows everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<usize>,
    pub nodes: Vec<GraphNode>,
    pub edges: Vec<GraphEdge>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GraphNode {
    /// `service/cart`, or the identifier of a blueprint.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The file that declares it; absent if none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GraphEdge {
    /// Indexes into the nodes.
    pub from: usize,
    pub to: usize,
    /// The relation, `team`, or the property that points.
    pub field: String,
    /// Of a relation between blueprints: `required`, `many`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<String>,
}
