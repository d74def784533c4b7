//! Tests `cluster trace`, and what the deliverers of a repository mean for `forecast`, `mapping --explain`, `diff` and `lint`:
//! Flux, Argo CD and kubectl, in real Git repositories.

mod changed;
mod law;

use serde_json::{Value, json};

use super::findings;
use super::forecast::world::{World, manifest, service};
use crate::cli::run;
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

pub const URL: &str = "https://git.example.com/acme/catalog.git";

/// A GitRepository of Flux for the repository itself.
pub fn git_source() -> String {
    format!(
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {{name: catalog, namespace: flux-system}}\n\
         spec: {{interval: 1m, url: {URL}, ref: {{branch: main}}}}\n"
    )
}

/// A Kustomization of Flux. `more`: lines of its spec.
pub fn kustomization(name: &str, path: &str, more: &str) -> String {
    let more: String = more.lines().map(|line| format!("  {line}\n")).collect();
    format!(
        "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: \
         flux-system}}\nspec:\n  interval: 5m\n  path: {path}\n  sourceRef: {{kind: GitRepository, name: catalog}}\n{more}"
    )
}

/// An Application of Argo CD for a folder of the repository.
pub fn application(name: &str, destination: &str, folder: &str) -> String {
    format!(
        "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\nspec:\n  \
         project: default\n  source: {{repoURL: '{URL}', targetRevision: main, path: {folder}, directory: {{recurse: \
         true}}}}\n  destination: {{{destination}, namespace: shop}}\n  syncPolicy: {{automated: {{prune: true}}}}\n"
    )
}

/// A world with a remote, where Flux delivers `catalog`.
pub fn flux(more: &str) -> World {
    let world = World::empty();
    world.0.git(&["remote", "add", "origin", URL]);
    let flux = git_source() + &kustomization("catalog", "./catalog", more);
    world.0.write("clusters/prod/catalog.yaml", flux);
    world.0.write("catalog/cart.yaml", service("cart"));
    world.0.write("catalog/shop.yaml", manifest("domain", "shop", ""));
    world
}

/// The exit code, and the only cluster of the only manifest.
#[track_caller]
fn trace(repo: &Repo, subject: &str) -> (i32, Value) {
    let done = run(repo, &format!("cluster trace {subject} --output json"));
    let found: Value = serde_json::from_str(&done.results).unwrap_or_else(|_| panic!("{}", done.talk));
    assert_eq!(found["format"], "portolan.trace/1");
    assert_eq!(found["manifests"].as_array().map(Vec::len), Some(1), "{found:#}");
    (done.code, found["manifests"][0]["clusters"][0].clone())
}

#[track_caller]
fn status(repo: &Repo, subject: &str) -> (String, String) {
    let (code, cluster) = trace(repo, subject);
    let status = cluster["status"].as_str().unwrap_or_default().to_owned();
    assert_eq!(code == 0, status == "arrives", "{cluster:#}");
    (status, cluster["reasons"][0].as_str().unwrap_or_default().to_owned())
}

