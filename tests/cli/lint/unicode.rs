//! Tests `unnormalised-text`: characters that look the same but have different bytes. What is reported, what is fixed,
//! and what is ignored.

use super::bench::{findings, lint, service, shop};
use crate::testkit::Repo;

/// `é`, `한` and `K` in forms that are not NFC.
const E: &str = "e\u{301}";
const HAN: &str = "\u{1112}\u{1161}\u{11ab}";
const KELVIN: &str = "\u{212a}";

/// The shop with a blueprint that has one choice in decomposed form.
fn with(spec: &str) -> Repo {
    let repo = shop();
    let blueprint = r#"{"identifier": "dish", "title": "Dish", "schema": {"properties": {
        "name": {"type": "string"}, "kind": {"type": "string", "enum": ["entrE", "entré"]},
        "link": {"type": "string", "format": "url"}, "more": {"type": "object"},
        "words": {"type": "array", "items": {"type": "string"}}}, "required": []},
        "relations": {"after": {"title": "After", "target": "dish", "required": false, "many": true}}}"#;
    repo.write(".portolan/blueprints/dish.json", blueprint.replace("entrE", &format!("entr{E}")));
    let head = "apiVersion: getport.io/v1\nkind: ClusterEntity\nmetadata:\n  name: dish\nspec:\n  blueprint: dish\n";
    repo.write("catalog/dish.yaml", format!("{head}{spec}"));
    repo
}

fn told(spec: &str) -> Vec<String> {
    let found = findings(&with(spec), &[]);
    found.iter().map(|line| line.replace("catalog/dish.yaml:", "").replace("unnormalised-text", "!")).collect()
}

#[test]
fn every_text_that_is_sent_is_looked_at_once() {
    let spec = format!(
        "  identifier: {HAN}\n  title: Caf{E}\n  icon: Caf{E}\n  team: [a, Caf{E}]\n  properties:\n    name: 'Caf{E} {E}'\n    \
         link: https://example.com/caf{E}\n    more: &more\n      caf{E}: [{{a: caf{E}}}, 1]\n    words: [a, caf{E}]\n  \
         relations:\n    after:\n      - {HAN}\n"
    );
    let places = ["7:15", "8:10", "9:9", "10:13", "12:11", "13:11", "15:7", "15:19", "16:16", "19:9"];
    assert_eq!(told(&spec), places.map(|place| format!("{place} !")));
}

#[test]
fn what_is_as_usual_is_let_be() {
    let spec = "  identifier: \u{d55c}\n  title: Café\n  team: Équipe\n  properties:\n    name: \"日本語 🎉 \\u00e9 \\\\u0301\"\n";
    assert_eq!(told(spec), [""; 0]);
    // Comments, and text that is never sent to the catalog, are ignored.
    let spec = format!("  # caf{E}\n  identifier: a\n");
    assert_eq!(told(&spec), [""; 0]);
    let repo = with("  identifier: a\n");
    let text =
        repo.read("catalog/dish.yaml").replace("  name: dish", &format!("  name: dish\n  annotations: {{a: caf{E}}}"));
    repo.write("catalog/dish.yaml", text);
    assert_eq!(findings(&repo, &[]), [""; 0]);
}

#[test]
fn the_blueprints_own_spelling_is_right() {
    let spec = |kind: &str| format!("  identifier: a\n  properties:\n    kind: {kind}\n");
    assert_eq!(told(&spec(&format!("entr{E}"))), [""; 0]);
    assert_eq!(told(&spec("entré")), [""; 0]);
    assert_eq!(told(&spec(&format!("caf{E}"))), ["9:11 !", "9:11 value-not-allowed"]);
}

#[test]
fn an_identifier_that_is_refused_anyway_is_told_once() {
    assert_eq!(told(&format!("  identifier: caf{E}\n")), ["7:15 invalid-identifier"]);
    assert_eq!(told(&format!("  identifier: {KELVIN}2\n")), ["7:15 !"]);
}

#[test]
fn escapes_are_seen_and_left_to_people() {
    let spec = "  identifier: a\n  title: \"cafe\\u0301\"\n";
    assert_eq!(told(spec), ["8:10 !"]);
    let repo = with(spec);
    let before = repo.read("catalog/dish.yaml");
    lint(&repo, &["--fix"]);
    assert_eq!(repo.read("catalog/dish.yaml"), before);
    // A combining mark after an escape does not belong to the escape's last letter.
    let repo = with("  identifier: a\n  title: \"e\u{301}\\n\u{301}\"\n");
    let before = repo.read("catalog/dish.yaml");
    lint(&repo, &["--fix"]);
    assert_eq!(repo.read("catalog/dish.yaml"), before);
}

#[test]
fn what_an_alias_brings_is_told_where_it_stands() {
    let spec = format!("  identifier: a\n  title: &t Caf{E}\n  properties:\n    name: *t\n");
    assert_eq!(told(&spec), ["8:13 !"]);
}

#[test]
fn prose_is_repaired_and_names_and_data_are_not() {
    let spec = format!(
        "  identifier: {HAN}\n  title: Le caf{E} du port\n  team: Caf{E}\n  properties:\n    name: >-\n      Caf{E}\n      \
         {KELVIN}\n    link: https://example.com/caf{E}\n    kind: entré\n    more: {{a: caf{E}}}\n"
    );
    let repo = with(&spec);
    let before = repo.read("catalog/dish.yaml");
    lint(&repo, &["--fix"]);
    let after = before
        .replace(&format!("Le caf{E} du"), "Le café du")
        .replace(&format!("      Caf{E}\n      {KELVIN}"), "      Café\n      K");
    assert_eq!(repo.read("catalog/dish.yaml"), after);
    assert_eq!(lint(&repo, &["--fix"]).code, 0);
    assert_eq!(repo.read("catalog/dish.yaml"), after);
}

/// The NFC form of U+1FEF is a backtick, which cannot start a plain scalar; that of U+037E is a semicolon.
#[test]
fn no_repair_writes_a_sign_that_yaml_knows() {
    for title in ["\u{1fef}a", "a\u{37e}b", "=\u{338}", "a \u{338}"] {
        let repo = with(&format!("  identifier: a\n  title: {title}\n"));
        let before = repo.read("catalog/dish.yaml");
        lint(&repo, &["--fix"]);
        assert_eq!(repo.read("catalog/dish.yaml"), before);
    }
}

#[test]
fn two_that_look_the_same_are_two_to_the_catalog_and_one_is_told() {
    let repo = with(&format!("  identifier: {HAN}\n"));
    let twin = repo.read("catalog/dish.yaml").replace(HAN, "\u{d55c}").replace("name: dish", "name: other");
    repo.write("catalog/other.yaml", twin);
    assert_eq!(findings(&repo, &[]), ["catalog/dish.yaml:7:15 unnormalised-text"]);
    let text = lint(&repo, &[]).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("`\u{d55c}` is U+1112 U+1161 U+11AB here, which is not Unicode NFC (U+D55C)."), "{text}");
    assert!(text.contains("the catalog sees another"), "{text}");
    repo.write(
        "catalog/plain.yaml",
        service("plain", "  title: plain # portolan: ignore[unnormalised-text] nothing\n"),
    );
    assert!(
        findings(&repo, &[]).contains(&"catalog/plain.yaml:8:35 unused-ignore".to_owned()),
        "{:?}",
        findings(&repo, &[])
    );
}
