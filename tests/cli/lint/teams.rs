//! Tests teams and users that manifests name: unknown ones are reported only if the snapshot lists them.

use super::bench::{commit, findings, lint, report, service, shop};
use crate::testkit::Repo;

const SERVICE: &str = r#"{
  "identifier": "service", "title": "Service",
  "schema": {"properties": {
    "owner": {"type": "string", "format": "user"},
    "reviewers": {"type": "array", "items": {"type": "string", "format": "team"}}
  }},
  "relations": {}, "ownership": {"type": "Direct"}
}"#;
const TEAM: &str = r#"{"identifier": "_team", "title": "Team", "schema": {"properties": {}}, "relations": {}}"#;
const INHERITING: &str = r#"{
  "identifier": "api", "title": "API", "schema": {"properties": {}},
  "relations": {"service": {"target": "service"}}, "ownership": {"type": "Inherited", "path": "service"}
}"#;
const KNOWN: &str = "_team\tpayments\n_team\tplatform\n_user\tada@acme.io\n";

/// One service with `more` under `spec` from line 8 on, and a list of known entities.
fn with(more: &str, known: &str) -> Repo {
    let repo = Repo::new();
    repo.write(".portolan/blueprints/service.json", SERVICE).write(".portolan/blueprints/api.json", INHERITING);
    repo.write(".portolan/blueprints/_team.json", TEAM);
    repo.write(".portolan/known-entities.txt", known).write("portolan.yaml", "platform: port\n");
    repo.write("catalog/cart.yaml", service("cart", more));
    repo
}

const ALL: &str = "  team: paymnets\n  properties:\n    owner: adda@acme.io\n    reviewers: [platform, plattform]\n";

#[test]
fn a_misspelled_team_or_user_is_reported_at_its_value() {
    let repo = with(ALL, KNOWN);
    let expected = [
        "catalog/cart.yaml:8:9 unknown-team",
        "catalog/cart.yaml:10:12 unknown-team",
        "catalog/cart.yaml:11:27 unknown-team",
    ];
    assert_eq!(findings(&repo, &[]), expected);
    let told = lint(&repo, &["--output", "json"]);
    assert_eq!(told.code, 1);
    let report = report(&told);
    for (finding, meant) in report["findings"].as_array().unwrap().iter().zip(["payments", "ada@acme.io", "platform"]) {
        assert!(finding["help"].as_str().is_some_and(|help| help.contains(meant)), "{finding}");
        assert_eq!(finding["entity"]["identifier"], "cart");
        assert!(finding["fix"]["title"].as_str().is_some_and(|title| title.contains(meant)), "{finding}");
    }
    // A suggestion is shown but not applied.
    lint(&repo, &["--fix"]);
    assert_eq!(findings(&repo, &[]), expected);
    repo.write("catalog/cart.yaml", service("cart", "  team: [payments, paymnets, nobody, \"\"]\n"));
    assert_eq!(findings(&repo, &[]), ["catalog/cart.yaml:8:20 unknown-team", "catalog/cart.yaml:8:30 unknown-team"]);
    repo.write("catalog/cart.yaml", service("cart", "  team: []\n"));
    assert_eq!(findings(&repo, &[]), [""; 0]);
}

#[test]
fn teams_that_the_repository_declares_exist() {
    let repo = with("  team: [security, Security]\n", KNOWN);
    repo.write("teams/port.yml", "- identifier: security\n  blueprint: _team\n");
    let report = report(&lint(&repo, &["--output", "json"]));
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0]["related"][0]["path"], "teams/port.yml", "it shows the other spelling");
}

#[test]
fn without_known_teams_or_users_nothing_is_said() {
    let all = with(ALL, KNOWN);
    for (known, expected) in [
        ("", &[][..]),
        ("squad\ta\n", &[]),
        ("_user\tada@acme.io\n", &["catalog/cart.yaml:10:12 unknown-team"]),
        (
            "_team\tpayments\n_team\tplatform\n",
            &["catalog/cart.yaml:8:9 unknown-team", "catalog/cart.yaml:11:27 unknown-team"],
        ),
        // The list of teams is complete and empty, so the account has no other teams.
        (
            "# complete: _team\n",
            &[
                "catalog/cart.yaml:8:9 unknown-team",
                "catalog/cart.yaml:11:17 unknown-team",
                "catalog/cart.yaml:11:27 unknown-team",
            ],
        ),
    ] {
        all.write(".portolan/known-entities.txt", known);
        assert_eq!(findings(&all, &[]), expected, "{known}");
    }
    all.remove(".portolan/known-entities.txt");
    assert_eq!(findings(&all, &[]), [""; 0]);
}

