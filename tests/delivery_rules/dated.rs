//! The pairs of files that guides for control planes have shown for years, in a scratch repository: what is wrong with them
//! is said, and what `--fix` and the helps make of them is clean.

use super::bench::{Report, lint, repository};
use crate::testkit::Repo;

const URL: &str = "https://github.com/example/control-planes";

const SOURCE: &str = "apiVersion: source.toolkit.fluxcd.io/v1beta1
kind: GitRepository
metadata:
  name: plane-eu
  namespace: default
spec:
  interval: 1m
  ref:
    branch: main
  url: https://github.com/example/control-planes
";

const KUSTOMIZATION: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1beta1
kind: Kustomization
metadata:
  name: plane-eu
  namespace: default
spec:
  interval: 10m0s
  path: ./planes/eu
  prune: true
  sourceRef:
    kind: GitRepository
    name: plane-eu
  validation: client
";

const LIST: &str = "apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- eu-source.yaml
- eu-planes.yaml
";

const APPLICATION: &str = "apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: 'plane-eu'
spec:
  destination:
    server: https://eu.example.com
    namespace: requests
  source:
    path: 'claims'
    repoURL: 'https://github.com/example/control-planes'
    targetRevision: 'main'
  project: 'default'
  syncPolicy:
    automated: {}
";

const CLAIM: &str = "apiVersion: database.example.org/v1alpha1
kind: PostgreSQLInstance
metadata: {name: orders, namespace: requests}
spec: {parameters: {storageGB: 20}}
";

const ENTITY: &str = "apiVersion: getport.io/v1
kind: Entity
metadata: {name: orders, namespace: requests}
spec: {blueprint: database, identifier: orders}
";

fn flux(repo: &Repo) {
    repo.write("fleet/eu-source.yaml", SOURCE);
    repo.write("fleet/eu-planes.yaml", KUSTOMIZATION);
    repo.write("fleet/kustomization.yaml", LIST);
}

fn found(report: &Report) -> Vec<(&str, &str, u64)> {
    report.of_delivery().iter().map(|it| (it.rule.as_str(), it.path.as_str(), it.line)).collect()
}

#[test]
fn a_dated_pair_for_flux_is_answered_and_fixed() {
    for has_config in [false, true] {
        let repo = repository(URL);
        flux(&repo);
        if has_config {
            repo.write("portolan.yaml", "delivery: cluster\n");
        }
        let report = lint(repo.path(), &[]);
        assert_eq!(
            found(&report),
            [
                ("removed-api", "fleet/eu-planes.yaml", 1),
                ("delivery-path-missing", "fleet/eu-planes.yaml", 8),
                ("removed-api", "fleet/eu-source.yaml", 1),
            ],
            "{report:#?}"
        );
        let removed = &report.of_delivery()[0];
        assert!(
            removed.message.contains("kustomize.toolkit.fluxcd.io/v1beta1`, which Flux 2.7 removed"),
            "{removed:?}"
        );
        assert!(removed.help.contains("`spec.validation` is gone: remove it"), "{removed:?}");
        assert!(removed.help.contains("no matches for kind \"Kustomization\""), "{removed:?}");
        lint(repo.path(), &["--fix"]);
        assert_eq!(repo.read("fleet/eu-source.yaml"), SOURCE.replace("v1beta1", "v1"));
        assert_eq!(
            repo.read("fleet/eu-planes.yaml"),
            KUSTOMIZATION.replace("v1beta1", "v1").replace("  validation: client\n", "")
        );
        assert_eq!(found(&lint(repo.path(), &[])), [("delivery-path-missing", "fleet/eu-planes.yaml", 8)]);
        repo.write("planes/eu/claim.yaml", CLAIM);
        let report = lint(repo.path(), &[]);
        assert_eq!((report.code, found(&report)), (0, Vec::new()), "{report:#?}");
    }
}

#[test]
fn a_second_pair_that_lands_in_the_same_cluster_is_reported() {
    let repo = repository(URL);
    flux(&repo);
    lint(repo.path(), &["--fix"]);
    let (source, planes) = (repo.read("fleet/eu-source.yaml"), repo.read("fleet/eu-planes.yaml"));
    repo.write("fleet/us-source.yaml", source.replace("plane-eu", "plane-us"));
    repo.write("fleet/us-planes.yaml", planes.replace("plane-eu", "plane-us"));
    repo.write("fleet/kustomization.yaml", LIST.to_owned() + "- us-source.yaml\n- us-planes.yaml\n");
    repo.write("planes/eu/claim.yaml", CLAIM);
    repo.write("portolan.yaml", "delivery: cluster\n");
    let report = lint(repo.path(), &[]);
    assert_eq!(found(&report), [("delivered-twice", "fleet/us-planes.yaml", 8)], "{report:#?}");
}

#[test]
fn a_dated_application_is_answered() {
    let repo = repository(URL);
    repo.write("argocd/plane-eu.yaml", APPLICATION);
    for config in [None, Some("delivery: cluster\n")] {
        if let Some(config) = config {
            repo.write("portolan.yaml", config);
        }
        let report = lint(repo.path(), &[]);
        assert_eq!(found(&report), [("delivery-path-missing", "argocd/plane-eu.yaml", 10)], "{report:#?}");
        assert!(report.of_delivery()[0].help.contains("claims: app path does not exist"), "{report:#?}");
    }
    repo.remove("portolan.yaml");
    // Whether an application of other things than entities prunes is the business of its people.
    repo.write("claims/orders.yaml", CLAIM);
    assert_eq!(found(&lint(repo.path(), &[])), []);
    let never_pruned = [("never-pruned", "argocd/plane-eu.yaml", 15)];
    repo.write("portolan.yaml", "delivery: cluster\n");
    assert_eq!(found(&lint(repo.path(), &[])), never_pruned);
    repo.write(
        "argocd/plane-eu.yaml",
        APPLICATION.replace("automated: {}", "automated: {} # portolan: ignore[never-pruned] kept"),
    );
    assert_eq!(lint(repo.path(), &[]).findings, []);
    repo.write("argocd/plane-eu.yaml", APPLICATION);
    repo.remove("portolan.yaml");
    repo.write("claims/orders.yaml", ENTITY);
    assert_eq!(found(&lint(repo.path(), &[])), never_pruned);
    repo.write("argocd/plane-eu.yaml", APPLICATION.replace("automated: {}", "automated: {prune: true}"));
    assert_eq!(found(&lint(repo.path(), &[])), []);
}
