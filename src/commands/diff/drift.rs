//! The two ways out of drift as commands: take the catalog's values into Git, or write Git's values to the catalog.

use std::collections::BTreeSet;

use crate::commands::args::planning::PlanningArgs;
use crate::commands::diff::fail_on::FailOn;
use crate::commands::plan::build::BuiltPlan;
use crate::commands::plan::filter::spelled;
use crate::commands::plan::rerun_command::{pull_drift_command, push_drift_command};
use crate::domain::plan::change::{Change, OwnerStatus};
use crate::domain::plan::drift::{ChangedBy, Drift};
use crate::report::plan::adoption_flags;
use crate::settings::Settings;

/// The commands that end drift, `pull` (if there are values to take) and `push`, if the run asks for differences: other runs are
/// about what a push or a merge does. With `--ref`, the work tree is not what was compared.
pub(super) fn drift_commands(
    planning: &PlanningArgs,
    fail_on: &[FailOn],
    planned: &BuiltPlan,
    settings: &Settings,
) -> Option<(Option<String>, String)> {
    let is_asked = fail_on.iter().any(|kind| kind.is_of_difference());
    if !is_asked || planning.commit.is_some() {
        return None;
    }
    let drift = &planned.drift;
    let drifted: Vec<&Change> = planned.plan.changes.iter().filter(|change| drift.is_drift(change)).collect();
    let places = drifted.iter().filter_map(|change| change.place);
    let files: BTreeSet<String> = places.map(|place| spelled(planned.manifests.path(place), settings)).collect();
    let files: Vec<String> = files.into_iter().collect();
    let is_foreign = drifted.iter().any(|change| change.ownership == OwnerStatus::Foreign);
    let adoption = is_foreign.then(|| adoption_flags(&planned.plan, &planned.owners, planned.adoption_flags));
    Some((pull_command(&drifted, drift, settings), push_drift_command(&files, adoption.as_deref(), settings)))
}

/// The command names entities only where it takes nothing that Git changed too: named ones are taken as the catalog has them.
fn pull_command(drifted: &[&Change], drift: &Drift, settings: &Settings) -> Option<String> {
    let can_be_taken = |change: &&&Change| drift.fields_by(&change.key, ChangedBy::Catalog).next().is_some();
    let changed: Vec<&&Change> = drifted.iter().filter(can_be_taken).collect();
    if changed.is_empty() {
        return None;
    }
    let is_safe = changed.iter().all(|change| drift.is_only_catalog(&change.key));
    let name = |change: &&&Change| format!("{}/{}", change.key.blueprint, change.key.identifier);
    let entities: Option<Vec<String>> = is_safe.then(|| changed.iter().map(name).collect());
    Some(pull_drift_command(entities.as_deref(), settings))
}
