//! The result of lint, as its reports take it.

use crate::domain::finding::Finding;
use crate::report::fingerprint::Fingerprint;
use crate::report::positions::Files;
use crate::text::mask::Mask;

/// The input of a report.
#[derive(Clone, Copy)]
pub struct Lint<'a> {
    /// Sorted by [`Finding::sort_key`], already filtered.
    pub findings: &'a [Finding],
    /// One for each finding, computed before filtering; `None` if nothing was filtered, so that they can be computed
    /// here.
    pub fingerprints: Option<&'a [Fingerprint]>,
    pub files: &'a dyn Files,
    pub counts: Counts,
    /// Notes on the whole run, as sentences: "no known-entities.txt, so ...".
    pub notes: &'a [String],
    /// The CI system also shows the whole report in its job summary.
    pub has_summary: bool,
    /// Masks credentials in messages and in lines of files.
    pub mask: &'a Mask,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub files: usize,
    pub entities: usize,
    /// Findings silenced by ignore comments.
    pub suppressed: usize,
    /// Findings in the baseline.
    pub baselined: usize,
    /// Findings that the blueprints give too with which the new ones are compared.
    pub unchanged: usize,
    /// Findings beyond `--max-findings`.
    pub hidden: usize,
    /// Deliverers, or definitions and their resources, were checked too.
    pub has_cluster_objects: bool,
}
