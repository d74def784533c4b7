//! Explains values that YAML does not read as text: quotes, brackets, indicators, colons.

use super::around::Around;
use super::words::{Words, clip};
use crate::domain::document::span::Span;
use crate::domain::entity::fields::ENTITY_KEYS;
use crate::manifest::scalar;
use crate::manifest::yaml::ProblemKind;

/// Keys of a resource that start a line, like those of an entity: if one follows a value, a line break is missing.
const RESOURCE_KEYS: [&str; 6] = ["apiVersion", "kind", "metadata", "name", "namespace", "spec"];

pub(super) fn quote_it(value: &str) -> String {
    format!("quote it: `{}`", scalar::quoted(&clip(value)))
}

/// A colon inside a value: `title: a: b`.
pub(super) fn second_colon(around: &Around<'_>) -> Option<Words> {
    let here = around.here();
    let (key_span, key) = here.key()?;
    let key = clip(key);
    let (span, value) = here.value()?;
    if around.at <= span.start as usize || here.content.starts_with("---") {
        return None;
    }
    if value.starts_with(['"', '\'', '[', '{']) {
        let message = format!("The value of `{key}` has ended, and more follows it.");
        return Some(Words::new(
            Span::new(around.at, span.end as usize),
            message,
            "put what follows on a line of its own",
        ));
    }
    let before = Span::new(span.start as usize, around.at).slice(around.text);
    let word = before.rsplit(' ').next().unwrap_or_default();
    if before.contains(' ') && (RESOURCE_KEYS.contains(&word) || ENTITY_KEYS.contains(&word)) {
        let start = around.at - word.len();
        let message = format!("Two keys, `{key}` and `{word}`, stand on one line.");
        let help = format!("put `{word}` on a line of its own");
        return Some(Words::new(Span::new(start, around.at), message, help).see(key_span, "the first key of the line"));
    }
    let message = format!("The value of `{key}` has a colon in it, so YAML takes `{}` for another key.", clip(before));
    Some(Words::new(span, message, quote_it(value)))
}

/// The quote at `start` is not closed before the document ends.
pub(super) fn unclosed_quote(around: &Around<'_>, start: usize) -> Option<Words> {
    let line = around.line_at(start);
    let rest = Span::new(start, line.end as usize);
    let span = Span::new(start, start + rest.slice(around.text).trim_end().len());
    let quote = span.slice(around.text).chars().next()?;
    let name = if quote == '"' { "double" } else { "single" };
    let message = format!("The {name} quote that opens here is never closed.");
    let words = Words::new(span, message, format!("add a `{quote}` at the end of the value"));
    let below = around.lines().find(|below| below.start > line.start && !below.slice(around.text).trim().is_empty());
    Some(match below {
        Some(below) => {
            let at = below.end as usize - below.slice(around.text).trim_start().len();
            let next = Around::new(around.text, around.range(), at);
            words.see(next.token(), "from here on everything was read as the value")
        }
        None => words,
    })
}

/// The position after the closing quote, if it is on this line.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote {
            if quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'') {
                chars.next();
            } else {
                return Some(at + 1);
            }
        }
    }
    None
}

/// Text after a closing quote: often the quote was meant to be part of the text.
pub(super) fn after_quote(around: &Around<'_>) -> Option<Words> {
    let here = around.here();
    let rest = around.rest();
    let text = rest.slice(around.text);
    let line = around.line();
    let before = Span::new(line.start as usize, around.at).slice(around.text).trim_end();
    let quote = before.chars().last().filter(|c| matches!(c, '"' | '\''))?;
    if text.contains(": ") && text.split(':').next().is_some_and(|key| !key.contains(quote)) {
        let help = "put the second key on a line of its own";
        return Some(Words::new(rest, "Two keys are on one line.", help));
    }
    let name = here.key().map_or_else(String::new, |(_, key)| format!(" of `{}`", clip(key)));
    let message = format!("The value{name} ends at the closing quote, but `{}` follows it.", clip(text));
    let help = match quote {
        '\'' => "write a quote inside single quotes twice (`''`), or put the value in double quotes",
        _ => "write a quote inside double quotes as `\\\"`, or put the value in single quotes",
    };
    Some(Words::new(rest, message, help))
}

