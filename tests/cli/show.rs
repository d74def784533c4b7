//! Tests `portolan show`: the declared side, the catalog's side, and what points to an entity.

use super::{new::acme, run};
use crate::testkit::errors::assert_error;
use crate::testkit::says::did_you_mean;

#[test]
fn an_entity_has_its_place_its_values_and_its_references() {
    let page = run(&acme(), "show service/ledger").quietly_gave();
    for expected in [
        "service/ledger\n  declared in catalog/payments/ledger/ledger.yaml:8\n",
        "    tier                1\n",
        "    system      system/general-ledger  catalog/payments/systems.yaml:20\n",
        "                datastore/ledger-pg-replica  catalog/payments/datastores.yml:25\n",
        "  Referenced by 4 entities\n",
        "    service/payment-router    dependsOn  catalog/payments/checkout/payment-router.yaml:26\n",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
}

#[test]
fn a_team_without_a_manifest_has_what_it_owns() {
    let page = run(&acme(), "show _team/payments").quietly_gave();
    assert!(page.starts_with("_team/payments\n  no manifest of this repository declares it\n"), "{page}");
    assert!(page.contains("service/checkout  Checkout") && page.contains("reviewTeam"), "{page}");
}

#[test]
fn the_catalog_is_shown_where_it_differs() {
    let repo = acme();
    repo.git(&["remote", "add", "origin", "https://git.example.com/acme/catalog"]);
    let before = run(&repo, "show service/ledger --live").quietly_gave();
    assert!(before.contains("  not in the embedded catalog"), "{before}");
    assert_eq!(run(&repo, "push").code, 0);
    let file = "catalog/payments/ledger/ledger.yaml";
    repo.write(file, repo.read(file).replacen("tier: 1\n", "tier: 2\n", 1));
    let page = run(&repo, "show service/ledger --live").quietly_gave();
    assert!(page.contains("    tier                2\n                        catalog: 1\n"), "{page}");
    assert_eq!(page.matches("catalog: ").count(), 2, "one value differs, and one is only there: {page}");
    let json = run(&repo, "show service/ledger --live --output json").quietly_gave();
    let document: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let fields = document["entity"]["fields"].as_array().expect("fields");
    let differing: Vec<_> =
        fields.iter().filter(|field| field["differs"] == true).map(|field| &field["name"]).collect();
    assert_eq!(differing, ["tier", "pciScope"]);
    assert_eq!(document["entity"]["live"]["exists"], true);
}

#[test]
fn without_blueprints_it_is_not_said_that_nothing_points_to_it() {
    let repo = acme();
    std::fs::remove_dir_all(repo.path().join(".portolan")).expect("it is there");
    let page = run(&repo, "show service/ledger").results;
    assert!(page.contains("`portolan pull`") && !page.contains("No manifest points"), "{page}");
}

#[test]
fn a_credential_is_masked() {
    let repo = acme();
    let file = "catalog/payments/ledger/ledger.yaml";
    let secret = ["ghp", "_16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    repo.write(file, repo.read(file).replacen("language: kotlin", &format!("language: {secret}"), 1));
    for line in ["show service/ledger", "show service/ledger --output json"] {
        let page = run(&repo, line).quietly_gave();
        assert!(!page.contains(&secret) && page.contains("language"), "{page}");
    }
}

#[test]
fn a_wrong_name_has_a_suggestion() {
    let repo = acme();
    for (name, code, words) in [
        ("service/ledgr", "unknown-entity", did_you_mean!("service/ledger")),
        ("system/checkout", "unknown-entity", did_you_mean!("service/checkout")),
        ("servise/ledger-9", "unknown-entity", did_you_mean!("service")),
        ("team/payments", "unknown-entity", did_you_mean!("_team/payments")),
        ("checkout", "no-entity-name", did_you_mean!("service/checkout")),
        ("nothing-like-it", "no-entity-name", "`service/cart`"),
    ] {
        let talk = run(&repo, &format!("show {name}")).was_refused();
        assert_error(&talk, code);
        assert!(talk.contains(words), "{name}: {talk}");
    }
}
