//! The source frame of a finding, drawn by miette. Its first and last lines are removed, because the text report has
//! its own, with a clickable position and the help inside the frame.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles,
};
use unicode_width::UnicodeWidthStr;

use crate::domain::document::span::LineIndex;
use crate::domain::finding::Severity;
use crate::domain::value::masked::Hidden;
use crate::report::lint::window::{Drawing, Window};
use crate::report::style::{Role, Style, wrap};

/// The characters that draw a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs {
    /// The marks before the position, before an item, before the last item, and before further lines of an item.
    pub open: &'static str,
    pub item: &'static str,
    pub close: &'static str,
    pub bar: &'static str,
    /// Marks omitted lines.
    pub gap: &'static str,
    /// The gutter next to underlines.
    pub dot: char,
}

impl Signs {
    pub fn of(style: &Style) -> Self {
        if style.unicode {
            Self { open: "╭─", item: "├─", close: "╰─", bar: "│", gap: "⋮", dot: '·' }
        } else {
            Self { open: "-->", item: "=", close: "=", bar: "|", gap: "...", dot: '|' }
        }
    }
}

/// The number of columns for line numbers in a frame of these windows.
pub(super) fn number_width(windows: &[Window]) -> usize {
    windows.last().map_or(1, |window| window.last.to_string().len())
}

/// Draws the lines of one window, with numbers right-aligned to `width` columns.
pub(super) fn draw(
    window: &Window,
    text: &str,
    lines: &LineIndex,
    hidden: &[Hidden],
    width: usize,
    severity: Severity,
    style: &Style,
) -> Vec<String> {
    let arcs = window.marks.iter().filter(|mark| mark.first != mark.last).count();
    let margin = width + 4 + if arcs > 0 { arcs + 2 } else { 0 };
    let columns = style.columns().saturating_sub(margin).max(20);
    let drawing = window.draw(text, lines, hidden, columns, style);
    let beside = (0..window.marks.len()).map(|index| stands_alone(window, index)).collect::<Vec<_>>();
    let hung = |index: usize, words: &str| (!beside[index] && !words.is_empty()).then(|| hung(words, columns));
    let labels = (window.marks.iter().enumerate())
        .map(|(index, mark)| drawing.label(index, hung(index, &mark.label.text), mark.label.primary))
        .collect::<Vec<_>>();
    let rows = rows(window, &labels);
    let picture = Picture { drawing, labels };
    let mut out = String::new();
    if handler(window, severity, style).render_report(&mut out, &picture).is_err() {
        return Vec::new();
    }
    let indent = " ".repeat(width.saturating_sub(window.last.to_string().len()));
    let mut drawn = out.lines().map(|line| format!("{indent}{}", line.trim_end())).collect::<Vec<_>>();
    // miette's empty message and head, and its foot.
    drawn.drain(..drawn.len().min(2));
    drawn.pop();
    // Captions are inserted from last to first, so that the rows of earlier ones stay valid.
    for (index, mark) in window.marks.iter().enumerate().rev().filter(|(index, _)| beside[*index]) {
        let Some(columns) = picture.drawing.columns(index) else { continue };
        let caption = Caption { words: &mark.label.text, role: role(severity, mark.label.primary), columns };
        caption.write(&mut drawn, rows[index], width, style);
    }
    drawn
}

/// Whether a mark's text can be placed next to it: it is the only mark on its line, and no mark spans several lines of
/// the window.
fn stands_alone(window: &Window, index: usize) -> bool {
    let Some(own) = window.marks.get(index) else { return false };
    let arcs = window.marks.iter().any(|mark| mark.first != mark.last);
    !arcs && window.marks.iter().filter(|mark| mark.first == own.first).count() == 1
}

/// The row of each mark's underline among the rows that miette draws for a window without multi-line marks.
fn rows(window: &Window, labels: &[LabeledSpan]) -> Vec<usize> {
    let under = |line: usize| {
        let on_line = window.marks.iter().zip(labels).filter(move |(mark, _)| mark.first == line);
        on_line
            .map(|(_, label)| label.label().map_or(0, |words| words.lines().count()))
            .fold(None, |rows, more| Some(rows.unwrap_or(1) + more))
    };
    let above = |line: usize| (window.first..line).map(|line| 1 + under(line).unwrap_or(0)).sum::<usize>();
    window.marks.iter().map(|mark| above(mark.first) + 1).collect()
}

/// Text that is written next to its mark, or below it if there is no space; this saves the extra line that miette
/// draws.
struct Caption<'a> {
    words: &'a str,
    role: Role,
    /// The first and the last column of the mark.
    columns: (usize, usize),
}

impl Caption<'_> {
    fn write(&self, drawn: &mut Vec<String>, row: usize, width: usize, style: &Style) {
        let (start, end) = self.columns;
        let margin = width + 4;
        let Some(line) = drawn.get_mut(row).filter(|_| !self.words.is_empty()) else { return };
        if margin + end + 1 + self.words.width() <= style.columns() {
            line.push(' ');
            line.push_str(&style.paint(self.role, self.words));
            return;
        }
        let indent = if margin + start + 30 <= style.columns() { start } else { 0 };
        let room = style.prose().saturating_sub(margin + indent).max(20);
        let gutter = format!("{}{} {}", " ".repeat(width + 2), Signs::of(style).dot, " ".repeat(indent));
        for (at, line) in wrap(self.words, room, room).into_iter().enumerate() {
            drawn.insert(row + 1 + at, format!("{gutter}{}", style.paint(self.role, &line)));
        }
    }
}

/// A label that miette draws below the mark, wrapped to lines that probably fit.
fn hung(words: &str, columns: usize) -> String {
    let room = (columns / 2).max(24);
    wrap(words, room, room).join("\n")
}

pub(super) fn role(severity: Severity, primary: bool) -> Role {
    match (primary, severity) {
        (false, _) => Role::Help,
        (true, Severity::Error) => Role::Error,
        (true, Severity::Warning) => Role::Warning,
        (true, Severity::Info) => Role::Info,
    }
}

fn handler(window: &Window, severity: Severity, style: &Style) -> GraphicalReportHandler {
    let mut theme = GraphicalTheme { characters: characters(style), styles: ThemeStyles::none() };
    if style.color {
        let palette = ThemeStyles::ansi();
        let own = match severity {
            Severity::Error => palette.error,
            Severity::Warning => palette.warning,
            Severity::Info => palette.advice,
        };
        theme.styles.linum = palette.linum;
        theme.styles.highlights =
            (window.marks.iter()).map(|mark| if mark.label.primary { own.bold() } else { palette.help }).collect();
    }
    GraphicalReportHandler::new_themed(theme)
        // Long lines were already cut, so miette must not wrap.
        .with_width(10_000)
        .with_context_lines(1)
        .with_links(false)
        .without_cause_chain()
        .without_syntax_highlighting()
}

fn characters(style: &Style) -> ThemeCharacters {
    if style.unicode {
        return ThemeCharacters { underline: '━', underbar: '┯', ..ThemeCharacters::unicode() };
    }
    ThemeCharacters { vbar_break: Signs::of(style).dot, underbar: '^', ..ThemeCharacters::ascii() }
}

/// The input of miette: only labels.
#[derive(Debug)]
struct Picture {
    drawing: Drawing,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for Picture {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Picture {}

impl Diagnostic for Picture {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.drawing)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
