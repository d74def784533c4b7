//! Tests that bare entity files mean what the app of their Git host reads: with the real binary, in repositories with real
//! remotes. `src/manifest/scalar` tests each scalar.

use serde_json::{Value, json};

use crate::cli::pull::bench::Catalog;
use crate::cli::{Run, run, run_with};
use crate::testkit::Repo;

const SERVICE: &str = r#"{"identifier": "service", "title": "Service", "schema": {"properties": {
  "replicas": {"type": "number", "title": "Replicas"}, "country": {"type": "string", "title": "Country"},
  "public": {"type": "boolean", "title": "Public"}, "apiVersion": {"type": "string", "title": "API"}},
  "required": []}, "relations": {"uses": {"target": "service", "title": "Uses", "many": true, "required": false}}}
"#;
pub const GITHUB: &str = "git@github.com:acme/shop.git";
pub const GITLAB: &str = "https://gitlab.com/acme/shop.git";

/// A repository with this remote and these properties in `port.yml`.
pub fn shop(remote: &str, properties: &str) -> Repo {
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

pub fn move_to(repo: &Repo, remote: &str) {
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

#[test]
fn a_merge_base_is_read_as_the_work_tree_is() {
    let repo = shop(GITHUB, WORDS);
    repo.git(&["branch", "before"]);
    repo.write("port.yml", "identifier: cart\nblueprint: service\nproperties:\n  replicas: 010\n  country: on\n");
    commit(&repo);
    // The catalog has other values than both, so a value that this branch leaves alone is pending.
    let repo_of_catalog = shop(GITHUB, "  replicas: 12\n  country: at\n");
    let catalog = Catalog::of(&repo_of_catalog);
    let plan = catalog.run(&repo, "diff --base before --output json");
    let plan: Value = serde_json::from_str(&plan.results).unwrap_or_else(|_| panic!("{}{}", plan.results, plan.talk));
    let fields = plan["changes"][0]["fields"].as_array().expect("a list");
    let fields: Vec<_> = fields.iter().map(|field| json!([field["name"], field["after"], field["origin"]])).collect();
    assert_eq!(fields, [json!(["country", "on", "this-branch"]), json!(["replicas", 10, "already-pending"])], "{plan}");
}

#[test]
fn conditions_compare_what_the_app_reads() {
    let repo = shop(GITHUB, WORDS);
    let found = |condition: &str| run(&repo, &format!("list service --where {condition}")).results.contains("cart");
    let github = ["replicas=10", "country=no", "replicas=8", "country=false"].map(found);
    assert_eq!(github, [true, true, false, false]);
    move_to(&repo, GITLAB);
    let gitlab = ["replicas=8", "replicas=10", "country=no"].map(found);
    assert_eq!(gitlab, [true, false, false]);
}

const NAMES: &str = "\
- identifier: no # the first
  blueprint: service
  properties: {replicas: 010}
- identifier: shop
  blueprint: service
  relations:
    uses: [no, pay]
- {identifier: pay, blueprint: service}
";

#[test]
fn a_rename_finds_and_writes_what_the_app_reads() {
    let repo = shop(GITHUB, "  replicas: 1\n");
    repo.write("port.yml", NAMES);
    commit(&repo);
    for (from, to, written) in [
        ("no", "12:30", "\"12:30\""),
        ("12:30", "1_000", "\"1_000\""),
        ("1_000", "on", "\"on\""),
        ("on", "off-road", "\"off-road\""),
    ] {
        let renamed = run(&repo, &format!("rename service/{from} {to} --yes"));
        assert_eq!(renamed.code, 0, "{from} {to}: {}{}", renamed.results, renamed.talk);
        let expected = NAMES.replace(": no #", &format!(": {written} #")).replace("[no,", &format!("[{written},"));
        assert_eq!(repo.read("port.yml"), expected);
        // Quoted, it is the same name on every host.
        for remote in [GITLAB, GITHUB] {
            move_to(&repo, remote);
            let found = run(&repo, "list service").results;
            assert!(found.contains(&format!("service/{to} ")), "{remote}: {found}");
        }
    }
}

#[test]
fn a_pulled_value_is_written_as_every_reader_reads_it() {
    let properties = "  replicas: 010 # ten\n  country: no\n  apiVersion: 'a'\n";
    let repo = shop(GITHUB, properties);
    let catalog = Catalog::of(&repo);
    let nothing = repo.read("port.yml");
    catalog.pull(&repo, "--entities --drifted");
    assert_eq!(repo.read("port.yml"), nothing, "`010` is ten, and `no` is a text");
    for (country, version) in [("010", "on"), ("12:30:45", "1e3"), ("off", "0o17"), ("1_000", "yes"), ("y", "0x1F")] {
        let body = json!({"identifier": "cart", "properties": {"country": country, "apiVersion": version}});
        catalog.plain.must("POST", "blueprints/service/entities?upsert=true&merge=true", Some(&body));
        catalog.pull(&repo, "--entities --drifted");
        let expected = properties.replace(": no", &format!(": \"{country}\"")).replace("'a'", &format!("'{version}'"));
        assert_eq!(repo.read("port.yml"), format!("identifier: cart\nblueprint: service\nproperties:\n{expected}"));
        let same = catalog.run(&repo, "diff --exit-code");
        assert_eq!(same.code, 0, "{}{}", same.results, same.talk);
        commit(&repo);
    }
    // Elsewhere, `010` is eight, which the catalog does not have. The written number is the same for every reader.
    move_to(&repo, GITLAB);
    catalog.pull(&repo, "--entities --only service/cart");
    assert!(repo.read("port.yml").contains("  replicas: 10 # ten\n"), "{}", repo.read("port.yml"));
    for remote in [GITLAB, GITHUB] {
        move_to(&repo, remote);
        let same = catalog.run(&repo, "diff --exit-code");
        assert_eq!(same.code, 0, "{remote}: {}{}", same.results, same.talk);
    }
}
