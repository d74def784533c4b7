//! Resolves aliases and merge keys in a document that was read with placeholders. Every copied node is counted: a few
//! lines of aliases can expand to billions of nodes, so a limit on copies is required in addition to the file size.

use std::collections::HashMap;

use super::job::{Broken, Job};
use crate::domain::document::fault::{Fault, FaultKind};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, NodeId, Tree, View};

/// Placeholders in the tree that are resolved once the document is read.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Maps an alias node to its target.
    pub(super) aliases: HashMap<NodeId, NodeId>,
    /// Keys that are `<<`.
    pub(super) merges: HashMap<NodeId, ()>,
}

pub(super) fn expand(
    job: &Job<'_>,
    from: &Tree,
    links: &Links,
    to: &mut Tree,
    faults: &mut Vec<Fault>,
) -> Result<(), Broken> {
    to.start_from(from);
    let view = View { source: job.text, tree: from };
    let Some(root) = from.root() else { return Ok(()) };
    let mut expansion = Expansion { job, view, links, to, faults, copied: 0, blame: None };
    expansion.node(root, false, 0)
}

struct Expansion<'e> {
    job: &'e Job<'e>,
    view: View<'e>,
    links: &'e Links,
    to: &'e mut Tree,
    faults: &'e mut Vec<Fault>,
    copied: usize,
    /// The outermost alias or merge key being expanded: the one that the user can change.
    blame: Option<Span>,
}

/// The entries of merge keys by key text, in the order of their first occurrence.
#[derive(Default)]
struct Merged {
    entries: Vec<Option<(String, NodeId, NodeId)>>,
    index: HashMap<String, usize>,
}

impl Merged {
    fn set(&mut self, text: String, key: NodeId, value: NodeId) {
        match self.index.get(&text).and_then(|index| self.entries.get_mut(*index)) {
            Some(slot) => *slot = Some((text, key, value)),
            None => {
                self.index.insert(text.clone(), self.entries.len());
                self.entries.push(Some((text, key, value)));
            }
        }
    }

    fn remove(&mut self, text: &str) {
        if let Some(slot) = self.index.remove(text).and_then(|index| self.entries.get_mut(index)) {
            *slot = None;
        }
    }
}

