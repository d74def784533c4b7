//! Tests what a pull says about the files that it writes: all of them, and no others. Also that a catalog on this machine does
//! not replace the snapshot of a platform.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::bench::Catalog;
use crate::cli::diff::world::{World, shop};
use crate::cli::run_with;
use crate::testkit::errors::assert_error;
use crate::testkit::{Repo, contents};

fn world() -> World {
    let repo = shop();
    let catalog = Catalog::of(&repo);
    World { repo, catalog }
}

/// The paths whose content differs, outside of Git's folder.
fn differing(before: &BTreeMap<PathBuf, Vec<u8>>, repo: &Repo) -> Vec<String> {
    let after = contents(repo.path());
    let paths: std::collections::BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let differs = |path: &&&PathBuf| before.get(**path) != after.get(**path) && !path.starts_with(".git");
    paths.iter().filter(differs).map(|path| path.display().to_string()).collect()
}

/// The files and manifests that a report says are written.
fn listed(report: &Value) -> Vec<String> {
    let of = |key: &str| report[key].as_array().expect("a list").clone();
    let is_written = |line: &Value| line["deed"] != "kept" && line["deed"] != "unchanged";
    let all = [of("files"), of("manifests")].concat();
    let mut paths: Vec<String> = all
        .iter()
        .filter(|line| is_written(line))
        .map(|line| line["path"].as_str().expect("a path").to_owned())
        .collect();
    paths.sort();
    paths
}

#[test]
fn every_file_that_a_pull_writes_is_in_its_report_and_no_other() {
    let world = world();
    world.catalog.pull(&world.repo, "");
    let schema = world.catalog.run(&world.repo, "schema manifest --write");
    assert_eq!(schema.code, 0, "{}", schema.talk);
    world.repo.write(".gitattributes", "*.png binary\n");
    world.elsewhere("service", &json!({"identifier": "cart", "properties": {"tier": 9}}));
    world.catalog.change("service", |service| service["title"] = "A service".into());
    world.repo.git(&["add", "--all"]);
    world.repo.git(&["commit", "--quiet", "--message", "before"]);
    for flags in ["--entities --drifted", ""] {
        let before = contents(world.repo.path());
        let dry = world.catalog.json(&world.repo, &format!("{flags} --dry-run"));
        assert_eq!(differing(&before, &world.repo), [""; 0], "a dry run writes nothing");
        let report = world.catalog.json(&world.repo, flags);
        assert_eq!((listed(&report), listed(&dry)), (differing(&before, &world.repo), differing(&before, &world.repo)));
        assert!(flags.is_empty() || listed(&report).len() > 3, "{report:#}");
    }
    world.repo.remove(".gitattributes");
    let text = world.catalog.pull(&world.repo, "");
    assert!(text.contains("Wrote .gitattributes (new)."), "{text}");
    let check = world.catalog.json(&world.repo, "--check");
    assert_eq!(check["files"], json!([]));
}

const SOURCE: &str = "{\"format\": \"portolan.source/1\", \"platform\": \"port\", \"catalog\": \"https://api.port.io\", \
                      \"pulledAt\": \"2026-11-02T08:15:00.000Z\"}";

#[test]
fn a_catalog_on_this_machine_does_not_replace_the_snapshot_of_a_platform() {
    let world = world();
    world.catalog.pull(&world.repo, "");
    world.repo.write(".portolan/source.json", SOURCE);
    // It was seeded from the snapshot, so there is nothing to replace.
    let before = contents(world.repo.path());
    let text = world.catalog.pull(&world.repo, "");
    assert!(text.contains("still that of https://api.port.io") && !text.contains("Wrote"), "{text}");
    assert_eq!(differing(&before, &world.repo), [""; 0]);
    world.elsewhere("service", &json!({"identifier": "cart", "properties": {"tier": 9}}));
    world.catalog.pull(&world.repo, "--entities --only service/cart");
    assert_eq!(differing(&before, &world.repo), ["catalog/cart.yaml"]);
    world.catalog.change("service", |service| service["title"] = "A toy".into());
    let before = contents(world.repo.path());
    let dry = world.catalog.pull(&world.repo, "--dry-run");
    assert!(dry.contains("`--accept-catalog`") && dry.contains("blueprint `service`"), "{dry}");
    for line in ["pull", "pull --entities"] {
        let refused = world.catalog.run(&world.repo, line);
        assert_eq!(refused.code, 4, "{line}: {}{}", refused.results, refused.talk);
        assert_error(&refused.talk, "other-catalog");
        assert!(refused.talk.contains("https://api.port.io") && refused.talk.contains("--accept-catalog"));
    }
    assert_eq!(world.catalog.run(&world.repo, "pull --check").code, 2);
    assert!(contents(world.repo.path()) == before);
    world.catalog.pull(&world.repo, "--accept-catalog");
    assert!(world.repo.read(".portolan/source.json").contains(&world.catalog.serving.url));
    assert_eq!(world.catalog.run(&world.repo, "pull").code, 0, "from here on, it is the snapshot of this catalog");
}

/// An embedded catalog for everyday work, with a snapshot of the platform.
#[test]
fn the_embedded_catalog_of_the_config_does_not_either() {
    let repo = shop();
    repo.write("portolan.yaml", "catalog: local\nscope: acme/catalog\n");
    let push = run_with(&repo, "push --yes", &[]);
    assert_eq!(push.code, 0, "{}{}", push.results, push.talk);
    repo.write(".portolan/source.json", SOURCE);
    let service = repo.read(".portolan/blueprints/service.json").replace("\"tier\"", "\"level\"");
    repo.write(".portolan/blueprints/service.json", &service);
    let refused = run_with(&repo, "pull", &[]);
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    assert_error(&refused.talk, "other-catalog");
    assert_eq!(repo.read(".portolan/source.json"), SOURCE);
}