#[test]
fn the_whole_way_by_flux() {
    let world = flux("prune: true\ntargetNamespace: store\ndependsOn: [{name: crds}]\n");
    let more = world.0.read("clusters/prod/catalog.yaml") + &kustomization("crds", "./crds", "prune: false\n");
    world.0.write("clusters/prod/catalog.yaml", more);
    world.0.write("crds/ns.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: store}\n");
    let cart = "  properties:\n    tier: 1\n    note: 2024-01-02\n    owner: ann\n  relations: {domain: shop}\n";
    world.0.write("catalog/cart.yaml", manifest("service", "cart", cart));
    let shown = run(&world.0, "cluster trace catalog/cart.yaml").quietly_gave();
    insta::assert_snapshot!(shown, @r#"
    Entity shop/cart (catalog/cart.yaml:1)

    cluster prod (the cluster in which Flux runs, set up from clusters/prod): arrives
      delivered by Kustomization flux-system/catalog (clusters/prod/catalog.yaml:8)
        takes ./catalog of this repository, revision main
        after Kustomization flux-system/crds
        prunes: the object goes when the manifest is removed
      in the cluster as Entity store/cart: read as kustomize reads YAML, server-side apply
        metadata.namespace (line 3): shop arrives as "store" (the deliverer sets it)
        spec.properties.note (line 9): 2024-01-02 arrives as "2024-01-02T00:00:00Z" (so kustomize reads YAML; quotes keep a text)
        added: metadata.labels["kustomize.toolkit.fluxcd.io/name"], metadata.labels["kustomize.toolkit.fluxcd.io/namespace"]
      mapped by exporter.yaml
        resources[0] (line 2): takes it
          entity service/cart
            properties.tier: 1
            relations.domain: "shop"
        resources[1] (line 13): the selector does not take it
        lost: no expression reads 2 fields
          spec.properties.note (line 9)
          spec.properties.owner (line 10)
    "#);
    // The file, the object by both of its names, and the entity are one manifest.
    for subject in ["Entity/shop/cart", "Entity/store/cart", "entities/cart", "service/cart", "./catalog/cart.yaml"] {
        assert_eq!(run(&world.0, &format!("cluster trace {subject}")).results, shown, "{subject}");
    }
}

#[test]
fn variables_change_values() {
    let world = flux("prune: true\npostBuild: {substitute: {LEVEL: '12'}}\n");
    world.0.write("catalog/cart.yaml", manifest("service", "cart", "  properties: {tier: 1, note: \"${LEVEL}\"}\n"));
    let (code, cluster) = trace(&world.0, "service/cart");
    assert_eq!(code, 0, "{cluster:#}");
    let change = &cluster["arrival"]["changes"][0];
    assert_eq!(
        (&change["field"], &change["before"], &change["after"], &change["cause"]),
        (&json!("spec.properties.note"), &json!("\"${LEVEL}\""), &json!(12), &json!("variables"))
    );
}

#[test]
fn what_is_not_delivered_has_a_reason_and_a_way_out() {
    let world = flux("prune: true\n");
    world.0.write("other/pay.yaml", service("pay"));
    let shown = run(&world.0, "cluster trace service/pay");
    assert_eq!(shown.code, 1);
    insta::assert_snapshot!(shown.results, @r"
    Entity shop/pay (other/pay.yaml:1)

    cluster prod (the cluster in which Flux runs, set up from clusters/prod): does not arrive
      because nothing in this repository delivers it to the cluster
      help: move it below the path of a deliverer, or add a deliverer for its folder
      not delivered: its file is outside of the paths of all deliverers
    ");
    world.0.write("catalog/kustomization.yaml", "resources: [shop.yaml]\n");
    let (_, cluster) = trace(&world.0, "service/cart");
    assert_eq!(cluster["nearest"][0]["title"], "Kustomization flux-system/catalog");
    assert_eq!(cluster["nearest"][0]["reason"], "catalog/kustomization.yaml does not list it");
    assert_eq!(cluster["help"], "add it to `resources` of catalog/kustomization.yaml");
    let (_, cluster) = trace(&world.0, "domain/shop");
    assert_eq!(cluster["deliverers"][0]["kustomizations"], json!(["catalog/kustomization.yaml"]));
    // `--explain` says the same.
    let explained = run(&world.0, "cluster mapping --explain Entity/cart");
    assert!(
        explained.results.contains("it does not reach the cluster: nothing in this repository"),
        "{}",
        explained.results
    );
}

#[test]
fn a_refused_object_blocks_those_beside_it() {
    let world = flux("prune: true\n");
    let refused = manifest("service", "pay", "  title: Pay\n  properties: {tier: 1}\n");
    world.0.write("catalog/pay.yaml", refused);
    let late = world.0.read("clusters/prod/catalog.yaml")
        + &kustomization("late", "./late", "prune: true\ndependsOn: [{name: catalog}]\n");
    world.0.write("clusters/prod/catalog.yaml", late).write("late/late.yaml", service("late"));
    let (code, cluster) = trace(&world.0, "service/pay");
    assert_eq!(code, 1);
    assert_eq!(
        cluster["refused"][0]["message"],
        "failed to create typed patch object (shop/pay; getport.io/v1, Kind=Entity): .spec.title: field not declared in schema"
    );
    assert_eq!(
        cluster["blocks"],
        json!([
            "this keeps 2 other objects of `Kustomization flux-system/catalog` from being applied too",
            "`Kustomization flux-system/late` waits for it"
        ])
    );
    let (_, reason) = status(&world.0, "service/cart");
    assert!(reason.contains("the API server refuses `Entity shop/pay` (catalog/pay.yaml:1)"), "{reason}");
    let (_, reason) = status(&world.0, "service/late");
    assert!(reason.contains("waits for `Kustomization flux-system/catalog`"), "{reason}");
    // The forecast sends none of them.
    let done = run(&world.0, "cluster forecast --no-base --catalog local --output json");
    let forecast: Value = serde_json::from_str(&done.results).unwrap_or_else(|_| panic!("{}", done.talk));
    assert_eq!(forecast["clusters"][0]["writes"], json!([]), "{forecast:#}");
    let undelivered = forecast["clusters"][0]["undelivered"].as_array().expect("a list").iter();
    let kept: Vec<&Value> = undelivered.filter(|one| one["keepsObject"] == true).map(|one| &one["object"]).collect();
    assert_eq!(kept, ["Entity shop/pay", "Entity shop/cart", "Entity shop/shop", "Entity shop/late"], "{forecast:#}");
}

#[test]
fn applications_of_argo_cd_wait_for_no_other() {
    let world = World::empty();
    world.0.git(&["remote", "add", "origin", URL]);
    let wave = |name: &str, wave: &str| {
        let annotated = format!("namespace: argocd, annotations: {{argocd.argoproj.io/sync-wave: '{wave}'}}}}");
        let destination = "server: 'https://kubernetes.default.svc'";
        application(name, destination, name).replacen("namespace: argocd}", &annotated, 1)
    };
    world.0.write("root.yaml", application("root", "server: 'https://kubernetes.default.svc'", "apps"));
    world.0.write("apps/all.yaml", wave("first", "0") + &wave("second", "1"));
    let titled = manifest("service", "titled", "  title: No\n");
    world.0.write("first/titled.yaml", titled).write("first/cart.yaml", service("cart"));
    world.0.write("second/pay.yaml", service("pay"));
    assert!(status(&world.0, "service/cart").1.contains("applies nothing beside it"));
    let (code, _) = trace(&world.0, "service/pay");
    assert_eq!(code, 0);
}

#[test]
fn a_deliverer_that_delivers_nothing_is_named() {
    let world = flux("prune: true\nsuspend: true\n");
    assert!(status(&world.0, "service/cart").1.contains("is suspended"));
    let world = flux("prune: true\n");
    world.0.write("catalog/values.yaml", "replicas: 2\n");
    let (_, reason) = status(&world.0, "service/cart");
    assert!(reason.contains("the build of `Kustomization flux-system/catalog` fails: failed to decode"), "{reason}");
    world.0.remove("catalog/values.yaml");
    world.0.write("catalog/cart.yaml", service("cart").replace(", namespace: shop", ""));
    let (_, reason) = status(&world.0, "service/cart");
    assert!(reason.contains("namespace not specified"), "{reason}");
}

#[test]
fn without_a_deliverer_somebody_applies_everything() {
    let world = World::empty();
    world.0.write("catalog/cart.yaml", service("cart").replace("{tier: 1}", "{tier: 1, note: yes, gone: null}"));
    let shown = run(&world.0, "cluster trace service/cart").quietly_gave();
    insta::assert_snapshot!(shown, @r#"
    Entity shop/cart (catalog/cart.yaml:1)

    cluster prod: arrives
      assumed: kubectl applies every manifest: this repository has no deliverer
      in the cluster as Entity shop/cart: read as kubectl reads YAML, client-side apply
        spec.properties.note (line 7): yes arrives as true (so kubectl reads YAML; quotes keep a text)
        spec.properties.gone (line 7): null is not stored (client-side apply leaves out what is null)
      mapped by exporter.yaml
        resources[0] (line 2): takes it
          entity service/cart
            properties.tier: 1
            relations.domain: "shop"
        resources[1] (line 13): the selector does not take it
        lost: no expression reads 1 field
          spec.properties.note (line 7)
    "#);
    // Without a mapping, the generated one is assumed; without a cluster, some cluster.
    world.0.write("portolan.yaml", "scope: acme/catalog\n");
    let (code, cluster) = trace(&world.0, "catalog/cart.yaml");
    assert_eq!((code, &cluster["mapping"]["path"]), (0, &json!("the generated mapping")));
    // A null that client-side apply leaves out is sent as null, and clears.
    world.0.write("portolan.yaml", "scope: acme/catalog\nclusters: {prod: {deliverer: flux}}\n");
    let (_, cluster) = trace(&world.0, "catalog/cart.yaml");
    assert!(cluster["assumption"].as_str().is_some_and(|text| text.starts_with("Flux applies")), "{cluster:#}");
}

#[test]
fn each_cluster_gets_what_its_deliverer_delivers() {
    let world = World::empty();
    world.0.git(&["remote", "add", "origin", URL]);
    let both = [("eu", "name: eu"), ("us", "name: us")];
    let apps: String = both.iter().map(|(name, to)| application(name, to, &format!("catalog/{name}"))).collect();
    world.0.write("argocd/apps.yaml", apps);
    world.0.write("catalog/eu/cart.yaml", service("cart")).write("catalog/us/pay.yaml", service("pay"));
    for name in ["eu", "us"] {
        world.0.write(&format!("catalog/{name}/shop.yaml"), manifest("domain", &format!("shop-{name}"), ""));
    }
    let config = "scope: acme/catalog\nclusters:\n  eu: {mapping: exporter.yaml, state-key: eu}\n  us: {mapping: \
                  exporter.yaml, state-key: us}\n";
    world.0.write("portolan.yaml", config);
    let done = run(&world.0, "cluster trace service/cart --output json");
    let found: Value = serde_json::from_str(&done.results).expect("it is JSON");
    let clusters = &found["manifests"][0]["clusters"];
    assert_eq!((&clusters[0]["status"], &clusters[1]["status"]), (&json!("arrives"), &json!("does-not-arrive")));
    assert_eq!(clusters[0]["deliverers"][0]["title"], "Application argocd/eu");
    assert_eq!(clusters[1]["nearest"][0]["reason"], "it delivers to another cluster");
    assert_eq!(done.code, 1);
    assert_eq!(run(&world.0, "cluster trace service/cart --cluster eu").code, 0);
    // Nothing is mapped twice.
    let twice = |found: &[(String, String, u64, String)]| found.iter().any(|(rule, ..)| rule == "mapped-twice");
    let reported = findings(&world.0, "");
    assert!(!twice(&reported), "{reported:?}");
    // One of two clusters alone is not the only one.
    assert!(!twice(&findings(&world.0, "--cluster eu")));
    // Where names say nothing, everybody is assumed to get everything.
    world.edit("portolan.yaml", "  eu:", "  europe:");
    world.edit("portolan.yaml", "  us:", "  america:");
    assert!(twice(&findings(&world.0, "")));
    let (_, cluster) = trace(&world.0, "service/cart");
    assert!(cluster["assumption"].as_str().is_some_and(|text| text.contains("they know `eu` and `us`")), "{cluster:#}");
}

#[test]
fn clusters_of_kubeconfigs_are_known_by_the_names_of_their_secrets() {
    let world = flux("prune: true\nkubeConfig: {secretRef: {name: eu-kubeconfig}}\n");
    let us = kustomization("us", "./us", "prune: true\nkubeConfig: {secretRef: {name: us-kubeconfig}}\n");
    let all = world.0.read("clusters/prod/catalog.yaml") + &us;
    world.0.write("clusters/prod/catalog.yaml", all).write("us/pay.yaml", service("pay"));
    world.0.write("portolan.yaml", "scope: acme/catalog\n");
    let done = run(&world.0, "cluster trace service/pay --output json");
    let found: Value = serde_json::from_str(&done.results).expect("it is JSON");
    let clusters = found["manifests"][0]["clusters"].as_array().expect("a list");
    let shown: Vec<_> = clusters.iter().map(|cluster| (&cluster["cluster"], &cluster["address"])).collect();
    assert_eq!(shown, [(&json!("us"), &json!("the cluster of the kubeconfig flux-system/us-kubeconfig"))]);
    assert_eq!(done.code, 0, "{found:#}");
}

#[test]
fn a_row_of_an_application_set_is_named() {
    let world = World::empty();
    world.0.git(&["remote", "add", "origin", URL]);
    let set = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: catalogs, namespace: argocd}}\nspec:\n  \
         generators:\n    - list:\n        elements:\n          - cluster: prod\n  template:\n    metadata: {{name: \
         'catalog-{{{{cluster}}}}'}}\n    spec:\n      project: default\n      source: {{repoURL: '{URL}', path: catalog, \
         directory: {{recurse: true}}}}\n      destination: {{name: '{{{{cluster}}}}', namespace: shop}}\n      syncPolicy: \
         {{automated: {{prune: true}}}}\n"
    );
    world.0.write("argocd/set.yaml", set).write("catalog/cart.yaml", service("cart"));
    let (code, cluster) = trace(&world.0, "service/cart");
    let deliverer = &cluster["deliverers"][0];
    assert_eq!((code, &deliverer["title"]), (0, &json!("Application argocd/catalog-prod")), "{cluster:#}");
    assert_eq!(deliverer["set"], "ApplicationSet catalogs (argocd/set.yaml:8)");
}

