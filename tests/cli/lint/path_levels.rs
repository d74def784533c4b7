//! Tests levels of rules by path: each finding has the level that the last glob that matches its file sets.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::bench::{AMBIGUOUS, QUOTED, WRONG, findings, flat, lint, report, service, shop, told};
use crate::testkit::errors::assert_error;
use crate::testkit::{Repo, portolan_in};

/// Each finding as `path rule severity`.
fn levels(repo: &Repo, arguments: &[&str]) -> Vec<String> {
    let report = report(&lint(repo, &[&["--output", "json"], arguments].concat()));
    let text = |finding: &Value, key: &str| finding[key].as_str().expect("it has this key").to_owned();
    let row = |it: &Value| format!("{} {} {}", text(it, "path"), text(it, "rule"), text(it, "severity"));
    report["findings"].as_array().expect("findings are a list").iter().map(row).collect()
}

fn configured(rules: &str) -> Repo {
    let repo = shop();
    repo.write("portolan.yaml", format!("platform: port\nrules:\n{rules}"));
    repo
}

const LEGACY: &str = "  wrong-property-type: {paths: {catalog/legacy: warning, \"catalog/legacy/deep/**\": off}}\n";

fn with_wrong_tiers() -> Repo {
    let repo = configured(LEGACY);
    for path in ["catalog/a.yaml", "catalog/legacy/b.yaml", "catalog/legacy/deep/c.yaml"] {
        let name = path.rsplit('/').next().expect("a name").trim_end_matches(".yaml");
        repo.write(path, service(name, WRONG));
    }
    repo
}

#[test]
fn the_last_glob_that_matches_decides() {
    let repo = with_wrong_tiers();
    let [error, warning] =
        ["catalog/a.yaml wrong-property-type error", "catalog/legacy/b.yaml wrong-property-type warning"];
    assert_eq!(levels(&repo, &[]), [error, warning]);
    // The run fails by the levels of the files.
    assert_eq!(lint(&repo, &[]).code, 1);
    repo.remove("catalog/a.yaml");
    assert_eq!((lint(&repo, &[]).code, lint(&repo, &["--fail-on", "warning"]).code), (0, 1));
    // A file that moves keeps its findings, at the level of where it is now.
    repo.remove("catalog/legacy/deep/c.yaml");
    repo.write("catalog/c.yaml", service("c", WRONG));
    assert_eq!(levels(&repo, &[]), ["catalog/c.yaml wrong-property-type error", warning]);
}

#[test]
fn a_flag_is_for_all_files() {
    let repo = with_wrong_tiers();
    let found = levels(&repo, &["--rule", "wrong-property-type=info"]);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.iter().all(|it| it.ends_with(" info")), "{found:?}");
}

#[test]
fn a_second_run_remembers_what_the_levels_leave() {
    let repo = with_wrong_tiers();
    let first = levels(&repo, &[]);
    assert_eq!(levels(&repo, &[]), first);
    repo.write("portolan.yaml", "rules: {wrong-property-type: {paths: {catalog: info}}}\n");
    let now = levels(&repo, &[]);
    assert_eq!(now.len(), 3, "{now:?}");
    assert!(now.iter().all(|it| it.ends_with(" info")), "{now:?}");
}

#[test]
fn a_rule_that_is_off_elsewhere_can_be_on_in_a_folder() {
    let repo = configured("  foreign-field: {paths: {catalog/strict: error}}\n");
    for name in ["catalog/open", "catalog/strict/x"] {
        let identifier = name.rsplit('/').next().expect("a name");
        repo.write(&format!("{name}.yaml"), service(identifier, "  title: X\n"));
    }
    assert_eq!(levels(&repo, &[]), ["catalog/strict/x.yaml foreign-field error"]);
}

