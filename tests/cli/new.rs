//! Tests `new`: what it writes, where, what it reports, and what it refuses.

mod editor;
mod filled;
mod placed;

use super::run;
use crate::testkit::errors::assert_error;
use crate::testkit::says::{CONFLICTING_FLAGS, did_you_mean};
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
    for (line, code, words) in [
        ("new", "no-blueprint-named", "the snapshot has `api`, `carrier`"),
        ("new service", "no-identifier", "portolan new service ID"),
        ("new servce cart", "not-in-snapshot", did_you_mean!("service")),
        ("new nothing-like-it cart", "not-in-snapshot", "the snapshot has `api`"),
        ("new service checkout", "already-declared", "`apps/checkout/port.yml`"),
        ("new service a,b", "bad-identifier", "`a,b` cannot be an identifier: ',' is neither a letter"),
        ("new service ..", "bad-identifier", "dots only"),
        ("new service cart --set langage=go", "no-such-name", did_you_mean!("language")),
        ("new service cart --set slug=x", "computed-name", "`slug`"),
        ("new service cart --relate language=go", "no-such-name", "relation `language`"),
        ("new service cart --set tier=two", "mistyped-value", "`two` is not a number"),
        ("new service cart --set tier=9", "misfit-value", "not one of 1, 2, 3, 4"),
        ("new service cart --set language=rsut", "mistyped-value", did_you_mean!("rust")),
        ("new service cart --set repository=cart", "mistyped-value", "does not have the format `url`"),
        ("new service cart --set system=a --relate system=b", "mistyped-value", "expected one value, found 2"),
        ("new api cart --team payments", "team-is-inherited", "through `service`"),
        ("new service cart --file cart.txt", "not-yaml", "`cart.txt`"),
        ("new service cart --file apps/checkout/port.yml", "file-is-taken", "`apps/checkout/port.yml`"),
        ("new service cart --file ../cart.yaml", "outside-root", "`../cart.yaml`"),
        ("new service cart --file .git/cart.yaml", "never-read", "`.git/cart.yaml`"),
        ("new service cart --file .portolan/cart.yaml", "never-read", "`.portolan/cart.yaml`"),
        ("new service cart --file apps/cart/portolan.yaml", "never-read", "`apps/cart/portolan.yaml`"),
        ("new service cart --file portolan.yaml/cart.yaml", "below-a-file", "`portolan.yaml`"),
        ("new service cart --set costCentre=1", "misfit-value", "does not match its pattern"),
        (
            "new service cart --set dependsOn=[ledger",
            "mistyped-value",
            "`[ledger` is not a list of identifiers in JSON",
        ),
        ("new service cart --set dependsOn=[\"a,b\"]", "mistyped-value", "`a,b` cannot be an identifier"),
        ("new service cart --edit", "no-editor", "`VISUAL`"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, code);
        assert!(talk.contains(words), "{line}: {talk}");
    }
    for (line, words) in [
        ("new service cart --set tier", "expected NAME=VALUE"),
        ("new service cart --stdout --file x.yaml", CONFLICTING_FLAGS),
    ] {
        let talk = run(&repo, line).was_refused();
        assert!(talk.contains(words), "{line}: {talk}");
    }
    assert_eq!(contents(repo.path()), before);
}

#[test]
fn without_a_snapshot_it_says_where_one_comes_from() {
    let talk = run(&Repo::new(), "new service cart").was_refused();
    assert_error(&talk, "no-snapshot");
    assert!(talk.contains("`portolan pull`"), "{talk}");
}

#[test]
fn a_blueprint_that_is_broken_is_not_one_that_is_missing() {
    let repo = acme();
    repo.write(".portolan/blueprints/service.json", "{");
    let talk = run(&repo, "new service cart").was_refused();
    assert_error(&talk, "unusable-snapshot");
    assert!(talk.contains("`.portolan/blueprints/service.json`") && talk.contains("it is not JSON"), "{talk}");
}
