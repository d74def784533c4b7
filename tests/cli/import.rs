//! Tests `import`: the manifests of whole repositories, compared with `testdata/import`; that the result lints clean; and
//! that a second run changes nothing.

mod backstage;
mod codeowners;
mod generated;
mod hostile;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::{Run, run, run_with};
use crate::testkit::errors::assert_error;
use crate::testkit::{Repo, contents, update_is_asked_for};

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/import").join(name)
}

/// A repository with the remote `acme/shop` on this host.
fn with_remote(host: &str) -> Repo {
    let repo = Repo::new();
    let config = format!(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n[remote \"origin\"]\n\turl = git@{host}:acme/shop.git\n"
    );
    repo.write(".git/config", config);
    repo
}

/// The repository of a source, as `testdata/import` has it.
fn repository(source: &str) -> Repo {
    let repo = with_remote("github.com");
    repo.copy_from(&testdata(source).join("repository"));
    repo
}

/// The manifests below `catalog`, by their paths.
fn manifests(repo: &Repo) -> BTreeMap<String, String> {
    let all = contents(repo.path()).into_iter();
    let texts = all.map(|(path, bytes)| (path.display().to_string().replace('\\', "/"), bytes));
    let own = texts.filter(|(path, _)| path.starts_with("catalog/"));
    own.map(|(path, bytes)| (path, String::from_utf8(bytes).expect("manifests are UTF-8"))).collect()
}

/// The report of a successful run.
#[track_caller]
fn imported(repo: &Repo, line: &str) -> Json {
    let run = run(repo, &format!("{line} --output json"));
    assert_eq!((run.code, run.talk.as_str()), (0, ""), "{}", run.results);
    let report: Json = serde_json::from_str(&run.results).expect("it is JSON");
    let schema = portolan::report::import::json::schema();
    assert!(jsonschema::is_valid(&schema, &report), "{report:#}");
    report
}

/// Asserts that lint reports nothing, and how many manifests it has seen.
#[track_caller]
fn lints_clean(repo: &Repo) {
    let Run { code, results, talk } = run(repo, "lint --output json");
    let report: Json = serde_json::from_str(&results).expect("it is JSON");
    assert_eq!((code, report["findings"].as_array().map(Vec::len)), (0, Some(0)), "{report:#}{talk}");
    assert!(report["summary"]["entities"].as_u64() > Some(0), "{report:#}");
}

fn compare(path: &Path, text: &str) {
    if update_is_asked_for() {
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text, expected, "{}: UPDATE=1 accepts it", path.display());
}

#[test]
fn whole_repositories_become_manifests_that_lint_clean() {
    for source in ["backstage", "codeowners"] {
        let repo = repository(source);
        let line = format!("import {source}");
        let before = contents(repo.path());
        let dry = run(&repo, &format!("{line} --dry-run")).quietly_gave();
        assert!(contents(repo.path()) == before, "a dry run writes");
        // The tag of a masked credential depends on the secret of the run.
        let secret = [("PORT_CLIENT_ID", "golden"), ("PORT_CLIENT_SECRET", "golden-secret")];
        let report = run_with(&repo, &line, &secret).quietly_gave();
        compare(&testdata(source).join("report.txt"), &report);
        let written = manifests(&repo);
        let expected = testdata(source).join("expected");
        if update_is_asked_for() {
            let _ = fs::remove_dir_all(&expected);
        }
        for (path, text) in &written {
            compare(&expected.join(path), text);
            assert!(dry.contains(&format!("{path} (new)")), "{path}: {dry}");
        }
        assert_eq!(contents(&expected).len(), written.len(), "{source}: a manifest is missing");
        lints_clean(&repo);
        // The files that were there are not touched.
        let after = contents(repo.path());
        assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)), "{source}");
        let again = imported(&repo, &line);
        assert_eq!(again["outcome"], "unchanged");
        assert!(contents(repo.path()) == after, "a second run changes something");
    }
}

#[test]
fn a_manifest_that_is_there_is_kept_whatever_it_says() {
    let repo = repository("backstage");
    let own = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: mine}\nspec: {blueprint: service, identifier: cart}\n";
    repo.write("catalog/mine.yaml", own);
    let report = imported(&repo, "import backstage");
    let declared = &report["declared"][0];
    assert_eq!((&declared["identifier"], &declared["path"]), (&Json::from("cart"), &Json::from("catalog/mine.yaml")));
    assert_eq!(repo.read("catalog/mine.yaml"), own);
    assert!(!manifests(&repo).keys().any(|path| path.ends_with("cart-service.yaml")));
    lints_clean(&repo);
}

#[test]
fn the_folder_and_the_entities_can_be_chosen() {
    let repo = repository("backstage");
    let report = imported(&repo, "import backstage --only service/checkout --folder catalog/from/backstage");
    let identifiers: Vec<&str> =
        report["manifests"].as_array().expect("a list").iter().filter_map(|it| it["identifier"].as_str()).collect();
    // What it names comes with it: otherwise its relations would dangle.
    assert_eq!(
        identifiers,
        ["carts", "shop-division", "web", "cart-api", "commerce", "money", "cart", "checkout", "shop"]
    );
    assert!(manifests(&repo).keys().all(|path| path.starts_with("catalog/from/backstage/")));
    lints_clean(&repo);
    for (line, code) in [
        ("import backstage --only servce", "nothing-selected"),
        ("import backstage --folder elsewhere", "folder-not-read"),
        ("import backstage --folder ../elsewhere", "folder-outside-root"),
        ("import backstage nowhere.yaml", "no-such-path"),
        ("import backstage ../", "import-outside-repository"),
        ("import backstage org/empty", "no-such-path"),
        ("import backstage .portolan", "nothing-to-import"),
        ("import codeowners", "nothing-to-import"),
        ("import codeowners nowhere", "no-such-path"),
        ("import codeowners services", "unreadable-codeowners"),
        ("import backstage --mapping nowhere.yaml", "unreadable-input"),
    ] {
        assert_error(&run(&repo, line).was_refused(), code);
    }
}

#[test]
fn without_blueprints_it_says_where_they_come_from() {
    let repo = Repo::new();
    repo.write("catalog-info.yaml", "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a}\n");
    repo.write("CODEOWNERS", "* @acme/all\n");
    for line in ["import backstage", "import codeowners"] {
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, "no-snapshot");
        assert!(talk.contains("`portolan pull`"), "{talk}");
    }
    // The mapping is there in any folder.
    for source in ["backstage", "codeowners"] {
        let text = run(&Repo::outside_git(), &format!("import {source} --show-mapping")).quietly_gave();
        assert!(text.contains("kinds:"), "{text}");
    }
}

#[test]
fn init_offers_what_it_sees() {
    let repo = with_remote("github.com");
    repo.write(
        "services/cart/catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a}\n",
    );
    repo.write("docs/CODEOWNERS", "* @acme/all\n");
    let first = run(&repo, "init --yes");
    assert_eq!(first.code, 0, "{}", first.talk);
    for command in ["`portolan import backstage --dry-run`", "`portolan import codeowners --dry-run`"] {
        assert!(first.results.contains(command), "{}", first.results);
    }
    let without = run(&with_remote("github.com"), "init --yes");
    assert!(!without.results.contains("portolan import"), "{}", without.results);
}
