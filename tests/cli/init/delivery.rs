//! Tests `init --delivery`: a repository for a cluster with Flux or Argo CD. What it writes is linted, built with kubectl
//! and a pipeline without a push, and existing files stay.

use serde_json::{Value, json};

use super::{GITHUB, GITLAB, git, names, next_steps, run, wired, yaml};
use crate::cli::cluster::add::{assert_valid, built};
use crate::cli::cluster::documents;
use crate::testkit::contents;
use crate::testkit::errors::assert_error;

const HTTPS: &str = "https://token:secret@github.com/acme/catalog.git";

fn named<'d>(all: &'d [Value], kind: &str, name: &str) -> &'d Value {
    let found = all.iter().find(|object| object["kind"] == kind && object["metadata"]["name"] == name);
    found.unwrap_or_else(|| panic!("no {kind} {name} in {all:#?}"))
}

#[test]
fn flux_delivers_an_example_that_lints_clean() {
    let repo = git(HTTPS);
    let told = wired(&repo, "init --yes --example --delivery flux --cluster prod-eu");
    let config = yaml(&repo, "portolan.yaml");
    assert_eq!(config["delivery"], "cluster");
    let cluster = json!({
        "deliverer": "flux", "namespace": "catalog", "mapping": "platform/port-exporter.yaml", "state-key": "prod-eu",
    });
    assert_eq!(config["clusters"], json!({"prod-eu": cluster}));
    let all = documents(&repo.read("clusters/prod-eu.yaml"));
    all.iter().for_each(assert_valid);
    assert_eq!(named(&all, "Namespace", "catalog")["apiVersion"], "v1");
    assert_eq!(named(&all, "GitRepository", "prod-eu")["spec"]["url"], "https://github.com/acme/catalog.git");
    let crds = named(&all, "Kustomization", "prod-eu-crds");
    assert_eq!((&crds["spec"]["prune"], &crds["spec"]["wait"]), (&json!(false), &json!(true)));
    let entities = named(&all, "Kustomization", "prod-eu");
    assert_eq!(entities["spec"]["dependsOn"], json!([{"name": "prod-eu-crds"}]));
    assert_eq!((&entities["spec"]["prune"], &entities["spec"]["targetNamespace"]), (&json!(true), &json!("catalog")));
    assert!(entities["spec"]["kubeConfig"].is_null());
    // The titles of the examples arrive: the CRDs have them, and the mapping is that of the examples.
    assert!(repo.read("crds/entities.yaml").contains("title:"));
    assert_eq!(run(&repo, "cluster mapping --out platform/port-exporter.yaml --check").code, 0);
    for line in ["lint", "lint --require-snapshot", "lint clusters crds platform catalog"] {
        let lint = run(&repo, line);
        assert_eq!(
            (lint.code, lint.results.contains("nothing to")),
            (0, true),
            "{line}: {}{}",
            lint.results,
            lint.talk
        );
    }
    for folder in ["clusters", "catalog"] {
        if folder == "clusters"
            && let Some(all) = built(&repo, folder)
        {
            assert_eq!(all.len(), 4);
        }
    }
    let steps = next_steps(&told).join("\n");
    assert!(steps.contains("kubectl apply -k clusters") && steps.contains("stateKey=prod-eu,"), "{steps}");
    assert!(!told.contains("secret@"), "{told}");
    // The next cluster is one more file.
    run(&repo, "cluster add prod-us").quietly_gave();
    assert!(repo.read("clusters/kustomization.yaml").ends_with("  - prod-eu.yaml\n  - prod-us.yaml\n"));
    assert_eq!(run(&repo, "lint").code, 0);
    if let Some(all) = built(&repo, "clusters") {
        assert_eq!(all.len(), 7);
    }
}

const XRD: &str = "apiVersion: apiextensions.crossplane.io/v1\nkind: CompositeResourceDefinition\nmetadata: {name: \
                   xdatabases.acme.example.com}\nspec:\n  group: acme.example.com\n  names: {kind: XDatabase, plural: \
                   xdatabases}\n  claimNames: {kind: Database, plural: databases}\n  versions:\n  - name: v1\n    served: \
                   true\n    referenceable: true\n    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: \
                   object, properties: {size: {type: string}}}}}}\n";

fn claim(name: &str, namespace: &str) -> String {
    format!(
        "apiVersion: acme.example.com/v1\nkind: Database\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{size: a}}\n"
    )
}

