//! Tests what is suggested: `|` marks the cursor in each text.

use serde_json::json;

use super::{Completions, Knowledge, complete};
use crate::analysis::{DeclaredEntities, Snapshot};
use crate::domain::blueprint::Blueprint;
use crate::domain::git_host::GitHost;
use crate::domain::known_entities::KnownEntities;
use crate::domain::platform::PORT;
use crate::manifest::ReadAs;

fn snapshot() -> Snapshot {
    let service = json!({
        "identifier": "service", "title": "Service",
        "schema": {"required": ["tier"], "properties": {
            "language": {"type": "string"}, "tier": {"type": "string", "enum": ["gold", "on"], "default": "gold"},
            "active": {"type": "boolean"}, "langs": {"type": "array", "items": {"type": "string", "enum": ["go", "rust"]}},
            "meta": {"type": "object"}, "lead": {"type": "string", "format": "user"},
        }},
        "relations": {"system": {"target": "system", "required": true}, "uses": {"target": "service", "many": true}},
    });
    let blueprints = [service, json!({"identifier": "system", "schema": {"properties": {}}})];
    let blueprints = blueprints.map(|json| Blueprint::from_json(json).expect("a blueprint").0);
    let mut snapshot = Snapshot::new(blueprints.into());
    let known = "_team\tshop\nservice\tcart\nservice\t12\nservice\tpay\nsystem\tstore\n_user\tada@acme.io\n";
    snapshot.known = Some(KnownEntities::parse(known.to_owned()).0);
    snapshot
}

/// The labels with what each inserts, and the text with the first suggestion in it.
fn completed(marked: &str, file_name: &str) -> (Vec<String>, String) {
    let byte = marked.find('|').expect("the cursor is marked");
    let text = marked.replacen('|', "", 1);
    let snapshot = snapshot();
    let knowledge = Knowledge { snapshot: &snapshot, declared: DeclaredEntities::new(&[]), platform: &PORT };
    let Some(Completions { word, suggestions, .. }) =
        complete(&text, ReadAs { file_name, git_host: GitHost::Unknown }, byte, knowledge)
    else {
        return (Vec::new(), text);
    };
    assert!(word.start as usize <= byte && byte <= word.end as usize, "the word is at the cursor: {marked}");
    assert!(!word.slice(&text).contains('\n'), "the word is on one line: {marked}");
    let first = suggestions.first().map(|it| it.insert.clone()).unwrap_or_default();
    let mut after = text.clone();
    after.replace_range(word.range(), &first);
    (suggestions.into_iter().map(|it| it.label).collect(), after)
}

const HEAD: &str = "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: cart\nspec:\n  blueprint: service\n  identifier: cart\n";

fn in_spec(tail: &str) -> (Vec<String>, String) {
    let (labels, after) = completed(&format!("{HEAD}{tail}"), "cart.yaml");
    let after = after.strip_prefix(HEAD).unwrap_or(&after).to_owned();
    (labels, after)
}

#[track_caller]
fn suggests(tail: &str, labels: &[&str], after: &str) {
    let (found, text) = in_spec(tail);
    assert_eq!(
        (found.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), text.as_str()),
        (labels, after),
        "{tail}"
    );
}

#[test]
fn the_parts_of_an_entity_are_suggested_where_they_belong() {
    suggests("  |", &["title", "icon", "team", "properties", "relations"], "  title: ");
    suggests("  team: |", &["shop"], "  team: [shop]");
    suggests("  team: s|", &["shop"], "  team: [shop]");
    suggests("  team: [|]", &["shop"], "  team: [shop]");
    suggests(
        "  properties:\n    tier: gold\n    |",
        &["language", "active", "langs", "meta", "lead"],
        "  properties:\n    tier: gold\n    language: ",
    );
    suggests(
        "  properties:\n    la|: go\n    tier: gold",
        &["language", "active", "langs", "meta", "lead"],
        "  properties:\n    language: go\n    tier: gold",
    );
    suggests("  properties:\n    tier: |", &["gold", "on"], "  properties:\n    tier: gold");
    suggests("  properties:\n    tier:|", &["gold", "on"], "  properties:\n    tier: gold");
    suggests("  properties: {tier: |}", &["gold", "on"], "  properties: {tier: gold}");
    suggests("  properties:\n    active: t|", &["true", "false"], "  properties:\n    active: true");
    suggests("  properties:\n    langs: |", &["go", "rust"], "  properties:\n    langs: [go]");
    suggests(
        "  properties:\n    langs:\n      - go\n      - |",
        &["rust"],
        "  properties:\n    langs:\n      - go\n      - rust",
    );
    suggests("  properties:\n    lead: |", &["ada@acme.io"], "  properties:\n    lead: \"ada@acme.io\"");
    suggests("  relations:\n    |", &["system", "uses"], "  relations:\n    system: ");
    suggests("  relations:\n    system: |", &["store"], "  relations:\n    system: store");
    suggests("  relations:\n    uses: [pay, |]", &["12", "cart"], "  relations:\n    uses: [pay, \"12\"]");
    suggests("  relations:\n    uses:\n      - p|", &["pay"], "  relations:\n    uses:\n      - pay");
    suggests("  relations:\n    uses:\n      |", &["12", "cart", "pay"], "  relations:\n    uses:\n      - \"12\"");
}

#[test]
fn lists_and_mappings_begin_on_the_next_line() {
    let (_, after) = in_spec("  properties:\n    tier: gold\n    language: go\n    active: true\n    |");
    assert!(after.ends_with("    langs:\n      - "), "{after}");
    let (_, after) = completed("apiVersion: getport.io/v1\nkind: Entity\n|", "x.yaml");
    assert!(after.ends_with("metadata:\n  "), "{after}");
}

#[test]
fn kinds_blueprints_and_bare_entities_are_completed() {
    let labels = |text: &str, name: &str| completed(text, name).0;
    assert_eq!(labels("api|", "cart.yaml"), ["apiVersion", "kind", "metadata", "spec"]);
    assert_eq!(labels("apiVersion: |", "cart.yaml"), ["getport.io/v1"]);
    assert_eq!(labels("apiVersion: getport.io/v1\nkind: |", "cart.yaml"), ["Entity", "ClusterEntity"]);
    assert_eq!(
        labels("apiVersion: getport.io/v1\nkind: Entity\nspec:\n  blueprint: |", "x.yaml"),
        ["service", "system"]
    );
    assert_eq!(labels("apiVersion: apps/v1\nkind: Deployment\nspec:\n  |", "x.yaml"), [""; 0]);
    assert_eq!(labels("on: push\n|", "x.yaml"), [""; 0], "another tool's file");
    assert_eq!(labels("|", "port.yml").first().map(String::as_str), Some("blueprint"));
    assert_eq!(labels("- identifier: a\n  blueprint: service\n  relations:\n    system: |", "port.yml"), ["store"]);
    assert_eq!(
        labels(
            "{\"apiVersion\": \"getport.io/v1\", \"kind\": \"Entity\", \"spec\": {\"blueprint\": \"service\", \"properties\": {\"tier\": \"|\"}}}",
            "x.yaml"
        ),
        ["gold", "on"]
    );
    assert_eq!(labels("# a |comment", "port.yml"), [""; 0]);
}
