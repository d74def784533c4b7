//! The rows that generators make: parameters, and the place of what made them.

use super::template::GoValue;
use super::template::value::GoMap;
use crate::delivery::place::Place;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) parameters: GoMap,
    pub(super) origin: RowOrigin,
}

/// What made a row: an application goes when it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOrigin {
    /// An element of a list, a generator, or a file with parameters.
    Place(Place),
    /// A folder that a pattern found, which is at the place.
    Folder { path: String, pattern: Place },
    /// The row of another generator, and of a second one.
    Pair(Box<RowOrigin>, Box<RowOrigin>),
}

impl RowOrigin {
    /// Where the row comes from; of two rows, that of the first.
    pub fn place(&self) -> Place {
        match self {
            Self::Place(place) | Self::Folder { pattern: place, .. } => *place,
            Self::Pair(first, _) => first.place(),
        }
    }
}

/// Lays one map over another, as Go's `mergo` does: what is empty covers nothing.
pub(super) fn merge_over(below: &mut GoMap, over: &GoMap) {
    for (key, value) in &over.entries {
        match (below.entries.get_mut(key), value) {
            (Some(GoValue::Map(known)), GoValue::Map(value)) => merge_over(known, value),
            (Some(known), value) if !value.is_empty() => *known = value.clone(),
            (Some(_), _) => {}
            (None, value) => {
                below.entries.insert(key.clone(), value.clone());
            }
        }
    }
}
