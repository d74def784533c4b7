//! Tests `schema manifest`: what it accepts and rejects, with a validator and with a real editor's language server.

use serde::Deserialize as _;

use super::session::Session;
use crate::cli::run;
use crate::testkit::{Repo, files_below};

fn acme() -> Repo {
    let repo = Repo::new();
    repo.copy_example("acme");
    repo
}

/// A session over the example's schema.
fn session() -> Option<(Repo, Session)> {
    let repo = acme();
    assert_eq!(run(&repo, "schema manifest --write").quietly_gave(), ".portolan/manifest.schema.json\n");
    let session = Session::start(&repo.path().join(".portolan/manifest.schema.json"))?;
    Some((repo, session))
}

const CART: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata:
  name: cart
spec:
  blueprint: service
  identifier: cart
  properties:
    description: Holds what is not paid yet.
    language: rust
    lifecycle: beta
    tier: 2
    repository: https://git.acme.example/payments/cart
  relations:
    system: booking
";

#[test]
fn an_editor_completes_by_blueprint() {
    let Some((_repo, mut session)) = session() else { return };
    let mut offers = |name: &str, text: &str| session.offers(&format!("{name}.yaml"), text);
    let has = |offered: &[String], wanted: &[&str]| {
        for word in wanted {
            assert!(offered.iter().any(|it| it == word), "`{word}` is not among {offered:?}");
        }
    };
    has(&offers("empty", "|\n"), &["apiVersion", "kind", "metadata", "spec", "blueprint", "identifier"]);
    has(&offers("version", "apiVersion: |\n"), &["getport.io/v1", "useglint.io/v1"]);
    has(&offers("kind", "apiVersion: getport.io/v1\nkind: |\n"), &["Entity", "ClusterEntity"]);
    let spec = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: a}\nspec:\n";
    has(&offers("blueprint", &format!("{spec}  blueprint: |\n")), &["service", "system", "api"]);
    let service = format!("{spec}  blueprint: service\n  identifier: a\n");
    let properties = offers("keys", &format!("{service}  properties:\n    tier: 1\n    |\n"));
    has(&properties, &["language", "costCentre", "runbook"]);
    assert!(!properties.iter().any(|it| it == "tier" || it == "slug" || it == "protocol"), "{properties:?}");
    has(&offers("choice", &format!("{service}  properties:\n    language: |\n")), &["rust", "go", "kotlin"]);
    has(&offers("relations", &format!("{service}  relations:\n    |\n")), &["system", "runsIn", "dependsOn"]);
    has(&offers("target", &format!("{service}  relations:\n    system: |\n")), &["booking", "edge"]);
    has(
        &offers("targets", &format!("{service}  relations:\n    dependsOn:\n      - |\n")),
        &["checkout", "monolith-tms"],
    );
    has(&offers("user", &format!("{service}  properties:\n    reviewTeam: |\n")), &["payments", "platform"]);
    let other = offers("other", &format!("{spec}  blueprint: api\n  identifier: a\n  properties:\n    |\n"));
    has(&other, &["protocol", "version"]);
    assert!(!other.iter().any(|it| it == "language"), "{other:?}");
    has(&offers("bare", "blueprint: service\nidentifier: a\nproperties:\n  language: |\n"), &["rust", "go"]);
    has(&offers("second", &format!("{CART}---\n{service}  properties:\n    language: |\n")), &["rust", "go"]);
}

