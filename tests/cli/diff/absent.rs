//! Tests manifests that are absent without having been removed: nothing is deleted while one is, and lint reports it.
//! Entities whose manifests were removed are deleted.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::{Run, run};
use crate::testkit::Repo;

const BLUEPRINT: &str = r#"{"identifier": "service", "title": "Service", "schema": {"properties": {}}}"#;

const CONFIGS: [&str; 3] = [
    "scope: acme/catalog\nprune: {max: 50, max-percent: 100}\n",
    "scope: acme/catalog\nprune: {max: 50, max-percent: 100}\nmanifests: {include: [\"catalog/**/*.{yaml,yml}\", \"**/port.yml\"]}\n",
    "scope: acme/catalog\nprune: {max: 50, max-percent: 100}\nmanifests: {include: [\"catalog/**\"]}\n",
];

fn manifest(name: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\n\
         spec:\n  blueprint: service\n  identifier: {name}\n"
    )
}

/// Three manifests, committed and pushed; one of them in a folder of its own.
fn pushed(config: &str) -> Repo {
    let repo = Repo::new();
    repo.write("portolan.yaml", config).write(".portolan/blueprints/service.json", BLUEPRINT);
    repo.write(".gitignore", "local.db*\nlast-push.json\n");
    for (path, name) in [("catalog/a.yaml", "a"), ("catalog/b.yaml", "b"), ("catalog/team/c.yaml", "c")] {
        repo.write(path, manifest(name));
    }
    repo.git(&["init", "--quiet"]);
    commit(&repo);
    let run = run(&repo, "push");
    assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
    repo
}

fn commit(repo: &Repo) {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--allow-empty", "--message", "change"]);
}

fn deleted(run: &Run) -> Option<usize> {
    let plan: Value = serde_json::from_str(&run.results).ok()?;
    let changes = plan["changes"].as_array()?;
    Some(changes.iter().filter(|change| change["action"] == "delete").count())
}

fn findings(repo: &Repo) -> Vec<String> {
    let lint = run(repo, "lint --output json");
    let report: Value = serde_json::from_str(&lint.results).expect("JSON");
    let finding = |finding: &Value| {
        format!("{} {}", finding["rule"].as_str().unwrap_or(""), finding["path"].as_str().unwrap_or(""))
    };
    report["findings"].as_array().expect("a list").iter().map(finding).collect()
}

/// Checks that nothing is deleted, and that lint reports the path.
#[track_caller]
fn is_kept(repo: &Repo, case: &str, path: &str) {
    for line in ["diff --output json", "push --output json"] {
        let run = run(repo, line);
        match run.code {
            0 => assert_eq!(deleted(&run), Some(0), "{case}: {line}: {}{}", run.results, run.talk),
            // Lint errors stop the run.
            1 => {}
            _ => panic!("{case}: {line}: {}{}", run.results, run.talk),
        }
    }
    let found = findings(repo);
    assert!(
        found.iter().any(|finding| finding.ends_with(&format!(" {path}"))),
        "{case}: no finding for {path}: {found:?}"
    );
}

#[track_caller]
fn is_deleted(repo: &Repo, case: &str, count: usize) {
    let run = run(repo, "diff --output json");
    assert_eq!(deleted(&run), Some(count), "{case}: {}{}", run.results, run.talk);
    assert_eq!(findings(repo), [] as [&str; 0], "{case}");
}

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

