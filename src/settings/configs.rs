//! The configs that `--all` runs in turn.

use std::path::{Path, PathBuf};

use super::configs_below::configs_below;
use super::error::AllError;
use super::resolve::Settings;
use crate::sources::path_text;

/// One config that `--all` runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigBelow {
    /// The path of the config, relative to the folder in which `--all` was started, with `/`.
    pub config: String,
    /// Its folder, relative to the same; empty for the start folder itself.
    pub folder: String,
}

/// The configs that `--all` runs, in order.
pub fn all_configs(directory: &Path, is_git: bool) -> Result<Vec<ConfigBelow>, AllError> {
    let found = configs_below(directory, is_git);
    if found.is_empty() {
        let help = "drop `--all`, or start it in a folder above the configs (`-C FOLDER`)";
        return Err(AllError::NoConfigs { directory: directory.to_owned(), help });
    }
    let below = |path: &PathBuf| ConfigBelow {
        config: path_text(path),
        folder: path.parent().map(path_text).unwrap_or_default(),
    };
    Ok(found.iter().map(below).collect())
}

/// Refuses two configs with one scope in one catalog, because they would delete each other's entities. Each embedded
/// catalog is separate.
pub fn refuse_shared_scope(runs: &[(&str, &Settings)]) -> Result<(), AllError> {
    for (at, (second, settings)) in runs.iter().enumerate() {
        let Some(scope) = settings.scope.as_ref().filter(|_| !settings.is_local()) else { continue };
        let is_same = |other: &Settings| {
            other.scope.as_ref().is_some_and(|it| it.value == scope.value)
                && other.platform.value.name == settings.platform.value.name
                && other.catalog.value == settings.catalog.value
        };
        if let Some((first, _)) = runs.iter().take(at).find(|(_, other)| is_same(other)) {
            return Err(AllError::SharedScope {
                scope: scope.value.clone(),
                catalog: settings.catalog.value.text().to_owned(),
                first: (*first).to_owned(),
                second: (*second).to_owned(),
            });
        }
    }
    Ok(())
}
