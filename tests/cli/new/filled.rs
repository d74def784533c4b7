//! Tests the content of a new manifest, and lint's findings about it.

use crate::cli::new::acme;
use crate::cli::{run, run_with};
use crate::testkit::Repo;

const FULL: &str = "new service cart --set language=go --set tier=2 --set description=yes --set \
                    repository=https://git.acme.example/cart --set system=booking --set dependsOn=checkout --relate \
                    dependsOn=monolith-tms --set tags=a --set tags=no --set ports=[80,443] --title 012 --team payments";

#[test]
fn what_is_given_is_written_as_the_blueprint_has_it_and_lint_is_content() {
    let repo = acme();
    let path = run(&repo, FULL).quietly_gave();
    assert_eq!(path, "catalog/logistics/quoting/cart.yaml\n");
    let document: serde_json::Value = serde_yaml::from_str(&repo.read(path.trim())).expect("it is YAML");
    let spec = serde_json::json!({
        "blueprint": "service", "identifier": "cart", "title": "012", "team": ["payments"],
        "properties": {
            "description": "yes", "language": "go", "lifecycle": "experimental", "tier": 2,
            "repository": "https://git.acme.example/cart", "tags": ["a", "no"], "ports": [80, 443],
        },
        "relations": {"system": "booking", "dependsOn": ["checkout", "monolith-tms"]},
    });
    assert_eq!(document["spec"], spec);
    assert_eq!(document["metadata"], serde_json::json!({"name": "cart"}));
    assert_eq!(run(&repo, "lint").code, 0);
}

#[test]
fn a_list_of_targets_may_be_json_and_a_team_is_named_once() {
    let repo = acme();
    let line =
        "new service cart --set dependsOn=[\"checkout\",\"edge-proxy\"] --relate dependsOn=quotes --team a --team a";
    let made = run(&repo, &format!("{line} --stdout")).results;
    assert!(made.contains("      - checkout\n      - edge-proxy\n      - quotes\n"), "{made}");
    assert!(made.contains("  team:\n    - a\n  properties:"), "{made}");
}

#[test]
fn what_is_required_and_unknown_is_a_blank_that_lint_points_at() {
    let repo = acme();
    let made = run(&repo, "new service cart --set language=go");
    assert_eq!((made.code, made.results.as_str()), (0, "catalog/logistics/quoting/cart.yaml\n"));
    insta::assert_snapshot!(repo.read("catalog/logistics/quoting/cart.yaml"));
    insta::assert_snapshot!(made.talk);
    let linted = run(&repo, "lint --output concise");
    assert_eq!(linted.code, 1);
    assert!(linted.results.lines().all(|line| made.talk.contains(line)), "{}", linted.results);
}

#[test]
fn a_relation_to_nobody_is_told_at_once() {
    let repo = acme();
    let made = run(&repo, "new service cart --set system=bokking --stdout");
    assert!(made.talk.contains("points to `system` `bokking`, which does not exist"), "{}", made.talk);
    assert!(made.results.contains("    system: bokking"), "{}", made.results);
}

#[test]
#[ignore = "slow"]
fn every_blueprint_of_the_example_makes_a_manifest_that_lint_can_read() {
    let repo = acme();
    for blueprint in ["api", "carrier", "datastore", "domain", "environment", "library", "service", "system", "_team"] {
        for form in ["", " --bare"] {
            let made = run(&repo, &format!("new {blueprint} brand-new --stdout{form}"));
            assert_eq!(made.code, 0, "{blueprint}: {}", made.talk);
            let findings = made.talk.lines().skip(1);
            let is_blank = |line: &str| line.contains("[missing-property]") || line.contains("[missing-relation]");
            assert!(findings.clone().all(is_blank), "{blueprint}: {}", made.talk);
        }
    }
}

#[test]
fn the_cluster_takes_no_title_so_none_is_offered() {
    let repo = acme();
    let made = run_with(&repo, "new service cart --stdout", &[("PORTOLAN_DELIVERY", "cluster")]);
    assert!(!made.results.contains("# title:") && !made.results.contains("# team:"), "{}", made.results);
    let glint = run_with(&repo, "new service cart --stdout", &[("PORTOLAN_PLATFORM", "glint")]);
    assert!(glint.results.starts_with("apiVersion: useglint.io/v1\nkind: Entity\n"), "{}", glint.results);
}

#[test]
fn what_the_catalog_has_already_is_told() {
    let repo = acme();
    let made = run(&repo, "new service monolith-tms --stdout");
    assert!(made.talk.contains("The catalog has `service/monolith-tms` already"), "{}", made.talk);
}

#[test]
fn words_of_a_blueprint_are_no_yaml_and_no_orders() {
    let repo = Repo::new();
    repo.write(
        ".portolan/blueprints/x.json",
        r##"{"identifier": "x", "icon": "no", "schema": {"required": ["on", "a: b"], "properties": {
            "on": {"type": "string", "description": "one\n---\nportolan: ignore[*] \u001b[31mred"},
            "a: b": {"type": "array", "title": "#", "items": {"type": "string", "enum": ["yes", "- no"]}},
            "y": {"type": "string", "default": "no\nyes"}}}, "relations": {}}"##,
    );
    let made = run(&repo, "new x 012 --set on=yes --stdout");
    assert_eq!(made.code, 0, "{}", made.talk);
    let document: serde_json::Value = serde_yaml::from_str(&made.results).expect("it is YAML");
    assert_eq!(document["spec"]["identifier"], "012");
    assert_eq!(document["spec"]["properties"], serde_json::json!({"on": "yes", "a: b": null}));
    assert!(!made.results.contains('\u{1b}') && !made.results.contains("portolan: ignore"), "{}", made.results);
    assert_eq!(made.talk.matches("missing-property").count(), 1, "{}", made.talk);
}
