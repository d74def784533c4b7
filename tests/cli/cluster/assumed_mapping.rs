//! Tests what lint reports of clusters without a mapping: it assumes the one that `cluster mapping` writes.

use std::fmt::Write as _;

use super::findings;
use crate::cli::run;
use crate::testkit::Repo;

const SERVICE: &str = r#"{"identifier": "service", "title": "Service", "schema": {"properties": {
  "owners": {"title": "Owners", "type": "array"}}, "required": []},
  "relations": {"next": {"title": "Next", "target": "service", "required": false, "many": false}}}"#;

fn entity(name: &str, rest: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: {name}\n  namespace: shop\nspec:\n  blueprint: \
         service\n  identifier: {name}\n{rest}"
    )
}

fn next(name: &str, target: &str) -> String {
    entity(name, &format!("  relations:\n    next: {target}\n"))
}

/// A Kustomization for the folder, to the cluster of this kubeconfig.
fn kustomization(cluster: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: catalog-{cluster}, \
         namespace: flux-system}}\nspec:\n  interval: 5m\n  path: ./catalog\n  prune: true\n  sourceRef: {{kind: \
         GitRepository, name: catalog}}\n  kubeConfig: {{secretRef: {{name: {cluster}-kubeconfig}}}}\n---\n"
    )
}

fn repository(config: &str) -> Repo {
    let repo = Repo::new();
    repo.git(&["remote", "add", "origin", "git@git.example.com:acme/catalog.git"]);
    repo.write(".portolan/blueprints/service.json", SERVICE);
    repo.write("portolan.yaml", format!("scope: acme/catalog\n{config}"));
    repo
}

fn deliver_to(repo: &Repo, clusters: &[&str]) {
    let mut text = String::from(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: catalog, namespace: \
         flux-system}\nspec: {interval: 1m, url: https://git.example.com/acme/catalog, ref: {branch: main}}\n---\n",
    );
    clusters.iter().for_each(|cluster| _ = write!(text, "{}", kustomization(cluster)));
    repo.write("deploy/catalog.yaml", text);
}

#[track_caller]
fn assert_found(repo: &Repo, expected: &[(&str, &str, u64)]) {
    let found = findings(repo, "");
    let found: Vec<(&str, &str, u64)> =
        found.iter().map(|(rule, path, line, _)| (rule.as_str(), path.as_str(), *line)).collect();
    assert_eq!(found, expected);
}

#[test]
fn entities_of_a_cycle_never_arrive() {
    let repo = repository("delivery: cluster\n");
    repo.write("catalog/a.yaml", next("a", "b")).write("catalog/b.yaml", next("b", "c"));
    repo.write("catalog/c.yaml", next("c", "a")).write("catalog/d.yaml", next("d", "a"));
    repo.write("catalog/e.yaml", next("e", "e"));
    let cycle = ("relation-cycle", "catalog/a.yaml", 4);
    assert_found(&repo, &[cycle]);
    // A second run, from the cache.
    assert_found(&repo, &[cycle]);
    for config in ["", "delivery: direct\n", "delivery: cluster\nrules: {relation-cycle: off}\n"] {
        repo.write("portolan.yaml", format!("scope: acme/catalog\n{config}"));
        assert_found(&repo, &[]);
    }
    // A file that no cluster gets breaks no cycle of those that one gets.
    repo.write("portolan.yaml", "scope: acme/catalog\nclusters: {prod: {}}\n");
    assert_found(&repo, &[cycle]);
    repo.remove("catalog/c.yaml");
    repo.write("port.yml", "identifier: c\nblueprint: service\nrelations: {next: a}\n");
    assert_found(&repo, &[]);
    repo.remove("port.yml");
    let comment = "  identifier: a # portolan: ignore[relation-cycle] once";
    repo.write("catalog/a.yaml", next("a", "b").replace("  identifier: a", comment));
    let found = findings(&repo, "");
    assert!(found.iter().any(|(rule, ..)| rule == "unused-ignore"), "{found:?}");
}