#[test]
fn claims_are_delivered_where_they_are_and_keep_their_namespace() {
    let repo = git(HTTPS);
    repo.write("apis/database.yaml", XRD).write("claims/eu/orders.yaml", claim("orders", "shop"));
    let told = wired(&repo, "init --yes --delivery flux --cluster plane");
    let include = json!(["apis/**/*.{yaml,yml}", "claims/eu/**/*.{yaml,yml}", "crds/**/*.{yaml,yml}"]);
    assert_eq!(yaml(&repo, "portolan.yaml")["manifests"]["include"], include);
    assert_eq!(yaml(&repo, "portolan.yaml")["clusters"]["plane"]["namespace"], "shop");
    let all = documents(&repo.read("clusters/plane.yaml"));
    let spec = &named(&all, "Kustomization", "plane")["spec"];
    assert_eq!((&spec["path"], &spec["targetNamespace"]), (&json!("./claims/eu"), &json!("shop")));
    let paths: Vec<&Value> = all.iter().map(|object| &object["spec"]["path"]).filter(|path| !path.is_null()).collect();
    assert_eq!(paths, ["./crds", "./claims/eu"], "who prunes a definition deletes every claim");
    assert!(!repo.path().join("catalog").exists());
    assert!(next_steps(&told).join("\n").contains("Crossplane definitions of `apis/`"), "{told}");
    let lint = run(&repo, "lint");
    assert_eq!((lint.code, lint.results.contains("3 files")), (0, true), "{}", lint.results);
    // Definitions that Flux has already are no step.
    let told = {
        let repo = git(HTTPS);
        repo.write("crds/database.yaml", XRD).write("claims/orders.yaml", claim("orders", "shop"));
        let told = wired(&repo, "init --yes --delivery flux");
        let include = json!(["crds/**/*.{yaml,yml}", "claims/**/*.{yaml,yml}"]);
        assert_eq!(yaml(&repo, "portolan.yaml")["manifests"]["include"], include);
        told
    };
    assert!(!told.contains("Crossplane definitions"), "{told}");
}

#[test]
fn without_claims_new_ones_go_to_a_folder_that_lint_reads() {
    let repo = git(HTTPS);
    repo.write("apis/database.yaml", XRD);
    wired(&repo, "init --yes --delivery argocd");
    let include = json!(["apis/**/*.{yaml,yml}", "catalog/**/*.{yaml,yml}", "crds/**/*.{yaml,yml}"]);
    assert_eq!(yaml(&repo, "portolan.yaml")["manifests"]["include"], include);
    let all = documents(&repo.read("clusters/production.yaml"));
    assert_eq!(named(&all, "Application", "production")["spec"]["source"]["path"], "catalog");
    // The example is beside claims.
    let repo = git(HTTPS);
    repo.write("apis/database.yaml", XRD).write("claims/orders.yaml", claim("orders", "shop"));
    wired(&repo, "init --yes --example");
    let include = json!(["apis/**/*.{yaml,yml}", "claims/**/*.{yaml,yml}", "catalog/**/*.{yaml,yml}"]);
    assert_eq!(yaml(&repo, "portolan.yaml")["manifests"]["include"], include);
}

#[test]
fn claims_of_several_namespaces_keep_theirs() {
    let repo = git(HTTPS);
    repo.write("crds/database.yaml", XRD).write("claims/orders.yaml", claim("orders", "shop"));
    repo.write("claims/bills.yaml", claim("bills", "billing"));
    wired(&repo, "init --yes --delivery flux");
    let all = documents(&repo.read("clusters/production.yaml"));
    assert_eq!(named(&all, "Kustomization", "production")["spec"]["targetNamespace"], Value::Null);
    assert_eq!(run(&repo, "lint").code, 0);
    assert_eq!(named(&all, "Namespace", "billing")["kind"], named(&all, "Namespace", "shop")["kind"]);
}

