//! Reads the keys, scalars and comments of one line, which need not be valid YAML.

use std::borrow::Cow;

/// The width of a dash and the spaces behind it.
pub(super) fn dash(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('-')?;
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    (spaces > 0 || rest.is_empty()).then_some(1 + spaces)
}

/// A key at the start of a text, and the position of its colon.
pub(super) fn key_of(text: &str) -> Option<(Cow<'_, str>, usize)> {
    if text.starts_with(['{', '[', '#', '&', '*', '!', '|', '>', '%', '@', '`', '?']) {
        return None;
    }
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = quoted_end(text, quote)?;
        let rest = &text[end..];
        let colon = end + rest.len() - rest.trim_start().len();
        let is_key =
            text[colon..].strip_prefix(':').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        return is_key.then(|| (unquoted(&text[..end]), colon));
    }
    let text = without_comment(text);
    let colon = text.match_indices(':').map(|(at, _)| at).find(|at| {
        let rest = &text[at + 1..];
        rest.is_empty() || rest.starts_with([' ', '\t'])
    })?;
    Some((text[..colon].trim_end().into(), colon))
}

/// The end of a quoted scalar, behind its closing quote.
fn quoted_end(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if quote == '"' => drop(chars.next()),
            _ if c != quote => {}
            '\'' if chars.peek().is_some_and(|(_, next)| *next == '\'') => drop(chars.next()),
            _ => return Some(at + 1),
        }
    }
    None
}

pub(super) fn without_comment(text: &str) -> &str {
    comment_start(text).map_or(text, |start| &text[..start]).trim_end()
}

pub(super) fn is_in_comment(before: &str) -> bool {
    comment_start(before).is_some()
}

/// The start of a comment on a line.
fn comment_start(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut previous = ' ';
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '#' && previous.is_whitespace() => return Some(at),
            // A quote inside of a word is part of it.
            None if matches!(c, '"' | '\'') && matches!(previous, ' ' | '\t' | '[' | '{' | ',' | ':') => {
                quote = Some(c)
            }
            None => {}
        }
        previous = c;
    }
    None
}

/// The content of a scalar, quoted or not. Escapes stay as written, except for doubled quotes.
pub(super) fn unquoted(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('\'') {
        return inner.strip_suffix('\'').unwrap_or(inner).replace("''", "'").into();
    }
    match text.strip_prefix('"') {
        Some(inner) => inner.strip_suffix('"').unwrap_or(inner).into(),
        None => text.into(),
    }
}
