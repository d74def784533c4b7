//! Open block collections while a document is read.

use super::Run;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, NodeId, Style, View};

/// An open block collection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    /// The column of its keys or dashes.
    pub(super) indent: usize,
    id: NodeId,
    count: usize,
    keys_from: usize,
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
