//! Finds the place of a character of a decoded scalar in its source, for the column inside an expression. The blanks of
//! source and decoded text differ (folding, indentation), the other characters correspond one to one.

use crate::domain::document::span::Span;
use crate::domain::document::tree::Style;

/// The byte in `source` at which the character at byte `offset` of the decoded scalar is written.
pub fn place_in_scalar(source: &str, span: Span, style: Style, decoded: &str, offset: usize) -> usize {
    let before = decoded.get(..offset).unwrap_or(decoded);
    let wanted = before.chars().filter(|c| !c.is_whitespace()).count();
    let blanks = before.chars().rev().take_while(|c| c.is_whitespace()).count();
    let raw = span.slice(source);
    let start = span.start as usize;
    let body = content(raw, style);
    let mut seen = 0;
    let mut end_of_last = body;
    let mut rest = raw.get(body..).unwrap_or_default();
    let mut at = body;
    while let Some(unit) = next_unit(rest, style) {
        if unit.is_visible {
            if seen == wanted {
                break;
            }
            seen += 1;
            end_of_last = at + unit.length;
        }
        at += unit.length;
        rest = rest.get(unit.length..).unwrap_or_default();
    }
    // An offset at a blank that ends the text, or before one, is next to the last visible character.
    let is_at_blank = decoded.get(offset..).and_then(|rest| rest.chars().next()).is_none_or(char::is_whitespace);
    match is_at_blank {
        true => start + (end_of_last + blanks).min(raw.len()),
        false => start + at,
    }
}

/// Where the text begins in the raw scalar: behind the quote or the header of a block.
fn content(raw: &str, style: Style) -> usize {
    match style {
        Style::SingleQuoted => raw.find('\'').map_or(0, |at| at + 1),
        Style::DoubleQuoted => raw.find('"').map_or(0, |at| at + 1),
        Style::Literal | Style::Folded => raw.find('\n').map_or(0, |at| at + 1),
        Style::Plain | Style::Flow | Style::Block => 0,
    }
}

struct Unit {
    length: usize,
    is_visible: bool,
}

/// The next character of the source, which may be an escape.
fn next_unit(rest: &str, style: Style) -> Option<Unit> {
    let first = rest.chars().next()?;
    let plain = Unit { length: first.len_utf8(), is_visible: !first.is_whitespace() };
    Some(match (style, first) {
        (Style::SingleQuoted, '\'') => Unit { length: if rest.starts_with("''") { 2 } else { 1 }, is_visible: true },
        (Style::DoubleQuoted, '\\') => escape(rest),
        _ => plain,
    })
}

fn escape(rest: &str) -> Unit {
    let kind = rest.chars().nth(1).unwrap_or('\\');
    let digits = match kind {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    let code = rest.get(2..2 + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
    let is_visible = match kind {
        'n' | 't' | 'r' | 'v' | 'f' | 'N' | '_' | 'L' | 'P' | ' ' | '\t' | '\n' | '\r' => false,
        _ => code.is_none_or(|code| !code.is_whitespace()),
    };
    Unit { length: (1 + kind.len_utf8() + digits).min(rest.len()), is_visible }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, style: Style, decoded: &str, needle: &str, expected: &str) {
        let offset = decoded.find(needle).expect("the needle is there");
        let source = format!("key: {raw}\n");
        let place = place_in_scalar(&source, Span::new(5, 5 + raw.len()), style, decoded, offset);
        assert!(source[place..].starts_with(expected), "{:?}", &source[place..]);
    }

    #[test]
    fn a_character_is_found_in_every_style() {
        check(".a | foo", Style::Plain, ".a | foo", "foo", "foo");
        check(".a\n  | foo", Style::Plain, ".a | foo", "foo", "foo");
        check("'\"it''s\" | foo'", Style::SingleQuoted, "\"it's\" | foo", "foo", "foo");
        check(r#""\"a\" |\n foo""#, Style::DoubleQuoted, "\"a\" |\n foo", "foo", "foo");
        check("|-\n  .a\n    | foo", Style::Literal, ".a\n  | foo", "foo", "foo");
        check(">-\n  .a\n  | foo", Style::Folded, ".a | foo", "foo", "foo");
    }

    #[test]
    fn the_end_of_the_text_is_behind_its_last_character() {
        let source = "key: '.a |'";
        let decoded = ".a |";
        let place = place_in_scalar(source, Span::new(5, 11), Style::SingleQuoted, decoded, decoded.len());
        assert_eq!(&source[place..], "'");
    }
}
