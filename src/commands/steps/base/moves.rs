//! Entities that were renamed together with their files. Git knows of files only: a move says something where a file
//! held one entity before and holds one now.

use std::collections::{HashMap, HashSet};

use super::Request;
use crate::commands::steps::desired::Asked;
use crate::domain::desired::Desired;
use crate::domain::entity::EntityKey;
use crate::plan::Move;
use crate::sources::git::{CommitId, Repository};

/// Sorted. Git is asked only where entities went and others of their blueprint came, in other files.
pub(super) fn moves(request: &Request<'_>, repository: &Repository, commit: CommitId, before: &Asked) -> Vec<Move> {
    let (was, is) = (Alone::of(before), Alone::of(request.now));
    let (mut gone, mut come) = (was.without(request.now), is.without(before));
    let blueprints = |files: &HashMap<&str, &Desired>| -> HashSet<String> {
        files.values().map(|desired| desired.key.blueprint.to_string()).collect()
    };
    let (of_gone, of_come) = (blueprints(&gone), blueprints(&come));
    gone.retain(|_, desired| of_come.contains(desired.key.blueprint.as_ref()));
    come.retain(|_, desired| of_gone.contains(desired.key.blueprint.as_ref()));
    if gone.is_empty() || come.is_empty() {
        return Vec::new();
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (gone.keys().copied().collect(), come.keys().copied().collect());
    // A rename that is not seen is done as a deletion and a creation, as it is anyway: no reason to fail.
    let renames = repository.renames(request.root, request.pattern, commit, &old, &new).unwrap_or_default();
    let mut moves: Vec<Move> = renames
        .iter()
        .filter_map(|(from, to)| {
            let (from, to) = (gone.get(from.as_str())?, come.get(to.as_str())?);
            let is_one = from.key.blueprint == to.key.blueprint;
            is_one.then(|| Move { from: from.key.clone(), to: to.key.clone() })
        })
        .collect();
    moves.sort();
    moves
}

/// Files with one entity and no doubt in them, and that entity.
struct Alone<'a>(HashMap<&'a str, &'a Desired>);

impl<'a> Alone<'a> {
    fn of(asked: &'a Asked) -> Self {
        let mut counts: HashMap<u32, usize> = HashMap::new();
        let places = asked.entities.iter().map(|desired| desired.place);
        for place in places.chain(asked.doubts.iter().map(|doubt| doubt.place)) {
            *counts.entry(place.file.0).or_default() += 1;
        }
        let alone = asked.entities.iter().filter(|desired| counts.get(&desired.place.file.0) == Some(&1));
        Self(alone.map(|desired| (asked.path(desired.place), desired)).collect())
    }

    /// Those whose file and whose entity the other side does not have.
    fn without(&self, other: &Asked) -> HashMap<&'a str, &'a Desired> {
        let files: HashSet<&str> = other.files.iter().map(|file| file.path.as_str()).collect();
        let keys: HashSet<&EntityKey> = other.entities.iter().map(|desired| &desired.key).collect();
        let is_new =
            |(path, desired): &(&&'a str, &&'a Desired)| !files.contains(**path) && !keys.contains(&desired.key);
        self.0.iter().filter(is_new).map(|(path, desired)| (*path, *desired)).collect()
    }
}
