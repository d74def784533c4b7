//! Tests a commit that contains what looks like a repository whose settings would run its own program: no command
//! starts it, at the top or inside that folder. With real Git, and a marker file that shows whether the program was
//! started.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{manifests, services};
use crate::cli::{run, run_with};
use crate::testkit::{Repo, portolan};

/// A repository with a signed commit of a stranger, whose `evil/` is another repository as plain files. Its program
/// reports a good signature and leaves a marker file.
struct Scene {
    repo: Repo,
    outside: Repo,
}

fn key(folder: &Repo) {
    let command = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f", "stranger"])
        .current_dir(folder.path())
        .status();
    assert!(command.expect("ssh-keygen runs").success());
}

fn commit_signed(repo: &Repo, outside: &Repo) {
    let key = format!("user.signingkey={}", outside.path().join("stranger").display());
    repo.git(&["add", "--all"]);
    repo.git(&["-c", &key, "-c", "gpg.format=ssh", "commit", "--quiet", "--gpg-sign", "--message", "signed"]);
}

impl Scene {
    fn new() -> Self {
        let (repo, outside) = (services(2), Repo::new());
        key(&outside);
        repo.write(".gitignore", "local.db*\n*.json\n!.portolan/blueprints/*.json\n");
        repo.git(&["init", "--quiet"]);
        commit_signed(&repo, &outside);
        let scene = Self { repo, outside };
        for (at, folder, work_tree) in
            [(5, "evil", "."), (6, "nested/deep/evil.git", ".."), (7, "catalog/evil", "../..")]
        {
            scene.write_evil(folder, work_tree);
            scene.repo.write(&format!("{folder}/all.yaml"), manifests(at..at + 1));
        }
        commit_signed(&scene.repo, &scene.outside);
        scene
    }

    fn write_evil(&self, folder: &str, work_tree: &str) {
        let inner = services(3);
        inner.git(&["init", "--quiet"]);
        commit_signed(&inner, &self.outside);
        let target = self.repo.path().join(folder);
        for (path, bytes) in crate::testkit::contents(&inner.path().join(".git")) {
            let path = target.join(path);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
        self.write_program(&format!("{folder}/program"));
        self.write_program(&format!("{folder}/git"));
        let program = target.join("program").display().to_string();
        self.repo.write(&format!("{folder}/portolan.yaml"), "scope: acme/catalog\n");
        self.repo.write(
            &format!("{folder}/config"),
            format!(
                "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = {work_tree}\n\
                 \tfsmonitor = \"{program}\"\n\thooksPath = {}\n\tsshCommand = \"{program}\"\n\
                 [gpg]\n\tformat = ssh\n\tprogram = \"{program}\"\n\
                 [gpg \"ssh\"]\n\tprogram = \"{program}\"\n\tallowedSignersFile = signers\n",
                target.display()
            ),
        );
    }

    fn write_program(&self, path: &str) {
        let mark = self.outside.path().join("mark");
        let text = format!(
            "#!/bin/sh\necho \"$0 $@\" >> '{}'\n\
             echo 'Good \"git\" signature for ada@example.com with ED25519 key SHA256:x'\nexit 0\n",
            mark.display()
        );
        self.repo.write(path, text);
        let path = self.repo.path().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    #[track_caller]
    fn nothing_was_started(&self, line: &str) {
        let mark = fs::read_to_string(self.outside.path().join("mark"));
        assert!(mark.is_err(), "`portolan {line}` started a program of the tree: {mark:?}");
    }
}

const FOLDERS: [&str; 4] = [".", "evil", "nested/deep/evil.git", "catalog/evil"];

#[test]
fn no_verb_starts_a_program_of_the_tree() {
    let scene = Scene::new();
    for folder in FOLDERS {
        for verb in [
            "push --require-signed",
            "push --require-signed --ref HEAD",
            "push --dry-run",
            "push --since-outcome last.json",
            "diff",
            "diff --base HEAD",
            "diff --ref HEAD",
            "diff --out plan.json",
            "lint",
            "lint --staged",
            "lint --changed",
            "lint --since HEAD",
            "lint --pre-commit",
            "config",
            "new service x --stdout",
            "init --dry-run --no-input",
            "pull --check",
            "schema manifest",
        ] {
            let line = format!("-C {folder} {verb}");
            run(&scene.repo, &line);
            scene.nothing_was_started(&line);
        }
    }
}

#[test]
fn a_signature_is_not_good_since_the_tree_says_so() {
    let scene = Scene::new();
    for folder in FOLDERS {
        for verb in ["push --require-signed", "push --require-signed --ref HEAD"] {
            let line = format!("-C {folder} {verb}");
            let refused = run(&scene.repo, &line);
            assert_eq!(refused.code, 4, "{line}: {}{}", refused.results, refused.talk);
            assert!(refused.talk.contains("must be signed"), "{line}: {}", refused.talk);
            scene.nothing_was_started(&line);
        }
    }
    // The same applies inside the folder, where a shell may have been started.
    let mut command = portolan(&scene.repo);
    let output = command.current_dir(scene.repo.path().join("evil")).args(["push", "--require-signed"]).output();
    assert_eq!(output.expect("it runs").status.code(), Some(4));
    scene.nothing_was_started("push --require-signed in evil/");
}

#[test]
fn git_is_not_looked_for_in_the_tree() {
    let scene = Scene::new();
    let path = std::env::var("PATH").expect("there is one");
    let top = scene.repo.path();
    for front in ["".to_owned(), ".".to_owned(), "evil".to_owned(), top.join("evil").display().to_string()] {
        for folder in [".", "evil"] {
            let line = format!("-C {folder} push --require-signed");
            let refused = run_with(&scene.repo, &line, &[("PATH", &format!("{front}:{path}"))]);
            assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
            scene.nothing_was_started(&line);
        }
    }
}

/// The environment belongs to the user, but only its settings are passed to Git.
#[test]
fn variables_of_hooks_and_of_tracing_do_not_change_the_verdict() {
    let scene = Scene::new();
    let public = scene.outside.read("stranger.pub");
    scene.outside.write("signers", format!("ada@example.com {public}"));
    let signers = scene.outside.path().join("signers").display().to_string();
    let by_environment = [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "gpg.ssh.allowedSignersFile"),
        ("GIT_CONFIG_VALUE_0", signers.as_str()),
    ];
    let evil = scene.repo.path().join("evil").display().to_string();
    let trace = [("GIT_TRACE", "2"), ("GIT_EXEC_PATH", evil.as_str()), ("GIT_OBJECT_DIRECTORY", evil.as_str())];
    let more =
        [("GIT_EXTERNAL_DIFF", evil.as_str()), ("GIT_PAGER", evil.as_str()), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/")];
    let variables = [by_environment.as_slice(), &trace, &more].concat();
    let pushed = run_with(&scene.repo, "push --require-signed", &variables);
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert!(pushed.results.contains("is signed by `ada@example.com`"), "{}", pushed.results);
    // A key in the commit itself does not prove anything about that commit.
    scene.repo.write("signers", format!("ada@example.com {public}"));
    commit_signed(&scene.repo, &scene.outside);
    let inside = scene.repo.path().join("signers").display().to_string();
    let by_tree = [by_environment[0], by_environment[1], ("GIT_CONFIG_VALUE_0", inside.as_str())];
    let refused = run_with(&scene.repo, "push --require-signed", &by_tree);
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    assert!(refused.talk.contains("names `signers`, which a commit can change"), "{}", refused.talk);
    scene.nothing_was_started("push");
}
