//! Flow collections on one line.

use super::run::{Run, starts_plain};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, View};

/// Deeper nesting on one line is declined, which limits the recursion.
const DEPTH: usize = 16;

impl Run<'_> {
    /// Reads the flow collection at `start`; returns its end.
    pub(super) fn flow(&mut self, start: usize) -> Option<usize> {
        self.flow_at(start, 1)
    }

    fn flow_at(&mut self, start: usize, depth: usize) -> Option<usize> {
        if depth > DEPTH || self.kept.frames.len() + depth > self.job.limits.depth {
            return None;
        }
        let kind = if self.byte(start) == b'[' { Kind::List } else { Kind::Map };
        let closing = if kind == Kind::List { b']' } else { b'}' };
        let id = self.open_flow(kind, start);
        let keys_from = self.kept.keys.mark();
        let mut count = 0;
        let mut at = self.skip_spaces(start + 1);
        while self.byte(at) != closing {
            if kind == Kind::Map {
                at = self.flow_key(at)?;
            }
            let end = self.flow_value(at, depth)?;
            at = self.skip_spaces(end);
            count += 1;
            match self.byte(at) {
                b',' => at = self.skip_spaces(at + 1),
                byte if byte == closing => break,
                _ => return None,
            }
            // A trailing comma is legal and rare.
            if self.byte(at) == closing {
                return None;
            }
        }
        let end = at + 1;
        self.tree.close(id, Span::empty(end).start, count);
        if kind == Kind::Map {
            let view = View { source: self.job.text, tree: self.tree };
            self.kept.keys.close(keys_from, view, self.faults);
        }
        self.end = end;
        Some(end)
    }

    /// Reads a key, its colon and a blank; returns the start of its value.
    fn flow_key(&mut self, start: usize) -> Option<usize> {
        let colon = match self.byte(start) {
            b'"' | b'\'' => self.quoted(start, true)?,
            _ => {
                let end = self.flow_plain_end(start)?;
                self.plain_key(start, end)?;
                end
            }
        };
        (self.byte(colon) == b':' && self.byte(colon + 1) == b' ').then(|| self.skip_spaces(colon + 1))
    }

    fn flow_value(&mut self, start: usize, depth: usize) -> Option<usize> {
        self.room()?;
        match self.byte(start) {
            b'"' | b'\'' => self.quoted(start, false),
            b'[' | b'{' => self.flow_at(start, depth + 1),
            _ => {
                let mut end = self.flow_plain_end(start)?;
                if self.byte(end) == b':' {
                    return None;
                }
                while end > start && self.byte(end - 1) == b' ' {
                    end -= 1;
                }
                self.plain_value(Span::new(start, end));
                Some(end)
            }
        }
    }

    /// The end of a plain scalar: a comma, a bracket or the colon of a key.
    fn flow_plain_end(&self, start: usize) -> Option<usize> {
        let next = self.byte(start + 1);
        if !starts_plain(self.byte(start), next) || self.byte(start) == b'-' && b",[]{}".contains(&next) {
            return None;
        }
        let mut at = start;
        loop {
            match self.byte(at) {
                b',' | b']' | b'}' => return Some(at),
                b'[' | b'{' | b'?' | b'\n' => return None,
                b':' => match self.byte(at + 1) {
                    b' ' => return Some(at),
                    b'\n' | b',' | b'[' | b']' | b'{' | b'}' => return None,
                    _ => at += 1,
                },
                b'#' if self.byte(at.wrapping_sub(1)) == b' ' => return None,
                _ => at += 1,
            }
        }
    }
}
