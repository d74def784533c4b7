//! Tests the mapping of Glint's exporter: its key, its group, and that its results are marked approximate.

use serde_json::{Value, json};

use crate::cli::run;
use crate::testkit::Repo;
use crate::testkit::counts::planned;

const MAPPING: &str = "\
resources:
  - kind: useglint.io/v1/entities
    glint:
      entity:
        mappings:
          - identifier: .spec.identifier
            blueprint: .spec.blueprint
            properties: {tier: .spec.properties.tier}
";

const CART: &str = "\
apiVersion: useglint.io/v1
kind: Entity
metadata: {name: cart, namespace: shop}
spec: {blueprint: service, identifier: cart, properties: {tier: gold}}
";

const SERVICE: &str = r#"{"identifier": "service", "title": "Service",
  "schema": {"properties": {"tier": {"type": "string", "enum": ["gold"]}}}, "relations": {}}"#;

fn evaluated(repo: &Repo, flags: &str) -> Value {
    let done = run(repo, &format!("cluster evaluate --mapping m.yaml --output json {flags} o.yaml"));
    serde_json::from_str(&done.results).unwrap_or_else(|_| panic!("{}", done.talk))
}

#[test]
fn a_mapping_of_glint_is_recognised_and_its_results_are_approximate() {
    let repo = Repo::outside_git();
    repo.write("m.yaml", MAPPING).write("o.yaml", CART);
    let found = evaluated(&repo, "");
    assert_eq!(found["upserts"][0]["properties"], json!({"tier": "gold"}));
    let doubt = &found["approximations"][0];
    assert_eq!((&doubt["name"], &doubt["expression"], &doubt["start"]), (&json!("glint"), &Value::Null, &Value::Null));
    let done = run(&repo, "cluster evaluate --mapping m.yaml o.yaml");
    assert!(
        done.talk.contains("note: The results are approximate: Glint's exporter could not be examined"),
        "{}",
        done.talk
    );
    // Port's exporter ignores the key.
    let of_port = evaluated(&repo, "--platform port");
    assert_eq!((&of_port["upserts"], &of_port["approximations"]), (&json!([]), &json!([])));
    repo.write("m.yaml", MAPPING.replace("    glint:", "    port:"));
    assert_eq!(evaluated(&repo, "")["approximations"], json!([]));
    assert_eq!(evaluated(&repo, "--platform glint")["upserts"], json!([]));
    // The place of a failing field has the key of the platform.
    let items = "glint:\n      itemsToParse: .spec";
    repo.write("m.yaml", MAPPING.replace("glint:", items));
    assert_eq!(evaluated(&repo, "")["problems"][0]["field"], "glint.itemsToParse");
}

#[test]
fn a_repository_of_glint_maps_by_the_key_of_glint() {
    let repo = Repo::new();
    repo.write(
        "portolan.yaml",
        "platform: glint\ncatalog: local\nscope: acme/catalog\nclusters: {prod: {mapping: exporter.yaml}}\n",
    );
    repo.write(".portolan/blueprints/service.json", SERVICE).write("catalog/cart.yaml", CART);
    let written = run(&repo, "cluster mapping --out exporter.yaml");
    assert_eq!(written.code, 0, "{}", written.talk);
    let mapping = repo.read("exporter.yaml");
    assert!(mapping.contains("  - kind: useglint.io/v1/entities\n") && mapping.contains("\n    glint:\n"), "{mapping}");
    assert!(mapping.contains("# Glint's exporter could not be examined"), "{mapping}");
    run(&repo, "lint").quietly_gave();
    repo.write("catalog/cart.yaml", CART.replace("gold", "bronze"));
    assert!(run(&repo, "lint --output concise").results.contains("value-not-allowed"));
    repo.write("catalog/cart.yaml", CART);
    let diff = run(&repo, "diff");
    assert_eq!(planned(&diff.results)[0], 1, "{}", diff.results);
    assert!(diff.results.contains("approximate: Glint's exporter could not be"), "{}", diff.results);
    let explained = run(&repo, "cluster mapping --explain Entity/cart").quietly_gave();
    assert!(explained.contains("note: the results are approximate: Glint's exporter"), "{explained}");
    assert!(explained.contains("\"tier\":\"gold\""), "{explained}");
    let forecast = run(&repo, "cluster forecast --no-base");
    assert!(forecast.results.contains("approximate: Glint's exporter could not be"), "{}", forecast.results);
}

#[test]
fn lint_names_the_fields_of_a_mapping_of_glint_by_its_key() {
    let repo = Repo::new();
    repo.write("portolan.yaml", "platform: glint\nscope: acme/catalog\nclusters: {prod: {mapping: exporter.yaml}}\n");
    repo.write("catalog/cart.yaml", CART);
    for (items, help) in [(".spec | nosuch", ""), (".spec", "give a list for every object")] {
        repo.write("exporter.yaml", MAPPING.replace("glint:", &format!("glint:\n      itemsToParse: {items}")));
        let lint = run(&repo, "lint --output json");
        assert!(lint.results.contains("`glint.itemsToParse`") && lint.results.contains(help), "{}", lint.results);
    }
}
