//! Reads the state of the checkout for reports and plan files: commit, branch, and whether manifests, config or
//! snapshot differ from the commit. Outside Git, all of that is unknown.

use std::path::PathBuf;

use super::snapshot;
use crate::domain::plan::revision::Revision;
use crate::settings::Settings;
use crate::sources::Pattern;
use crate::sources::git::{GitError, Repository};

/// Changes to manifests, config and snapshot make the state dirty; an ignored `.portolan` does not.
pub(crate) fn revision(
    repository: Option<&Repository>,
    settings: &Settings,
    pattern: &Pattern,
) -> Result<Revision, GitError> {
    let Some(repository) = repository else {
        return Ok(Revision { commit: None, branch: None, is_dirty: false });
    };
    let root = &settings.root.value;
    let folder = root.join(snapshot::FOLDER);
    let config = settings.config.as_ref().map(|config| root.join(&config.value));
    let parts = ["blueprints", snapshot::KNOWN, snapshot::SOURCE].map(|name| folder.join(name));
    let besides: Vec<PathBuf> = config.into_iter().chain(parts).collect();
    let besides: Vec<_> = besides.iter().map(PathBuf::as_path).collect();
    repository.revision(root, pattern, &besides)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "lays out repositories with Git itself")]

    use std::path::Path;
    use std::process::Command;

    use super::*;
    use crate::commands::workspace::git::Git;
    use crate::settings::{Environment, Request, resolve};

    fn git(folder: &Path, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments).current_dir(folder);
        command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TEMPLATE_DIR", "")]);
        assert!(command.output().expect("git runs").status.success(), "{arguments:?}");
    }

    fn write(folder: &Path, path: &str, text: &str) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn state(folder: &Path) -> Revision {
        let environment = Environment::new([], folder.to_owned(), 0);
        let settings = resolve(&Request::default(), &environment, &[]).expect("it is settled");
        let git = Git::new(&settings, &environment);
        revision(git.repository().expect("it opens"), &settings, &settings.pattern().expect("globs"))
            .expect("it is read")
    }

    #[test]
    fn outside_git_nothing_is_known_and_nothing_is_dirty() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(state(folder.path()), Revision { commit: None, branch: None, is_dirty: false });
    }

    #[test]
    fn the_config_and_the_snapshot_count_and_what_is_left_out_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("repo/sub");
        let settled = "manifests:\n  include: [\"catalog/**\"]\n";
        write(&root, "portolan.yaml", settled);
        write(&root, "catalog/a.yaml", "a: 1\n");
        write(&root, ".portolan/blueprints/x.json", "{}");
        write(&root, ".portolan/.gitignore", "catalog.db*\n");
        git(&folder.path().join("repo"), &["init", "--quiet", "--initial-branch=main"]);
        git(&root, &["add", "--all"]);
        git(&root, &["commit", "--quiet", "--message", "one"]);
        let clean = state(&root);
        assert_eq!((clean.branch.as_deref(), clean.is_dirty), (Some("main"), false));
        assert_eq!(clean.commit.map(|id| id.len()), Some(40));
        for (path, text, is_dirty) in [
            ("other.yaml", "not: asked for\n", false),
            ("../portolan.yaml", "another: config\n", false),
            (".portolan/catalog.db", "x", false),
            (".portolan/note.txt", "x", false),
            ("portolan.yaml", &format!("{settled}# changed\n"), true),
            ("portolan.yaml", settled, false),
            (".portolan/blueprints/x.json", "{\"a\": 1}", true),
            (".portolan/blueprints/x.json", "{}", false),
            (".portolan/known-entities.txt", "x\n", true),
        ] {
            write(&root, path, text);
            assert_eq!(state(&root).is_dirty, is_dirty, "{path}");
        }
    }
}
