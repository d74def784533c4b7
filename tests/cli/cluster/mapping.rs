//! Tests `cluster mapping`: what it writes brings every manifest into the catalog, and `--check` sees when it is stale.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cli::{run, run_with};
use crate::testkit::Repo;

fn acme() -> Repo {
    let repo = Repo::new();
    repo.copy_example("acme");
    repo
}

fn text_of<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().expect("it is text")
}

/// The entities that the exporter would send, by blueprint and identifier.
fn evaluated(repo: &Repo, clear: &str) -> (Value, BTreeMap<String, Value>) {
    run(repo, &format!("cluster mapping --clear {clear} --out exporter.yaml")).quietly_gave();
    let is_manifest = |path: &String| {
        let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
        is_yaml && !path.ends_with("/values.yaml") && !path.ends_with("/port.yml")
    };
    let mut manifests = Vec::new();
    for folder in ["apps", "catalog"] {
        let files = crate::testkit::files_below(&repo.path().join(folder)).into_iter();
        manifests.extend(files.map(|path| format!("{folder}/{}", path.display())).filter(is_manifest));
    }
    let text = run(repo, &format!("cluster evaluate --mapping exporter.yaml --output json {}", manifests.join(" ")));
    assert_eq!(text.code, 0, "{}\n{}", text.results, text.talk);
    let result: Value = serde_json::from_str(&text.results).expect("it is JSON");
    let upserts = result["upserts"].as_array().expect("a list").iter();
    let key = |entity: &Value| format!("{}/{}", text_of(entity, "blueprint"), text_of(entity, "identifier"));
    let entities = upserts.map(|entity| (key(entity), entity.clone())).collect();
    (result, entities)
}

#[test]
fn every_manifest_arrives_with_what_it_sets() {
    let repo = acme();
    let declared = run(&repo, "diff --catalog local --output json");
    let declared: Value = serde_json::from_str(&declared.results).expect("it is JSON");
    let created = declared["changes"].as_array().expect("a list").iter().filter(|change| change["deed"] == "create");
    for clear in ["used", "all", "none"] {
        let (result, entities) = evaluated(&repo, clear);
        assert_eq!(result["outcome"], "complete", "{clear}: {}", result["problems"]);
        assert!(entities.len() > 100, "{clear}: {}", entities.len());
        for change in created.clone() {
            let key = format!("{}/{}", text_of(change, "blueprint"), text_of(change, "identifier"));
            let is_bare = change["path"].as_str().is_some_and(|path| path.ends_with("port.yml"));
            assert_eq!(entities.contains_key(&key), !is_bare, "{clear}: {key}");
        }
    }
}

#[test]
fn a_default_is_sent_where_a_manifest_sets_nothing_and_other_names_are_cleared() {
    let repo = acme();
    let (_, used) = evaluated(&repo, "used");
    let services = used.iter().filter(|(key, _)| key.starts_with("service/"));
    for (key, service) in services {
        let replicas = &service["properties"]["replicas"];
        assert!(replicas.is_number(), "{key}: {service}");
    }
    let nulls = |entities: &BTreeMap<String, Value>| {
        let properties = entities.values().filter_map(|entity| entity["properties"].as_object());
        properties.flat_map(serde_json::Map::values).filter(|value| value.is_null()).count()
    };
    let (_, all) = evaluated(&repo, "all");
    let (_, none) = evaluated(&repo, "none");
    let counts = [nulls(&none), nulls(&used), nulls(&all)];
    assert!(counts[0] < counts[1] && counts[1] <= counts[2], "{counts:?}");
}

#[test]
fn a_stale_mapping_is_seen() {
    let repo = acme();
    run(&repo, "cluster mapping --out exporter.yaml").quietly_gave();
    assert_eq!(
        run(&repo, "cluster mapping --out exporter.yaml --check").quietly_gave(),
        "exporter.yaml is up to date\n"
    );
    repo.write(
        "exporter.yaml",
        repo.read("exporter.yaml").replace(".spec.properties.language", ".spec.properties.tongue"),
    );
    let stale = run(&repo, "cluster mapping --out exporter.yaml --check");
    assert_eq!(stale.code, 2, "{}", stale.talk);
    assert!(stale.results.contains("-              'language': '.spec.properties.tongue'"), "{}", stale.results);
    let missing = run(&repo, "cluster mapping --out nothing.yaml --check");
    assert_eq!(missing.code, 64, "{}", missing.talk);
    assert!(missing.talk.contains("`nothing.yaml` cannot be read"), "{}", missing.talk);
}

#[test]
fn without_blueprints_or_manifests_it_says_what_to_do() {
    let repo = Repo::new();
    repo.write("portolan.yaml", "scope: acme/catalog\n");
    let bare = run_with(&repo, "cluster mapping", &[]);
    assert_eq!(bare.code, 64);
    assert!(bare.talk.contains("there is no snapshot") && bare.talk.contains("`portolan pull`"), "{}", bare.talk);
    repo.copy_example("acme");
    for folder in ["catalog", "apps"] {
        std::fs::remove_dir_all(repo.path().join(folder)).expect("it can be removed");
    }
    let empty = run(&repo, "cluster mapping");
    assert_eq!(empty.code, 64, "{}", empty.talk);
    assert!(empty.talk.contains("no manifest of this repository is for a cluster"), "{}", empty.talk);
}
