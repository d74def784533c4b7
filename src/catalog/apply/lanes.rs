//! Groups the acts of a wave into lanes: acts on the same blueprint with the same method, which can share one API call.
//! Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Undone;
use crate::catalog::wire::{EntityDraft, Field, IdentifierRef, RelationRef, TeamRef, Written};
use crate::domain::act::{Act, Body, Call, Part};
use crate::domain::entity::Targets;

/// The method of the write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::catalog) enum Means {
    Create,
    Merge,
    Replace,
    Patch,
    Delete,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::catalog) struct Lane {
    pub blueprint: Arc<str>,
    pub means: Means,
    /// Their indices among the acts, ascending.
    pub members: Vec<usize>,
}

pub(in crate::catalog) fn lanes(acts: &[&Act]) -> Vec<Lane> {
    let mut lanes: BTreeMap<(&Arc<str>, Means), Vec<usize>> = BTreeMap::new();
    for (at, act) in acts.iter().enumerate() {
        let means = match act.call {
            Call::Create(_) => Means::Create,
            Call::Merge(_) => Means::Merge,
            Call::Replace(_) => Means::Replace,
            Call::Patch(_) => Means::Patch,
            Call::Delete => Means::Delete,
        };
        lanes.entry((&act.key.blueprint, means)).or_default().push(at);
    }
    let lane = |((blueprint, means), members): ((&Arc<str>, Means), _)| Lane {
        blueprint: Arc::clone(blueprint),
        means,
        members,
    };
    lanes.into_iter().map(lane).collect()
}

/// Converts the result of a write with this method. A merge that created the entity left out the fields that it does
/// not name.
pub(in crate::catalog) fn settled(means: Means, end: Result<Written, Undone>) -> Result<(), Undone> {
    match end {
        Ok(written) if written.created && means == Means::Merge => Err(Undone::Recreated),
        Ok(_) => Ok(()),
        Err(undone) => Err(undone),
    }
}

/// The entity to send for an act, with its identifier; a deletion has nothing else.
pub fn draft(act: &Act) -> EntityDraft {
    let identifier = Some(IdentifierRef::Literal(act.key.identifier.to_string()));
    let body = match &act.call {
        Call::Create(body) | Call::Merge(body) | Call::Replace(body) | Call::Patch(body) => body,
        Call::Delete => return EntityDraft { identifier, ..EntityDraft::default() },
    };
    let Body { title, icon, team, properties, relations } = body;
    let properties = properties.iter().map(|(name, value)| (name.to_string(), value.to_json()));
    let relations = relations.iter().map(|(name, targets)| (name.to_string(), reference(targets)));
    EntityDraft {
        identifier,
        title: field(title, |title| title.to_string()),
        icon: field(icon, |icon| icon.to_string()),
        team: field(team, |teams| TeamRef::List(teams.iter().map(ToString::to_string).collect())),
        properties: (properties.len() > 0).then(|| properties.collect()),
        relations: (relations.len() > 0).then(|| relations.collect()),
    }
}

fn field<T, F>(part: &Part<T>, value: impl Fn(&T) -> F) -> Field<F> {
    match part {
        Part::Absent => Field::Absent,
        Part::Null => Field::Null,
        Part::Set(set) => Field::Set(value(set)),
    }
}

fn reference(targets: &Targets) -> RelationRef {
    match targets {
        Targets::None => RelationRef::Null,
        Targets::One(target) => RelationRef::One(target.to_string()),
        Targets::Many(targets) => RelationRef::Many(targets.iter().map(ToString::to_string).collect()),
    }
}
