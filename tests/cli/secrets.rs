//! Tests that no output contains a credential: lint, diff, push, pull, plan files and pages are searched for canaries,
//! one for each kind of credential in each position of a manifest.

use serde_json::json;

use super::{Run, run, run_with};
use crate::cli::pull::bench::Catalog;
use crate::testkit::plain::Plain;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};
use crate::testkit::{Repo, contents};

/// A part of every canary.
const CANARY: &str = "C4nary";

/// Each kind of credential, under a name that reveals it or under one that does not.
fn credentials(canary: &str) -> Vec<(&'static str, String)> {
    vec![
        ("apiKey", format!("{canary}x9Qp2LmN8vRt")),
        ("dbPassword", canary.to_owned()),
        ("note", format!("ghp_{canary}{}", "0".repeat(36 - canary.len()))),
        ("note", format!("postgres://app:{canary}@db.example.com/x")),
        ("note", format!("see https://bot:{canary}@git.example.com/x, please")),
        ("note", format!("eyJhbGciOiJIUzI1NiJ9.eyJ{canary}IiOiIxMjM0In0.{canary}lmnopqrst")),
        ("note", format!("{{\"apiKey\": \"{canary}x9Qp2LmN8vRt\"}}")),
        ("note", format!("DB_PASSWORD={canary}x9Qp run")),
        ("note", format!("-----BEGIN PRIVATE KEY-----\nMIIE{canary}\n{canary}==\n-----END PRIVATE KEY-----")),
    ]
}

/// Every way to write a value under a name, as lines of `properties`.
fn positions(name: &str, value: &str) -> Vec<String> {
    let json = serde_json::to_string(value).expect("a text is JSON");
    let block: String = value.lines().map(|line| format!("      {line}\n")).collect();
    let mut all = vec![
        format!("    {name}: {json}\n"),
        format!("    {name}: |\n{block}"),
        format!("    {name}: >-\n{block}"),
        format!("    settings: {{{name}: {json}, a: 1}}\n"),
        format!("    settings:\n      deep:\n        {name}: {json}\n"),
        format!("    settings:\n      {name}:\n        - {json}\n"),
        format!("    settings: {{env: [{{name: {name}, value: {json}}}]}}\n"),
        format!("    settings: {{{name}: &a {json}, {name}Again: *a, other: {{{name}: *a}}}}\n"),
    ];
    if !value.contains(['\n', '\'']) {
        all.push(format!("    {name}: '{value}'\n"));
        all.push(format!("    # {name}: {value}\n    tier: 1\n"));
    }
    if name == "note" {
        all.push(format!("    settings: {{plain: {json}}}\n"));
    }
    all
}

fn blueprint() -> serde_json::Value {
    json!({"identifier": "service", "title": "Service", "schema": {"properties": {
        "tier": {"type": "number"}, "apiKey": {"type": "string"}, "dbPassword": {"type": "string"},
        "note": {"type": "string"}, "settings": {"type": "object"}, "tokenUrl": {"type": "string"}}, "required": []},
        "relations": {}})
}

/// `more`: lines of `properties` around the credential.
fn manifest(name: &str, lines: &str, more: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: {name}\nspec:\n  blueprint: service\n  \
         identifier: {name}\n  properties:\n{lines}{more}"
    )
}

/// One manifest for each credential in each position. Each `generation` has other canaries of the same form.
fn fill(repo: &Repo, generation: usize, more: &str) -> usize {
    let mut count = 0;
    for kind in 0..credentials("").len() {
        for position in 0..12 {
            let (name, value) = credentials(&format!("{CANARY}{generation}n{count:03}")).swap_remove(kind);
            let Some(lines) = positions(name, &value).get(position).cloned() else { break };
            repo.write(&format!("catalog/e{count:03}.yaml"), manifest(&format!("e{count:03}"), &lines, more));
            count += 1;
        }
    }
    count
}

fn repo(config: &str) -> Repo {
    let repo = Repo::new();
    repo.write("portolan.yaml", format!("scope: acme/shop\nmanifests: {{include: [\"catalog/*.yaml\"]}}\n{config}"));
    repo.write(".portolan/blueprints/service.json", blueprint().to_string());
    repo
}

fn assert_silent(what: &str, text: &str) {
    let leak = text.find(CANARY);
    assert!(leak.is_none(), "{what} shows a credential: {}", &text[leak.unwrap_or_default().saturating_sub(400)..]);
}

fn silent(what: &str, run: Run) -> Run {
    assert_silent(what, &run.results);
    assert_silent(what, &run.talk);
    run
}

