//! Lints the repository before a plan is made. Manifests with errors are not compared with the catalog, which would
//! reject them or store wrong values.

use crate::commands::context::Context;
use crate::commands::lint::config::LintConfig;
use crate::commands::lint::run;
use crate::commands::lint::run::{LintResult, Request};
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::source::ManifestSource;
use crate::commands::workspace::unmatched_globs::reject_unmatched_globs;
use crate::domain::finding::Severity;
use crate::domain::progress::{Progress, Silent};
use crate::error::Error;
use crate::text::plural::{count, list};

pub(crate) enum LintGate {
    /// The manifests have no errors, so they can be planned.
    Open {
        manifests: ManifestSet,
        /// Mentions warnings that were not shown.
        note: Option<String>,
    },
    /// The manifests have errors.
    Errors(Box<LintResult>),
}

/// Lints the repository; `most` is the maximum number of findings to keep, the most severe first.
pub(crate) fn lint_before_plan(
    from: &ManifestSource,
    most: Option<usize>,
    context: &mut Context<'_>,
) -> Result<LintGate, Error> {
    let terms = LintConfig::of(context.settings, context.environment)?;
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let request = Request { extent: from.extent(), most, collects_entities: true, ..terms.whole() };
    let mut result = run::lint(&request, progress)?;
    if result.worst == Some(Severity::Error) {
        return Ok(LintGate::Errors(Box::new(result)));
    }
    // Globs that match nothing would look like a repository without manifests, and the plan would delete all owned
    // entities.
    if result.counts.files <= 1 {
        reject_unmatched_globs(context.settings, &terms.pattern, from)?;
    }
    let manifests = result.manifests.take().unwrap_or_default();
    from.reject_empty(&manifests)?;
    Ok(LintGate::Open { manifests, note: remaining_findings(&result) })
}

fn remaining_findings(result: &LintResult) -> Option<String> {
    let of = |severity| result.findings.iter().filter(|finding| finding.severity == severity).count();
    let parts: Vec<String> = [(Severity::Warning, "warning"), (Severity::Info, "info")]
        .into_iter()
        .map(|(severity, noun)| (of(severity), noun))
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    let hidden = match result.counts.hidden {
        0 => String::new(),
        hidden => format!(" and {} more", count(hidden, "finding")),
    };
    (!parts.is_empty()).then(|| format!("{}{hidden} from lint (run `portolan lint`).", list(&parts)))
}
