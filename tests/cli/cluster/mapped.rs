//! Tests `lint`, `diff` and `push` with `clusters.NAME.mapping`: the declared entities are what the exporter would write,
//! of any Kubernetes object, at the places of the manifests.

use super::trace::{URL, git_source, kustomization};
use super::{CONFIG, findings, helm_values};
use crate::cli::run;
use crate::testkit::Repo;
use crate::testkit::counts::{planned, pushed};
use crate::testkit::errors::assert_error;

const SERVICE: &str = r#"{"identifier": "service", "title": "Service",
  "schema": {"properties": {"tier": {"type": "string", "enum": ["gold", "silver"]}, "replicas": {"type": "number"},
    "lang": {"type": "string", "default": "go"}}},
  "relations": {"system": {"target": "system", "required": false, "many": false}}}"#;
const SYSTEM: &str = r#"{"identifier": "system", "title": "System", "schema": {"properties": {}}, "relations": {}}"#;

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
              \"*\": .spec.properties.more // {}
            relations:
              system: .spec.relations.system
  - kind: getport.io/v1/clusterentities
    port: {entity: {mappings: [{identifier: .spec.identifier, blueprint: .spec.blueprint}]}}
  - kind: apps/v1/deployments
    port:
      entity:
        mappings:
          - identifier: .metadata.name
            blueprint: '\"service\"'
            properties:
              replicas: .spec.replicas
";

const CART: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata: {name: cart, namespace: shop}
spec:
  blueprint: service
  identifier: cart
  properties:
    tier: gold
    more: {lang: rust}
  relations:
    system: shop
---
apiVersion: getport.io/v1
kind: ClusterEntity
metadata: {name: shop}
spec: {blueprint: system, identifier: shop}
";

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
";

fn repository() -> Repo {
    let repo = Repo::new();
    repo.write(".portolan/blueprints/service.json", SERVICE).write(".portolan/blueprints/system.json", SYSTEM);
    repo.write("portolan.yaml", CONFIG).write("platform/exporter.yaml", MAPPING);
    repo.write("catalog/cart.yaml", CART).write("deploy/web.yaml", WEB);
    repo
}

#[track_caller]
fn assert_found(repo: &Repo, expected: &[(&str, &str, u64, &str)]) {
    let found = findings(repo, "");
    let found: Vec<(&str, &str, u64, &str)> =
        found.iter().map(|(rule, path, line, place)| (rule.as_str(), path.as_str(), *line, place.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn mapped_entities_are_judged_at_their_manifests() {
    let repo = repository();
    assert_found(&repo, &[]);
    repo.write("catalog/cart.yaml", CART.replace("gold", "bronze").replace("lang: rust", "size: 1"));
    repo.write("deploy/web.yaml", WEB.replace("replicas: 3", "replicas: many"));
    assert_found(
        &repo,
        &[
            ("value-not-allowed", "catalog/cart.yaml", 8, "platform/exporter.yaml:9"),
            ("unknown-property", "catalog/cart.yaml", 9, "platform/exporter.yaml:10"),
            ("wrong-property-type", "deploy/web.yaml", 6, "platform/exporter.yaml:22"),
        ],
    );
    // A manifest's own properties are not judged: only what the mapping takes of them arrives.
    repo.write("catalog/cart.yaml", CART.replace("    tier: gold", "    tier: gold\n    unmapped: 1"));
    repo.write("deploy/web.yaml", WEB);
    assert_found(&repo, &[]);
    // A value that no plain path leads to has the place of the object's name.
    repo.write("platform/exporter.yaml", MAPPING.replace(".spec.replicas", ".spec.replicas | tostring"));
    assert_found(&repo, &[("wrong-property-type", "deploy/web.yaml", 4, "platform/exporter.yaml:22")]);
}

#[test]
fn relations_of_mapped_entities_need_mapped_targets() {
    let repo = repository();
    repo.write(".portolan/known-entities.txt", "# portolan known-entities 1\n");
    assert_found(&repo, &[]);
    repo.write("platform/exporter.yaml", MAPPING.replace("identifier: .spec.identifier, b", "identifier: '\"x\"', b"));
    let found = findings(&repo, "");
    let dangling: Vec<_> = found.iter().filter(|(rule, ..)| rule == "dangling-relation").collect();
    assert_eq!(dangling.len(), 1, "{found:?}");
    assert_eq!((dangling[0].1.as_str(), dangling[0].2), ("catalog/cart.yaml", 11));
}

#[test]
fn two_objects_of_one_entity_are_found_at_both_places() {
    let repo = repository();
    repo.write("deploy/other.yaml", WEB.replace("name: web", "name: cart"));
    assert_found(&repo, &[("duplicate-entity", "deploy/other.yaml", 4, "catalog/cart.yaml:6")]);
    let diff = run(&repo, "diff");
    assert_eq!(diff.code, 1, "{}", diff.results);
}

#[test]
fn what_is_staged_is_mapped_with_the_staged_mapping() {
    let repo = repository();
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "x"]);
    repo.write("catalog/cart.yaml", CART.replace("gold", "bronze"));
    repo.git(&["add", "-A"]);
    repo.write("catalog/cart.yaml", CART);
    let staged = findings(&repo, "--staged");
    assert_eq!(staged.iter().map(|(rule, ..)| rule.as_str()).collect::<Vec<_>>(), ["value-not-allowed"]);
    assert_found(&repo, &[]);
}

#[test]
fn push_writes_what_the_exporter_would_write() {
    let repo = repository();
    let push = run(&repo, "push");
    assert_eq!((push.code, pushed(&push.results)[0]), (0, 3), "{}{}", push.results, push.talk);
    assert_eq!(planned(&run(&repo, "diff").results)[5], 3);
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "x"]);
    // An expression without a value is null, which clears; what `*` no longer brings stays.
    repo.write("catalog/cart.yaml", CART.replace("    tier: gold\n    more: {lang: rust}\n", "    other: 1\n"));
    let diff = run(&repo, "diff --base HEAD");
    assert!(diff.results.contains("tier: \"gold\" → unset"), "{}", diff.results);
    assert!(!diff.results.contains("lang"), "{}", diff.results);
    // An object that is no longer there deletes its entity.
    repo.remove("deploy/web.yaml");
    let diff = run(&repo, "diff --base HEAD");
    assert!(diff.results.contains("- web"), "{}", diff.results);
    assert_eq!(planned(&diff.results)[..3], [0, 1, 1], "{}", diff.results);
}

