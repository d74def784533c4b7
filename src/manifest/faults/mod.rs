//! Explains syntax errors: position, cause and fix. The parser knows only where it stopped; the mistake is often a line
//! above, so the surrounding text is examined before the parser's own message is used.

mod around;
mod indentation;
mod values;
mod words;

use std::ops::Range;

use super::job::Broken;
use super::split::Trouble;
use super::tags::Misfit;
use super::yaml::{Divergence, Problem, ProblemKind};
use crate::domain::document::fault::{Fault, FaultKind, Reading, ScalarReader};
use crate::domain::document::span::Span;
use around::Around;
use words::{Words, clip};

pub(super) use words::is_odd_blank;

/// Explains the error at which the parser stopped.
pub(super) fn syntax(text: &str, range: &Range<usize>, problem: &Problem) -> Broken {
    let at = problem.at.clamp(range.start, range.end);
    let around = Around::new(text, range.clone(), at);
    let words = odd_blank(&around)
        .or_else(|| tab(&around, problem.kind))
        .or_else(|| template(&around))
        .or_else(|| by_kind(&around, problem.kind))
        .unwrap_or_else(|| {
            let help = "check this line and the one above it: indentation, quotes, brackets and colons";
            Words::new(Span::of_character(text, around.at), "This is not YAML.", help)
        });
    Broken(words.fault())
}

fn by_kind(around: &Around<'_>, kind: ProblemKind) -> Option<Words> {
    use ProblemKind as P;
    match kind {
        P::ControlCharacter => values::control_character(around),
        P::ValueNotAllowed | P::KeyNotAllowed => values::unclosed_bracket(around)
            .or_else(|| values::second_colon(around))
            .or_else(|| indentation::misplaced(around)),
        P::ColonExpected => indentation::no_key(around),
        P::KeyExpected | P::ItemExpected | P::ContentAfterEnd | P::DocumentStartExpected => values::after_quote(around)
            .or_else(|| values::after_bracket(around))
            .or_else(|| indentation::misplaced(around)),
        P::UnclosedQuote { start } => values::unclosed_quote(around, start),
        P::Escape { start } => values::escape(around, start),
        P::CommaExpected(_) | P::WrongBracket { .. } | P::UnclosedBracket(_) => {
            values::bracket(around, kind).or_else(|| values::indicator(around))
        }
        P::ContentExpected => values::no_content(around).or_else(|| values::indicator(around)),
        P::ItemNotAllowed => values::inline_dash(around),
        P::AnchorName => values::anchor_name(around).or_else(|| values::indicator(around)),
        P::UnexpectedCharacter
        | P::TabInIndentation
        | P::BlockScalarHeader
        | P::UnknownAnchor
        | P::Tag
        | P::UndefinedTagHandle
        | P::Directive
        | P::Version => values::indicator(around),
    }
}

/// Blanks that look like spaces but are other characters.
fn odd_blank(around: &Around<'_>) -> Option<Words> {
    let line = around.line();
    let content = line.slice(around.text).trim_start_matches(' ');
    let start = line.end as usize - content.len();
    let width = content.len() - content.trim_start_matches(is_odd_blank).len();
    (width > 0).then(|| nbsp_words(Span::new(start, start + width)))
}

fn nbsp_words(span: Span) -> Words {
    let message =
        "The indentation has characters that are not spaces (non-breaking spaces, perhaps pasted from a web page).";
    Words::new(span, message, "replace them with ordinary spaces")
}

/// The same if the parser read it as a key.
pub(super) fn odd_indentation(span: Span) -> Broken {
    Broken(nbsp_words(span).fault())
}

/// A tab at the error, or in the indentation of its line.
fn tab(around: &Around<'_>, kind: ProblemKind) -> Option<Words> {
    let line = around.line();
    let is_at_tab = around.text.as_bytes().get(around.at) == Some(&b'\t')
        && matches!(kind, ProblemKind::UnexpectedCharacter | ProblemKind::TabInIndentation);
    if !is_at_tab {
        // Inside brackets and quotes a tab is an ordinary blank.
        let is_indentation = matches!(
            kind,
            ProblemKind::ValueNotAllowed
                | ProblemKind::KeyExpected
                | ProblemKind::ItemExpected
                | ProblemKind::ColonExpected
                | ProblemKind::ContentAfterEnd
        );
        return tab_of(around.text, line).filter(|_| is_indentation);
    }
    let text = line.slice(around.text);
    let before = Span::new(line.start as usize, around.at).slice(around.text).trim_matches(' ');
    let tabs = around.text.get(around.at..).unwrap_or_default();
    let span = Span::new(around.at, around.at + tabs.len() - tabs.trim_start_matches('\t').len());
    if text.trim().is_empty() {
        let message = "The line has only a tab, and Kubernetes refuses the file.";
        return Some(Words::new(span, message, "remove the tab"));
    }
    if !before.is_empty() {
        let indicator = clip(before.rsplit(' ').next().unwrap_or(before));
        let message = format!("A tab follows `{indicator}`, where Kubernetes accepts only spaces.");
        return Some(Words::new(span, message, "replace the tab with a space"));
    }
    tab_of(around.text, line)
}

