//! Follows a flow collection by its brackets.

use super::cursor::{Cursor, Key, Slot, Step};
use super::scalars::unquoted;
use crate::domain::document::span::Span;

/// The state of a flow collection at a byte.
pub(super) struct Flow<'t> {
    text: &'t str,
    frames: Vec<Frame>,
    /// Where the collection ends, if it does before the byte.
    pub end: Option<usize>,
    byte: usize,
}

struct Frame {
    is_map: bool,
    /// The start of the word behind the last comma, colon or bracket.
    word: usize,
    key: Option<String>,
    seen: Vec<(String, Span)>,
    items: Vec<Span>,
}

impl<'t> Flow<'t> {
    /// Reads from the opening bracket at `start` up to `byte`. `None`: the byte is in a comment.
    pub fn scan(text: &'t str, start: usize, byte: usize) -> Option<Self> {
        let mut flow = Self { text, frames: Vec::new(), end: None, byte };
        let (mut quote, mut escaped, mut previous) = (None, false, ' ');
        let mut is_comment = false;
        for (offset, c) in text.get(start..byte)?.char_indices() {
            let at = start + offset;
            if is_comment {
                is_comment = c != '\n';
            } else if let Some(open) = quote {
                match c {
                    _ if escaped => escaped = false,
                    '\\' if open == '"' => escaped = true,
                    _ if c == open => quote = None,
                    _ => {}
                }
            } else {
                match c {
                    '#' if previous.is_whitespace() => is_comment = true,
                    '"' | '\'' if flow.is_word_start(at) => quote = Some(c),
                    '{' | '[' => flow.frames.push(Frame::new(c == '{', at + 1)),
                    '}' | ']' => {
                        flow.end_word(at);
                        flow.frames.pop();
                        if flow.frames.is_empty() {
                            flow.end = Some(at + 1);
                            return Some(flow);
                        }
                        flow.frames.last_mut()?.word = at + 1;
                    }
                    ',' => {
                        flow.end_word(at);
                        flow.frames.last_mut()?.start_word(at + 1, None);
                    }
                    ':' if flow.is_colon(at) => {
                        let key = flow.word_before(at);
                        let frame = flow.frames.last_mut()?;
                        if frame.is_map && frame.key.is_none() {
                            frame.start_word(at + 1, Some(key));
                        }
                    }
                    _ => {}
                }
            }
            previous = c;
        }
        (!is_comment).then_some(flow)
    }

    fn is_word_start(&self, at: usize) -> bool {
        let word = self.frames.last().map_or(at, |frame| frame.word);
        self.text.get(word..at).is_some_and(|before| before.trim().is_empty())
    }

    fn is_colon(&self, at: usize) -> bool {
        let next = self.text.get(at + 1..).and_then(|rest| rest.chars().next());
        let is_quoted = self.text.get(..at).is_some_and(|before| before.ends_with(['"', '\'']));
        is_quoted || next.is_none_or(|next| next.is_whitespace() || matches!(next, ',' | '}' | ']'))
    }

    fn word_before(&self, at: usize) -> String {
        let word = self.frames.last().map_or(at, |frame| frame.word);
        unquoted(self.text.get(word..at).unwrap_or_default()).into_owned()
    }

    fn end_word(&mut self, at: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        let span = Span::new(frame.word, at);
        match frame.key.take() {
            Some(key) => frame.seen.push((key, span)),
            None if !frame.is_map => frame.items.push(span),
            None => {}
        }
    }

    pub fn cursor(self, mut path: Vec<Step>, mut mappings: Vec<(usize, Vec<Key<'t>>)>) -> Option<Cursor<'t>> {
        let Self { text, frames, byte, .. } = self;
        let last = frames.last()?;
        for frame in &frames {
            if frame.is_map {
                let seen = frame.seen.iter().map(|(key, span)| (key.clone(), unquoted(span.slice(text))));
                mappings.retain(|(length, _)| *length < path.len());
                mappings.push((path.len(), seen.collect()));
                path.extend(frame.key.clone().map(Step::Key));
            } else {
                path.push(Step::Item);
            }
        }
        let before = text.get(last.word..byte)?;
        let start = last.word + before.len() - before.trim_start().len();
        let rest = text.get(byte..)?;
        let is_quoted = text.get(start..)?.starts_with(['"', '\'']);
        let stop = |c: char| matches!(c, ',' | '}' | ']' | '{' | '[' | '\n' | '\r') || c == ':' && !is_quoted;
        let tail = rest.find(stop).map_or(rest, |at| &rest[..at]).trim_end();
        let slot = match (last.is_map, &last.key) {
            (true, None) => Slot::FlowKey,
            (true, Some(_)) => Slot::Value,
            (false, _) => Slot::Item,
        };
        let line_start = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        // The word must be on one line.
        if text.get(start..byte)?.contains('\n') {
            return None;
        }
        Some(Cursor {
            path,
            slot,
            word: Span::new(start, byte + tail.len()),
            column: start - line_start,
            mappings,
            items: last.items.iter().map(|span| unquoted(span.slice(text))).collect(),
            has_colon: rest[tail.len()..].trim_start_matches(' ').starts_with(':'),
            needs_space: matches!(slot, Slot::Value) && text.get(..start)?.ends_with(':'),
        })
    }
}

impl Frame {
    fn new(is_map: bool, word: usize) -> Self {
        Self { is_map, word, key: None, seen: Vec::new(), items: Vec::new() }
    }

    fn start_word(&mut self, word: usize, key: Option<String>) {
        self.word = word;
        self.key = key;
    }
}
