//! Splits a text into tokens. A key is recognised only by the colon after it, so tokens wait in a queue until it is
//! known whether they start one (`Candidate`).

use std::collections::VecDeque;

use memchr::memmem;

use super::chars::{
    break_length, first_forbidden, is_blank, is_blank_or_end, is_break_or_end, is_odd_separator, width,
};
use super::problem::{Problem, ProblemKind};
use super::token::{Divergence, Token, TokenKind};
use crate::domain::document::span::Span;

/// A key must end within this many characters, and on its line.
const MAX_KEY_LENGTH: usize = 1024;

/// A position in the text, counted like kubectl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) at: usize,
    pub(super) character: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A token that becomes a key if a colon follows in time.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    /// Only a key can start in this column.
    required: bool,
    token: usize,
    mark: Mark,
    /// Empty brackets. kubectl does not look for a colon after them, so it reads no further if the root is one.
    has_ended: bool,
}

pub(super) type Scan<T> = Result<T, Problem>;

#[derive(Debug)]
pub(super) struct Scanner<'t> {
    pub(super) text: &'t str,
    /// The text up to the end of the document.
    pub(super) bytes: &'t [u8],
    pub(super) mark: Mark,
    pub(super) queue: VecDeque<Token<'t>>,
    /// The number of tokens taken from the queue.
    taken: usize,
    ended: bool,
    /// The column of the innermost block collection.
    pub(super) indent: i64,
    indents: Vec<i64>,
    pub(super) key_allowed: bool,
    /// One for the block level, and one for each open bracket.
    candidates: Vec<Option<Candidate>>,
    /// For each open bracket, the last token in it that could start a key, or the bracket itself.
    last_candidates: Vec<usize>,
    forbidden: Option<usize>,
    /// Where kubectl starts to read: a byte order mark there is not content. kubectl removes the line of `---`, except
    /// on the first line of a file.
    text_start: usize,
    /// Comments that contain this are kept.
    wanted: Option<memmem::Finder<'static>>,
    pub(super) comments: Vec<Span>,
    pub(super) divergences: Vec<Divergence>,
    /// A line ended with `\r\r\n`.
    has_double_return: bool,
}

impl<'t> Scanner<'t> {
    /// Scans `text[start..end]`; positions are relative to `text`.
    pub(super) fn new(text: &'t str, start: usize, end: usize, wanted: Option<&'static str>) -> Self {
        let document = text.get(start..end).unwrap_or_default();
        Self {
            text,
            bytes: text.as_bytes().get(..end).unwrap_or_default(),
            mark: Mark { at: start, character: 0, line: 0, column: 0 },
            text_start: start,
            queue: VecDeque::new(),
            taken: 0,
            ended: false,
            indent: -1,
            indents: Vec::new(),
            key_allowed: true,
            candidates: vec![None],
            last_candidates: Vec::new(),
            forbidden: first_forbidden(document).map(|at| start + at),
            wanted: wanted.map(memmem::Finder::new),
            comments: Vec::new(),
            divergences: Vec::new(),
            has_double_return: false,
        }
    }

