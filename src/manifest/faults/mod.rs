//! What is wrong with a document, in words for a tired person: the place, the cause, the cure. The parser knows where
//! it stopped; the mistake is often a line above, so the text around is looked at before the parser's own words.

mod around;
mod indentation;
mod values;

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use super::limits::Limits;
use super::places::one_character;
use super::tags::Misfit;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::span::Span;
use around::Around;

/// Why a document could not be read to its end.
#[derive(Debug)]
pub(super) struct Broken(pub(super) Fault);

/// Most of a value that a message shows, in characters.
const SHOWN: usize = 60;

/// As much of a value as people read in a message.
fn clip(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// A fault in words, before it is a `Fault`.
struct Words {
    span: Span,
    message: String,
    help: String,
    related: Option<(Span, String)>,
}

impl Words {
    fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: help.into(), related: None }
    }

    fn see(mut self, span: Span, words: impl Into<String>) -> Self {
        self.related = Some((span, words.into()));
        self
    }

    fn fault(self) -> Fault {
        let kind = FaultKind::Syntax { message: self.message, help: Some(self.help), related: self.related };
        Fault { kind, span: self.span }
    }
}

/// What the parser stopped at.
pub(super) fn syntax(text: &str, range: &Range<usize>, limits: &Limits, error: &ScanError) -> Broken {
    let at = (range.start + error.marker().byte_offset().unwrap_or(0)).min(range.end);
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        let kind = FaultKind::TooDeep { limit: limits.depth };
        return Broken(Fault { kind, span: one_character(text, at) });
    }
    let around = Around::new(text, range.clone(), at);
    let words = conflict(&around)
        .or_else(|| odd_blank(&around))
        .or_else(|| tab(&around, error.kind()))
        .or_else(|| template(&around))
        .or_else(|| by_kind(&around, error.kind()))
        .unwrap_or_else(|| {
            let help = "check this line and the one above it: indentation, quotes, brackets and colons";
            Words::new(one_character(text, at), format!("This is not YAML: {}.", error.info()), help)
        });
    Broken(words.fault())
}

