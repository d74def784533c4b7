//! The few source lines of a frame, cut to the terminal's width and escaped, with the labels moved along. miette would
//! scan the source from its first byte for every label; here only the shown lines are read, so a finding at the end of
//! 35 MB is as cheap as one at the start.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use std::borrow::Cow;
use std::ops::Range;

use crate::domain::document::span::{LineIndex, Span};
use crate::domain::value::masked::Hidden;
use crate::report::escape::{is_unsafe, picture};
use crate::report::style::Style;
use crate::text::escape::command_brackets;

/// A longer span is shown by its first line.
const MAX_SPAN_LINES: usize = 5;
const TAB: usize = 4;

/// A mark on the source.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub span: Span,
    pub text: String,
    pub primary: bool,
}

/// A label with the lines it covers.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub label: Label,
    pub first: usize,
    pub last: usize,
}

/// Neighbouring lines with their marks: one piece of a frame.
#[derive(Debug)]
pub(super) struct Window {
    pub first: usize,
    pub last: usize,
    pub marks: Vec<Mark>,
}

impl Window {
    /// The windows that show all labels, in file order.
    pub fn all(text: &str, lines: &LineIndex, labels: Vec<Label>) -> Vec<Self> {
        let mut marks = labels.into_iter().map(|label| Mark::new(text, lines, label)).collect::<Vec<_>>();
        marks.sort_by_key(|mark| (mark.label.span, !mark.label.primary));
        let mut windows: Vec<Self> = Vec::new();
        for mark in marks {
            let first = mark.first - usize::from(mark.first > 1 && !is_blank(text, lines, mark.first - 1));
            let next = mark.last + 1;
            let last = mark.last + usize::from(next <= lines.line_count() && !is_blank(text, lines, next));
            match windows.last_mut() {
                Some(window) if first <= window.last + 1 => {
                    window.last = window.last.max(last);
                    window.marks.push(mark);
                }
                Some(_) | None => windows.push(Self { first, last, marks: vec![mark] }),
            }
        }
        windows
    }

    /// The text of the window and the positions of its labels.
    pub fn draw(&self, text: &str, lines: &LineIndex, hidden: &[Hidden], columns: usize, style: &Style) -> Drawing {
        let mut drawing = Drawing { text: String::new(), first: self.first, spans: Vec::new() };
        let mut ends = vec![(0, 0); self.marks.len()];
        for number in self.first..=self.last {
            let line = content(text, lines, number);
            let shown = MaskedLine::new(text, line, hidden);
            let focus = self.marks.iter().find(|mark| mark.first == number).map(|mark| mark.label.span);
            let focus = shown.place(focus.map_or(line, |span| span).start as usize);
            let cut = Cut::new(&shown.text, focus, columns, style, &mut drawing.text);
            for (mark, end) in self.marks.iter().zip(&mut ends) {
                if mark.first == number {
                    end.0 = cut.place(shown.place(mark.label.span.start as usize));
                }
                if mark.last == number {
                    end.1 = cut.place(shown.place_of_end(mark.label.span.end as usize));
                }
            }
            drawing.text.push('\n');
        }
        drawing.spans = ends.into_iter().map(|(start, end)| (start, end.max(start))).collect();
        drawing
    }
}

impl Mark {
    fn new(text: &str, lines: &LineIndex, mut label: Label) -> Self {
        let length = text.len();
        let (start, mut end) = ((label.span.start as usize).min(length), (label.span.end as usize).min(length));
        let first = lines.line_of(start);
        // An end directly after a line break belongs to the line before.
        let mut last = if end > start { lines.line_of(end - 1) } else { first };
        if last > first + MAX_SPAN_LINES - 1 {
            label.text = if label.text.is_empty() {
                format!("down to line {last}")
            } else {
                format!("{} (down to line {last})", label.text)
            };
            end = content(text, lines, first).end as usize;
            last = first;
        }
        label.span = Span::new(start, end.max(start));
        Self { label, first, last }
    }
}

/// A line without its line break.
fn content(text: &str, lines: &LineIndex, number: usize) -> Span {
    let span = lines.line_span(number);
    let line = span.slice(text);
    Span::new(span.start as usize, span.start as usize + line.trim_end_matches(['\n', '\r']).len())
}

fn is_blank(text: &str, lines: &LineIndex, number: usize) -> bool {
    // A long line is not blank, and scanning all of it would be slow.
    let span = content(text, lines, number);
    let head = Span { end: span.end.min(span.start.saturating_add(200)), ..span };
    head.slice(text).trim().is_empty() && head == span
}

/// One line with its credentials masked, and the origin of its bytes.
struct MaskedLine<'t> {
    text: Cow<'t, str>,
    /// The offset of the line in the file.
    start: usize,
    /// For each credential: its range in the file, and the range of its mask in the line.
    marks: Vec<(Range<usize>, Range<usize>)>,
}

impl<'t> MaskedLine<'t> {
    fn new(text: &'t str, line: Span, hidden: &[Hidden]) -> Self {
        let range = line.range();
        let first = hidden.partition_point(|hidden| hidden.range.end <= range.start);
        let within = hidden[first..].iter().take_while(|hidden| hidden.range.start < range.end);
        let mut masked = Self { text: Cow::Borrowed(line.slice(text)), start: range.start, marks: Vec::new() };
        let mut shown = String::new();
        let mut at = range.start;
        for Hidden { range, mark } in within {
            shown.push_str(text.get(at..range.start).unwrap_or_default());
            masked.marks.push((range.clone(), shown.len()..shown.len() + mark.len()));
            shown.push_str(mark);
            at = range.end;
        }
        if !masked.marks.is_empty() {
            shown.push_str(text.get(at..range.end).unwrap_or_default());
            masked.text = Cow::Owned(shown);
        }
        masked
    }

