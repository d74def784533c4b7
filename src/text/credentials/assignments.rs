//! Finds credentials by the name that they are assigned to, in any text: YAML, JSON inside a string, `.env` lines, the
//! query of a URL, a comment. It reads lines instead of documents, so it works on a file that cannot be parsed.

use std::ops::Range;

use super::names::{is_secret_value, may_name_secret};

/// How far a value on one line is looked for: a line may have a million bytes with a name at every fourth of them. A
/// longer value is a credential only if it is one word, which is taken whole.
const MAX_VALUE_BYTES: usize = 2 << 10;
/// Anchors, quotes and white space between the sign and the value.
const LEAD: usize = 64;
/// The same for the lines of a block, such as those of a private key.
const MAX_BLOCK_BYTES: usize = 64 << 10;

/// A name and the ranges of the assigned values.
struct Assignment<'t> {
    name: &'t str,
    values: Vec<Range<usize>>,
}

/// Finds the values that `holds_secret` classifies as credentials, except for names in `allowed`.
pub(super) fn find(text: &str, allowed: &[String], found: &mut Vec<Range<usize>>) {
    let is_wanted = |name: &str| may_name_secret(name) && !allowed.iter().any(|allowed| allowed == name);
    for assignment in assignments(text, is_wanted) {
        let values = assignment.values.into_iter();
        found.extend(values.filter(|value| is_secret_value(assignment.name, &text[value.clone()])));
    }
}

/// The values that are assigned to these names.
pub(super) fn allowed(text: &str, names: &[String]) -> Vec<Range<usize>> {
    assignments(text, |name| names.iter().any(|it| it == name)).flat_map(|assignment| assignment.values).collect()
}

/// The assignments to names for which `is_wanted` returns true.
fn assignments(text: &str, is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Assignment<'_>> {
    let mut covered = 0;
    memchr::memchr2_iter(b':', b'=', text.as_bytes()).filter_map(move |sign| {
        // Inside of a long word, signs are part of the value. Without this, a word of many names takes quadratic time.
        if sign < covered {
            return None;
        }
        let mut assignment = assignment(text, sign, &is_wanted)?;
        if let Some(last) = assignment.values.last_mut()
            && is_cut(text, sign, last)
        {
            last.end += text[last.end..].find(ends_word).unwrap_or(text.len() - last.end);
            covered = last.end;
        }
        Some(assignment)
    })
}

/// Whether the value is one word that reaches the end of what was looked at.
fn is_cut(text: &str, sign: usize, value: &Range<usize>) -> bool {
    value.end + LEAD > sign + MAX_VALUE_BYTES && !text[value.clone()].contains(char::is_whitespace)
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\\' | ',' | ';' | '&' | ')' | ']' | '}' | '<')
}

fn assignment(text: &str, sign: usize, is_wanted: impl Fn(&str) -> bool) -> Option<Assignment<'_>> {
    let before = text[..sign].trim_end_matches([' ', '\t']);
    let bare = before.trim_end_matches(['"', '\'']);
    let bare = if bare.len() < before.len() { bare.trim_end_matches('\\') } else { bare };
    let is_quoted = bare.len() < before.len();
    let start =
        bare.rfind(|c: char| !is_of_name(c)).map_or(0, |at| at + bare[at..].chars().next().map_or(1, char::len_utf8));
    let name = bare.get(start..)?;
    if name.is_empty() || !is_wanted(name) {
        return None;
    }
    let is_colon = text.as_bytes()[sign] == b':';
    let after = &text[sign + 1..];
    // `image:tag` and `host:port` are not assignments.
    if is_colon && !is_quoted && !after.is_empty() && !after.starts_with([' ', '\t', '\n', '\r']) {
        return None;
    }
    let values = if is_colon { yaml_values(text, start, sign + 1) } else { shell_value(text, sign + 1) };
    (!values.is_empty()).then_some(Assignment { name, values })
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// The value after `name=`, up to the end of the word.
fn shell_value(text: &str, at: usize) -> Vec<Range<usize>> {
    let rest = up_to(text, at, MAX_VALUE_BYTES);
    if let Some(quoted) = quoted(text, at) {
        return vec![quoted];
    }
    let end =
        rest.find(|c: char| c.is_whitespace() || matches!(c, '&' | ';' | ',' | '"' | '\'' | '`' | ')' | '}' | '<'));
    let end = at + end.unwrap_or(rest.len());
    std::iter::once(at..end).collect()
}

