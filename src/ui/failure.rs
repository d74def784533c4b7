//! An error as people see it: what failed, where, and what to do. Whatever a file or an argument smuggled into the
//! words, the terminal does not obey it.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode, SourceSpan,
    ThemeCharacters,
};

use crate::text::escape;

/// The whole text, ending in a line break.
pub fn failure(error: &dyn Diagnostic, is_coloured: bool, width: usize) -> String {
    let styles = if is_coloured { miette::ThemeStyles::ansi() } else { miette::ThemeStyles::none() };
    let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
    // Not wrapped: the library breaks names at their hyphens, and terminals wrap by themselves.
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_context_lines(1);
    let handler = handler.with_width(width).with_wrap_lines(false);
    let mut drawn = String::new();
    let failed = Failed { error, source: safe_source(error) };
    if handler.render_report(&mut drawn, &failed).is_err() {
        // A span that does not fit its text: the words are still true.
        drawn = failed.to_string();
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
struct Failed<'e> {
    error: &'e dyn Diagnostic,
    source: Option<NamedSource<String>>,
}

impl fmt::Display for Failed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to {}", escape::printable(&self.error.to_string(), false))
    }
}

impl std::error::Error for Failed<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

impl Diagnostic for Failed<'_> {
    fn severity(&self) -> Option<Severity> {
        self.error.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.error.help()?.to_string();
        Some(Box::new(escape::printable(&help, false).into_owned()))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.error.labels()?;
        let safe = |label: LabeledSpan| {
            let words = label.label().map(|words| escape::clean(words).into_owned());
            match label.primary() {
                true => LabeledSpan::new_primary_with_span(words, *label.inner()),
                false => LabeledSpan::new_with_span(words, *label.inner()),
            }
        };
        Some(Box::new(labels.map(safe)))
    }
}

/// The source under an error, with a mark for each byte that a terminal would obey: spans keep their places.
fn safe_source(error: &dyn Diagnostic) -> Option<NamedSource<String>> {
    let source = error.source_code()?;
    // All of it, whatever kind of source it is.
    let whole = source.read_span(&SourceSpan::from((0, 0)), 0, usize::MAX).ok()?;
    let text = escape::in_place(&String::from_utf8_lossy(whole.data()));
    Some(NamedSource::new(escape::clean(whole.name().unwrap_or_default()), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error, miette::Diagnostic)]
    #[error("multiply 2 × 3: {0}")]
    #[diagnostic(help("take another sign"))]
    struct Sign(&'static str);

    #[derive(Debug, thiserror::Error, miette::Diagnostic)]
    #[error("{words}")]
    #[diagnostic(help("{words}"))]
    struct Framed {
        words: &'static str,
        #[source_code]
        text: NamedSource<String>,
        #[label("{words}")]
        at: SourceSpan,
    }

    #[test]
    fn a_frame_shows_nothing_that_a_terminal_or_a_runner_obeys() {
        let words = "x\u{1b}[8m\r\u{2028}\u{202e}\n::error::y ##[group]\u{9b}2J";
        let text = format!("key: 1\n{words}\u{85}\n   ::warning::z\nlast: 2\n");
        let at = SourceSpan::from((7, 5));
        let error = Framed { words, text: NamedSource::new(words, text), at };
        for is_coloured in [false, true] {
            let drawn = failure(&error, is_coloured, 80);
            let shown = escape::printable(&drawn, true);
            let plain = shown.replace("\u{1b}[", "\u{0}").split('\u{0}').enumerate().fold(String::new(), |all, (at, part)| {
                all + if at == 0 { part } else { part.split_once('m').map_or(part, |(_, rest)| rest) }
            });
            assert!(!plain.chars().any(|c| c != '\n' && escape::is_unsafe(c)), "{plain:?}");
            assert!(!escape::holds_command(&plain), "{plain}");
            assert!(plain.contains("x?[8m"), "{plain}");
        }
    }

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
