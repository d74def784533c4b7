//! Lines for a YAML file that cannot be edited safely: where in the file each of them goes. A key that the file has already
//! must not be written a second time: only one of the two would count.

use serde_json::Value;

const ADD_LINES: &str = "Add these lines to it";

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
        let instruction = ADD_LINES.to_owned();
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
        // The comments at the head are about the whole.
        let head = lines.iter().take_while(|line| line.starts_with('#')).count();
        let (head, lines) = lines.split_at(head);
        add_parts(lines, (&value, theirs), &mut Vec::new(), &mut parts);
        if !parts.is_empty() && !head.is_empty() {
            add_head(head, &mut parts);
        }
        Self { path, why, parts }
    }
}

fn add_head(head: &[&str], parts: &mut Vec<PastePart>) {
    let head = format!("{}\n", head.join("\n"));
    match parts.first_mut().filter(|part| part.instruction == ADD_LINES) {
        Some(first) => first.lines.insert_str(0, &format!("{head}\n")),
        None => parts.insert(0, PastePart { instruction: "Add this comment to it".to_owned(), lines: head }),
    }
}

/// Adds what a map of ours has and theirs lacks. `keys`: the way to both.
fn add_parts<'t>(lines: &[&'t str], values: (&Value, &Value), keys: &mut Vec<&'t str>, parts: &mut Vec<PastePart>) {
    let (ours, theirs) = values;
    let mut missing: Vec<&str> = Vec::new();
    let at = parts.len();
    for entry in entries(lines) {
        let Some(own) = ours.get(entry.key) else { continue };
        match theirs.get(entry.key) {
            None => missing.extend(&entry.lines),
            Some(known) if known == own => {}
            Some(known) => {
                keys.push(entry.key);
                add_part(&entry, (own, known), keys, parts);
                keys.pop();
            }
        }
    }
    if !missing.is_empty() {
        let instruction = match keys.is_empty() {
            true => ADD_LINES.to_owned(),
            false => format!("Add these lines to its `{}`", keys.join(".")),
        };
        parts.insert(at, PastePart { instruction, lines: dedented(&missing) });
    }
}

/// Adds what an entry of ours has and theirs, of the same key, lacks.
fn add_part<'t>(entry: &Entry<'t>, values: (&Value, &Value), keys: &mut Vec<&'t str>, parts: &mut Vec<PastePart>) {
    let body = entry.lines.get(entry.comments + 1..).unwrap_or_default();
    let name = keys.join(".");
    let (instruction, lines) = match values {
        (Value::Object(_), Value::Object(_)) => return add_parts(body, values, keys, parts),
        (Value::Array(own), Value::Array(known)) => {
            let lines = items(own, known, body);
            if lines.is_empty() {
                return;
            }
            let count = lines.lines().filter(|line| line.starts_with('-')).count();
            let what = if count == 1 { "this item" } else { "these items" };
            (format!("Add {what} to its list `{name}`"), lines)
        }
        (Value::Array(own), Value::String(_) | Value::Object(_)) => {
            let items = format!("- {}\n{}", values.1, items(own, std::slice::from_ref(values.1), body));
            let items: String = items.lines().map(|line| format!("  {line}\n")).collect();
            (format!("Replace its `{name}` with this list"), format!("{}:\n{items}", entry.key))
        }
        (_, _) => (format!("Replace its `{name}` with these lines"), dedented(&entry.lines)),
    };
    parts.push(PastePart { instruction, lines });
}

/// The items of a list. Of one that is written in one line, those that another list lacks.
fn items(own: &[Value], known: &[Value], body: &[&str]) -> String {
    if !body.is_empty() {
        return dedented(body);
    }
    let missing = own.iter().filter(|item| !known.contains(item));
    missing.map(|item| format!("- {}\n", item.as_str().map_or_else(|| item.to_string(), str::to_owned))).collect()
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
            Some(last) if is_deeper => {
                last.lines.append(&mut before);
                last.lines.push(line);
            }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The value of our lines, which are fixed here.
    fn read(text: &str) -> Option<Value> {
        let steps = json!([{"step": {"name": "lint"}}]);
        match text {
            OURS => Some(json!({
                "version": 2, "image": "rust", "types": ["a", "b"], "jobs": {"lint": {"run": "x\n\ny"}, "diff": {"run": "z"}},
                "pipelines": {"main": steps}
            })),
            _ => None,
        }
    }

    const OURS: &str = "# About all.\nversion: 2\nimage: rust\ntypes: [a, b]\njobs:\n  # Lints.\n  lint:\n    run: |\n      x\n\n      \
                        y\n\n  diff:\n    run: z\n\npipelines:\n  \"main\":\n    - step:\n        name: lint\n";

    fn parts(theirs: &Value) -> Vec<(String, String)> {
        let paste = Paste::of("a.yml".to_owned(), "it exists", OURS, Some(theirs), &read);
        paste.parts.into_iter().map(|part| (part.instruction, part.lines)).collect()
    }

    fn part(instruction: &str, lines: &str) -> (String, String) {
        (instruction.to_owned(), lines.to_owned())
    }

    #[test]
    fn no_key_is_shown_that_the_file_has() {
        assert_eq!(parts(&json!({})), [part("Add these lines to it", &OURS.replacen("version", "\nversion", 1))]);
        let jobs = "# Lints.\nlint:\n  run: |\n    x\n\n    y\n\ndiff:\n  run: z\n";
        let step = "- step:\n    name: lint\n";
        let theirs =
            json!({"version": 2, "image": "node", "types": ["a"], "jobs": {"build": 1}, "pipelines": {"main": [1]}});
        assert_eq!(
            parts(&theirs),
            [
                part("Add this comment to it", "# About all.\n"),
                part("Replace its `image` with these lines", "image: rust\n"),
                part("Add this item to its list `types`", "- b\n"),
                part("Add these lines to its `jobs`", jobs),
                part("Add this item to its list `pipelines.main`", step),
            ]
        );
        let some = json!({"version": 2, "image": "rust", "types": ["b", "a"], "jobs": {"lint": {"run": "x\n\ny"}}, "pipelines": {"main": "x.yml"}});
        assert_eq!(
            parts(&some)[1..],
            [
                part("Add these lines to its `jobs`", "diff:\n  run: z\n"),
                part(
                    "Replace its `pipelines.main` with this list",
                    "main:\n  - \"x.yml\"\n  - step:\n      name: lint\n"
                ),
            ]
        );
        // A key without a value is replaced.
        let all = json!({"version": 2, "image": "rust", "types": ["a", "b"], "jobs": null, "pipelines": {"main": [{"step": {"name": "lint"}}]}});
        assert_eq!(parts(&all)[1].0, "Replace its `jobs` with these lines");
        let all = read(OURS).expect("a value");
        assert_eq!(parts(&all), []);
    }

    #[test]
    fn a_file_that_cannot_be_read_gets_all_lines() {
        for theirs in [None, Some(json!([1]))] {
            let paste = Paste::of("a.yml".to_owned(), "it exists", OURS, theirs.as_ref(), &read);
            assert_eq!(paste.parts, Paste::whole("a.yml".to_owned(), "it exists", OURS.to_owned()).parts);
        }
    }
}
