//! The names of entities in the messages of a restore.

use crate::domain::entity::EntityKey;
use crate::report::escape::clean;
use crate::text::plural::{count, list};

/// The number of names in one message.
const MAX_NAMES: usize = 5;

pub(super) fn names(keys: &[EntityKey]) -> String {
    let name = |key: &EntityKey| format!("`{}/{}`", clean(&key.blueprint), clean(&key.identifier));
    let mut names: Vec<String> = keys.iter().take(MAX_NAMES).map(name).collect();
    if keys.len() > MAX_NAMES {
        names.push(count(keys.len() - MAX_NAMES, "other"));
    }
    list(&names)
}
