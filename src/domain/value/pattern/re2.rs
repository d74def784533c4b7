//! Rewrites a JavaScript regular expression for RE2, the engine of Go and of Kubernetes. Both write `.`, `\s` and many
//! escapes alike and mean different characters, so every class is written out, and what RE2 lacks is an error.

use std::fmt::Write as _;

use regex_syntax::hir::{Class, HirKind};

use super::error::PatternError;
use super::syntax::{Node, parse};

/// Why a pattern has no equal in RE2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Re2Error {
    Broken,
    LookAround,
    BackReference,
    /// More repetitions than RE2 allows, or a text longer than is sensible.
    TooLarge,
}

/// The maximum of a counted repetition, and of the product of nested ones.
const MAX_REPETITIONS: usize = 1000;
/// The maximum length of the result in bytes.
const MAX_LENGTH: usize = 4096;
/// Classes with more ranges than this are looked up among the Unicode properties.
const MANY_RANGES: usize = 12;
/// Properties that RE2 and JavaScript name alike, large ones first.
const PROPERTIES: [&str; 21] = [
    "L", "M", "N", "P", "S", "Z", "Ll", "Lu", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No", "Pd", "Ps", "Pe", "Sc",
    "Sm",
];

/// A pattern that matches the same texts in RE2. It has no quotes and is ASCII.
pub fn to_re2(pattern: &str) -> Result<String, Re2Error> {
    let tree = parse(pattern).map_err(|error| match error {
        PatternError::Broken => Re2Error::Broken,
        PatternError::TooCostly => Re2Error::TooLarge,
    })?;
    let mut writer = Writer { text: String::new() };
    writer.node(&tree.root, 1)?;
    Ok(writer.text)
}

struct Writer {
    text: String,
}

impl Writer {
    /// `repetitions`: the product of the counts of the repetitions around the node.
    fn node(&mut self, node: &Node, repetitions: usize) -> Result<(), Re2Error> {
        match node {
            Node::Sequence(parts) => {
                for part in parts {
                    self.part(part, repetitions)?;
                }
            }
            Node::Alternatives(all) => {
                for (position, alternative) in all.iter().enumerate() {
                    if position > 0 {
                        self.text.push('|');
                    }
                    self.node(alternative, repetitions)?;
                }
            }
            Node::Class(ranges) => self.text.push_str(&class(ranges)),
            Node::Group(_, inner) => self.group(inner, repetitions)?,
            Node::Look { .. } => return Err(Re2Error::LookAround),
            Node::BackReference(_) => return Err(Re2Error::BackReference),
            // Whether a repetition is greedy decides what matches, not whether.
            Node::Repeat { inner, least, most, greedy: _ } => self.repeat(inner, *least, *most, repetitions)?,
            Node::Start => self.text.push('^'),
            Node::End => self.text.push('$'),
            Node::WordBoundary { negative } => self.text.push_str(if *negative { "\\B" } else { "\\b" }),
        }
        if self.text.len() > MAX_LENGTH { Err(Re2Error::TooLarge) } else { Ok(()) }
    }

    /// A node beside others.
    fn part(&mut self, node: &Node, repetitions: usize) -> Result<(), Re2Error> {
        let is_loose = matches!(node, Node::Alternatives(_));
        if is_loose { self.group(node, repetitions) } else { self.node(node, repetitions) }
    }

    fn group(&mut self, inner: &Node, repetitions: usize) -> Result<(), Re2Error> {
        self.text.push_str("(?:");
        self.node(inner, repetitions)?;
        self.text.push(')');
        Ok(())
    }

