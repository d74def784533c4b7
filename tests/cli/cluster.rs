//! Tests `portolan cluster`: a sample of the recordings of the real exporter through `cluster evaluate`, expectations, and
//! the exit codes. All recordings are evaluated in the tests of the library.

pub(super) mod add;
mod assumed_mapping;
mod crds;
mod delivered;
mod delivery_faults;
mod explained;
mod forecast;
mod glint;
mod mapped;
mod mapping;
mod mapping_rules;
mod policies;
mod structural;
mod trace;

use std::path::Path;

use serde_json::{Value, json};

use super::{Run, run};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

const MAPPING: &str = "\
resources:
  - kind: getport.io/v1/entities
    selector: {query: .spec.blueprint}
    port:
      entity:
        mappings:
          - identifier: .spec.identifier
            blueprint: .spec.blueprint
            properties:
              tier: .spec.properties.tier
";

const OBJECTS: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata: {name: cart, namespace: shop}
spec: {blueprint: service, identifier: cart, properties: {tier: 2}}
";

/// A config with a cluster that has a mapping.
const CONFIG: &str = "scope: acme/catalog\nclusters:\n  prod:\n    mapping: platform/exporter.yaml\n";

/// The mapping inside of Helm values, from the third line on.
fn helm_values(mapping: &str) -> String {
    let indented: String = mapping.lines().map(|line| format!("    {line}\n")).collect();
    format!("configMap:\n  config: |\n{indented}")
}

/// The findings of lint: rule, file, line, and the first related place.
fn findings(repo: &Repo, flags: &str) -> Vec<(String, String, u64, String)> {
    let report = run(repo, &format!("lint --output json {flags}"));
    let report: Value = serde_json::from_str(&report.results).unwrap_or_else(|_| panic!("{}", report.talk));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |finding: &Value| {
        let related = &finding["related"][0];
        let place = format!("{}:{}", text(&related["path"]), related["start"]["line"]);
        (text(&finding["rule"]), text(&finding["path"]), finding["start"]["line"].as_u64().unwrap_or_default(), place)
    };
    report["findings"].as_array().expect("a list").iter().map(of).collect()
}

/// The YAML documents of a generated file.
pub(super) fn documents(text: &str) -> Vec<Value> {
    let read = |document| serde::Deserialize::deserialize(document).unwrap_or_else(|error| panic!("{error}\n{text}"));
    serde_yaml::Deserializer::from_str(text).map(read).collect()
}

/// The recorded case of this name.
fn recording(name: &str) -> Value {
    let group = name.split('-').next().expect("a name has a part");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/mapping/exporter/{group}.jsonl"));
    let text = std::fs::read_to_string(file).expect("the recordings are there");
    let cases = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a case"));
    cases.into_iter().find(|case| case["name"] == name).expect("there is such a case")
}

/// Evaluates a recorded case by its files.
fn evaluate(case: &Value) -> Run {
    let repo = Repo::outside_git();
    let mut line = "cluster evaluate --output json --env PORT_CLIENT_ID=id --env STATE_KEY=golden".to_owned();
    match case["config"].as_str() {
        Some(config) => {
            repo.write("config.yaml", config);
            line += " --mapping config.yaml";
        }
        None => {
            repo.write("integration.json", case["integration"].as_str().expect("it has a config"));
            line += " --mapping integration.json --as stored";
        }
    }
    repo.write("stored.json", case["stored"].to_string());
    line += " stored.json";
    if let Some(crds) = case["crds"].as_str() {
        repo.write("crds.yaml", crds);
        line += " crds.yaml";
    }
    if case["catalog"].is_array() {
        repo.write("catalog.json", case["catalog"].to_string());
        line += " --known catalog.json";
    }
    for (name, value) in case["env"].as_object().into_iter().flatten() {
        let value = value.as_str().expect("it is text");
        if !value.contains(char::is_whitespace) {
            line += &format!(" --env {name}={value}");
        }
    }
    if case["port"].is_object() {
        line += " --no-raw-examples";
    }
    run(&repo, &line)
}

