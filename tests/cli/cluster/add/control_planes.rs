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
