//! The thorough producer: a whole YAML 1.2 parser's events become our tree. It sets the standard that `fast` is
//! measured by. The parser says where content starts; where an empty value or a block scalar's indicator stands we
//! have to find ourselves, by reading on from the end of the node before.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag};

use super::expand;
use super::faults::{self, Broken};
use super::keys::Keys;
use super::limits::Limits;
use super::places::{self, Room, one_character};
use super::scalar::{self, Plain};
use super::tags::{self, Tagged};
use crate::domain::fault::{Fault, FaultKind, Oversize, Reading};
use crate::domain::span::Span;
use crate::domain::tree::{Kind, NodeId, Scalar, Style, Tree, View};

/// What is kept between documents.
#[derive(Debug, Default)]
pub(super) struct Full {
    scratch: Tree,
    keys: Keys,
    links: Links,
}

/// What has to be resolved once the document is read: placeholders stand in the tree for these.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Alias node -> the node it stands for.
    pub(super) aliases: HashMap<NodeId, NodeId>,
    /// Keys that are `<<`.
    pub(super) merges: HashMap<NodeId, ()>,
}

/// The document to read, and where results go.
pub(super) struct Job<'j> {
    pub(super) text: &'j str,
    pub(super) range: Range<usize>,
    pub(super) limits: &'j Limits,
    pub(super) wants_notes: bool,
}

