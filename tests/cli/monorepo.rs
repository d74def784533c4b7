//! Tests several configs in one repository: none is ignored, and `--all` runs each in turn. Also tests a folder that is
//! not a repository.

use serde_json::Value;

use super::{Run, run, run_with};
use crate::testkit::errors::assert_error;
use crate::testkit::forge::Forge;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};
use crate::testkit::{Repo, contents};

const BLUEPRINT: &str = r#"{"identifier": "service", "title": "Service", "schema": {"properties": {"tier": {"type": "number"}}}, "relations": {}}"#;

fn manifest(name: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\nspec: {{blueprint: service, identifier: {name}}}\n"
    )
}

/// Two teams, each with a config and a manifest.
fn teams() -> Repo {
    let repo = Repo::new();
    for (team, name) in [("a", "cart"), ("b", "search")] {
        repo.write(
            &format!("teams/{team}/portolan.yaml"),
            format!("scope: acme/{team}\nmanifests: {{include: [catalog/**]}}\n"),
        );
        repo.write(&format!("teams/{team}/catalog/{name}.yaml"), manifest(name));
        repo.write(&format!("teams/{team}/.portolan/blueprints/service.json"), BLUEPRINT);
        repo.write(&format!("teams/{team}/.portolan/known-entities.txt"), "");
        repo.write(
            &format!("teams/{team}/.portolan/source.json"),
            r#"{"format": "portolan.source/1", "pulledAt": "2026-11-10T08:00:00.000Z"}"#,
        );
    }
    repo.write("docs/README.md", "x");
    repo
}

fn wrong(repo: &Repo, team: &str) {
    repo.write(&format!("teams/{team}/catalog/wrong.yaml"), manifest("wrong").replace("identifier", "identifer"));
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.results).unwrap_or_else(|error| panic!("{error}: {}{}", run.results, run.talk))
}

fn exits(envelope: &Value) -> Vec<Option<u64>> {
    envelope["reports"].as_array().into_iter().flatten().map(|report| report["exit"].as_u64()).collect()
}

#[test]
fn without_a_config_here_and_with_some_below_every_verb_lists_them_and_stops() {
    let repo = teams();
    let before = contents(repo.path());
    for line in ["lint", "lint teams", "diff", "push", "pull", "new service x", "config", "schema manifest", "serve"] {
        let talk = run(&repo, line).was_refused();
        for words in ["teams/a/portolan.yaml", "teams/b/portolan.yaml", "`-C teams/a`", "`--all`"] {
            assert!(talk.contains(words), "{line}: {talk}");
        }
    }
    // A folder next to the configs finds them too.
    let talk = run(&repo, "-C docs push").was_refused();
    assert!(talk.contains("../teams/a/portolan.yaml") && !talk.contains("--all"), "{talk}");
    assert!(contents(repo.path()) == before);
    // The same applies outside Git.
    let plain = Repo::outside_git();
    plain.write("teams/a/portolan.yaml", "");
    assert!(run(&plain, "lint").was_refused().contains("teams/a/portolan.yaml"));
    // Commands that need no repository work.
    assert_eq!(run(&repo, "explain wrong-type").code, 0);
    assert_eq!(run(&repo, "-C teams/a lint").code, 0);
}

#[test]
fn configs_that_are_not_this_repositorys_stop_nothing() {
    let repo = Repo::new();
    repo.write(".gitignore", "out/\n").write("out/portolan.yaml", "").write("node_modules/x/portolan.yaml", "");
    repo.write("sub/.git", "gitdir: nowhere\n").write("sub/portolan.yaml", "");
    repo.write("catalog/cart.yaml", manifest("cart"));
    let told = run(&repo, "lint --output json");
    assert_eq!(json(&told)["summary"]["entities"], 1, "{}", told.talk);
}

#[test]
fn init_makes_one_more_config_beside_those_below() {
    let repo = teams();
    let told = run(&repo, "init --dry-run");
    assert_eq!(told.code, 0, "{}", told.talk);
}