#[test]
fn argo_cd_gets_a_project_and_applications() {
    let repo = git(GITLAB);
    repo.write(
        "manifests/cart.yaml",
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: cart, namespace: shop}\nspec: {blueprint: service, identifier: cart}\n",
    );
    let told = wired(&repo, "init --yes --delivery argocd");
    let all: Vec<Value> = ["project", "production"]
        .iter()
        .flat_map(|name| documents(&repo.read(&format!("clusters/{name}.yaml"))))
        .collect();
    all.iter().for_each(assert_valid);
    let project = named(&all, "AppProject", "catalog");
    assert_eq!(project["spec"]["sourceRepos"], json!([GITLAB]));
    let destination = json!({"server": "https://kubernetes.default.svc", "namespace": "shop"});
    assert_eq!(project["spec"]["destinations"], json!([destination]));
    let kinds = project["spec"]["clusterResourceWhitelist"].as_array().expect("a list").iter();
    let kinds: Vec<String> = kinds.map(|row| format!("{}/{}", row["group"], row["kind"]).replace('"', "")).collect();
    assert_eq!(kinds, ["apiextensions.k8s.io/CustomResourceDefinition", "getport.io/ClusterEntity", "/Namespace"]);
    for (name, path, prune) in [("production-crds", "crds", false), ("production", "manifests", true)] {
        let spec = &named(&all, "Application", name)["spec"];
        assert_eq!((&spec["project"], &spec["source"]["path"]), (&json!("catalog"), &json!(path)));
        assert_eq!(spec["destination"], destination);
        assert_eq!(spec["syncPolicy"]["automated"], json!({"prune": prune, "selfHeal": true}));
    }
    // There are no blueprints yet: the mapping sends everything as it is, and a step says how to get the other one.
    let mapping = yaml(&repo, "platform/port-exporter.yaml");
    assert_eq!(mapping["resources"][0]["port"]["entity"]["mappings"][0]["properties"]["*"], ".spec.properties // {}");
    assert!(
        next_steps(&told).join("\n").contains("`portolan cluster mapping --out platform/port-exporter.yaml`"),
        "{told}"
    );
    assert!(!repo.read("crds/entities.yaml").contains("title:"), "the published ones");
    let lint = run(&repo, "lint");
    assert_eq!(lint.code, 0, "{}", lint.results);
    run(&repo, "cluster add eu").quietly_gave();
    let project = yaml(&repo, "clusters/project.yaml");
    assert_eq!(project["spec"]["destinations"][1], json!({"name": "eu", "namespace": "shop"}));
    if let Some(all) = built(&repo, "clusters") {
        assert_eq!(all.len(), 5);
    }
}

#[test]
fn several_clusters_of_a_config_get_application_sets_or_kubeconfigs() {
    for deliverer in ["argocd", "flux"] {
        let repo = git(HTTPS);
        let config = format!(
            "scope: acme/catalog\nclusters: # ours\n  eu: {{deliverer: {deliverer}, mapping: exporter.yaml}}\n  us: {{deliverer: {deliverer}}}\n"
        );
        repo.write("portolan.yaml", &config);
        wired(&repo, &format!("init --yes --delivery {deliverer}"));
        assert_eq!(repo.read("portolan.yaml"), config);
        assert!(repo.path().join("exporter.yaml").exists());
        if deliverer == "flux" {
            for name in ["eu", "us"] {
                let all = documents(&repo.read(&format!("clusters/{name}.yaml")));
                all.iter().for_each(assert_valid);
                assert_eq!(all.len(), 3);
                let secret = &named(&all, "Kustomization", name)["spec"]["kubeConfig"]["secretRef"]["name"];
                assert_eq!(*secret, format!("{name}-kubeconfig"));
            }
            continue;
        }
        run(&repo, "cluster add ap").quietly_gave();
        let all = documents(&repo.read("clusters/applications.yaml"));
        all.iter().for_each(assert_valid);
        for set in ["catalog-crds", "catalog"] {
            let spec = &named(&all, "ApplicationSet", set)["spec"];
            assert_eq!(
                spec["generators"][0]["list"]["elements"],
                json!([{"cluster": "eu"}, {"cluster": "us"}, {"cluster": "ap"}])
            );
        }
        // With the row of a cluster, its CRDs would go, and with them all its entities.
        let policy = &named(&all, "ApplicationSet", "catalog-crds")["spec"]["syncPolicy"];
        assert_eq!(*policy, json!({"preserveResourcesOnDeletion": true}));
        if let Some(all) = built(&repo, "clusters") {
            assert_eq!(all.len(), 3);
        }
    }
}

#[test]
fn existing_files_stay_and_a_config_is_shown_what_it_lacks() {
    let repo = git(GITHUB);
    let files = [
        ("portolan.yaml", "scope: acme/catalog\n"),
        (
            "crds/mine.yaml",
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: entities.getport.io}\nspec: {group: getport.io}\n",
        ),
        ("platform/port-exporter.yaml", "# mine\n"),
        ("clusters/production.yaml", "# mine too\n"),
    ];
    for (path, text) in files {
        repo.write(path, text);
    }
    let first = run(&repo, "init --yes --delivery flux");
    assert_eq!(first.code, 0, "{}", first.talk);
    for (path, text) in files {
        assert_eq!(repo.read(path), text);
        assert!(first.results.contains(path) || path == "crds/mine.yaml", "{}", first.results);
    }
    assert!(!repo.path().join("crds/entities.yaml").exists(), "there are CRDs");
    assert!(
        first.results.contains("portolan.yaml is not changed") && first.results.contains("    delivery: cluster\n"),
        "{}",
        first.results
    );
    let before = contents(repo.path());
    assert_eq!(run(&repo, "init --yes --delivery flux").code, 0);
    assert!(contents(repo.path()) == before);
    for (line, code) in [
        ("init --yes --delivery flux --cluster No", "invalid-cluster-name"),
        ("init --yes --cluster eu", "unknown-cluster"),
    ] {
        assert_error(&run(&repo, line).was_refused(), code);
    }
    repo.write("portolan.yaml", "clusters: {eu: {}}\n");
    assert_error(&run(&repo, "init --yes --delivery flux --cluster us").was_refused(), "not-a-configured-cluster");
}

