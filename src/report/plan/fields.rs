//! Renders a changed field: its value before and after, short enough to read. A text or a list that does not fit into a
//! line is shown as a diff, and omitted lines are counted. Two sides that differ never look the same: invisible
//! characters are written as JSON escapes.

use std::collections::HashSet;

use similar::DiffTag;

use crate::domain::plan::change::{Field, FieldChange, Origin};
use crate::domain::value::Value;
use crate::report::escape::{hides, revealed, shape};
use crate::report::plan::inline::{cut, inline, json};
use crate::report::plan::words;
use crate::report::unified_diff::operations;

/// How much of a field is shown.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Limits {
    /// Lines of a diff, paths of an object, items of a set.
    pub lines: usize,
    /// Characters of a value in one line.
    pub characters: usize,
}

/// A field as words and pieces that are not escaped yet.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct Shown {
    pub name: String,
    pub body: Body,
    pub notes: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) enum Body {
    /// `None` if that side has no value.
    Pair(Option<String>, Option<String>),
    Paths {
        paths: Vec<(String, Option<String>, Option<String>)>,
        more: usize,
    },
    /// A set: the removed and the added items, and the number of unchanged ones.
    Items {
        gone: Vec<String>,
        come: Vec<String>,
        more: usize,
        stay: usize,
    },
    Lines {
        lines: Vec<Line>,
        more: usize,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) enum Line {
    Same(String),
    Gone(String),
    Come(String),
    /// The number of omitted lines that are equal on both sides.
    Skipped(usize),
}

/// Larger texts are not compared line by line, because that would take too long.
const LINES_COMPARED: usize = 4_000;
/// A longer text is not shown in one line.
const LONG: usize = 80;
/// A longer list or object is not shown in one line.
const LONG_LIST: usize = 48;
/// The number of equal characters shown before and after a difference in two lines.
const SURROUNDING: usize = 20;
const CONTEXT: usize = 1;

pub(in crate::report) fn shown(change: &FieldChange, is_mixed: bool, limits: Limits) -> Shown {
    let mut notes: Vec<&'static str> = words::cause(change).into_iter().collect();
    // If the whole change is pending, its heading says so.
    notes.extend((is_mixed && change.origin == Origin::AlreadyPending).then_some("already pending"));
    Shown { name: plain(&words::field(&change.field)), body: body(change, limits), notes }
}

fn body(change: &FieldChange, limits: Limits) -> Body {
    let (before, after) = (&change.before, &change.after);
    if !change.paths.is_empty() {
        let paths = change.paths.iter().take(limits.lines).map(|path| {
            let name = path.path.iter().map(|part| plain(part)).collect::<Vec<_>>().join(".");
            let (before, after) = pair(path.before.as_ref(), path.after.as_ref(), limits.characters);
            (name, before, after)
        });
        return Body::Paths { paths: paths.collect(), more: change.paths.len().saturating_sub(limits.lines) };
    }
    if let (Some(old), Some(new)) = (items(before), items(after))
        && matches!(change.field, Field::Team | Field::Relation(_))
        && !(old.is_empty() || new.is_empty())
    {
        return set(&old, &new, limits);
    }
    if is_long(before) || is_long(after) {
        return lines(before, after, limits);
    }
    of_pair(before, after, limits)
}

fn of_pair(before: &Value, after: &Value, limits: Limits) -> Body {
    let there = |value: &'_ Value| !value.is_null();
    let (before, after) =
        pair(Some(before).filter(|it| there(it)), Some(after).filter(|it| there(it)), limits.characters);
    Body::Pair(before, after)
}

/// Both sides, each in one line.
fn pair(before: Option<&Value>, after: Option<&Value>, characters: usize) -> (Option<String>, Option<String>) {
    let (Some(before), Some(after)) = (before, after) else {
        let one = |value: Option<&Value>| value.map(|value| inline(value, characters));
        return (one(before), one(after));
    };
    let (old, new) = (inline(before, characters), inline(after, characters));
    if shape(&old) != shape(&new) {
        return (Some(old), Some(new));
    }
    // They differ only in invisible characters, or beyond the shown part.
    let whole = |value: &Value| revealed(json(value), true);
    let (old, new) = focused(&whole(before), &whole(after));
    (Some(cut(old, characters)), Some(cut(new, characters)))
}

/// A text as it is, or as JSON if it contains invisible characters.
fn plain(text: &str) -> String {
    if hides(text) { revealed(json(text), false) } else { text.to_owned() }
}

fn is_long(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.contains('\n') || text.chars().nth(LONG).is_some(),
        Value::List(_) | Value::Map(_) => inline(value, LONG_LIST).ends_with('…'),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) => false,
    }
}

