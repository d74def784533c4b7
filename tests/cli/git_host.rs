//! Tests that bare entity files mean what the app of their Git host reads: with the real binary, in repositories with real
//! remotes. `src/manifest/scalar` tests each scalar.

use crate::cli::{Run, run, run_with};
use crate::testkit::Repo;

const SERVICE: &str = r#"{"identifier": "service", "title": "Service", "schema": {"properties": {
  "replicas": {"type": "number", "title": "Replicas"}, "country": {"type": "string", "title": "Country"},
  "public": {"type": "boolean", "title": "Public"}, "apiVersion": {"type": "string", "title": "API"}},
  "required": []}, "relations": {}}
"#;
const GITHUB: &str = "git@github.com:acme/shop.git";
const GITLAB: &str = "https://gitlab.com/acme/shop.git";

/// A repository with this remote and these properties in `port.yml`.
fn shop(remote: &str, properties: &str) -> Repo {
    let repo = Repo::new();
    repo.write("portolan.yaml", "platform: port\nscope: acme/shop\n").write(".gitignore", ".portolan/local.db*\n");
    repo.write(".portolan/blueprints/service.json", SERVICE);
    repo.write(
        ".portolan/source.json",
        "{\"format\": \"portolan.source/1\", \"pulledAt\": \"2026-11-10T08:00:00.000Z\"}\n",
    );
    repo.write("port.yml", format!("identifier: cart\nblueprint: service\nproperties:\n{properties}"));
    repo.git(&["init", "--quiet"]);
    repo.git(&["remote", "add", "origin", remote]);
    commit(&repo);
    repo
}

fn commit(repo: &Repo) {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "a state"]);
}

fn move_to(repo: &Repo, remote: &str) {
    repo.git(&["remote", "set-url", "origin", remote]);
}

/// The rules that found something, with their lines.
fn rules(run: &Run) -> Vec<String> {
    let lines = run.results.lines().filter_map(|line| {
        let (place, rest) = line.split_once(": ")?;
        let rule = rest.split_once('[')?.1.split_once(']')?.0;
        Some(format!("{} {rule}", place.split(':').nth(1)?))
    });
    lines.collect()
}

fn lint(repo: &Repo, variables: &[(&str, &str)]) -> Vec<String> {
    rules(&run_with(repo, "lint --output concise", variables))
}

const WORDS: &str = "  replicas: 010\n  country: no\n";

#[test]
fn the_host_decides_what_a_bare_file_means() {
    let repo = shop(GITHUB, WORDS);
    let as_text = ["4 ambiguous-scalar", "5 ambiguous-scalar", "5 wrong-property-type"];
    let clean: [&str; 0] = [];
    let (mut by_1_1, mut by_1_2) = (0, 0);
    for (remote, variables, is_1_2) in [
        (GITHUB, &[][..], true),
        ("https://github.acme.example/acme/shop", &[], true),
        ("ssh://git@acme.ghe.com/acme/shop", &[], true),
        (GITLAB, &[], false),
        ("git@bitbucket.org:acme/shop.git", &[], false),
        ("https://dev.azure.com/acme/shop/_git/shop", &[], false),
        ("https://git.acme.example/acme/shop", &[], false),
        ("https://git.acme.example/acme/shop", &[("GITHUB_ACTIONS", "true")], true),
        ("https://git.acme.example/acme/shop", &[("GITLAB_CI", "true")], false),
        ("https://git.acme.example/acme/shop", &[("BUILD_REPOSITORY_PROVIDER", "GitHubEnterprise")], true),
        (GITLAB, &[("GITHUB_ACTIONS", "true")], false),
    ] {
        move_to(&repo, remote);
        let found = lint(&repo, variables);
        let expected = if is_1_2 { &clean[..] } else { &as_text[..] };
        assert_eq!(found, expected, "{remote} {variables:?}");
        *(if is_1_2 { &mut by_1_2 } else { &mut by_1_1 }) += 1;
    }
    assert!(by_1_1 > 4 && by_1_2 > 4);
}