fn tab_of(text: &str, line: Span) -> Option<Words> {
    let indentation = line.slice(text).bytes().take_while(|byte| matches!(byte, b' ' | b'\t'));
    let at = line.start as usize + indentation.clone().position(|byte| byte == b'\t')?;
    let end = line.start as usize + indentation.count();
    let message = "A tab is used for indentation, and YAML allows only spaces there.";
    let help = "replace each tab with two spaces, and let the editor insert spaces in YAML files";
    Some(Words::new(Span::new(at, end), message, help))
}

fn template(around: &Around<'_>) -> Option<Words> {
    let line = around.line();
    let text = line.slice(around.text);
    let at = text.find("{{")?;
    let end = text.get(at..)?.find("}}").map_or(text.len(), |length| at + length + 2);
    let start = line.start as usize;
    Some(template_words(around.text, Span::new(start + at, start + end)))
}

fn template_words(text: &str, span: Span) -> Words {
    let message = format!("`{}` is an unrendered template, and YAML reads `{{{{` as mappings.", clip(span.slice(text)));
    Words::new(span, message, "quote the value, or exclude templates with `manifests.exclude`")
}

/// A value that starts with `{{`: valid YAML with a mapping as key, which Kubernetes rejects.
pub(super) fn braces(text: &str, span: Span) -> Broken {
    let around = Around::new(text, 0..text.len(), span.start as usize);
    let rest = Span::new(span.start as usize, around.line().end as usize);
    let length = rest.slice(text).find("}}").map_or(1, |length| length + 2);
    Broken(template_words(text, Span::new(span.start as usize, span.start as usize + length)).fault())
}

pub(super) fn contains_itself(text: &str, span: Span) -> Broken {
    let message = format!(
        "The alias `{}` is inside the value that it refers to, so the value would never end.",
        clip(span.slice(text))
    );
    Broken(Words::new(span, message, "move the alias out of the anchored value").fault())
}

pub(super) fn bad_merge(span: Span) -> Broken {
    let message = "The merge key `<<` has a value that is neither a mapping nor a list of mappings.";
    Broken(Words::new(span, message, "give it an alias of a mapping, or quote the key if it is a plain `<<`").fault())
}

pub(super) fn misfit(text: &str, misfit: Misfit, span: Span) -> Fault {
    let shown = clip(text);
    let message =
        format!("The tag declares `{shown}` as {}, which it is not, and Kubernetes refuses the file.", misfit.wanted);
    Words::new(span, message, "remove the tag or correct the value").fault()
}

/// A local tag without a value: valid YAML, but probably meant as text.
pub(super) fn only_a_tag(text: &str, tag: Span) -> Fault {
    let written = tag.slice(text);
    let message = format!("`{}` is a YAML tag, not text, and the value is empty.", clip(written));
    Words::new(tag, message, values::quote_it(written)).fault()
}

pub(super) fn unknown_anchor(text: &str, range: &Range<usize>, span: Span) -> Broken {
    syntax(text, range, &Problem { kind: ProblemKind::UnknownAnchor, at: span.start as usize })
}

/// A list or mapping as a key.
pub(super) fn collection_key(span: Span) -> Fault {
    let message = "This key is a list or a mapping, and Kubernetes refuses the file.";
    Words::new(span, message, "use a word as the key, and put the list or the mapping into the value").fault()
}

pub(super) fn null_key(written: &str, span: Span) -> Fault {
    if written.is_empty() {
        let message = "The key before this colon is empty, and Kubernetes refuses the file.";
        return not_json(span, message, "write a key before the colon, or quote the text if it is a value");
    }
    let message = format!("The key `{}` is null, and Kubernetes refuses the file.", clip(written));
    not_json(span, message, values::quote_it(written))
}

/// An integer that kubectl cannot convert to a JSON key.
pub(super) fn huge_key(written: &str, span: Span) -> Fault {
    let message =
        format!("The key `{}` is an integer above {}, and Kubernetes refuses the file.", clip(written), i64::MAX);
    not_json(span, message, values::quote_it(written))
}

/// `.inf` and `.nan` as values.
pub(super) fn not_finite(written: &str, span: Span, reader: ScalarReader) -> Fault {
    let message = match reader {
        ScalarReader::Kubernetes => {
            format!("`{written}` is a number that JSON does not have, and Kubernetes refuses the file.")
        }
        ScalarReader::GitApp(_) => {
            format!("`{written}` is a number that JSON does not have, so no catalog accepts it.")
        }
    };
    not_json(span, message, values::quote_it(written))
}

fn not_json(span: Span, message: impl Into<String>, help: impl Into<String>) -> Fault {
    Fault { kind: FaultKind::NotJson { message: message.into(), help: help.into() }, span }
}

