//! Finds the config and the root: upwards from the current folder, within the Git work tree. The root is the folder of
//! the found config; `--config` does not move the root.

use std::path::{Path, PathBuf};

use super::configs_below::{NAMES, configs_below, configs_below_error};
use super::error::SettingsError;
use super::value::{Origin, Sourced};
use crate::sources::{Boundary, PathKind, did_you_mean, exists, is_taken, path_kind, tidy};

#[derive(Debug)]
pub(super) struct ConfigLocation {
    pub root: Sourced<PathBuf>,
    pub config: Option<Sourced<PathBuf>>,
    /// The repository: the Git work tree, or the root outside Git.
    pub boundary: Boundary,
}

/// The origin of a root that nobody chose: outside Git and without a config.
pub(super) const HERE: Origin = Origin::Repository("the current folder");

/// Finds config and root. `start`: absolute, the user's directory. `named`: the config of a flag or a variable,
/// relative to `start`. `may_pass_by`: a run without a config is allowed above folders with configs.
pub(super) fn find(
    start: &Path,
    named: Option<Sourced<PathBuf>>,
    may_pass_by: bool,
) -> Result<ConfigLocation, SettingsError> {
    if path_kind(start) != Some(PathKind::Folder) {
        return Err(no_folder(start.to_owned(), Path::new("/"), start));
    }
    let mut work_tree = None;
    let mut config = None;
    for folder in start.ancestors() {
        if config.is_none() {
            config = NAMES.iter().map(|name| folder.join(name)).find(|file| is_config(file));
            let folder = NAMES.iter().map(|name| folder.join(name)).find(|path| is_folder(path));
            // As Docker leaves it where a file was to be mounted. The defaults instead would hide it.
            if let Some(path) = folder.filter(|_| config.is_none() && named.is_none()) {
                let help = "remove or rename the folder; the config is a file of this name".to_owned();
                let path = path.strip_prefix(start).unwrap_or(&path).to_owned();
                return Err(SettingsError::FolderAsConfig { path, help });
            }
        }
        if exists(&folder.join(".git")) {
            work_tree = Some(folder.to_owned());
            break;
        }
    }
    let boundary = Boundary::new(work_tree.as_deref().unwrap_or(start));
    boundary.check(start).map_err(|problem| SettingsError::LinkedFolder { path: start.to_owned(), problem })?;
    let git = || work_tree.clone().map(|value| Sourced { value, origin: Origin::Repository("the Git work tree") });
    let here = || Sourced { value: start.to_owned(), origin: HERE };
    if let Some(named) = named {
        let path = tidy(start.join(&named.value));
        if path_kind(&path) == Some(PathKind::Folder) {
            return Err(folder_as_config(start, &named));
        }
        if !is_config(&path) {
            return Err(no_config(start, &named));
        }
        let config = Some(Sourced { value: path, origin: named.origin });
        return Ok(ConfigLocation::new(git().unwrap_or_else(here), config, work_tree));
    }
    let Some(config) = config else {
        let root = git().unwrap_or_else(here);
        // Without a config, a run of the whole repository would treat their entities as its own.
        let below = if may_pass_by { Vec::new() } else { configs_below(&root.value, work_tree.is_some()) };
        return match below.as_slice() {
            [] => Ok(ConfigLocation::new(root, None, work_tree)),
            configs => Err(configs_below_error(start, &root.value, configs)),
        };
    };
    let folder = config.parent().unwrap_or(start).to_owned();
    let root = Sourced { value: folder, origin: Origin::Repository("the config's folder") };
    let config = Sourced { value: config, origin: Origin::Repository("found") };
    Ok(ConfigLocation::new(root, Some(config), work_tree))
}

/// `given`: as the user spelled it, relative to `from`.
pub(super) fn no_folder(path: PathBuf, from: &Path, given: &Path) -> SettingsError {
    let near = did_you_mean(from, given, Some(PathKind::Folder));
    SettingsError::NoFolder { path, help: near.unwrap_or_else(|| "pass a folder that exists to `-C`".to_owned()) }
}

fn no_config(start: &Path, named: &Sourced<PathBuf>) -> SettingsError {
    let near = did_you_mean(start, &named.value, Some(PathKind::File));
    let help = near.unwrap_or_else(|| {
        let said = said_by(&named.origin);
        format!("name a file that exists, or drop {said} and portolan looks for portolan.yaml")
    });
    SettingsError::NoConfig { path: named.value.clone(), help }
}