    fn repeat(&mut self, inner: &Node, least: usize, most: Option<usize>, repetitions: usize) -> Result<(), Re2Error> {
        let repetitions = repetitions.saturating_mul(most.unwrap_or(least).max(1));
        if repetitions > MAX_REPETITIONS {
            return Err(Re2Error::TooLarge);
        }
        let is_one = matches!(inner, Node::Class(_) | Node::Group(..));
        if is_one {
            self.node(inner, repetitions)?
        } else {
            self.group(inner, repetitions)?
        }
        let written = match (least, most) {
            (0, None) => write!(self.text, "*"),
            (1, None) => write!(self.text, "+"),
            (0, Some(1)) => write!(self.text, "?"),
            (least, None) => write!(self.text, "{{{least},}}"),
            (least, Some(most)) if least == most => write!(self.text, "{{{least}}}"),
            (least, Some(most)) => write!(self.text, "{{{least},{most}}}"),
        };
        written.expect("writing to a string does not fail");
        Ok(())
    }
}

/// Ranges of code points: sorted, without overlap, and apart from each other.
type Ranges = Vec<(u32, u32)>;

const SURROGATES: (u32, u32) = (0xD800, 0xDFFF);

/// A single character, or the class in brackets in the shorter of its two forms.
fn class(ranges: &[(char, char)]) -> String {
    let ranges = merged(ranges.iter().map(|(from, to)| (*from as u32, *to as u32)).collect());
    if let [(from, to)] = ranges.as_slice()
        && from == to
    {
        return character(*from, false);
    }
    let (plain, negated) = (members(&ranges), members(&complement(&ranges)));
    match negated.len() < plain.len() && !negated.is_empty() {
        true => format!("[^{negated}]"),
        // RE2 has no empty class, and what excludes every character is one.
        false if plain.is_empty() => "[^\\x00-\\x{10FFFF}]".to_owned(),
        false => format!("[{plain}]"),
    }
}

fn members(ranges: &Ranges) -> String {
    let mut text = String::new();
    let mut rest = ranges.clone();
    if rest.len() > MANY_RANGES {
        for name in PROPERTIES {
            let property = property(name);
            if !property.is_empty() && property.iter().all(|range| contains(&rest, *range)) {
                write!(text, "\\p{{{name}}}").expect("writing to a string does not fail");
                rest = without(&rest, &property);
            }
        }
    }
    for (from, to) in rest {
        text.push_str(&character(from, true));
        if from != to {
            if to > from + 1 {
                text.push('-');
            }
            text.push_str(&character(to, true));
        }
    }
    text
}

fn character(code: u32, in_class: bool) -> String {
    let meta = if in_class { r"\]^-[" } else { r"\.+*?()|[]{}^$" };
    match char::from_u32(code) {
        Some(c @ ('"' | '\'')) => format!("\\x{:02X}", c as u32),
        Some(c) if meta.contains(c) => format!("\\{c}"),
        Some(c @ ' '..='~') => c.to_string(),
        Some('\n') => "\\n".to_owned(),
        Some('\r') => "\\r".to_owned(),
        Some('\t') => "\\t".to_owned(),
        Some(_) | None if code < 0x100 => format!("\\x{code:02X}"),
        Some(_) | None => format!("\\x{{{code:X}}}"),
    }
}

fn merged(mut ranges: Ranges) -> Ranges {
    ranges.sort_unstable();
    let mut merged: Ranges = Vec::with_capacity(ranges.len());
    for (from, to) in ranges {
        let from = if from == SURROGATES.1 + 1 { SURROGATES.0 } else { from };
        match merged.last_mut().filter(|(_, last)| from <= last.saturating_add(1)) {
            Some((_, last)) => *last = to.max(*last),
            None if from == SURROGATES.0 && to > SURROGATES.1 => merged.push((SURROGATES.1 + 1, to)),
            None => merged.push((from, to)),
        }
    }
    merged
}

fn complement(ranges: &Ranges) -> Ranges {
    without(&vec![(0, char::MAX as u32)], ranges)
}

fn contains(ranges: &Ranges, (from, to): (u32, u32)) -> bool {
    let after = ranges.partition_point(|(start, _)| *start <= from);
    after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, end)| to <= *end)
}

