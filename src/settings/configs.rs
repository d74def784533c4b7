//! Finds all configs of a repository: those that a run without a config must not ignore, and those that `--all` runs in
//! turn.

use std::path::{Path, PathBuf};

use super::discover::{NAMES, is_config_name};
use super::error::SettingsError;
use super::resolve::Settings;
use crate::sources::{Search, path_text};
use crate::text::plural::count;

/// A limit above the number of folders in real repositories.
const MOST_FOLDERS: usize = 200_000;
/// Outside Git nothing limits the search, which may cover the whole disk.
const MOST_FOLDERS_OUTSIDE_GIT: usize = 4_000;
/// The number of configs that are listed in a message.
const MOST_LISTED: usize = 20;

/// Errors of `--all`.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum AllError {
    #[error("no portolan.yaml in `{}` or below it, so `--all` has nothing to run", directory.display())]
    #[diagnostic(code("all-without-configs"), help("{help}"))]
    NoConfigs { directory: PathBuf, help: &'static str },
    #[error("`--all` does not apply to `{verb}`")]
    #[diagnostic(code("all-for-one"), help("choose one config with `-C FOLDER`"))]
    Verb { verb: &'static str },
    #[error("`{flag}` cannot be combined with `--all`: {why}")]
    #[diagnostic(code("all-with-one"), help("run each config on its own, with `-C FOLDER`"))]
    Flag { flag: &'static str, why: &'static str },
    #[error("PORTOLAN_CONFIG names one config, and `--all` runs several")]
    #[diagnostic(code("all-with-one"), help("unset PORTOLAN_CONFIG, or drop `--all`"))]
    Variable,
    #[error("`{first}` and `{second}` have the same scope (`{scope}`) in the same catalog ({catalog})")]
    #[diagnostic(
        code("all-in-one-scope"),
        help(
            "give each config a scope of its own, in the file and not by a flag or a variable: with one scope, a push of \
             one deletes the entities of the other"
        )
    )]
    SharedScope { scope: String, catalog: String, first: String, second: String },
}

/// The configs in `folder` and below it, relative to it, sorted. `is_git`: the folder is in a Git work tree.
pub(super) fn configs_below(folder: &Path, is_git: bool) -> Vec<PathBuf> {
    let search = Search {
        root: folder,
        enters: &|_| true,
        may_take: &|name| name.to_str().is_some_and(is_config_name),
        takes: &|_| true,
        is_border: &|_| false,
        most_folders: if is_git { MOST_FOLDERS } else { MOST_FOLDERS_OUTSIDE_GIT },
    };
    let mut found = search.run().files;
    // If a folder has both names, the preferred one counts.
    found.sort_by(|a, b| (a.parent(), rank(a)).cmp(&(b.parent(), rank(b))));
    found.dedup_by(|later, kept| later.parent() == kept.parent());
    found
}

fn rank(config: &Path) -> Option<usize> {
    NAMES.iter().position(|name| config.file_name().is_some_and(|it| it == *name))
}

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

/// The error for a run without a config above folders that have some. `start` is where it was started, `root` is the
/// root it would have, and `configs` are relative to `root`.
pub(super) fn configs_below_error(start: &Path, root: &Path, configs: &[PathBuf]) -> SettingsError {
    let shown: Vec<String> = configs.iter().map(|config| seen_from(start, &root.join(config))).collect();
    let mut list: String = shown.iter().take(MOST_LISTED).map(|config| format!("\n- {config}")).collect();
    if shown.len() > MOST_LISTED {
        list.push_str(&format!("\nand {} more", shown.len() - MOST_LISTED));
    }
    let folder = |config: &String| config.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
    let choose = shown.first().map(folder).unwrap_or_default();
    let is_below = shown.iter().any(|config| !config.starts_with("../"));
    let all = if is_below { ", or run each in turn with `--all`" } else { "" };
    let configs = count(shown.len(), "folder");
    SettingsError::ConfigsBelow { configs, list, help: format!("choose one with `-C {choose}`{all}") }
}

/// A path as the user in `start` would type it.
fn seen_from(start: &Path, path: &Path) -> String {
    let mut up = String::new();
    for above in start.ancestors() {
        if let Ok(below) = path.strip_prefix(above) {
            return format!("{up}{}", path_text(below));
        }
        up.push_str("../");
    }
    path_text(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_elsewhere_is_named_from_where_the_user_is() {
        for (start, path, seen) in [
            ("/r", "/r/teams/a/portolan.yaml", "teams/a/portolan.yaml"),
            ("/r/docs", "/r/teams/a/portolan.yaml", "../teams/a/portolan.yaml"),
        ] {
            assert_eq!(seen_from(Path::new(start), Path::new(path)), seen);
        }
    }
}