#[test]
fn a_configured_mapping_is_judged_instead() {
    let repo = repository("clusters: {prod: {mapping: exporter.yaml}}\n");
    repo.write("catalog/a.yaml", next("a", "b")).write("catalog/b.yaml", next("b", "a"));
    let mapping = run(&repo, "cluster mapping").quietly_gave();
    repo.write("exporter.yaml", &mapping);
    assert_found(&repo, &[("relation-cycle", "catalog/a.yaml", 4)]);
    repo.write("exporter.yaml", format!("createMissingRelatedEntities: true\n{mapping}"));
    assert_found(&repo, &[]);
}

#[test]
fn a_null_in_a_list_crashes_the_exporter() {
    let repo = repository("clusters: {prod: {}}\n");
    repo.write("catalog/a.yaml", entity("a", "  properties:\n    owners: [ann, ~]\n"));
    repo.write("catalog/b.yaml", entity("b", "  properties:\n    owners: [{name: [~]}]\n"));
    repo.write("port.yml", "identifier: c\nblueprint: service\nproperties: {owners: [~]}\n");
    let expected = [("null-in-list", "catalog/a.yaml", 10), ("null-in-list", "catalog/b.yaml", 10)];
    assert_found(&repo, &expected);
    repo.write("portolan.yaml", "scope: acme/catalog\n");
    assert_found(&repo, &[]);
    // What was found clean without a cluster is looked at again.
    repo.write("portolan.yaml", "scope: acme/catalog\ndelivery: cluster\n");
    assert_found(&repo, &expected);
}

#[test]
fn lists_of_teams_need_a_newer_exporter() {
    let repo = repository("clusters: {prod: {exporter: 0.7.2}}\n");
    repo.write("catalog/a.yaml", entity("a", "  team: [checkout]\n"));
    let rules = |repo: &Repo| findings(repo, "").into_iter().map(|(rule, ..)| rule).collect::<Vec<_>>();
    assert!(rules(&repo).contains(&"exporter-too-old".to_owned()), "{:?}", rules(&repo));
    repo.write("portolan.yaml", "scope: acme/catalog\nclusters: {prod: {exporter: 0.7.3}}\n");
    assert!(!rules(&repo).contains(&"exporter-too-old".to_owned()), "{:?}", rules(&repo));
}

#[test]
fn an_entity_in_two_clusters_has_two_writers() {
    let repo = repository("clusters: {east: {}, west: {}}\n");
    repo.write("catalog/a.yaml", entity("a", "")).write("catalog/b.yaml", entity("b", ""));
    deliver_to(&repo, &["east", "west"]);
    assert_found(&repo, &[("mapped-twice", "catalog/a.yaml", 4)]);
    let report = run(&repo, "lint");
    assert!(
        report.results.contains("`Entity shop/a` and 1 other manifest are delivered to two clusters"),
        "{}",
        report.results
    );
    deliver_to(&repo, &["east"]);
    assert_found(&repo, &[]);
    // A cluster that the config does not name may have no exporter.
    deliver_to(&repo, &["east", "west"]);
    repo.write("portolan.yaml", "scope: acme/catalog\nclusters: {east: {}}\n");
    assert_found(&repo, &[]);
}

#[test]
fn a_name_that_no_deliverer_knows_is_said() {
    let note = "The deliverers of this repository know no cluster `west`";
    let repo = repository("clusters: {east: {}, west: {}}\n");
    repo.write("catalog/a.yaml", entity("a", ""));
    deliver_to(&repo, &["east"]);
    for line in ["lint", "diff --catalog local", "cluster forecast --no-base --catalog local"] {
        let done = run(&repo, line);
        let said = format!("{}{}", done.talk, done.results).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(said.matches(note).count(), 1, "{line}: {said}");
    }
    repo.write("portolan.yaml", "scope: acme/catalog\nclusters: {east: {}, west: {deliverer: kubectl}}\n");
    assert!(!run(&repo, "lint").talk.contains(note));
    // The only cluster is that of all deliverers.
    repo.write("portolan.yaml", "scope: acme/catalog\nclusters: {west: {}}\n");
    assert!(!run(&repo, "lint").talk.contains(note));
}
