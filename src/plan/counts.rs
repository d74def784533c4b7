//! Counts the changes of a plan.

use std::sync::Arc;

use crate::domain::entity::{Entity, EntityKey};
use crate::domain::plan::change::{Action, Change, OwnerStatus};
use crate::domain::plan::{Counts, Tally};

use super::input::ChangeDraft;

pub(super) fn count(
    drafts: &[ChangeDraft<'_>],
    unchanged: &[&EntityKey],
    kept: &[&Entity],
    left_out: &[EntityKey],
) -> Counts {
    let mut counts = Counts::default();
    let mut count = |blueprint: &Arc<str>, to: &dyn Fn(&mut Tally)| {
        to(&mut counts.total);
        // The key is cloned only for a new entry.
        match counts.by_blueprint.get_mut(blueprint) {
            Some(tally) => to(tally),
            None => to(counts.by_blueprint.entry(blueprint.clone()).or_default()),
        }
    };
    for ChangeDraft { change, .. } in drafts {
        count(&change.key.blueprint, &|tally| add(tally, change));
    }
    unchanged.iter().for_each(|key| count(&key.blueprint, &|tally| tally.unchanged += 1));
    kept.iter().for_each(|entity| count(&entity.key.blueprint, &|tally| tally.kept += 1));
    left_out.iter().for_each(|key| count(&key.blueprint, &|tally| tally.left_out += 1));
    counts
}

/// Counts one change.
pub(super) fn add(tally: &mut Tally, change: &Change) {
    let slot = match change.action {
        Action::Create => &mut tally.create,
        Action::Update => &mut tally.update,
        Action::Rename { .. } => &mut tally.rename,
        Action::Adopt => &mut tally.adopt,
        Action::Delete => &mut tally.delete,
    };
    *slot += 1;
    tally.foreign += usize::from(change.ownership == OwnerStatus::Foreign);
    tally.pending += usize::from(change.is_only_pending());
}