fn folder_as_config(start: &Path, named: &Sourced<PathBuf>) -> SettingsError {
    let inside = NAMES.iter().map(|name| named.value.join(name)).find(|path| is_config(&start.join(path)));
    let help = match inside {
        Some(file) => format!("name the file in it: `{}`", file.display()),
        None => format!("name a file, or drop {} and portolan looks for portolan.yaml", said_by(&named.origin)),
    };
    SettingsError::FolderAsConfig { path: named.value.clone(), help }
}

fn said_by(origin: &Origin) -> &'static str {
    match origin {
        Origin::Environment(_) => "PORTOLAN_CONFIG",
        Origin::Default | Origin::File { .. } | Origin::Target { .. } | Origin::Flag(_) | Origin::Repository(_) => {
            "`--config`"
        }
    }
}

fn is_folder(path: &Path) -> bool {
    path_kind(path) == Some(PathKind::Folder)
}

impl ConfigLocation {
    fn new(root: Sourced<PathBuf>, config: Option<Sourced<PathBuf>>, work_tree: Option<PathBuf>) -> Self {
        let boundary = Boundary::new(work_tree.as_deref().unwrap_or(&root.value));
        Self { root, config, boundary }
    }
}

/// The repository that contains a folder, for commands without settings.
pub fn repository_of(folder: &Path) -> Boundary {
    Boundary::new(folder.ancestors().find(|above| exists(&above.join(".git"))).unwrap_or(folder))
}

/// Whether a folder is in a Git work tree.
pub fn is_in_git(folder: &Path) -> bool {
    folder.ancestors().any(|above| exists(&above.join(".git")))
}

/// Whether the path counts as a config: anything with that name except a folder. A broken or escaping link is an error
/// in the config, which using the defaults would hide.
fn is_config(path: &Path) -> bool {
    is_taken(path) && path_kind(path) != Some(PathKind::Folder)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "lays out folders")]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().expect("it is inside")).expect("the folder is made");
            std::fs::write(path, "").expect("the file is written");
        }
        folder
    }

    fn found(folder: &Path, start: &str, named: Option<&str>) -> (String, Option<String>) {
        let shown = |path: &Path| path.strip_prefix(folder).expect("inside").to_string_lossy().into_owned();
        let named = named.map(|path| Sourced { value: PathBuf::from(path), origin: Origin::Flag("--config") });
        let found = find(&folder.join(start), named, false).expect("the folder exists");
        (shown(&found.root.value), found.config.map(|config| shown(&config.value)))
    }

    #[test]
    fn the_nearest_config_decides_and_the_work_tree_ends_the_search() {
        let folder = tree(&["portolan.yaml", "repo/.git/HEAD", "repo/a/b/x", "repo/a/portolan.yml", "plain/x"]);
        let path = folder.path();
        assert_eq!(found(path, "repo/a/b", None), ("repo/a".to_owned(), Some("repo/a/portolan.yml".to_owned())));
        let above = find(&path.join("repo"), None, true).expect("the folder exists");
        assert_eq!((above.root.value, above.config.is_none()), (path.join("repo"), true));
        assert_eq!(found(path, "plain", None), (String::new(), Some("portolan.yaml".to_owned())));
    }

    #[test]
    fn configs_in_folders_below_stop_a_run_that_has_none() {
        let files =
            ["r/.git/HEAD", "r/docs/x", "r/teams/a/portolan.yaml", "r/teams/b/portolan.yml", "plain/a/portolan.yaml"];
        let folder = tree(&files);
        for (start, choose) in [("r", "-C teams/a"), ("r/docs", "-C ../teams/a"), ("plain", "-C a")] {
            match find(&folder.path().join(start), None, false) {
                Err(SettingsError::ConfigsBelow { help, list, .. }) => {
                    assert!(help.contains(choose), "{help}");
                    assert_eq!(help.contains("--all"), start != "r/docs", "{help}");
                    assert_eq!(list.lines().count(), if start == "plain" { 2 } else { 3 }, "{list}");
                }
                found => panic!("{found:?}"),
            }
            assert!(find(&folder.path().join(start), None, true).is_ok());
        }
        assert_eq!(found(folder.path(), "r/teams/a", None).0, "r/teams/a");
    }

    #[test]
    fn a_named_config_does_not_move_the_root() {
        let folder = tree(&["repo/.git", "repo/a/x", "repo/ci/other.yaml"]);
        let expected = ("repo".to_owned(), Some("repo/ci/other.yaml".to_owned()));
        assert_eq!(found(folder.path(), "repo/a", Some("../ci/other.yaml")), expected);
        let missing = Sourced { value: PathBuf::from("no.yaml"), origin: Origin::Flag("--config") };
        assert!(matches!(find(folder.path(), Some(missing), false), Err(SettingsError::NoConfig { .. })));
        assert!(matches!(find(&folder.path().join("none"), None, false), Err(SettingsError::NoFolder { .. })));
    }
}