#[test]
fn a_file_that_cannot_be_read_may_declare_the_team() {
    let repo = with(ALL, KNOWN);
    repo.write("catalog/large.yaml", vec![b'#'; 10 * 1024 * 1024 + 1]);
    assert!(!findings(&repo, &[]).iter().any(|finding| finding.ends_with("unknown-team")));
}

#[test]
fn an_inherited_team_may_not_be_set_and_that_is_all_that_is_said() {
    let repo = with("", KNOWN);
    repo.write("catalog/port.yml", "- identifier: orders\n  blueprint: api\n  team: paymnets\n");
    assert_eq!(findings(&repo, &[]), ["catalog/port.yml:3:3 inherited-team"]);
}

#[test]
fn comments_silence_it_and_are_not_unused_where_it_cannot_judge() {
    let ignored = "  team: contractors # portolan: ignore[unknown-team] made by the importer\n";
    let repo = with(ignored, KNOWN);
    assert_eq!(findings(&repo, &[]), [""; 0]);
    repo.write(".portolan/known-entities.txt", "");
    assert_eq!(findings(&repo, &[]), [""; 0], "without teams nobody can tell whether it is needed");
    let needless = "  team: payments # portolan: ignore[unknown-team] needless\n";
    repo.write("catalog/cart.yaml", service("cart", needless)).write(".portolan/known-entities.txt", KNOWN);
    assert_eq!(findings(&repo, &[]), ["catalog/cart.yaml:8:37 unused-ignore"]);
}

#[test]
fn a_change_that_takes_a_team_away_is_told_at_those_who_name_it() {
    let repo = with("  team: security\n", KNOWN);
    repo.write("teams/port.yml", "- identifier: security\n  blueprint: _team\n");
    repo.git(&["init", "--quiet"]);
    commit(&repo, "all");
    repo.remove("teams/port.yml");
    assert_eq!(findings(&repo, &["--changed"]), ["catalog/cart.yaml:8:9 unknown-team"]);
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    commit(&repo, "gone");
    assert_eq!(findings(&repo, &["--since", "main"]), ["catalog/cart.yaml:8:9 unknown-team"]);
    repo.write("catalog/other.yaml", service("other", "  team: paymnets\n"));
    repo.git(&["add", "--all"]);
    assert_eq!(findings(&repo, &["--staged"]), ["catalog/other.yaml:8:9 unknown-team"]);
}

/// The list contains the targets of the blueprints that were in use when it was pulled; about others it says nothing.
#[test]
fn relations_to_blueprints_that_are_not_listed_are_not_judged_and_that_is_said_once() {
    let repo = shop();
    repo.write(".portolan/known-entities.txt", "# complete: service\n");
    repo.write("catalog/more.yaml", service("more", "  relations:\n    system: nowhere\n    dependsOn: [kart]\n"));
    assert_eq!(findings(&repo, &[]), ["catalog/more.yaml:10:17 dangling-relation"]);
    let told = lint(&repo, &[]);
    assert_eq!(told.out.matches("1 relation points to an entity that is").count(), 1, "{told:?}");
}

/// `diff` and `push` stop at lint errors, so a misspelt team never reaches a catalog.
#[test]
fn no_plan_is_made_with_a_misspelled_team() {
    use super::bench::told;
    use crate::testkit::portolan;
    let repo = with("  team: paymnets\n", KNOWN);
    for line in [
        &["diff", "--catalog", "local"][..],
        &["diff", "--catalog", "local", "--verify"],
        &["push", "--catalog", "local"],
    ] {
        let told = told(portolan(&repo).args(line).args(["--output", "json"]));
        assert_eq!(told.code, 1, "{line:?} {told:?}");
        assert_eq!(report(&told)["findings"][0]["rule"], "unknown-team", "{line:?}");
    }
}