/// The ranges without those of `others`; both are sorted.
fn without(ranges: &Ranges, others: &Ranges) -> Ranges {
    let mut kept = Vec::new();
    for (from, to) in ranges {
        let mut next = *from;
        for (start, end) in others.iter().filter(|(start, end)| start <= to && end >= from) {
            if *start > next {
                kept.push((next, start - 1));
            }
            next = next.max(end + 1);
        }
        if next <= *to {
            kept.push((next, *to));
        }
    }
    // A range of surrogates alone holds no character.
    kept.retain(|(from, to)| *from < SURROGATES.0 || *to > SURROGATES.1);
    kept
}

fn property(name: &str) -> Ranges {
    let parsed = regex_syntax::parse(&format!("\\p{{{name}}}")).map(regex_syntax::hir::Hir::into_kind);
    let Ok(HirKind::Class(Class::Unicode(class))) = parsed else { return Vec::new() };
    merged(class.ranges().iter().map(|range| (range.start() as u32, range.end() as u32)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::backtracking::Program;
    use super::*;
    use crate::generated_cases::config;

    #[test]
    fn patterns_keep_their_meaning() {
        for (pattern, re2) in [
            ("^[A-Z]{2,4}$", "^[A-Z]{2,4}$"),
            (r"^\d+(\.\d+){0,2}$", r"^[0-9]+(?:\.[0-9]+){0,2}$"),
            ("^(a|b)?c*?$", "^(?:a|b)?c*$"),
            (".", r"[^\n\r\x{2028}\x{2029}]"),
            (r"\w\W", "[0-9A-Z_a-z][^0-9A-Z_a-z]"),
            (r"^\p{L}[\p{L}0-9_-]*$", r"^[\p{L}][\p{L}\-0-9_]*$"),
            (r#"["'\x41\u0042]"#, r"[\x22\x27AB]"),
            ("[]", r"[^\x00-\x{10FFFF}]"),
            ("[^]", r"[\x00-\x{10FFFF}]"),
            ("a{2}{3}", "(?:a{2}){3}"),
            ("(?<year>[0-9]{4})/é", r"(?:[0-9]{4})/\xE9"),
            ("^#[a-z0-9-]+$", r"^#[\-0-9a-z]+$"),
        ] {
            assert_eq!(to_re2(pattern).as_deref(), Ok(re2), "{pattern}");
        }
    }

    #[test]
    fn what_re2_lacks_is_an_error() {
        for (pattern, error) in [
            ("^(?!x)", Re2Error::LookAround),
            ("(?<=x)y", Re2Error::LookAround),
            (r"(a)\1", Re2Error::BackReference),
            ("(", Re2Error::Broken),
            ("a{1001}", Re2Error::TooLarge),
            ("(a{40}){40}", Re2Error::TooLarge),
        ] {
            assert_eq!(to_re2(pattern), Err(error), "{pattern}");
        }
    }

    proptest! {
        #![proptest_config(config(2_000))]

        /// The crate `regex` reads what is written here as RE2 does.
        #[test]
        fn the_result_matches_the_same_texts(
            pattern in r"(\^|)([a-c.]|\[\^?[a-c-]{1,3}\]|\\[dwsDWSn]|\(a\|bc?\)|\\p\{L[ul]?\}){1,4}(\*|\+|\?|\{1,2\}|)(\$|)",
            texts in proptest::collection::vec("[a-c1é \n\u{2028}_-]{0,5}", 8),
        ) {
            let Ok(written) = to_re2(&pattern) else { return Ok(()) };
            let regex = regex_automata::meta::Regex::new(&written);
            prop_assert!(regex.is_ok(), "{pattern}: {written}");
            let (Ok(regex), Ok(tree)) = (regex, parse(&pattern)) else { return Ok(()) };
            let program = Program::new(&tree).expect("it is small");
            for text in texts {
                let found = Some(regex.is_match(text.as_str()));
                prop_assert_eq!(program.is_match(&text).ok(), found, "{} as {} on {:?}", pattern, written, text);
            }
        }
    }
}