    /// The next token, without consuming it.
    pub(super) fn peek(&mut self) -> Scan<&Token<'t>> {
        while self.needs_more()? {
            self.fetch()?;
        }
        self.queue.front().ok_or(Problem { kind: ProblemKind::ContentExpected, at: self.mark.at })
    }

    pub(super) fn take(&mut self) -> Option<Token<'t>> {
        let token = self.queue.pop_front()?;
        self.taken += 1;
        Some(token)
    }

    fn needs_more(&mut self) -> Scan<bool> {
        if self.queue.is_empty() {
            return Ok(!self.ended);
        }
        let Some(at) =
            self.candidates.iter().position(|it| it.is_some_and(|it| it.token == self.taken && !it.has_ended))
        else {
            return Ok(false);
        };
        self.is_candidate(at)
    }

    /// Whether the candidate can still become a key.
    fn is_candidate(&mut self, at: usize) -> Scan<bool> {
        let Some(slot) = self.candidates.get_mut(at) else { return Ok(false) };
        let Some(candidate) = *slot else { return Ok(false) };
        if candidate.mark.line == self.mark.line && candidate.mark.character + MAX_KEY_LENGTH >= self.mark.character {
            return Ok(true);
        }
        if candidate.required {
            return Err(Problem { kind: ProblemKind::ColonExpected, at: candidate.mark.at });
        }
        *slot = None;
        Ok(false)
    }

    pub(super) fn problem<T>(&self, kind: ProblemKind, at: usize) -> Scan<T> {
        match self.forbidden {
            Some(forbidden) if forbidden <= at => Err(Problem { kind: ProblemKind::ControlCharacter, at: forbidden }),
            Some(_) | None => Err(Problem { kind, at }),
        }
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.bytes.get(self.mark.at).copied()
    }

    pub(super) fn next_byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.mark.at + ahead).copied()
    }

    pub(super) fn is_in_flow(&self) -> bool {
        self.candidates.len() > 1
    }

    /// Skips one character that is not a break.
    #[inline]
    pub(super) fn skip(&mut self) {
        self.mark.at += self.byte().map_or(0, width);
        self.mark.character += 1;
        self.mark.column += 1;
    }

    /// Skips characters that are not breaks.
    pub(super) fn skip_to(&mut self, at: usize) {
        let passed = self.bytes.get(self.mark.at..at).unwrap_or_default();
        let characters = passed.iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        self.mark.at = at;
        self.mark.character += characters;
        self.mark.column += characters;
    }

    /// Skips a line break, if there is one; returns its text value.
    pub(super) fn skip_break(&mut self) -> Option<&'t str> {
        let length = break_length(self.bytes, self.mark.at);
        if length == 0 {
            return None;
        }
        let at = self.mark.at;
        let is_ascii = self.byte().is_some_and(|byte| byte.is_ascii());
        let characters = if is_ascii { length } else { 1 };
        self.mark =
            Mark { at: at + length, character: self.mark.character + characters, line: self.mark.line + 1, column: 0 };
        let span = Span::new(at, at + length);
        if !is_ascii {
            self.divergences.push(Divergence::LineBreak(span));
        } else if length == 3 && !self.has_double_return {
            // Such files have it on every line, so one report is enough.
            self.has_double_return = true;
            self.divergences.push(Divergence::DoubleReturn(span));
        }
        if length == 3 && !is_ascii { self.text.get(at..at + length) } else { Some("\n") }
    }

    fn rest(&self) -> &'t str {
        self.slice(self.mark.at, self.bytes.len())
    }

    /// `---` or `...` at the start of a line, followed by nothing but blanks or a comment.
    pub(super) fn is_at_marker(&self) -> bool {
        self.mark.column == 0
            && matches!(self.bytes.get(self.mark.at..self.mark.at + 3), Some(b"---" | b"..."))
            && (is_blank_or_end(self.bytes, self.mark.at + 3)
                || self.bytes.get(self.mark.at..self.mark.at + 4) == Some(b"---#")
                || self.next_byte(3).is_some_and(|byte| !byte.is_ascii()) && is_odd_separator(self.rest()))
    }

    pub(super) fn push(&mut self, kind: TokenKind<'t>, start: usize) {
        let span = Span::new(start, self.mark.at);
        self.queue.push_back(Token { kind, span });
    }

    fn insert(&mut self, number: Option<usize>, kind: TokenKind<'t>, mark: Mark) {
        let token = Token { kind, span: Span::empty(mark.at) };
        let index = number.map_or(self.queue.len(), |number| number.saturating_sub(self.taken));
        self.queue.insert(index.min(self.queue.len()), token);
    }

    fn fetch(&mut self) -> Scan<()> {
        self.skip_to_token();
        self.unroll(i64::try_from(self.mark.column).unwrap_or(i64::MAX));
        let at = self.mark.at;
        if let Some(forbidden) = self.forbidden.filter(|forbidden| *forbidden <= at) {
            return Err(Problem { kind: ProblemKind::ControlCharacter, at: forbidden });
        }
        let Some(first) = self.byte() else { return self.fetch_end() };
        let next_is_space = is_blank_or_end(self.bytes, at + 1);
        let in_flow = self.is_in_flow();
        if self.mark.column == 0 && first == b'%' {
            return self.fetch_directive();
        }
        if self.is_at_marker() {
            return self.fetch_marker(first);
        }
        match first {
            b'[' => self.fetch_opening(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_opening(TokenKind::FlowMappingStart),
            b']' => self.fetch_closing(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_closing(TokenKind::FlowMappingEnd),
            b',' => {
                self.drop_candidate()?;
                self.key_allowed = true;
                self.skip();
                self.push(TokenKind::FlowEntry, at);
                Ok(())
            }
            b'-' if next_is_space => self.fetch_item(),
            b'?' if in_flow || next_is_space => self.fetch_key(next_is_space),
            b':' if in_flow || next_is_space => self.fetch_value(),
            b'*' | b'&' => {
                self.save_candidate()?;
                self.key_allowed = false;
                self.scan_anchor(first)
            }
            b'!' => {
                self.save_candidate()?;
                self.key_allowed = false;
                self.scan_tag()
            }
            b'|' | b'>' if !in_flow => {
                self.drop_candidate()?;
                self.key_allowed = true;
                self.scan_block_scalar(first == b'|')
            }
            b'\'' | b'"' => {
                self.save_candidate()?;
                self.key_allowed = false;
                self.scan_quoted(first)
            }
            _ if self.starts_plain(first, at, in_flow) => {
                self.save_candidate()?;
                self.key_allowed = false;
                self.scan_plain()
            }
            _ => self.problem(ProblemKind::UnexpectedCharacter, at),
        }
    }

    fn starts_plain(&self, first: u8, at: usize, in_flow: bool) -> bool {
        match first {
            b'-' => !is_blank(self.bytes, at + 1),
            b'?' | b':' => !in_flow && !is_blank_or_end(self.bytes, at + 1),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@'
            | b'`' => false,
            _ => !is_blank_or_end(self.bytes, at),
        }
    }

    /// Skips blanks, breaks and comments. A comment requires no blank before it here.
    fn skip_to_token(&mut self) {
        loop {
            let at = self.mark.at;
            if at == self.text_start && self.bytes.get(at..at + 3) == Some(&[0xEF, 0xBB, 0xBF]) {
                self.mark.at += 3;
            }
            while self.byte() == Some(b' ') || self.byte() == Some(b'\t') && (self.is_in_flow() || !self.key_allowed) {
                self.skip();
            }
            if self.byte() == Some(b'#') {
                self.skip_comment();
            }
            if self.skip_break().is_none() {
                return;
            }
            if !self.is_in_flow() {
                self.key_allowed = true;
            }
        }
    }

    pub(super) fn skip_comment(&mut self) {
        let start = self.mark.at;
        let mut end = start;
        while !is_break_or_end(self.bytes, end) {
            end += 1;
        }
        self.skip_to(end);
        if let Some(wanted) = &self.wanted
            && wanted.find(self.bytes.get(start..end).unwrap_or_default()).is_some()
        {
            self.comments.push(Span::new(start, end));
        }
    }

    /// Closes the block collections whose column is greater than `column`.
    fn unroll(&mut self, column: i64) {
        if self.is_in_flow() {
            return;
        }
        while self.indent > column {
            self.push(TokenKind::BlockEnd, self.mark.at);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Opens a block collection if its column is greater than that of the innermost one.
    fn roll(&mut self, number: Option<usize>, kind: TokenKind<'t>, mark: Mark) {
        let column = i64::try_from(mark.column).unwrap_or(i64::MAX);
        if self.is_in_flow() || self.indent >= column {
            return;
        }
        self.indents.push(self.indent);
        self.indent = column;
        self.insert(number, kind, mark);
    }

    fn save_candidate(&mut self) -> Scan<()> {
        if !self.key_allowed {
            return Ok(());
        }
        self.drop_candidate()?;
        let required = !self.is_in_flow() && i64::try_from(self.mark.column).is_ok_and(|column| column == self.indent);
        let token = self.taken + self.queue.len();
        let candidate = Candidate { required, token, mark: self.mark, has_ended: false };
        if let Some(slot) = self.candidates.last_mut() {
            *slot = Some(candidate);
        }
        if let Some(last) = self.last_candidates.last_mut() {
            *last = token;
        }
        Ok(())
    }

    fn drop_candidate(&mut self) -> Scan<()> {
        let Some(slot) = self.candidates.last_mut() else { return Ok(()) };
        match slot.take() {
            Some(candidate) if candidate.required => self.problem(ProblemKind::ColonExpected, candidate.mark.at),
            Some(_) | None => Ok(()),
        }
    }

    fn fetch_end(&mut self) -> Scan<()> {
        if self.mark.column != 0 {
            self.mark.column = 0;
            self.mark.line += 1;
        }
        self.unroll(-1);
        self.drop_candidate()?;
        self.key_allowed = false;
        self.ended = true;
        self.push(TokenKind::StreamEnd, self.mark.at);
        Ok(())
    }

    fn fetch_marker(&mut self, first: u8) -> Scan<()> {
        self.unroll(-1);
        self.drop_candidate()?;
        self.key_allowed = false;
        let start = self.mark.at;
        self.skip_to(start + 3);
        if self.next_byte(0).is_some_and(|byte| !byte.is_ascii()) {
            self.skip_to(start + self.slice(start, self.bytes.len()).find(['\n', '\r']).unwrap_or(3));
        }
        let kind = if first == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
        let rest = self.bytes.get(start..).unwrap_or_default();
        let is_first = self.slice(0, start).trim_start_matches('\u{feff}').is_empty();
        if !is_first {
            self.text_start = start + memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        }
        self.push(kind, start);
        Ok(())
    }

    fn fetch_directive(&mut self) -> Scan<()> {
        self.unroll(-1);
        self.drop_candidate()?;
        self.key_allowed = false;
        self.scan_directive()
    }

    fn fetch_opening(&mut self, kind: TokenKind<'t>) -> Scan<()> {
        self.save_candidate()?;
        self.candidates.push(None);
        self.last_candidates.push(self.taken + self.queue.len());
        self.key_allowed = true;
        let start = self.mark.at;
        self.skip();
        self.push(kind, start);
        Ok(())
    }

    fn fetch_closing(&mut self, kind: TokenKind<'t>) -> Scan<()> {
        self.drop_candidate()?;
        if self.is_in_flow() {
            self.candidates.pop();
            let last = self.last_candidates.pop();
            if let Some(Some(candidate)) = self.candidates.last_mut() {
                candidate.has_ended |= Some(candidate.token) == last;
            }
        }
        self.key_allowed = false;
        let start = self.mark.at;
        self.skip();
        self.push(kind, start);
        Ok(())
    }

    fn fetch_item(&mut self) -> Scan<()> {
        let start = self.mark;
        if !self.is_in_flow() {
            if !self.key_allowed {
                return self.problem(ProblemKind::ItemNotAllowed, start.at);
            }
            self.roll(None, TokenKind::BlockSequenceStart, start);
        }
        self.drop_candidate()?;
        self.key_allowed = true;
        self.skip();
        self.push(TokenKind::BlockEntry, start.at);
        Ok(())
    }

    fn fetch_key(&mut self, next_is_space: bool) -> Scan<()> {
        let start = self.mark;
        if !self.is_in_flow() {
            if !self.key_allowed {
                return self.problem(ProblemKind::KeyNotAllowed, start.at);
            }
            self.roll(None, TokenKind::BlockMappingStart, start);
        }
        self.drop_candidate()?;
        self.key_allowed = !self.is_in_flow();
        self.skip();
        if !next_is_space {
            self.divergences.push(Divergence::TightQuestionMark(Span::new(start.at, start.at + 1)));
        }
        self.push(TokenKind::Key, start.at);
        Ok(())
    }

    fn fetch_value(&mut self) -> Scan<()> {
        let start = self.mark;
        let last = self.candidates.len() - 1;
        let candidate = match self.is_candidate(last)? {
            true => self.candidates.get_mut(last).and_then(Option::take),
            false => None,
        };
        if let Some(candidate) = candidate {
            self.insert(Some(candidate.token), TokenKind::Key, candidate.mark);
            self.roll(Some(candidate.token), TokenKind::BlockMappingStart, candidate.mark);
            self.key_allowed = false;
        } else {
            if !self.is_in_flow() {
                if !self.key_allowed {
                    return self.problem(ProblemKind::ValueNotAllowed, start.at);
                }
                self.roll(None, TokenKind::BlockMappingStart, start);
            }
            self.key_allowed = !self.is_in_flow();
        }
        self.skip();
        self.push(TokenKind::Value, start.at);
        Ok(())
    }

    /// Skips blanks and a comment to the end of the line; `false` if anything else is on it.
    pub(super) fn skip_rest_of_line(&mut self) -> bool {
        while is_blank(self.bytes, self.mark.at) {
            self.skip();
        }
        if self.byte() == Some(b'#') {
            self.skip_comment();
        }
        is_break_or_end(self.bytes, self.mark.at)
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }
}
