//! Finds the rules that match each folder of a repository in one pass: the patterns are a trie of their segments, and each
//! folder goes on from where its parent is in it. Folders times patterns would be millions of comparisons.

use std::collections::{BTreeSet, HashMap};

use super::pattern::{PathPattern, is_match};

/// The rules by the folders that they match, both as positions in what the index was made of.
pub(super) struct RuleIndex<'a> {
    folders: HashMap<&'a str, FolderRules>,
}

/// Each list is sorted.
#[derive(Debug, Default)]
struct FolderRules {
    /// The rules that speak about exactly this folder.
    naming: Vec<usize>,
    /// The rules that match this folder and everything below it.
    below: Vec<usize>,
    /// The rules of the files directly in this folder.
    direct: Vec<usize>,
}

impl<'a> RuleIndex<'a> {
    /// `folders` has the parents of each folder; the top folder, the empty text, is always in the index.
    pub fn new(patterns: &[&PathPattern], folders: &BTreeSet<&'a str>) -> Self {
        let trie = Trie::of(patterns);
        let mut states: HashMap<&str, Vec<usize>> = HashMap::from([("", trie.start())]);
        let mut index = Self { folders: HashMap::from([("", trie.rules_at(&trie.start(), patterns))]) };
        // A parent is sorted before what is in it.
        for folder in folders.iter().copied().filter(|folder| !folder.is_empty()) {
            let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
            let above = states.get(above).map(Vec::as_slice).unwrap_or_default();
            let reached = trie.step(above, name);
            index.folders.insert(folder, trie.rules_at(&reached, patterns));
            states.insert(folder, reached);
        }
        index
    }

    /// The rules that speak about exactly this folder, in their order.
    pub fn naming(&self, folder: &str) -> &[usize] {
        self.folders.get(folder).map(|rules| rules.naming.as_slice()).unwrap_or_default()
    }

    /// The rules that apply to what is in this folder, in their order.
    pub fn covering(&self, folder: &str) -> Vec<usize> {
        let mut rules = Vec::new();
        let mut at = Some(folder);
        while let Some(path) = at {
            rules.extend(self.folders.get(path).into_iter().flat_map(|own| &own.below));
            at = parent(path);
        }
        rules.extend(self.folders.get(folder).into_iter().flat_map(|own| &own.direct));
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// The rules that speak about exactly one of the folders.
    pub fn all_naming(&self) -> BTreeSet<usize> {
        self.folders.values().flat_map(|rules| &rules.naming).copied().collect()
    }
}

fn parent(folder: &str) -> Option<&str> {
    if folder.is_empty() {
        return None;
    }
    Some(folder.rsplit_once('/').map_or("", |(above, _)| above))
}

/// A node of the trie. A state is the list of nodes that a path may have reached.
#[derive(Debug, Default)]
struct Node {
    names: HashMap<String, usize>,
    /// Names with `*`, `?` or `\`.
    globs: Vec<(String, usize)>,
    /// What follows `**`.
    anywhere: Option<usize>,
    /// It follows `**`, so that any folder leads back to it.
    is_anywhere: bool,
    /// The patterns that end here.
    ends: Vec<usize>,
}

struct Trie {
    nodes: Vec<Node>,
}

impl Trie {
    fn of(patterns: &[&PathPattern]) -> Self {
        let mut trie = Self { nodes: vec![Node::default()] };
        for (rule, pattern) in patterns.iter().enumerate() {
            let end = pattern.segments().iter().fold(0, |at, segment| trie.child(at, segment));
            trie.nodes[end].ends.push(rule);
        }
        trie
    }

    fn child(&mut self, at: usize, segment: &str) -> usize {
        let new = self.nodes.len();
        let node = &mut self.nodes[at];
        let is_anywhere = segment == "**";
        let child = if is_anywhere {
            *node.anywhere.get_or_insert(new)
        } else if segment.contains(['*', '?', '\\']) {
            match node.globs.iter().find(|(glob, _)| glob == segment) {
                Some((_, child)) => *child,
                None => {
                    node.globs.push((segment.to_owned(), new));
                    new
                }
            }
        } else {
            *node.names.entry(segment.to_owned()).or_insert(new)
        };
        if child == new {
            self.nodes.push(Node { is_anywhere, ..Node::default() });
        }
        child
    }

