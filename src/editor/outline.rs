//! Finds where a cursor is in a document by its indentation: a line that is being typed is seldom valid YAML, so there may
//! be no tree. Flow collections (`[a, b]`, `{a: b}`) are followed by their brackets.

use std::borrow::Cow;

use crate::domain::document::span::Span;

/// A step from the top of a document to the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item,
}

/// What is written at the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A key, or a scalar on a line of its own; both look the same until the colon.
    Line,
    /// The value behind a colon.
    Value,
    /// An item of a list, behind its dash or in brackets. In block style it may also become a mapping.
    Item,
    /// A key in braces.
    FlowKey,
}

/// The key of a mapping with its plain value.
pub(super) type Key<'t> = (String, Cow<'t, str>);

/// The place of a cursor.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    /// The mappings and lists around the cursor, from the outermost, and the key whose value it is in.
    pub path: Vec<Step>,
    pub slot: Slot,
    /// The word at the cursor, which a completion replaces.
    pub word: Span,
    /// The column of the word on its line.
    pub column: usize,
    /// The keys and the plain values of each mapping around the cursor, by the length of its path.
    pub mappings: Vec<(usize, Vec<Key<'t>>)>,
    /// The values of the list around the cursor.
    pub items: Vec<Cow<'t, str>>,
    /// A colon follows the word already.
    pub has_colon: bool,
    /// The value has to be separated from the colon first.
    pub needs_space: bool,
}

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

impl<'t> Cursor<'t> {
    /// `None`: the cursor is in a comment, in a text of several lines, or somewhere else where nothing can be completed.
    pub fn at(text: &'t str, byte: usize) -> Option<Self> {
        let byte = floor(text, byte);
        let document = document_around(text, byte);
        if let Some(start) = starts_with_bracket(text, document) {
            return Flow::scan(text, start, byte)?.cursor(Vec::new(), Vec::new());
        }
        let outline = Outline::of(text, document);
        outline.cursor(byte)
    }
}

fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

/// The lines between two `---`.
fn document_around(text: &str, byte: usize) -> Span {
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let mark = line.trim_end();
        if mark == "---" || mark == "..." || line.starts_with("--- ") {
            if at > byte || at == byte && byte > 0 {
                return Span::new(start, at);
            }
            start = end;
        }
        at = end;
    }
    Span::new(start.min(text.len()), text.len())
}

fn starts_with_bracket(text: &str, document: Span) -> Option<usize> {
    let content = document.slice(text);
    let mut at = document.start as usize;
    for line in content.split_inclusive('\n') {
        let trimmed = line.trim_start();
        if trimmed.starts_with(['{', '[']) {
            return Some(at + line.len() - trimmed.len());
        }
        if !trimmed.is_empty() && !trimmed.starts_with(['#', '%']) {
            return None;
        }
        at += line.len();
    }
    None
}

struct Outline<'t> {
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
    fn of(text: &'t str, document: Span) -> Self {
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

    fn cursor(&self, byte: usize) -> Option<Cursor<'t>> {
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

/// The width of a dash and the spaces behind it.
fn dash(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('-')?;
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    (spaces > 0 || rest.is_empty()).then_some(1 + spaces)
}

/// A key at the start of a text, and the position of its colon.
fn key_of(text: &str) -> Option<(Cow<'_, str>, usize)> {
    if text.starts_with(['{', '[', '#', '&', '*', '!', '|', '>', '%', '@', '`', '?']) {
        return None;
    }
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = quoted_end(text, quote)?;
        let rest = &text[end..];
        let colon = end + rest.len() - rest.trim_start().len();
        let is_key =
            text[colon..].strip_prefix(':').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        return is_key.then(|| (unquoted(&text[..end]), colon));
    }
    let text = without_comment(text);
    let colon = text.match_indices(':').map(|(at, _)| at).find(|at| {
        let rest = &text[at + 1..];
        rest.is_empty() || rest.starts_with([' ', '\t'])
    })?;
    Some((text[..colon].trim_end().into(), colon))
}

/// The end of a quoted scalar, behind its closing quote.
fn quoted_end(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if quote == '"' => drop(chars.next()),
            _ if c != quote => {}
            '\'' if chars.peek().is_some_and(|(_, next)| *next == '\'') => drop(chars.next()),
            _ => return Some(at + 1),
        }
    }
    None
}

fn without_comment(text: &str) -> &str {
    comment_start(text).map_or(text, |start| &text[..start]).trim_end()
}

fn is_in_comment(before: &str) -> bool {
    comment_start(before).is_some()
}

/// The start of a comment on a line.
fn comment_start(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut previous = ' ';
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '#' && previous.is_whitespace() => return Some(at),
            // A quote inside of a word is part of it.
            None if matches!(c, '"' | '\'') && matches!(previous, ' ' | '\t' | '[' | '{' | ',' | ':') => {
                quote = Some(c)
            }
            None => {}
        }
        previous = c;
    }
    None
}

/// The content of a scalar, quoted or not. Escapes stay as written, except for doubled quotes.
fn unquoted(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('\'') {
        return inner.strip_suffix('\'').unwrap_or(inner).replace("''", "'").into();
    }
    match text.strip_prefix('"') {
        Some(inner) => inner.strip_suffix('"').unwrap_or(inner).into(),
        None => text.into(),
    }
}

/// The state of a flow collection at a byte.
struct Flow<'t> {
    text: &'t str,
    frames: Vec<Frame>,
    /// Where the collection ends, if it does before the byte.
    end: Option<usize>,
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
    fn scan(text: &'t str, start: usize, byte: usize) -> Option<Self> {
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

    fn cursor(self, mut path: Vec<Step>, mut mappings: Vec<(usize, Vec<Key<'t>>)>) -> Option<Cursor<'t>> {
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

#[cfg(test)]
mod tests;