#[test]
fn fixes_and_ignore_comments_follow_the_levels() {
    let repo = configured("  ambiguous-scalar: {paths: {catalog/legacy: off}}\n");
    repo.write("catalog/a.yaml", service("a", AMBIGUOUS)).write("catalog/legacy/b.yaml", service("b", AMBIGUOUS));
    let ignored = AMBIGUOUS.replace("1e400", "1 # portolan: ignore[ambiguous-scalar]");
    repo.write("catalog/c.yaml", service("c", &ignored)).write("catalog/legacy/d.yaml", service("d", &ignored));
    // In the file where the rule is off, nothing says whether the comment is needed.
    assert_eq!(findings(&repo, &[]), ["catalog/a.yaml:10:14 ambiguous-scalar", "catalog/c.yaml:10:35 unused-ignore"]);
    assert_eq!(lint(&repo, &["--fix"]).code, 0);
    assert_eq!(repo.read("catalog/a.yaml"), service("a", QUOTED));
    assert_eq!(repo.read("catalog/legacy/b.yaml"), service("b", AMBIGUOUS));
    assert_eq!(repo.read("catalog/legacy/d.yaml"), service("d", &ignored));
}

#[test]
fn of_two_files_the_stricter_level_counts_whichever_comes_first() {
    for (folder, level) in [("catalog/0-legacy", "off"), ("catalog/z-legacy", "off"), ("catalog/z-legacy", "warning")] {
        let repo = configured(&format!("  duplicate-entity: {{paths: {{{folder}: {level}}}}}\n"));
        repo.write(&format!("{folder}/cart.yaml"), service("cart", ""));
        let found = levels(&repo, &["--rule", "duplicate-resource=off"]);
        assert_eq!(found, ["catalog/cart.yaml duplicate-entity error"], "{folder} {level}");
    }
    let repo = configured("  duplicate-entity: {level: off, paths: {catalog/new: warning}}\n");
    repo.write("catalog/again.yaml", service("cart", ""));
    assert_eq!(levels(&repo, &["--rule", "duplicate-resource=off"]), [""; 0]);
}

#[test]
fn an_unknown_blueprint_is_reported_where_its_level_is_highest() {
    let repo = configured("  unknown-blueprint: {paths: {catalog/0-legacy: warning, catalog/1-sandbox: off}}\n");
    let text = |name: &str| service(name, "").replace("blueprint: service", "blueprint: elsewhere");
    for (folder, name) in [("0-legacy", "a"), ("1-sandbox", "b"), ("new", "c")] {
        repo.write(&format!("catalog/{folder}/{name}.yaml"), text(name));
    }
    let told = report(&lint(&repo, &["--output", "json"]));
    let found = &told["findings"];
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!((&found[0]["path"], &found[0]["severity"]), (&"catalog/new/c.yaml".into(), &"error".into()));
    // Those of the file in which the rule is off are not counted.
    assert!(found[0]["message"].as_str().is_some_and(|it| it.contains("2 entities")), "{found}");
    repo.remove("catalog/new/c.yaml");
    assert_eq!(levels(&repo, &[]), ["catalog/0-legacy/a.yaml unknown-blueprint warning"]);
}

#[test]
fn a_glob_that_matches_no_file_is_noted() {
    let repo = configured("  wrong-property-type:\n    paths:\n      catalog: info\n      catalog/legcy/**: off\n");
    let note = "The glob `catalog/legcy/**` in `rules.wrong-property-type.paths` (portolan.yaml:6) matches no file.";
    let notes = |arguments: &[&str]| flat(&lint(&repo, arguments).out).matches("matches no file").count();
    assert!(flat(&lint(&repo, &[]).out).contains(note));
    // Only a run over all files looks.
    assert_eq!((notes(&[]), notes(&["catalog/cart.yaml"]), notes(&["--quiet"])), (1, 0, 0));
    // A file counts that no manifest is in, because findings may be in it too.
    repo.write("catalog/legcy/kustomization.txt", "");
    assert_eq!(notes(&[]), 0);
    repo.write("portolan.yaml", "rules: {broken-blueprint: {paths: {.portolan/blueprints: warning}}}\n");
    assert_eq!(notes(&[]), 0);
}

