//! Tests `pull`: the snapshot it writes, what it reports, and what it refuses. Against the embedded catalog, over HTTP
//! and directly.

pub mod bench;
mod drifted;
mod entities;
mod killed;
mod merged;
mod organization;
mod snapshot;
mod third_side;
mod written;

use super::run;
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;
use crate::testkit::says::CONFLICTING_FLAGS;

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_asked() {
    let repo = Repo::new();
    for (line, words) in [
        ("pull --any-owner", "--entities"),
        ("pull --overwrite", "--entities"),
        ("pull --check --entities", CONFLICTING_FLAGS),
        ("pull --check --dry-run", CONFLICTING_FLAGS),
        ("pull --output yaml", "possible values: text, json"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert!(talk.contains(words), "{line}: {talk}");
    }
}

#[test]
fn a_catalog_that_nobody_named_does_not_take_the_place_of_the_real_one() {
    let repo = Repo::new();
    let source = "{\"format\": \"portolan.source/1\", \"platform\": \"port\", \"catalog\": \"https://api.port.io\", \
                  \"pulledAt\": \"2026-11-02T08:15:00.000Z\"}";
    repo.write(".portolan/source.json", source);
    let talk = run(&repo, "pull").was_refused();
    assert_error(&talk, "catalog-not-named");
    assert!(talk.contains("https://api.port.io"), "{talk}");
    assert!(talk.contains("--catalog"), "{talk}");
    assert_eq!(repo.read(".portolan/source.json"), source);
}

#[test]
fn an_embedded_catalog_without_entities_does_not_either_until_it_is_named_on_the_spot() {
    let repo = Repo::new();
    let source = "{\"format\": \"portolan.source/1\", \"platform\": \"port\", \"catalog\": \"https://api.port.io\", \
                  \"pulledAt\": \"2026-11-02T08:15:00.000Z\"}";
    let blueprint = "{\"identifier\": \"service\", \"title\": \"Service\", \"schema\": {\"properties\": {}}}";
    repo.write("portolan.yaml", "catalog: local\n").write(".portolan/source.json", source);
    repo.write(".portolan/blueprints/service.json", blueprint);
    for line in ["pull", "pull --check"] {
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, "catalog-without-entities");
        assert!(talk.contains("https://api.port.io"), "{talk}");
        assert!(talk.contains("`--catalog local`") && talk.contains("portolan.yaml:1"), "{talk}");
    }
    assert_eq!(repo.read(".portolan/source.json"), source);
    let checked = run(&repo, "--catalog local pull --check");
    assert_eq!(checked.code, 2, "{}", checked.talk);
    assert!(
        checked.results.contains("The snapshot is of https://api.port.io, and this is local."),
        "{}",
        checked.results
    );
    assert_eq!(run(&repo, "--catalog local pull").code, 0);
    // From here on, the snapshot is from the embedded catalog.
    assert_eq!(run(&repo, "pull").code, 0);
}
