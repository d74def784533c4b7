//! The levels of rules in the config: for all files and by path. A target, or `--rule`, replaces the entry of a rule as a
//! whole.

use std::collections::BTreeMap;

use super::error::SettingsError;
use super::level::{Level, RuleName};
use super::value::{Origin, Sourced};
use crate::domain::document::span::Span;
use crate::sources::OrderedGlobs;

/// What one layer of the config sets for a rule.
#[derive(Debug)]
pub(super) struct RuleEntry {
    pub name: String,
    pub span: Span,
    pub level: Option<Level>,
    pub paths: Vec<PathEntry>,
    /// Those of `paths`.
    pub globs: OrderedGlobs,
}

#[derive(Debug)]
pub(super) struct PathEntry {
    pub glob: String,
    pub span: Span,
    pub level: Level,
}

/// The configured levels of a rule.
#[derive(Debug, Clone, Default)]
pub struct RuleLevels {
    /// Of files that no glob matches; `None`: the level that the rule has by itself.
    pub level: Option<Level>,
    /// In the order of the config: the last glob that matches a file counts.
    pub paths: Vec<PathLevel>,
    /// Those of `paths`.
    pub globs: OrderedGlobs,
}

/// The level of a rule in the files that a glob matches.
#[derive(Debug, Clone)]
pub struct PathLevel {
    pub glob: String,
    pub level: Level,
    pub origin: Origin,
}

impl RuleLevels {
    /// Whether the config turns the rule off in all files.
    pub fn is_off(&self) -> bool {
        let is_off = |path: &PathLevel| path.level == Level::Off;
        self.level == Some(Level::Off) && self.paths.iter().all(is_off)
    }
}

/// Adds the entries of a layer, which replace those of layers below it.
pub(super) fn add_entries(
    rules: &mut BTreeMap<String, Sourced<RuleLevels>>,
    entries: &[RuleEntry],
    origin_of: impl Fn(Span) -> Origin,
) {
    for RuleEntry { name, span, level, paths, globs } in entries {
        let path_level = |path: &PathEntry| {
            let PathEntry { glob, span, level } = path;
            PathLevel { glob: glob.clone(), level: *level, origin: origin_of(*span) }
        };
        let value = RuleLevels { level: *level, paths: paths.iter().map(path_level).collect(), globs: globs.clone() };
        rules.insert(name.clone(), Sourced { value, origin: origin_of(*span) });
    }
}

/// Adds the values of `--rule`, which are for all files.
pub(super) fn add_flags(
    rules: &mut BTreeMap<String, Sourced<RuleLevels>>,
    flags: &[(String, Level)],
    known: &[RuleName],
) -> Result<(), SettingsError> {
    for (name, level) in flags {
        let name = RuleName::find(known, name, "").map_err(|reason| SettingsError::Invalid {
            origin: "`--rule`".to_owned(),
            value: name.clone(),
            reason,
            help: "`portolan explain` lists the rules".to_owned(),
        })?;
        let value = RuleLevels { level: Some(*level), ..RuleLevels::default() };
        rules.insert(name.to_owned(), Sourced { value, origin: Origin::Flag("--rule") });
    }
    Ok(())
}
