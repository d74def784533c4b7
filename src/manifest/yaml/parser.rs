//! Builds parser events from tokens. The states are those of kubectl's parser, so that both accept the same texts; they
//! are on an explicit stack, so nesting does not use the call stack.

use std::borrow::Cow;

use super::problem::{Open, Problem, ProblemKind};
use super::scanner::{Scan, Scanner};
use super::token::{Directive, Divergence, Tag, Token, TokenKind};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Style};

/// A parser event of a document.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::manifest) enum Event<'t> {
    Scalar {
        text: Cow<'t, str>,
        style: Style,
        properties: Properties<'t>,
        span: Span,
    },
    Alias {
        name: &'t str,
        span: Span,
    },
    /// `bracket` is the opening bracket of a flow collection; a pair in a list (`[a: b]`) and a block collection have
    /// none.
    Start {
        kind: Kind,
        style: Style,
        properties: Properties<'t>,
        bracket: Option<Span>,
        at: usize,
    },
    /// `bracket` is the closing bracket of a flow collection.
    End {
        bracket: Option<Span>,
    },
}

/// The anchor and tag of a node.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::manifest) struct Properties<'t> {
    pub(in crate::manifest) anchor: Option<&'t str>,
    pub(in crate::manifest) tag: Option<Tag>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Document,
    BlockItem,
    /// The items of a list in the column of its key.
    IndentlessItem,
    BlockKey,
    BlockValue,
    FlowItem {
        is_first: bool,
    },
    FlowKey {
        is_first: bool,
    },
    FlowValue {
        is_empty: bool,
    },
    PairKey,
    PairValue,
    PairEnd,
    End,
}

#[derive(Debug)]
pub(in crate::manifest) struct Parser<'t> {
    scanner: Scanner<'t>,
    state: State,
    states: Vec<State>,
    brackets: Vec<Open>,
    handles: Vec<(&'t str, Cow<'t, str>)>,
    /// The end of the last token: the position of an empty value after a colon or dash.
    slot: usize,
}

impl<'t> Parser<'t> {
    /// Parses `text[start..end]` as one document; comments that contain `wanted` are kept.
    pub(in crate::manifest) fn new(text: &'t str, start: usize, end: usize, wanted: Option<&'static str>) -> Self {
        Self {
            scanner: Scanner::new(text, start, end, wanted),
            state: State::Document,
            states: Vec::new(),
            brackets: Vec::new(),
            handles: Vec::new(),
            slot: start,
        }
    }

    pub(in crate::manifest) fn comments(&self) -> &[Span] {
        &self.scanner.comments
    }

    pub(in crate::manifest) fn divergences(&self) -> &[Divergence] {
        &self.scanner.divergences
    }