#[test]
fn what_names_nothing_is_an_error_with_help() {
    let world = flux("prune: true\n");
    world.0.write("port.yml", "blueprint: service\nidentifier: bare\n");
    for (subject, code, help) in [
        ("service/crt", "unknown-object", "it has objects of"),
        ("Entity/crt", "unknown-object", "did you mean `Entity/shop/cart`?"),
        ("cart", "unknown-subject", "name a file relative to the current folder"),
        ("nosuch.yaml", "unknown-subject", "name a file relative to the current folder"),
        ("catalog", "folder", "catalog/cart.yaml"),
        ("port.yml", "no-objects", "portolan new"),
    ] {
        let done = run(&world.0, &format!("cluster trace {subject}"));
        assert_eq!(done.code, 64, "{subject}: {}", done.talk);
        assert_error(&done.talk, code);
        assert!(done.talk.contains(help), "{subject}: {}", done.talk);
    }
}

#[test]
fn a_commit_is_traced_without_a_checkout() {
    let world = flux("prune: true\n");
    world.0.git(&["add", "."]);
    world.0.git(&["commit", "-qm", "base"]);
    world.0.remove("catalog/cart.yaml");
    world.0.remove("clusters/prod/catalog.yaml");
    assert_eq!(run(&world.0, "cluster trace service/cart").code, 64);
    let (code, cluster) = trace(&world.0, "service/cart --ref HEAD");
    assert_eq!((code, &cluster["deliverers"][0]["line"]), (0, &json!(8)), "{cluster:#}");
}

