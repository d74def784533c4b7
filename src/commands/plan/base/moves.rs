//! Detects renamed entities by their files: the file was renamed, or another entity took the same position in it. A
//! removed file counts only if it held one entity, a changed file only if the pairing is unambiguous. The planner
//! detects renames by similar values.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::commands::workspace::entities::ManifestSet;
use crate::domain::entity::EntityKey;
use crate::domain::entity::desired::Desired;
use crate::plan::Move;
use crate::sources::{self, SourceFile};

/// All renames, sorted.
pub(super) fn moves(before: &ManifestSet, now: &ManifestSet) -> Vec<Move> {
    let mut moves = of_files(before, now);
    moves.extend(in_place(before, now));
    moves.sort();
    moves
}

/// Renames by renamed file. Files are compared only if entities of a blueprint disappeared and others of it appeared in
/// other files.
fn of_files(before: &ManifestSet, now: &ManifestSet) -> Vec<Move> {
    let (gone, come) = (only_in(before, now), only_in(now, before));
    let mut moves = Vec::new();
    for (blueprint, gone) in &gone {
        let Some(come) = come.get(blueprint) else { continue };
        let old: Vec<&SourceFile> = gone.iter().map(|alone| alone.file).collect();
        let new: Vec<&SourceFile> = come.iter().map(|alone| alone.file).collect();
        moves.extend(sources::moved(&old, &new).into_iter().filter_map(|(from, to)| {
            let (from, to) = (gone.get(from)?, come.get(to)?);
            Some(Move { from: from.entity.key.clone(), to: to.entity.key.clone(), is_in_place: false })
        }));
    }
    moves
}

/// Renames within a file that both sides have: the only removed and the only added entity, or entities at the same
/// position.
fn in_place(before: &ManifestSet, now: &ManifestSet) -> Vec<Move> {
    let (had, has) = (keys(before), keys(now));
    if had.is_subset(&has) || has.is_subset(&had) {
        return Vec::new();
    }
    let (old, new) = (by_place(before), by_place(now));
    let mut moves = Vec::new();
    for (place, old) in &old {
        let Some(new) = new.get(place) else { continue };
        let gone = |key: &&EntityKey| !has.contains(*key);
        let come = |key: &&EntityKey| !had.contains(*key);
        let went: Vec<&EntityKey> = old.iter().copied().filter(gone).collect();
        let came: Vec<&EntityKey> = new.iter().copied().filter(come).collect();
        let pairs: Vec<(&EntityKey, &EntityKey)> = match (went.as_slice(), came.as_slice()) {
            ([from], [to]) => vec![(from, to)],
            _ if old.len() == new.len() => {
                let pairs = old.iter().copied().zip(new.iter().copied());
                pairs.filter(|(from, to)| gone(from) && come(to)).collect()
            }
            _ => Vec::new(),
        };
        let moved =
            |(from, to): (&EntityKey, &EntityKey)| Move { from: from.clone(), to: to.clone(), is_in_place: true };
        moves.extend(pairs.into_iter().map(moved));
    }
    moves
}

fn keys(manifests: &ManifestSet) -> HashSet<&EntityKey> {
    manifests.entities.iter().map(|entity| &entity.key).collect()
}

/// The entities by blueprint and file, in file order. Files that could not be read completely are left out.
fn by_place(manifests: &ManifestSet) -> BTreeMap<(&str, &str), Vec<&EntityKey>> {
    let doubted: HashSet<u32> = manifests.unusable.iter().map(|unusable| unusable.place.file.0).collect();
    let mut entities: Vec<&Desired> =
        manifests.entities.iter().filter(|entity| !doubted.contains(&entity.place.file.0)).collect();
    entities.sort_by_key(|entity| entity.place);
    let mut found: BTreeMap<(&str, &str), Vec<&EntityKey>> = BTreeMap::new();
    for entity in entities {
        let Some(file) = manifests.files.get(entity.place.file.0 as usize) else { continue };
        found.entry((&file.path, &entity.key.blueprint)).or_default().push(&entity.key);
    }
    found
}

/// The only entity of a file that could be read completely.
struct Alone<'a> {
    file: &'a SourceFile,
    entity: &'a Desired,
}

/// By blueprint, the entities for which the other side has neither the file nor the entity.
fn only_in<'a>(manifests: &'a ManifestSet, other: &ManifestSet) -> BTreeMap<&'a str, Vec<Alone<'a>>> {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    let places = manifests.entities.iter().map(|entity| entity.place);
    for place in places.chain(manifests.unusable.iter().map(|unusable| unusable.place)) {
        *counts.entry(place.file.0).or_default() += 1;
    }
    let files: HashSet<&str> = other.files.iter().map(|file| file.path.as_str()).collect();
    let keys = keys(other);
    let mut found: BTreeMap<&str, Vec<Alone<'_>>> = BTreeMap::new();
    for entity in &manifests.entities {
        let Some(file) = manifests.files.get(entity.place.file.0 as usize) else { continue };
        let is_alone = counts.get(&entity.place.file.0) == Some(&1);
        if is_alone && !files.contains(file.path.as_str()) && !keys.contains(&entity.key) {
            found.entry(entity.key.blueprint.as_ref()).or_default().push(Alone { file, entity });
        }
    }
    found
}
