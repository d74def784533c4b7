//! `portolan config`: every value with its origin; a faulty config with all its faults.

use super::{run, run_with};
use crate::testkit::Repo;

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
manifests.include    []              default
manifests.exclude    []              default
write                merge           default
prune.enabled        true            default
prune.max            5               default
prune.max-percent    10              default
push.branches        default branch  default
push.require-clean   false           default
push.require-signed  false           default
snapshot.max-age     30d             default
rules.foreign-field  off             portolan.yaml:3

"#]]
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
error: failed to read the config `portolan.yaml`: 3 things are wrong in it
   ╭─[portolan.yaml:1:1]
 1 │ catlog: eu
   · ───┬──
   ·    ╰── there is no key `catlog`; did you mean `catalog`?
 2 │ prune: {max: lots}
   ·              ──┬─
   ·                ╰── this is `lots`; a whole number from 0 to 4294967295 belongs here
 3 │ rules: {wrong-typ: error}
   ·         ────┬────
   ·             ╰── there is no rule `wrong-typ`; did you mean `wrong-type`?
   ╰────
  help: `portolan schema config` describes every key, and editors check them with it

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
    let repo = Repo::new();
    let slip = [("PORTOLAN_CATLOG", "eu")];
    let noted = run_with(&repo, "config", &slip);
    assert!(noted.code == 0 && noted.talk.contains("did you mean `PORTOLAN_CATALOG`"), "{}", noted.talk);
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