    fn start(&self) -> Vec<usize> {
        self.closed(BTreeSet::from([0]))
    }

    /// What is reached from a state by the name of a folder.
    fn step(&self, state: &[usize], name: &str) -> Vec<usize> {
        let mut reached = BTreeSet::new();
        for at in state {
            let node = &self.nodes[*at];
            reached.extend(node.is_anywhere.then_some(*at));
            reached.extend(node.names.get(name));
            reached.extend(node.globs.iter().filter(|(glob, _)| is_match(glob, name)).map(|(_, child)| child));
        }
        self.closed(reached)
    }

    /// `**` stands for no folder too, so that its node is reached with the one before.
    fn closed(&self, mut reached: BTreeSet<usize>) -> Vec<usize> {
        let mut waiting: Vec<usize> = reached.iter().copied().collect();
        while let Some(at) = waiting.pop() {
            if let Some(next) = self.nodes[at].anywhere
                && reached.insert(next)
            {
                waiting.push(next);
            }
        }
        reached.into_iter().collect()
    }

    fn rules_at(&self, state: &[usize], patterns: &[&PathPattern]) -> FolderRules {
        let mut rules = FolderRules::default();
        for rule in state.iter().flat_map(|at| &self.nodes[*at].ends).copied() {
            let pattern = patterns[rule];
            if pattern.is_specific() {
                rules.naming.push(rule);
            }
            match pattern.is_deep() {
                true => rules.below.push(rule),
                false => rules.direct.push(rule),
            }
        }
        for list in [&mut rules.naming, &mut rules.below, &mut rules.direct] {
            list.sort_unstable();
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::dialect::Dialect;
    use super::*;

    fn segment() -> impl Strategy<Value = String> {
        prop_oneof![
            3 => prop::sample::select(vec!["a", "b", "ab", "a.b"]).prop_map(str::to_owned),
            1 => prop::sample::select(vec!["*", "**", "a*", "?", "*b", "\\a"]).prop_map(str::to_owned),
        ]
    }

    fn pattern() -> impl Strategy<Value = String> {
        let segments = prop::collection::vec(segment(), 0..5);
        (any::<bool>(), segments, any::<bool>()).prop_map(|(is_anchored, segments, is_folder)| {
            let (start, end) = (if is_anchored { "/" } else { "" }, if is_folder { "/" } else { "" });
            format!("{start}{}{end}", segments.join("/"))
        })
    }

    fn folder() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "a.b", "-"]), 1..6)
            .prop_map(|parts| parts.join("/"))
    }

    proptest! {
        #![proptest_config(crate::generated_cases::config(2000))]

        /// The plain comparison of each pattern with each folder is the measure.
        #[test]
        fn the_index_finds_what_each_pattern_matches(
            patterns in prop::collection::vec(pattern(), 0..12),
            folders in prop::collection::vec(folder(), 0..12),
            is_gitlab in any::<bool>(),
        ) {
            let dialect = if is_gitlab { Dialect::GitLab } else { Dialect::GitHub };
            let parsed: Vec<PathPattern> = patterns.iter().map(|text| PathPattern::parse(text, dialect)).collect();
            let parsed: Vec<&PathPattern> = parsed.iter().collect();
            let mut all: BTreeSet<&str> = BTreeSet::new();
            for folder in &folders {
                all.extend(std::iter::successors(Some(folder.as_str()), |path| parent(path)));
            }
            all.remove("");
            let index = RuleIndex::new(&parsed, &all);
            for folder in all.iter().copied().chain([""]) {
                let which = |is_it: &dyn Fn(&PathPattern) -> bool| -> Vec<usize> {
                    (0..parsed.len()).filter(|at| is_it(parsed[*at])).collect()
                };
                prop_assert_eq!(index.naming(folder), which(&|it| it.names(folder)), "{:?} {}", patterns, folder);
                prop_assert_eq!(index.covering(folder), which(&|it| it.covers(folder)), "{:?} {}", patterns, folder);
            }
        }
    }
}
