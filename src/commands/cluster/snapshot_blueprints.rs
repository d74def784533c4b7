//! The blueprints of the snapshot, for commands that generate a file from them.

use crate::commands::context::Context;
use crate::commands::workspace::saved_blueprints::{SavedBlueprints, shelved};
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::error_class::ExitClass;
use crate::error::Error;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is no snapshot of the catalog, so the blueprints are unknown")]
#[diagnostic(code("no-snapshot"), help("write `.portolan/` first: `portolan pull`"))]
pub(crate) struct NoSnapshot;

impl ExitClass for NoSnapshot {}

/// Sorted by identifier. A note names each file without a usable blueprint, and what happens without it. It is an error
/// if there are only system blueprints.
pub(super) fn saved_blueprints(context: &mut Context<'_>, consequence: &str) -> Result<Vec<Blueprint>, Error> {
    let SavedBlueprints { blueprints, unusable } = shelved(&context.settings.root.value, &SnapshotSource::Disk);
    for file in &unusable {
        context.say(&format!("note: `{}` has no usable blueprint, so {consequence}: {}.", file.path, file.reason));
    }
    let parsed = blueprints.into_values().filter_map(|raw| Blueprint::from_json(raw).ok());
    let blueprints: Vec<Blueprint> = parsed.map(|(blueprint, _)| blueprint).collect();
    if blueprints.iter().all(|blueprint| is_reserved(&blueprint.identifier)) {
        return Err(NoSnapshot.into());
    }
    Ok(blueprints)
}