#[test]
fn an_editor_shows_what_is_wrong_where_it_is() {
    let Some((_repo, mut session)) = session() else { return };
    let mut faults = |name: &str, text: &str| session.faults(&format!("{name}.yaml"), text);
    assert_eq!(faults("good", CART), []);
    assert_eq!(faults("foreign", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n"), []);
    for (name, from, to, line, words) in [
        ("type", "tier: 2", "tier: two", 11, "number"),
        ("choice", "language: rust", "language: rsut", 9, "\"rust\""),
        ("unknown", "lifecycle: beta", "lifecycle: beta\n    colour: red", 11, "colour is not allowed"),
        ("computed", "lifecycle: beta", "lifecycle: beta\n    slug: red", 11, "slug is not allowed"),
        ("missing", "    tier: 2\n", "", 7, "\"tier\""),
        ("relation", "    system: booking", "    runsIn: []", 13, "\"system\""),
        ("arity", "system: booking", "system: [booking]", 14, "string"),
        ("url", "https://git.acme.example/payments/cart", "cart", 12, "Write a URL"),
        ("pattern", "lifecycle: beta", "lifecycle: beta\n    costCentre: CC-1", 11, "pattern"),
        ("blueprint", "blueprint: service", "blueprint: servce", 5, "\"service\""),
        ("version", "getport.io/v1", "getport.io/v2", 0, "getport.io/v1"),
        ("kind", "kind: Entity", "kind: Entitty", 1, "ClusterEntity"),
        ("name", "name: cart", "name: Cart", 3, "lower case"),
        ("field", "  identifier: cart", "  identifer: cart", 6, "identifer is not allowed"),
        ("identifier", "identifier: cart", "identifier: my cart", 6, "Use letters, digits and @"),
    ] {
        assert!(CART.contains(from), "{from}");
        let found = faults(name, &CART.replacen(from, to, 1));
        let is_there = found.iter().any(|(at, message)| *at == line && message.contains(words));
        assert!(is_there, "{name}: {found:?}");
        assert!(found.len() <= 3, "{name}: {found:?}");
    }
    let inherited = "blueprint: api\nidentifier: a\nteam: payments\nproperties: {protocol: rest, version: '1', visibility: public}\nrelations: {service: cart}\n";
    let found = faults("team", inherited);
    assert!(matches!(found.as_slice(), [(2, words)] if words.contains("inherit their team through")), "{found:?}");
}

#[test]
fn an_editor_finds_the_schema_by_the_settings_that_init_writes() {
    let repo = acme();
    repo.write(".vscode/settings.json", "{}\n");
    assert_eq!(run(&repo, "init --yes --ci none").code, 0);
    let settings: serde_json::Value = serde_json::from_str(&repo.read(".vscode/settings.json")).expect("it is JSON");
    let Some(mut session) = Session::with(&settings["yaml.schemas"], Some(repo.path())) else { return };
    let wrong = CART.replace("tier: 2", "tier: two");
    let mut is_checked = |path: &str, text: &str| {
        let path = repo.path().join(path);
        !session.faults(path.to_str().expect("our names are UTF-8"), text).is_empty()
    };
    assert!(is_checked("catalog/cart.yaml", &wrong));
    assert!(is_checked("catalog/logistics/new/cart.yml", &wrong));
    assert!(is_checked("apps/cart/port.yml", "blueprint: service\nidentifier: [a]\n"));
    assert!(!is_checked("catalog/cart.yaml.txt", &wrong));
    assert!(!is_checked("docs/cart.yaml", &wrong));
}

#[test]
fn a_new_target_is_no_error() {
    let Some((_repo, mut session)) = session() else { return };
    assert_eq!(session.faults("target.yaml", &CART.replace("system: booking", "system: not-made-yet")), []);
}

#[test]
fn an_editor_explains_what_is_under_the_mouse() {
    let Some((_repo, mut session)) = session() else { return };
    let shown = session.hover("tier.yaml", &CART.replace("tier:", "ti|er:"));
    assert!(shown.contains("1 wakes people up") && shown.contains("1, 2, 3 or 4"), "{shown}");
    let shown = session.hover("system.yaml", &CART.replace("system:", "sys|tem:"));
    assert!(shown.contains("booking"), "{shown}");
}

/// Every document of the example, parsed by another YAML reader.
fn documents(repo: &Repo) -> Vec<serde_json::Value> {
    let mut documents = Vec::new();
    for path in files_below(repo.path()) {
        let name = path.to_str().expect("our names are UTF-8");
        if name.starts_with("catalog/") || name.ends_with("port.yml") {
            let text = repo.read(name);
            for document in serde_yaml::Deserializer::from_str(&text) {
                let mut value = serde_yaml::Value::deserialize(document).expect("it is YAML");
                value.apply_merge().expect("its merge keys are sound");
                documents.push(serde_json::to_value(value).expect("its keys are text"));
            }
        }
    }
    documents
}

#[test]
fn what_lint_takes_the_schema_takes() {
    let repo = acme();
    let text = run(&repo, "schema manifest").quietly_gave();
    assert_eq!(run(&repo, "schema manifest").quietly_gave(), text, "it is not the same twice");
    let schema: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let judge = jsonschema::validator_for(&schema).expect("it is a schema");
    let documents = documents(&repo);
    assert!(documents.len() > 90, "only {} documents found", documents.len());
    for document in documents {
        let faults: Vec<String> =
            judge.iter_errors(&document).map(|fault| format!("{} {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{document}: {faults:?}");
    }
    let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "getport.io/v1", "kind": "Entity"}]});
    assert!(!judge.is_valid(&list));
    assert!(judge.is_valid(&serde_json::json!([{"blueprint": "_team", "identifier": "Ünïcode/注文", "team": null}])));
}

#[test]
fn without_a_snapshot_it_is_a_schema_all_the_same() {
    let repo = Repo::new();
    let made = run(&repo, "schema manifest");
    assert!(made.talk.contains("Run `portolan pull`"), "{}", made.talk);
    let schema: serde_json::Value = serde_json::from_str(&made.results).expect("it is JSON");
    let judge = jsonschema::validator_for(&schema).expect("it is a schema");
    assert!(judge.is_valid(&serde_json::json!({"blueprint": "any", "identifier": "a", "properties": {"b": 1}})));
    assert!(!judge.is_valid(&serde_json::json!({"blueprint": "any"})));
    assert!(judge.is_valid(&serde_json::json!({"replicas": 3})), "other YAML is none of our business");
}

#[test]
fn what_is_written_is_what_is_printed_and_lint_does_not_mind_it() {
    let repo = acme();
    let before = run(&repo, "lint").results;
    let printed = run(&repo, "schema manifest").quietly_gave();
    run(&repo, "schema manifest --write").quietly_gave();
    assert_eq!(repo.read(".portolan/manifest.schema.json"), printed);
    assert_eq!(run(&repo, "lint").results, before);
    let refused = run(&repo, "schema lint --write").was_refused();
    assert!(refused.contains("drop `--write`"), "{refused}");
}
