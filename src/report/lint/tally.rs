//! The counts of a report in words, for every format with a summary. Errors, warnings and infos count the shown
//! findings; those beyond `--max-findings` are counted without severity.

use crate::domain::finding::{FileId, Finding, Severity};
use crate::report::lint::Lint;
use crate::text::plural::{count, grouped, list};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
    /// Findings that `--fix` fixes.
    pub fixable: usize,
    /// Files with findings.
    pub faulty: usize,
}

impl Tally {
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let mut tally = Self::default();
        let mut last: Option<FileId> = None;
        for finding in findings {
            match finding.severity {
                Severity::Error => tally.errors += 1,
                Severity::Warning => tally.warnings += 1,
                Severity::Info => tally.infos += 1,
            }
            tally.fixable += usize::from(finding.fix.as_ref().is_some_and(|fix| fix.safe));
            // Findings are sorted by file.
            if last != Some(finding.place.file) {
                tally.faulty += 1;
                last = Some(finding.place.file);
            }
        }
        tally
    }

    /// `3 errors and 1 warning`; empty if there are none.
    pub fn words(&self) -> String {
        let parts = [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info")];
        let parts = parts.into_iter().filter(|(number, _)| *number > 0);
        list(&parts.map(|(number, noun)| count(number, noun)).collect::<Vec<_>>())
    }
}

/// `3 errors and 1 warning in 2 files (120 files and 96 entities checked)`, or that there are no findings. If there was
/// nothing to check, it says so, because "no findings" would be misleading.
pub(super) fn verdict(lint: &Lint<'_>) -> String {
    let tally = Tally::of(lint.findings);
    let files = count(lint.counts.files, "file");
    let entities = count(lint.counts.entities, "entity");
    if lint.findings.is_empty() {
        let silent = lint.counts.hidden == 0;
        if silent && lint.counts.entities == 0 && !lint.counts.has_cluster_objects {
            let where_looked =
                if lint.counts.files == 0 { "no YAML files".to_owned() } else { format!("no entities in {files}") };
            return format!("{where_looked}: nothing to lint");
        }
        let words = if silent { "nothing to report" } else { "all findings are hidden" };
        return format!("{files}, {entities}: {words}");
    }
    // A finding may be in a file that was not checked itself, such as a blueprint.
    let within = count(tally.faulty, "file");
    format!("{} in {within} ({files} and {entities} checked)", tally.words())
}

/// The findings that are not shown, and why; empty if there are none.
pub(super) fn left_out(lint: &Lint<'_>) -> Vec<String> {
    let counts = &lint.counts;
    let parts = [
        (counts.suppressed, "ignored by comments"),
        (counts.baselined, "in the baseline"),
        (counts.unchanged, "with the old blueprints too"),
        (counts.hidden, "more beyond `--max-findings`"),
    ];
    parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, words)| format!("{} {words}", grouped(number)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lint::fixtures::{Run, counts};

    #[test]
    fn the_verdict_counts_what_is_shown() {
        let run = Run::sample();
        assert_eq!(
            verdict(&run.lint()),
            "3 errors, 2 warnings and 1 info in 3 files (120 files and 96 entities checked)"
        );
        let empty = Run::empty();
        assert_eq!(verdict(&empty.lint()), "120 files, 96 entities: nothing to report");
        assert!(left_out(&empty.lint()).is_empty());
    }

    #[test]
    fn nothing_checked_is_not_a_clean_bill() {
        let mut run = Run::empty();
        run.counts = crate::report::lint::Counts { entities: 0, files: 2, ..run.counts };
        assert_eq!(verdict(&run.lint()), "no entities in 2 files: nothing to lint");
        run.counts.has_cluster_objects = true;
        assert_eq!(verdict(&run.lint()), "2 files, 0 entities: nothing to report");
        run.counts = crate::report::lint::Counts { files: 0, has_cluster_objects: false, ..run.counts };
        assert_eq!(verdict(&run.lint()), "no YAML files: nothing to lint");
    }

    #[test]
    fn what_is_left_out_is_said() {
        let mut run = Run::empty();
        run.counts =
            crate::report::lint::Counts { suppressed: 2, baselined: 1, unchanged: 3, hidden: 1200, ..counts() };
        assert_eq!(
            left_out(&run.lint()),
            [
                "2 ignored by comments",
                "1 in the baseline",
                "3 with the old blueprints too",
                "1,200 more beyond `--max-findings`"
            ]
        );
        assert_eq!(verdict(&run.lint()), "120 files, 96 entities: all findings are hidden");
    }
}
