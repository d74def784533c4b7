//! What the pipelines of Azure, Bitbucket, CircleCI, Codefresh and Jenkins have in common: the conditions and the values
//! of their templates.

use super::facts::Facts;
use super::install::{SOURCE_NOTE, minutes};
use super::names::{quoted, suffix};
use super::template::{Value, filled};

/// The template with the common values and those of the CI system.
pub(super) fn pipeline(template: &str, facts: &Facts<'_>, own: &[Value<'_>]) -> String {
    let conditions = [
        ("catalog", facts.has_catalog),
        ("push", facts.has_catalog && facts.pushes),
        ("cluster", facts.has_catalog && !facts.pushes),
        ("bare", !facts.has_catalog),
        ("named", facts.pipeline_catalog.is_some()),
        ("folder", !facts.folder.is_empty()),
        ("published", facts.published.is_some()),
        ("source", facts.published.is_none()),
    ];
    let (suffix, branch) = (suffix(facts.folder), quoted(facts.branch));
    let mut values: Vec<Value<'_>> = vec![
        ("ID", facts.platform.client_id_variable),
        ("SECRET", facts.platform.client_secret_variable),
        ("BRANCH", facts.branch),
        ("BRANCH_QUOTED", &branch),
        ("SUFFIX", &suffix),
        ("VERSION", facts.published.unwrap_or_default()),
        ("MINUTES", minutes(facts)),
        ("SOURCE_NOTE", SOURCE_NOTE),
    ];
    values.extend(own);
    filled(template, &conditions, &values)
}