impl Expansion<'_> {
    fn node(&mut self, id: NodeId, copied: bool, depth: usize) -> Result<(), Broken> {
        if let Some(target) = self.links.aliases.get(&id) {
            return self.blamed(self.view.tree.span(id), |this| this.node(*target, true, depth));
        }
        let span = self.view.tree.span(id);
        if depth > self.job.limits.depth {
            return Err(self.fault(FaultKind::TooDeep { limit: self.job.limits.depth }, span));
        }
        if copied {
            self.spend(span)?;
        }
        let made = self.to.push_node_of(self.view.tree, id, copied);
        let value = self.view.value(id);
        let count = match value.kind() {
            Kind::List => {
                let mut count = 0;
                for item in value.items() {
                    self.node(item.id(), copied, depth + 1)?;
                    count += 1;
                }
                count
            }
            Kind::Map => self.entries(id, copied, depth + 1)?,
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => return Ok(()),
        };
        self.to.close(made, span.end, count);
        Ok(())
    }

    /// Appends the entries of a mapping: its own, then those of its merge keys.
    fn entries(&mut self, id: NodeId, copied: bool, depth: usize) -> Result<usize, Broken> {
        let map = self.view.value(id);
        let mut count = 0;
        for (key, value) in map.entries() {
            if self.is_merge(key.id()) {
                continue;
            }
            self.node(key.id(), copied, depth)?;
            self.node(value.id(), copied, depth)?;
            count += 1;
        }
        if !map.entries().any(|(key, _)| self.is_merge(key.id())) {
            return Ok(count);
        }
        let place = map.entries().find(|(key, _)| self.is_merge(key.id())).map_or(map.span(), |(key, _)| key.span());
        let merged = self.blamed(place, |this| this.merged(id, copied, depth))?;
        for (key, value) in merged {
            self.blamed(place, |this| {
                this.node(key, true, depth)?;
                this.node(value, true, depth)
            })?;
            count += 1;
        }
        Ok(count)
    }

    /// The entries of a mapping's merge keys that no later own key replaces. Kubernetes writes the entries into one map
    /// in order, so a merge key also overrides an own key *before* it, contrary to the YAML specification.
    fn merged(&mut self, id: NodeId, copied: bool, depth: usize) -> Result<Vec<(NodeId, NodeId)>, Broken> {
        let mut found = Merged::default();
        let mut own: HashMap<String, Span> = HashMap::new();
        for (key, value) in self.view.value(id).entries() {
            if !self.is_merge(key.id()) {
                if let Some(text) = self.key_text(key.id()) {
                    found.remove(&text);
                    own.insert(text, key.span());
                }
                continue;
            }
            let mut bring = Merged::default();
            self.sources(value.id(), key.span(), &mut bring, depth)?;
            for (text, from_key, from_value) in bring.entries.into_iter().flatten() {
                if let Some(first) = own.get(&text).filter(|_| !copied) {
                    let kind = FaultKind::DuplicateKey { key: text.clone(), first: *first };
                    self.faults.push(Fault { kind, span: key.span() });
                }
                found.set(text, from_key, from_value);
            }
        }
        Ok(found.entries.into_iter().flatten().map(|(_, key, value)| (key, value)).collect())
    }

    /// The value of a merge key: a mapping, or a list of mappings of which the first takes precedence.
    fn sources(&mut self, value: NodeId, place: Span, into: &mut Merged, depth: usize) -> Result<(), Broken> {
        let value = self.target(value);
        let list = match self.view.tree.kind(value) {
            Kind::Map => vec![value],
            Kind::List => self.view.value(value).items().map(|item| self.target(item.id())).collect(),
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => return Err(super::faults::bad_merge(place)),
        };
        for source in list.into_iter().rev() {
            // An empty mapping counts too, because nested lists of empty mappings take endless time.
            self.spend(place)?;
            if self.view.tree.kind(source) != Kind::Map {
                return Err(super::faults::bad_merge(place));
            }
            self.source(source, place, into, depth + 1)?;
        }
        Ok(())
    }

    fn source(&mut self, map: NodeId, place: Span, into: &mut Merged, depth: usize) -> Result<(), Broken> {
        if depth > self.job.limits.depth {
            return Err(self.fault(FaultKind::TooDeep { limit: self.job.limits.depth }, place));
        }
        for (key, value) in self.view.value(map).entries() {
            self.spend(place)?;
            if self.is_merge(key.id()) {
                self.sources(value.id(), place, into, depth)?;
            } else if let Some(text) = self.key_text(key.id()) {
                into.set(text, key.id(), value.id());
            }
        }
        Ok(())
    }

    fn is_merge(&self, key: NodeId) -> bool {
        self.links.merges.contains_key(&key)
    }

    fn target(&self, id: NodeId) -> NodeId {
        self.links.aliases.get(&id).copied().unwrap_or(id)
    }

    /// `None` for keys that are collections, which Kubernetes rejects anyway.
    fn key_text(&self, key: NodeId) -> Option<String> {
        let value = self.view.value(self.target(key));
        match value.kind() {
            Kind::List | Kind::Map => None,
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => Some(value.key_text().into_owned()),
        }
    }

    fn blamed<T>(&mut self, span: Span, work: impl FnOnce(&mut Self) -> Result<T, Broken>) -> Result<T, Broken> {
        let outer = self.blame;
        self.blame = outer.or(Some(span));
        let done = work(self);
        self.blame = outer;
        done
    }

    fn spend(&mut self, span: Span) -> Result<(), Broken> {
        self.copied += 1;
        if self.copied <= self.job.limits.copied_nodes {
            return Ok(());
        }
        Err(self.fault(FaultKind::AliasBomb { limit: self.job.limits.copied_nodes }, span))
    }

    fn fault(&self, kind: FaultKind, span: Span) -> Broken {
        Broken(Fault { kind, span: self.blame.unwrap_or(span) })
    }
}
