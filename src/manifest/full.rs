//! The complete reader: builds a tree from the events of the YAML parser. Its results define what `fast` must produce.

use std::borrow::Cow;
use std::collections::HashMap;

use super::expand::{self, Links};
use super::faults;
use super::job::{Broken, Job};
use super::places::verbatim;
use super::plain_scalar::resolve_plain;
use super::scalar::Plain;
use super::tags::{self, Tagged};
use super::yaml::{Event, Parser, Properties, Tag};
use crate::domain::document::fault::{Fault, FaultKind, Oversize};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, NodeId, Scalar, Style, Tree, View};
use crate::manifest::duplicate_keys::Keys;

/// Buffers that are reused for the next document.
#[derive(Debug, Default)]
pub(super) struct Full {
    scratch: Tree,
    keys: Keys,
    links: Links,
}

impl Full {
    /// Reads one document into `tree`. `false`: it is broken, the last fault is the reason, and the tree is empty.
    pub(super) fn read(
        &mut self,
        job: &Job<'_>,
        tree: &mut Tree,
        faults: &mut Vec<Fault>,
        notes: &mut Vec<Span>,
    ) -> bool {
        tree.clear();
        self.scratch.clear();
        self.keys.clear();
        self.links.aliases.clear();
        self.links.merges.clear();
        let builder = Builder {
            job,
            tree: &mut self.scratch,
            keys: &mut self.keys,
            links: &mut self.links,
            faults,
            notes,
            frames: Vec::new(),
            pending: 0,
            anchors: HashMap::new(),
            cursor: job.range.start,
        };
        let read = builder.run();
        let done = read.and_then(|()| {
            if self.links.aliases.is_empty() && self.links.merges.is_empty() {
                std::mem::swap(tree, &mut self.scratch);
                Ok(())
            } else {
                expand::expand(job, &self.scratch, &self.links, tree, faults)
            }
        });
        if let Err(Broken(fault)) = done {
            faults.push(fault);
            tree.clear();
            return false;
        }
        true
    }
}

/// An open collection.
struct Frame<'b> {
    kind: Kind,
    style: Style,
    /// `None` until its first child determines its start.
    id: Option<NodeId>,
    anchor: Option<&'b str>,
    tagged: bool,
    children: usize,
    keys_from: usize,
}

struct Builder<'b> {
    job: &'b Job<'b>,
    tree: &'b mut Tree,
    keys: &'b mut Keys,
    links: &'b mut Links,
    faults: &'b mut Vec<Fault>,
    notes: &'b mut Vec<Span>,
    frames: Vec<Frame<'b>>,
    /// The number of innermost frames without a node.
    pending: usize,
    anchors: HashMap<&'b str, NodeId>,
    /// The end of the last node.
    cursor: usize,
}

type Step = Result<(), Broken>;

impl<'b> Builder<'b> {
    fn run(mut self) -> Step {
        let job = self.job;
        let wanted = job.wants_notes.then_some("portolan:");
        let mut parser = Parser::new(job.text, job.range.start, job.range.end, wanted);
        loop {
            let event = match parser.next() {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(problem) => return Err(faults::syntax(job.text, &job.range, &problem)),
            };
            self.event(event)?;
        }
        self.notes.extend_from_slice(parser.comments());
        for divergence in parser.divergences() {
            self.faults.push(faults::divergence(job.text, *divergence, job.reader));
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'b>) -> Step {
        match event {
            Event::Scalar { text, style, properties, span } => self.scalar(text, style, &properties, span),
            Event::Alias { name, span } => self.alias(name, span),
            Event::Start { kind, style, properties, bracket, at } => self.open(kind, style, &properties, bracket, at),
            Event::End { bracket } => {
                self.close(bracket);
                Ok(())
            }
        }
    }

    fn is_key(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.kind == Kind::Map && frame.children % 2 == 0)
    }