#[test]
#[ignore = "slow"]
fn a_file_whose_content_is_missing_keeps_everything() {
    let sops = "apiVersion: ENC[AES256_GCM,data:x,type:str]\nspec:\n    blueprint: ENC[AES256_GCM,data:y,type:str]\n    \
                identifier: ENC[AES256_GCM,data:z,type:str]\nsops:\n    mac: ENC[AES256_GCM,data:q,type:str]\n";
    let conflict = format!("<<<<<<< HEAD\n{0}=======\n{0}>>>>>>> other\n", manifest("b"));
    let huge = vec![b'#'; 11 * 1024 * 1024];
    for config in CONFIGS {
        let repo = pushed(config);
        for (case, bytes) in [
            ("LFS pointer", POINTER.as_bytes()),
            ("NULs", &[0; 512]),
            ("NULs at the end", &[manifest("b").as_bytes(), &[0; 64]].concat()),
            ("emptied", b""),
            ("white space", b"\n \n\t\r\n"),
            ("only markers", b"---\n...\n"),
            ("git-crypt", b"\0GITCRYPT\0\xDE\xAD\xBE\xEF"),
            ("age", b"age-encryption.org/v1\n-> X25519 x\n"),
            ("vault", b"$ANSIBLE_VAULT;1.1;AES256\n3134\n"),
            ("SOPS", sops.as_bytes()),
            ("conflict markers", conflict.as_bytes()),
            ("UTF-32", b"\xFF\xFE\0\0a\0\0\0"),
            ("gzip", b"\x1F\x8B\x08\0\0\0\0\0\xFF"),
            (
                "Latin-1",
                b"apiVersion: getport.io/v1\nkind: Entity\nspec: {blueprint: service, identifier: b, title: \xE9}\n",
            ),
            (
                "broken template",
                b"{{ if .Values.b }}\napiVersion: getport.io/v1\nkind: Entity\nspec: {blueprint: {{ x }}}\n",
            ),
            ("too large", &huge),
        ] {
            repo.write("catalog/b.yaml", bytes);
            if case != "too large" {
                is_kept(&repo, case, "catalog/b.yaml");
            }
        }
        // A commit of the placeholder makes no difference.
        for (case, bytes) in [("LFS pointer", POINTER.as_bytes()), ("emptied", b""), ("NULs", &[0; 512])] {
            repo.write("catalog/b.yaml", bytes);
            commit(&repo);
            is_kept(&repo, &format!("{case}, committed"), "catalog/b.yaml");
            let at = run(&repo, "diff --ref HEAD --output json");
            assert!(at.code == 1 || deleted(&at) == Some(0), "{case}: {}{}", at.results, at.talk);
        }
        repo.git(&["rm", "--quiet", "catalog/b.yaml"]);
        commit(&repo);
        is_deleted(&repo, "removed", 1);
    }
}

/// An empty or encrypted file that never was a manifest is ignored unless the config names it.
#[test]
fn what_never_was_a_manifest_keeps_nothing() {
    let repo = pushed(CONFIGS[0]);
    repo.write("charts/values.yaml", "").write("secrets/x.yaml", "$ANSIBLE_VAULT;1.1;AES256\n3134\n");
    repo.write("latin.yaml", b"a: \xE9\n").write("comments.yaml", "# nothing\n");
    commit(&repo);
    repo.git(&["rm", "--quiet", "catalog/b.yaml"]);
    commit(&repo);
    is_deleted(&repo, "removed beside", 1);
    // A shallow clone does not have the history.
    let clone = Repo::outside_git();
    let address = format!("file://{}", repo.path().display());
    clone.git(&["clone", "--quiet", "--depth", "1", &address, "."]);
    assert!(findings(&clone).contains(&"hidden-manifest charts/values.yaml".to_owned()));
}

#[test]
fn what_is_commented_out_or_removed_is_deleted() {
    for config in CONFIGS {
        let repo = pushed(config);
        repo.write("catalog/b.yaml", "# apiVersion: getport.io/v1\n");
        is_deleted(&repo, "commented out", 1);
        repo.remove("catalog/b.yaml");
        is_deleted(&repo, "removed from the work tree", 1);
        commit(&repo);
        is_deleted(&repo, "committed", 1);
        fs::remove_dir_all(repo.path().join("catalog/team")).expect("it is there");
        is_deleted(&repo, "a folder is removed", 2);
        repo.git(&["checkout", "--quiet", "--", "catalog/team"]);
        repo.git(&["mv", "catalog/team/c.yaml", "catalog/c.yaml"]);
        is_deleted(&repo, "moved", 1);
        repo.git(&["rm", "--quiet", "--force", "catalog/c.yaml"]);
        is_deleted(&repo, "staged", 2);
        // The file was added with `--intent-to-add` and removed: it was never in Git.
        repo.write("catalog/d.yaml", manifest("d"));
        repo.git(&["add", "--intent-to-add", "catalog/d.yaml"]);
        repo.remove("catalog/d.yaml");
        is_deleted(&repo, "announced", 2);
    }
}