#[test]
fn the_config_says_it_for_a_host_of_another_name() {
    let repo = shop("https://git.acme.example/acme/shop", WORDS);
    repo.write("portolan.yaml", "scope: acme/shop\ngit-host: github\n");
    assert!(lint(&repo, &[]).is_empty());
    let shown = run(&repo, "config");
    assert!(shown.results.contains("portolan.yaml:2"), "{}", shown.results);
    repo.write("portolan.yaml", "scope: acme/shop\ngit-host: gitea\n");
    let refused = run(&repo, "lint").was_refused();
    assert!(refused.contains("unknown choice `gitea`"), "{refused}");
    move_to(&repo, GITLAB);
    repo.write("portolan.yaml", "scope: acme/shop\n");
    let shown = run(&repo, "config").results;
    let line = shown.lines().find(|line| line.starts_with("git-host")).unwrap_or_default();
    assert!(line.contains("gitlab") && line.contains("the remote `origin`"), "{shown}");
}

#[test]
fn a_finding_names_the_app_that_reads_the_file() {
    let repo = shop(GITLAB, "  replicas: 010\n  public: yes\n");
    let found = run(&repo, "lint").results.replace("\n  ", " ");
    assert!(found.contains("to Port's GitLab integration (PyYAML, YAML 1.1)"), "{found}");
    assert!(!found.contains("Kubernetes"), "{found}");
    move_to(&repo, GITHUB);
    repo.write("port.yml", "identifier: cart\nblueprint: service\nproperties:\n  replicas: 1_000\n  public: yes\n");
    let found = run(&repo, "lint").results.replace("\n  ", " ");
    assert!(found.contains("to Port's GitHub integration (ruamel.yaml)"), "{found}");
    // A text is no boolean: the app would send it, and the catalog would reject it.
    assert!(found.contains("wrong-property-type"), "{found}");
    repo.write("glint.yml", "identifier: lamp\nblueprint: service\nproperties:\n  replicas: 1_000\n");
    let found = run(&repo, "lint").results.replace("\n  ", " ");
    assert!(found.contains("to Glint's GitHub integration"), "{found}");
}

#[test]
fn a_push_sends_what_the_app_would_send() {
    let repo = shop(GITHUB, WORDS);
    let pushed = run(&repo, "push --catalog local");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    let live = run(&repo, "show service/cart --live --output json --catalog local");
    let live: serde_json::Value = serde_json::from_str(&live.results).expect("JSON");
    let values = live["entity"]["fields"].as_array().expect("a list").iter().map(|field| &field["live"]);
    assert_eq!(values.cloned().collect::<Vec<_>>(), [serde_json::json!(10), serde_json::json!("no")], "{live}");
    for line in ["diff --exit-code --catalog local", "diff --exit-code --catalog local --ref HEAD"] {
        let same = run(&repo, line);
        assert_eq!(same.code, 0, "{line}: {}{}", same.results, same.talk);
    }
    // Elsewhere, the same file means other values, in the work tree and in a commit.
    repo.write("port.yml", "identifier: cart\nblueprint: service\nproperties:\n  replicas: 010\n  country: \"no\"\n");
    commit(&repo);
    move_to(&repo, GITLAB);
    for line in ["diff --exit-code --catalog local", "diff --exit-code --catalog local --ref HEAD"] {
        let other = run(&repo, line);
        assert_eq!(other.code, 2, "{line}: {}{}", other.results, other.talk);
        assert!(other.results.contains("10 → 8"), "{line}: {}", other.results);
    }
}

#[test]
fn the_cache_of_one_host_is_not_that_of_another() {
    let repo = shop(GITHUB, WORDS);
    assert!(lint(&repo, &[]).is_empty() && lint(&repo, &[]).is_empty());
    move_to(&repo, GITLAB);
    assert_eq!(lint(&repo, &[]).len(), 3);
    move_to(&repo, GITHUB);
    assert!(lint(&repo, &[]).is_empty());
}

#[test]
fn a_kubernetes_resource_is_read_as_by_kubernetes_on_every_host() {
    let repo = shop(GITHUB, "  apiVersion: v2\n  replicas: 010\n  country: no\n");
    repo.write(
        "catalog/pay.yaml",
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: pay\nspec:\n  identifier: pay\n  \
         blueprint: service\n  properties:\n    replicas: 010\n",
    );
    // The word `apiVersion` in a bare entity makes it no resource.
    let found = run(&repo, "lint --output concise");
    assert_eq!(rules(&found), ["9 ambiguous-scalar"], "{}", found.results);
    assert!(found.results.contains("Kubernetes"), "{}", found.results);
}
