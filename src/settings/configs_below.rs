//! Finds the configs below a folder: those that a run without a config must not ignore, and those that `--all` runs.

use std::path::{Path, PathBuf};

use super::error::SettingsError;
use crate::sources::Listings;
use crate::sources::{Search, path_text};

/// The file names of the config, preferred one first.
pub const NAMES: [&str; 2] = ["portolan.yaml", "portolan.yml"];

/// Whether a file of this name is a config.
pub fn is_config_name(name: &str) -> bool {
    NAMES.contains(&name)
}

/// A limit above the number of folders in real repositories.
const MAX_FOLDERS: usize = 200_000;
/// Outside Git nothing limits the search, which may cover the whole disk.
const MAX_FOLDERS_OUTSIDE_GIT: usize = 4_000;
/// The number of configs that are listed in a message.
const MAX_CONFIGS_LISTED: usize = 20;

/// The configs in `folder` and below it, relative to it, sorted. `is_git`: the folder is in a Git work tree.
pub(super) fn configs_below(folder: &Path, is_git: bool) -> Vec<PathBuf> {
    let search = Search {
        root: folder,
        enters: &|_| true,
        may_take: &|name| name.to_str().is_some_and(is_config_name),
        takes: &|_| true,
        is_border: &|_| false,
        listings: &Listings::default(),
        folders_max: if is_git { MAX_FOLDERS } else { MAX_FOLDERS_OUTSIDE_GIT },
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

/// The error for a run without a config above folders that have some. `start` is where it was started, `root` is the
/// root it would have, and `configs` are relative to `root`.
pub(super) fn configs_below_error(start: &Path, root: &Path, configs: &[PathBuf]) -> SettingsError {
    let shown: Vec<String> = configs.iter().map(|config| seen_from(start, &root.join(config))).collect();
    let mut list: String = shown.iter().take(MAX_CONFIGS_LISTED).map(|config| format!("\n- {config}")).collect();
    if shown.len() > MAX_CONFIGS_LISTED {
        list.push_str(&format!("\nand {} more", shown.len() - MAX_CONFIGS_LISTED));
    }
    let folder = |config: &String| config.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
    let choose = shown.first().map(folder).unwrap_or_default();
    let is_below = shown.iter().any(|config| !config.starts_with("../"));
    let all = if is_below { ", or run each in turn with `--all`" } else { "" };
    SettingsError::ConfigsBelow { configs: shown.len(), list, help: format!("choose one with `-C {choose}`{all}") }
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
