//! How entities are written and what may be deleted: the part of the settings that a plan hangs on. Where each value
//! came from is `settings`'.

use std::collections::BTreeMap;

/// Whether a manifest is the whole entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WriteMode {
    /// What the manifest does not name is left alone.
    Merge,
    Replace,
}

impl WriteMode {
    pub const WORDS: [&'static str; 2] = ["merge", "replace"];

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "merge" => Some(Self::Merge),
            "replace" => Some(Self::Replace),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Replace => "replace",
        }
    }
}

/// The mode of each blueprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    pub default: WriteMode,
    pub by_blueprint: BTreeMap<String, WriteMode>,
}

impl Write {
    pub fn every(mode: WriteMode) -> Self {
        Self { default: mode, by_blueprint: BTreeMap::new() }
    }

    pub fn mode(&self, blueprint: &str) -> WriteMode {
        self.by_blueprint.get(blueprint).copied().unwrap_or(self.default)
    }
}

/// Whether anything is deleted, and how much without a person's yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PruneRule {
    pub enabled: bool,
    pub max: u32,
    /// Of the entities that are owned; it counts from [`PruneRule::FEWEST`] on, for all of fewer, and where it is 0.
    pub max_percent: u32,
}

impl PruneRule {
    /// So many entities are owned before a part of them says anything: one of nine is more than a tenth.
    pub const FEWEST: usize = 10;
}
