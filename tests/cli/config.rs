//! Tests `portolan config`: every value with its origin, and all errors of an invalid config.

use super::pull::bench::Catalog;
use super::{run, run_with};
use crate::testkit::says::did_you_mean;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET};
use crate::testkit::{Repo, contents};

const CONFIG: &str = "\
catalog: eu
scope: acme/catalog
rules: {foreign-field: off}
targets:
  staging: {catalog: us}
";

#[test]
fn shows_every_value_and_where_it_comes_from() {
    let repo = Repo::new();
    repo.write("portolan.yaml", CONFIG).write("catalog/payments/x.yaml", "");
    let variables = [("PORTOLAN_DELIVERY", "cluster"), ("PORT_CLIENT_SECRET", "hunter2")];
    let shown = run_with(&repo, "-C catalog/payments --target staging config", &variables).quietly_gave();
    snapbox::assert_data_eq!(
        shown,
        snapbox::str![[r#"
root                 [ROOT]  the config's folder
config               portolan.yaml   found
target               staging         flag --target
platform             port            default
catalog              us              portolan.yaml:5 (target `staging`)
scope                acme/catalog    portolan.yaml:2
delivery             cluster         environment PORTOLAN_DELIVERY
git-host             unknown         default
manifests.include    []              default
manifests.exclude    []              default
write                merge           default
prune.enabled        true            default
prune.max            5               default
prune.max-percent    10              default
push.branches        default branch  default
push.require-clean   false           default
push.require-signed  false           default
secrets.allow        []              default
snapshot.max-age     30d             default
rules.foreign-field  off             portolan.yaml:3

"#]]
    );
}

#[test]
fn levels_by_path_have_a_row_each_in_the_order_of_the_config() {
    let repo = Repo::new();
    let rules = "rules:\n  unknown-property:\n    level: warn\n    paths:\n      z/**: error\n      a: off\n  P201: {paths: {b: info}}\n";
    repo.write("portolan.yaml", rules);
    let shown = run(&repo, "config --output json").quietly_gave();
    let json: serde_json::Value = serde_json::from_str(&shown).expect("it is JSON");
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = json["settings"].as_array().expect("settings are a list");
    let rows: Vec<String> = rows
        .iter()
        .map(|row| ["key", "value", "origin"].map(|key| text(row, key)).join(" "))
        .filter(|row| row.starts_with("rules."))
        .collect();
    assert_eq!(
        rows,
        [
            "rules.invalid-identifier.paths.b info portolan.yaml:7",
            "rules.unknown-property warning portolan.yaml:2",
            "rules.unknown-property.paths.z/** error portolan.yaml:5",
            "rules.unknown-property.paths.a off portolan.yaml:6",
        ]
    );
}

#[test]
fn json_says_the_same_and_never_a_secret() {
    let repo = Repo::new();
    repo.write("portolan.yaml", CONFIG);
    let variables = [("PORT_CLIENT_ID", "id-of-mine"), ("PORT_CLIENT_SECRET", "hunter2")];
    let shown = run_with(&repo, "config --output json", &variables).quietly_gave();
    assert!(!shown.contains("hunter2") && !shown.contains("id-of-mine"), "{shown}");
    let json: serde_json::Value = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!(json["format"], "portolan.config/1");
    let row = json["settings"].as_array().and_then(|rows| rows.iter().find(|row| row["key"] == "catalog"));
    assert_eq!(row, Some(&serde_json::json!({"key": "catalog", "value": "eu", "origin": "portolan.yaml:1"})));
}

#[test]
fn the_scope_comes_from_the_remote_where_nobody_says_it() {
    let repo = Repo::new();
    repo.git(&["init", "-q"]);
    repo.git(&["remote", "add", "origin", "git@github.com:acme/catalog.git"]);
    let shown = run(&repo, "config").quietly_gave();
    assert!(shown.contains("acme/catalog") && shown.contains("the Git remote `origin`"), "{shown}");
    assert!(shown.contains("the Git work tree"), "{shown}");
}

#[test]
fn a_faulty_config_shows_all_its_faults_with_places() {
    let repo = Repo::new();
    repo.write("portolan.yaml", "catlog: eu\nprune: {max: lots}\nrules: {wrong-typ: error}\n");
    for line in ["config", "lint"] {
        snapbox::assert_data_eq!(
            run(&repo, line).was_refused(),
            snapbox::str![[r#"
error: config `portolan.yaml` has 3 errors
   ╭─[portolan.yaml:1:1]
 1 │ catlog: eu
   · ───┬──
   ·    ╰── unknown key `catlog`; did you mean `catalog`?
 2 │ prune: {max: lots}
   ·              ──┬─
   ·                ╰── expected a whole number from 0 to 4294967295, found `lots`
 3 │ rules: {wrong-typ: error}
   ·         ────┬────
   ·             ╰── unknown rule `wrong-typ`; did you mean `wrong-type`?
   ╰────
  help: `portolan schema config` prints the schema of every key; editors check the file with it

"#]]
        );
    }
}

#[test]
fn a_broken_config_stops_no_verb_that_does_not_need_it() {
    let repo = Repo::new();
    repo.write("portolan.yaml", "catlog: eu\n");
    for line in ["explain wrong-type", "schema config", "completions bash", "man", "--version"] {
        run(&repo, line).quietly_gave();
    }
}

#[test]
fn slips_in_variables_are_noted_and_quiet_is_quiet() {
    let repo = Repo::outside_git();
    let slip = [("PORTOLAN_CATLOG", "eu")];
    let noted = run_with(&repo, "config", &slip);
    assert!(noted.code == 0 && noted.talk.contains(did_you_mean!("PORTOLAN_CATALOG")), "{}", noted.talk);
    run_with(&repo, "-q config", &slip).quietly_gave();
    let wordy = run(&repo, "-v config");
    assert_eq!(wordy.talk, "note: The root is `[ROOT]` (the current folder), there is no config.\n");
}

#[test]
fn a_password_in_an_address_is_not_printed() {
    let repo = Repo::new();
    for address in ["https://me:hunter2@h.example", "https://me:hunter2"] {
        let talk = run_with(&repo, "config", &[("PORTOLAN_CATALOG", address)]).was_refused();
        assert!(talk.contains("PORTOLAN_CATALOG") && !talk.contains("hunter2"), "{talk}");
    }
}

/// The status of each check, by name.
fn checks(told: &super::Run) -> std::collections::BTreeMap<String, String> {
    let json: serde_json::Value = serde_json::from_str(&told.results).unwrap_or_else(|_| panic!("{}", told.talk));
    assert_eq!(json["format"], "portolan.config-check/1");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    json["checks"].as_array().into_iter().flatten().map(|it| (text(&it["check"]), text(&it["status"]))).collect()
}

#[test]
fn check_asks_the_catalog_and_writes_nothing() {
    let catalog = Catalog::acme();
    let before = catalog.stored();
    let repo = Repo::new();
    repo.write("portolan.yaml", "scope: acme/catalog\n");
    let told = catalog.run(&repo, "config --check --output json");
    assert_eq!(told.code, 0, "{}{}", told.results, told.talk);
    let found = checks(&told);
    for check in ["credentials", "organization", "read-blueprints", "read-entities", "write-entities", "scope"] {
        assert_eq!(found.get(check).map(String::as_str), Some("ok"), "{check}: {}", told.results);
    }
    assert!(catalog.stored() == before);
    let text = catalog.run(&repo, "config --check").quietly_gave();
    assert!(text.contains("portolan (org_") && !text.contains(CLIENT_SECRET) && !text.contains(CLIENT_ID), "{text}");
    // Without a scope, a push has no owner.
    repo.write("portolan.yaml", "");
    let told = catalog.run(&repo, "config --check --output json");
    assert_eq!((told.code, checks(&told)["scope"].as_str()), (64, "failed"));
}

#[test]
fn check_says_what_the_catalog_denies() {
    let catalog = Catalog::acme();
    let repo = Repo::new();
    repo.write("portolan.yaml", "scope: acme/catalog\n");
    let [url, id, _] = catalog.variables();
    let told = run_with(&repo, "config --check --output json", &[url, id, ("PORT_CLIENT_SECRET", "wrong-secret")]);
    assert_eq!((told.code, checks(&told)["credentials"].as_str()), (5, "failed"));
    assert!(!told.results.contains("wrong-secret") && !told.talk.contains("wrong-secret"), "{}", told.results);
    let told = run_with(&repo, "config --check --output json", &[url, id]);
    assert_eq!((told.code, checks(&told)["credentials"].as_str()), (64, "failed"));
    let nobody = [("PORTOLAN_CATALOG", "http://127.0.0.1:9"), id, ("PORT_CLIENT_SECRET", "x-secret-x")];
    assert_eq!(run_with(&repo, "config --check", &nobody).code, 5);
}

#[test]
fn check_of_the_embedded_catalog_needs_nothing_and_leaves_nothing() {
    let repo = Repo::new();
    let before = contents(repo.path());
    let told = run(&repo, "config --check --output json");
    assert_eq!((told.code, checks(&told)["credentials"].as_str()), (0, "ok"), "{}", told.results);
    assert!(contents(repo.path()) == before);
}
