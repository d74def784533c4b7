//! Graphs as indented text: below each node what it points to (`->`) and what points to it (`<-`).

use unicode_width::UnicodeWidthStr;

use super::view::{Graph, GraphEdge};
use crate::report::escape::{self, clean};
use crate::report::style::{Role, Style};

pub fn text(graph: &Graph, style: &Style) -> String {
    let mut page = Page {
        graph,
        style,
        shown: vec![false; graph.nodes.len()],
        drawn: vec![false; graph.edges.len()],
        out: String::new(),
    };
    match graph.root {
        Some(root) => page.tree(root),
        None => (0..graph.nodes.len()).for_each(|node| page.node_with_targets(node)),
    }
    escape::lines(page.out)
}

/// An edge from the view of one of its ends.
struct Step<'g> {
    arrow: &'static str,
    edge: &'g GraphEdge,
    /// Its index.
    number: usize,
    other: usize,
}

struct Page<'g> {
    graph: &'g Graph,
    style: &'g Style,
    shown: Vec<bool>,
    /// The edges that have a line.
    drawn: Vec<bool>,
    out: String,
}

impl<'g> Page<'g> {
    fn line(&mut self, depth: usize, text: &str) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn name(&self, node: usize) -> String {
        let node = &self.graph.nodes[node];
        let title = node.title.as_deref().map(|title| format!("  {}", clean(title))).unwrap_or_default();
        format!("{}{title}", self.style.paint(Role::Strong, &clean(&node.name)))
    }

    fn step(&self, step: &Step<'_>, fields: usize) -> String {
        let Step { arrow, edge, .. } = step;
        let field = clean(&edge.field).into_owned();
        let padding = " ".repeat(fields.saturating_sub(field.width()));
        format!("{} {field}{padding}  ", self.style.paint(Role::Help, arrow))
    }

    /// The node and all that it leads to. A node is expanded once, where it is nearest to the root, and an edge has one line.
    fn tree(&mut self, root: usize) {
        let distance = self.distances(root);
        let line = self.name(root);
        let file = self.graph.nodes[root].file.as_deref().map(|file| self.style.paint(Role::Path, &clean(file)));
        self.line(0, &format!("{line}  {}", file.unwrap_or_default()));
        self.shown[root] = true;
        // A stack of its own, as deep as the graph.
        let mut stack: Vec<(usize, usize, Step<'g>)> = Vec::new();
        self.push_steps(root, 1, &distance, &mut stack);
        while let Some((depth, fields, step)) = stack.pop() {
            if std::mem::replace(&mut self.drawn[step.number], true) {
                continue;
            }
            let line = format!("{}{}", self.step(&step, fields), self.name(step.other));
            self.line(depth, &line);
            // A node as far from the root is expanded below its own neighbour.
            let from = if step.other == step.edge.to { step.edge.from } else { step.edge.to };
            let is_farther = distance[step.other] > distance[from];
            if is_farther && !std::mem::replace(&mut self.shown[step.other], true) {
                self.push_steps(step.other, depth + 1, &distance, &mut stack);
            }
        }
    }

    /// Adds the edges of a node that lead away from the root, or to a node as far from it.
    fn push_steps(&self, node: usize, depth: usize, distance: &[usize], stack: &mut Vec<(usize, usize, Step<'g>)>) {
        let edges = || self.graph.edges.iter().enumerate();
        let outgoing = edges().filter(|(_, edge)| edge.from == node);
        let incoming = edges().filter(|(_, edge)| edge.to == node && edge.from != node);
        let outgoing = outgoing.map(|(number, edge)| Step { arrow: "->", edge, number, other: edge.to });
        let incoming = incoming.map(|(number, edge)| Step { arrow: "<-", edge, number, other: edge.from });
        let steps: Vec<Step<'g>> =
            outgoing.chain(incoming).filter(|step| distance[step.other] >= distance[node]).collect();
        let fields = steps.iter().map(|step| step.edge.field.width()).max().unwrap_or_default();
        stack.extend(steps.into_iter().rev().map(|step| (depth, fields, step)));
    }

    fn distances(&self, root: usize) -> Vec<usize> {
        let mut neighbours = vec![Vec::new(); self.graph.nodes.len()];
        for edge in &self.graph.edges {
            neighbours[edge.from].push(edge.to);
            neighbours[edge.to].push(edge.from);
        }
        let mut distance = vec![usize::MAX; self.graph.nodes.len()];
        distance[root] = 0;
        let mut queue = std::collections::VecDeque::from([root]);
        while let Some(node) = queue.pop_front() {
            for other in &neighbours[node] {
                if distance[*other] == usize::MAX {
                    distance[*other] = distance[node] + 1;
                    queue.push_back(*other);
                }
            }
        }
        distance
    }

    /// The node and what it points to.
    fn node_with_targets(&mut self, node: usize) {
        let line = self.name(node);
        self.line(0, &line);
        let graph = self.graph;
        let edges: Vec<&GraphEdge> = graph.edges.iter().filter(|edge| edge.from == node).collect();
        let fields = edges.iter().map(|edge| edge.field.width()).max().unwrap_or_default();
        for edge in edges {
            let step = Step { arrow: "->", edge, number: 0, other: edge.to };
            let traits = match edge.traits.is_empty() {
                true => String::new(),
                false => format!("  {}", self.style.paint(Role::Dim, &format!("({})", edge.traits.join(", ")))),
            };
            let target = clean(&graph.nodes[edge.to].name).into_owned();
            let line = format!("{}{target}{traits}", self.step(&step, fields));
            self.line(1, &line);
        }
    }
}
