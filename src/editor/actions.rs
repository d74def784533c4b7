//! The edits that an editor offers for a finding: its fix, all safe fixes of a file, and a comment that silences it.

use crate::analysis::Directives;
use crate::domain::document::span::{LineIndex, Span};
use crate::domain::finding::{Edit, Family, Finding};
use crate::manifest::{Limits, Reader};

/// The safe fixes of one file, as `--fix` applies them: those that overlap an earlier one are left out.
pub fn safe_edits(findings: &[&Finding]) -> Vec<Edit> {
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.safe);
    without_overlaps(fixes.flat_map(|fix| fix.edits.iter().cloned()).collect())
}

/// The edits that `manifest::edit` would apply, in order.
fn without_overlaps(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by(|a, b| (a.span, &a.replacement).cmp(&(b.span, &b.replacement)));
    edits.dedup();
    let mut end = None;
    edits.retain(|edit| {
        let clashes = end.is_some_and(|(end, is_insertion): (u32, bool)| {
            edit.span.start < end || edit.span.is_empty() && is_insertion && edit.span.start == end
        });
        if !clashes {
            end = Some((edit.span.end, edit.span.is_empty()));
        }
        !clashes
    });
    edits
}

/// The insertion of a comment that silences a finding, above its line or at the end of it. `None` if a comment would be
/// part of a value there, or if the rule is about comments.
pub fn ignore_edit(text: &str, finding: &Finding) -> Option<Edit> {
    if finding.rule.family == Family::Suppression {
        return None;
    }
    let lines = LineIndex::new(text);
    let line = lines.line_span(lines.line_of(finding.place.span.start as usize));
    let content = line.slice(text);
    let indentation: String = content.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let comment = format!("# portolan: ignore[{}]", finding.rule.name);
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let above =
        Edit { span: Span::empty(line.start as usize), replacement: format!("{indentation}{comment}{line_break}") };
    let end = line.start as usize + content.trim_end_matches(['\r', '\n']).len();
    let behind = Edit { span: Span::empty(end), replacement: format!(" {comment}") };
    [above, behind].into_iter().find(|edit| silences(text, edit, finding))
}

/// Whether the finding is silenced after the edit, which is before it or on its line.
fn silences(text: &str, edit: &Edit, finding: &Finding) -> bool {
    let at = edit.span.start as usize;
    let mut after = String::with_capacity(text.len() + edit.replacement.len());
    after.push_str(text.get(..at).unwrap_or_default());
    after.push_str(&edit.replacement);
    after.push_str(text.get(at..).unwrap_or_default());
    let mut comments = Vec::new();
    Reader::new(Limits::default()).read_all(&after, &mut |document| comments.extend_from_slice(document.notes));
    let Some(mut directives) = Directives::read(&after, &comments) else { return false };
    let mut span = finding.place.span;
    if span.start as usize >= at {
        let shift = Span::empty(edit.replacement.len()).start;
        span = Span { start: span.start + shift, end: span.end + shift };
    }
    // A comment inside of a block scalar is no comment, and then this place has none.
    let is_comment = comments.iter().any(|comment| {
        let inserted = at..at + edit.replacement.len();
        inserted.contains(&(comment.start as usize))
    });
    is_comment && directives.silences(finding.rule, span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::RULES;
    use crate::domain::finding::{FileId, Fix, Place, Severity};

    fn finding(text: &str, needle: &str) -> Finding {
        let start = text.find(needle).expect("the needle is in the text");
        let rule = RULES.iter().find(|rule| rule.info.name == "unknown-property").expect("the rule exists");
        Finding {
            rule: &rule.info,
            severity: Severity::Error,
            place: Place { file: FileId(0), span: Span::new(start, start + needle.len()) },
            message: String::new(),
            label: String::new(),
            entity: None,
            target: None,
            related: Vec::new(),
            counterpart: None,
            help: None,
            fix: None,
            detail: None,
        }
    }

    fn ignored(text: &str, needle: &str) -> Option<String> {
        let edit = ignore_edit(text, &finding(text, needle))?;
        Some(crate::manifest::edit::apply(text, &[edit]).0)
    }

    #[test]
    fn the_comment_is_above_the_line_with_its_indentation() {
        let text = "spec:\r\n  properties:\r\n    teir: gold\r\n";
        let after = "spec:\r\n  properties:\r\n    # portolan: ignore[unknown-property]\r\n    teir: gold\r\n";
        assert_eq!(ignored(text, "teir").as_deref(), Some(after));
        assert_eq!(ignored("a: 1", "a").as_deref(), Some("# portolan: ignore[unknown-property]\na: 1"));
    }

    #[test]
    fn no_comment_is_offered_where_it_would_be_text() {
        let block = "a: |\n  one\n  two\n";
        assert_eq!(ignored(block, "two"), None);
        let quoted = "a: \"one\n  two\"\nb: 1\n";
        assert_eq!(
            ignored(quoted, "two").as_deref(),
            Some("a: \"one\n  two\" # portolan: ignore[unknown-property]\nb: 1\n")
        );
    }

    #[test]
    fn fixes_that_overlap_are_applied_one_after_the_other() {
        let with = |start: usize, end: usize, safe: bool| {
            let edits = vec![Edit { span: Span::new(start, end), replacement: "x".to_owned() }];
            Finding { fix: Some(Fix { title: String::new(), safe, edits }), ..finding("abc", "a") }
        };
        let findings = [with(0, 2, true), with(1, 3, true), with(4, 5, false), with(3, 4, true)];
        let edits = safe_edits(&findings.iter().collect::<Vec<_>>());
        assert_eq!(edits.iter().map(|edit| edit.span.range()).collect::<Vec<_>>(), [0..2, 3..4]);
    }
}
