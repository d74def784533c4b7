//! Decides which declared entities of other owners a plan takes over.

use foldhash::HashSet;

use crate::domain::entity::EntityKey;

use super::input::Adopt;
use super::ownership::{Pair, pair};

/// Whether a declared entity of another owner is taken over.
#[derive(Debug)]
pub(super) enum Adoption<'q> {
    Nothing,
    All,
    Those(HashSet<Pair<'q>>),
}

impl<'q> Adoption<'q> {
    pub fn new(adopt: Adopt<'q>) -> Self {
        match adopt {
            Adopt::Nothing => Self::Nothing,
            Adopt::All => Self::All,
            Adopt::Those(keys) => Self::Those(keys.iter().map(pair).collect()),
        }
    }

    pub fn takes(&self, key: &EntityKey) -> bool {
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::Those(keys) => keys.contains(&pair(key)),
        }
    }
}