/// A fault of how kubectl splits the file into documents.
pub(super) fn trouble(text: &str, trouble: Trouble) -> Fault {
    let (at, message, help) = match trouble {
        Trouble::Separator(at) => {
            (at, "Text follows `---` on its line, and Kubernetes refuses the file.", "put the text on the next line")
        }
        Trouble::AfterEnd(at) => (
            at,
            "Kubernetes ignores this document, since it follows `...` without a `---`.",
            "put `---` on a line of its own above it",
        ),
        Trouble::EndOfNothing(at) => {
            (at, "A document ends here before it has started, and Kubernetes refuses the file.", "remove the `...`")
        }
        Trouble::Directive(at) => (
            at,
            "Kubernetes refuses a file with a directive before `---`.",
            "remove the line: a manifest needs no directive",
        ),
        Trouble::BadDirective(at) => (
            at,
            "This directive is malformed, and Kubernetes refuses the file.",
            "remove the line: a manifest needs no directive",
        ),
        Trouble::ControlCharacter(at) => {
            (at, "This is a control character, and Kubernetes refuses a file with one.", "remove the character")
        }
        Trouble::Tab(at) => {
            (at, "A tab starts a line without content, and Kubernetes refuses the file.", "remove the tab")
        }
        Trouble::CarriageReturn(at) => (
            at,
            "Kubernetes does not see this `---`, since the line above ends with a carriage return alone.",
            "save the file with line feeds (LF) as line ends",
        ),
        Trouble::IgnoredLine(at) => (
            at,
            "Kubernetes ignores what follows `---` up to the next line feed, and the line ends with a carriage return alone.",
            "save the file with line feeds (LF) as line ends",
        ),
        Trouble::NotJson(at) => (
            at,
            "The file starts with `{`, so Kubernetes reads it as JSON, and this is not JSON.",
            "put a line with `---` at the start of the file, so that it is read as YAML",
        ),
        Trouble::AfterJson(at) => (
            at,
            "The file starts with `{`, so Kubernetes reads it as JSON, and refuses what follows here.",
            "put a line with `---` at the start of the file and between the documents, so that it is read as YAML",
        ),
    };
    let around = Around::new(text, 0..text.len(), at);
    let rest = around.rest();
    let span = if rest.is_empty() { Span::of_character(text, around.at) } else { rest };
    Words::new(span, message, help).fault()
}

/// A fault of a syntax that YAML 1.2 reads differently.
pub(super) fn divergence(text: &str, divergence: Divergence, reader: ScalarReader) -> Fault {
    match divergence {
        Divergence::ColonBeforeIndicator(span) => {
            let read_as = span.slice(text).to_owned();
            let editor = read_as.trim_end_matches(':').to_owned();
            let kind = FaultKind::AmbiguousScalar {
                editor: Reading::String(editor),
                reader,
                read_as: Reading::String(read_as),
                is_key: true,
            };
            Fault { kind, span }
        }
        Divergence::TightQuestionMark(span) => {
            let rest = text.get(span.start as usize..).unwrap_or_default();
            let length = rest.find([' ', ',', ']', '}', '\n', '\r']).unwrap_or(rest.len());
            let span = Span::new(span.start as usize, span.start as usize + length);
            let editor = Reading::String(span.slice(text).to_owned());
            let kind = FaultKind::AmbiguousScalar { editor, reader, read_as: Reading::Collection, is_key: false };
            Fault { kind, span }
        }
        Divergence::LineBreak(span) => {
            let code = span.slice(text).chars().next().map_or(0, u32::from);
            Fault { kind: FaultKind::AmbiguousBreak { code }, span }
        }
        Divergence::DoubleReturn(span) => Fault { kind: FaultKind::AmbiguousBreak { code: u32::from('\r') }, span },
        Divergence::AnchorEnd(span) => {
            let written = span.slice(text);
            let next = text.get(span.end as usize..).and_then(|rest| rest.chars().next()).unwrap_or(':');
            let message = format!("The name of `{}` ends before the `{next}` for Kubernetes.", clip(written));
            let help = "use only letters, digits, `-` and `_` in names of anchors, and put a space after the name";
            Words::new(span, message, help).fault()
        }
    }
}

/// The whole document is one plain text, although its lines look like keys.
pub(super) fn not_a_mapping(text: &str, range: &Range<usize>) -> Fault {
    let around = Around::new(text, range.clone(), range.start);
    let words = around.lines().find_map(|line| indentation::tight_colon(text, line));
    let all = || {
        let help = "write `key: value`, with a space after the colon";
        Words::new(around.line(), "The document is one plain text, not a mapping.", help)
    };
    words.unwrap_or_else(all).fault()
}

/// The keys of two manifests in one mapping; the second starts at `at`.
pub(super) fn second_manifest(at: Span) -> Fault {
    let message = "A second manifest begins here, but `---` is missing above it.";
    Words::new(at, message, "put `---` on a line of its own above it").fault()
}

#[cfg(test)]
mod tests;
