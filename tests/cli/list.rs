//! Tests `portolan list`: which entities, of which side, and the two formats.

use super::{new::acme, run};
use crate::testkit::errors::assert_error;
use crate::testkit::says::did_you_mean;
use crate::testkit::{Repo, portolan};

fn names(listed: &str) -> Vec<&str> {
    listed.lines().filter_map(|line| line.split_whitespace().next()).collect()
}

#[test]
fn an_entity_is_a_line_with_its_title_and_file() {
    let repo = acme();
    let all = run(&repo, "list").quietly_gave();
    assert_eq!(all.lines().count(), 109);
    assert!(names(&all).is_sorted());
    let checkout = all.lines().find(|line| line.starts_with("service/checkout ")).expect("it is declared");
    assert_eq!(
        checkout.split_whitespace().collect::<Vec<_>>(),
        ["service/checkout", "Checkout", "apps/checkout/port.yml"]
    );
    let services = run(&repo, "list service").quietly_gave();
    assert!(names(&services).iter().all(|name| name.starts_with("service/")) && services.lines().count() == 36);
    // The cache of lint gives the same answer.
    assert_eq!(run(&repo, "lint").code, 0);
    assert_eq!(run(&repo, "list").quietly_gave(), all);
}

#[test]
fn conditions_are_about_properties_relations_and_fields() {
    let repo = acme();
    for (line, expected) in [
        ("list service --where tier=1 --where language=rust --where replicas=4", &["service/card-vault"][..]),
        ("list service --where team=_nobody", &[]),
        ("list service --where title=Checkout", &["service/checkout"]),
        ("list service --where identifier=checkout", &["service/checkout"]),
        (
            "list service --where dependsOn=ledger",
            &["service/invoice-composer", "service/payment-router", "service/payout-runner"],
        ),
        ("list --where maintainer=elif.kaya@acme.example", &["library/@acme/design-tokens", "library/@acme/money-rs"]),
    ] {
        let ran = run(&repo, line);
        assert_eq!((ran.code, names(&ran.results).as_slice()), (0, expected), "{line}");
    }
    let with = run(&repo, "list service --where language=go").quietly_gave().lines().count();
    let without = run(&repo, "list service --where language!=go").quietly_gave().lines().count();
    assert!(with > 0 && without > 0 && with + without == 36, "{with} {without}");
}

/// An empty list would look like an answer.
#[test]
fn a_value_that_no_blueprint_allows_is_an_error() {
    let repo = acme();
    for (line, parts) in [
        ("list service --where lifecycle=prod", ["`production`", did_you_mean!("production")]),
        ("list --where lifecycle=prod", ["`production`", did_you_mean!("production")]),
        ("list service --where tier=high", ["`tier`", "`1`, `2`, `3` and `4`"]),
        ("list service --where tier=1 --where lifecycle=prod", ["`production`", did_you_mean!("production")]),
    ] {
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, "impossible-condition");
        assert!(parts.iter().all(|part| talk.contains(part)), "{line}: {talk}");
    }
    let negated = run(&repo, "list service --where lifecycle!=prod");
    assert_eq!((negated.code, names(&negated.results).len()), (0, 36));
    assert!(negated.talk.contains(did_you_mean!("production")), "{}", negated.talk);
    // A manifest with this value is wrong, but it is there.
    let file = "catalog/payments/ledger/ledger.yaml";
    repo.write(file, repo.read(file).replacen("tier: ", "tier: high # ", 1));
    assert_eq!(names(&run(&repo, "list service --where tier=high").results), ["service/ledger"]);
}

#[test]
fn what_no_manifest_declares_comes_from_the_snapshot_or_the_catalog() {
    let repo = acme();
    let known = run(&repo, "list --undeclared").quietly_gave();
    assert!(known.contains("_team/payments") && !known.contains("service/checkout"), "{known}");
    repo.git(&["remote", "add", "origin", "https://git.example.com/acme/catalog"]);
    assert_eq!(run(&repo, "push").code, 0);
    let file = "catalog/payments/ledger/ledger.yaml";
    repo.write(file, repo.read(file).replace("identifier: ledger\n", "identifier: ledger-2\n"));
    let live = run(&repo, "list service --live").quietly_gave();
    let line = |name: &str| live.lines().find(|line| line.starts_with(&format!("{name} "))).map(str::to_owned);
    assert!(line("service/ledger").is_some_and(|line| line.ends_with("(no manifest)")), "{live}");
    assert!(line("service/ledger-2").is_some_and(|line| line.ends_with("(not in the catalog)")), "{live}");
    assert_eq!(
        names(&run(&repo, "list service --undeclared --live").quietly_gave()),
        ["service/ledger", "service/monolith-tms"]
    );
}

#[test]
fn a_script_gets_one_document() {
    let repo = acme();
    let json = run(&repo, "list service --where title=Checkout --output json").quietly_gave();
    let document: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let expected = serde_json::json!({
        "format": "portolan.list/1",
        "entities": [{"blueprint": "service", "identifier": "checkout", "title": "Checkout", "file": "apps/checkout/port.yml"}],
        "notes": [],
    });
    assert_eq!(document, expected);
}

#[test]
fn a_wrong_name_is_an_error_and_not_an_empty_list() {
    let repo = acme();
    for (line, code, words) in [
        ("list sercive", "unknown-blueprint-name", did_you_mean!("service")),
        ("list service --where teir=1", "unknown-condition", did_you_mean!("tier")),
        ("list --undeclared --where tier=1", "no-values", "`--live`"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, code);
        assert!(talk.contains(words), "{line}: {talk}");
    }
    let bare = Repo::new();
    let talk = run(&bare, "list --undeclared").was_refused();
    assert_error(&talk, "no-known-entities");
    let nothing = run(&bare, "list");
    assert_eq!((nothing.code, nothing.results.as_str()), (0, ""));
    assert!(nothing.talk.contains("declares 0 entities"), "{}", nothing.talk);
    let outside = Repo::outside_git();
    portolan(&outside).arg("list").assert().code(64);
}