#[test]
#[ignore = "slow"]
fn what_git_hides_keeps_everything() {
    for config in CONFIGS {
        let repo = pushed(config);
        for flag in ["skip-worktree", "assume-unchanged"] {
            repo.git(&["update-index", &format!("--{flag}"), "catalog/b.yaml"]);
            is_deleted(&repo, flag, 0);
            repo.remove("catalog/b.yaml");
            is_kept(&repo, &format!("{flag}, absent"), "catalog/b.yaml");
            repo.write("catalog/b.yaml", "# nothing\n");
            is_kept(&repo, &format!("{flag}, changed"), "catalog/b.yaml");
            repo.write("catalog/b.yaml", manifest("b"));
            repo.git(&["update-index", &format!("--no-{flag}"), "catalog/b.yaml"]);
        }
        repo.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/catalog/team"]);
        is_kept(&repo, "sparse", "catalog/team/c.yaml");
        repo.git(&["sparse-checkout", "disable"]);
        repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "catalog"]);
        repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index"]);
        let stopped = run(&repo, "push");
        assert!(stopped.code != 0 && stopped.talk.contains("a sparse index cannot be read"), "{}", stopped.talk);
        assert!(findings(&repo).contains(&"hidden-manifest .".to_owned()), "{:?}", findings(&repo));
        repo.git(&["sparse-checkout", "disable"]);
        is_deleted(&repo, "whole again", 0);
        // Two names that a case-insensitive file system treats as one.
        repo.write("catalog/B.yaml", manifest("big"));
        commit(&repo);
        assert_eq!(run(&repo, "push").code, 0);
        repo.remove("catalog/B.yaml");
        repo.git(&["config", "core.ignorecase", "true"]);
        is_kept(&repo, "case", "catalog/B.yaml");
        repo.git(&["config", "core.ignorecase", "false"]);
        is_deleted(&repo, "case", 1);
    }
}

/// A manifest that the patterns no longer select still exists, so its entity was not removed.
#[test]
fn a_change_of_the_patterns_deletes_nothing() {
    let patterns = ["exclude: [\"catalog/team/**\"]", "include: [\"catalog/*.yaml\"]"];
    for (config, pattern) in CONFIGS.iter().flat_map(|config| patterns.map(|pattern| (config, pattern))) {
        let repo = pushed(config);
        let changed = format!("scope: acme/catalog\nprune: {{max: 50, max-percent: 100}}\nmanifests: {{{pattern}}}\n");
        repo.write("portolan.yaml", changed);
        repo.remove("catalog/b.yaml");
        for case in ["in the work tree", "committed", "later"] {
            let diff = run(&repo, "diff --output json");
            assert_eq!(deleted(&diff), Some(0), "{case}: {pattern}: {}{}", diff.results, diff.talk);
            assert!(diff.results.contains("catalog/team/c.yaml"), "{case}: {}{}", diff.results, diff.talk);
            commit(&repo);
        }
        let at = run(&repo, "diff --ref HEAD --output json");
        assert_eq!(deleted(&at), Some(0), "{pattern}: {}{}", at.results, at.talk);
        repo.git(&["rm", "--quiet", "catalog/team/c.yaml"]);
        commit(&repo);
        is_deleted(&repo, pattern, 2);
    }
    // A manifest that no config ever selected declares nothing.
    let repo = pushed("scope: acme/catalog\nprune: {max: 50, max-percent: 100}\nmanifests: {exclude: [testdata]}\n");
    repo.write("testdata/b.yaml", manifest("b"));
    commit(&repo);
    repo.git(&["rm", "--quiet", "catalog/b.yaml"]);
    commit(&repo);
    is_deleted(&repo, "an example", 1);
}

