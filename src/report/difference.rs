//! A text before and after, as the unified diff that everybody reads and that `patch` takes.

use similar::TextDiff;

use crate::report::escape::clean;
use crate::report::style::{Role, Style};

/// Empty where nothing changed.
pub fn unified(path: &str, before: &str, after: &str, style: &Style) -> String {
    let difference = TextDiff::from_lines(before, after);
    let (old, new) = (format!("a/{path}"), format!("b/{path}"));
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

#[cfg(test)]
mod tests {
    use super::*;

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
