//! The positions in a plan. A plan file has its own list of the files that they name.

use std::collections::BTreeMap;

use foldhash::HashMap;

use crate::domain::finding::FileId;
use crate::domain::plan::Plan;

/// Renumbers the files of the plan's positions by a list of the files that they name; returns the list.
pub(super) fn renumber<'p>(plan: &mut Plan, path: impl Fn(FileId) -> &'p str) -> Vec<String> {
    let mut named: BTreeMap<&'p str, Vec<FileId>> = BTreeMap::new();
    plan.places().for_each(|place| named.entry(path(place.file)).or_default().push(place.file));
    let numbers: HashMap<FileId, u32> =
        (0..).zip(named.values()).flat_map(|(number, files)| files.iter().map(move |file| (*file, number))).collect();
    for place in plan.places_mut() {
        place.file = FileId(numbers.get(&place.file).copied().unwrap_or_default());
    }
    // Digests do not cover positions, so they stay valid.
    named.into_keys().map(str::to_owned).collect()
}