fn by_kind(around: &Around<'_>, kind: &ErrorKind) -> Option<Words> {
    use ErrorKind as E;
    match kind {
        E::MappingValueNotAllowed | E::MappingKeyNotAllowed | E::InvalidColonPlacement | E::InvalidSimpleKey => {
            values::unclosed_bracket(around)
                .or_else(|| values::second_colon(around))
                .or_else(|| indentation::misplaced(around))
        }
        E::SimpleKeyExpected => indentation::no_key(around),
        E::ExpectedBlockMappingKey
        | E::ExpectedBlockSequenceEntry
        | E::ExpectedDocumentStart
        | E::InvalidIndentation
        | E::InvalidBlockScalarIndent
        | E::CommentInterceptedScalar => values::after_bracket(around).or_else(|| indentation::misplaced(around)),
        E::InvalidQuotedScalarIndent | E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => {
            values::unclosed_quote(around)
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => values::after_quote(around),
        E::UnknownQuotedScalarEscape
        | E::InvalidQuotedScalarHexEscape
        | E::InvalidLowSurrogateHexEscape
        | E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => values::escape(around),
        E::UnclosedFlowCollection { .. }
        | E::MismatchedFlowCollectionEnd { .. }
        | E::ExpectedFlowMappingSeparator
        | E::ExpectedFlowSequenceSeparator
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofFlowSequence
        | E::UnexpectedEofImplicitFlowMapping
        | E::UnexpectedEof
        | E::MisplacedFlowCollectionEnd => values::bracket(around, kind).or_else(|| values::indicator(around)),
        E::BlockSequenceEntryNotAllowed | E::BlockEntryInFlowCollection => values::inline_dash(around),
        E::UnexpectedCharacter { .. }
        | E::UnknownAnchor
        | E::MissingAnchorOrAliasName
        | E::InvalidBlockScalarHeader
        | E::ExpectedTagBang
        | E::InvalidTagTerminator
        | E::UndeclaredTagHandle
        | E::MissingTagUri
        | E::ExpectedNodeContent
        | E::UnexpectedEofBlockMapping
        | E::UnexpectedEofBlockSequence => values::indicator(around),
        E::CommentNotSeparated => Some(Words::new(
            around.token(),
            "A comment needs a blank before its `#`.",
            "put a space before the `#`, or quote the value if the `#` belongs to it",
        )),
        // The rest is rare, and the parser's words are good enough.
        _ => None,
    }
}

/// What a merge that Git left for a person looks like.
fn conflict(around: &Around<'_>) -> Option<Words> {
    let is_marker = |line: &str| {
        ["<<<<<<< ", ">>>>>>> ", "||||||| "].iter().any(|mark| line.starts_with(mark)) || line == "======="
    };
    let span = around.lines().find(|span| is_marker(span.slice(around.text)))?;
    Some(Words::new(
        span,
        "A merge conflict was left in the file.",
        "choose one of the two sides and remove the lines `<<<<<<<`, `=======` and `>>>>>>>`",
    ))
}

/// Blanks that look like spaces and are not.
fn odd_blank(around: &Around<'_>) -> Option<Words> {
    let line = around.line();
    let content = line.slice(around.text).trim_start_matches(' ');
    let start = line.end as usize - content.len();
    let width = content.len() - content.trim_start_matches(is_odd_blank).len();
    (width > 0).then(|| nbsp_words(Span::new(start, start + width)))
}

pub(super) fn is_odd_blank(c: char) -> bool {
    c != '\u{85}' && !c.is_ascii() && c.is_whitespace()
}

fn nbsp_words(span: Span) -> Words {
    let message = "The indentation has blanks that are not spaces (non-breaking ones, perhaps pasted from a web page).";
    Words::new(span, message, "replace them with ordinary spaces")
}

/// The same where the parser made a key of it.
pub(super) fn odd_indentation(span: Span) -> Broken {
    Broken(nbsp_words(span).fault())
}

/// A tab in the indentation of the line, or, where the parser says it is about a tab, of the next line that has one.
fn tab(around: &Around<'_>, kind: &ErrorKind) -> Option<Words> {
    let about_tabs = matches!(
        kind,
        ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabNotAllowed
            | ErrorKind::TabAtBlockScalarStart
    );
    let here = around.line();
    let below = around.lines().skip_while(|line| line.start <= here.start).take(if about_tabs { 50 } else { 0 });
    std::iter::once(here).chain(below).find_map(|line| tab_of(around.text, line))
}

fn tab_of(text: &str, line: Span) -> Option<Words> {
    let indentation = line.slice(text).bytes().take_while(|byte| matches!(byte, b' ' | b'\t'));
    let at = line.start as usize + indentation.clone().position(|byte| byte == b'\t')?;
    let end = line.start as usize + indentation.count();
    Some(tab_words(Span::new(at, end)))
}

fn tab_words(span: Span) -> Words {
    let message = "A tab is used for indentation, and YAML takes only spaces there.";
    Words::new(span, message, "replace each tab with two spaces, and let the editor insert spaces in YAML files")
}

/// The parser takes this tab; the cluster does not.
pub(super) fn tab_indentation(span: Span) -> Broken {
    Broken(tab_words(span).fault())
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
    let message = format!(
        "`{}` is a template that nobody has filled in, and YAML takes `{{{{` for mappings.",
        clip(span.slice(text))
    );
    Words::new(span, message, "quote the value, or exclude templates with `manifests.exclude`")
}

/// A value that starts with `{{`: legal YAML, a mapping as the key of a mapping, and refused by the cluster.
pub(super) fn braces(text: &str, span: Span) -> Broken {
    let around = Around::new(text, 0..text.len(), span.start as usize);
    let rest = Span::new(span.start as usize, around.line().end as usize);
    let length = rest.slice(text).find("}}").map_or(1, |length| length + 2);
    Broken(template_words(text, Span::new(span.start as usize, span.start as usize + length)).fault())
}

pub(super) fn contains_itself(text: &str, span: Span) -> Broken {
    let message = format!(
        "The alias `{}` stands inside the value it refers to, so the value would never end.",
        clip(span.slice(text))
    );
    Broken(Words::new(span, message, "move the alias out of the anchored value").fault())
}

pub(super) fn bad_merge(span: Span) -> Broken {
    let message = "The merge key `<<` has a value that is neither a mapping nor a list of mappings.";
    Broken(
        Words::new(span, message, "give it an alias of a mapping, or quote the key if a plain `<<` is meant").fault(),
    )
}

pub(super) fn misfit(text: &str, misfit: Misfit, span: Span) -> Fault {
    let shown = clip(text);
    let message =
        format!("The tag says that `{shown}` is {}, which it is not, and the cluster refuses the file.", misfit.wanted);
    Words::new(span, message, "remove the tag or correct the value").fault()
}

/// A tag of nobody's on nothing: legal, and text for the person who wrote it. `after` is what follows the node before.
pub(super) fn only_a_tag(after: &str, start: usize, suffix: &str) -> Option<Fault> {
    let at = after.find('!')?;
    after.get(at + 1..)?.starts_with(suffix).then(|| {
        let span = Span::new(start + at, start + at + 1 + suffix.len());
        let message = format!("`!{}` is a YAML tag, not text, and the value is empty.", clip(suffix));
        Words::new(span, message, values::quote_it(&format!("!{suffix}"))).fault()
    })
}

/// The whole document is one plain text, though its lines look like keys.
pub(super) fn not_a_mapping(text: &str, range: &Range<usize>) -> Fault {
    let around = Around::new(text, range.clone(), range.start);
    let words = around.lines().find_map(|line| indentation::tight_colon(text, line));
    let all = || {
        let help = "write `key: value`, with a space after the colon";
        Words::new(around.line(), "The document is one plain text, not a mapping.", help)
    };
    words.unwrap_or_else(all).fault()
}

/// The keys of two manifests in one mapping, the second from `at` on.
pub(super) fn second_manifest(at: Span) -> Fault {
    let message = "A second manifest begins here, but `---` is missing above it.";
    Words::new(at, message, "put `---` on a line of its own above it").fault()
}

#[cfg(test)]
mod tests;
