//! Entities that were renamed together with their files. A file says something where it held one entity before and holds
//! one now; what is only alike in its values is the planner's affair.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::commands::steps::desired::Asked;
use crate::domain::desired::Desired;
use crate::domain::entity::EntityKey;
use crate::plan::Move;
use crate::sources::{self, SourceFile};

/// Sorted. Files are compared only where entities went and others of their blueprint came, in other files.
pub(super) fn moves(before: &Asked, now: &Asked) -> Vec<Move> {
    let (gone, come) = (only_in(before, now), only_in(now, before));
    let mut moves = Vec::new();
    for (blueprint, gone) in &gone {
        let Some(come) = come.get(blueprint) else { continue };
        let old: Vec<&SourceFile> = gone.iter().map(|alone| alone.file).collect();
        let new: Vec<&SourceFile> = come.iter().map(|alone| alone.file).collect();
        moves.extend(sources::moved(&old, &new).into_iter().filter_map(|(from, to)| {
            let (from, to) = (gone.get(from)?, come.get(to)?);
            Some(Move { from: from.entity.key.clone(), to: to.entity.key.clone() })
        }));
    }
    moves.sort();
    moves
}

/// A file with one entity and no doubt in it.
struct Alone<'a> {
    file: &'a SourceFile,
    entity: &'a Desired,
}

/// By blueprint, those whose file and whose entity the other side does not have.
fn only_in<'a>(asked: &'a Asked, other: &Asked) -> BTreeMap<&'a str, Vec<Alone<'a>>> {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    let places = asked.entities.iter().map(|entity| entity.place);
    for place in places.chain(asked.doubts.iter().map(|doubt| doubt.place)) {
        *counts.entry(place.file.0).or_default() += 1;
    }
    let files: HashSet<&str> = other.files.iter().map(|file| file.path.as_str()).collect();
    let keys: HashSet<&EntityKey> = other.entities.iter().map(|entity| &entity.key).collect();
    let mut found: BTreeMap<&str, Vec<Alone<'_>>> = BTreeMap::new();
    for entity in &asked.entities {
        let Some(file) = asked.files.get(entity.place.file.0 as usize) else { continue };
        let is_alone = counts.get(&entity.place.file.0) == Some(&1);
        if is_alone && !files.contains(file.path.as_str()) && !keys.contains(&entity.key) {
            found.entry(entity.key.blueprint.as_ref()).or_default().push(Alone { file, entity });
        }
    }
    found
}
