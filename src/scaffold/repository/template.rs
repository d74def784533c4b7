//! Fills the template of a pipeline: the lines between `@if NAME...` and `@end` are kept if all these conditions hold
//! (`@else` begins those for the opposite), and `@NAME@` is replaced by a value. A value on a line of its own keeps that
//! line's indentation in each of its lines.

/// A condition by name.
pub(super) type Condition = (&'static str, bool);
/// A value by name.
pub(super) type Value<'v> = (&'static str, &'v str);

pub(super) fn filled(template: &str, conditions: &[Condition], values: &[Value<'_>]) -> String {
    let holds = |name: &str| conditions.iter().any(|(known, holds)| *known == name && *holds);
    let mut out = String::new();
    let mut is_kept = true;
    for line in template.lines() {
        if let Some(names) = line.strip_prefix("@if ") {
            is_kept = names.split(' ').all(holds);
        } else if line == "@else" {
            is_kept = !is_kept;
        } else if line == "@end" {
            is_kept = true;
        } else if is_kept {
            push(&mut out, line, values);
        }
    }
    out
}

fn push(out: &mut String, line: &str, values: &[Value<'_>]) {
    let content = line.trim_start();
    let indentation = &line[..line.len() - content.len()];
    let named = content.strip_prefix('@').and_then(|rest| rest.strip_suffix('@'));
    if let Some((_, value)) = named.and_then(|named| values.iter().find(|(name, _)| *name == named)) {
        for line in value.lines() {
            out.push_str(format!("{indentation}{line}").trim_end());
            out.push('\n');
        }
        return;
    }
    let filled = values.iter().fold(line.to_owned(), |line, (name, value)| line.replace(&format!("@{name}@"), value));
    out.push_str(&filled);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_choose_lines_and_values_keep_their_place() {
        let template = "a: @X@\n@if push\nb: |\n  @LINES@\n@else\nc: no\n@end\n@if push folder\nd: both\n@end\n";
        let values = [("X", "1"), ("LINES", "one\n\n  two")];
        assert_eq!(filled(template, &[("push", true)], &values), "a: 1\nb: |\n  one\n\n    two\n");
        assert_eq!(
            filled(template, &[("push", true), ("folder", true)], &values),
            "a: 1\nb: |\n  one\n\n    two\nd: both\n"
        );
        assert_eq!(filled(template, &[("folder", true)], &values), "a: 1\nc: no\n");
    }
}