#[test]
fn a_faulty_level_is_shown_in_its_place() {
    let repo = configured("  unknown-property: {paths: {\"catalog/**\": eror}}\n");
    let told = lint(&repo, &[]);
    assert_eq!(told.code, 64);
    assert_error(&told.err, "faulty-config");
    assert!(told.err.contains("did you mean `error`?"), "{told:?}");
}

#[test]
fn other_formats_have_the_level_of_each_finding() {
    let repo = with_wrong_tiers();
    let told = lint(&repo, &["--output", "sarif"]);
    let sarif: Value = serde_json::from_str(&told.out).expect("it is JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results are a list");
    let levels: Vec<&Value> = results.iter().map(|result| &result["level"]).collect();
    assert_eq!(levels, ["error", "warning"]);
}

#[test]
fn only_errors_by_path_stop_a_plan() {
    let repo = with_wrong_tiers();
    let diff = |repo: &Repo| told(portolan_in(repo.path()).arg("diff")).code;
    assert_eq!(diff(&repo), 1);
    repo.remove("catalog/a.yaml");
    assert_eq!(diff(&repo), 0);
}

const PATHS: [&str; 6] = [
    "a.yaml",
    "catalog/b.yaml",
    "catalog/legacy/c.yaml",
    "catalog/legacy/deep/d.yaml",
    "sandbox/e.yaml",
    "sandbox/legacy/f.yaml",
];

const RULES: [&str; 7] = [
    "wrong-property-type",
    "unknown-property",
    "dangling-relation",
    "ambiguous-scalar",
    "duplicate-entity",
    "yaml-syntax",
    "unused-ignore",
];

type IsMatch = fn(&str) -> bool;

/// Globs, and whether they match a path.
const GLOBS: [(&str, IsMatch); 6] = [
    ("catalog/legacy/**", |path| path.starts_with("catalog/legacy/")),
    ("sandbox", |path| path.starts_with("sandbox/")),
    ("**/legacy/*.yaml", |path| path.ends_with("/legacy/c.yaml") || path.ends_with("/legacy/f.yaml")),
    ("*.yaml", |path| !path.contains('/')),
    ("{a,catalog/b}.yaml", |path| path == "a.yaml" || path == "catalog/b.yaml"),
    ("**", |_| true),
];

const LEVELS: [Option<&str>; 4] = [None, Some("info"), Some("warning"), Some("error")];

const TEXTS: [&str; 8] = [
    "",
    "  properties:\n    tier: high\n",
    "  properties:\n    tire: 1\n    runtime:\n      debug: 1e400\n",
    "  relations:\n    system: gone\n    dependsOn: [cart, other]\n",
    "  properties:\n    tier: high # portolan: ignore[wrong-property-type] so\n",
    "  properties:\n    tier: 1 # portolan: ignore[wrong-property-type, dangling-relation]\n",
    "  properties:\n    runtime: {debug: 1e400} # portolan: ignore[unknown-property]\n    tire: 1\n",
    "  properties: [\n",
];

type Rule = (usize, Option<usize>, Vec<(usize, usize)>);

fn rule() -> impl Strategy<Value = Rule> {
    let globs = Just((0..GLOBS.len()).collect::<Vec<_>>()).prop_shuffle();
    let paths = (globs, proptest::collection::vec(0..LEVELS.len(), 1..GLOBS.len()));
    let paths = paths.prop_map(|(globs, levels)| globs.into_iter().zip(levels).collect());
    (0..RULES.len(), proptest::option::of(0..LEVELS.len()), paths)
}

fn config(rules: &BTreeMap<usize, Rule>) -> String {
    let word = |level: usize| LEVELS[level].unwrap_or("off");
    let mut text = "rules:\n  duplicate-resource: off\n  invalid-resource-name: off\n".to_owned();
    for (rule, level, paths) in rules.values() {
        text.push_str(&format!("  {}:\n", RULES[*rule]));
        text.extend(level.map(|level| format!("    level: {}\n", word(level))));
        text.push_str("    paths:\n");
        text.extend(paths.iter().map(|(glob, level)| format!("      \"{}\": {}\n", GLOBS[*glob].0, word(*level))));
    }
    text
}

