//! The result of lint with every position resolved and every text masked, as the formats render it.

use std::borrow::Cow;

use crate::domain::finding::{Finding, Severity};
use crate::report::escape::clean;
use crate::report::fingerprint::{Fingerprint, fingerprints};
use crate::report::lint::input::Lint;
use crate::report::lint::masking::HiddenParts;
use crate::report::positions::{LineRange, Places};

/// The result of lint, with every position resolved.
pub(super) struct Report<'a> {
    pub lint: &'a Lint<'a>,
    pub places: Places<'a>,
    pub hidden: &'a HiddenParts<'a>,
}

/// Masks the findings and passes the report on, so that no format sees an unmasked finding.
pub(super) fn masked<T>(lint: &Lint<'_>, show: impl FnOnce(&Report<'_>) -> T) -> T {
    let hidden = HiddenParts::of(lint);
    let findings: Vec<Finding> = lint.findings.iter().map(|finding| hidden.finding(finding)).collect();
    let notes: Vec<String> = lint.notes.iter().map(|note| lint.mask.text(note).into_owned()).collect();
    // Fingerprints are computed from unmasked findings: a baseline must not depend on the key of the mask.
    let made = lint.fingerprints.is_none().then(|| fingerprints(lint.findings, lint.files));
    let lint =
        Lint { findings: &findings, fingerprints: lint.fingerprints.or(made.as_deref()), notes: &notes, ..*lint };
    show(&Report { lint: &lint, places: Places::of(&findings, lint.files), hidden: &hidden })
}

/// One finding ready for rendering: its texts are cleaned, and its position is resolved.
pub(super) struct Row<'a> {
    pub finding: &'a Finding,
    /// Unescaped, for formats whose readers look the file up.
    pub path: &'a str,
    pub extent: LineRange,
    pub message: Cow<'a, str>,
    pub help: Option<String>,
}

impl Report<'_> {
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.lint.findings.iter().map(|finding| self.row(finding))
    }

    pub(super) fn row<'r>(&'r self, finding: &'r Finding) -> Row<'r> {
        Row {
            finding,
            path: self.lint.files.path(finding.place.file),
            extent: self.places.extent(finding.place),
            message: clean(&finding.message),
            help: finding.help.as_ref().map(|help| clean(&help.to_string()).into_owned()),
        }
    }

    pub(super) fn fingerprints(&self) -> Cow<'_, [Fingerprint]> {
        match self.lint.fingerprints {
            Some(made) if made.len() == self.lint.findings.len() => made.into(),
            Some(_) | None => fingerprints(self.lint.findings, self.lint.files).into(),
        }
    }
}

impl Row<'_> {
    pub(super) fn severity(&self) -> Severity {
        self.finding.severity
    }

    pub(super) fn rule(&self) -> &'static str {
        self.finding.rule.name
    }

    /// `path:line:column`, which terminals make clickable.
    pub(super) fn location(&self) -> String {
        format!("{}:{}:{}", clean(self.path), self.extent.start.line, self.extent.start.column)
    }
}