/// A backslash that starts no escape, usually in a path. `start` is the opening quote.
pub(super) fn escape(around: &Around<'_>, start: usize) -> Option<Words> {
    let rest = around.text.get(around.at..around.line().end as usize)?;
    let next = rest.chars().nth(1);
    let digits = match next {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        _ => 0,
    };
    let found = rest.get(2..).unwrap_or_default();
    let hexadecimal = found.bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
    let shown = rest.get(..1 + next.map_or(0, char::len_utf8) + hexadecimal).unwrap_or("\\");
    let span = Span::new(around.at, around.at + shown.len());
    if digits > 0 && hexadecimal == digits {
        let message = format!("`{shown}` is half of a surrogate pair or no character, and Kubernetes refuses it.");
        let help = "write the character itself, or its code in the form `\\U0001F600`";
        return Some(Words::new(span, message, help));
    }
    let message = format!("`{shown}` is not a YAML escape in double quotes.");
    if next == Some('/') {
        return Some(Words::new(span, message, "write `/` without the backslash"));
    }
    let text = around.text.get(start..around.line().end as usize).unwrap_or_default();
    let inner = text.get(1..closing(text, '"').map_or(text.len(), |end| end - 1)).unwrap_or_default();
    let help = if inner.contains('\'') {
        "write each backslash twice".to_owned()
    } else {
        format!("use single quotes, in which a backslash is only a backslash: `'{}'`", clip(inner))
    };
    Some(Words::new(span, message, help))
}

pub(super) fn control_character(around: &Around<'_>) -> Option<Words> {
    let c = around.text.get(around.at..)?.chars().next()?;
    let code = u32::from(c);
    let message = format!("U+{code:04X} is a control character, and YAML allows it only as an escape.");
    let help = format!("remove it, or write it in double quotes as `\\u{code:04X}`");
    Some(Words::new(Span::new(around.at, around.at + c.len_utf8()), message, help))
}

/// An anchor name with an invalid character.
pub(super) fn anchor_name(around: &Around<'_>) -> Option<Words> {
    let token = around.token();
    let text = token.slice(around.text);
    let name = text.strip_prefix('&')?;
    name.starts_with(|c: char| c.is_ascii_alphanumeric()).then(|| {
        let message =
            format!("The name of the anchor `{}` has other characters than letters, digits, `-` and `_`.", clip(text));
        Words::new(token, message, "rename the anchor, or quote the value if it is text")
    })
}

/// Something else where a value is expected.
pub(super) fn no_content(around: &Around<'_>) -> Option<Words> {
    let byte = around.text.as_bytes().get(around.at)?;
    let one = Span::new(around.at, around.at + 1);
    let in_brackets = around.here().value().is_some_and(|(_, value)| value.starts_with(['[', '{']));
    match byte {
        b']' | b'}' => {
            let message = format!("The bracket `{}` closes nothing.", one.slice(around.text));
            Some(Words::new(one, message, "remove it, or quote the value if it is text"))
        }
        b',' if in_brackets => {
            let message = "A comma stands in brackets without an entry before it.";
            Some(Words::new(one, message, "remove the comma, or quote it if it is text"))
        }
        b':' => {
            let token = around.token();
            let text = token.slice(around.text);
            let message = format!("`{}` starts with a colon, which separates a key from its value.", clip(text));
            Some(Words::new(token, message, quote_it(text)))
        }
        b'-' => inline_dash(around),
        _ => None,
    }
}

/// An unclosed bracket on an earlier line, if the parser stopped at a later line.
pub(super) fn unclosed_bracket(around: &Around<'_>) -> Option<Words> {
    let (span, bracket) = around.above().take(200).find_map(|line| {
        let (start, text) = line.value().map_or_else(|| line.item(), |(span, value)| (span.start as usize, value));
        let bracket = text.chars().next().filter(|c| matches!(c, '[' | '{'))?;
        let count = |c: char| text.matches(c).count();
        let open = count('[') + count('{') > count(']') + count('}');
        open.then_some((Span::new(start, start + 1), bracket))
    })?;
    Some(never_closed(span, bracket).see(around.token(), "here it is still open"))
}

