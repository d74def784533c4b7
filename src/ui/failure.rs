//! Renders an error for the terminal: what is wrong, the place in the source, and what to do. Control characters that a
//! file or an argument brought into the text are made visible.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode, SourceSpan,
    ThemeCharacters,
};

use crate::text::escape;

/// Renders the error, with a line break at the end. Causes are part of the message: `x cannot be read: permission denied`.
pub fn failure(error: &dyn Diagnostic, is_coloured: bool, width: usize) -> String {
    let styles = if is_coloured { miette::ThemeStyles::ansi() } else { miette::ThemeStyles::none() };
    let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
    // The library would break names at their hyphens; terminals wrap long lines themselves.
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_context_lines(1);
    let handler = handler.with_width(width).with_wrap_lines(false);
    let mut drawn = String::new();
    let shown = Printable { error, source: safe_source(error) };
    if handler.render_report(&mut drawn, &shown).is_err() {
        // A span outside the source text: the message is still correct.
        drawn = shown.to_string();
    }
    let first = if is_coloured { "\u{1b}[1;31merror\u{1b}[0m: " } else { "error: " };
    format!("{first}{}\n", without_mark(&drawn).trim_end())
}

/// Removes the mark that the library draws before the message, coloured or not.
fn without_mark(drawn: &str) -> &str {
    let start = drawn.trim_start();
    let is_colour = |before: &str| before.starts_with('\u{1b}') && before.ends_with('m') && !before.contains(' ');
    match start.split_once('×') {
        Some((before, rest)) if before.is_empty() || is_colour(before) => {
            rest.strip_prefix("\u{1b}[0m").unwrap_or(rest).trim_start()
        }
        Some(_) | None => start,
    }
}

/// The error without control characters and without its code: users search for the message.
#[derive(Debug)]
struct Printable<'e> {
    error: &'e dyn Diagnostic,
    source: Option<NamedSource<String>>,
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape::printable(&self.error.to_string(), false))
    }
}

impl std::error::Error for Printable<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

impl Diagnostic for Printable<'_> {
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

/// The source text with each control character replaced by as many bytes, so that spans stay valid.
fn safe_source(error: &dyn Diagnostic) -> Option<NamedSource<String>> {
    let source = error.source_code()?;
    let whole = source.read_span(&SourceSpan::from((0, 0)), 0, usize::MAX).ok()?;
    let text = escape::in_place(&String::from_utf8_lossy(whole.data()));
    Some(NamedSource::new(escape::clean(whole.name().unwrap_or_default()), text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hostile_texts::{hostile_text, runner_faults, terminal_faults};

    #[derive(Debug, thiserror::Error, miette::Diagnostic)]
    #[error("product 2 × 3: {0}")]
    #[diagnostic(help("use another sign"))]
    struct Sign(&'static str);

    /// An error with everything that can be rendered.
    #[derive(Debug, thiserror::Error, miette::Diagnostic)]
    #[error("`{words}`: {words}")]
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
        assert!(plain.starts_with("error: product 2 × 3: it is odd\n"), "{plain}");
        let coloured = failure(&Sign("it is odd"), true, 80);
        let mut parts = coloured.split("\u{1b}[");
        let first = parts.next().unwrap_or_default().to_owned();
        let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, text)| text));
        assert_eq!(first + &rest.collect::<String>(), plain);
    }
}