#[test]
fn an_unresolved_merge_keeps_everything() {
    let repo = pushed(CONFIGS[0]);
    repo.git(&["checkout", "--quiet", "-b", "other"]);
    repo.git(&["rm", "--quiet", "catalog/b.yaml"]);
    commit(&repo);
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write("catalog/b.yaml", manifest("b").replace("spec:", "# changed\nspec:"));
    commit(&repo);
    repo.git(&["checkout", "--quiet", "other"]);
    // The merge ends with a conflict.
    let mut merge = std::process::Command::new("git");
    merge.current_dir(repo.path()).args(["-c", "user.name=a", "-c", "user.email=a@b", "merge", "--quiet", "main"]);
    assert!(!merge.env("GIT_CONFIG_GLOBAL", "/dev/null").output().expect("git runs").status.success());
    repo.remove("catalog/b.yaml");
    is_kept(&repo, "conflict", "catalog/b.yaml");
    repo.git(&["rm", "--quiet", "catalog/b.yaml"]);
    is_deleted(&repo, "resolved", 1);
}

#[test]
#[ignore = "slow"]
fn other_repositories_and_submodules_keep_what_was_there() {
    for config in CONFIGS {
        // A `.git` of any kind in a folder whose manifests are tracked by this repository.
        let repo = pushed(config);
        repo.write("catalog/team/.git", "gitdir: nowhere\n");
        is_kept(&repo, "a .git file", "catalog/team");
        repo.remove("catalog/team/.git");
        fs::create_dir(repo.path().join("catalog/team/.git")).expect("a folder");
        is_kept(&repo, "an empty .git", "catalog/team");
        fs::remove_dir(repo.path().join("catalog/team/.git")).expect("it is there");
        repo.git(&["init", "--quiet", "catalog/team"]);
        is_kept(&repo, "a nested repository", "catalog/team");
        repo.git(&["rm", "--quiet", "--cached", "catalog/team/c.yaml"]);
        is_kept(&repo, "a nested repository that is not tracked", "catalog/team");
        repo.git(&["commit", "--quiet", "--message", "not tracked"]);
        is_kept(&repo, "the same, committed", "catalog/team");

        // The folder becomes a submodule, checked out or not.
        let repo = pushed(config);
        let library = Repo::new();
        library.write("c.yaml", manifest("c"));
        library.git(&["init", "--quiet"]);
        commit(&library);
        repo.git(&["rm", "--quiet", "-r", "catalog/team"]);
        let address = library.path().display().to_string();
        repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &address, "catalog/team"]);
        is_kept(&repo, "a submodule", "catalog/team");
        commit(&repo);
        is_kept(&repo, "a submodule, committed", "catalog/team");
        let at = run(&repo, "diff --ref HEAD --output json");
        assert_eq!(deleted(&at), Some(0), "{}{}", at.results, at.talk);
        repo.git(&["submodule", "--quiet", "deinit", "--force", "catalog/team"]);
        is_kept(&repo, "a submodule that is not checked out", "catalog/team");
        commit(&repo);
        is_kept(&repo, "the same, later", "catalog/team");

        // A submodule that replaced no manifests prevents no deletion.
        let repo = pushed(config);
        library.write("c.yaml", "a: 1\n");
        commit(&library);
        repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &address, "catalog/vendor"]);
        commit(&repo);
        repo.git(&["submodule", "--quiet", "deinit", "--force", "catalog/vendor"]);
        repo.git(&["rm", "--quiet", "catalog/b.yaml"]);
        is_deleted(&repo, "a library", 1);
    }
}

