//! Tests `cluster crds`: the published definitions, the extended ones, and that a mapping reads what these add.

use serde_json::{Value, json};

use super::documents;
use super::structural::faults;
use crate::cli::run;
use crate::testkit::Repo;

fn repo(platform: &str) -> Repo {
    let repo = Repo::new();
    repo.write("portolan.yaml", format!("platform: {platform}\nscope: acme/catalog\n"));
    repo
}

/// What port-labs/port-crds publishes.
fn published(kind: &str, plural: &str, singular: &str, short: &str, scope: &str, group: &str) -> Value {
    let columns = [
        ("Blueprint ID", "blueprint"),
        ("Entity ID", "identifier"),
        ("Properties", "properties"),
        ("Relations", "relations"),
    ];
    let columns =
        columns.map(|(name, field)| json!({"name": name, "type": "string", "jsonPath": format!(".spec.{field}")}));
    let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let properties = json!({
        "blueprint": {"type": "string"}, "identifier": {"type": "string"}, "properties": open, "relations": open,
    });
    let spec = json!({"type": "object", "properties": properties, "required": ["blueprint", "identifier"]});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group,
            "versions": [{
                "name": "v1", "served": true, "storage": true, "additionalPrinterColumns": columns,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
            }],
            "scope": scope,
            "names": {"plural": plural, "singular": singular, "kind": kind, "shortNames": [short]},
        },
    })
}

#[test]
fn the_definitions_are_the_published_ones() {
    for (platform, group) in [("port", "getport.io"), ("glint", "useglint.io")] {
        let found = documents(&run(&repo(platform), "cluster crds").quietly_gave());
        let expected = [
            published("Entity", "entities", "entity", "ent", "Namespaced", group),
            published("ClusterEntity", "clusterentities", "clusterentity", "cent", "Cluster", group),
        ];
        assert_eq!(found, expected);
    }
}

#[test]
fn an_api_server_accepts_both_forms() {
    for form in ["", " --extended"] {
        let definitions = documents(&run(&repo("port"), &format!("cluster crds{form}")).quietly_gave());
        assert_eq!(definitions.len(), 2);
        for definition in &definitions {
            assert_eq!(faults(definition), [""; 0], "{form}");
        }
    }
}

#[test]
fn a_mapping_reads_what_the_extended_ones_add() {
    let repo = repo("port");
    repo.write(
        "mapping.yaml",
        "resources:\n  - kind: getport.io/v1/entities\n    port: {entity: {mappings: [{identifier: .spec.identifier, \
         blueprint: .spec.blueprint, title: '.spec.title // \"\"', team: '.spec.team // []'}]}}\n",
    );
    repo.write(
        "cart.yaml",
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: cart, namespace: shop}\n\
         spec: {blueprint: service, identifier: cart, title: Cart, icon: null, team: [shop], relations: null}\n",
    );
    for (form, count) in [("", 0), (" --extended", 1)] {
        run(&repo, &format!("cluster crds{form} --out crds.yaml")).quietly_gave();
        let found = run(&repo, "cluster evaluate --mapping mapping.yaml --output json crds.yaml cart.yaml");
        let result: Value = serde_json::from_str(&found.results).expect("it is JSON");
        let upserts = result["upserts"].as_array().expect("a list");
        assert_eq!(upserts.len(), count, "{form}: {}", found.talk);
        if let Some(cart) = upserts.first() {
            assert_eq!((&cart["title"], &cart["team"]), (&json!("Cart"), &json!(["shop"])), "{cart}");
        }
    }
}

#[test]
fn a_file_is_written_and_checked() {
    let repo = repo("port");
    assert_eq!(run(&repo, "cluster crds --extended --out crds.yaml").quietly_gave(), "crds.yaml\n");
    assert_eq!(
        run(&repo, "cluster crds --extended --out crds.yaml --check").quietly_gave(),
        "crds.yaml is up to date\n"
    );
    let other = run(&repo, "cluster crds --out crds.yaml --check");
    assert_eq!((other.code, other.results.contains("\n-                title: ")), (2, true), "{}", other.results);
    assert_eq!(run(&repo, "cluster crds --extended --out -").quietly_gave(), repo.read("crds.yaml"));
}