#[test]
fn without_a_remote_the_address_is_a_placeholder_and_a_step_says_so() {
    for origin in ["", "/srv/git/catalog.git", "git://example.com/catalog"] {
        let repo = git(origin);
        let told = wired(&repo, "init --yes --delivery flux");
        assert!(repo.read("clusters/production.yaml").contains("url: https://git.example.com/OWNER/REPOSITORY.git\n"));
        assert!(next_steps(&told).iter().any(|step| step.contains("Replace `https://git.example.com")), "{told}");
    }
    let repo = git(GITHUB);
    let told = wired(&repo, "init --yes --delivery flux");
    let source = repo.read("clusters/production.yaml");
    assert!(
        source.contains("url: ssh://git@github.com/acme/catalog.git\n") && source.contains("name: production-git\n"),
        "{source}"
    );
    assert!(told.contains("flux create secret git production-git"), "{told}");
}

#[test]
fn a_second_folder_is_permitted_by_the_project_and_crds_among_manifests_arrive_with_them() {
    let repo = git(HTTPS);
    let entity = |name: &str| {
        format!(
            "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}, namespace: {name}}}\nspec: {{blueprint: b, identifier: {name}}}\n"
        )
    };
    repo.write("a/catalog/a.yaml", entity("a")).write("b/catalog/b.yaml", entity("b"));
    wired(&repo, "-C a init --yes --delivery argocd --cluster a");
    let crds = repo.read("a/crds/entities.yaml");
    wired(&repo, "-C b init --yes --delivery argocd --cluster b");
    let project = yaml(&repo, "clusters/project.yaml");
    let namespaces = project["spec"]["destinations"].as_array().expect("a list").iter().map(|row| &row["namespace"]);
    assert_eq!(namespaces.collect::<Vec<_>>(), ["a", "b"]);
    assert!(repo.read("clusters/kustomization.yaml").ends_with("  - project.yaml\n  - a.yaml\n  - b.yaml\n"));
    let repo = git(HTTPS);
    repo.write("catalog/crds.yaml", crds).write("catalog/a.yaml", entity("a"));
    wired(&repo, "init --yes --delivery flux");
    let all = documents(&repo.read("clusters/production.yaml"));
    assert!(!all.iter().any(|object| object["metadata"]["name"] == "production-crds"), "{all:#?}");
    assert!(named(&all, "Kustomization", "production")["spec"]["dependsOn"].is_null());
}

#[test]
fn a_folder_and_the_other_platform_have_their_own_paths() {
    let repo = git(HTTPS);
    repo.write("teams/pay/README.md", "x");
    wired(&repo, "-C teams/pay init --yes --platform glint --delivery flux");
    let all = documents(&repo.read("clusters/production.yaml"));
    assert_eq!(named(&all, "Kustomization", "production")["spec"]["path"], "./teams/pay/catalog");
    assert_eq!(named(&all, "Kustomization", "production-crds")["spec"]["path"], "./teams/pay/crds");
    assert!(repo.read("teams/pay/crds/entities.yaml").contains("useglint.io"));
    assert_eq!(
        yaml(&repo, "teams/pay/portolan.yaml")["clusters"]["production"]["mapping"],
        "platform/glint-exporter.yaml"
    );
    assert!(names(&repo).contains(&"teams/pay/platform/glint-exporter.yaml".to_owned()));
    // Another folder has another cluster, or at least another name for it.
    repo.write("teams/shop/README.md", "x");
    let talk = run(&repo, "-C teams/shop init --yes --delivery flux").was_refused();
    assert_error(&talk, "cluster-name-in-use");
    wired(&repo, "-C teams/shop init --yes --delivery flux --cluster shop");
    assert!(repo.read("clusters/kustomization.yaml").ends_with("  - production.yaml\n  - shop.yaml\n"));
    let lint = run(&repo, "-C teams/pay lint");
    assert_eq!(lint.code, 0, "{}{}", lint.results, lint.talk);
}
