//! An error as people see it: what failed, where, and what to do. Whatever a file or an argument smuggled into the
//! words, the terminal does not obey it.

use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode, ThemeCharacters};

/// The whole text, ending in a line break.
pub fn failure(error: &dyn Diagnostic, is_coloured: bool, width: usize) -> String {
    let styles = if is_coloured { miette::ThemeStyles::ansi() } else { miette::ThemeStyles::none() };
    let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
    // Not wrapped: the library breaks names at their hyphens, and terminals wrap by themselves.
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_context_lines(1);
    let handler = handler.with_width(width).with_wrap_lines(false);
    let mut drawn = String::new();
    if handler.render_report(&mut drawn, &Failed(error)).is_err() {
        // A span that does not fit its text: the words are still true.
        drawn = Failed(error).to_string();
    }
    let first = if is_coloured { "\u{1b}[1;31merror\u{1b}[0m: " } else { "error: " };
    format!("{first}{}\n", without_mark(&drawn).trim_end())
}

/// The library's mark, coloured or not, stands before the first sentence.
fn without_mark(drawn: &str) -> &str {
    match drawn.split_once('×') {
        Some((before, rest)) if !before.contains("failed to") => {
            rest.strip_prefix("\u{1b}[0m").unwrap_or(rest).trim_start()
        }
        Some(_) | None => drawn.trim_start(),
    }
}

/// The error with its sentence begun, and without its code: errors are looked up by their words.
#[derive(Debug)]
struct Failed<'e>(&'e dyn Diagnostic);

impl fmt::Display for Failed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to {}", visible(&self.0.to_string()))
    }
}

impl std::error::Error for Failed<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

impl Diagnostic for Failed<'_> {
    fn severity(&self) -> Option<Severity> {
        self.0.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help().map(|help| Box::new(visible(&help.to_string())) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.0.labels()
    }
}

fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{FFFD}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error, miette::Diagnostic)]
    #[error("multiply 2 × 3: {0}")]
    #[diagnostic(help("take another sign"))]
    struct Sign(&'static str);

    #[test]
    fn colours_change_nothing_but_colours() {
        let plain = failure(&Sign("it is odd"), false, 80);
        assert!(plain.starts_with("error: failed to multiply 2 × 3: it is odd\n"), "{plain}");
        let coloured = failure(&Sign("it is odd"), true, 80);
        let mut parts = coloured.split("\u{1b}[");
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, text)| text));
        assert_eq!(first + &rest.collect::<String>(), plain);
    }
}
