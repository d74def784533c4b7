//! Renders graphs of entities or blueprints: as an indented text, as Mermaid and DOT diagrams, and as `portolan.graph/1`.

mod dot;
mod json;
mod mermaid;
mod text;
mod view;

pub use dot::dot;
pub use json::{json, schema};
pub use mermaid::mermaid;
pub use text::text;
pub use view::{Graph, GraphEdge, GraphNode};
