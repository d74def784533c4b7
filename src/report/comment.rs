//! The first lines of a report for a pull-request comment: the marker by which a later run finds the comment, and
//! whether there is anything to report. They are HTML comments, which no forge shows.

use crate::text::fnv;

/// The second line of a report with nothing to report: it updates a comment and creates none.
const NOTHING: &str = "<!-- portolan:nothing-to-do -->";
const START: &str = "<!-- portolan:";
const END: &str = " -->";
/// The marker in a comment of a forge that shows HTML comments: a link definition that no link uses.
const PLAIN_START: &str = "[//]: # (portolan:";
const PLAIN_END: &str = ")";

/// The marker of a report: each verb, scope and target has a comment of its own.
pub(in crate::report) fn marker(verb: &str, scope: &str, target: Option<&str>) -> String {
    let parts: Vec<String> = std::iter::once(scope).chain(target).map(mark).collect();
    format!("{START}{verb} {}{END}", parts.join(" "))
}

/// The marker, and a second line if there is nothing to report.
pub(in crate::report) fn head(marker: &str, is_empty: bool) -> String {
    if is_empty { format!("{marker}\n{NOTHING}\n") } else { format!("{marker}\n") }
}

/// Encodes a name so that it cannot end the HTML comment, and different names stay different.
fn mark(name: &str) -> String {
    const MAX_MARK: usize = 300;
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'-' if !out.ends_with('-') => out.push('-'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'_' | b'.' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    if out.len() > MAX_MARK {
        out.truncate(MAX_MARK);
        out.push_str(&format!("%{:016x}", fnv::hash(name.bytes())));
    }
    out
}

/// The marker of a report or of a comment, without what hides it; `None` if portolan did not write it.
pub fn marker_of(text: &str) -> Option<&str> {
    let first = text.lines().next()?.trim_end();
    let hidden = first.strip_prefix(START).and_then(|rest| rest.strip_suffix(END));
    let inside = hidden.or_else(|| first.strip_prefix(PLAIN_START)?.strip_suffix(PLAIN_END))?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_.%- :".contains(c);
    (!inside.is_empty() && inside.chars().all(is_plain)).then_some(inside)
}

/// A marker line for a forge that shows HTML comments; `None` for another line.
pub(in crate::report) fn plain_marker(line: &str) -> Option<String> {
    let inside = line.strip_prefix(START)?.strip_suffix(END)?;
    Some(format!("{PLAIN_START}{inside}{PLAIN_END}"))
}

/// A report in two: the lines that no forge shows, and the rest.
pub(in crate::report) fn split_head(report: &str) -> (&str, &str) {
    let mut rest = report;
    while let Some((_, after)) = rest.split_once('\n').filter(|(line, _)| line.starts_with(START)) {
        rest = after;
    }
    report.split_at(report.len() - rest.len())
}

/// Whether the report has nothing to report.
pub fn is_empty(text: &str) -> bool {
    text.lines().nth(1).is_some_and(|line| line.trim_end() == NOTHING)
}

/// Whether two texts are the same comment: forges change line endings and remove trailing white space.
pub fn is_same(one: &str, other: &str) -> bool {
    let lines = |text: &'_ str| text.trim_end().lines().map(|line| line.trim_end_matches('\r').to_owned()).collect();
    let (one, other): (Vec<String>, Vec<String>) = (lines(one), lines(other));
    one == other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_is_one_line_and_its_own() {
        let target = marker("diff", "acme/catalog", Some("staging"));
        assert_eq!(target, "<!-- portolan:diff acme/catalog staging -->");
        let long = "x".repeat(5_000);
        let names = ["a-b", "a--b", "a -->", "a\nb", "a%20b", "a b", "", &long, &format!("{long}y")];
        let marks: Vec<String> = names.iter().map(|name| marker("diff", name, None)).collect();
        for mark in &marks {
            let inner = mark.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")).expect("it is a comment");
            assert!(!inner.contains("--") && !inner.contains(['<', '>', '\n']) && mark.len() < 400, "{mark}");
            let inside = inner.strip_prefix("portolan:").expect("it names portolan");
            let plain = plain_marker(mark).expect("it is a marker");
            assert_eq!(marker_of(&format!("{mark}\r\ntext")), Some(inside));
            assert_eq!(marker_of(&format!("{plain}\r\ntext")), Some(inside));
        }
        let different: std::collections::HashSet<&String> = marks.iter().collect();
        assert_eq!(different.len(), names.len());
    }

    #[test]
    fn only_reports_have_a_marker() {
        for text in [
            "",
            "text",
            "<!-- portolan: -->",
            "<!-- other:diff x -->",
            "x <!-- portolan:diff a -->",
            " \n<!-- portolan:diff a -->",
        ] {
            assert_eq!(marker_of(text), None, "{text}");
        }
        assert_eq!(marker_of("<!-- portolan:diff a --> <b> -->"), None);
    }

    #[test]
    fn what_a_forge_changes_is_no_difference() {
        assert!(is_same("a\n\nb\n", "a\r\n\r\nb"));
        assert!(!is_same("a\nb", "a\n b") && !is_same("a", "a\nb"));
        assert!(
            is_empty(&head("<!-- portolan:diff a -->", true)) && !is_empty(&head("<!-- portolan:diff a -->", false))
        );
    }
}
