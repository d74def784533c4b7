//! Tests how entities change their owner: by `--adopt`, when a repository changes its scope, and when one is split. Nothing
//! is deleted in between, and no entity is left without a scope that would delete it.

use serde_json::{Value, json};

use super::{manifests, push, server, services};
use crate::testkit::Repo;
use crate::testkit::counts::planned;
use crate::testkit::errors::assert_error;
use crate::testkit::plain::Plain;
use crate::testkit::says::CONFLICTING_FLAGS;
use crate::testkit::serving::Serving;

const OLD: &str = "acme/catalog";

/// The services that a scope owns.
fn owned(plain: &Plain, scope: &str) -> Vec<String> {
    let body = json!({"datasource_prefix": "portolan", "datasource_suffix": format!("(statekey/{scope})")});
    let found = plain.must("POST", "blueprints/entities/datasource-entities", Some(&body));
    names(&found)
}

fn all(plain: &Plain) -> Vec<String> {
    names(&plain.must("GET", "blueprints/service/entities", None))
}

fn names(found: &Value) -> Vec<String> {
    let entities = found["entities"].as_array().expect("a list");
    let mut names: Vec<String> =
        entities.iter().map(|it| it["identifier"].as_str().expect("a name").to_owned()).collect();
    names.sort();
    names
}

fn in_scope(repo: &Repo, scope: &str) {
    repo.write("portolan.yaml", format!("scope: {scope}\nprune: {{max: 5}}\n"));
}

/// Pushes with a JSON report.
fn report(repo: &Repo, serving: &Serving, flags: &str) -> Value {
    let run = push(repo, serving, &format!("{flags} --output json"));
    assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
    serde_json::from_str(&run.results).expect("JSON")
}

fn nothing_is_left_to_do(repo: &Repo, serving: &Serving) {
    let again = push(repo, serving, "");
    assert_eq!((again.code, planned(&again.results)[..4].to_vec()), (0, vec![0, 0, 0, 0]), "{}", again.results);
}

#[test]
fn what_is_as_declared_changes_its_owner_and_nothing_else() {
    let (repo, (serving, plain)) = (services(2), server(&[]));
    for at in 0..2 {
        let entity = json!({"identifier": format!("s{at}"), "title": "Theirs", "properties": {"size": at}});
        plain.must("POST", "blueprints/service/entities", Some(&entity));
    }
    let entities = || plain.must("GET", "blueprints/service/entities", None);
    let before = entities();
    let pushed = push(&repo, &serving, "--adopt");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert!(pushed.results.contains("2 adopted (owner only: 2, in 1 call)"), "{}", pushed.results);
    assert_eq!(entities(), before);
    assert_eq!(owned(&plain, OLD), ["s0", "s1"]);
    nothing_is_left_to_do(&repo, &serving);
}

#[test]
fn a_change_of_the_scope_takes_everything_along() {
    let (repo, (serving, plain)) = (services(3), server(&[]));
    assert_eq!(push(&repo, &serving, "").code, 0);
    in_scope(&repo, "acme/new");
    // Without the flag nothing changes hands, and nothing is lost.
    nothing_is_left_to_do(&repo, &serving);
    assert_eq!((owned(&plain, OLD).len(), owned(&plain, "acme/new").len()), (3, 0));
    let outcome = report(&repo, &serving, "--adopt-from acme/catalog");
    assert_eq!((&outcome["ends"]["adopted"], &outcome["ends"]["relabelled"]), (&json!(3), &json!(3)));
    assert_eq!((owned(&plain, OLD).len(), owned(&plain, "acme/new").len()), (0, 3));
    nothing_is_left_to_do(&repo, &serving);
    let again = push(&repo, &serving, "--adopt-from acme/catalog");
    assert!(again.code == 0 && again.results.contains("owns no entity"), "{}{}", again.results, again.talk);
    // The new scope deletes now.
    repo.write("catalog/all.yaml", manifests(0..2));
    assert_eq!(planned(&push(&repo, &serving, "").results)[2], 1);
    assert_eq!(all(&plain), ["s0", "s1"]);
}

