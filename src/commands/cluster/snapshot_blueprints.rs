//! The blueprints of the snapshot, for commands that generate a file from them.

use std::path::Path;

use crate::commands::workspace::saved_blueprints::{SavedBlueprints, Unusable, read_saved_blueprints};
use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::error_class::ExitClass;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is no snapshot of the catalog, so the blueprints are unknown")]
#[diagnostic(code("no-snapshot"), help("write `.portolan/` first: `portolan pull`"))]
pub(crate) struct NoSnapshot;

impl ExitClass for NoSnapshot {}

/// Sorted by identifier, with a note for each file without a usable blueprint, which names the consequence. It is an error if
/// there are only system blueprints.
pub(super) fn saved_blueprints(
    root: &Path,
    snapshot_source: &SnapshotSource,
    consequence: &str,
) -> Result<(Vec<Blueprint>, Vec<String>), NoSnapshot> {
    let SavedBlueprints { blueprints, unusable } = read_saved_blueprints(root, snapshot_source);
    let note = |file: &Unusable| format!("`{}` has no usable blueprint, so {consequence}: {}.", file.path, file.reason);
    let notes = unusable.iter().map(note).collect();
    let parsed = blueprints.into_values().filter_map(|raw| Blueprint::from_json(raw).ok());
    let blueprints: Vec<Blueprint> = parsed.map(|(blueprint, _)| blueprint).collect();
    if blueprints.iter().all(|blueprint| is_reserved(&blueprint.identifier)) {
        return Err(NoSnapshot);
    }
    Ok((blueprints, notes))
}
