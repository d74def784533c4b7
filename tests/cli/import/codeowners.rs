//! Tests whose components and teams come out of CODEOWNERS files of each host.

use serde_json::Value as Json;

use super::{imported, lints_clean, manifests, testdata, with_remote};
use crate::cli::run;
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

/// A repository on this host with the blueprints `service` and `_team`, and these files.
fn on_host(host: &str, files: &[(&str, &str)]) -> Repo {
    let repo = with_remote(host);
    for blueprint in ["service", "_team"] {
        let path = format!(".portolan/blueprints/{blueprint}.json");
        let source = testdata("codeowners").join("repository").join(&path);
        repo.write(&path, std::fs::read(source).expect("the blueprint is there"));
    }
    repo.write(".portolan/known-entities.txt", "_team\tlegacy\n");
    repo.write("portolan.yaml", "manifests: {include: ['catalog/**/*.yaml']}\n");
    for (path, text) in files {
        repo.write(path, text);
    }
    repo
}

/// The services with their teams, joined.
fn services(report: &Json, repo: &Repo) -> Vec<(String, String)> {
    let written = manifests(repo);
    let mut found = Vec::new();
    for manifest in report["manifests"].as_array().expect("a list") {
        if manifest["blueprint"] == "service" {
            let path = manifest["path"].as_str().expect("a path");
            let entity: serde_yaml::Value = serde_yaml::from_str(&written[path]).expect("it is YAML");
            let teams = entity["spec"]["team"].as_sequence().cloned().unwrap_or_default();
            let teams: Vec<&str> = teams.iter().filter_map(serde_yaml::Value::as_str).collect();
            found.push((manifest["identifier"].as_str().unwrap_or_default().to_owned(), teams.join(" ")));
        }
    }
    found
}

fn expected(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(name, teams)| ((*name).to_owned(), (*teams).to_owned())).collect()
}

#[test]
fn sections_of_gitlab_each_have_a_last_rule() {
    let text = "\
* @acme/everybody
[Services][2] @acme/platform/core
/services/cart/
/services/web/ @acme/web @legacy
[Security] @acme/security @ada
/services/
!/services/web/
^[Docs]
/services/ @acme/writers
";
    let files = [(".gitlab/CODEOWNERS", text), ("services/cart/go.mod", ""), ("services/web/package.json", "{}")];
    let repo = on_host("gitlab.com", &files);
    let report = imported(&repo, "import codeowners");
    let cart = ("cart", "everybody core security");
    assert_eq!(services(&report, &repo), expected(&[cart, ("web", "everybody web legacy")]));
    let users: Vec<&Json> =
        report["unconverted"].as_array().expect("a list").iter().filter(|it| it["value"] == "@ada").collect();
    assert_eq!(users.len(), 1, "{report:#}");
    // The catalog knows the group, which adds nothing to it.
    assert!(!manifests(&repo).contains_key("catalog/_team/legacy.yaml"));
    lints_clean(&repo);
}

#[test]
fn a_repository_without_components_is_one() {
    for (host, path, text, team) in [
        ("github.com", "CODEOWNERS", "* @acme/everybody\n/src/ @acme/core\n", "everybody"),
        ("bitbucket.org", ".bitbucket/CODEOWNERS", "* @acme/everybody:random(1)\n", "everybody"),
        ("gitlab.com", "docs/CODEOWNERS", "[All]\n* @acme/everybody\n", "everybody"),
        ("git.acme.io", "CODEOWNERS", "/ @acme/everybody\n", "everybody"),
    ] {
        let repo = on_host(host, &[(path, text), ("src/main.c", "")]);
        let report = imported(&repo, "import codeowners");
        assert_eq!(services(&report, &repo), expected(&[("shop", team)]), "{host}");
        lints_clean(&repo);
    }
}

#[test]
fn the_host_decides_which_file_counts_and_how_it_is_read() {
    let files = [
        (".github/CODEOWNERS", "* @acme/github\n"),
        ("CODEOWNERS", "[Top] @acme/top\n*\n"),
        (".gitlab/CODEOWNERS", "* @acme/gitlab\n"),
    ];
    for (host, team) in [("github.com", "github"), ("gitlab.com", "top"), ("git.acme.io", "github")] {
        let repo = on_host(host, &files);
        let run = run(&repo, "import codeowners");
        assert_eq!(run.code, 0, "{}", run.talk);
        assert_eq!(run.talk.matches("is not read").count(), 2, "{}", run.talk);
        assert!(manifests(&repo).contains_key(&format!("catalog/_team/{team}.yaml")), "{host}: {}", run.results);
    }
    // Named, it is read as its folder says.
    let repo = on_host("github.com", &files);
    imported(&repo, "import codeowners .gitlab/CODEOWNERS");
    assert!(manifests(&repo).contains_key("catalog/_team/gitlab.yaml"));
}

#[test]
fn the_mapping_names_folders_and_teams() {
    let text = "/areas/cart/ @backend\n/areas/web/ @frontend\n";
    let repo = on_host("gitlab.com", &[("CODEOWNERS", text), ("areas/cart/a", ""), ("areas/web/a", "")]);
    repo.write(".portolan/import-codeowners.yaml", "folders: [areas]\nteams: ['@backend']\n");
    let report = imported(&repo, "import codeowners");
    assert_eq!(services(&report, &repo), expected(&[("cart", "backend"), ("web", "")]));
}

#[test]
fn a_mapping_has_no_other_kinds() {
    let repo = on_host("github.com", &[("CODEOWNERS", "* @acme/all\n")]);
    repo.write(".portolan/import-codeowners.yaml", "kinds:\n  Temas: {blueprint: _team}\n");
    let talk = run(&repo, "import codeowners").was_refused();
    assert_error(&talk, "faulty-mapping");
    assert!(talk.contains("line 2") && talk.contains("did you mean `Team`?"), "{talk}");
}
