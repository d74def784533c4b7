//! The teams that an entity will inherit once its write is made.

use serde_json::Value;

use super::links::{Relink, Target};
use super::members::damaged;
use super::relation_paths::PathWalker;
use super::render::union;
use super::row::Row;
use crate::embedded::store::compiled_blueprint::CompiledBlueprint;
use crate::embedded::store::error::Failure;

/// A list without duplicates, as the catalog will return it.
pub(super) fn inherited_team(
    mut walker: PathWalker<'_>,
    compiled: &CompiledBlueprint,
    before: Option<&Row>,
    relinks: &[Relink],
) -> Result<Value, Failure> {
    let path = match compiled.team_path() {
        Some(path) => walker.path(compiled, &path)?,
        None => None,
    };
    let Some((first, rest)) = path.as_ref().and_then(|path| path.relations.split_first()) else {
        return Ok(union(Vec::new()));
    };
    let next = match (relinks.iter().find(|relink| relink.relation == **first), before) {
        (Some(relink), _) => relink.targets.iter().filter_map(known).collect(),
        (None, Some(row)) => walker.targets(row.id, first)?,
        (None, None) => Vec::new(),
    };
    let ends = walker.ends(compiled.id, &next, rest)?;
    // In the order of the relations, as they are returned.
    let ends = next.iter().filter_map(|id| ends.get(id)).flatten().copied().collect::<Vec<_>>();
    walker.load(ends.iter().copied())?;
    let teams = ends.iter().filter_map(|id| walker.row(*id)).map(|row| serde_json::from_str(&row.team));
    Ok(union(teams.collect::<Result<_, _>>().map_err(|error| damaged(&error))?))
}

/// A target that will be created has no team.
fn known(target: &Target) -> Option<i64> {
    match target {
        Target::Known(id) => Some(*id),
        Target::Itself | Target::Placeholder { .. } => None,
    }
}
