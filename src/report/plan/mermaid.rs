//! Draws a Mermaid diagram of a plan: changed entities, entities that point to deleted ones, and relations that are set
//! or removed. There is no diagram with too many nodes, because it would be unreadable, nor without edges, because it
//! would add nothing.

use std::collections::BTreeMap;

use crate::domain::blueprint::Blueprint;
use crate::domain::plan::Plan;
use crate::domain::plan::change::{Action, Change, Field, FieldChange, RelationEffect};
use crate::domain::value::Value;
use crate::report::escape::{self, clean};
use crate::report::plan::inline::cut;

pub(super) const MAX_NODES: usize = 40;
const MAX_EDGES: usize = 120;
const MAX_LABEL: usize = 60;

/// Blueprint and identifier; `None` if the blueprint of a relation target is not known.
type Node = (Option<String>, String);

#[derive(Default)]
struct Picture {
    /// Each node with its CSS class.
    nodes: BTreeMap<Node, &'static str>,
    edges: BTreeMap<(Node, Node, String), Edge>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Stays,
    Comes,
    Goes,
}

/// Draws the diagram; `None` if it would not help.
pub(super) fn draw(plan: &Plan, blueprints: &[Blueprint]) -> Option<String> {
    // Every change is a node.
    if plan.changes.len() > MAX_NODES {
        return None;
    }
    let mut picture = Picture::default();
    for change in &plan.changes {
        picture.change(change);
    }
    for change in &plan.changes {
        picture.relations(change, blueprints);
        if picture.nodes.len() > MAX_NODES || picture.edges.len() > MAX_EDGES {
            return None;
        }
    }
    picture.leave_alone();
    (picture.nodes.len() >= 2 && !picture.edges.is_empty()).then(|| picture.text())
}

fn node(blueprint: &str, identifier: &str) -> Node {
    (Some(blueprint.to_owned()), identifier.to_owned())
}

impl Picture {
    fn change(&mut self, change: &Change) {
        let blueprint = &change.key.blueprint;
        let class = match &change.action {
            Action::Create => "create",
            Action::Update => "update",
            Action::Adopt => "adopt",
            Action::Delete => "delete",
            Action::Rename { from, .. } => {
                self.nodes.insert(node(blueprint, from), "rename");
                "rename"
            }
        };
        self.nodes.insert(node(blueprint, &change.key.identifier), class);
        if let Action::Rename { from, .. } = &change.action {
            let ends = (node(blueprint, from), node(blueprint, &change.key.identifier), "becomes".to_owned());
            self.edges.insert(ends, Edge::Comes);
        }
    }

    fn relations(&mut self, change: &Change, blueprints: &[Blueprint]) {
        let own = node(&change.key.blueprint, &change.key.identifier);
        for field in &change.fields {
            let FieldChange { field: Field::Relation(name), before, after, .. } = field else { continue };
            let blueprint = blueprints.iter().find(|blueprint| blueprint.identifier == *change.key.blueprint);
            let relation = blueprint.and_then(|it| it.relations.iter().find(|relation| relation.name == **name));
            let target = relation.map(|relation| relation.target.clone());
            let (before, after) = (targets(before), targets(after));
            for old in before.iter().filter(|old| !after.contains(old)) {
                self.edge(&own, &(target.clone(), (*old).to_owned()), name, Edge::Goes);
            }
            for new in after.iter().filter(|new| !before.contains(new)) {
                self.edge(&own, &(target.clone(), (*new).to_owned()), name, Edge::Comes);
            }
        }
        let Some(gone) = change.removed() else { return };
        let gone = node(&gone.blueprint, &gone.identifier);
        for dependent in &change.dependents {
            let edge = match dependent.after {
                RelationEffect::Left | RelationEffect::Unnamed => Edge::Stays,
                RelationEffect::Relinked => Edge::Goes,
                RelationEffect::Declared => Edge::Comes,
            };
            let from = node(&dependent.key.blueprint, &dependent.key.identifier);
            self.edge(&from, &gone, &dependent.relation, edge);
        }
    }