/// The severity that a finding of a rule has in a file; `own`: without a config.
fn level_in(rules: &BTreeMap<usize, Rule>, name: &str, path: &str, own: &str) -> Option<String> {
    let found = rules.values().find(|(rule, ..)| RULES[*rule] == name);
    let Some((_, level, paths)) = found else { return Some(own.to_owned()) };
    let matching = paths.iter().rev().find(|(glob, _)| (GLOBS[*glob].1)(path));
    match matching.map(|(_, level)| *level).or(*level) {
        Some(level) => LEVELS[level].map(str::to_owned),
        None => Some(own.to_owned()),
    }
}

fn stricter(one: Option<String>, other: Option<String>) -> Option<String> {
    let rank = |level: &Option<String>| LEVELS.iter().position(|it| *it == level.as_deref());
    if rank(&one) >= rank(&other) { one } else { other }
}

/// The places of a finding, which two files may share.
fn places(finding: &Value) -> Vec<String> {
    let place = |at: &Value| format!("{}:{}", at["path"].as_str().unwrap_or_default(), at["start"]["byte"]);
    let mut places = vec![place(finding)];
    if finding["rule"] == "duplicate-entity" {
        places.push(place(&finding["related"][0]));
        places.sort();
    }
    places
}

fn seen(repo: &Repo, arguments: &[&str]) -> Vec<Value> {
    let told = lint(repo, &[&["--output", "json"], arguments].concat());
    report(&told)["findings"].as_array().cloned().expect("findings are a list")
}

/// What the findings without levels by path become.
fn expected(base: &[Value], rules: &BTreeMap<usize, Rule>) -> Vec<String> {
    let mut rows = Vec::new();
    for finding in base {
        let text = |at: &Value, key: &str| at[key].as_str().unwrap_or_default().to_owned();
        let (name, path, own) = (text(finding, "rule"), text(finding, "path"), text(finding, "severity"));
        let mut severity = level_in(rules, &name, &path, &own);
        if name == "duplicate-entity" {
            let other = text(&finding["related"][0], "path");
            severity = stricter(severity, level_in(rules, &name, &other, &own));
        }
        if name == "unused-ignore" {
            let message = text(finding, "message");
            let of_rule = RULES.iter().find(|rule| message.contains(&format!("`{rule}`"))).expect("it names a rule");
            // A comment is not judged where its rule is off.
            severity = severity.filter(|_| level_in(rules, of_rule, &path, "error").is_some());
        }
        rows.extend(severity.map(|severity| format!("{name} {severity} {:?}", places(finding))));
    }
    rows.sort();
    rows
}

#[test]
fn paths_only_change_and_remove_severities() {
    let file = (0..TEXTS.len(), 0..4_usize);
    let files = proptest::collection::vec(file, PATHS.len());
    let rules = proptest::collection::vec(rule(), 1..5);
    let run = TestRunner::new(crate::generated_cases::config(240)).run(&(files, rules), |(files, rules)| {
        let rules: BTreeMap<usize, Rule> = rules.into_iter().map(|rule| (rule.0, rule)).collect();
        let repo = shop();
        for (path, (text, name)) in PATHS.iter().zip(&files) {
            repo.write(path, service(["cart", "one", "two", "three"][*name], TEXTS[*text]));
        }
        repo.write("portolan.yaml", config(&BTreeMap::new()));
        let base = seen(&repo, &[]);
        repo.write("portolan.yaml", config(&rules));
        let found = seen(&repo, &[]);
        let row = |it: &Value| {
            format!("{} {} {:?}", it["rule"].as_str().unwrap_or(""), it["severity"].as_str().unwrap_or(""), places(it))
        };
        let mut rows: Vec<String> = found.iter().map(row).collect();
        rows.sort();
        prop_assert_eq!(&rows, &expected(&base, &rules), "{}", config(&rules));
        // The cache changes nothing, and knows the levels.
        prop_assert_eq!(&seen(&repo, &[]), &found);
        prop_assert_eq!(&seen(&repo, &["--no-cache"]), &found);
        Ok(())
    });
    run.expect("paths only change severities");
}