/// The items of a team or a relation.
fn items(value: &Value) -> Option<Vec<&Value>> {
    match value {
        Value::List(items) => Some(items.iter().collect()),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Large(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Map(_) => None,
    }
}

fn set(old: &[&Value], new: &[&Value], limits: Limits) -> Body {
    let keys = |items: &[&Value]| items.iter().map(|item| inline(item, usize::MAX)).collect::<Vec<_>>();
    let (old, new) = (keys(old), keys(new));
    let known = |items: &[String]| items.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    let (olds, news) = (known(&old), known(&new));
    let mut gone: Vec<String> = old.into_iter().filter(|item| !news.contains(item)).collect();
    let mut come: Vec<String> = new.into_iter().filter(|item| !olds.contains(item)).collect();
    let all = gone.len() + come.len();
    gone.truncate(limits.lines);
    come.truncate(limits.lines);
    let more = all - gone.len() - come.len();
    for item in gone.iter_mut().chain(&mut come) {
        *item = cut(std::mem::take(item), limits.characters);
    }
    Body::Items { gone, come, more, stay: olds.intersection(&news).count() }
}

/// The value as lines: those of a text, the items of a list, the keys of an object.
fn text_of(value: &Value) -> String {
    let whole = |value: &Value| inline(value, usize::MAX);
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.to_string(),
        Value::List(items) => items.iter().map(whole).collect::<Vec<_>>().join("\n"),
        Value::Map(entries) => {
            let entry = |(key, value): &(Box<str>, Value)| format!("{}: {}", plain(key), whole(value));
            entries.iter().map(entry).collect::<Vec<_>>().join("\n")
        }
        Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) => whole(value),
    }
}

fn lines(before: &Value, after: &Value, limits: Limits) -> Body {
    let (old, new) = (text_of(before), text_of(after));
    // The texts differ only in their line endings.
    let is_short = old.len().max(new.len()) <= LONG;
    if is_short && old.lines().eq(new.lines()) {
        return of_pair(before, after, limits);
    }
    let (mut old, mut new) = (lines_of(&old), lines_of(&new));
    match (old.last_mut(), new.last_mut()) {
        (Some(&mut ""), Some(&mut "") | None) | (None, Some(&mut "")) => {
            for side in [&mut old, &mut new] {
                side.pop();
            }
        }
        // Only one text ends with a line break, which is shown as a line of its own.
        (Some(end @ &mut ""), Some(_)) | (Some(_), Some(end @ &mut "")) => *end = "\n",
        (Some(_) | None, Some(_) | None) => {}
    }
    let mut all = difference(&old, &new);
    if !all.iter().any(|line| matches!(line, Line::Gone(_) | Line::Come(_))) {
        return of_pair(before, after, limits);
    }
    // The lines of other values than texts are already JSON.
    reveal(&mut all, before.as_str().is_some() || after.as_str().is_some());
    let more = all.len().saturating_sub(limits.lines);
    // One more line takes as much space as saying that there is one more.
    let more = if more > 1 {
        all.truncate(limits.lines);
        more
    } else {
        0
    };
    let all = all.into_iter().map(|line| match line {
        Line::Same(text) => Line::Same(cut(text, limits.characters)),
        Line::Gone(text) => Line::Gone(cut(text, limits.characters)),
        Line::Come(text) => Line::Come(cut(text, limits.characters)),
        Line::Skipped(number) => Line::Skipped(number),
    });
    Body::Lines { lines: all.collect(), more }
}