impl Full {
    /// Reads one document into `tree`. `false`: it is broken, the last fault says why, and the tree is empty.
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

/// A collection that is still open.
struct Frame {
    kind: Kind,
    style: Style,
    /// `None` until its first child tells where it starts.
    id: Option<NodeId>,
    anchor: usize,
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
    frames: Vec<Frame>,
    /// How many of the innermost frames have no node yet.
    pending: usize,
    anchors: HashMap<usize, NodeId>,
    /// The end of the last node.
    cursor: usize,
}

type Step = Result<(), Broken>;

impl Builder<'_> {
    fn run(mut self) -> Step {
        let chunk = self.job.text.get(self.job.range.clone()).unwrap_or_default();
        let options = granit_parser::options! {
            // The cluster takes a closing bracket at its key's own column, and so do most editors' formatters.
            strict_indentation: false,
            emit_comments: self.job.wants_notes,
            max_buffered_comment_events: usize::MAX,
        };
        for next in Parser::new_from_str_with_options(chunk, options) {
            let (event, span) = match next {
                Ok(next) => next,
                Err(error) => return Err(faults::syntax(self.job.text, &self.job.range, self.job.limits, &error)),
            };
            let bytes = span.byte_range().unwrap_or(0..0);
            self.event(event, Span::new(bytes.start + self.job.range.start, bytes.end + self.job.range.start))?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Step {
        match event {
            Event::DocumentStart(..) => self.cursor = self.cursor.max(span.end as usize),
            Event::Comment(text, _) if text.contains("portolan:") => self.notes.push(span),
            Event::Scalar(text, style, anchor, tag) => return self.scalar(&text, style, anchor, tag.as_deref(), span),
            Event::Alias(id) => return self.alias(id, span),
            Event::SequenceStart(style, anchor, tag) => {
                return self.open(Kind::List, style, anchor, tag.is_some(), span);
            }
            Event::MappingStart(style, anchor, tag) => return self.open(Kind::Map, style, anchor, tag.is_some(), span),
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            // The rest of a stream's events carry nothing for a tree.
            _ => {}
        }
        Ok(())
    }

    fn is_key(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.kind == Kind::Map && frame.children % 2 == 0)
    }

    fn open(&mut self, kind: Kind, style: StructureStyle, anchor: usize, tagged: bool, span: Span) -> Step {
        if self.frames.len() >= self.job.limits.depth {
            let limit = self.job.limits.depth;
            return Err(Broken(Fault {
                kind: FaultKind::TooDeep { limit },
                span: one_character(self.job.text, span.start as usize),
            }));
        }
        if self.is_key() {
            let braces = (span.start as usize).checked_sub(1).map(|before| Span::new(before, before + 2));
            if let Some(braces) = braces.filter(|braces| braces.slice(self.job.text) == "{{") {
                return Err(faults::braces(self.job.text, braces));
            }
            let found = Fault {
                kind: FaultKind::NonStringKey { found: Reading::Collection, text: String::new() },
                span: one_character(self.job.text, span.start as usize),
            };
            self.faults.push(found);
        }
        let style = match style {
            StructureStyle::Flow => Style::Flow,
            StructureStyle::Block => Style::Block,
        };
        // A pair inside a flow list (`[a: b]`) is a mapping without brackets: it starts where its key does.
        let bracketed = style == Style::Flow && !span.is_empty();
        let frame = Frame { kind, style, id: None, anchor, tagged, children: 0, keys_from: self.keys.mark() };
        self.frames.push(frame);
        self.pending += 1;
        if bracketed {
            self.flush(span.start as usize)?;
            self.cursor = span.end as usize;
        }
        Ok(())
    }

    /// Gives every collection that waited for it the start of its first child.
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
            if frame.anchor > 0 {
                self.anchors.insert(frame.anchor, id);
            }
        }
        Ok(())
    }

    fn room(&self, at: usize) -> Step {
        let limit = self.job.limits.nodes;
        if self.tree.len() < limit {
            return Ok(());
        }
        let span = one_character(self.job.text, at);
        Err(Broken(Fault { kind: FaultKind::TooLarge { what: Oversize::Nodes, limit }, span }))
    }

    fn close(&mut self, span: Span) {
        let Some(frame) = self.frames.pop() else { return };
        let Some(id) = frame.id else {
            self.pending = self.pending.saturating_sub(1);
            return;
        };
        if frame.style == Style::Flow && !span.is_empty() {
            self.cursor = span.end as usize;
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

    fn alias(&mut self, anchor: usize, span: Span) -> Step {
        self.flush(span.start as usize)?;
        self.room(span.start as usize)?;
        let target = self.anchors.get(&anchor).copied();
        let Some(target) = target.filter(|target| self.frames.iter().all(|frame| frame.id != Some(*target))) else {
            return Err(faults::contains_itself(self.job.text, span));
        };
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

    /// Notes a key that stands at `span`; its text is at `node`.
    fn key(&mut self, node: NodeId, span: Span, agreed: bool) {
        self.keys.note(View { source: self.job.text, tree: self.tree }, node, span, agreed, self.faults);
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, span: Span) -> Step {
        let style = match style {
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
            // `Plain`, and what the parser may add one day.
            _ => Style::Plain,
        };
        let is_key = self.is_key();
        let in_flow = self.frames.last().is_some_and(|frame| frame.style == Style::Flow);
        if is_key && !in_flow && !span.is_empty() {
            places::check_indentation(self.job, span)?;
        }
        let (text, span) = match style {
            Style::Literal | Style::Folded => (text, places::block_scalar(self.job, self.cursor, span)),
            Style::Plain if span.is_empty() => {
                let room = self.frames.last().map(|top| Room { in_list: top.kind == Kind::List, in_flow, is_key });
                ("", places::empty(self.job, self.cursor, room))
            }
            _ => (text, span),
        };
        self.flush(span.start as usize)?;
        self.room(span.start as usize)?;
        let (resolved, agreed) = self.resolve(text, style, tag, span, is_key);
        let id = self.push(&resolved, text, style, span);
        if tag.is_some() {
            self.tree.mark_tagged(id);
        }
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
        if is_key {
            let merge = text == "<<" && style == Style::Plain && tag.is_none_or(tags::is_merge);
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

    /// What the scalar is, and whether both readers agree on that.
    fn resolve(&mut self, text: &str, style: Style, tag: Option<&Tag>, span: Span, is_key: bool) -> (Tagged, bool) {
        match tag {
            Some(tag) if text.is_empty() && style == Style::Plain && tag.handle() == "!" => {
                let after = self.job.text.get(self.cursor..self.job.range.end).unwrap_or_default();
                self.faults.extend(faults::only_a_tag(after, self.cursor, tag.suffix()));
                (Tagged::Plain(Plain::String), true)
            }
            Some(tag) => match tags::apply(tag, text) {
                Ok(tagged) => (tagged, true),
                Err(misfit) => {
                    self.faults.push(faults::misfit(text, misfit, span));
                    (Tagged::Plain(Plain::String), true)
                }
            },
            None if style == Style::Plain => {
                let judged = scalar::judge(text, span, is_key, self.faults);
                (Tagged::Plain(judged.cluster), judged.agreed)
            }
            None => (Tagged::Plain(Plain::String), true),
        }
    }

    fn push(&mut self, resolved: &Tagged, text: &str, style: Style, span: Span) -> NodeId {
        let scalar = match resolved {
            Tagged::Plain(Plain::Null) => Scalar::Null,
            Tagged::Plain(Plain::Bool(value)) => Scalar::Bool(*value),
            Tagged::Plain(Plain::Number(number)) => Scalar::Number(*number),
            Tagged::Plain(Plain::String | Plain::Refused) => {
                places::verbatim(self.job.text, text, style, span).map_or(Scalar::Decoded(text), Scalar::Verbatim)
            }
            Tagged::Binary(text) => Scalar::Decoded(text),
        };
        self.tree.push_scalar(scalar, span, style)
    }
}
