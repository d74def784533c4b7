//! Regular expressions: `match`, `test`, `capture`, `split` and what is built on them.

use std::sync::Arc;

use regex_automata::{Anchored, Input};

use crate::jq::budget::Budget;
use crate::jq::fault::{Fault, Outcome, failed, inapplicable_with, unfit};
use crate::jq::regex::Pattern;
use crate::jq::value::Value;

fn compile(budget: &mut Budget, pattern: &str, flags: &str) -> Result<Arc<Pattern>, Fault> {
    if flags.contains(|flag| !matches!(flag, 'g' | 'i' | 'm')) {
        let flags = crate::jq::encode::quote(flags);
        return Err(failed(format!("unsupported regular expression flag: {flags}")));
    }
    budget.spend_bytes(pattern.len().saturating_mul(16))?;
    let mut text = pattern.replace("(?<", "(?P<");
    if flags.contains('i') {
        text.insert_str(0, "(?i)");
    }
    if flags.contains('m') {
        text.insert_str(0, "(?s)");
    }
    budget.compile_regex(&text)
}

/// Where the groups of a match are; the first is the whole match.
type Groups = Vec<Option<(usize, usize)>>;

/// Finds matches from the left, as Go does: an empty one directly after another does not count.
fn find(budget: &mut Budget, pattern: &Pattern, text: &str, all: bool) -> Result<Vec<Groups>, Fault> {
    let mut found = Vec::new();
    let mut captures = pattern.regex.create_captures();
    let mut at = 0;
    let mut last_end = None;
    while at <= text.len() {
        let work = (text.len() - at).saturating_mul(pattern.steps) / 64;
        budget.spend_steps(1 + work)?;
        let input = Input::new(text).range(at..).anchored(Anchored::No);
        pattern.regex.search_captures(&input, &mut captures);
        let Some(whole) = captures.get_match() else { break };
        if whole.is_empty() && last_end == Some(whole.end()) {
            at = next_boundary(text, whole.end());
            continue;
        }
        budget.spend_items(captures.group_len().saturating_mul(4))?;
        let groups =
            (0..captures.group_len()).map(|group| captures.get_group(group).map(|span| (span.start, span.end)));
        found.push(groups.collect());
        if !all {
            break;
        }
        last_end = Some(whole.end());
        at = if whole.is_empty() { next_boundary(text, whole.end()) } else { whole.end() };
    }
    Ok(found)
}

fn next_boundary(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(1, char::len_utf8)
}

/// `_match(pattern; flags; testing)`.
pub(super) fn find_matches(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let (pattern, flags) = (&arguments[0], &arguments[1]);
    let is_test = matches!(arguments[2], Value::Bool(true));
    let unfit_types = || inapplicable_with(if is_test { "test" } else { "match" }, &[pattern, flags], input);
    let flags = match flags {
        Value::Null => "",
        Value::String(flags) => flags,
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            return Err(unfit_flags(is_test, pattern, flags));
        }
    };
    let (Some(text), Some(pattern)) = (input.as_str(), pattern.as_str()) else { return Err(unfit_types()) };
    let pattern = compile(budget, pattern, flags)?;
    if is_test {
        budget.spend_steps(text.len().saturating_mul(pattern.steps) / 64)?;
        return Ok(Value::Bool(pattern.regex.is_match(text)));
    }
    let found = find(budget, &pattern, text, flags.contains('g'))?;
    let mut counter = Counter { text, at: 0, count: 0 };
    let mut matches = Vec::with_capacity(found.len());
    for groups in found {
        let captures = groups.iter().skip(1).zip(&pattern.names).map(|(group, name)| {
            let name = name.as_ref().map_or(Value::Null, |name| Value::String(Arc::clone(name)));
            describe_group(text, &mut counter.clone(), *group, Some(name))
        });
        let captures = Value::array(captures.collect());
        let whole = groups.first().copied().flatten();
        let entry = describe_group(text, &mut counter, whole, None);
        if let Value::Object(mut entry) = entry {
            entry.set("captures".into(), captures);
            matches.push(Value::Object(entry));
        }
    }
    Ok(Value::array(matches))
}

/// gojq shows the flags where it means the input.
fn unfit_flags(is_test: bool, pattern: &Value, flags: &Value) -> Fault {
    inapplicable_with(if is_test { "test" } else { "match" }, &[pattern, flags], &Value::from(""))
}

/// Counts characters up to a byte; matches come in order, so most of the text is counted once.
#[derive(Clone)]
struct Counter<'a> {
    text: &'a str,
    at: usize,
    count: usize,
}

impl Counter<'_> {
    fn count_to(&mut self, at: usize) -> usize {
        if at < self.at {
            return self.text[..at].chars().count();
        }
        self.count += self.text[self.at..at].chars().count();
        self.at = at;
        self.count
    }
}

fn describe_group(text: &str, counter: &mut Counter, group: Option<(usize, usize)>, name: Option<Value>) -> Value {
    let (offset, length, found) = match group {
        Some((start, end)) => {
            let offset = counter.count_to(start);
            (Value::count(offset), Value::count(text[start..end].chars().count()), Value::from(&text[start..end]))
        }
        None => (Value::int(-1), Value::int(0), Value::Null),
    };
    let entries = [("offset", offset), ("length", length), ("string", found)].into_iter();
    let entries = entries.chain(name.map(|name| ("name", name)));
    Value::object(entries.map(|(key, value)| (key.into(), value)))
}

/// The named groups of a match as an object.
pub(super) fn capture(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let Some(found) = input.as_object() else { return Err(unfit("expected an object but got", input)) };
    let captures = found.get("captures").cloned().unwrap_or_default();
    let Some(captures) = captures.as_array() else { return Err(unfit("expected an array but got", &captures)) };
    budget.spend_items(captures.len())?;
    let named = captures.iter().filter_map(|capture| {
        let capture = capture.as_object()?;
        match capture.get("name")? {
            Value::String(name) => Some((Arc::clone(name), capture.get("string").cloned().unwrap_or_default())),
            _ => None,
        }
    });
    Ok(Value::object(named))
}

/// Splits as Go does: no empty piece before a match at the start, and none after one at the end, if it is empty.
pub(super) fn split(budget: &mut Budget, text: &str, pattern: &str, flags: &str) -> Outcome {
    let pattern = compile(budget, pattern, flags)?;
    if !pattern.is_empty && text.is_empty() {
        return Ok(Value::array(vec![Value::from("")]));
    }
    let mut pieces = Vec::new();
    let (mut start, mut end) = (0, 0);
    for groups in find(budget, &pattern, text, true)? {
        let Some(Some((match_start, match_end))) = groups.first().copied() else { continue };
        end = match_start;
        if match_end != 0 {
            pieces.push(Value::from(&text[start..end]));
        }
        start = match_end;
    }
    if end != text.len() {
        pieces.push(Value::from(&text[start..]));
    }
    budget.spend_bytes(text.len())?;
    Ok(Value::array(pieces))
}
