//! Graphs in the DOT language, for Graphviz.

use super::view::Graph;
use crate::report::escape;

pub fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph catalog {\n  rankdir=LR;\n  node [shape=box];\n");
    for (at, node) in graph.nodes.iter().enumerate() {
        let style = if graph.root == Some(at) { ", style=bold" } else { "" };
        out.push_str(&format!("  n{at} [label={}{style}];\n", escape::dot(&node.name)));
    }
    for edge in &graph.edges {
        out.push_str(&format!("  n{} -> n{} [label={}];\n", edge.from, edge.to, escape::dot(&edge.field)));
    }
    out.push_str("}\n");
    escape::lines(out)
}
