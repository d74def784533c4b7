//! The capabilities of the output. Every renderer gets a [`Style`] and none reads the environment, so reports are the
//! same in tests, pipes and terminals.

use unicode_width::UnicodeWidthStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub color: bool,
    /// Box drawing and other characters beyond ASCII may be used.
    pub unicode: bool,
    /// The columns of the terminal, or the width to wrap lines to.
    pub width: usize,
    /// The terminal supports OSC 8 hyperlinks.
    pub links: bool,
}

/// Wider prose is hard to read, however wide the terminal.
const MAX_PROSE: usize = 120;
/// Nothing fits into less.
const MIN_WIDTH: usize = 40;
const MAX_WIDTH: usize = 400;

/// The role of a piece of text. Only this module assigns colours, from the 16 that terminal themes define.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Error,
    Warning,
    Info,
    Strong,
    Dim,
    Path,
    Help,
    Good,
}

impl Role {
    fn code(self) -> &'static str {
        match self {
            Self::Error => "1;31",
            Self::Warning => "1;33",
            Self::Info => "1;36",
            Self::Strong => "1",
            Self::Dim => "2",
            Self::Path => "36",
            Self::Help => "36",
            Self::Good => "32",
        }
    }
}

impl Style {
    /// No colours, only ASCII, 80 columns: for files and simple terminals.
    pub const PLAIN: Self = Self { color: false, unicode: false, width: 80, links: false };

    pub fn paint(&self, role: Role, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\u{1b}[{}m{text}\u{1b}[0m", role.code()) } else { text.to_owned() }
    }

    /// `text` as a hyperlink, if there is a URL and the terminal supports it.
    pub fn link(&self, text: &str, address: Option<&str>) -> String {
        match address {
            Some(address) if self.links => format!("\u{1b}]8;;{address}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"),
            Some(_) | None => text.to_owned(),
        }
    }

    /// The columns a report may use.
    pub fn columns(&self) -> usize {
        self.width.clamp(MIN_WIDTH, MAX_WIDTH)
    }

    /// The columns prose is wrapped to.
    pub fn prose(&self) -> usize {
        self.columns().min(MAX_PROSE)
    }

    /// The mark for truncated text.
    pub fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}

/// Breaks text at spaces into lines of at most `width` columns; the first may use `first` columns. A word longer than a
/// line stays whole, because it is a name or a path.
pub fn wrap(text: &str, first: usize, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let columns = word.width();
        let room = if lines.is_empty() { first } else { width };
        let gap = usize::from(!line.is_empty());
        // A word on a line of its own is written even if it does not fit.
        let alone = line.is_empty() && (!lines.is_empty() || first >= width);
        if used + gap + columns > room && !alone {
            lines.push(std::mem::take(&mut line));
            used = 0;
        } else if gap > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += columns;
    }
    lines.push(line);
    lines
}

/// Cuts text to `width` columns; `ellipsis` marks the cut.
pub fn clip(text: &str, width: usize, ellipsis: &str) -> String {
    // No character is wider than its number of bytes, so short texts need no measuring.
    if text.len() <= width || text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(ellipsis.width());
    let mut used = 0;
    let mut kept = String::new();
    for c in text.chars() {
        used += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used > room {
            break;
        }
        kept.push(c);
    }
    kept.push_str(ellipsis);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_by_columns_and_never_inside_a_word() {
        assert_eq!(wrap("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(wrap("日本語 日本語", 8, 8), ["日本語", "日本語"]);
        assert_eq!(wrap("a-very-long-word b", 4, 4), ["a-very-long-word", "b"]);
        assert_eq!(wrap("a-long-word b", 4, 12), ["", "a-long-word", "b"]);
        assert_eq!(wrap("", 4, 4), [""]);
    }

    #[test]
    fn clips_wide_characters_whole() {
        assert_eq!(clip("日本語", 5, "…"), "日本…");
        assert_eq!(clip("short", 5, "…"), "short");
    }

    #[test]
    fn no_color_means_no_escape() {
        assert_eq!(Style::PLAIN.paint(Role::Error, "x"), "x");
        assert_eq!(Style::PLAIN.link("x", Some("https://example.com")), "x");
    }
}
