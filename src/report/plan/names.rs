//! Names of entities and blueprints in the sentences about a plan: in backticks, and a few of many.

use crate::domain::entity::EntityKey;
use crate::text::plural::{grouped, list};

/// The number of names in one sentence.
pub(super) const MAX_NAMES: usize = 8;

pub(in crate::report) fn entity(key: &EntityKey) -> String {
    format!("{}/{}", key.blueprint, key.identifier)
}

/// A name in backticks. A backtick within it would end the code.
pub(in crate::report) fn tick(name: &str) -> String {
    format!("`{}`", name.replace('`', "'"))
}

pub(in crate::report) fn quoted(key: &EntityKey) -> String {
    tick(&entity(key))
}

/// `a, b and 12 more`.
pub(in crate::report) fn names(names: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let total = names.len();
    // One more name takes as much space as saying that there is one more.
    let shown = if total <= most + 1 { total } else { most };
    let mut parts: Vec<String> = names.take(shown).collect();
    if total > shown {
        parts.push(format!("{} more", grouped(total - shown)));
    }
    list(&parts)
}
