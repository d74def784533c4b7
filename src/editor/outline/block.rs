//! The keys and items of a document by their indentation.

use std::borrow::Cow;

use super::cursor::{Cursor, Key, Slot, Step};
use super::flow::Flow;
use super::scalars::{dash, is_in_comment, key_of, unquoted, without_comment};
use crate::domain::document::span::Span;

#[derive(Debug)]
struct Entry<'t> {
    /// Twice the column, plus one for an item: the item of a list may be in the column of its key.
    depth: usize,
    parent: Option<usize>,
    /// `None`: an item of a list.
    key: Option<Cow<'t, str>>,
    line: usize,
    /// From the first character of the value to its end; more than one line in a flow collection.
    value: Span,
    is_block_scalar: bool,
}

pub(super) struct Outline<'t> {
    text: &'t str,
    document: Span,
    entries: Vec<Entry<'t>>,
}

/// One line without its line break.
#[derive(Clone, Copy)]
struct Line<'t> {
    start: usize,
    text: &'t str,
}

impl<'t> Outline<'t> {
    pub fn of(text: &'t str, document: Span) -> Self {
        let mut outline = Self { text, document, entries: Vec::new() };
        // The column of the key whose block scalar goes on, and the end of an open flow collection.
        let (mut block, mut flow_end) = (None, 0);
        let mut at = document.start as usize;
        for (number, whole) in document.slice(text).split_inclusive('\n').enumerate() {
            let line = Line { start: at, text: whole.trim_end_matches(['\n', '\r']) };
            at += whole.len();
            let content = line.text.trim_start_matches(' ');
            let indentation = line.text.len() - content.len();
            if content.is_empty() || line.start < flow_end {
                continue;
            }
            if block.is_some_and(|column| indentation > column) {
                continue;
            }
            block = None;
            if content.starts_with('#') {
                continue;
            }
            outline.line(number, line);
            if let Some(last) = outline.entries.last() {
                block = last.is_block_scalar.then_some(last.depth / 2);
                flow_end = last.value.end as usize;
            }
        }
        outline
    }

    fn line(&mut self, number: usize, line: Line<'t>) {
        let mut column = line.text.len() - line.text.trim_start_matches(' ').len();
        while let Some(width) = dash(&line.text[column..]) {
            let value = self.value(line.start + column + width, line);
            self.push(2 * column + 1, None, number, value);
            column += width;
        }
        let rest = &line.text[column..];
        if let Some((key, colon)) = key_of(rest) {
            let after = column + colon + 1;
            let spaces = line.text[after..].len() - line.text[after..].trim_start().len();
            let value = self.value(line.start + after + spaces, line);
            self.push(2 * column, Some(key), number, value);
        }
    }

    /// The value that starts at a byte of the line: without a comment, with all lines of a flow collection.
    fn value(&self, start: usize, line: Line<'_>) -> Span {
        let end = line.start + line.text.len();
        let rest = self.text.get(start..end).unwrap_or_default();
        if rest.starts_with(['{', '[']) {
            let scan = Flow::scan(self.text, start, self.document.end as usize);
            return Span::new(start, scan.and_then(|flow| flow.end).unwrap_or(self.document.end as usize));
        }
        Span::new(start.min(end), start.min(end) + without_comment(rest).len())
    }

    fn push(&mut self, depth: usize, key: Option<Cow<'t, str>>, line: usize, value: Span) {
        let parent = self.parent_at(depth, self.entries.len());
        let is_block_scalar = value.slice(self.text).starts_with(['|', '>']);
        self.entries.push(Entry { depth, parent, key, line, value, is_block_scalar });
    }

    /// The last entry before `end` that an entry of this depth belongs to.
    fn parent_at(&self, depth: usize, end: usize) -> Option<usize> {
        let mut at = end.checked_sub(1);
        while let Some(index) = at {
            let entry = &self.entries[index];
            if entry.depth < depth {
                return Some(index);
            }
            at = entry.parent.or_else(|| index.checked_sub(1)).filter(|next| *next < index);
        }
        None
    }

