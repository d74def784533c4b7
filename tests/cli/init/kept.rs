//! Tests existing content: `init` preserves every byte, and if it cannot edit a file safely, it says so.

use super::{GITHUB, GITLAB, git, names, run, wired};
use crate::testkit::contents;
use crate::testkit::errors::assert_error;
use crate::testkit::says::SET_UP_ALREADY;

const HOOKS: &str = "# our hooks\r\nrepos:\r\n  - repo: https://example.com/hooks  # pinned\r\n    rev: v1.2.3\r\n    hooks:\r\n      \
                     - id: tidy\r\n\r\n# no one knows why\r\nfail_fast: true\r\n";

#[test]
fn hooks_ignores_and_settings_of_others_stay_as_they_are() {
    let repo = git(GITHUB);
    repo.write(".pre-commit-config.yaml", HOOKS).write(".gitignore", "\u{feff}target\r\n");
    repo.write(".vscode/settings.json", "{\n    \"editor.rulers\": [120]\n}\n");
    repo.write("README.md", "# Shop\n");
    wired(&repo, "init --yes");
    let hooks = repo.read(".pre-commit-config.yaml");
    let (front, back) = HOOKS.split_at(HOOKS.find("\r\n\r\n").expect("a gap") + 2);
    let types = "\r\ndefault_install_hook_types: [pre-commit, pre-merge-commit]\r\n";
    let hooks = hooks.strip_suffix(types).unwrap_or_else(|| panic!("{hooks}"));
    assert!(hooks.starts_with(front) && hooks.ends_with(back) && !hooks.replace("\r\n", "").contains('\n'), "{hooks}");
    assert_eq!(repo.read(".gitignore").lines().next(), Some("\u{feff}target"));
    assert!(repo.read(".gitignore").ends_with(".portolan/last-push.json\r\n"));
    let settings: serde_json::Value = serde_json::from_str(&repo.read(".vscode/settings.json")).expect("JSON");
    assert_eq!(settings["editor.rulers"][0], 120);
    assert_eq!(settings["yaml.schemas"][".portolan/manifest.schema.json"][0], "catalog/**/*.{yaml,yml}");
    assert!(repo.path().join(".portolan/manifest.schema.json").exists());
    assert_eq!(repo.read("README.md"), "# Shop\n");
}

#[test]
fn what_is_odd_is_shown_to_be_pasted() {
    let repo = git(GITLAB);
    repo.write(".pre-commit-config.yaml", "repos: [{repo: meta, hooks: [{id: identity}]}]\n");
    repo.write(".gitlab-ci.yml", "include: other.yml\n").write("other.yml", "a:\n  script: b\n");
    repo.write(".vscode/settings.json", "{\n  // mine\n}\n");
    let before = contents(repo.path());
    let run = run(&repo, "init --yes");
    assert_eq!(run.code, 0, "{}", run.talk);
    for (path, lines) in [
        (".pre-commit-config.yaml", "    default_install_hook_types: [pre-commit, pre-merge-commit]\n\n"),
        (".pre-commit-config.yaml", "Add this item to its list `repos`:\n\n    - repo: local\n"),
        (
            ".gitlab-ci.yml",
            "Replace its `include` with this list:\n\n    include:\n      - \"other.yml\"\n      - local: .gitlab/portolan.yml\n",
        ),
        (".vscode/settings.json", "    {\n      \"yaml.schemas\""),
    ] {
        assert!(run.results.contains(&format!("{path} is not changed: ")), "{path}\n{}", run.results);
        assert!(run.results.contains(lines), "{path}\n{}", run.results);
    }
    let steps = super::next_steps(&run.results);
    let files = "`.pre-commit-config.yaml`, `.gitlab-ci.yml` and `.vscode/settings.json`";
    assert_eq!(steps[0], format!("  1. Add the lines shown above to {files}."));
    assert!(steps.iter().any(|step| step.contains("pre-commit install")), "{steps:?}");
    let again = super::run(&repo, "init --yes");
    assert!(
        again.results.ends_with("Nothing to write, but the lines above must be added by hand.\n"),
        "{}",
        again.results
    );
    let after = contents(repo.path());
    assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)));
}

/// A second key of the same name would replace the first, or be refused.
#[test]
fn lines_to_paste_have_no_key_that_the_file_has() {
    for (ci, path, theirs, expected) in [
        ("gitlab", ".gitlab-ci.yml", "include: [other.yml]\n", vec!["Add this item to its list `include`"]),
        ("gitlab", ".gitlab-ci.yml", "include: {local: other.yml}\n", vec!["Replace its `include` with this list"]),
        (
            "bitbucket",
            "bitbucket-pipelines.yml",
            "clone: {depth: full}\ndefinitions: {steps: [{step: {script: [make]}}]}\npipelines:\n  default: []\n",
            vec![
                "Add this comment to it",
                "Add these items to its list `definitions.steps`",
                "Add these lines to its `pipelines`",
            ],
        ),
        (
            "circleci",
            ".circleci/config.yml",
            "version: 2.1\njobs: {build: {}}\nworkflows: {all: {jobs: [build]}}\n",
            vec!["Add these lines to it", "Add these lines to its `jobs`", "Add these lines to its `workflows`"],
        ),
    ] {
        let repo = git(GITHUB);
        repo.write(path, theirs);
        let told = run(&repo, &format!("init --yes --ci {ci}")).results;
        let (_, shown) = told.split_once(&format!("{path} is not changed: ")).unwrap_or_else(|| panic!("{told}"));
        let (shown, _) = shown.split_once("\nWrote ").unwrap_or_else(|| panic!("{told}"));
        let instructions: Vec<&str> = shown
            .lines()
            .filter_map(|line| line.strip_suffix(':').filter(|line| !line.starts_with(' ')))
            .map(|line| line.rsplit(". ").next().unwrap_or(line))
            .collect();
        assert_eq!(instructions, expected, "{shown}");
        for job in ["portolan-lint", "portolan-diff", "portolan-push"] {
            assert!(
                ci == "gitlab" || shown.contains(&format!("{job}:")) || shown.contains(&format!("&{job}\n")),
                "{job}: {shown}"
            );
        }
    }
}

