//! Tests the files of the snapshot, and what a pull reports about them.

use std::fs;

use serde_json::{Value, json};

use super::bench::{BLUEPRINTS, Catalog, acme, known, names};
use crate::cli::run_with;
use crate::testkit::errors::assert_error;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET};
use crate::testkit::{Repo, contents};

#[test]
fn an_empty_repository_gets_all_that_lint_needs() {
    let catalog = Catalog::acme();
    let repo = Repo::new();
    let told = catalog.pull(&repo, "");
    assert!(told.starts_with("Pulled 10 blueprints and 112 known entities from http://127.0.0.1:"), "{told}");
    let files = names(&repo, ".portolan/blueprints");
    assert_eq!(files, BLUEPRINTS.map(|name| format!("{name}.json")));
    for file in files {
        let text = repo.read(&format!(".portolan/blueprints/{file}"));
        let json: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(text, format!("{json:#}\n"), "{file}");
        assert!(json.get("createdAt").is_none() && json.get("updatedBy").is_none(), "{file}");
    }
    let known = known(&repo, "");
    let has = |line: &str| known.iter().any(|known| known == line);
    assert!(has("service/monolith-tms") && has("person/elif.kaya@acme.example"), "{known:?}");
    assert!(!known.iter().any(|line| line.starts_with("carrier/")), "nothing relates to carriers: {known:?}");
    let source: Value = serde_json::from_str(&repo.read(".portolan/source.json")).expect("JSON");
    let expected = json!({"format": "portolan.source/1", "platform": "port", "catalog": catalog.serving.url,
        "pulledAt": "2026-11-15T00:00:00.000Z", "blueprints": 10, "knownEntities": 112});
    assert_eq!(source, expected);
}

#[test]
fn a_second_pull_changes_the_time_alone_and_a_check_is_content() {
    let catalog = Catalog::acme();
    let repo = acme();
    catalog.pull(&repo, "");
    // All relation targets are declared here.
    assert_eq!(known(&repo, ""), [""; 0]);
    let before = contents(repo.path());
    let [url, id, secret] = catalog.variables();
    let later = [url, id, secret, ("SOURCE_DATE_EPOCH", "1794787200")];
    let check = run_with(&repo, "pull --check", &later);
    assert_eq!(check.code, 0, "{}{}", check.results, check.talk);
    assert!(check.results.starts_with("The snapshot is up to date with"), "{}", check.results);
    assert!(contents(repo.path()) == before);
    let again = run_with(&repo, "pull", &later);
    let expected = "nothing changed since 2026-11-15.\nWrote .portolan/source.json (changed).\n";
    assert!(again.results.ends_with(expected), "{}", again.results);
    let mut after = contents(repo.path());
    let source = after
        .insert(".portolan/source.json".into(), before[".portolan/source.json".as_ref() as &std::path::Path].clone());
    assert!(after == before);
    let source = String::from_utf8(source.expect("it is there")).expect("text");
    assert!(source.contains("2026-11-16T00:00:00.000Z"), "{source}");
    let lint = run_with(&repo, "lint", &[]);
    assert_eq!(lint.code, 0, "{}", lint.results);
}

