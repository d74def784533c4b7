//! Lines for a YAML file that cannot be edited safely: where in the file each of them goes. A key that the file has already
//! must not be written a second time: only one of the two would count.

use serde_json::Value;

/// What to add to a file by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paste {
    pub path: String,
    /// Why the file is not changed: a clause.
    pub why: &'static str,
    pub parts: Vec<PastePart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastePart {
    /// `Add these lines to it`
    pub instruction: String,
    pub lines: String,
}

/// An entry of a block map: its key, and its lines with the comments above them.
struct Entry<'t> {
    key: &'t str,
    lines: Vec<&'t str>,
    /// The number of comments among them.
    comments: usize,
}

impl Paste {
    /// Lines for a file that has none of their keys.
    pub fn whole(path: String, why: &'static str, lines: String) -> Self {
        let instruction = "Add these lines to it".to_owned();
        Self { path, why, parts: vec![PastePart { instruction, lines }] }
    }

    /// `ours`: the lines, a YAML map in block style. `theirs`: the value of the file; `None`: it is not known.
    pub fn of(
        path: String,
        why: &'static str,
        ours: &str,
        theirs: Option<&Value>,
        read: &dyn Fn(&str) -> Option<Value>,
    ) -> Self {
        let (Some(theirs @ Value::Object(_)), Some(value)) = (theirs, read(ours)) else {
            return Self::whole(path, why, ours.to_owned());
        };
        let mut parts = Vec::new();
        let lines: Vec<&str> = ours.lines().collect();
        add_parts(&lines, (&value, theirs), &mut Vec::new(), &mut parts);
        Self { path, why, parts }
    }
}

/// Adds what a map of ours has and theirs lacks. `keys`: the way to both.
fn add_parts<'t>(lines: &[&'t str], values: (&Value, &Value), keys: &mut Vec<&'t str>, parts: &mut Vec<PastePart>) {
    let (ours, theirs) = values;
    let mut missing: Vec<&str> = Vec::new();
    let at = parts.len();
    for entry in entries(lines) {
        let (Some(own), known) = (ours.get(entry.key), theirs.get(entry.key)) else { continue };
        let Some(known) = known.filter(|known| !known.is_null()) else {
            missing.extend(&entry.lines);
            continue;
        };
        if own == known {
            continue;
        }
        keys.push(entry.key);
        let body = entry.lines.get(entry.comments + 1..).unwrap_or_default();
        let name = keys.join(".");
        match (own, known) {
            (Value::Object(_), Value::Object(_)) => add_parts(body, (own, known), keys, parts),
            (Value::Array(_), Value::Array(_)) => {
                let what = if own.as_array().is_some_and(|own| own.len() == 1) { "this item" } else { "these items" };
                let instruction = format!("Add {what} to its list `{name}`");
                parts.push(PastePart { instruction, lines: dedented(body) });
            }
            (Value::Array(_), Value::String(_) | Value::Object(_)) => {
                let lines = format!("{}:\n  - {known}\n{}", entry.key, indented(body));
                parts.push(PastePart { instruction: format!("Replace its `{name}` with this list"), lines });
            }
            (_, _) => {
                let instruction = format!("Replace its `{name}` with these lines");
                parts.push(PastePart { instruction, lines: dedented(&entry.lines) });
            }
        }
        keys.pop();
    }
    if !missing.is_empty() {
        let instruction = match keys.is_empty() {
            true => "Add these lines to it".to_owned(),
            false => format!("Add these lines to its `{}`", keys.join(".")),
        };
        parts.insert(at, PastePart { instruction, lines: dedented(&missing) });
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_content(line: &&&str) -> bool {
    let content = line.trim();
    !content.is_empty() && !content.starts_with('#')
}

/// The entries of a block map at the indentation of its first line.
fn entries<'t>(lines: &[&'t str]) -> Vec<Entry<'t>> {
    let Some(indent) = lines.iter().find(is_content).map(|line| indentation(line)) else { return Vec::new() };
    let mut found: Vec<Entry<'t>> = Vec::new();
    let mut before: Vec<&'t str> = Vec::new();
    for line in lines {
        let is_deeper = indentation(line) > indent;
        match found.last_mut() {
            Some(last) if is_deeper && before.is_empty() => last.lines.push(line),
            _ if !is_content(&line) => before.push(line),
            _ => {
                let key = line.trim_start().split(':').next().unwrap_or_default();
                let key = key.trim_matches(['"', '\'']);
                before.push(line);
                let lines = std::mem::take(&mut before);
                found.push(Entry { key, comments: lines.len() - 1, lines });
            }
        }
    }
    found
}

/// The lines without the indentation that all of them have, and without blank lines around them.
fn dedented(lines: &[&str]) -> String {
    let margin =
        lines.iter().filter(|line| !line.trim().is_empty()).map(|line| indentation(line)).min().unwrap_or_default();
    let text: Vec<&str> = lines.iter().map(|line| line.get(margin..).unwrap_or_default()).collect();
    format!("{}\n", text.join("\n").trim_matches('\n'))
}

fn indented(lines: &[&str]) -> String {
    dedented(lines).lines().map(|line| format!("  {line}\n")).collect()
}