    /// The position in the line of a byte of the file; inside a credential, the start of its mask.
    fn place(&self, byte: usize) -> usize {
        self.placed(byte, |mark| mark.start)
    }

    fn place_of_end(&self, byte: usize) -> usize {
        self.placed(byte, |mark| mark.end)
    }

    fn placed(&self, byte: usize, inside: impl Fn(&Range<usize>) -> usize) -> usize {
        let (mut source, mut shown) = (self.start, 0);
        for (hidden, mark) in &self.marks {
            if byte <= hidden.start {
                break;
            }
            if byte < hidden.end {
                return inside(mark);
            }
            (source, shown) = (hidden.end, mark.end);
        }
        shown + byte.saturating_sub(source)
    }
}

/// One line, cut to fit, with a map from source bytes to drawn bytes.
struct Cut {
    /// (byte in the source, byte in the drawing) of every shown character, ascending, and of the end.
    places: Vec<(usize, usize)>,
}

impl Cut {
    /// Writes the line to `out`. If it is too long, the part around the byte `focus` is shown.
    fn new(source: &str, focus: usize, columns: usize, style: &Style, out: &mut String) -> Self {
        let ellipsis = style.ellipsis();
        let begin = if fits(source, columns) { 0 } else { beginning(source, focus.min(source.len()), columns) };
        let mut used = 0;
        let mut places = Vec::new();
        let brackets = command_brackets(source);
        if begin > 0 {
            out.push_str(ellipsis);
            used += ellipsis.width();
        }
        let rest = source.get(begin..).unwrap_or_default();
        let room =
            if fits(rest, columns.saturating_sub(used)) { usize::MAX } else { columns - ellipsis.width().min(columns) };
        for (at, c) in rest.char_indices() {
            let width = match c {
                '\t' => TAB - used % TAB,
                c if is_unsafe(c) => 1,
                c => c.width().unwrap_or(0),
            };
            if used + width > room {
                places.push((begin + at, out.len()));
                out.push_str(ellipsis);
                return Self { places };
            }
            places.push((begin + at, out.len()));
            // Escaped here instead of at the end of the report, so that the marks below keep their columns.
            if brackets.contains(&(begin + at)) {
                out.push('\\');
                used += 1;
            }
            match c {
                '\t' => out.extend(std::iter::repeat_n(' ', width)),
                c if is_unsafe(c) => out.push(picture(c, style.unicode)),
                c => out.push(c),
            }
            used += width;
        }
        places.push((source.len(), out.len()));
        Self { places }
    }

    /// The position in the drawing of a byte of the source; the nearest end if the byte was cut off.
    fn place(&self, byte: usize) -> usize {
        let after = self.places.partition_point(|(source, _)| *source <= byte);
        self.places.get(after.saturating_sub(1)).map_or(0, |(_, drawn)| *drawn)
    }
}

/// Whether a line fits, without measuring lines that are obviously too long.
fn fits(line: &str, columns: usize) -> bool {
    let tabs = |line: &str| line.bytes().filter(|byte| *byte == b'\t').count() * (TAB - 1);
    line.len() <= columns.saturating_mul(4) && line.width() + tabs(line) <= columns
}

/// Where to begin a line that does not fit, so that `focus` and some text before it are visible.
fn beginning(line: &str, focus: usize, columns: usize) -> usize {
    let before = line.get(..focus).unwrap_or_default();
    let mut used = 0;
    let mut third = None;
    for (at, c) in before.char_indices().rev() {
        used += if c == '\t' { TAB } else { c.width().unwrap_or(1) };
        if used <= columns / 3 {
            third = Some(at);
        }
        if used > columns * 2 / 3 {
            return third.unwrap_or(focus);
        }
    }
    0
}

/// A window as a source for miette: always the whole text, which contains no more than what is shown.
#[derive(Debug)]
pub(super) struct Drawing {
    pub text: String,
    first: usize,
    /// The start and end of each mark.
    pub spans: Vec<(usize, usize)>,
}

impl Drawing {
    /// The columns of a mark within one line.
    pub fn columns(&self, index: usize) -> Option<(usize, usize)> {
        let (start, end) = self.spans.get(index).copied()?;
        let line = self.text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        let first = self.text.get(line..start)?.width();
        Some((first, self.text.get(line..end)?.width().max(first + 1)))
    }

    pub fn label(&self, index: usize, text: Option<String>, primary: bool) -> LabeledSpan {
        let (start, end) = self.spans.get(index).copied().unwrap_or_default();
        let span = SourceSpan::from((start, end - start));
        if primary { LabeledSpan::new_primary_with_span(text, span) } else { LabeledSpan::new_with_span(text, span) }
    }
}

impl SourceCode for Drawing {
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = SourceSpan::from((0, self.text.len()));
        let lines = self.text.bytes().filter(|byte| *byte == b'\n').count();
        Ok(Box::new(MietteSpanContents::new(self.text.as_bytes(), whole, self.first.saturating_sub(1), 0, lines)))
    }
}
