//! What is wrong with a document, in words for a tired person: the place, the cause, the cure.

use std::ops::Range;

use granit_parser::ScanError;

use super::full::one_character;
use super::tags::Misfit;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::span::Span;

/// Why a document could not be read to its end.
#[derive(Debug)]
pub(super) struct Broken(pub(super) Fault);

fn fault(message: String, help: &str, span: Span) -> Fault {
    Fault { kind: FaultKind::Syntax { message, help: Some(help.to_owned()), related: None }, span }
}

pub(super) fn syntax(text: &str, range: &Range<usize>, error: &ScanError) -> Broken {
    let at = range.start + error.marker().byte_offset().unwrap_or(0);
    Broken(fault(error.info(), "check the YAML here", one_character(text, at.min(range.end))))
}

pub(super) fn contains_itself(text: &str, span: Span) -> Broken {
    let name = span.slice(text);
    Broken(fault(
        format!("The alias `{name}` stands inside the value it refers to, so the value would never end."),
        "move the alias out of the anchored value",
        span,
    ))
}

pub(super) fn bad_merge(span: Span) -> Broken {
    Broken(fault(
        "The merge key `<<` has a value that is neither a mapping nor a list of mappings.".to_owned(),
        "give it an alias of a mapping, or quote the key if a literal `<<` is meant",
        span,
    ))
}

pub(super) fn misfit(text: &str, misfit: Misfit, span: Span) -> Fault {
    let shown: String = text.chars().take(40).collect();
    fault(
        format!("The tag says that `{shown}` is {}, which it is not, and the cluster refuses the file.", misfit.wanted),
        "remove the tag or correct the value",
        span,
    )
}
