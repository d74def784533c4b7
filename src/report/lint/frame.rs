//! The source lines under a finding with their marks, drawn by miette. Its head and foot lines are taken off again:
//! the text report has its own, so that the place is easy to click and help stands inside the frame.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles,
};
use unicode_width::UnicodeWidthStr;

use crate::domain::finding::Severity;
use crate::domain::span::LineIndex;
use crate::report::lint::window::{Drawing, Window};
use crate::report::style::{Role, Style, wrap};

/// The signs a frame is drawn with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs {
    /// Before the place, before an item, before the last item, before an item's further lines.
    pub open: &'static str,
    pub item: &'static str,
    pub close: &'static str,
    pub bar: &'static str,
    /// Lines were left out.
    pub gap: &'static str,
    /// The gutter beside marks.
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

/// The columns that line numbers take in a frame of these windows.
pub(super) fn number_width(windows: &[Window]) -> usize {
    windows.last().map_or(1, |window| window.last.to_string().len())
}

/// The lines of one window, numbers right-aligned to `width` columns.
pub(super) fn draw(
    window: &Window,
    text: &str,
    lines: &LineIndex,
    width: usize,
    severity: Severity,
    style: &Style,
) -> Vec<String> {
    let arcs = window.marks.iter().filter(|mark| mark.first != mark.last).count();
    let margin = width + 4 + if arcs > 0 { arcs + 2 } else { 0 };
    let columns = style.columns().saturating_sub(margin).max(20);
    let drawing = window.draw(text, lines, columns, style);
    let below = Below::of(window, &drawing);
    let labels = (window.marks.iter().enumerate())
        .map(|(index, mark)| {
            let words = (below.is_none() && !mark.label.text.is_empty()).then(|| hung(&mark.label.text, columns));
            drawing.label(index, words, mark.label.primary)
        })
        .collect();
    let picture = Picture { drawing, labels };
    let mut out = String::new();
    let handler = handler(window, severity, style);
    if handler.render_report(&mut out, &picture).is_err() {
        return Vec::new();
    }
    let indent = " ".repeat(width.saturating_sub(window.last.to_string().len()));
    let mut drawn = out.lines().map(|line| format!("{indent}{}", line.trim_end())).collect::<Vec<_>>();
    // The empty message and the head; the foot.
    drawn.drain(..drawn.len().min(2));
    drawn.pop();
    if let Some(below) = below {
        below.write(window, &mut drawn, width, severity, style);
    }
    drawn
}

/// A label that stands alone goes beside its mark, or below it where there is no room: a line less than hanging it up.
struct Below {
    start: usize,
    end: usize,
}

impl Below {
    fn of(window: &Window, drawing: &Drawing) -> Option<Self> {
        let [mark] = window.marks.as_slice() else { return None };
        if mark.first != mark.last {
            return None;
        }
        let (start, end) = drawing.spans.first().copied()?;
        let line = drawing.text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        let start = drawing.text.get(line..start)?.width();
        let end = drawing.text.get(line..end)?.width().max(start + 1);
        Some(Self { start, end })
    }

    fn write(self, window: &Window, drawn: &mut Vec<String>, width: usize, severity: Severity, style: &Style) {
        let [mark] = window.marks.as_slice() else { return };
        let under = mark.first - window.first + 1;
        let (words, role) = (&mark.label.text, role(severity, mark.label.primary));
        if words.is_empty() || under >= drawn.len() {
            return;
        }
        let margin = width + 4;
        if margin + self.end + 1 + words.width() <= style.columns() {
            if let Some(line) = drawn.get_mut(under) {
                line.push(' ');
                line.push_str(&style.paint(role, words));
            }
            return;
        }
        let indent = if margin + self.start + 30 <= style.columns() { self.start } else { 0 };
        let room = style.prose().saturating_sub(margin + indent).max(20);
        let gutter = format!("{}{} {}", " ".repeat(width + 2), Signs::of(style).dot, " ".repeat(indent));
        for (at, line) in wrap(words, room, room).into_iter().enumerate() {
            drawn.insert(under + 1 + at, format!("{gutter}{}", style.paint(role, &line)));
        }
    }
}

/// A label that miette hangs up, in lines that have a chance to fit.
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
        // What does not fit was cut already; miette shall not wrap.
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

/// What miette is asked to draw: nothing but labels.
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
