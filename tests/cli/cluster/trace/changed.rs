//! Tests what a change of deliverers does to the catalog, in `forecast` and in the comment of `diff`.

use serde_json::{Value, json};

use super::{application, flux, git_source, kustomization};
use crate::cli::cluster::forecast::world::{World, exporter, key, keys, manifest, service};
use crate::cli::run;

const FILE: &str = "clusters/prod/catalog.yaml";

/// Flux delivers two entities, which are in the catalog; all of it is the base.
fn world(more: &str) -> World {
    let world = flux(more);
    // What Flux's own setup makes: it removes Kustomizations whose files are removed.
    let root = git_source().replace("name: catalog", "name: flux-system")
        + &kustomization("flux-system", "./clusters/prod", "prune: true\n")
            .replace("name: catalog", "name: flux-system");
    world.0.write("clusters/prod/flux-system/gotk-sync.yaml", root);
    commit(&world);
    world
}

fn commit(world: &World) {
    world.0.git(&["add", "."]);
    world.0.git(&["commit", "-qm", "base"]);
    let own = json!({"properties": {"tier": 1}, "relations": {"domain": "shop"}});
    world.store(&exporter("prod"), &[("domain", "shop", json!({})), ("service", "cart", own)]);
}

/// The dangers, each as its kind and the entities that it deletes, and the undecided entities.
fn dangers(world: &World) -> (Vec<(String, Vec<String>)>, Vec<String>) {
    let (_, forecast) = world.forecast();
    let dangers = forecast["dangers"].as_array().expect("a list").iter();
    let dangers = dangers.map(|it| (it["kind"].as_str().unwrap_or_default().to_owned(), keys(&it["entities"])));
    let undecided = forecast["undecided"].as_array().expect("a list").iter();
    let undecided = undecided.map(|it| format!("{} {}", key(it), it["reason"].as_str().unwrap_or_default()));
    (dangers.collect(), undecided.collect())
}

fn both() -> Vec<String> {
    vec!["domain/shop".to_owned(), "service/cart".to_owned()]
}

#[track_caller]
fn assert_danger(world: &World, kind: &str, entities: &[String]) {
    assert_eq!(dangers(world), (vec![(kind.to_owned(), entities.to_vec())], Vec::new()));
}

#[test]
fn nothing_changes_without_a_change() {
    let world = world("prune: true\n");
    assert_eq!(dangers(&world), (Vec::new(), Vec::new()));
    world.0.remove("catalog/cart.yaml");
    assert_eq!(dangers(&world), (Vec::new(), Vec::new()));
    assert_eq!(world.forecast().1["counts"]["deleted"], 1);
}

#[test]
fn a_renamed_path_deletes_what_it_delivered() {
    let world = world("prune: true\n");
    world.0.write("services/pay.yaml", service("pay"));
    world.edit(FILE, "path: ./catalog", "path: ./services");
    assert_danger(&world, "deliverer-path-changed", &both());
    // To a folder that does not exist: the build fails, which deletes nothing.
    world.edit(FILE, "path: ./services", "path: ./servces");
    let (found, undecided) = dangers(&world);
    assert_eq!(found, [("build-fails".to_owned(), Vec::new())]);
    assert_eq!(undecided, both().iter().map(|name| format!("{name} object-undelivered")).collect::<Vec<_>>());
    let shown = world.run("").results;
    assert!(shown.contains("it deletes nothing, but nothing that changes arrives until that is fixed"), "{shown}");
}

#[test]
fn a_removed_kustomization_deletes_what_it_delivered() {
    let world = world("prune: true\n");
    world.0.write(FILE, git_source());
    assert_danger(&world, "deliverer-removed", &both());
    let shown = world.run("").results;
    assert!(shown.contains("at clusters/prod/catalog.yaml:8 at the base"), "{shown}");
    // The last deliverers go: nobody applies the manifests by hand all of a sudden.
    world.0.remove(FILE);
    world.0.remove("clusters/prod/flux-system/gotk-sync.yaml");
    assert_danger(&world, "deliverer-removed", &both());
}

#[test]
fn without_pruning_nothing_leaves_the_cluster() {
    let world = world("prune: false\n");
    world.0.remove("catalog/cart.yaml");
    assert_eq!(dangers(&world), (Vec::new(), vec!["service/cart object-not-pruned".to_owned()]));
    world.0.write("catalog/cart.yaml", service("cart"));
    world.edit(FILE, "prune: false", "prune: true");
    assert_danger(&world, "prune-on", &[]);
}

#[test]
fn suspending_and_turning_pruning_off_are_named() {
    let world = world("prune: true\n");
    world.edit(FILE, "prune: true", "prune: false");
    assert_danger(&world, "prune-off", &[]);
    world.edit(FILE, "prune: false", "prune: true\n  suspend: true");
    let (found, undecided) = dangers(&world);
    assert_eq!((found, undecided.len()), (vec![("deliverer-suspended".to_owned(), Vec::new())], 2));
}

