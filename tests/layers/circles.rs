//! Circles of files: files that import each other, directly or through others, so that none can be read alone. Tests,
//! and the declaration of a module by its parent, are no imports.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::Edge;

/// Every circle, sorted, with its files sorted.
pub fn circles(edges: &BTreeSet<Edge>) -> Vec<Vec<String>> {
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| !edge.in_tests) {
        graph.entry(&edge.from).or_default().insert(&edge.to);
        graph.entry(&edge.to).or_default();
    }
    let mut search = Search { graph: &graph, numbers: BTreeMap::new(), stack: Vec::new(), circles: Vec::new() };
    for file in graph.keys() {
        if !search.numbers.contains_key(file) {
            search.visit(file);
        }
    }
    let mut circles = search.circles;
    circles.sort();
    circles
}

/// Tarjan's search for strongly connected components.
struct Search<'a> {
    graph: &'a BTreeMap<&'a str, BTreeSet<&'a str>>,
    numbers: BTreeMap<&'a str, usize>,
    stack: Vec<&'a str>,
    circles: Vec<Vec<String>>,
}

impl<'a> Search<'a> {
    /// Returns the smallest number that is reachable on the stack.
    fn visit(&mut self, file: &'a str) -> usize {
        let number = self.numbers.len();
        self.numbers.insert(file, number);
        self.stack.push(file);
        let mut lowest = number;
        for next in &self.graph[file] {
            if !self.numbers.contains_key(next) {
                lowest = lowest.min(self.visit(next));
            } else if self.stack.contains(next) {
                lowest = lowest.min(self.numbers[next]);
            }
        }
        if lowest == number {
            let start = self.stack.iter().position(|other| *other == file).expect("it was pushed above");
            let mut circle: Vec<String> = self.stack.drain(start..).map(str::to_owned).collect();
            circle.sort();
            if circle.len() > 1 {
                self.circles.push(circle);
            }
        }
        lowest
    }
}

/// The imports inside the circle: one path for each pair of files.
pub fn imports_within(circle: &[String], edges: &BTreeSet<Edge>) -> Vec<String> {
    let mut pairs = BTreeMap::new();
    for edge in edges.iter().filter(|edge| !edge.in_tests && circle.contains(&edge.from) && circle.contains(&edge.to)) {
        pairs.entry((&edge.from, &edge.to)).or_insert(&edge.by);
    }
    pairs.iter().map(|((from, to), by)| format!("    {from} -> {to} by `{by}`")).collect()
}
