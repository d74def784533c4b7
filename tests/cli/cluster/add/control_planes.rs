//! Control planes beside the cluster in which the deliverers run.

use super::{EU, URL, US, add, application_set, git};
use crate::cli::run;

#[test]
fn a_folder_that_the_config_does_not_include_is_named() {
    let repo = git(URL);
    repo.write("portolan.yaml", "manifests: {include: ['catalog/**/*.yaml', 'planes/**']}\n");
    let text = add(&repo, "cluster add eu --deliverer flux --path control-planes/eu");
    assert!(text.contains("1. Add `\"control-planes/eu/**/*.{yaml,yml}\"` to `manifests.include`"), "{text}");
    for line in ["cluster add us --path planes/us", "cluster add ap --path catalog", "cluster add sa"] {
        let text = add(&repo, line);
        assert!(!text.contains("manifests.include"), "{text}");
    }
}

#[test]
fn the_namespace_of_an_application_set_comes_before_that_of_other_clusters() {
    let repo = git(URL);
    let set = |rows: &str| application_set("planes", "planes/{{cluster}}", rows).replace("catalog}", "shop}");
    repo.write("sets.yaml", set(EU));
    repo.write("portolan.yaml", "clusters:\n  central: {deliverer: argocd, namespace: catalog}\n");
    add(&repo, "cluster add us --server https://us:6443");
    assert_eq!(repo.read("sets.yaml"), set(&format!("{EU}{US}")));
    assert!(repo.read("portolan.yaml").ends_with("  us:\n    deliverer: argocd\n    namespace: shop\n"));
}

const XRD: &str = "apiVersion: apiextensions.crossplane.io/v1\nkind: CompositeResourceDefinition\nmetadata: {name: \
                   xdatabases.acme.example.com}\n";

fn claim(namespace: &str) -> String {
    format!("apiVersion: acme.example.com/v1\nkind: Database\nmetadata: {{name: orders, namespace: {namespace}}}\n")
}

/// Flux puts every object into `targetNamespace`, whatever it names.
#[test]
fn the_namespace_is_that_of_the_claims() {
    let repo = git(URL);
    let config = "manifests: {include: ['apis/**', 'planes/**', 'crds/**']}\nclusters:\n  central: {deliverer: flux, namespace: catalog}\n";
    repo.write("portolan.yaml", config).write("apis/database.yaml", XRD);
    repo.write("planes/eu/orders.yaml", claim("shop")).write("planes/us/.gitkeep", "");
    repo.write("planes/ap/a.yaml", claim("shop")).write("planes/ap/b.yaml", claim("billing"));
    let target = |name: &str| {
        let file = repo.read(&format!("clusters/{name}.yaml"));
        file.lines().find_map(|line| line.trim().strip_prefix("targetNamespace: ")).map(str::to_owned)
    };
    add(&repo, "cluster add eu --path planes/eu");
    assert_eq!(target("eu").as_deref(), Some("shop"));
    assert!(repo.read("portolan.yaml").ends_with("  eu:\n    deliverer: flux\n    namespace: shop\n"));
    // Without manifests it is the usual one, and what the flag says comes first.
    add(&repo, "cluster add us --path planes/us");
    assert_eq!(target("us").as_deref(), Some("catalog"));
    add(&repo, "cluster add sa --path planes/eu --namespace other");
    assert_eq!(target("sa").as_deref(), Some("other"));
    add(&repo, "cluster add ap --path planes/ap");
    assert_eq!(target("ap"), None);
    // Who prunes a definition deletes every claim: only the folder of the claims is delivered.
    add(&repo, "cluster add all");
    assert!(!repo.read("clusters/all.yaml").contains("apis"), "{}", repo.read("clusters/all.yaml"));
}

#[test]
fn the_file_of_an_application_set_is_listed_beside_the_others() {
    let repo = git(URL);
    repo.write("clusters/sets.yaml", application_set("planes", "planes/{{cluster}}", EU));
    repo.write("clusters/kustomization.yaml", "resources:\n  - project.yaml\n");
    repo.write("clusters/project.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n");
    add(&repo, "cluster add us --server https://us:6443");
    assert_eq!(repo.read("clusters/kustomization.yaml"), "resources:\n  - project.yaml\n  - sets.yaml\n");
    // Without a kustomization, nobody lists files.
    repo.remove("clusters/kustomization.yaml");
    add(&repo, "cluster add ap --server https://ap:6443");
    assert!(!repo.path().join("clusters/kustomization.yaml").exists());
}

#[test]
fn the_first_cluster_is_known_by_its_name_beside_control_planes() {
    for deliverer in ["flux", "argocd"] {
        let repo = git(URL);
        assert_eq!(
            run(&repo, &format!("init --yes --example --delivery {deliverer} --cluster central --ci none")).code,
            0
        );
        add(&repo, "cluster add us --path control-planes/us");
        let trace = run(&repo, "cluster trace service/checkout --cluster central");
        assert_eq!(trace.code, 0, "{}{}", trace.results, trace.talk);
        assert!(trace.results.contains("(clusters/central.yaml:"), "{}", trace.results);
        assert!(!trace.results.contains("assumed:"), "{}", trace.results);
        let forecast = run(&repo, "cluster forecast --catalog local --cluster us").results;
        assert!(
            forecast.contains("Entity checkout: `") && forecast.contains("` delivers to another cluster"),
            "{forecast}"
        );
    }
}

#[test]
fn lint_names_what_a_project_lacks() {
    let repo = git(URL);
    assert_eq!(run(&repo, "init --yes --example --delivery argocd --cluster central --ci none").code, 0);
    add(&repo, "cluster add us --path control-planes/us --namespace shop");
    let project = repo.read("clusters/project.yaml").replace("namespace: shop\n", "namespace: other\n");
    repo.write("clusters/project.yaml", project);
    let definition =
        "apiVersion: apiextensions.crossplane.io/v2\nkind: CompositeResourceDefinition\nmetadata: {name: as.b.c}\n";
    repo.write("crds/definition.yaml", definition);
    let lint = run(&repo, "lint --output json");
    assert_eq!(lint.code, 1, "{}", lint.results);
    for row in [
        r#"{name: \"us\", namespace: \"shop\"}"#,
        r#"{group: \"apiextensions.crossplane.io\", kind: CompositeResourceDefinition}"#,
    ] {
        assert!(lint.results.contains(row), "{row}: {}", lint.results);
    }
    assert!(!lint.results.contains("never-pruned"), "{}", lint.results);
}