#[test]
fn a_repository_is_split_and_no_entity_is_deleted_or_left_behind() {
    let (old, (serving, plain)) = (services(4), server(&[]));
    assert_eq!(push(&old, &serving, "").code, 0);
    let new = services(0);
    in_scope(&new, "acme/split");
    new.write("catalog/all.yaml", manifests(2..4));
    let everything = all(&plain);
    let check = |of_old: &[&str], of_new: &[&str]| {
        assert_eq!(all(&plain), everything);
        assert_eq!((owned(&plain, OLD), owned(&plain, "acme/split")), (texts(of_old), texts(of_new)));
    };
    // 1. The new repository takes over what it declares; the rest stays where it is.
    let outcome = report(&new, &serving, "--adopt-from acme/catalog");
    assert_eq!(outcome["ends"]["relabelled"], 2);
    let notes = outcome["notes"].to_string();
    assert!(notes.contains("service/s0") && notes.contains("service/s1") && !notes.contains("service/s2"), "{notes}");
    check(&["s0", "s1"], &["s2", "s3"]);
    // A push of the old repository in between neither fails nor takes anything back.
    nothing_is_left_to_do(&old, &serving);
    check(&["s0", "s1"], &["s2", "s3"]);
    // 2. The old repository removes the manifests.
    old.write("catalog/all.yaml", manifests(0..2));
    nothing_is_left_to_do(&old, &serving);
    check(&["s0", "s1"], &["s2", "s3"]);
    nothing_is_left_to_do(&new, &serving);
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn what_differs_is_written_and_entities_of_others_are_left_alone() {
    let (repo, (serving, plain)) = (services(2), server(&[]));
    assert_eq!(push(&repo, &serving, "").code, 0);
    plain.must("POST", "blueprints/service/entities", Some(&json!({"identifier": "s2", "title": "theirs"})));
    in_scope(&repo, "acme/new");
    repo.write("catalog/all.yaml", manifests(0..3).replace("size: 1", "size: 10"));
    // `s2` is not of the named scope, so the push needs another approval.
    let refused = push(&repo, &serving, "--adopt-from acme/catalog");
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    assert_error(&refused.talk, "push-unapproved");
    assert_eq!(owned(&plain, OLD).len(), 2);
    repo.write("catalog/all.yaml", manifests(0..2).replace("size: 1", "size: 10"));
    let outcome = report(&repo, &serving, "--adopt-from acme/catalog");
    let ends = &outcome["ends"];
    assert_eq!((&ends["updated"], &ends["adopted"], &ends["relabelled"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(owned(&plain, "acme/new"), ["s0", "s1"]);
    let written = plain.must("GET", "blueprints/service/entities/s1", None);
    assert_eq!(written["entity"]["properties"]["size"], 10);
}

#[test]
fn a_use_that_makes_no_sense_is_refused() {
    let (repo, (serving, _)) = (services(1), server(&[]));
    let own = push(&repo, &serving, "--adopt-from acme/catalog");
    assert_eq!(own.code, 64, "{}{}", own.results, own.talk);
    assert_error(&own.talk, "adopt-from-own-scope");
    assert!(push(&repo, &serving, "--adopt --adopt-from acme/other").was_refused().contains(CONFLICTING_FLAGS));
    for wrong in ["--adopt-from a(b", "--adopt-from="] {
        let wrong = push(&repo, &serving, wrong);
        assert_eq!(wrong.code, 64, "{}{}", wrong.results, wrong.talk);
        assert!(wrong.talk.contains("--adopt-from"), "{}", wrong.talk);
    }
}

#[test]
fn a_misspelt_scope_is_refused_while_there_is_something_to_take_over() {
    let (repo, (serving, _)) = (services(2), server(&[]));
    assert_eq!(push(&repo, &serving, "").code, 0);
    in_scope(&repo, "acme/new");
    let misspelt = push(&repo, &serving, "--adopt-from acme/catalogue");
    assert_eq!(misspelt.code, 64, "{}{}", misspelt.results, misspelt.talk);
    assert_error(&misspelt.talk, "adopt-from-unknown-scope");
    assert!(misspelt.talk.contains("`acme/catalog`") && misspelt.talk.contains('2'), "{}", misspelt.talk);
    // Nothing is near, so the note names the scopes.
    let unknown = push(&repo, &serving, "--adopt-from nobody");
    assert!(unknown.code == 0 && unknown.results.contains("`acme/catalog`"), "{}{}", unknown.results, unknown.talk);
    assert_eq!(push(&repo, &serving, "--adopt-from acme/catalog").code, 0);
    // A job that keeps the flag goes on, whatever else the catalog has.
    assert_eq!(push(&repo, &serving, "--adopt-from acme/catalog").code, 0);
}

#[test]
fn a_refused_push_names_the_flag_that_takes_over_from_the_owner_and_nobody_else() {
    let (repo, (serving, plain)) = (services(2), server(&[]));
    assert_eq!(push(&repo, &serving, "").code, 0);
    in_scope(&repo, "acme/new");
    // What is as declared is no reason to refuse; the note names the same flag.
    let noted = push(&repo, &serving, "");
    assert!(noted.code == 0 && noted.results.contains("`--adopt-from acme/catalog`"), "{}", noted.results);
    repo.write("catalog/all.yaml", manifests(0..2).replace("size: 1", "size: 10"));
    let refused = push(&repo, &serving, "");
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    for text in [&refused.results, &refused.talk] {
        assert!(text.contains("`--adopt-from acme/catalog`") && !text.contains("--adopt`"), "{text}");
    }
    // The owner of `s2` has no scope, so only `--adopt` takes over all of them, and the command does not repeat the other.
    plain.must("POST", "blueprints/service/entities", Some(&json!({"identifier": "s2", "title": "theirs"})));
    repo.write("catalog/all.yaml", manifests(0..3).replace("size: 1", "size: 10"));
    for flags in ["", "--adopt-from acme/catalog"] {
        let refused = push(&repo, &serving, flags);
        assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
        assert!(refused.results.contains("`--adopt`"), "{}", refused.results);
        let shown = push(&repo, &serving, &format!("{flags} --dry-run"));
        assert!(shown.results.contains("--adopt`") && !shown.results.contains("--adopt-from"), "{}", shown.results);
    }
    assert_eq!(push(&repo, &serving, "--adopt").code, 0);
    assert_eq!(owned(&plain, "acme/new"), ["s0", "s1", "s2"]);
}

#[test]
fn a_saved_plan_that_takes_over_needs_the_same_flag_again() {
    let (repo, (serving, plain)) = (services(2), server(&[]));
    assert_eq!(push(&repo, &serving, "").code, 0);
    in_scope(&repo, "acme/new");
    let flags = format!("diff --catalog {} --adopt-from acme/catalog --out plan.json", serving.url);
    let variables = [
        ("PORT_CLIENT_ID", crate::testkit::serving::CLIENT_ID),
        ("PORT_CLIENT_SECRET", crate::testkit::serving::CLIENT_SECRET),
    ];
    let diff = crate::cli::run_with(&repo, &flags, &variables);
    assert_eq!(diff.code, 0, "{}{}", diff.results, diff.talk);
    for flags in ["--plan plan.json", "--plan plan.json --adopt-from acme/other"] {
        let refused = push(&repo, &serving, flags);
        assert_eq!(refused.code, 4, "{flags}: {}{}", refused.results, refused.talk);
        assert_eq!(owned(&plain, "acme/new").len(), 0);
    }
    let pushed = push(&repo, &serving, "--plan plan.json --adopt-from acme/catalog");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert_eq!(owned(&plain, "acme/new").len(), 2);
}
