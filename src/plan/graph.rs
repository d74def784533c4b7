//! Dependency graph over indices: finds cycles (Tarjan's strongly connected components) and levels. It is iterative,
//! because a chain of relations can be of any length, and linear in nodes and edges.

/// `from` depends on `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    /// The relation that causes the edge.
    pub label: usize,
    pub required: bool,
}

#[derive(Debug)]
pub(super) struct Graph {
    nodes: usize,
    /// Sorted.
    edges: Vec<Edge>,
    /// The index of each node's first edge, and one more for the end.
    starts: Vec<usize>,
}

/// The component of each node. A component depends only on components with smaller numbers.
#[derive(Debug)]
pub(super) struct Components {
    pub of: Vec<usize>,
    pub count: usize,
}

const UNSEEN: usize = usize::MAX;

impl Graph {
    pub fn new(nodes: usize, mut edges: Vec<Edge>) -> Self {
        edges.sort_unstable();
        edges.dedup();
        let mut starts = vec![0; nodes + 1];
        for edge in &edges {
            starts[edge.from + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        Self { nodes, edges, starts }
    }

    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    pub fn edges_of(&self, node: usize) -> &[Edge] {
        &self.edges[self.starts[node]..self.starts[node + 1]]
    }

    pub fn components(&self) -> Components {
        let mut found = Components { of: vec![UNSEEN; self.nodes], count: 0 };
        let (mut index, mut low) = (vec![UNSEEN; self.nodes], vec![UNSEEN; self.nodes]);
        let (mut stack, mut path) = (Vec::new(), Vec::new());
        let mut next = 0;
        for root in 0..self.nodes {
            if index[root] != UNSEEN {
                continue;
            }
            // The nodes on the current path, each with the index of its next edge.
            path.push((root, self.starts[root]));
            while let Some((node, edge)) = path.pop() {
                if index[node] == UNSEEN {
                    (index[node], low[node]) = (next, next);
                    next += 1;
                    stack.push(node);
                }
                if edge < self.starts[node + 1] {
                    let to = self.edges[edge].to;
                    path.push((node, edge + 1));
                    if index[to] == UNSEEN {
                        path.push((to, self.starts[to]));
                    } else if found.of[to] == UNSEEN {
                        low[node] = low[node].min(index[to]);
                    }
                    continue;
                }
                if let Some((parent, _)) = path.last() {
                    low[*parent] = low[*parent].min(low[node]);
                }
                if low[node] == index[node] {
                    while let Some(member) = stack.pop() {
                        found.of[member] = found.count;
                        if member == node {
                            break;
                        }
                    }
                    found.count += 1;
                }
            }
        }
        found
    }

    /// The number of waves before each node can be applied. Edges within a cycle are ignored.
    pub fn levels(&self, components: &Components) -> Vec<usize> {
        let mut level = vec![0; components.count];
        let members = components.members();
        for (component, nodes) in members.iter().enumerate() {
            let waits = nodes.iter().flat_map(|node| self.edges_of(*node)).map(|edge| components.of[edge.to]);
            let highest = waits.filter(|to| *to != component).map(|to| level[to] + 1).max();
            level[component] = highest.unwrap_or(0);
        }
        components.of.iter().map(|component| level[*component]).collect()
    }

    /// The cycles: components with an edge to themselves, ordered by their smallest member; members are sorted.
    pub fn circles(&self, components: &Components) -> Vec<Vec<usize>> {
        let is_circle = |nodes: &Vec<usize>| match nodes.as_slice() {
            [only] => self.edges_of(*only).iter().any(|edge| edge.to == *only),
            _ => true,
        };
        let mut circles: Vec<Vec<usize>> = components.members().into_iter().filter(is_circle).collect();
        circles.sort();
        circles
    }

    /// A shortest path from the cycle's first member back to it, within the cycle.
    pub fn way_round(&self, circle: &[usize], components: &Components, came_from: &mut [usize]) -> Vec<usize> {
        let Some(&start) = circle.first() else { return Vec::new() };
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for edge in self.edges_of(node) {
                if edge.to == start {
                    let mut way = vec![node];
                    while let Some(&last) = way.last().filter(|last| **last != start) {
                        way.push(came_from[last]);
                    }
                    way.reverse();
                    return way;
                }
                if components.of[edge.to] == components.of[start] && came_from[edge.to] == UNSEEN {
                    came_from[edge.to] = node;
                    queue.push_back(edge.to);
                }
            }
        }
        Vec::new()
    }

    /// A buffer for [`Graph::way_round`]. All cycles can share it, because they have no common node.
    pub fn unseen(&self) -> Vec<usize> {
        vec![UNSEEN; self.nodes]
    }
}

impl Components {
    /// The nodes of each component, sorted.
    pub fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.count];
        for (node, component) in self.of.iter().enumerate() {
            members[*component].push(node);
        }
        members
    }

    pub fn are_one(&self, edge: &Edge) -> bool {
        self.of[edge.from] == self.of[edge.to]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(nodes: usize, edges: &[(usize, usize)]) -> Graph {
        let edge = |(from, to): &(usize, usize)| Edge { from: *from, to: *to, label: 0, required: false };
        Graph::new(nodes, edges.iter().map(edge).collect())
    }

    #[test]
    fn circles_are_found_and_what_waits_comes_later() {
        // 0 depends on a cycle of 1, 2 and 3, which depends on 4; 5 depends on itself.
        let graph = graph(6, &[(0, 1), (1, 2), (2, 3), (3, 1), (2, 1), (3, 4), (5, 5)]);
        let components = graph.components();
        assert_eq!(graph.circles(&components), [vec![1, 2, 3], vec![5]]);
        assert_eq!(graph.levels(&components), [2, 1, 1, 1, 0, 0]);
        let mut room = graph.unseen();
        assert_eq!(graph.way_round(&[1, 2, 3], &components, &mut room), [1, 2]);
        assert_eq!(graph.way_round(&[5], &components, &mut room), [5]);
    }

    #[test]
    fn a_long_chain_and_a_long_circle_need_no_stack() {
        const LONG: usize = 200_000;
        let chain: Vec<_> = (1..LONG).map(|node| (node, node - 1)).collect();
        let levels = graph(LONG, &chain);
        let components = levels.components();
        assert_eq!(levels.levels(&components).last(), Some(&(LONG - 1)));
        let circle: Vec<_> = (0..LONG).map(|node| (node, (node + 1) % LONG)).collect();
        let circle = graph(LONG, &circle);
        let components = circle.components();
        let circles = circle.circles(&components);
        assert_eq!((circles.len(), components.count), (1, 1));
        assert_eq!(circle.way_round(&circles[0], &components, &mut circle.unseen()).len(), LONG);
    }
}