#[test]
fn all_runs_each_config_with_one_report_and_the_worst_exit_code() {
    let repo = teams();
    let told = run(&repo, "--all lint");
    assert_eq!(told.code, 0, "{}", told.talk);
    let (a, b) =
        (told.results.find("== teams/a/portolan.yaml ==\n"), told.results.find("== teams/b/portolan.yaml ==\n"));
    assert!(a.is_some() && a < b, "{}", told.results);
    wrong(&repo, "b");
    let told = run(&repo, "lint --all --output json");
    let envelope = json(&told);
    assert_eq!((told.code, envelope["exit"].as_u64()), (1, Some(1)));
    assert_eq!((&envelope["format"], &envelope["command"]), (&"portolan.all/1".into(), &"lint".into()));
    assert_eq!(exits(&envelope), [Some(0), Some(1)]);
    let second = &envelope["reports"][1];
    assert_eq!((&second["config"], &second["root"]), (&"teams/b/portolan.yaml".into(), &"teams/b".into()));
    assert_eq!(second["report"]["format"], "portolan.lint/1");
    assert_eq!(second["report"]["findings"][0]["path"], "catalog/wrong.yaml");
    // An invalid config does not hide the others.
    repo.write("teams/a/portolan.yaml", "scop: x\n");
    let told = run(&repo, "lint --all --output json");
    let envelope = json(&told);
    assert_eq!((told.code, exits(&envelope)), (64, vec![Some(64), Some(1)]));
    assert_eq!(envelope["reports"][0]["report"], Value::Null);
    assert_eq!(envelope["reports"][0]["error"]["code"], "faulty-config");
    assert!(told.talk.contains("== teams/a/portolan.yaml =="), "{}", told.talk);
}

#[test]
fn documents_of_several_configs_are_one_document() {
    let repo = teams();
    wrong(&repo, "a");
    wrong(&repo, "b");
    let told = run(
        &repo,
        "lint --all --output sarif=l.sarif --output junit=l.xml --output gitlab=l.json --output concise --output markdown=l.md",
    );
    assert_eq!(told.code, 1, "{}", told.talk);
    let sarif: Value = serde_json::from_str(&repo.read("l.sarif")).expect("it is JSON");
    let ids: Vec<&Value> =
        sarif["runs"].as_array().into_iter().flatten().map(|run| &run["automationDetails"]["id"]).collect();
    assert_eq!(ids, ["portolan/teams/a/portolan.yaml/", "portolan/teams/b/portolan.yaml/"]);
    let gitlab: Value = serde_json::from_str(&repo.read("l.json")).expect("it is JSON");
    let paths: Vec<&str> =
        gitlab.as_array().into_iter().flatten().filter_map(|it| it["location"]["path"].as_str()).collect();
    assert!(
        paths.contains(&"teams/a/catalog/wrong.yaml") && paths.contains(&"teams/b/catalog/wrong.yaml"),
        "{paths:?}"
    );
    assert_eq!(repo.read("l.xml").matches("<testsuites ").count(), 1);
    assert!(repo.read("l.md").contains("\n## teams/b\n"), "{}", repo.read("l.md"));
    assert!(told.results.lines().any(|line| line.starts_with("teams/b/catalog/wrong.yaml:")), "{}", told.results);
}

#[test]
fn paths_go_to_the_config_that_holds_them() {
    let repo = teams();
    wrong(&repo, "a");
    wrong(&repo, "b");
    let envelope = json(&run(&repo, "lint --all teams/b/catalog/wrong.yaml --output json"));
    assert_eq!(envelope["reports"].as_array().map(Vec::len), Some(1));
    assert_eq!(envelope["reports"][0]["root"], "teams/b");
    let envelope = json(&run(&repo, "lint --all teams --output json"));
    assert_eq!(exits(&envelope), [Some(1), Some(1)]);
    let stray = run(&repo, "lint --all docs teams/a");
    assert!(stray.talk.contains("`docs` belongs to none of the configs"), "{}", stray.talk);
    // A hook passes every file of a commit, including those of other configs.
    let hook = run(&repo, "lint --all --pre-commit docs/README.md teams/b/catalog/wrong.yaml");
    assert_eq!((hook.code, hook.talk.contains("docs")), (1, false), "{}{}", hook.results, hook.talk);
}

#[test]
fn all_is_refused_where_it_has_no_meaning() {
    let repo = teams();
    for (line, variables, words) in [
        ("new service x --all", &[][..], "`new`"),
        ("init --all", &[], "`init`"),
        ("serve --all", &[], "`serve`"),
        ("explain wrong-type --all", &[], "`explain`"),
        ("diff --all --out p.json", &[], "`--out`"),
        ("push --all --plan p.json", &[], "`--plan`"),
        ("push --all --since-outcome p.json", &[], "`--since-outcome`"),
        ("lint --all --write-baseline b.json", &[], "`--write-baseline`"),
        ("lint --all --config x.yaml", &[], "--config"),
        ("lint --all", &[("PORTOLAN_CONFIG", "x.yaml")], "PORTOLAN_CONFIG"),
        ("-C docs lint --all", &[], "docs"),
        // Each push would delete what the other wrote.
        ("push --all --catalog eu --scope acme/x", &[], "`acme/x`"),
        ("diff --all --catalog eu", &[("PORTOLAN_SCOPE", "acme/x")], "`acme/x`"),
    ] {
        let talk = run_with(&repo, line, variables).was_refused();
        assert!(talk.contains(words), "{line}: {talk}");
        if words == "`acme/x`" {
            assert_error(&talk, "all-in-one-scope");
        }
    }
}