/// The lines of a text; joined by line breaks, they are the text again. An empty text has none.
fn lines_of(text: &str) -> Vec<&str> {
    if text.is_empty() { Vec::new() } else { text.split('\n').collect() }
}

/// Writes lines as JSON if they hide something, look like a line of the other side, or could be mistaken for the JSON
/// form of one.
fn reveal(all: &mut [Line], is_text: bool) {
    let shapes = |is_gone: bool| {
        let side = all.iter().filter_map(|line| match line {
            Line::Gone(text) if is_gone => Some(shape(text)),
            Line::Come(text) if !is_gone => Some(shape(text)),
            Line::Gone(_) | Line::Come(_) | Line::Same(_) | Line::Skipped(_) => None,
        });
        side.filter(|shape| !shape.is_empty()).collect::<HashSet<_>>()
    };
    let (gone, come) = (shapes(true), shapes(false));
    for line in all {
        let (text, others) = match line {
            Line::Gone(text) => (text, Some(&come)),
            Line::Come(text) => (text, Some(&gone)),
            Line::Same(text) => (text, None),
            Line::Skipped(_) => continue,
        };
        let shape = shape(text);
        let is_blank = shape.is_empty() && !text.is_empty();
        let is_alike = others.is_some_and(|others| is_blank || others.contains(&shape));
        let is_mistakable = text.starts_with('"') && text.contains('\\');
        if !is_text {
            *text = revealed(std::mem::take(text), is_alike);
        } else if is_alike || is_mistakable || hides(text) {
            *text = revealed(json(text.as_str()), is_alike);
        }
    }
}

fn difference(old: &[&str], new: &[&str]) -> Vec<Line> {
    let gone = |line: &&str| Line::Gone((*line).to_owned());
    let come = |line: &&str| Line::Come((*line).to_owned());
    if old.is_empty() || new.is_empty() {
        return old.iter().map(gone).chain(new.iter().map(come)).collect();
    }
    let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(one, other)| one == other).count();
    let (olds, news) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut all: Vec<Line> = old[..head].iter().map(|line| Line::Same((*line).to_owned())).collect();
    if olds.len() + news.len() > LINES_COMPARED {
        all.extend(olds.iter().map(gone).chain(news.iter().map(come)));
    } else {
        for operation in operations(olds, news) {
            let (tag, old, new) = operation.as_tag_tuple();
            if tag == DiffTag::Equal {
                all.extend(olds[old].iter().map(|line| Line::Same((*line).to_owned())));
            } else {
                all.extend(olds[old].iter().map(gone).chain(news[new].iter().map(come)));
            }
        }
    }
    all.extend(old[old.len() - tail..].iter().map(|line| Line::Same((*line).to_owned())));
    focus(skip(all))
}

/// Shows a long line that was changed only around the difference.
fn focus(mut all: Vec<Line>) -> Vec<Line> {
    let mut at = 0;
    while at < all.len() {
        let run = |from: usize, is: fn(&Line) -> bool| all[from..].iter().take_while(|line| is(line)).count();
        let gone = run(at, |line| matches!(line, Line::Gone(_)));
        let come = run(at + gone, |line| matches!(line, Line::Come(_)));
        if gone == come {
            let (olds, news) = all[at..at + gone + come].split_at_mut(gone);
            for pair in olds.iter_mut().zip(news) {
                if let (Line::Gone(old), Line::Come(new)) = pair {
                    (*old, *new) = focused(old, new);
                }
            }
        }
        at += (gone + come).max(1);
    }
    all
}