#[cfg(unix)] // makes links and pipes
#[test]
#[ignore = "slow"]
fn links_pipes_and_folders_in_the_place_of_manifests_keep_everything() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    for config in CONFIGS {
        let repo = pushed(config);
        let file = repo.path().join("catalog/b.yaml");
        let outside = tempfile::tempdir().expect("a folder");
        fs::write(outside.path().join("b.yaml"), manifest("b")).expect("a file");
        let link = |target: &Path, place: &Path| symlink(target, place).expect("a link");
        let clear = || {
            let _absent = fs::remove_file(&file);
            let _absent = fs::remove_dir_all(&file);
        };
        for (case, target) in [
            ("outside", outside.path().join("b.yaml")),
            ("dangling", "nowhere".into()),
            ("itself", "b.yaml".into()),
            ("a device", "/dev/null".into()),
            ("a folder", "team".into()),
        ] {
            clear();
            link(&target, &file);
            is_kept(&repo, case, "catalog/b.yaml");
        }
        commit(&repo);
        is_kept(&repo, "a link, committed", "catalog/b.yaml");
        clear();
        let made = std::process::Command::new("mkfifo").arg(&file).status();
        assert!(made.expect("mkfifo runs").success());
        is_kept(&repo, "a pipe", "catalog/b.yaml");
        clear();
        let _socket = std::os::unix::net::UnixListener::bind(&file).expect("a socket");
        is_kept(&repo, "a socket", "catalog/b.yaml");
        clear();
        fs::create_dir(&file).expect("a folder");
        is_kept(&repo, "a folder", "catalog/b.yaml");
        clear();
        repo.git(&["checkout", "--quiet", "HEAD~1", "--", "catalog/b.yaml"]);
        commit(&repo);
        is_deleted(&repo, "all is well", 0);

        // The folder of manifests was replaced by something else.
        let team = repo.path().join("catalog/team");
        fs::remove_dir_all(&team).expect("it is there");
        fs::write(&team, "x").expect("a file");
        is_kept(&repo, "a file in the place of a folder", "catalog/team");
        for target in [outside.path().to_owned(), "nowhere".into()] {
            fs::remove_file(&team).expect("it is there");
            link(&target, &team);
            is_kept(&repo, "a link in the place of a folder", "catalog/team");
        }
        commit(&repo);
        is_kept(&repo, "the same, committed", "catalog/team");
        let at = run(&repo, "diff --ref HEAD --output json");
        assert_eq!(deleted(&at), Some(0), "{}{}", at.results, at.talk);

        let repo = pushed(config);
        let closed = repo.path().join("catalog/team");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("it is ours");
        // Root can read every folder.
        if fs::read_dir(&closed).is_err() {
            is_kept(&repo, "permission denied", "catalog/team");
        }
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
}

#[test]
fn a_broken_document_keeps_the_ones_beside_it() {
    let repo = pushed(CONFIGS[0]);
    let text = format!(
        "{}---\napiVersion: getport.io/v1\nkind: Entity\nspec: {{blueprint: [\n---\n{}",
        manifest("a"),
        manifest("c2")
    );
    repo.write("catalog/a.yaml", text);
    repo.remove("catalog/b.yaml");
    is_kept(&repo, "a broken document", "catalog/a.yaml");
    let only = run(&repo, "diff --only catalog/team --output json");
    assert!(only.code == 1 || deleted(&only) == Some(0), "{}{}", only.results, only.talk);
    // Classic Mac files end lines with CR only.
    let repo = pushed(CONFIGS[0]);
    repo.write("catalog/b.yaml", manifest("b").replace('\n', "\r"));
    let run = run(&repo, "diff --output json");
    assert!(run.code == 1 || deleted(&run) == Some(0), "{}{}", run.results, run.talk);
}

#[test]
fn a_file_that_the_config_names_and_git_ignores_keeps_everything() {
    let repo = pushed(CONFIGS[1]);
    repo.write("catalog/generated/g.yaml", manifest("g"));
    assert_eq!(run(&repo, "push").code, 0);
    for (rule, path) in [("catalog/generated/\n", "catalog/generated"), ("g.yaml\n", "catalog/generated/g.yaml")] {
        repo.write(".gitignore", format!("local.db*\nlast-push.json\n{rule}"));
        is_kept(&repo, "ignored", path);
    }
    repo.remove("catalog/generated/g.yaml");
    is_deleted(&repo, "removed", 1);
}
