//! Tests `init` with a catalog: the first snapshot, manifests for existing entities, and an unreachable catalog. Over
//! HTTP, against the embedded catalog.

use super::{GITHUB, git, names, run_with, yaml};
use crate::cli::pull::bench::Catalog;
use crate::testkit::contents;

#[test]
fn an_adopted_catalog_lints_clean_and_differs_in_nothing() {
    let catalog = Catalog::acme();
    let stored = catalog.stored();
    let repo = git("git@github.com:acme/adopted.git");
    let first = catalog.run(&repo, "init --yes --from-catalog");
    assert_eq!(first.code, 0, "{}{}", first.results, first.talk);
    assert!(first.results.contains("\nWrote 120 manifests.\n"), "{}", first.results);
    let config = yaml(&repo, "portolan.yaml");
    assert_eq!(config["scope"], "acme/adopted");
    // An address of this machine is not written to the config.
    assert!(config["catalog"].is_null(), "{config}");
    let lint = catalog.run(&repo, "lint");
    assert_eq!(
        (lint.code, lint.results.as_str()),
        (0, "120 files, 120 entities: nothing to report\n"),
        "{}",
        lint.talk
    );
    let steps = super::next_steps(&first.results);
    assert!(steps.iter().any(|step| step.contains("Check that nothing differs: `portolan diff`")), "{steps:?}");
    let before = contents(repo.path());
    let second = catalog.run(&repo, "init --yes --from-catalog");
    assert_eq!(second.code, 0, "{}{}", second.results, second.talk);
    assert!(contents(repo.path()) == before, "{}", second.results);
    // Pushing the manifests recreates the original catalog, and `init` wrote nothing to it.
    assert_eq!(Catalog::of(&repo).stored(), stored);
    assert_eq!(catalog.stored(), stored);
    if portolan::cli::command().find_subcommand("diff").is_some() {
        let diff = catalog.run(&repo, "diff --exit-code");
        assert_eq!(diff.code, 0, "{}{}", diff.results, diff.talk);
    }
}

#[test]
fn the_first_snapshot_comes_where_credentials_are() {
    let catalog = Catalog::acme();
    let repo = git(GITHUB);
    let first = catalog.run(&repo, "init --yes");
    assert_eq!(first.code, 0, "{}{}", first.results, first.talk);
    assert!(names(&repo).iter().any(|name| name.starts_with(".portolan/blueprints/")), "{}", first.results);
    assert!(!names(&repo).iter().any(|name| name.starts_with("catalog/")));
    let before = contents(repo.path());
    let second = catalog.run(&repo, "init --yes");
    assert!(second.results.ends_with("Nothing to do: this repository is set up already.\n"), "{}", second.results);
    assert!(contents(repo.path()) == before);
    // A dry run sends no request.
    let dry = git(GITHUB);
    let variables = [("PORTOLAN_CATALOG", "http://127.0.0.1:9"), ("PORT_CLIENT_ID", "a"), ("PORT_CLIENT_SECRET", "b")];
    let run = run_with(&dry, "init --dry-run", &variables);
    assert_eq!((run.code, names(&dry)), (0, Vec::new()), "{}", run.talk);
    assert!(
        run.results.contains("\nWould then pull from the catalog: blueprints and known entities into"),
        "{}",
        run.results
    );
    let run = run_with(&dry, "init --dry-run --from-catalog", &variables);
    assert!(run.results.contains("a manifest for every entity"), "{}", run.results);
}

#[test]
fn a_pull_brings_the_schema_of_editors_along() {
    let catalog = Catalog::acme();
    let repo = git(GITHUB);
    repo.write(".vscode/settings.json", "{}\n");
    let first = catalog.run(&repo, "init --yes");
    assert_eq!(first.code, 0, "{}{}", first.results, first.talk);
    let schema = repo.read(".portolan/manifest.schema.json");
    assert!(schema.contains("costCentre"));
    repo.write(".portolan/manifest.schema.json", "{}\n");
    let pull = catalog.run(&repo, "pull");
    assert_eq!(pull.code, 0, "{}", pull.talk);
    assert_eq!(repo.read(".portolan/manifest.schema.json"), schema);
    // A removed schema file is not created again.
    repo.remove(".portolan/manifest.schema.json");
    assert_eq!(catalog.run(&repo, "pull").code, 0);
    assert!(!repo.path().join(".portolan/manifest.schema.json").exists());
}

#[test]
fn a_catalog_that_cannot_be_reached_undoes_nothing() {
    let catalog = Catalog::acme();
    for (address, secret) in [("http://127.0.0.1:9", "x"), (catalog.serving.url.as_str(), "wrong-secret")] {
        let variables = [("PORTOLAN_CATALOG", address), ("PORT_CLIENT_ID", "a"), ("PORT_CLIENT_SECRET", secret)];
        let repo = git(GITHUB);
        let run = run_with(&repo, "init --yes", &variables);
        assert_eq!(run.code, 0, "{}", run.talk);
        assert!(run.talk.contains("error: ") && run.talk.contains("The files were written"), "{}", run.talk);
        assert!(!run.talk.contains("wrong-secret") && !run.results.contains("wrong-secret"));
        assert!(repo.path().join("portolan.yaml").exists() && !repo.path().join(".portolan").exists());
        let steps = super::next_steps(&run.results);
        assert!(steps.iter().any(|step| step.contains("Fix the error above") && step.contains("`portolan pull`")));
        let again = run_with(&repo, "init --yes", &variables);
        assert!(!again.talk.contains("were written") && again.talk.contains("run `portolan pull`"));
        // With `--from-catalog`, an unreachable catalog is an error.
        let repo = git(GITHUB);
        let run = run_with(&repo, "init --yes --from-catalog", &variables);
        assert_eq!(run.code, 5, "{}", run.talk);
        assert!(run.results.contains("`portolan init --from-catalog`"), "{}", run.results);
        assert!(repo.path().join("portolan.yaml").exists());
    }
}
