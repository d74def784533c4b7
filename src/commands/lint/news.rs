//! What the work in an editor has caused in files that are not open: the findings that were not there when it began. What
//! another program has caused since, or what the editor has closed, is no news.

use std::collections::BTreeSet;

use crate::analysis::chooses_its_place;
use crate::domain::finding::{FileId, Finding};
use crate::domain::known_problems::KnownProblems;

#[derive(Debug, Default)]
pub(super) struct News {
    /// The findings that are no news; `None` before the first check.
    known: Option<KnownProblems>,
    /// The files whose findings are no news in the next check.
    dismissed: BTreeSet<String>,
    dismisses_all: bool,
}

impl News {
    /// The editor has closed the file.
    pub fn dismiss(&mut self, path: &str) {
        self.dismissed.insert(path.to_owned());
    }

    /// Another program has changed files.
    pub fn dismiss_all(&mut self) {
        self.dismisses_all = true;
    }

    /// The news among the findings before a check, which stay news whatever another program has done.
    pub fn among<'p>(&self, findings: &[Finding], path: impl Fn(FileId) -> &'p str) -> KnownProblems {
        let mut news = KnownProblems::default();
        if self.dismisses_all {
            let caused = findings.iter().filter(|finding| self.is_news(finding, path(finding.place.file)));
            caused.for_each(|finding| news.add(finding, path(finding.place.file)));
        }
        news
    }

    /// Takes note of the findings of a check. `before`: the news until then.
    pub fn compare<'p>(&mut self, findings: &[Finding], path: impl Fn(FileId) -> &'p str, before: &KnownProblems) {
        let is_first = self.known.is_none();
        let known = self.known.get_or_insert_default();
        for finding in findings {
            let path = path(finding.place.file);
            let is_of_others = self.dismisses_all && !before.knows(finding, path);
            if is_first || is_of_others || self.dismissed.contains(path) {
                known.add(finding, path);
            }
        }
        self.dismissed.clear();
        self.dismisses_all = false;
    }

    pub fn is_news(&self, finding: &Finding, path: &str) -> bool {
        // A finding that has only changed its place is not caused.
        let is_in_place = !chooses_its_place(finding.rule);
        is_in_place && self.known.as_ref().is_some_and(|known| !known.knows(finding, path))
    }
}
