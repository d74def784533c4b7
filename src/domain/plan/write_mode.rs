//! Write mode and prune rules: the part of the config that a plan depends on. `settings` records the source of each
//! value.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a manifest is the whole entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WriteMode {
    /// Fields that the manifest does not name are left unchanged.
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

/// Whether entities are deleted, and how many without approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PruneRule {
    pub enabled: bool,
    pub max: u32,
    /// The percentage of owned entities. It applies from [`PruneRule::FEWEST`] owned entities on, if all of fewer would
    /// go, and if it is 0.
    pub max_percent: u32,
}

impl PruneRule {
    /// The minimum number of owned entities for the percentage: one of nine is already more than a tenth.
    pub const FEWEST: usize = 10;
}