#[test]
fn recordings_are_met_by_the_program() {
    for name in [
        "config-map-leaf-file",
        "config-number-leaf-stored",
        "config-key-case-stored",
        "config-resources-empty",
        "crash-null-in-list",
        "crash-identifier-map-null",
        "delete-stale",
        "kind-typo",
        "crd-own-kind",
        "multi-mappings",
        "prop-error-other-entry",
        "rel-search-query",
    ] {
        let case = recording(name);
        let (sent, done) = (&case["sent"][0], evaluate(&case));
        let found: Value = serde_json::from_str(&done.results).unwrap_or_else(|_| panic!("{name}: {}", done.talk));
        assert_eq!(found["outcome"], sent["outcome"], "{name}");
        assert_eq!(found["upserts"], sent["upserts"], "{name}");
        let keys = |list: &Value| {
            let list = list.as_array().expect("a list").iter();
            list.map(|key| (key["blueprint"].clone(), key["identifier"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(keys(&found["deletes"]), keys(&sent["deletes"]), "{name}");
        assert_eq!(done.code == 0, sent["outcome"] == "complete", "{name}");
    }
}

#[test]
fn an_expectation_is_met_until_something_changes() {
    let repo = Repo::outside_git();
    repo.write("m.yaml", MAPPING.replace("{query: .spec.blueprint}", "{}")).write("o.yaml", OBJECTS);
    let json = run(&repo, "cluster evaluate --mapping m.yaml --output json o.yaml").quietly_gave();
    repo.write("expected.json", &json);
    run(&repo, "cluster evaluate --mapping m.yaml --expect expected.json o.yaml").quietly_gave();
    repo.write("expected.json", json!({"format": "portolan.evaluate/1", "upserts": []}).to_string());
    let different = run(&repo, "cluster evaluate --mapping m.yaml --expect expected.json o.yaml");
    assert_eq!(different.code, 1);
    assert!(different.results.contains("+    \"tier\": 2"), "{}", different.results);
    repo.write("expected.json", "[]");
    let refused = run(&repo, "cluster evaluate --mapping m.yaml --expect expected.json o.yaml");
    assert_error(&refused.was_refused(), "not-an-expectation");
    repo.write("expected.json", json!({"outcome": "complete", "upserts": [1]}).to_string());
    let refused = run(&repo, "cluster evaluate --mapping m.yaml --expect expected.json o.yaml");
    let talk = refused.was_refused();
    assert!(talk.contains("its upserts are not a list of objects"), "{talk}");
}

#[test]
fn an_expectation_that_is_met_shows_an_outcome_that_fails_the_run() {
    let repo = Repo::outside_git();
    repo.write("m.yaml", MAPPING).write("o.yaml", OBJECTS).write("expected.json", r#"{"outcome": "no-deletion"}"#);
    let done = run(&repo, "cluster evaluate --mapping m.yaml --expect expected.json o.yaml");
    assert_eq!((done.code, done.results.as_str()), (1, "the expectation is met, but the outcome is no-deletion\n"));
}

#[test]
fn problems_have_their_place_in_helm_values_too() {
    let repo = Repo::outside_git();
    repo.write("values.yaml", helm_values(MAPPING)).write("o.yaml", OBJECTS);
    let done = run(&repo, "cluster evaluate --mapping values.yaml --output json o.yaml");
    assert_eq!(done.code, 1, "{}", done.talk);
    let found: Value = serde_json::from_str(&done.results).expect("it is JSON");
    let problem = &found["problems"][0];
    assert_eq!(problem["class"], "selector");
    assert_eq!(problem["object"], "shop/cart");
    assert_eq!((&problem["start"]["line"], &problem["start"]["column"]), (&json!(5), &json!(27)));
}

#[test]
fn notes_have_their_place_and_name_files_without_objects() {
    let repo = Repo::outside_git();
    let mapping = MAPPING.replace("port:", "prot:");
    repo.write("m.yaml", mapping).write("o.yaml", OBJECTS).write("values.yaml", "replicas: 1\n");
    let done = run(&repo, "cluster evaluate --mapping m.yaml o.yaml values.yaml");
    assert!(done.results.contains("\n0 entities sent\n"), "{}", done.results);
    for note in [
        "note: m.yaml:4: The exporter ignores the key `prot`.",
        "note: m.yaml:2: `resources[0]` has no mappings",
        "note: `values.yaml` has no Kubernetes object",
    ] {
        assert!(done.talk.contains(note), "{note}: {}", done.talk);
    }
}

#[test]
fn objects_that_the_api_server_refuses_are_left_out_with_a_note() {
    let repo = Repo::outside_git();
    let titled = OBJECTS.replace("blueprint: service", "blueprint: service, title: Cart");
    repo.write("m.yaml", MAPPING).write("o.yaml", titled);
    let done = run(&repo, "cluster evaluate --mapping m.yaml o.yaml");
    assert_eq!(done.code, 0);
    assert!(
        done.talk.contains("note: o.yaml:1: `Entity shop/cart`") && done.talk.contains("`spec.title`"),
        "{}",
        done.talk
    );
}

#[test]
fn what_is_no_object_or_no_list_of_entities_is_refused() {
    let repo = Repo::outside_git();
    repo.write("m.yaml", MAPPING).write("o.yaml", OBJECTS).write("broken.yaml", "a: [\n").write("known.json", "{}");
    let refused = run(&repo, "cluster evaluate --mapping m.yaml broken.yaml");
    assert_error(&refused.was_refused(), "unreadable-objects");
    let refused = run(&repo, "cluster evaluate --mapping m.yaml --known known.json o.yaml");
    assert_error(&refused.was_refused(), "unreadable-known-entities");
    assert_eq!(run(&repo, "cluster evaluate --mapping m.yaml --env X o.yaml").code, 64);
    for line in ["--mapping - -", "--mapping m.yaml - o.yaml -", "--mapping m.yaml --known - -"] {
        let refused = run(&repo, &format!("cluster evaluate {line}"));
        assert_error(&refused.was_refused(), "input-read-twice");
    }
}