#[test]
fn another_namespace_replaces_the_objects() {
    let world = world("prune: true\n");
    world.edit(FILE, "prune: true", "prune: true\n  targetNamespace: store");
    assert_danger(&world, "objects-replaced", &[]);
    let shown = world.run("").results;
    assert!(shown.contains("first: `shop/cart`, now `store/cart`"), "{shown}");
}

#[test]
fn a_manifest_that_a_kustomization_no_longer_lists_is_deleted() {
    let world = world("prune: true\n");
    world.0.write("catalog/kustomization.yaml", "resources: [shop.yaml]\n");
    assert_danger(&world, "manifest-left-out", &["service/cart".to_owned()]);
}

#[test]
fn a_row_that_goes_takes_its_application_with_it() {
    let world = World::empty();
    world.0.git(&["remote", "add", "origin", super::URL]);
    let set = |rows: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: catalogs, namespace: argocd}}\nspec:\n  \
             generators: [{{list: {{elements: [{rows}]}}}}]\n  template:\n    metadata: {{name: '{{{{folder}}}}'}}\n    spec:\n      \
             project: default\n      source: {{repoURL: '{}', path: '{{{{folder}}}}'}}\n      destination: {{name: prod, \
             namespace: shop}}\n      syncPolicy: {{automated: {{prune: true}}}}\n",
            super::URL
        )
    };
    world.0.write("argocd/set.yaml", set("{folder: services}, {folder: domains}"));
    world.0.write("services/cart.yaml", service("cart")).write("domains/shop.yaml", manifest("domain", "shop", ""));
    commit(&world);
    assert_eq!(dangers(&world), (Vec::new(), Vec::new()));
    world.0.write("argocd/set.yaml", set("{folder: domains}"));
    assert_danger(&world, "application-removed", &["service/cart".to_owned()]);
}

#[test]
fn the_comment_says_who_delivers_and_what_nobody_does() {
    let world = world("prune: true\n");
    world.0.write("other/pay.yaml", service("pay"));
    world.edit("portolan.yaml", "scope", "rules: {undelivered-manifest: warning, unmapped-entity: warning}\nscope");
    let done = run(&world.0, "diff --output json");
    let plan: Value = serde_json::from_str(&done.results).unwrap_or_else(|_| panic!("{}", done.talk));
    let delivery = &plan["delivery"];
    let missing = &delivery["notDelivered"][0];
    assert_eq!(
        (&missing["name"], &missing["path"], &missing["reason"]),
        (
            &json!("Entity shop/pay"),
            &json!("other/pay.yaml"),
            &json!("its file is outside of the paths of all deliverers")
        ),
        "{delivery:#}"
    );
    let cluster = &delivery["clusters"][0];
    assert_eq!((&cluster["deliverer"], &cluster["deliverers"][0]["objects"]), (&json!("flux"), &json!(2)));
    assert_eq!(cluster["notArriving"], json!([]));
    let comment = run(&world.0, "diff --output markdown").results;
    assert!(comment.contains("`Kustomization flux-system/catalog` delivers 2 objects to `prod`."), "{comment}");
    assert!(comment.contains("- `Entity shop/pay` in `other/pay.yaml:1`: its file is outside"), "{comment}");
}

#[test]
fn what_only_one_of_two_clusters_gets_is_not_missing_in_the_other() {
    let world = World::empty();
    world.0.git(&["remote", "add", "origin", super::URL]);
    let apps = application("eu", "name: eu", "catalog/eu") + &application("us", "name: us", "catalog/us");
    world.0.write("argocd/apps.yaml", apps);
    world.0.write("catalog/eu/cart.yaml", service("cart")).write("catalog/us/pay.yaml", service("pay"));
    world.0.write("catalog/eu/shop.yaml", manifest("domain", "shop", ""));
    let config = "scope: acme/catalog\nclusters:\n  eu: {mapping: exporter.yaml, state-key: eu}\n  us: {mapping: \
                  exporter.yaml, state-key: us}\n";
    world.0.write("portolan.yaml", config);
    let done = run(&world.0, "diff --no-base --catalog local --output json");
    let plan: Value = serde_json::from_str(&done.results).unwrap_or_else(|_| panic!("{}", done.talk));
    let delivery = &plan["delivery"];
    assert_eq!(delivery["notDelivered"], json!([]), "{delivery:#}");
    let undelivered = |cluster: &Value| {
        let all = cluster["notArriving"].as_array().expect("a list").iter();
        all.filter(|it| it["kind"] == "undelivered").count()
    };
    assert_eq!(delivery["clusters"].as_array().expect("a list").iter().map(undelivered).sum::<usize>(), 0);
}
