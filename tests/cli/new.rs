//! Tests `new`: what it writes, where, what it reports, and what it refuses.

mod editor;
mod filled;
mod placed;

use super::run;
use crate::testkit::{Repo, contents};

pub fn acme() -> Repo {
    let repo = Repo::new();
    repo.copy_example("acme");
    repo
}

#[test]
fn what_cannot_be_made_is_refused_and_nothing_is_written() {
    let repo = acme();
    let before = contents(repo.path());
    for (line, words) in [
        ("new", "the snapshot has `api`, `carrier`"),
        ("new service", "portolan new service ID"),
        ("new servce cart", "did you mean `service`?"),
        ("new nothing-like-it cart", "the snapshot has `api`"),
        ("new service checkout", "already exists in `apps/checkout/port.yml`"),
        ("new service a,b", "`a,b` cannot be an identifier: ',' is neither a letter"),
        ("new service ..", "dots only"),
        ("new service cart --set langage=go", "did you mean `language`?"),
        ("new service cart --set slug=x", "the catalog computes it"),
        ("new service cart --relate language=go", "unknown relation `language`"),
        ("new service cart --set tier=two", "`two` is not a number"),
        ("new service cart --set tier=9", "not one of 1, 2, 3, 4"),
        ("new service cart --set language=rsut", "did you mean `rust`?"),
        ("new service cart --set repository=cart", "does not have the format `url`"),
        ("new service cart --set system=a --relate system=b", "expected one value, found 2"),
        ("new service cart --set tier", "expected NAME=VALUE"),
        ("new api cart --team payments", "inherit their team through `service`"),
        ("new service cart --file cart.txt", "not the name of a YAML file"),
        ("new service cart --file apps/checkout/port.yml", "already exists"),
        ("new service cart --file ../cart.yaml", "`../cart.yaml` is outside"),
        ("new service cart --file .git/cart.yaml", "is not a place for manifests"),
        ("new service cart --file .portolan/cart.yaml", "is not a place for manifests"),
        ("new service cart --file apps/cart/portolan.yaml", "is not a place for manifests"),
        ("new service cart --file portolan.yaml/cart.yaml", "`portolan.yaml` is a file, not a folder"),
        ("new service cart --set costCentre=1", "does not match its pattern"),
        ("new service cart --set dependsOn=[ledger", "`[ledger` is not a list of identifiers in JSON"),
        ("new service cart --set dependsOn=[\"a,b\"]", "`a,b` cannot be an identifier"),
        ("new service cart --edit", "neither `VISUAL` nor `EDITOR` is set"),
        ("new service cart --stdout --file x.yaml", "cannot be used with"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert!(talk.contains(words), "{line}: {talk}");
    }
    assert_eq!(contents(repo.path()), before);
}

#[test]
fn without_a_snapshot_it_says_where_one_comes_from() {
    let talk = run(&Repo::new(), "new service cart").was_refused();
    assert!(talk.contains("no snapshot of the catalog") && talk.contains("`portolan pull`"), "{talk}");
}

#[test]
fn a_blueprint_that_is_broken_is_not_one_that_is_missing() {
    let repo = acme();
    repo.write(".portolan/blueprints/service.json", "{");
    let talk = run(&repo, "new service cart").was_refused();
    assert!(talk.contains("blueprint in `.portolan/blueprints/service.json` cannot be used: it is not JSON"), "{talk}");
}