fn never_closed(span: Span, bracket: char) -> Words {
    let closing = if bracket == '[' { ']' } else { '}' };
    let message = format!("The bracket `{bracket}` that opens here is never closed.");
    Words::new(span, message, format!("add the closing `{closing}`"))
}

pub(super) fn bracket(around: &Around<'_>, kind: ProblemKind) -> Option<Words> {
    match kind {
        ProblemKind::UnclosedBracket(open) => Some(never_closed(Span::new(open.at, open.at + 1), open.bracket)),
        ProblemKind::WrongBracket { open, close } => {
            let closing = if open.bracket == '[' { ']' } else { '}' };
            let message = format!("The bracket `{}` that opens here is closed by `{close}`.", open.bracket);
            Some(Words::new(Span::new(open.at, open.at + 1), message, format!("close it with `{closing}`")))
        }
        _ if around.text.as_bytes().get(around.at) == Some(&b'?') => {
            let message = "A question mark stands in brackets, where it starts a key for Kubernetes.";
            Some(Words::new(Span::new(around.at, around.at + 1), message, "quote the text that contains it"))
        }
        _ => unclosed_bracket(around).or_else(|| {
            let message = "Two entries in brackets stand side by side without a comma.";
            Some(Words::new(around.token(), message, "put a comma between the entries, or quote the text"))
        }),
    }
}

/// Text after a closing bracket.
pub(super) fn after_bracket(around: &Around<'_>) -> Option<Words> {
    let here = around.here();
    let (span, value) = here.value()?;
    if around.at <= span.start as usize || !value.starts_with(['[', '{']) {
        return None;
    }
    let text = around.rest().slice(around.text);
    let message = format!("The value ends at the closing bracket, but `{}` follows it.", clip(text));
    Some(Words::new(around.rest(), message, quote_it(value)))
}

/// A list on the line of its key, or a dash in brackets.
pub(super) fn inline_dash(around: &Around<'_>) -> Option<Words> {
    let here = around.here();
    let rest = around.rest();
    let text = rest.slice(around.text);
    let Some((key, name)) = here.key().filter(|(key, _)| (key.end as usize) < around.at) else {
        let message = "A list item with a dash stands inside brackets.";
        return Some(Words::new(rest, message, "remove the dash: items in brackets are separated by commas"));
    };
    let name = clip(name);
    if here.value().is_some_and(|(_, value)| value.starts_with(['[', '{'])) {
        let message = "A list item with a dash stands inside brackets.";
        return Some(Words::new(rest, message, "remove the dash: items in brackets are separated by commas"));
    }
    if text == "-" {
        return Some(Words::new(
            rest,
            format!("The value of `{name}` is a dash, which starts a list item."),
            quote_it("-"),
        ));
    }
    let message = format!("A list cannot start on the line of its key, `{name}`.");
    Some(Words::new(rest, message, format!("put `{}` on the next line", clip(text))).see(key, "the key of the list"))
}

/// A value that starts with a YAML indicator.
pub(super) fn indicator(around: &Around<'_>) -> Option<Words> {
    let rest = around.rest();
    let text = rest.slice(around.text);
    let first = text.chars().next()?;
    let taken = match first {
        '@' | '`' => "is reserved in YAML",
        '%' => "starts a directive in YAML",
        '&' => "marks an anchor in YAML",
        '*' => "refers to an anchor in YAML",
        '!' => "starts a tag in YAML",
        '|' | '>' => "starts a text on the lines below in YAML",
        ',' | ']' | '}' => "belongs to brackets in YAML",
        _ => return None,
    };
    let whose = match around.here().key().filter(|(key, _)| (key.end as usize) < around.at) {
        Some((_, key)) => format!("The value of `{}`", clip(key)),
        None => "This".to_owned(),
    };
    if first == '*' && text.len() > 1 && !text.contains(' ') {
        let name = text.get(1..).unwrap_or_default();
        let name = clip(name);
        let message =
            format!("`{}` refers to an anchor, and there is no `&{name}` above it in this document.", clip(text));
        return Some(Words::new(rest, message, format!("define the anchor, or, if it is text, {}", quote_it(text))));
    }
    let shown = if first == '`' { "a backtick".to_owned() } else { format!("`{first}`") };
    Some(Words::new(rest, format!("{whose} starts with {shown}, which {taken}."), quote_it(text)))
}
