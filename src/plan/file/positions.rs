//! The positions in a plan. A plan file has its own list of the files that they name.

use std::collections::BTreeMap;

use foldhash::HashMap;

use crate::domain::finding::{FileId, Place};
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
    plan.obstacles.iter_mut().flat_map(Obstacle::places_mut).for_each(&mut each);
    plan.hazards.iter_mut().flat_map(|hazard| hazard.kind.places_mut()).for_each(&mut each);
}
