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
        Some((before, rest)) if !before.contains("failed to") && !before.contains("push refused") => {
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
        let words = self.error.to_string();
        // A refusal is a decision and no failure, and its words are a sentence.
        let start = if words.starts_with("push refused") { "" } else { "failed to " };
        write!(f, "{start}{}", escape::printable(&words, false))
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
    use crate::text::hostile_texts::{hostile_text, runner_faults, terminal_faults};

    #[derive(Debug, thiserror::Error, miette::Diagnostic)]
    #[error("multiply 2 × 3: {0}")]
    #[diagnostic(help("take another sign"))]
    struct Sign(&'static str);

    /// An error with everything that an error can show.
    #[derive(Debug, thiserror::Error, miette::Diagnostic)]
    #[error("read `{words}`: {words}")]
    #[diagnostic(help("{words}"))]
    struct Framed {
        words: String,
        #[source_code]
        text: NamedSource<String>,
        #[label("{words}")]
        at: SourceSpan,
    }

    proptest::proptest! {
        #![proptest_config(crate::generated_cases::config(128))]

        #[test]
        fn no_error_shows_what_a_terminal_or_a_runner_obeys(words in hostile_text(), name in hostile_text(), at in 0..60_usize) {
            let text = format!("key: 1\n{words}\n   {words}\nlast: 2\n");
            let at = (at..).find(|at| text.is_char_boundary((*at).min(text.len()))).unwrap_or_default().min(text.len() - 1);
            let at = SourceSpan::from((at, 1));
            let error = Framed { words, text: NamedSource::new(name, text), at };
            for is_coloured in [false, true] {
                let shown = escape::printable(&failure(&error, is_coloured, 80), true).replace(['\t', '\r'], " ");
                let faults = [terminal_faults(&shown, is_coloured), runner_faults(&shown, false)].concat();
                proptest::prop_assert!(faults.is_empty(), "{faults:?}");
            }
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