#[test]
fn no_format_of_lint_shows_a_credential() {
    let repo = repo("");
    // A finding on the line next to each of them, so that the frame shows it.
    let count = fill(&repo, 1, "    colour: x\n    tier: no\n");
    assert!(count > 80, "{count}");
    for format in ["text", "concise", "json", "sarif", "github", "gitlab", "azure", "junit", "markdown"] {
        let output = silent(format, run(&repo, &format!("lint --output {format}")));
        assert_eq!(output.code, 1, "{format}: {}", output.talk);
        assert!(output.results.contains("colour"), "{format}");
    }
    // Every format masks its frames in the same way, so one is enough for frames of another rule alone.
    let output = silent("without the rule", run(&repo, "lint --output text --rule plain-secret=off"));
    assert!(output.results.contains("colour"));
    let text = run(&repo, "lint --output text").results;
    assert!(text.contains("[secret ") && text.contains("error[plain-secret]"));
    silent(
        "the job summary",
        run_with(&repo, "lint", &[("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", "sum.md")]),
    );
    assert_silent("the job summary", &repo.read("sum.md"));
    silent("lint --fix --diff", run(&repo, "lint --fix --diff"));
}

#[test]
fn values_that_a_rule_quotes_are_masked_too() {
    let repo = repo("");
    let mut shape = blueprint();
    shape["schema"]["properties"]["apiKey"] = json!({"type": "string", "enum": ["a", "b"]});
    shape["schema"]["properties"]["dbPassword"] = json!({"type": "string", "pattern": "^[0-9]+$"});
    shape["schema"]["properties"]["note"] = json!({"type": "number"});
    repo.write(".portolan/blueprints/service.json", shape.to_string());
    fill(&repo, 1, "");
    for format in ["text", "json", "sarif", "junit", "markdown", "concise", "github", "gitlab", "azure"] {
        let run = silent(format, run(&repo, &format!("lint --output {format}")));
        assert_eq!(run.code, 1, "{format}: {}", run.talk);
    }
}

#[test]
fn what_is_no_credential_stays_readable() {
    let repo = repo("");
    let lines = "    tokenUrl: https://sso.example.com/oauth/token\n    apiKey: vault:checkout/acquirer#key\n    \
                 dbPassword: ${DB_PASSWORD}\n    colour: x\n";
    repo.write("catalog/a.yaml", manifest("a", lines, ""));
    let text = run(&repo, "lint --output text").results;
    assert!(text.contains("dbPassword: ${DB_PASSWORD}") && !text.contains("[secret "), "{text}");
}

/// Checks every file that a run writes.
fn assert_files_silent(repo: &Repo, files: &[&str]) {
    for file in files {
        assert_silent(file, &repo.read(file));
    }
}

const PLAN_FILES: [&str; 4] = ["plan.json", "d.json", "d.md", "d.txt"];
const PUSH_FILES: [&str; 4] = ["p.json", "p.md", "p.xml", "p.txt"];

#[test]
fn no_format_of_diff_and_push_shows_a_credential_of_either_side() {
    let repo = repo("rules: {plain-secret: \"off\"}\n");
    let count = fill(&repo, 1, "");
    let outputs = "--output json=d.json --output markdown=d.md --output text=d.txt";
    let pushed = "--output json=p.json --output markdown=p.md --output junit=p.xml --output text=p.txt";
    for generation in [2, 3] {
        let diff = silent("diff", run(&repo, &format!("diff --verify --full --out plan.json {outputs}")));
        assert_eq!(diff.code, 0, "{}{}", diff.results, diff.talk);
        silent("diff", run(&repo, "diff"));
        assert_files_silent(&repo, &PLAN_FILES);
        // The embedded catalog keeps its key, so a plan file is valid in the next run.
        let with_file = if generation == 3 { "--plan plan.json" } else { "" };
        let push = silent("push", run(&repo, &format!("push {with_file} {pushed}")));
        assert_eq!(push.code, 0, "{}{}", push.results, push.talk);
        assert_files_silent(&repo, &PUSH_FILES);
        assert_eq!(run(&repo, "diff --exit-code").code, 0, "what was pushed are the values themselves");
        // The same manifests with other credentials: the plan shows each as a change.
        fill(&repo, generation, "");
    }
    let text = run(&repo, "diff --full").results;
    let updates = format!("{} to update", count - 18);
    assert!(text.contains("to update") && !text.contains(" 0 to update"), "{updates}: {text}");
    assert!(text.contains("[secret "), "{text}");
}

