//! A text before and after, as the unified diff that everybody reads and that `patch` takes.

use similar::TextDiff;

use crate::report::escape::clean;
use crate::report::style::{Role, Style};

/// Empty where nothing changed.
pub fn unified(path: &str, before: &str, after: &str, style: &Style) -> String {
    let difference = TextDiff::from_lines(before, after);
    let (old, new) = (name("a/", path), name("b/", path));
    let text = difference.unified_diff().context_radius(3).header(&old, &new).to_string();
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
        let shown = clean(body);
        painted.push_str(&role.map_or_else(|| shown.clone().into_owned(), |role| style.paint(role, &shown)));
        painted.push_str(&line[body.len()..]);
    }
    painted
}

/// A file's name as Git writes it. Blanks end a name unless a tab does; quotes, backslashes and controls are escaped.
fn name(side: &str, path: &str) -> String {
    let name = format!("{side}{path}");
    if !name.chars().any(|c| c == '"' || c == '\\' || c.is_control()) {
        let end = if name.contains(' ') { "\t" } else { "" };
        return name + end;
    }
    let mut quoted = String::from("\"");
    for c in name.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
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
        assert_eq!(name("b/", "a\\b\nc\u{1b}\u{85}"), "\"b/a\\\\b\\nc\\033\\302\\205\"");
    }

    #[test]
    fn shows_what_changes_with_its_surroundings() {
        let before = "a: 1\nb: yes\nc: 3\n";
        let shown = unified("catalog/a.yaml", before, "a: 1\nb: \"yes\"\nc: 3\n", &Style::PLAIN);
        let expected =
            "--- a/catalog/a.yaml\n+++ b/catalog/a.yaml\n@@ -1,3 +1,3 @@\n a: 1\n-b: yes\n+b: \"yes\"\n c: 3\n";
        assert_eq!(shown, expected);
        assert_eq!(unified("a", before, before, &Style::PLAIN), "");
    }
}