    /// The next event; `None` at the end of the document.
    pub(in crate::manifest) fn next(&mut self) -> Result<Option<Event<'t>>, Problem> {
        match self.state {
            State::Document => self.document().map(Some),
            State::BlockItem => self.block_item().map(Some),
            State::IndentlessItem => self.indentless_item().map(Some),
            State::BlockKey => self.block_key().map(Some),
            State::BlockValue => self.block_value().map(Some),
            State::FlowItem { is_first } => self.flow_item(is_first).map(Some),
            State::FlowKey { is_first } => self.flow_key(is_first).map(Some),
            State::FlowValue { is_empty } => self.flow_value(is_empty).map(Some),
            State::PairKey => self.pair_key().map(Some),
            State::PairValue => self.pair_value().map(Some),
            State::PairEnd => {
                self.state = State::FlowItem { is_first: false };
                Ok(Some(Event::End { bracket: None }))
            }
            State::End => self.document_end(),
        }
    }

    fn peek(&mut self) -> Scan<&Token<'t>> {
        self.scanner.peek()
    }

    /// Consumes the peeked token.
    fn take(&mut self) -> Option<Token<'t>> {
        let token = self.scanner.take()?;
        self.slot = token.span.end as usize;
        Some(token)
    }

    /// Consumes the token if it matches.
    fn take_if(&mut self, is_it: impl Fn(&TokenKind<'t>) -> bool) -> Scan<bool> {
        let found = is_it(&self.peek()?.kind);
        if found {
            self.take();
        }
        Ok(found)
    }

    fn fail<T>(&mut self, kind: ProblemKind) -> Scan<T> {
        let at = self.peek()?.span.start as usize;
        self.scanner.problem(kind, at)
    }

    fn empty(&self, at: usize) -> Event<'t> {
        let span = Span::empty(at);
        Event::Scalar { text: Cow::Borrowed(""), style: Style::Plain, properties: Properties::default(), span }
    }

    fn document(&mut self) -> Scan<Event<'t>> {
        self.handles = vec![("!", Cow::Borrowed("!")), ("!!", Cow::Borrowed("tag:yaml.org,2002:"))];
        let mut has_directive = false;
        while let TokenKind::Directive(_) = self.peek()?.kind {
            has_directive = true;
            self.directive()?;
        }
        let has_start = self.take_if(|kind| *kind == TokenKind::DocumentStart)?;
        if has_directive && !has_start {
            return self.fail(ProblemKind::DocumentStartExpected);
        }
        if !has_start && self.peek()?.kind == TokenKind::DocumentEnd {
            return self.fail(ProblemKind::ContentExpected);
        }
        self.state = State::End;
        let is_empty = matches!(
            self.peek()?.kind,
            TokenKind::Directive(_) | TokenKind::DocumentStart | TokenKind::DocumentEnd | TokenKind::StreamEnd
        );
        if is_empty {
            return Ok(self.empty(self.slot));
        }
        self.states.push(State::End);
        self.node(true, false)
    }

    fn directive(&mut self) -> Scan<()> {
        let Some(Token { kind: TokenKind::Directive(directive), span }) = self.take() else { return Ok(()) };
        match directive {
            // Version 1.2 is rejected elsewhere: the reader reports every directive that kubectl sees.
            Directive::Version { major: 1, minor: 1 | 2 } => {}
            Directive::Version { .. } => return self.scanner.problem(ProblemKind::Version, span.start as usize),
            Directive::Tag { handle, prefix } => self.handles.push((handle, prefix)),
        }
        Ok(())
    }

    fn document_end(&mut self) -> Scan<Option<Event<'t>>> {
        self.take_if(|kind| *kind == TokenKind::DocumentEnd)?;
        match self.peek()?.kind {
            TokenKind::StreamEnd => Ok(None),
            _ => self.fail(ProblemKind::ContentAfterEnd),
        }
    }

    /// Reads a node; an empty one is at `slot`.
    fn node(&mut self, is_block: bool, is_indentless: bool) -> Scan<Event<'t>> {
        let slot = self.slot;
        if let TokenKind::Alias(name) = self.peek()?.kind {
            let span = self.take().map_or(Span::empty(slot), |token| token.span);
            self.state = self.states.pop().unwrap_or(State::End);
            return Ok(Event::Alias { name, span });
        }
        let properties = self.properties()?;
        let start = self.peek()?.span.start as usize;
        if is_indentless && self.peek()?.kind == TokenKind::BlockEntry {
            self.state = State::IndentlessItem;
            return Ok(Event::Start { kind: Kind::List, style: Style::Block, properties, bracket: None, at: start });
        }
        let (kind, style, state) = match self.peek()?.kind {
            TokenKind::Scalar { .. } => return self.scalar(properties),
            TokenKind::FlowSequenceStart => (Kind::List, Style::Flow, State::FlowItem { is_first: true }),
            TokenKind::FlowMappingStart => (Kind::Map, Style::Flow, State::FlowKey { is_first: true }),
            TokenKind::BlockSequenceStart if is_block => (Kind::List, Style::Block, State::BlockItem),
            TokenKind::BlockMappingStart if is_block => (Kind::Map, Style::Block, State::BlockKey),
            _ if properties != Properties::default() => {
                self.state = self.states.pop().unwrap_or(State::End);
                let text = Cow::Borrowed("");
                return Ok(Event::Scalar { text, style: Style::Plain, properties, span: Span::empty(slot) });
            }
            _ => return self.fail(ProblemKind::ContentExpected),
        };
        self.state = state;
        let token = self.take();
        let mut bracket = None;
        if style == Style::Flow {
            bracket = token.map(|token| token.span);
            self.brackets.push(Open { bracket: if kind == Kind::List { '[' } else { '{' }, at: start });
        }
        Ok(Event::Start { kind, style, properties, bracket, at: start })
    }

    fn scalar(&mut self, properties: Properties<'t>) -> Scan<Event<'t>> {
        self.state = self.states.pop().unwrap_or(State::End);
        let Some(Token { kind: TokenKind::Scalar { text, style }, span }) = self.take() else {
            return self.fail(ProblemKind::ContentExpected);
        };
        Ok(Event::Scalar { text, style, properties, span })
    }

    /// An anchor and a tag, in either order.
    fn properties(&mut self) -> Scan<Properties<'t>> {
        let mut properties = Properties::default();
        loop {
            match &self.peek()?.kind {
                TokenKind::Anchor(_) if properties.anchor.is_none() => {
                    if let Some(Token { kind: TokenKind::Anchor(name), .. }) = self.take() {
                        properties.anchor = Some(name);
                    }
                }
                TokenKind::Tag { .. } if properties.tag.is_none() => {
                    if let Some(Token { kind: TokenKind::Tag { handle, suffix }, span }) = self.take() {
                        properties.tag = Some(self.tag(handle, &suffix, span)?);
                    }
                }
                _ => return Ok(properties),
            }
        }
    }

    fn tag(&self, handle: &str, suffix: &str, span: Span) -> Scan<Tag> {
        if handle.is_empty() {
            return Ok(Tag { span, name: suffix.to_owned(), is_local: suffix == "!" });
        }
        match self.handles.iter().rev().find(|(name, _)| *name == handle) {
            Some((_, prefix)) => Ok(Tag { span, name: format!("{prefix}{suffix}"), is_local: handle == "!" }),
            None => self.scanner.problem(ProblemKind::UndefinedTagHandle, span.start as usize),
        }
    }

    fn finish(&mut self, bracket: Option<Span>) -> Event<'t> {
        if bracket.is_some() {
            self.brackets.pop();
        }
        self.state = self.states.pop().unwrap_or(State::End);
        Event::End { bracket }
    }

    fn block_item(&mut self) -> Scan<Event<'t>> {
        if self.take_if(|kind| *kind == TokenKind::BlockEnd)? {
            return Ok(self.finish(None));
        }
        if !self.take_if(|kind| *kind == TokenKind::BlockEntry)? {
            return self.fail(ProblemKind::ItemExpected);
        }
        match self.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::BlockEnd => {
                self.state = State::BlockItem;
                Ok(self.empty(self.slot))
            }
            _ => {
                self.states.push(State::BlockItem);
                self.node(true, false)
            }
        }
    }

    fn indentless_item(&mut self) -> Scan<Event<'t>> {
        if !self.take_if(|kind| *kind == TokenKind::BlockEntry)? {
            return Ok(self.finish(None));
        }
        match self.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.state = State::IndentlessItem;
                Ok(self.empty(self.slot))
            }
            _ => {
                self.states.push(State::IndentlessItem);
                self.node(true, false)
            }
        }
    }

    fn block_key(&mut self) -> Scan<Event<'t>> {
        if self.take_if(|kind| *kind == TokenKind::BlockEnd)? {
            return Ok(self.finish(None));
        }
        if !self.take_if(|kind| *kind == TokenKind::Key)? {
            return self.fail(ProblemKind::KeyExpected);
        }
        match self.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.state = State::BlockValue;
                Ok(self.empty(self.slot))
            }
            _ => {
                self.states.push(State::BlockValue);
                self.node(true, true)
            }
        }
    }

    fn block_value(&mut self) -> Scan<Event<'t>> {
        if !self.take_if(|kind| *kind == TokenKind::Value)? {
            self.state = State::BlockKey;
            return Ok(self.empty(self.slot));
        }
        match self.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.state = State::BlockKey;
                Ok(self.empty(self.slot))
            }
            _ => {
                self.states.push(State::BlockKey);
                self.node(true, true)
            }
        }
    }

    /// Consumes the comma before every entry but the first.
    fn comma(&mut self) -> Scan<()> {
        if self.take_if(|kind| *kind == TokenKind::FlowEntry)? {
            return Ok(());
        }
        let Some(open) = self.brackets.last().copied() else { return self.fail(ProblemKind::ContentExpected) };
        let kind = match self.peek()?.kind {
            TokenKind::FlowSequenceEnd => ProblemKind::WrongBracket { open, close: ']' },
            TokenKind::FlowMappingEnd => ProblemKind::WrongBracket { open, close: '}' },
            TokenKind::StreamEnd | TokenKind::DocumentEnd | TokenKind::DocumentStart => {
                ProblemKind::UnclosedBracket(open)
            }
            _ => ProblemKind::CommaExpected(open),
        };
        self.fail(kind)
    }

    /// Reads a node in brackets; the end of the text means an unclosed bracket.
    fn flow_node(&mut self) -> Scan<Event<'t>> {
        let open = self.brackets.last().copied();
        match (&self.peek()?.kind, open) {
            (TokenKind::StreamEnd, Some(open)) => self.fail(ProblemKind::UnclosedBracket(open)),
            (TokenKind::FlowSequenceEnd, Some(open)) if open.bracket == '{' => {
                self.fail(ProblemKind::WrongBracket { open, close: ']' })
            }
            (TokenKind::FlowMappingEnd, Some(open)) if open.bracket == '[' => {
                self.fail(ProblemKind::WrongBracket { open, close: '}' })
            }
            _ => self.node(false, false),
        }
    }

    fn close_flow(&mut self) -> Event<'t> {
        let bracket = self.take().map(|token| token.span);
        self.finish(bracket)
    }

    fn flow_item(&mut self, is_first: bool) -> Scan<Event<'t>> {
        if self.peek()?.kind == TokenKind::FlowSequenceEnd {
            return Ok(self.close_flow());
        }
        if !is_first {
            self.comma()?;
        }
        let at = self.peek()?.span.start as usize;
        if self.take_if(|kind| *kind == TokenKind::Key)? {
            self.state = State::PairKey;
            let properties = Properties::default();
            return Ok(Event::Start { kind: Kind::Map, style: Style::Flow, properties, bracket: None, at });
        }
        if self.peek()?.kind == TokenKind::FlowSequenceEnd {
            return Ok(self.close_flow());
        }
        self.states.push(State::FlowItem { is_first: false });
        self.flow_node()
    }

    fn pair_key(&mut self) -> Scan<Event<'t>> {
        match self.peek()?.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                let at = self.slot;
                // kubectl loses a token here, so it rejects what follows.
                self.take();
                self.state = State::PairValue;
                Ok(self.empty(at))
            }
            _ => {
                self.states.push(State::PairValue);
                self.flow_node()
            }
        }
    }

    fn pair_value(&mut self) -> Scan<Event<'t>> {
        self.state = State::PairEnd;
        if !self.take_if(|kind| *kind == TokenKind::Value)? {
            return Ok(self.empty(self.slot));
        }
        match self.peek()?.kind {
            TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => Ok(self.empty(self.slot)),
            _ => {
                self.states.push(State::PairEnd);
                self.flow_node()
            }
        }
    }

    fn flow_key(&mut self, is_first: bool) -> Scan<Event<'t>> {
        if self.peek()?.kind == TokenKind::FlowMappingEnd {
            return Ok(self.close_flow());
        }
        if !is_first {
            self.comma()?;
        }
        if self.take_if(|kind| *kind == TokenKind::Key)? {
            return match self.peek()?.kind {
                TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                    self.state = State::FlowValue { is_empty: false };
                    Ok(self.empty(self.slot))
                }
                _ => {
                    self.states.push(State::FlowValue { is_empty: false });
                    self.flow_node()
                }
            };
        }
        if self.peek()?.kind == TokenKind::FlowMappingEnd {
            return Ok(self.close_flow());
        }
        self.states.push(State::FlowValue { is_empty: true });
        self.flow_node()
    }

    fn flow_value(&mut self, is_empty: bool) -> Scan<Event<'t>> {
        self.state = State::FlowKey { is_first: false };
        if is_empty || !self.take_if(|kind| *kind == TokenKind::Value)? {
            return Ok(self.empty(self.slot));
        }
        match self.peek()?.kind {
            TokenKind::FlowEntry | TokenKind::FlowMappingEnd => Ok(self.empty(self.slot)),
            _ => {
                self.states.push(State::FlowKey { is_first: false });
                self.flow_node()
            }
        }
    }
}