#[test]
fn what_changed_and_what_that_breaks_is_told() {
    let catalog = Catalog::acme();
    let repo = acme();
    catalog.pull(&repo, "");
    // The catalog is changed as a user would change it there.
    catalog.change("library", |blueprint| {
        let properties = &mut blueprint["schema"]["properties"];
        properties["auditedAt"] = json!({"type": "string", "format": "date-time"});
        properties["latest"]["minLength"] = 6.into();
        blueprint["relations"]["maintainer"]["many"] = true.into();
    });
    catalog.plain.must(
        "POST",
        "blueprints",
        Some(&json!({"identifier": "Queue/a:b", "title": "Queue", "schema": {"properties": {}, "required": []},
            "relations": {"of": {"target": "service", "many": false, "required": false}}})),
    );
    let before = contents(repo.path());
    let check = catalog.run(&repo, "pull --check");
    assert_eq!((check.code, check.talk.as_str()), (2, ""), "{}", check.results);
    assert!(check.results.starts_with("The snapshot is out of date: http://127.0.0.1:"), "{}", check.results);
    let dry = catalog.pull(&repo, "--dry-run");
    assert!(dry.starts_with("Would pull 11 blueprints"), "{dry}");
    assert!(contents(repo.path()) == before);
    let report = catalog.json(&repo, "");
    assert_eq!((&report["mode"], &report["changed"]), (&"pull".into(), &true.into()));
    assert_eq!(report["blueprints"][0], json!({"identifier": "Queue/a:b", "change": "added", "details": []}));
    let details: Vec<String> = report["blueprints"][1]["details"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| format!("{} {} {}", it["part"], it["name"], it["change"]).replace('"', ""))
        .collect();
    let expected = ["property latest rules", "property auditedAt added", "relation maintainer became"];
    assert_eq!(details.len(), 3, "{details:?}");
    assert!(expected.iter().all(|line| details.contains(&(*line).to_owned())), "{details:?}");
    let findings = report["findings"].as_array().expect("a list");
    let rules: std::collections::BTreeSet<&str> = findings.iter().filter_map(|it| it["rule"].as_str()).collect();
    assert!(rules.contains("relation-arity") && rules.contains("value-out-of-range"), "{rules:?}");
    assert!(report["summary"]["misfits"].as_u64().is_some_and(|misfits| misfits > 1), "{}", report["summary"]);
    assert!(repo.read(".portolan/blueprints/Queue%2Fa%3Ab.json").contains("Queue/a:b"));
    // From now on, lint reports these findings, and the next pull does not.
    let lint = run_with(&repo, "lint --output json", &[]);
    let lint: Value = serde_json::from_str(&lint.results).expect("JSON");
    assert_eq!(lint["findings"], report["findings"]);
    assert_eq!(catalog.json(&repo, "")["findings"], json!([]));
    catalog.plain.must("DELETE", "blueprints/Queue%2Fa%3Ab", None);
    let told = catalog.pull(&repo, "");
    assert!(told.contains("\n  - blueprint `Queue/a:b`\n"), "{told}");
    assert!(!repo.path().join(".portolan/blueprints/Queue%2Fa%3Ab.json").exists());
}

#[test]
fn what_breaks_is_shown_with_its_lines() {
    let catalog = Catalog::acme();
    let repo = acme();
    catalog.pull(&repo, "");
    catalog.change("person", |blueprint| {
        blueprint["schema"]["properties"]["room"] = json!({"type": "string"});
        blueprint["schema"]["required"] = json!(["room"]);
    });
    let told = catalog.pull(&repo, "");
    assert!(
        told.contains("\n  ~ blueprint `person`: 5 newly required\n      + property `room`: string, required"),
        "{told}"
    );
    assert!(
        told.contains("5 entities of this repository no longer fit the blueprints of the catalog:\n\nerror["),
        "{told}"
    );
    assert!(told.contains("catalog/known.yaml:"), "{told}");
    assert_eq!(run_with(&repo, "lint", &[]).code, 1);
}

#[test]
fn a_read_only_snapshot_stays_and_the_error_says_so() {
    let catalog = Catalog::acme();
    let repo = acme();
    let folder = repo.path().join(".portolan");
    let before = contents(repo.path());
    let open = fs::metadata(&folder).expect("it is there").permissions();
    let mut sealed = open.clone();
    sealed.set_readonly(true);
    fs::set_permissions(&folder, sealed).expect("it is ours");
    let run = catalog.run(&repo, "pull");
    fs::set_permissions(&folder, open).expect("it is ours");
    assert_eq!((run.code, run.results.as_str()), (70, ""), "{}", run.talk);
    assert_error(&run.talk, "write-read-only");
    assert!(run.talk.contains("`.portolan`"), "{}", run.talk);
    assert!(contents(repo.path()) == before);
}