#[test]
fn a_plan_of_a_commit_and_of_a_file_is_mapped_too() {
    let repo = repository();
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "x"]);
    for line in ["diff --ref HEAD", "diff --out plan.json"] {
        assert_eq!(planned(&run(&repo, line).results)[0], 3, "{line}");
    }
    let push = run(&repo, "push --plan plan.json");
    assert_eq!((push.code, pushed(&push.results)[0]), (0, 3), "{}{}", push.results, push.talk);
}

#[test]
fn an_object_that_fails_blocks_deletes() {
    let repo = repository();
    assert_eq!(run(&repo, "push").code, 0);
    repo.remove("deploy/web.yaml");
    let failing = MAPPING.replace("tier: .spec.properties.tier", "tier: .spec.identifier | fromjson");
    repo.write("platform/exporter.yaml", failing);
    assert_found(&repo, &[("failing-expression", "platform/exporter.yaml", 9, "catalog/cart.yaml:3")]);
    assert_eq!(run(&repo, "diff").code, 1);
    repo.write("portolan.yaml", format!("{CONFIG}rules: {{failing-expression: warning}}\n"));
    let diff = run(&repo, "diff");
    assert_eq!(planned(&diff.results)[2], 0, "{}{}", diff.results, diff.talk);
    assert!(diff.results.contains("`catalog/cart.yaml:1` cannot be used"), "{}{}", diff.results, diff.talk);
}

#[test]
fn what_cannot_be_read_is_found_where_it_is() {
    let repo = repository();
    repo.write("deploy/web.yaml", format!("{WEB}---\nkind: Deployment\nmetadata: {{name: [a}}\n"));
    let found = findings(&repo, "");
    assert_eq!(found.iter().map(|it| (it.0.as_str(), it.2)).collect::<Vec<_>>(), [("yaml-syntax", 9)]);
    repo.write("deploy/web.yaml", format!("{WEB}---\nkind: 'Deployment' # of the shop\nmetadata: {{name: [a}}\n"));
    assert_eq!(findings(&repo, "").iter().map(|it| (it.0.as_str(), it.2)).collect::<Vec<_>>(), [("yaml-syntax", 9)]);
    // Nothing is mapped from a template of another kind.
    repo.write("deploy/web.yaml", format!("{WEB}---\nkind: Service\nmetadata: {{name: [a}}\n"));
    assert_found(&repo, &[]);
}

#[test]
fn the_settings_of_clusters_are_checked() {
    let repo = repository();
    assert_error(&run(&repo, "diff --cluster prd").talk, "unknown-cluster");
    repo.write("portolan.yaml", format!("{CONFIG}write: replace\n"));
    assert_error(&run(&repo, "diff").talk, "write-beside-mapping");
    // With `delivery: direct`, the mapping has no effect.
    repo.write("portolan.yaml", format!("{CONFIG}write: merge\ndelivery: direct\n"));
    assert_found(&repo, &[("unknown-property", "catalog/cart.yaml", 9, ":null")]);
    repo.write("portolan.yaml", CONFIG.replace("exporter.yaml", "none.yaml"));
    assert_error(&run(&repo, "lint").talk, "unreadable-mapping");
    for (key, value) in [
        ("mapping", "../up.yaml"),
        ("mapping", "./"),
        ("mapping", "/etc/exporter.yaml"),
        ("state-key", "'a b'"),
        ("exporter", "latest"),
        ("deliverer", "helm"),
        ("namespace", "Shop"),
        ("other", "1"),
        ("env", "[a]"),
    ] {
        repo.write("portolan.yaml", format!("clusters: {{prod: {{{key}: {value}}}}}\n"));
        let lint = run(&repo, "lint");
        assert_eq!(lint.code, 64, "{key}: {value}: {}", lint.talk);
        assert!(lint.talk.contains("portolan.yaml:1:"), "{}", lint.talk);
    }
}