    fn open(
        &mut self,
        kind: Kind,
        style: Style,
        properties: &Properties<'b>,
        bracket: Option<Span>,
        at: usize,
    ) -> Step {
        if self.frames.len() >= self.job.limits.depth {
            let limit = self.job.limits.depth;
            let span = Span::of_character(self.job.text, at);
            return Err(Broken(Fault { kind: FaultKind::TooDeep { limit }, span }));
        }
        if self.is_key() {
            let braces = at.checked_sub(1).map(|before| Span::new(before, before + 2));
            if let Some(braces) = braces.filter(|braces| braces.slice(self.job.text) == "{{") {
                return Err(faults::braces(self.job.text, braces));
            }
            self.faults.push(faults::collection_key(Span::of_character(self.job.text, at)));
        }
        let frame = Frame {
            kind,
            style,
            id: None,
            anchor: properties.anchor,
            tagged: properties.tag.is_some(),
            children: 0,
            keys_from: self.keys.mark(),
        };
        self.frames.push(frame);
        self.pending += 1;
        // A block collection starts where its first child starts.
        if let Some(bracket) = bracket {
            self.flush(at)?;
            self.cursor = bracket.end as usize;
        }
        Ok(())
    }

    /// Creates the nodes of pending collections, which start at their first child.
    fn flush(&mut self, start: usize) -> Step {
        let from = self.frames.len() - self.pending.min(self.frames.len());
        self.pending = 0;
        for at in from..self.frames.len() {
            self.room(start)?;
            let Some(frame) = self.frames.get_mut(at) else { continue };
            let id = self.tree.open(frame.kind, Span::empty(start), frame.style);
            frame.id = Some(id);
            if frame.tagged {
                self.tree.mark_tagged(id);
            }
            if let Some(anchor) = frame.anchor {
                self.anchors.insert(anchor, id);
            }
        }
        Ok(())
    }

    fn room(&self, at: usize) -> Step {
        let limit = self.job.limits.nodes;
        if self.tree.len() < limit {
            return Ok(());
        }
        let span = Span::of_character(self.job.text, at);
        Err(Broken(Fault { kind: FaultKind::TooLarge { what: Oversize::Nodes, limit }, span }))
    }

    fn close(&mut self, bracket: Option<Span>) {
        let Some(frame) = self.frames.pop() else { return };
        let Some(id) = frame.id else {
            self.pending = self.pending.saturating_sub(1);
            return;
        };
        if let Some(bracket) = bracket {
            self.cursor = bracket.end as usize;
        }
        let count = if frame.kind == Kind::Map { frame.children / 2 } else { frame.children };
        self.tree.close(id, Span::empty(self.cursor).start, count);
        if frame.kind == Kind::Map {
            self.keys.close(frame.keys_from, View { source: self.job.text, tree: self.tree }, self.faults);
        }
        self.count_child();
    }

    fn count_child(&mut self) {
        if let Some(parent) = self.frames.last_mut() {
            parent.children += 1;
        }
    }

    fn alias(&mut self, name: &'b str, span: Span) -> Step {
        self.flush(span.start as usize)?;
        self.room(span.start as usize)?;
        let Some(target) = self.anchors.get(name).copied() else {
            return Err(faults::unknown_anchor(self.job.text, &self.job.range, span));
        };
        if self.frames.iter().any(|frame| frame.id == Some(target)) {
            return Err(faults::contains_itself(self.job.text, span));
        }
        let is_key = self.is_key();
        let id = self.tree.push_scalar(Scalar::Null, span, Style::Plain);
        self.links.aliases.insert(id, target);
        if is_key {
            self.key(target, span, true);
        }
        self.cursor = span.end as usize;
        self.count_child();
        Ok(())
    }

    /// Records a key at `span`; `node` has its text.
    fn key(&mut self, node: NodeId, span: Span, agreed: bool) {
        self.keys.note(View { source: self.job.text, tree: self.tree }, node, span, agreed, self.faults);
    }