#[test]
fn what_a_catalog_repeats_in_a_refusal_is_masked() {
    let serving = Serving::start(&["--store", "memory"]);
    let plain = Plain::connect(&serving.url);
    let mut shape = blueprint();
    shape["schema"]["properties"]["dbPassword"] = json!({"type": "string", "pattern": "^[0-9]+$"});
    plain.must("POST", "blueprints", Some(&shape));
    let repo = repo("rules: {plain-secret: \"off\"}\n");
    repo.write("catalog/a.yaml", manifest("a", &format!("    dbPassword: {CANARY}1\n"), ""));
    let variables = [("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)];
    let at = format!("--catalog {}", serving.url);
    let verify = silent("diff --verify", run_with(&repo, &format!("diff {at} --verify"), &variables));
    assert_eq!(verify.code, 1, "{}{}", verify.results, verify.talk);
    let push = silent("push", run_with(&repo, &format!("push {at} --output json"), &variables));
    assert_eq!(push.code, 3, "{}{}", push.results, push.talk);
}

#[test]
fn a_plan_file_of_another_secret_is_refused_for_that_reason() {
    let repo = repo("rules: {plain-secret: \"off\"}\n");
    repo.write("catalog/a.yaml", manifest("a", &format!("    dbPassword: {CANARY}1\n"), ""));
    let with = |secret, line: &str| run_with(&repo, line, &[("PORT_CLIENT_ID", "id"), ("PORT_CLIENT_SECRET", secret)]);
    assert_eq!(with("one secret", "diff --catalog local --out plan.json").code, 0);
    let refused = silent("push", with("another secret", "push --catalog local --plan plan.json"));
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    assert!(refused.talk.contains("PORT_CLIENT_SECRET") && refused.talk.contains("key"), "{}", refused.talk);
    // The key does not matter for a plan without credentials.
    let same = with("one secret", "push --catalog local --plan plan.json");
    assert_eq!(same.code, 0, "{}{}", same.results, same.talk);
    repo.write("catalog/b.yaml", manifest("b", "    tier: 1\n", ""));
    repo.remove("catalog/a.yaml");
    let other = Repo::new();
    other.copy_from(repo.path());
    assert_eq!(with("one secret", "diff --catalog local --no-prune --out plan.json").code, 0);
    let plain = with("another secret", "push --catalog local --plan plan.json");
    assert_eq!(plain.code, 0, "{}{}", plain.results, plain.talk);
}

#[test]
fn an_approval_holds_in_the_next_run_and_not_for_another_credential() {
    let repo = repo("rules: {plain-secret: \"off\"}\nprune: {max: 0}\n");
    let secret = |value: &str| manifest("kept", &format!("    dbPassword: {value}\n"), "");
    repo.write("catalog/kept.yaml", secret("C4nary1"))
        .write("catalog/gone.yaml", manifest("gone", "    tier: 1\n", ""));
    assert_eq!(run(&repo, "push").code, 0);
    repo.remove("catalog/gone.yaml");
    let digest = || {
        let plan: serde_json::Value =
            serde_json::from_str(&run(&repo, "diff --output json").results).expect("it is JSON");
        plan["approval"].as_str().expect("a hazard needs approval").to_owned()
    };
    let first = digest();
    assert_eq!(first, digest());
    let pushed = run(&repo, &format!("push --approve {first}"));
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
}

#[test]
fn pull_writes_no_credential_and_the_next_push_leaves_it_in_the_catalog() {
    let catalog = Catalog::acme();
    let plain = Plain::connect(catalog.variables()[0].1);
    plain.must(
        "POST",
        "blueprints",
        Some(&json!({"identifier": "vaulted", "title": "V",
        "schema": {"properties": {"dbPassword": {"type": "string"}, "tier": {"type": "number"}}}, "relations": {}})),
    );
    let properties = json!({"dbPassword": format!("{CANARY}1"), "tier": 1});
    let stored = json!({"identifier": "x", "properties": properties});
    plain.must("POST", "blueprints/vaulted/entities", Some(&stored));
    let repo = Repo::new();
    let told = catalog.pull(&repo, "--entities vaulted --all");
    assert_silent("pull", &told);
    assert!(told.contains("properties.dbPassword") && told.contains("catalog/vaulted/x.yaml"), "{told}");
    for (path, bytes) in contents(repo.path()) {
        assert_silent(&path.display().to_string(), &String::from_utf8_lossy(&bytes));
    }
    let pushed = catalog.run(&repo, "push --adopt --scope acme/catalog");
    let pushed = if pushed.code == 64 {
        let [url, id, secret] = catalog.variables();
        run_with(&repo, "push --adopt", &[url, id, secret, ("PORTOLAN_SCOPE", "acme/catalog"), ("CI", "false")])
    } else {
        pushed
    };
    assert_silent("push", &pushed.results);
    let left = plain.must("GET", "blueprints/vaulted/entities/x", None);
    assert_eq!(left["entity"]["properties"]["dbPassword"], format!("{CANARY}1"), "{}{}", pushed.results, pushed.talk);
}

#[test]
fn secrets_that_are_allowed_are_shown() {
    let repo = repo("rules: {plain-secret: \"off\"}\nsecrets: {allow: [dbPassword]}\n");
    repo.write("catalog/a.yaml", manifest("a", "    dbPassword: letmein1\n    apiKey: C4naryx9Qp2LmN8vRt\n", ""));
    let text = silent("diff", run(&repo, "diff --full")).results;
    assert!(text.contains("letmein1") && text.contains("[secret "), "{text}");
    let wrong = run_with(&repo, "config", &[]);
    assert!(wrong.results.contains("secrets.allow"), "{}", wrong.results);
}

/// `main` has pushed a password and replaced it in a pull request, whose config allows what `allowed` names on each side.
fn pull_request_of_a_password(on_main: &str, on_branch: &str) -> Repo {
    let config = |allowed: &str| {
        format!(
            "catalog: local\nscope: acme/shop\nmanifests: {{include: [\"catalog/*.yaml\"]}}\n\
             rules: {{plain-secret: \"off\"}}\n{allowed}"
        )
    };
    let repo = Repo::new();
    repo.write(".portolan/blueprints/service.json", blueprint().to_string());
    repo.write(".gitignore", ".portolan/local.db*\n.portolan/last-push.json\n");
    repo.write("portolan.yaml", config(on_main));
    repo.write("catalog/a.yaml", manifest("a", "    dbPassword: C4nary-live\n    tier: 1\n", ""));
    repo.git(&["init", "--quiet", "--initial-branch=main"]);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "main"]);
    assert_eq!(run(&repo, "push").code, 0);
    repo.git(&["switch", "--quiet", "--create", "feature"]);
    repo.write("portolan.yaml", config(on_branch));
    repo.write("catalog/a.yaml", manifest("a", "    dbPassword: letmein1\n    tier: 2\n", ""));
    repo.git(&["commit", "--quiet", "--all", "--message", "feature"]);
    repo
}