/// A catalog with the blueprint.
fn serving(repo: &Repo) -> Serving {
    let seed = repo.path().join("teams/a");
    Serving::start(&["--store", "memory", "--seed", seed.to_str().expect("UTF-8")])
}

#[test]
fn a_push_of_all_writes_each_under_its_own_scope_and_stops_at_the_first_refusal() {
    let repo = teams();
    let serving = serving(&repo);
    let variables = [
        ("PORTOLAN_CATALOG", serving.url.as_str()),
        ("PORT_CLIENT_ID", CLIENT_ID),
        ("PORT_CLIENT_SECRET", CLIENT_SECRET),
    ];
    // A push from the top would have written both under a scope that nobody chose.
    assert_eq!(run_with(&repo, "push", &variables).code, 64);
    let told = run_with(&repo, "push --all --output json", &variables);
    let envelope = json(&told);
    assert_eq!((told.code, exits(&envelope)), (0, vec![Some(0), Some(0)]), "{}", told.talk);
    let envelope = json(&run_with(&repo, "diff --all --output json", &variables));
    let scopes: Vec<&Value> =
        envelope["reports"].as_array().into_iter().flatten().map(|report| &report["report"]["scope"]).collect();
    assert_eq!(scopes, ["acme/a", "acme/b"]);
    // An entity of b that a declares too is foreign there.
    repo.write(
        "teams/a/catalog/search.yaml",
        manifest("search").replace("identifier: search", "identifier: search, title: X"),
    );
    let told = run_with(&repo, "push --all --output json", &variables);
    let envelope = json(&told);
    assert_eq!((told.code, exits(&envelope)), (4, vec![Some(4), None]), "{}", told.talk);
    assert!(told.talk.contains("`teams/b/portolan.yaml` was not run"), "{}", told.talk);
    // A diff refuses nothing, so it continues.
    assert_eq!(exits(&json(&run_with(&repo, "diff --all --exit-code --output json", &variables))), [Some(2), Some(0)]);
}

#[test]
fn the_command_that_a_report_shows_is_the_one_of_its_config() {
    let repo = teams();
    let told = run(&repo, "diff --all --catalog local");
    assert!(told.results.contains("portolan push -C teams/a --catalog local"), "{}", told.results);
}

#[test]
fn a_diff_of_all_is_one_comment_with_its_own_marker_and_a_section_per_config() {
    let repo = teams();
    repo.write("teams/c/portolan.yaml", "scope: acme/c\n");
    repo.write("teams/a/catalog/two.yaml", manifest("two"));
    let told = run(&repo, "diff --all --catalog local --output markdown=c.md --output json");
    assert_eq!(told.code, 0, "{}", told.talk);
    let text = repo.read("c.md");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "<!-- portolan:diff-all . -->");
    assert_eq!(lines[1], "## A push creates 3 entities, in 2 of 3 configs");
    for section in
        ["## teams/a\n\n### A push creates 2 entities\n", "## teams/b\n\n### A push creates 1 entity\n", "## teams/c\n"]
    {
        assert!(text.contains(section), "{section}: {text}");
    }
    assert_eq!(text.matches("<!-- portolan").count(), 1, "{text}");
    // On standard output it is the same, and nothing stands beside it.
    assert_eq!(run(&repo, "diff --all --catalog local --output markdown").results, text);
    // Another folder, and a target, are other comments.
    let below = run(&repo, "-C teams diff --all --catalog local --output markdown").results;
    assert!(below.starts_with("<!-- portolan:diff-all teams -->\n"), "{below}");
    // A config that cannot be used is named, and what the others do is still said.
    repo.write("teams/b/portolan.yaml", "scop: x\n");
    wrong(&repo, "a");
    let told = run(&repo, "diff --all --catalog local --output markdown=c.md");
    let text = repo.read("c.md");
    assert_eq!(told.code, 64, "{}", told.talk);
    assert!(text.contains("## ❌ No plan for 2 of 3 configs. "), "{text}");
    assert!(text.contains("## teams/b\n\n### ❌ ") && text.contains("## teams/a\n\n### ❌ portolan lint"), "{text}");
}