#[test]
fn a_repository_that_is_wired_by_hand_stays_so() {
    let repo = git(GITHUB);
    repo.write("portolan.yml", "scope: acme/mine\n");
    repo.write(".github/workflows/catalog.yml", "jobs:\n  a:\n    steps:\n      - run: portolan lint\n");
    repo.write(
        ".pre-commit-config.yaml",
        "repos:\n- repo: local\n  hooks:\n  - {id: p, entry: portolan lint, language: system}\n",
    );
    repo.write(".gitignore", "*.db*\n/.portolan/last-push.json\n");
    repo.write(".gitattributes", ".portolan/known-entities.txt merge=union\n.portolan/source.json merge=union\n");
    let before = contents(repo.path());
    let told = run(&repo, "init --yes");
    assert_eq!(told.code, 0, "{}", told.talk);
    assert!(told.results.contains(SET_UP_ALREADY), "{}", told.results);
    assert!(told.talk.contains("`.github/workflows/catalog.yml` runs portolan already"), "{}", told.talk);
    assert!(contents(repo.path()) == before);
}

#[test]
fn what_git_leaves_out_is_told() {
    let repo = git(GITHUB);
    repo.write(".gitignore", ".*\n!.gitignore\n!.gitattributes\n");
    let run = run(&repo, "init --yes --ci none");
    assert_eq!(run.code, 0, "{}", run.talk);
    for path in [".pre-commit-config.yaml", ".portolan/source.json"] {
        assert!(run.talk.contains(&format!("note: Git ignores `{path}`, so it")), "{path}: {}", run.talk);
    }
    assert_eq!(run.talk.matches("Git ignores").count(), 2, "{}", run.talk);
}

#[test]
fn a_file_of_ours_that_was_changed_stays() {
    let repo = git(GITHUB);
    repo.write(".github/workflows/portolan.yml", "name: mine\non: push\njobs: {}\n");
    let run = run(&repo, "init --yes");
    assert_eq!(run.code, 0, "{}", run.talk);
    assert!(run.results.contains("  .github/workflows/portolan.yml was changed"), "{}", run.results);
    assert_eq!(repo.read(".github/workflows/portolan.yml"), "name: mine\non: push\njobs: {}\n");
    assert!(!run.results.contains(super::SET_SECRETS), "{}", run.results);
}

#[test]
fn what_is_in_the_way_stops_it_before_anything_is_written() {
    for (path, line) in
        [(".github", "init --yes"), (".gitignore/x", "init --yes"), (".gitlab", "init --yes --ci gitlab")]
    {
        let repo = git(GITHUB);
        repo.write(path, "a file\n");
        let before = contents(repo.path());
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, "in-the-way");
        assert!(contents(repo.path()) == before, "{path}");
    }
    let repo = git(GITHUB);
    repo.write(".pre-commit-config.yaml", b"repos: \xff\xff\n");
    let run = run(&repo, "init --yes");
    assert_eq!(run.code, 70, "{}", run.talk);
    assert!(run.talk.contains("`.pre-commit-config.yaml`"), "{}", run.talk);
    assert_eq!(names(&repo), [".pre-commit-config.yaml"]);
}

#[cfg(unix)] // takes permissions away
#[test]
fn a_folder_that_cannot_be_written_is_told_with_what_was_written() {
    use std::os::unix::fs::PermissionsExt;
    let repo = git(GITHUB);
    repo.write(".pre-commit-config.yaml", "repos: []\n");
    // Read-only files are not changed, even by root.
    let sealed = repo.path().join(".pre-commit-config.yaml");
    std::fs::set_permissions(&sealed, std::fs::Permissions::from_mode(0o444)).expect("it is ours");
    let run = run(&repo, "init --yes");
    assert_eq!(run.code, 70, "{}", run.talk);
    assert!(run.talk.contains("error: `.pre-commit-config.yaml` "), "{}", run.talk);
    assert!(run.talk.contains("are kept: `portolan.yaml`") && run.talk.contains("read-only"), "{}", run.talk);
    assert_eq!(names(&repo), [".pre-commit-config.yaml", "portolan.yaml"]);
    std::fs::set_permissions(&sealed, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    wired(&repo, "init --yes");
}

#[cfg(unix)] // makes symbolic links
#[test]
fn links_that_leave_the_repository_are_not_followed() {
    let (repo, other) = (git(GITHUB), crate::testkit::Repo::new());
    other.write("ours", "theirs\n");
    std::os::unix::fs::symlink(other.path(), repo.path().join(".github")).expect("a link");
    let run = run(&repo, "init --yes");
    assert_ne!(run.code, 0, "{}", run.results);
    assert_eq!(contents(other.path()).len(), 1);
}