#[test]
fn a_mapping_may_be_in_helm_values_or_json() {
    let repo = repository();
    repo.write("platform/exporter.yaml", helm_values(MAPPING));
    repo.write("catalog/cart.yaml", CART.replace("gold", "bronze"));
    assert_found(&repo, &[("value-not-allowed", "catalog/cart.yaml", 8, "platform/exporter.yaml:11")]);
    // A JSON file is not among the manifests.
    repo.write("portolan.yaml", CONFIG.replace("exporter.yaml", "exporter.json"));
    let json = "{\"resources\": [{\"kind\": \"apps/v1/deployments\", \"port\": {\"entity\": {\"mappings\": [\n\
                {\"identifier\": \".metadata.name\", \"blueprint\": \"\\\"service\\\"\",\n\
                \"properties\": {\"tier\": \".metadata.name\"}}]}}}]}\n";
    repo.write("platform/exporter.json", json);
    let found = findings(&repo, "");
    let first = &found[0];
    assert_eq!((first.0.as_str(), first.3.as_str()), ("value-not-allowed", "platform/exporter.json:3"), "{found:?}");
}

#[test]
fn bare_entities_stay_declared_and_no_exporter_writes_them() {
    let repo = repository();
    repo.write("apps/port.yml", "identifier: bare\nblueprint: service\nproperties: {tier: gold}\n");
    assert_eq!(planned(&run(&repo, "diff").results)[0], 3);
    assert_eq!(pushed(&run(&repo, "push").results)[0], 4);
    repo.write("apps/port.yml", "identifier: cart\nblueprint: service\nproperties: {tier: bronze}\n");
    let found = findings(&repo, "");
    let rules: Vec<&str> = found.iter().map(|(rule, ..)| rule.as_str()).collect();
    assert_eq!(rules, ["value-not-allowed", "duplicate-entity"]);
}

#[test]
fn a_crash_blocks_deletes_because_the_rest_is_not_mapped() {
    let repo = repository();
    assert_eq!(run(&repo, "push").code, 0);
    repo.write("portolan.yaml", format!("{CONFIG}rules: {{null-in-list: warning}}\n"));
    repo.write("catalog/cart.yaml", CART.replace("    tier: gold", "    other: [a, null]\n    tier: gold"));
    let diff = run(&repo, "diff");
    assert_eq!(planned(&diff.results)[2], 0, "{}{}", diff.results, diff.talk);
    assert!(diff.results.contains("crashes"), "{}{}", diff.results, diff.talk);
}

/// The first document.
fn entity_of(text: &str) -> &str {
    text.split("---\n").next().unwrap_or_default()
}

#[test]
fn objects_that_no_deliverer_brings_leave_nothing_open() {
    let repo = repository();
    repo.git(&["remote", "add", "origin", URL]);
    repo.write("clusters/prod.yaml", git_source() + &kustomization("catalog", "./catalog", "prune: true"));
    repo.write("catalog/web.yaml", WEB).remove("deploy/web.yaml");
    repo.write("catalog/pay.yaml", entity_of(CART).replace("cart", "pay"));
    assert_eq!(run(&repo, "push").code, 0);
    repo.remove("catalog/pay.yaml");
    let planned_again = run(&repo, "push --dry-run");
    assert_eq!(planned(&planned_again.results)[2], 1, "{}{}", planned_again.results, planned_again.talk);
    repo.write(".portolan/known-entities.txt", "# portolan known-entities 1\n");
    assert_found(&repo, &[]);
    repo.write("catalog/cart.yaml", CART.replace("system: shop", "system: gone"));
    let found = findings(&repo, "");
    assert!(found.iter().any(|(rule, ..)| rule == "dangling-relation"), "{found:?}");
}

#[test]
fn a_cluster_without_a_mapping_sends_its_manifests_as_they_are() {
    let repo = repository();
    repo.git(&["remote", "add", "origin", URL]);
    repo.write("portolan.yaml", format!("{CONFIG}  west: {{}}\n"));
    let to = |name: &str, folder: &str| {
        kustomization(name, folder, &format!("prune: true\nkubeConfig: {{secretRef: {{name: {name}-kubeconfig}}}}"))
    };
    repo.write("deploy/flux.yaml", git_source() + &to("prod", "./catalog") + &to("west", "./west"));
    repo.write("catalog/web.yaml", WEB).remove("deploy/web.yaml");
    repo.write("west/pay.yaml", entity_of(CART).replace("cart", "pay").replace("    more: {lang: rust}\n", ""));
    assert_found(&repo, &[]);
    let pushed_all = run(&repo, "push");
    assert_eq!((pushed_all.code, pushed(&pushed_all.results)[0]), (0, 4), "{}{}", pushed_all.results, pushed_all.talk);
    // It is judged as it is.
    repo.write("west/pay.yaml", entity_of(CART).replace("cart", "pay"));
    assert_found(&repo, &[("unknown-property", "west/pay.yaml", 9, ":null")]);
}
