//! Renders the difference of two texts as a unified diff, which `patch` accepts.

use std::collections::HashMap;

use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::udiff::UnifiedHunkHeader;
use similar::{DiffOp, DiffTag, group_diff_ops};

use crate::report::escape::{is_unsafe, patch_line};
use crate::report::style::{Role, Style};
use crate::text::escape::command_brackets;

/// Empty if the texts are equal.
pub fn unified(path: &str, before: &str, after: &str, style: &Style) -> String {
    let text = hunks(path, before, after);
    if !style.color {
        return text;
    }
    let mut painted = String::with_capacity(text.len() * 2);
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches('\n');
        let role = match body.as_bytes().first() {
            _ if body.starts_with("---") || body.starts_with("+++") => Some(Role::Strong),
            Some(b'+') => Some(Role::Good),
            Some(b'-') => Some(Role::Error),
            Some(b'@') => Some(Role::Dim),
            Some(_) | None => None,
        };
        painted.push_str(&role.map_or_else(|| body.to_owned(), |role| style.paint(role, body)));
        painted.push_str(&line[body.len()..]);
    }
    painted
}

/// The operations that turn the old lines into the new ones. Lines are compared as numbers, so that the diff algorithm
/// is compiled for a single type.
pub(in crate::report) fn operations(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut numbers: Vec<usize> = Vec::with_capacity(old.len() + new.len());
    for line in old.iter().chain(new) {
        let next = known.len();
        numbers.push(*known.entry(*line).or_insert(next));
    }
    let (olds, news) = numbers.split_at(old.len());
    let mut kept = Compact::new(Replace::new(Capture::new()), olds, news);
    let Ok(()) = myers::diff(&mut kept, olds, 0..olds.len(), news, 0..news.len());
    kept.into_inner().into_inner().into_ops()
}

fn hunks(path: &str, before: &str, after: &str) -> String {
    let olds: Vec<&str> = before.split_inclusive('\n').collect();
    let news: Vec<&str> = after.split_inclusive('\n').collect();
    let mut text = String::new();
    for hunk in group_diff_ops(operations(&olds, &news), 3) {
        if text.is_empty() {
            text = format!("--- {}\n+++ {}\n", name("a/", path), name("b/", path));
        }
        text.push_str(&format!("{}\n", UnifiedHunkHeader::new(&hunk)));
        for operation in hunk {
            let (tag, old, new) = operation.as_tag_tuple();
            let (old, new) = (olds.get(old).unwrap_or_default(), news.get(new).unwrap_or_default());
            if tag == DiffTag::Equal {
                put(&mut text, ' ', old);
            } else {
                put(&mut text, '-', old);
                put(&mut text, '+', new);
            }
        }
    }
    text
}

fn put(text: &mut String, sign: char, lines: &[&str]) {
    for line in lines {
        let (body, end) = line.strip_suffix('\n').map_or((*line, ""), |body| (body, "\n"));
        // The sign comes before the check, because a line that begins with a sign is no runner command.
        text.push_str(&patch_line(&format!("{sign}{body}")));
        text.push_str(end);
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// A file name as Git writes it in a diff: a name with spaces ends with a tab; quotes, backslashes and control
/// characters are escaped.
fn name(side: &str, path: &str) -> String {
    let name = format!("{side}{path}");
    let brackets = command_brackets(&name);
    if brackets.is_empty() && !name.chars().any(|c| c == '"' || c == '\\' || is_unsafe(c)) {
        let end = if name.contains(' ') { "\t" } else { "" };
        return name + end;
    }
    let mut quoted = String::from("\"");
    for (at, c) in name.char_indices() {
        match c {
            // A runner would interpret it as a command.
            '[' if brackets.contains(&at) => quoted.push_str("\\133"),
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_unsafe(c) => {
                let mut buffer = [0; 4];
                let bytes = c.encode_utf8(&mut buffer).bytes();
                bytes.for_each(|byte| quoted.push_str(&format!("\\{byte:03o}")));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_git_writes_them() {
        assert_eq!(name("a/", "catalog/wägen.yaml"), "a/catalog/wägen.yaml");
        assert_eq!(name("a/", "the cart.yaml"), "a/the cart.yaml\t");
        assert_eq!(name("b/", "my \"cart\".yaml"), "\"b/my \\\"cart\\\".yaml\"");
        assert_eq!(name("b/", "##[error]\u{202e}"), "\"b/##\\133error]\\342\\200\\256\"");
        assert_eq!(name("b/", "a\\b\nc\u{1b}\u{85}"), "\"b/a\\\\b\\nc\\033\\302\\205\"");
    }

    #[test]
    fn no_line_is_obeyed_by_a_terminal_or_a_runner() {
        let before = "a: 1\n::error::x\nb: \u{1b}[2J\n##[y]\r\n\tc: 1\n";
        let shown = unified("a", before, &before.replace("a: 1", "a: 2"), &Style::PLAIN);
        assert_eq!(shown, "--- a/a\n+++ b/a\n@@ -1,4 +1,4 @@\n-a: 1\n+a: 2\n \\::error::x\n b: ␛[2J\n ##\\[y]\r\n");
    }

    #[test]
    fn shows_what_changes_with_its_surroundings() {
        let before = "a: 1\nb: yes\nc: 3\n";
        let shown = unified("catalog/a.yaml", before, "a: 1\nb: \"yes\"\nc: 3\n", &Style::PLAIN);
        let expected =
            "--- a/catalog/a.yaml\n+++ b/catalog/a.yaml\n@@ -1,3 +1,3 @@\n a: 1\n-b: yes\n+b: \"yes\"\n c: 3\n";
        assert_eq!(shown, expected);
        assert_eq!(unified("a", before, before, &Style::PLAIN), "");
        let end = unified("a", "x\n", "x\ny", &Style::PLAIN);
        assert_eq!(end, "--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n x\n+y\n\\ No newline at end of file\n");
        let long: String = (0..40).map(|number| format!("{number}\n")).collect();
        let two = unified("a", &long, &long.replace("\n5\n", "\nfive\n").replace("\n30\n", "\n"), &Style::PLAIN);
        let heads: Vec<&str> = two.lines().filter(|line| line.starts_with("@@")).collect();
        assert_eq!(heads, ["@@ -3,7 +3,7 @@", "@@ -28,7 +28,6 @@"]);
    }
}