/// The values after `name:`: a scalar, the items of a list, or the lines of a block.
fn yaml_values(text: &str, name: usize, at: usize) -> Vec<Range<usize>> {
    let mut at = skip_blanks(text, at);
    // Anchors and tags precede the value.
    while text[at..].starts_with(['&', '!']) {
        let word = up_to(text, at, MAX_VALUE_BYTES);
        at = skip_blanks(text, at + word.find([' ', '\t', '\n']).unwrap_or(word.len()));
    }
    let line = up_to(text, at, MAX_VALUE_BYTES);
    let line_end = at + line.find('\n').unwrap_or(line.len());
    let rest = text[at..line_end].trim_end();
    if rest.is_empty() || rest.starts_with('#') {
        return lower_lines(text, name, line_end, true);
    }
    if rest.starts_with(['|', '>']) && rest.len() <= 3 {
        return lower_lines(text, name, line_end, false);
    }
    if rest.starts_with('[') {
        let end = up_to(text, at, MAX_VALUE_BYTES).find(']').unwrap_or(rest.len());
        return items(text, at + 1, at + end);
    }
    if let Some(quoted) = quoted(text, at) {
        return vec![quoted];
    }
    // The value of an alias is masked at its anchor, and a mapping has names of its own.
    if rest.starts_with(['*', '{']) {
        return Vec::new();
    }
    vec![plain(text, name, at, line_end)]
}

/// A plain scalar. Inside braces or brackets, a comma or a closing bracket ends it.
fn plain(text: &str, name: usize, at: usize, line_end: usize) -> Range<usize> {
    let is_flow = line_before(text, name).contains(['{', '[']);
    let mut end = line_end;
    if let Some(comment) = text[at..end].find(" #") {
        end = at + comment;
    }
    if is_flow && let Some(stop) = text[at..end].find([',', '}', ']']) {
        end = at + stop;
    }
    at..at + text[at..end].trim_end().len()
}

/// The quoted value at this byte; the quotes may be escaped, as in JSON inside a string.
fn quoted(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = up_to(text, at, MAX_VALUE_BYTES);
    let bare = rest.trim_start_matches('\\');
    let escapes = rest.len() - bare.len();
    let quote = bare.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let start = at + escapes + 1;
    let mut from = start;
    loop {
        let found = text[from..at + rest.len()].find(quote).map(|found| from + found);
        let Some(end) = found else {
            // The quote is never closed, so the value is the rest of the line.
            let line = up_to(text, start, MAX_VALUE_BYTES);
            return Some(start..start + line.find('\n').unwrap_or(line.len()));
        };
        let backslashes = end - start - text[start..end].trim_end_matches('\\').len();
        if backslashes <= escapes || quote == '\'' {
            return Some(start..end - backslashes.min(escapes));
        }
        from = end + 1;
    }
}

/// The items of a flow list.
fn items(text: &str, from: usize, to: usize) -> Vec<Range<usize>> {
    let mut values = Vec::new();
    let mut at = from;
    for item in text[from..to.max(from)].split(',') {
        let start = at + (item.len() - item.trim_start().len());
        let inner = item.trim().trim_matches(['"', '\'']);
        let start = start + (item.trim().len() - item.trim().trim_start_matches(['"', '\'']).len());
        values.push(start..start + inner.len());
        at += item.len() + 1;
    }
    values
}

/// The lines below a key that are indented further: the items of a list (which may have the indentation of the key), or
/// the lines of a scalar.
fn lower_lines(text: &str, name: usize, line_end: usize, is_list: bool) -> Vec<Range<usize>> {
    let own = indentation(line_before(text, name));
    let mut values: Vec<Range<usize>> = Vec::new();
    let mut at = (line_end + 1).min(text.len());
    for line in up_to(text, at, MAX_BLOCK_BYTES).split_inclusive('\n') {
        let content = line.trim_end();
        let column = indentation(line);
        let is_item = is_list && content[column.min(content.len())..].starts_with('-');
        if !content.is_empty() && column <= own && !(is_item && column == own) {
            break;
        }
        if !content.is_empty() {
            let start = at + column;
            let words = &content[column..];
            match words.strip_prefix("- ").filter(|_| is_list) {
                Some(item) => {
                    let item_start = start + words.len() - item.len();
                    let item = item.trim();
                    let inner = item.trim_start_matches(['"', '\'']);
                    let begin = item_start + (item.len() - inner.len());
                    values.push(begin..begin + inner.trim_end_matches(['"', '\'']).len());
                }
                // A mapping below the key has names of its own.
                None if is_list => break,
                None => match values.last_mut() {
                    Some(last) => last.end = at + content.len(),
                    None => values.push(start..at + content.len()),
                },
            }
        }
        at += line.len();
    }
    values
}

/// At most `most` bytes of the text from a byte on.
fn up_to(text: &str, at: usize, most: usize) -> &str {
    &text[at..text.floor_char_boundary(at.saturating_add(most))]
}

/// The line before a byte, up to a maximum length.
fn line_before(text: &str, at: usize) -> &str {
    let before = &text[text.ceil_char_boundary(at.saturating_sub(MAX_VALUE_BYTES))..at];
    before.rsplit('\n').next().unwrap_or(before)
}

fn skip_blanks(text: &str, at: usize) -> usize {
    at + (text[at..].len() - text[at..].trim_start_matches([' ', '\t']).len())
}

fn indentation(line: &str) -> usize {
    // In a comment, `#` counts as white space.
    line.len() - line.trim_start_matches([' ', '#', '\t']).len()
}
