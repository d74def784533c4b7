//! Tests the lint rules about mappings through the program: ignore comments in a mapping, a mapping inside of Helm values,
//! several clusters, selected files, and the mappings that `cluster mapping` writes.

use super::{CONFIG, findings, helm_values};
use crate::cli::run;
use crate::testkit::Repo;

const MAPPING: &str = "\
resources:
  - kind: getport.io/v1/entities
    port:
      entity:
        mappings:
          - identifier: .spec.identifier
            blueprint: .spec.blueprint
            properties:
              tier: .spec.properties.tier
";

const CART: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata: {name: cart}
spec: {blueprint: service, identifier: cart, properties: {tier: gold}}
";

fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("portolan.yaml", CONFIG).write("platform/exporter.yaml", MAPPING).write("catalog/cart.yaml", CART);
    repo
}

#[track_caller]
fn assert_found(repo: &Repo, flags: &str, expected: &[(&str, &str, u64)]) {
    let found = findings(repo, flags);
    let found: Vec<(&str, &str, u64)> =
        found.iter().map(|(rule, path, line, _)| (rule.as_str(), path.as_str(), *line)).collect();
    assert_eq!(found, expected);
}

#[test]
fn comments_in_a_mapping_silence_its_findings() {
    let repo = repository();
    let uid = MAPPING.replace(".spec.properties.tier", ".metadata.uid");
    let rule = "cluster-only-value";
    repo.write("platform/exporter.yaml", &uid);
    assert_found(&repo, "", &[(rule, "platform/exporter.yaml", 9)]);
    let silenced =
        uid.replace(".metadata.uid", ".metadata.uid # portolan: ignore[cluster-only-value] as in the cluster");
    repo.write("platform/exporter.yaml", silenced);
    assert_found(&repo, "", &[]);
    let unused = MAPPING.replace("properties.tier", "properties.tier # portolan: ignore[cluster-only-value] no more");
    repo.write("platform/exporter.yaml", unused);
    assert_found(&repo, "", &[("unused-ignore", "platform/exporter.yaml", 9)]);
    repo.write("platform/exporter.yaml", uid);
    repo.write("portolan.yaml", format!("{CONFIG}rules: {{cluster-only-value: off}}\n"));
    assert_found(&repo, "", &[]);
}

#[test]
fn a_comment_is_not_unused_while_the_rule_cannot_judge() {
    let repo = repository();
    let entry = "  - kind: getport.io/v1/entities\n    selector: {query: .metadata.name == \"none\"} # portolan: ignore[unused-mapping-entry] soon\n    port: {entity: {mappings: [{identifier: .spec.identifier, blueprint: .spec.blueprint}]}}\n";
    repo.write("platform/exporter.yaml", format!("{MAPPING}{entry}"));
    assert_found(&repo, "", &[]);
    // Without the entity of a refused object, it is not known which entries take one.
    let titled = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: titled}\nspec: {blueprint: service, identifier: titled, title: Titled}\n";
    repo.write("catalog/titled.yaml", titled);
    assert_found(&repo, "", &[("refused-object", "catalog/titled.yaml", 4)]);
}

#[test]
fn findings_inside_of_helm_values_have_their_line_and_their_comments() {
    let repo = repository();
    let values = |mapping: &str| format!("stateKey: prod\n{}", helm_values(mapping));
    repo.write("platform/exporter.yaml", values(MAPPING));
    assert_found(&repo, "", &[]);
    let broken = MAPPING.replace(".spec.properties.tier", ".spec.properties.tier | nosuch");
    repo.write("platform/exporter.yaml", values(&broken));
    assert_found(&repo, "", &[("invalid-expression", "platform/exporter.yaml", 12)]);
    let silenced = broken.replace("nosuch", "nosuch # portolan: ignore[invalid-expression] soon");
    repo.write("platform/exporter.yaml", values(&silenced));
    assert_found(&repo, "", &[]);
}

#[test]
fn clusters_that_share_a_mapping_share_its_findings() {
    let repo = repository();
    let second = "  other:\n    mapping: platform/exporter.yaml\n";
    repo.write("portolan.yaml", format!("{CONFIG}{second}"));
    let (twice, mapping) = ("mapped-twice", "platform/exporter.yaml");
    assert_found(&repo, "", &[(twice, mapping, 6)]);
    assert_found(&repo, "--cluster prod", &[]);
    repo.write("platform/exporter.yaml", MAPPING.replace("resources:", "deleteDependant: true\nresources:"));
    assert_found(&repo, "", &[("ignored-mapping-key", mapping, 1), (twice, mapping, 7)]);
}

#[test]
fn a_mapping_is_selected_by_its_path() {
    let repo = repository();
    repo.write("platform/exporter.yaml", MAPPING.replace(".spec.properties.tier", ".spec | nosuch"));
    let broken = ("invalid-expression", "platform/exporter.yaml", 9);
    assert_found(&repo, "platform/exporter.yaml", &[broken]);
    assert_found(&repo, "catalog", &[]);
    // It need not be among the manifests.
    repo.write("portolan.yaml", format!("{CONFIG}manifests: {{include: ['catalog/**']}}\n"));
    assert_found(&repo, "", &[broken]);
}

#[test]
fn written_mappings_have_no_findings() {
    for clear in ["used", "all", "none"] {
        let repo = Repo::new();
        repo.copy_example("acme");
        let written = run(&repo, &format!("cluster mapping --clear {clear} --out exporter.yaml"));
        assert_eq!(written.code, 0, "{}", written.talk);
        let config: String = repo.read("portolan.yaml").replace("write: merge\n", "");
        repo.write("portolan.yaml", format!("{config}\nclusters:\n  prod:\n    mapping: exporter.yaml\n"));
        let found = findings(&repo, "");
        // The services of the example do form a cycle, which the exporter does not resolve.
        assert!(found.iter().all(|(rule, ..)| rule == "relation-cycle"), "{clear}: {found:#?}");
    }
}