#[cfg(unix)] // makes symbolic links
#[test]
fn a_snapshot_that_is_a_link_out_of_the_repository_is_not_followed() {
    let catalog = Catalog::acme();
    let (repo, outside) = (Repo::new(), Repo::new());
    outside.write("keep.txt", "theirs");
    std::os::unix::fs::symlink(outside.path(), repo.path().join(".portolan")).expect("a link");
    let run = catalog.run(&repo, "pull");
    assert_eq!(run.code, 70, "{}", run.talk);
    assert_error(&run.talk, "write-outside-root");
    assert_eq!(names(&outside, ""), ["keep.txt"]);
}

#[test]
fn a_catalog_without_blueprints_does_not_empty_the_snapshot() {
    let serving = crate::testkit::serving::Serving::start(&["--store", "memory"]);
    let repo = acme();
    let before = contents(repo.path());
    let variables = [
        ("PORTOLAN_CATALOG", serving.url.as_str()),
        ("PORT_CLIENT_ID", CLIENT_ID),
        ("PORT_CLIENT_SECRET", CLIENT_SECRET),
    ];
    let run = run_with(&repo, "pull", &variables);
    assert_eq!((run.code, run.results.as_str()), (64, ""), "{}", run.talk);
    assert_error(&run.talk, "empty-catalog");
    assert!(run.talk.contains("portolan config"), "{}", run.talk);
    assert!(contents(repo.path()) == before);
}

#[test]
fn an_empty_repository_without_a_catalog_is_led_to_an_example() {
    let repo = Repo::new();
    repo.git(&["init", "--quiet"]);
    let run_in = |line: &str| run_with(&repo, line, &[]);
    let new = run_in("new service cart");
    assert_error(&new.talk, "no-snapshot");
    assert!(new.code == 64 && new.talk.contains("portolan init --example"), "{}", new.talk);
    let pull = run_in("pull");
    assert_eq!((pull.code, pull.results.as_str()), (64, ""), "{}", pull.talk);
    assert_error(&pull.talk, "empty-catalog");
    assert!(pull.talk.contains("PORT_CLIENT_ID") && pull.talk.contains("portolan init --example"), "{}", pull.talk);
    assert!(!repo.path().join(".portolan").exists(), "an empty pull leaves nothing behind");
    assert_eq!(run_in("init --yes --example").code, 0);
    assert_eq!(run_in("new service cart --no-input").code, 0);
}

#[test]
fn what_an_older_empty_pull_left_behind_is_no_snapshot() {
    let repo = Repo::new();
    repo.git(&["init", "--quiet"]);
    repo.write(
        ".portolan/source.json",
        "{\"format\": \"portolan.source/1\", \"platform\": \"port\", \"catalog\": \"local\"}",
    );
    repo.write(".portolan/known-entities.txt", "");
    assert_eq!(run_with(&repo, "init --yes --example", &[]).code, 0);
    assert_eq!(names(&repo, ".portolan/blueprints").len(), 2);
}

#[test]
fn a_catalog_that_refuses_or_is_not_there_changes_nothing() {
    let catalog = Catalog::acme();
    let repo = acme();
    let before = contents(repo.path());
    let [url, id, _] = catalog.variables();
    let refused = run_with(&repo, "pull", &[url, id, ("PORT_CLIENT_SECRET", "wrong-secret")]);
    assert_eq!((refused.code, refused.results.as_str()), (5, ""), "{}", refused.talk);
    assert!(!refused.talk.contains("wrong-secret"), "{}", refused.talk);
    assert!(contents(repo.path()) == before);
}

#[test]
fn it_works_from_a_folder_below_without_git_and_from_elsewhere() {
    let catalog = Catalog::acme();
    let repo = acme();
    repo.git(&["init", "--quiet"]);
    let elsewhere = Repo::new();
    let root = repo.path().to_str().expect("UTF-8");
    catalog.pull(&elsewhere, &format!("-C {root}/catalog"));
    assert!(repo.read(".portolan/source.json").contains(&catalog.serving.url));
    assert_eq!(names(&elsewhere, ""), Vec::<String>::new());
    // There is no config, so the Git work tree is the root.
    catalog.pull(&elsewhere, "");
    assert_eq!(names(&elsewhere, ".portolan/blueprints").len(), 10);
}