    pub fn cursor(&self, byte: usize) -> Option<Cursor<'t>> {
        let (number, line) = self.line_at(byte)?;
        let offset = byte - line.start;
        if self.is_in_block_scalar(number, line) || is_in_comment(line.text.get(..offset)?) {
            return None;
        }
        let enclosing = self.entries.iter().position(|entry| {
            let has_bracket = entry.value.slice(self.text).starts_with(['{', '[']);
            has_bracket && entry.value.start as usize <= byte && byte <= entry.value.end as usize
        });
        if let Some(index) = enclosing.filter(|index| byte > self.entries[*index].value.start as usize) {
            let entry = &self.entries[index];
            let flow = Flow::scan(self.text, entry.value.start as usize, byte)?;
            // Behind the last bracket there is nothing to complete.
            return flow.cursor(self.path(Some(index)), self.mappings(Some(index), None));
        }
        let mut column = line.text.len() - line.text.trim_start_matches(' ').len();
        let mut item = None;
        while let Some(width) = dash(&line.text[column..]) {
            if offset < column + width.min(2) {
                break;
            }
            item = self.entries.iter().position(|it| it.line == number && it.depth == 2 * column + 1);
            column += width;
        }
        if offset < column && !line.text.trim().is_empty() && item.is_none() {
            return None;
        }
        let own_line = |entry: &Entry<'_>| entry.line == number && entry.key.is_some();
        let rest = line.text.get(column..).unwrap_or_default();
        if let Some((_, colon)) = key_of(rest).filter(|(_, colon)| offset > column + colon) {
            let index = self.entries.iter().position(own_line)?;
            return self.value_cursor(index, byte, line, column + colon + 1);
        }
        let column = column.min(offset);
        let before = self.entries.iter().position(|entry| entry.line >= number).unwrap_or(self.entries.len());
        let parent = item.or_else(|| self.parent_at(2 * column, before));
        let has_colon = key_of(rest).is_some();
        let word = match key_of(rest) {
            Some((_, colon)) => rest.get(..colon).unwrap_or_default().trim_end(),
            None => without_comment(rest),
        };
        let is_scalar_parent = parent.is_some_and(|index| self.is_scalar(index, number));
        // Keys of one mapping share a column.
        let is_elsewhere = item.is_none()
            && self
                .children(parent)
                .any(|child| child.line != number && child.key.is_some() && child.depth != 2 * column);
        if is_scalar_parent || is_elsewhere {
            return None;
        }
        let start = line.start + column;
        Some(Cursor {
            path: self.path(parent),
            slot: if item.is_some() { Slot::Item } else { Slot::Line },
            word: Span::new(start, (start + word.len()).max(byte)),
            column,
            mappings: self.mappings(parent, Some(number)),
            items: self.items_around(item.and_then(|index| self.entries[index].parent).or(parent), number),
            has_colon,
            needs_space: false,
        })
    }

    fn value_cursor(&self, index: usize, byte: usize, line: Line<'t>, after: usize) -> Option<Cursor<'t>> {
        let entry = &self.entries[index];
        let (start, end) = (entry.value.start as usize, entry.value.end as usize);
        if entry.is_block_scalar {
            return None;
        }
        let needs_space = !line.text.get(after..).unwrap_or_default().starts_with(' ');
        // Between the colon and the value, or behind the value.
        let word = if byte < start { Span::empty(byte) } else { Span::new(start, end.max(byte)) };
        if byte < start && end > start {
            return None;
        }
        Some(Cursor {
            path: self.path(Some(index)),
            slot: Slot::Value,
            word,
            column: entry.depth / 2,
            mappings: self.mappings(Some(index), None),
            items: Vec::new(),
            has_colon: false,
            needs_space: needs_space && byte <= start,
        })
    }

    fn line_at(&self, byte: usize) -> Option<(usize, Line<'t>)> {
        let mut at = self.document.start as usize;
        let mut last = (0, Line { start: at, text: "" });
        for (number, whole) in self.document.slice(self.text).split_inclusive('\n').enumerate() {
            let line = Line { start: at, text: whole.trim_end_matches(['\n', '\r']) };
            if byte <= line.start + line.text.len() {
                return Some((number, line));
            }
            at += whole.len();
            last = (number + 1, Line { start: at, text: "" });
        }
        (byte == last.1.start).then_some(last)
    }

    fn is_in_block_scalar(&self, number: usize, line: Line<'_>) -> bool {
        let before = self.entries.iter().rposition(|entry| entry.line < number);
        let Some(entry) = before.map(|index| &self.entries[index]).filter(|entry| entry.is_block_scalar) else {
            return false;
        };
        let content = line.text.trim_start_matches(' ');
        line.text.len() - content.len() > entry.depth / 2
    }

    /// Whether the entry has a value on its line already, so that nothing can be below it.
    fn is_scalar(&self, index: usize, line: usize) -> bool {
        let entry = &self.entries[index];
        let value = entry.value.slice(self.text);
        let is_property = value.starts_with(['&', '!']) && !value.contains(' ');
        let is_parent = self.entries.iter().any(|child| child.parent == Some(index));
        entry.line != line && !value.is_empty() && !is_property && !is_parent
    }

    fn children(&self, parent: Option<usize>) -> impl Iterator<Item = &Entry<'t>> {
        self.entries.iter().filter(move |entry| entry.parent == parent)
    }

    fn path(&self, index: Option<usize>) -> Vec<Step> {
        let mut path = Vec::new();
        let mut at = index;
        while let Some(index) = at {
            let entry = &self.entries[index];
            path.push(entry.key.as_ref().map_or(Step::Item, |key| Step::Key(key.clone().into_owned())));
            at = entry.parent;
        }
        path.reverse();
        path
    }

    /// The keys of the mappings from the top to below `index`, without those on the line of the cursor.
    fn mappings(&self, index: Option<usize>, line: Option<usize>) -> Vec<(usize, Vec<Key<'t>>)> {
        let mut chain = vec![index];
        while let Some(index) = chain.last().copied().flatten() {
            chain.push(self.entries[index].parent);
        }
        chain.reverse();
        let keys = |parent: Option<usize>| {
            let others = self.children(parent).filter(|child| Some(child.line) != line);
            let named = others.filter_map(|child| Some((child.key.as_ref()?.clone().into_owned(), self.scalar(child))));
            named.collect()
        };
        chain.into_iter().enumerate().map(|(length, parent)| (length, keys(parent))).collect()
    }

    fn items_around(&self, list: Option<usize>, line: usize) -> Vec<Cow<'t, str>> {
        let items = self.children(list).filter(|child| child.key.is_none() && child.line != line);
        items.map(|item| self.scalar(item)).collect()
    }

    fn scalar(&self, entry: &Entry<'_>) -> Cow<'t, str> {
        unquoted(entry.value.slice(self.text))
    }
}