const ALLOW: &str = "secrets: {allow: [dbPassword]}\n";

#[test]
fn a_pull_request_uncovers_no_value_of_the_catalog_by_its_own_config() {
    let github: &[(&str, &str)] = &[
        ("CI", "true"),
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_BASE_REF", "main"),
        ("GITHUB_REF", "refs/pull/7/merge"),
    ];
    let gitlab: &[(&str, &str)] = &[
        ("CI", "true"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
    ];
    let unknown: &[(&str, &str)] = &[("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request")];
    let target = "targets: {staging: {secrets: {allow: [dbPassword]}}}\n";
    for (config, variables, line) in [
        (ALLOW, github, "diff"),
        (ALLOW, gitlab, "diff"),
        (ALLOW, unknown, "diff"),
        (ALLOW, github, "diff --no-base"),
        (ALLOW, &[], "diff --base main"),
        (target, github, "diff --target staging"),
        (target, &[], "diff --base main --target staging"),
    ] {
        let repo = pull_request_of_a_password("", config);
        for flags in ["--full", "--output json --output markdown=comment.md --out plan.json"] {
            let diff = silent(line, run_with(&repo, &format!("{line} {flags}"), variables));
            assert_eq!(diff.code, 0, "{line} {flags}: {}", diff.talk);
            assert!(
                diff.results.contains("[secret ") && diff.results.contains("secrets.allow"),
                "{line}: {}",
                diff.results
            );
        }
        assert_files_silent(&repo, &["comment.md", "plan.json"]);
    }
}

#[test]
fn what_the_merge_base_allows_too_is_shown_on_a_pull_request() {
    let github = [
        ("CI", "true"),
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_BASE_REF", "main"),
    ];
    let repo = pull_request_of_a_password(ALLOW, ALLOW);
    let diff = run_with(&repo, "diff --full", &github);
    assert!(diff.results.contains("C4nary-live") && !diff.results.contains("secrets.allow"), "{}", diff.results);
    // Outside of a pull request and without a base, the current config decides.
    let repo = pull_request_of_a_password("", ALLOW);
    assert!(run(&repo, "diff --full").results.contains("C4nary-live"));
    // What the branch no longer allows is masked at once.
    let repo = pull_request_of_a_password(ALLOW, "");
    silent("diff", run_with(&repo, "diff --full", &github));
}

#[test]
fn a_plan_of_a_pull_request_that_allows_more_can_still_be_pushed() {
    let repo = pull_request_of_a_password("", ALLOW);
    assert_eq!(silent("diff", run(&repo, "diff --base main --out plan.json")).code, 0);
    let push = silent("push", run(&repo, "push --plan plan.json"));
    assert_eq!(push.code, 0, "{}{}", push.results, push.talk);
}

#[test]
fn an_error_repeats_no_password() {
    let repo = repo("");
    for line in ["diff --catalog https://bot:C4nary123@nowhere.invalid.example", "lint --rule https://a:C4nary123@x"] {
        silent(line, run(&repo, line));
    }
    repo.write("portolan.yaml", "catalog: https://bot:C4nary123@h.example\nscpe: x\n");
    silent("a broken config", run(&repo, "lint"));
}
