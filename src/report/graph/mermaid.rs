//! Graphs as Mermaid diagrams, which GitHub and GitLab draw in Markdown.

use super::view::Graph;
use crate::report::escape;

pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    for (at, node) in graph.nodes.iter().enumerate() {
        let class = if graph.root == Some(at) { ":::root" } else { "" };
        out.push_str(&format!("  n{at}[\"{}\"]{class}\n", escape::mermaid(&node.name)));
    }
    for edge in &graph.edges {
        out.push_str(&format!("  n{} -->|\"{}\"| n{}\n", edge.from, escape::mermaid(&edge.field), edge.to));
    }
    if graph.root.is_some() {
        // Readable on a light and on a dark page.
        out.push_str("  classDef root fill:#0969da,stroke:#0969da,color:#ffffff\n");
    }
    escape::lines(out)
}