fn focused(old: &str, new: &str) -> (String, String) {
    let (olds, news): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    if olds.len().max(news.len()) <= LONG {
        return (old.to_owned(), new.to_owned());
    }
    let head = olds.iter().zip(&news).take_while(|(one, other)| one == other).count();
    let rest = olds[head..].iter().rev().zip(news[head..].iter().rev());
    let tail = rest.take_while(|(one, other)| one == other).count();
    let part = |all: &[char]| {
        let start = if head > SURROUNDING * 2 { head - SURROUNDING } else { 0 };
        let end = if tail > SURROUNDING * 2 { all.len() - tail + SURROUNDING } else { all.len() };
        let (before, behind) = (if start > 0 { "…" } else { "" }, if end < all.len() { "…" } else { "" });
        format!("{before}{}{behind}", all[start..end].iter().collect::<String>())
    };
    (part(&olds), part(&news))
}

/// Keeps equal lines only next to differing ones.
fn skip(all: Vec<Line>) -> Vec<Line> {
    let is_same = |at: usize| matches!(all.get(at), Some(Line::Same(_)) | None);
    let is_near = |at: usize| (at.saturating_sub(CONTEXT)..=at + CONTEXT).any(|near| !is_same(near));
    let near: Vec<bool> = (0..all.len()).map(is_near).collect();
    let mut kept = Vec::new();
    for (line, is_near) in all.into_iter().zip(near) {
        match (is_near, kept.last_mut()) {
            (true, _) => kept.push(line),
            (false, Some(Line::Skipped(number))) => *number += 1,
            (false, _) => kept.push(Line::Skipped(1)),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plan::fixtures::{field, text, texts};

    const LIMITS: Limits = Limits { lines: 4, characters: 100 };

    fn lines_of(before: Value, after: Value) -> (Vec<Line>, usize) {
        match shown(&field("x", before, after), false, LIMITS).body {
            Body::Lines { lines, more } => (lines, more),
            other => panic!("no lines: {other:?}"),
        }
    }

    #[test]
    fn a_long_line_is_shown_where_it_differs() {
        let long = |middle: &str| text(&format!("{} {middle} {}", "before ".repeat(30), " behind".repeat(30)));
        let (lines, more) = lines_of(long("one"), long("two"));
        let [Line::Gone(old), Line::Come(new)] = lines.as_slice() else { panic!("{lines:?}") };
        assert!(old.contains(" one ") && new.contains(" two ") && more == 0);
        assert!(old.starts_with('…') && old.ends_with('…') && old.chars().count() < 60, "{old}");
    }

    #[test]
    fn what_is_folded_is_counted_and_one_line_is_not_folded() {
        let page = |lines: usize| text(&"line\n".repeat(lines));
        assert_eq!(lines_of(Value::Null, page(5)).0.len(), 5);
        let (lines, more) = lines_of(Value::Null, page(6));
        assert_eq!((lines.len(), more), (4, 2));
    }

    #[test]
    fn long_lists_differ_item_by_item() {
        let list = |of: std::ops::Range<i64>| Value::List(of.map(Value::Integer).collect());
        let (lines, _) = lines_of(list(0..40), list(1..40));
        let same = Line::Same("1".to_owned());
        assert_eq!(lines, [Line::Gone("0".to_owned()), same, Line::Skipped(38)]);
    }

    #[test]
    fn texts_that_differ_in_the_end_of_a_line_alone_are_shown_as_they_are() {
        let body = shown(&field("x", text("a\n"), text("a\r\n")), false, LIMITS).body;
        assert_eq!(body, Body::Pair(Some("\"a\\n\"".to_owned()), Some("\"a\\r\\n\"".to_owned())));
    }

    fn pair_of(before: &str, after: &str) -> (String, String) {
        match shown(&field("x", text(before), text(after)), false, LIMITS).body {
            Body::Pair(Some(before), Some(after)) => (before, after),
            other => panic!("no pair: {other:?}"),
        }
    }

    #[test]
    fn values_that_differ_in_what_nobody_sees_read_differently() {
        for (before, after, old, new) in [
            ("\u{202e}rtl\u{202c}", "rtl", r#""\u202ertl\u202c""#, r#""rtl""#),
            ("a\u{200b}b", "ab", r#""a\u200bb""#, r#""ab""#),
            ("a\u{1b}b", "a\u{7f}b", r#""a\u001bb""#, r#""a\u007fb""#),
            ("a\u{a0}b", "a b", r#""a\u00a0b""#, r#""a b""#),
            ("👩\u{200d}💻", "👩💻", r#""👩\u200d💻""#, r#""👩💻""#),
            ("a ", "a", r#""a ""#, r#""a""#),
            ("a\tb", "a b", r#""a\tb""#, r#""a b""#),
        ] {
            assert_eq!(pair_of(before, after), (old.to_owned(), new.to_owned()));
        }
        // Invisible characters that are on both sides are not part of the difference, so they are not escaped.
        assert_eq!(pair_of("1\u{a0}000 ❤\u{fe0f}", "2\u{a0}000 ❤\u{fe0f}").0, "\"1\u{a0}000 ❤\u{fe0f}\"");
    }

    #[test]
    fn lines_that_differ_in_what_nobody_sees_read_differently() {
        for (before, after, old, new) in [
            ("line2\u{1b}[31m", "line2", r#""line2\u001b[31m""#, "line2"),
            ("line2\r", "line2", r#""line2\r""#, r#""line2""#),
            ("line2  ", "line2", r#""line2  ""#, r#""line2""#),
            ("\tline2", "    line2", r#""\tline2""#, r#""    line2""#),
            ("line\u{200b}2", "line2", r#""line\u200b2""#, r#""line2""#),
            ("line\u{a0}2", "line 2", r#""line\u00a02""#, r#""line 2""#),
            ("\u{a0}", "", r#""\u00a0""#, ""),
            (r#""a\tb""#, "a\tb", r#""\"a\\tb\"""#, "a\tb"),
        ] {
            let page = |line: &str| text(&format!("{}\n{line}\nend\n", "one ".repeat(30)));
            let (lines, _) = lines_of(page(before), page(after));
            let [_, Line::Gone(gone), Line::Come(come), _] = lines.as_slice() else { panic!("{lines:?}") };
            assert_eq!((gone.as_str(), come.as_str()), (old, new));
        }
        // Only the final line break differs.
        let long = "one ".repeat(30);
        let (lines, _) = lines_of(text(&long), text(&format!("{long}\n")));
        assert_eq!(lines[1..], [Line::Come(r#""\n""#.to_owned())], "{lines:?}");
        // The lines of a list are already JSON.
        let list = |item: &str| texts(&[&[item], ["filler"; 9].as_slice()].concat());
        let (lines, _) = lines_of(list("a\u{a0}b"), list("a b"));
        assert_eq!(lines[..2], [Line::Gone(r#""a\u00a0b""#.to_owned()), Line::Come(r#""a b""#.to_owned())]);
    }

    #[test]
    fn what_differs_behind_what_is_shown_is_shown() {
        let object = |end: &str| serde_json::json!({"doc": format!("{} {end}", "word ".repeat(60))});
        let value = |end: &str| Value::from_json(&object(end));
        let (old, new) = pair(Some(&value("one")), Some(&value("two")), 100);
        assert!(old.is_some_and(|old| old.contains("one")) && new.is_some_and(|new| new.contains("two")));
        let long = |end: &str| format!("{}{end}", "x".repeat(200));
        let body = shown(&field("->uses", texts(&[&long("a")]), texts(&[&long("b")])), false, LIMITS).body;
        assert!(
            matches!(body, Body::Items { ref gone, ref come, .. } if gone.len() == 1 && come.len() == 1),
            "{body:?}"
        );
    }

    #[test]
    fn a_text_of_endless_lines_is_compared_in_time() {
        let page = |word: &str| text(&(0..40_000).map(|at| format!("{word} {at}\n")).collect::<String>());
        assert_eq!(lines_of(page("old"), page("new")).1, 80_000 - 4);
    }

    #[test]
    fn a_relation_is_a_set() {
        let body = shown(&field("->uses", texts(&["a", "b"]), texts(&["b", "c"])), false, LIMITS).body;
        let (gone, come) = (vec!["\"a\"".to_owned()], vec!["\"c\"".to_owned()]);
        assert_eq!(body, Body::Items { gone, come, more: 0, stay: 1 });
    }
}