    fn scalar(&mut self, text: Cow<'b, str>, style: Style, properties: &Properties<'b>, span: Span) -> Step {
        let is_key = self.is_key();
        let in_flow = self.frames.last().is_some_and(|frame| frame.style == Style::Flow);
        if is_key && !in_flow && !span.is_empty() {
            check_indentation(self.job, span)?;
        }
        self.flush(span.start as usize)?;
        self.room(span.start as usize)?;
        let (resolved, agreed) = self.resolve(&text, style, properties.tag.as_ref(), span, is_key);
        let verbatim = match &text {
            Cow::Borrowed(_) => verbatim(style, span),
            Cow::Owned(_) => None,
        };
        let id = self.push(&resolved, &text, verbatim, style, span);
        if properties.tag.is_some() {
            self.tree.mark_tagged(id);
        }
        if let Some(anchor) = properties.anchor {
            self.anchors.insert(anchor, id);
        }
        if is_key {
            let merge = text == "<<" && style == Style::Plain && properties.tag.as_ref().is_none_or(tags::is_merge);
            if merge {
                self.links.merges.insert(id, ());
            } else {
                self.key(id, span, agreed);
            }
        }
        self.cursor = self.cursor.max(span.end as usize);
        self.count_child();
        Ok(())
    }

    /// Determines the type of a scalar, and whether its reader and editors agree on it.
    fn resolve(&mut self, text: &str, style: Style, tag: Option<&Tag>, span: Span, is_key: bool) -> (Tagged, bool) {
        match tag {
            Some(tag) if text.is_empty() && style == Style::Plain && tag.is_local => {
                self.faults.push(faults::only_a_tag(self.job.text, tag.span));
                (Tagged::Plain(Plain::String), true)
            }
            Some(tag) => match tags::apply(&tag.name, text, self.job.reader) {
                Ok(Tagged::Plain(Plain::Refused)) if !is_key => {
                    self.faults.push(faults::not_finite(text, span, self.job.reader));
                    (Tagged::Plain(Plain::Refused), true)
                }
                Ok(tagged) => (tagged, true),
                Err(misfit) => {
                    self.faults.push(faults::misfit(text, misfit, span));
                    (Tagged::Plain(Plain::String), true)
                }
            },
            None if style == Style::Plain => {
                let resolved = resolve_plain(text, span, is_key, self.job.reader, self.faults);
                (Tagged::Plain(resolved.value), resolved.agreed)
            }
            None => (Tagged::Plain(Plain::String), true),
        }
    }

    fn push(&mut self, resolved: &Tagged, text: &str, verbatim: Option<Span>, style: Style, span: Span) -> NodeId {
        let scalar = match resolved {
            Tagged::Plain(Plain::Null) => Scalar::Null,
            Tagged::Plain(Plain::Bool(value)) => Scalar::Bool(*value),
            Tagged::Plain(Plain::Number(number)) => Scalar::Number(*number),
            Tagged::Plain(Plain::String | Plain::Refused) => verbatim.map_or(Scalar::Decoded(text), Scalar::Verbatim),
            Tagged::Binary(text) => Scalar::Decoded(text),
        };
        self.tree.push_scalar(scalar, span, style)
    }
}

/// Reports characters that look like indentation but are the beginning of the key for every parser.
fn check_indentation(job: &Job<'_>, key: Span) -> Result<(), Broken> {
    let start = key.start as usize;
    let before = job.text.get(job.range.start..start).unwrap_or_default();
    let line = before.trim_end_matches(' ');
    if !line.is_empty() && !line.ends_with(['\n', '\r']) {
        return Ok(());
    }
    let text = key.slice(job.text);
    match text.len() - text.trim_start_matches(faults::is_odd_blank).len() {
        0 => Ok(()),
        width => Err(faults::odd_indentation(Span::new(start, start + width))),
    }
}
