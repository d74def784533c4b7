//! Tests every rule with its examples: `bad/` triggers this rule and no other, `good/` has no findings, `bad.txt` is
//! the report, `fixed/` is the result of `--fix` on `bad/`. `UPDATE=1` writes `bad.txt` again; then read the
//! difference. With `before/`, that is committed first, and `lint --changed` compares with it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::testkit::{Repo, portolan, update_is_asked_for};
use portolan::analysis::{RULES, Rule};

fn folder(rule: &Rule) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules").join(rule.info.name)
}

/// A copy of an example, with the shared snapshot unless it has one of its own.
fn lay_out(rule: &Rule, example: &str) -> Repo {
    let source = folder(rule).join(example);
    assert!(source.is_dir(), "{} has no `{example}/`", rule.info.name);
    let repo = Repo::new();
    let mut config = repo.read(".git/config");
    for (name, host) in [("origin", "github.com"), ("mirror", "git.example.com")] {
        config.push_str(&format!("[remote \"{name}\"]\n\turl = https://{host}/acme/catalog.git\n"));
    }
    repo.write(".git/config", config);
    if !source.join(".portolan").exists() {
        repo.copy_from(&folder(rule).join("../_snapshot"));
    }
    if folder(rule).join("before").is_dir() {
        repo.git(&["init", "--quiet"]);
        repo.copy_from(&folder(rule).join("before"));
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--message", "before"]);
    }
    repo.copy_from(&source);
    generate(&repo);
    repo
}

/// `lint`, or what compares with the commit of `before/`.
fn lint(rule: &Rule) -> Vec<&'static str> {
    if folder(rule).join("before").is_dir() { vec!["lint", "--changed"] } else { vec!["lint"] }
}

fn fix(rule: &Rule) -> Vec<&'static str> {
    [lint(rule), vec!["--fix"]].concat()
}

/// Examples too large to keep are described in one line: `catalog/generated.yaml nodes 600000`.
fn generate(repo: &Repo) {
    let recipe = repo.path().join("GENERATE");
    let Ok(text) = fs::read_to_string(&recipe) else { return };
    fs::remove_file(&recipe).expect("the recipe can be removed");
    for line in text.lines().filter(|line| !line.is_empty()) {
        let [path, "nodes", count] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("not a recipe: {line}")
        };
        let count = count.parse::<usize>().expect("a number of nodes");
        let mut yaml = "apiVersion: getport.io/v1\nkind: ClusterEntity\nmetadata:\n  name: generated\nspec:\n  \
                        blueprint: service\n  identifier: generated\n  properties:\n    resources:\n"
            .to_owned();
        (0..count).for_each(|at| yaml.push_str(&format!("      key{at}: {at}\n")));
        repo.write(path, &yaml);
    }
}

fn rules_in(report: &[u8], output: &Output) -> BTreeSet<String> {
    let json: serde_json::Value = serde_json::from_slice(report)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let findings = json["findings"].as_array().expect("findings are a list");
    findings.iter().map(|finding| finding["rule"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn good_examples_are_silent() {
    for rule in RULES {
        let repo = lay_out(rule, "good");
        let output = portolan(&repo).args(lint(rule)).args(["--output", "json"]).output().expect("portolan runs");
        assert_eq!(rules_in(&output.stdout, &output), BTreeSet::new(), "testdata/rules/{}/good", rule.info.name);
    }
}

/// The severities of the findings of a rule in its bad example, where the config sets a level for a glob.
fn severities_by_path(rule: &Rule, level: &str) -> BTreeSet<String> {
    let repo = lay_out(rule, "bad");
    let name = rule.info.name;
    let config = if repo.path().join("portolan.yaml").exists() { repo.read("portolan.yaml") } else { String::new() };
    // Not `portolan.yaml`, which a deliverer of the whole repository would take for a manifest.
    repo.write("levels.conf", format!("{config}\nrules: {{{name}: {{paths: {{\"**\": {level}}}}}}}\n"));
    let options = ["--config", "levels.conf", "--output", "json"];
    let output = portolan(&repo).args(lint(rule)).args(options).output().expect("portolan runs");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{name}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
    let findings = json["findings"].as_array().expect("findings are a list");
    let of_rule = findings.iter().filter(|finding| finding["rule"] == name);
    of_rule.map(|finding| finding["severity"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_rule_has_the_level_of_the_path_of_its_finding() {
    for rule in RULES {
        let [lower, off] = ["info", "off"].map(|level| severities_by_path(rule, level));
        assert_eq!(lower, BTreeSet::from(["info".to_owned()]), "{}", rule.info.name);
        assert_eq!(off, BTreeSet::new(), "{}", rule.info.name);
    }
}

#[test]
fn bad_examples_fire_their_rule_alone_and_look_as_in_bad_txt() {
    let mut stale = Vec::new();
    for rule in RULES {
        let repo = lay_out(rule, "bad");
        // A fixed key, so that masked values have the same tags in every run.
        let credentials = [("PORT_CLIENT_ID", "examples"), ("PORT_CLIENT_SECRET", "examples")];
        let mut command = portolan(&repo);
        command.args(lint(rule)).args(["--output", "text", "--output", "json=report.json"]).envs(credentials);
        let output = command.output().expect("portolan runs");
        let report = fs::read(repo.path().join("report.json")).unwrap_or_default();
        assert_eq!(rules_in(&report, &output), BTreeSet::from([rule.info.name.to_owned()]), "{}/bad", rule.info.name);
        let seen = String::from_utf8(output.stdout).expect("reports are UTF-8");
        let expected = folder(rule).join("bad.txt");
        if update_is_asked_for() {
            fs::write(&expected, &seen).expect("bad.txt can be written");
        } else if fs::read_to_string(&expected).unwrap_or_default() != seen {
            stale.push((rule.info.name, seen));
        }
    }
    assert!(stale.is_empty(), "not as in bad.txt (UPDATE=1 rewrites it; then read it): {stale:#?}");
}

#[test]
fn safe_repairs_make_of_bad_what_fixed_says() {
    for rule in RULES.iter().filter(|rule| folder(rule).join("fixed").is_dir()) {
        let repo = lay_out(rule, "bad");
        portolan(&repo).args(fix(rule)).output().expect("portolan runs");
        let fixed = folder(rule).join("fixed");
        for path in crate::testkit::files_below(&fixed) {
            let expected = fs::read(fixed.join(&path)).expect("the example can be read");
            let made = fs::read(repo.path().join(&path)).unwrap_or_default();
            assert_eq!(
                String::from_utf8_lossy(&made),
                String::from_utf8_lossy(&expected),
                "{}/fixed/{}",
                rule.info.name,
                path.display()
            );
        }
        let before = crate::testkit::contents(repo.path());
        portolan(&repo).args(fix(rule)).output().expect("portolan runs");
        assert_eq!(crate::testkit::contents(repo.path()), before, "{}: fixing twice changes something", rule.info.name);
    }
}

#[test]
fn rules_with_a_safe_repair_show_it() {
    let source = |rule: &Rule| {
        let name = rule.info.name.replace('-', "_");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/analysis/rules/{name}.rs"));
        fs::read_to_string(path).expect("a rule is one file, named as the rule")
    };
    for rule in RULES {
        let repairs = source(rule).contains(".fix(");
        assert_eq!(
            repairs,
            folder(rule).join("fixed").is_dir(),
            "{}: `fixed/` and `.fix(` go together",
            rule.info.name
        );
    }
}