    fn edge(&mut self, from: &Node, to: &Node, name: &str, edge: Edge) {
        // The diagram is already too large and will be dropped.
        if self.nodes.len() > MAX_NODES || self.edges.len() > MAX_EDGES {
            return;
        }
        for end in [from, to] {
            self.nodes.entry(end.clone()).or_insert("other");
        }
        self.edges.entry((from.clone(), to.clone(), name.to_owned())).or_insert(edge);
    }

    /// Removes nodes without edges, because the list of changes already shows them.
    fn leave_alone(&mut self) {
        let edges = &self.edges;
        self.nodes.retain(|node, _| edges.keys().any(|(from, to, _)| from == node || to == node));
    }

    fn text(&self) -> String {
        let mut out = String::from("```mermaid\nflowchart LR\n");
        let ids: BTreeMap<&Node, usize> = self.nodes.keys().enumerate().map(|(at, node)| (node, at)).collect();
        for ((blueprint, identifier), class) in &self.nodes {
            let id = ids.get(&(blueprint.clone(), identifier.clone())).copied().unwrap_or_default();
            let name = blueprint.as_ref().map_or(identifier.clone(), |blueprint| format!("{blueprint}/{identifier}"));
            out.push_str(&format!("  n{id}[\"{}\"]:::{class}\n", label(&name)));
        }
        for ((from, to, name), edge) in &self.edges {
            let (Some(from), Some(to)) = (ids.get(from), ids.get(to)) else { continue };
            let line = match edge {
                Edge::Stays => "-->",
                Edge::Comes => "==>",
                Edge::Goes => "-.->",
            };
            out.push_str(&format!("  n{from} {line}|\"{}\"| n{to}\n", label(name)));
        }
        // These colours are readable on a light and on a dark page.
        for (class, fill) in [
            ("create", "#2da44e"),
            ("update", "#bf8700"),
            ("rename", "#0969da"),
            ("adopt", "#8250df"),
            ("delete", "#cf222e"),
            ("other", "#6e7781"),
        ] {
            if self.nodes.values().any(|own| *own == class) {
                out.push_str(&format!("  classDef {class} fill:{fill},stroke:{fill},color:#ffffff\n"));
            }
        }
        out.push_str("```\n");
        out
    }
}

fn targets(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) => vec![text],
        Value::List(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Map(_) => vec![],
    }
}

fn label(text: &str) -> String {
    escape::mermaid(&cut(clean(text).into_owned(), MAX_LABEL))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plan::fixtures::{Case, change, field, text};

    fn pointing(number: usize) -> Case {
        let fields = |at: usize| vec![field("->dependsOn", Value::Null, text(&format!("s{}", (at + 1) % number)))];
        let changes = (0..number).map(|at| change(&format!("service/s{at}"), Action::Create, fields(at)));
        Case::of(changes.collect(), Vec::new())
    }

    #[test]
    fn there_is_a_picture_only_where_it_helps() {
        let drawn = |case: &Case| draw(&case.plan, &case.blueprints).is_some();
        assert!(!drawn(&Case::empty()) && !drawn(&Case::foreign()), "nothing points to anything");
        assert!(drawn(&pointing(2)) && drawn(&pointing(MAX_NODES)));
        assert!(!drawn(&pointing(MAX_NODES + 1)), "a thicket");
    }

    #[test]
    fn a_label_is_nothing_but_a_label() {
        assert_eq!(label("a`\"]-->"), "a#96;#34;#93;--#62;");
        assert_eq!(label("日本 b_c/d"), "日本 b_c/d");
        assert_eq!(label("\u{1b}[2J"), "#32;");
        let text = draw(&Case::hostile().plan, &[]).expect("there is one");
        let inside =
            text.strip_prefix("```mermaid\n").and_then(|rest| rest.strip_suffix("```\n")).expect("it is a fence");
        assert!(!inside.contains('`') && !inside.contains("<script"), "{inside}");
    }
}
