//! The state of reading one document by the fast reader: its buffers and the open block collections.

use crate::domain::document::fault::Fault;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, NodeId, Style, Tree, View};
use crate::manifest::duplicate_keys::Keys;
use crate::manifest::job::Job;

/// Buffers that are reused for the next document.
#[derive(Debug, Default)]
pub(in crate::manifest) struct Fast {
    pub(super) frames: Vec<Frame>,
    pub(super) keys: Keys,
    pub(super) decoded: String,
}

/// The state of reading one document. `None` anywhere means: declined.
pub(super) struct Run<'r> {
    pub(super) job: &'r Job<'r>,
    /// The file up to the end of the document.
    pub(super) bytes: &'r [u8],
    /// The start of the next line.
    pub(super) at: usize,
    pub(super) kept: &'r mut Fast,
    pub(super) tree: &'r mut Tree,
    pub(super) faults: &'r mut Vec<Fault>,
    pub(super) notes: &'r mut Vec<Span>,
    pub(super) expect: Expect,
    /// The position of an empty value: right after the colon or dash.
    pub(super) gap: usize,
    /// The end of the last node.
    pub(super) end: usize,
}

/// An open block collection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    /// The column of its keys or dashes.
    pub(super) indent: usize,
    pub(super) id: NodeId,
    pub(super) count: usize,
    pub(super) keys_from: usize,
}

/// What the next line may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    Nothing,
    /// The value of the last key.
    Value,
    /// The item of the last dash.
    Item,
}

impl Run<'_> {
    pub(super) fn open(&mut self, kind: Kind, indent: usize, start: usize) -> Option<()> {
        if self.kept.frames.len() >= self.job.limits.depth {
            return None;
        }
        let id = self.tree.open(kind, Span::empty(start), Style::Block);
        let keys_from = self.kept.keys.mark();
        self.kept.frames.push(Frame { kind, indent, id, count: 0, keys_from });
        Some(())
    }

    #[inline]
    pub(super) fn count(&mut self) {
        if let Some(top) = self.kept.frames.last_mut() {
            top.count += 1;
        }
    }

    pub(super) fn close(&mut self) {
        let Some(frame) = self.kept.frames.pop() else { return };
        self.tree.close(frame.id, Span::empty(self.end).start, frame.count);
        if frame.kind == Kind::Map {
            let view = View { source: self.job.text, tree: self.tree };
            self.kept.keys.close(frame.keys_from, view, self.faults);
        }
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n')
}

/// Whether a plain scalar can start with `first`. `?` and `:` are possible too, but too rare.
#[inline]
pub(super) fn starts_plain(first: u8, second: u8) -> bool {
    match first {
        b'-' => !is_blank(second),
        _ => !matches!(
            first,
            b'?' | b':'
                | b','
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'#'
                | b'&'
                | b'*'
                | b'!'
                | b'|'
                | b'>'
                | b'\''
                | b'"'
                | b'%'
                | b'@'
                | b'`'
                | b'\n'
                | b' '
        ),
    }
}
