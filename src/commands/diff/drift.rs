//! The two ways out of drift as commands: take the catalog's values into Git, or write Git's values to the catalog.

use std::collections::BTreeSet;

use crate::commands::args::planning::PlanningArgs;
use crate::commands::diff::fail_on::FailOn;
use crate::commands::plan::build::BuiltPlan;
use crate::commands::plan::filter::spelled;
use crate::commands::plan::rerun_command::{pull_drift_command, push_drift_command};
use crate::domain::plan::change::Change;
use crate::report::plan::adoption_flags;
use crate::settings::Settings;

/// The commands that end drift, `pull` and `push`, if the run asks for differences: other runs are about what a push or a
/// merge does, and who adopts a catalog has foreign entities that never drifted. With `--ref`, the work tree is not what was
/// compared.
pub(super) fn drift_commands(
    planning: &PlanningArgs,
    fail_on: &[FailOn],
    planned: &BuiltPlan,
    settings: &Settings,
) -> Option<(String, String)> {
    let is_asked = fail_on.iter().any(|kind| kind.is_of_difference());
    if !is_asked || planning.commit.is_some() {
        return None;
    }
    let drifted: Vec<&Change> = planned.plan.changes.iter().filter(|change| change.has_drifted()).collect();
    let entities: Vec<String> =
        drifted.iter().map(|change| format!("{}/{}", change.key.blueprint, change.key.identifier)).collect();
    let places = drifted.iter().filter_map(|change| change.place);
    let files: BTreeSet<String> = places.map(|place| spelled(planned.manifests.path(place), settings)).collect();
    let files: Vec<String> = files.into_iter().collect();
    let adoption = adoption_flags(&planned.plan, &planned.owners, planned.adoption_flags);
    Some((pull_drift_command(&entities, settings), push_drift_command(&files, &adoption, settings)))
}
