//! The positions in a plan. A plan file has its own list of the files that they name.

use std::collections::BTreeMap;

use foldhash::HashMap;

use crate::domain::finding::{FileId, Place};
use crate::domain::plan::hazard::{Blocker, HazardKind};
use crate::domain::plan::{Obstacle, Plan};

/// Renumbers the files of the plan's positions by a list of the files that they name; returns the list.
pub(super) fn renumber<'p>(plan: &mut Plan, path: impl Fn(FileId) -> &'p str) -> Vec<String> {
    let mut named: BTreeMap<&'p str, Vec<FileId>> = BTreeMap::new();
    each_place(plan, |place| named.entry(path(place.file)).or_default().push(place.file));
    let numbers: HashMap<FileId, u32> =
        (0..).zip(named.values()).flat_map(|(number, files)| files.iter().map(move |file| (*file, number))).collect();
    each_place(plan, |place| place.file = FileId(numbers.get(&place.file).copied().unwrap_or_default()));
    // Digests do not cover positions, so they stay valid.
    named.into_keys().map(str::to_owned).collect()
}

/// Calls `each` with every position in a plan.
pub(super) fn each_place(plan: &mut Plan, mut each: impl FnMut(&mut Place)) {
    plan.changes.iter_mut().filter_map(|change| change.place.as_mut()).for_each(&mut each);
    plan.obstacles.iter_mut().flat_map(places_of_obstacle).for_each(&mut each);
    plan.hazards.iter_mut().flat_map(|hazard| places_of_hazard(&mut hazard.kind)).for_each(&mut each);
}

pub(super) fn places_of_obstacle(obstacle: &mut Obstacle) -> Vec<&mut Place> {
    match obstacle {
        Obstacle::Duplicate { key: _, places } => places.iter_mut().collect(),
        Obstacle::MissingTarget { key: _, relation: _, target: _, place } => vec![place],
        Obstacle::RequiredCycle { step_kind: _, cycle: _ } => Vec::new(),
    }
}

pub(super) fn places_of_hazard(kind: &mut HazardKind) -> Vec<&mut Place> {
    match kind {
        HazardKind::PruneBlocked { by, keys: _ } => by.iter_mut().filter_map(place_of_blocker).collect(),
        HazardKind::ManyDeletes { .. }
        | HazardKind::DeleteWithDependents { .. }
        | HazardKind::RenameWithDependents { .. }
        | HazardKind::Foreign { .. }
        | HazardKind::Unseen { .. }
        | HazardKind::UnseenDependents { .. }
        | HazardKind::StillNeeded { .. } => Vec::new(),
    }
}

fn place_of_blocker(blocker: &mut Blocker) -> Option<&mut Place> {
    match blocker {
        Blocker::Manifest(place) => Some(place),
        Blocker::Disabled | Blocker::Read { .. } | Blocker::Folder { .. } => None,
    }
}