#[test]
fn the_comment_of_all_and_that_of_one_config_do_not_overwrite_each_other() {
    let repo = teams();
    let forge = Forge::start();
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_API_URL", forge.url.as_str()),
        ("GITHUB_REPOSITORY", "acme/catalog"),
        ("GITHUB_REF", "refs/pull/7/merge"),
        ("GITHUB_TOKEN", "for-this-run"),
    ];
    let publish = |folder: &str, diff: &str| {
        assert_eq!(run(&repo, &format!("-C {folder} {diff} --catalog local --output markdown=c.md")).code, 0);
        let told = run_with(&repo, &format!("-C {folder} comment c.md"), &variables);
        assert_eq!(told.code, 0, "{}", told.talk);
    };
    for name in ["one", "two"] {
        repo.write("teams/a/catalog/new.yaml", manifest(name));
        publish(".", "diff --all");
        publish("teams/a", "diff");
    }
    let comments = forge.comments();
    assert_eq!(comments.len(), 2, "{comments:?}");
    assert!(comments[0].1.contains("diff-all") && comments[0].1.contains("two") && comments[0].1.contains("teams/b"));
    assert!(comments[1].1.contains("portolan:diff acme/a") && comments[1].1.contains("two"), "{comments:?}");
}

#[test]
fn outside_git_and_without_a_config_nothing_is_walked_through() {
    let repo = Repo::outside_git();
    repo.write("catalog/cart.yaml", manifest("cart").replace("identifier", "identifer"))
        .write("other/x.yaml", manifest("x"));
    for line in ["lint", "diff", "push", "pull", "new service x"] {
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, "no-repository");
        assert!(talk.contains("`-C`"), "{line}: {talk}");
    }
    assert!(run(&repo, "lint").was_refused().contains("portolan lint catalog/"));
    // Only the named files are read.
    let told = run(&repo, "lint catalog --output json");
    let report = json(&told);
    assert_eq!((told.code, &report["summary"]["files"]), (1, &1.into()), "{report}");
    assert_eq!(json(&run(&repo, "lint other/x.yaml --output json"))["summary"]["entities"], 1);
    assert!(run(&repo, "lint nowhere").was_refused().contains("nowhere"));
    // A config makes the folder a repository.
    repo.write("portolan.yaml", "");
    assert_eq!(run(&repo, "lint").code, 1);
}

#[test]
fn a_text_on_standard_input_needs_no_repository() {
    let repo = Repo::outside_git();
    repo.write("other/x.yaml", manifest("x").replace("identifier", "identifer"));
    let mut command = crate::testkit::portolan(&repo);
    command
        .args(["lint", "-", "--stdin-filename", "catalog/cart.yaml", "--output", "json"])
        .write_stdin(manifest("cart"));
    let output = command.output().expect("the binary runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!((output.status.code(), &report["summary"]["entities"]), (Some(0), &1.into()), "{report}");
}

#[test]
fn a_push_to_a_platform_derives_no_scope_and_a_diff_says_that_it_does() {
    let repo = Repo::new();
    repo.write("catalog/basket.yaml", manifest("basket")).write(".portolan/blueprints/service.json", BLUEPRINT);
    let serving = serving(&teams());
    let variables = [("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)];
    let at = |line: &str| run_with(&repo, &format!("{line} --catalog {}", serving.url), &variables);
    repo.git(&["init", "--quiet"]);
    repo.git(&["remote", "add", "origin", "git@github.com:acme/shop.git"]);
    let refused = at("push").was_refused();
    assert_error(&refused, "no-scope");
    for words in ["scope: acme/shop", "PORTOLAN_SCOPE", "--scope"] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    let told = at("diff --output json");
    let plan = json(&told);
    assert_eq!((told.code, &plan["scope"]), (0, &"acme/shop".into()));
    assert!(plan["notes"].to_string().contains("derived from the Git remote"), "{plan}");
    // The shown command works.
    assert!(at("diff").results.contains("--scope acme/shop"), "{}", at("diff").results);
    assert_eq!(at("push --scope acme/shop").code, 0);
    let plan = json(&at("diff --scope acme/other --output json"));
    assert_eq!((&plan["scope"], plan["changes"][0]["owner"].is_null()), (&"acme/other".into(), true));
    // The embedded catalog belongs to this machine, so it needs no configured scope.
    assert_eq!(run(&repo, "push").code, 0);
    assert!(run(&repo, "push --scope a(b)").was_refused().contains("--scope"));
}