#[test]
fn a_claim_that_its_definition_refuses_does_not_arrive() {
    let world = flux("");
    let definition = "apiVersion: apiextensions.crossplane.io/v1\nkind: CompositeResourceDefinition\nmetadata: {name: \
                      xdatabases.example.org}\nspec:\n  group: example.org\n  names: {kind: XDatabase, plural: xdatabases}\n  \
                      claimNames: {kind: Database, plural: databases}\n  versions:\n  - name: v1\n    served: true\n    \
                      referenceable: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          \
                      spec: {type: object, required: [size], properties: {size: {type: string}}}\n";
    world.0.write("apis/database.yaml", definition);
    let claim =
        "apiVersion: example.org/v1\nkind: Database\nmetadata: {name: orders, namespace: shop}\nspec: {sise: a}\n";
    world.0.write("catalog/orders.yaml", claim);
    let (code, cluster) = trace(&world.0, "catalog/orders.yaml");
    assert_eq!((code, &cluster["status"]), (1, &json!("does-not-arrive")), "{cluster:#}");
    assert_eq!(cluster["reasons"], json!(["the API server refuses `spec.sise` and `spec.size`"]), "{cluster:#}");
    let messages: Vec<&Value> =
        cluster["refused"].as_array().expect("a list").iter().map(|it| &it["message"]).collect();
    assert_eq!(messages, ["unknown field \"spec.sise\"", "spec.size: Required value"], "{cluster:#}");
    assert_eq!(cluster["refused"][0]["line"], 4);
    assert!(cluster["blocks"][0].as_str().is_some_and(|blocks| blocks.contains("2 other objects")), "{cluster:#}");
    // Flux applies nothing beside it.
    let (_, beside) = trace(&world.0, "service/cart");
    let reasons = beside["reasons"].to_string();
    assert!(reasons.contains("the API server refuses `Database shop/orders` (catalog/orders.yaml:4)"), "{beside:#}");
    world.0.write("catalog/orders.yaml", claim.replace("sise", "size"));
    let (_, cluster) = trace(&world.0, "catalog/orders.yaml");
    assert_eq!(cluster["refused"], json!([]), "{cluster:#}");
    // It reaches the cluster; no mapping is for its kind.
    let (code, cluster) = trace(&world.0, "catalog/orders.yaml");
    assert_eq!((code, &cluster["status"]), (0, &json!("reaches-cluster")), "{cluster:#}");
    assert_eq!((&cluster["reasons"], &cluster["arrival"]["object"]), (&json!([]), &json!("Database shop/orders")));
    let why = cluster["noEntity"].as_str().expect("a clause");
    assert!(why.starts_with("the mapping has no entry for `example.org/v1/databases`"), "{why}");
    let text = run(&world.0, "cluster trace catalog/orders.yaml").results;
    assert!(text.contains(": reaches the cluster\n") && !text.contains("mapped by"), "{text}");
    assert!(text.contains("\n  no entity in the catalog: "), "{text}");
    // A misspelt kind reaches nothing.
    world.0.write("catalog/orders.yaml", claim.replace("sise", "size").replace("Database", "Databse"));
    let (code, cluster) = trace(&world.0, "catalog/orders.yaml");
    assert_eq!((code, &cluster["status"]), (1, &json!("does-not-arrive")), "{cluster:#}");
}
