//! Tests `just new-rule` on a copy of the rules: it makes a rule's files and adds the rule to the list. That the new rule
//! compiles is no question, because it is a copy of a module that is compiled with the tests.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::testkit::Repo;

fn copy_of_rules() -> Repo {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = Repo::outside_git();
    for entry in fs::read_dir(root.join("src/analysis/rules")).expect("the rules are there") {
        let path = entry.expect("the folder can be listed").path();
        let name = path.file_name().expect("a file has a name").to_str().expect("our names are UTF-8");
        copy.write(&format!("src/analysis/rules/{name}"), fs::read(&path).expect("a rule can be read"));
    }
    fs::create_dir_all(copy.path().join(".ci")).expect("folders can be made");
    fs::copy(root.join(".ci/new-rule"), copy.path().join(".ci/new-rule")).expect("the script can be copied");
    copy
}

fn new_rule(copy: &Repo, words: &[&str]) -> Output {
    Command::new(copy.path().join(".ci/new-rule")).args(words).output().expect("bash runs")
}

fn text(copy: &Repo, path: &str) -> String {
    fs::read_to_string(copy.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The modules and the rules of the list.
fn list(copy: &Repo) -> (Vec<String>, Vec<String>) {
    let list = text(copy, "src/analysis/rules/mod.rs");
    let modules = list.lines().map(|line| line.trim_start_matches("pub(super) "));
    let modules = modules.filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let modules = modules.filter(|name| *name != "template").map(str::to_owned).collect();
    let rules = list.lines().filter_map(|line| line.trim().strip_prefix('&')?.strip_suffix("::RULE,"));
    (modules, rules.map(str::to_owned).collect())
}

#[test]
fn a_new_rule_has_its_files_and_its_lines() {
    let copy = copy_of_rules();
    let (modules, rules) = list(&copy);
    for (words, module, family) in [
        (&["abandoned-entity"][..], "abandoned_entity", "Entity"),
        (&["teapot", "shape"], "teapot", "Shape"),
        (&["zero-targets", "relation"], "zero_targets", "Relation"),
    ] {
        let output = new_rule(&copy, words);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(told.contains("just accept"), "{told}");
        let rule = text(&copy, &format!("src/analysis/rules/{module}.rs"));
        assert!(rule.contains(&format!("name: \"{}\"", words[0])), "{rule}");
        assert!(rule.contains(&format!("family: Family::{family},")), "{rule}");
        for (example, identifier) in [("bad", "bad"), ("good", "cart")] {
            let path = format!("testdata/rules/{}/{example}/catalog/{identifier}.yaml", words[0]);
            assert!(text(&copy, &path).contains(&format!("identifier: {identifier}")), "{path}");
        }
    }
    let (now_modules, now_rules) = list(&copy);
    assert!(now_modules.is_sorted(), "{now_modules:?}");
    assert_eq!(now_modules.len(), modules.len() + 3);
    assert_eq!(now_rules.len(), rules.len() + 3);
    let codes: Vec<String> = now_rules.iter().map(|rule| code(&copy, rule)).collect();
    assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
}

fn code(copy: &Repo, module: &str) -> String {
    let rule = text(copy, &format!("src/analysis/rules/{module}.rs"));
    let code = rule.lines().find_map(|line| line.trim().strip_prefix("code: \"")?.strip_suffix("\","));
    code.unwrap_or_else(|| panic!("{module} has no code")).to_owned()
}

#[test]
fn a_name_that_is_taken_or_no_name_changes_nothing() {
    let copy = copy_of_rules();
    let before = list(&copy);
    for words in [&["too-deep"][..], &["Too-Deep"], &["too_deep"], &[], &["new-fault", "nonsense"]] {
        let output = new_rule(&copy, words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("new-rule: "), "{words:?}");
    }
    assert_eq!(list(&copy), before);
    assert!(!copy.path().join("testdata").exists());
}
