//! The findings while a file is being edited and the whole repository is not checked yet: what the file gives by itself is
//! that of the new text, and the other findings are those of the last check, moved with the text.

use crate::analysis::{FileResults, findings_of_one_file, is_of_one_file};
use crate::domain::document::span::Span;
use crate::domain::finding::{Family, FileId, Finding, Place, RuleInfo};

/// A change of one file.
pub(super) struct FileChange<'a> {
    pub file: FileId,
    pub before: &'a str,
    pub after: &'a str,
    pub results: &'a FileResults,
    /// A mapping decides what the entities of the file are.
    pub is_mapped: bool,
}

impl FileChange<'_> {
    pub fn preview(&self, findings: &[Finding]) -> Vec<Finding> {
        let is_replaced = |finding: &&Finding| finding.place.file == self.file && self.decides(finding.rule);
        let kept = findings.iter().filter(|finding| !is_replaced(finding)).filter_map(|finding| self.moved(finding));
        let own =
            findings_of_one_file(self.results, self.file).into_iter().filter(|finding| self.decides(finding.rule));
        let mut all: Vec<Finding> = kept.chain(own).collect();
        all.sort_by(|one, other| one.sort_key().cmp(&other.sort_key()));
        all
    }

    /// Whether the text of the file decides what the rule finds in it.
    fn decides(&self, rule: &RuleInfo) -> bool {
        is_of_one_file(rule) && (!self.is_mapped || matches!(rule.family, Family::Syntax | Family::Secret))
    }

    /// The finding at its place in the new text; `None` if the change is there.
    fn moved(&self, finding: &Finding) -> Option<Finding> {
        let concerns = |place: &Place| place.file == self.file;
        if !concerns(&finding.place) && !finding.related.iter().any(|(place, _)| concerns(place)) {
            return Some(finding.clone());
        }
        let mut moved = finding.clone();
        moved.place = self.place(finding.place)?;
        let related = finding.related.iter();
        moved.related =
            related.map(|(place, text)| Some((self.place(*place)?, text.clone()))).collect::<Option<_>>()?;
        // Its edits are those of the old text.
        moved.fix = None;
        Some(moved)
    }

    fn place(&self, place: Place) -> Option<Place> {
        if place.file != self.file {
            return Some(place);
        }
        Some(Place { span: moved(place.span, self.before, self.after)?, ..place })
    }
}

/// The span in the new text, of which a beginning and an end are as they were; `None` if the change touches it.
fn moved(span: Span, before: &str, after: &str) -> Option<Span> {
    let same = |(one, other): &(u8, u8)| one == other;
    let start = before.bytes().zip(after.bytes()).take_while(same).count();
    let most = before.len().min(after.len()) - start;
    let end = before.bytes().rev().zip(after.bytes().rev()).take(most).take_while(same).count();
    let (from, to) = (span.start as usize, span.end as usize);
    if to <= start {
        return Some(span);
    }
    if from < before.len() - end {
        return None;
    }
    let at = |byte: usize| byte + after.len() - before.len();
    Some(Span::new(at(from), at(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_moves_with_its_text_unless_the_change_is_in_it() {
        let before = "a: 1\nb: 2\nc: é\n";
        for (after, of, expected) in [
            (before, "b", Some(5)),
            ("a: 123\nb: 2\nc: é\n", "b: 2", Some(7)),
            ("a: 1\nb: 2\n\nc: é\n", "a: 1", Some(0)),
            ("b: 2\nc: é\n", "c: é", Some(5)),
            ("a: 1\nb: 3\nc: é\n", "b: 2", None),
            ("", "b", None),
        ] {
            let start = before.find(of).expect("it is there");
            let span = moved(Span::new(start, start + of.len()), before, after);
            assert_eq!(span.map(|span| span.start as usize), expected, "{of} in {after:?}");
            assert!(span.is_none_or(|span| span.slice(after) == of), "{of} in {after:?}");
        }
    }
}
