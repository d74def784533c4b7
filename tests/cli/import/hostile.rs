//! Tests that hostile and broken input is reported, and never ends or delays an import.

use super::{imported, lints_clean, manifests, repository};
use crate::cli::run;
use crate::testkit::{Repo, contents};

use serde_json::Value as Json;

fn unread(report: &Json) -> Vec<(String, String)> {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let all = report["unread"].as_array().expect("a list").iter();
    all.map(|unread| (text(&unread["path"]), text(&unread["reason"]))).collect()
}

/// Only the blueprints and the config.
fn empty() -> Repo {
    let repo = repository("backstage");
    for folder in ["services", "libs", "org", "platform"] {
        std::fs::remove_dir_all(repo.path().join(folder)).expect("it is there");
    }
    repo.remove("catalog-info.yaml");
    repo
}

const COMPONENT: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\n";

#[test]
fn files_that_cannot_be_read_are_reported_and_the_others_imported() {
    let repo = empty();
    repo.write("a/catalog-info.yaml", format!("{COMPONENT}metadata: {{name: good}}\n"));
    repo.write("binary/catalog-info.yaml", [0u8, 159, 146, 150, 255, 0]);
    repo.write(
        "broken/catalog-info.yaml",
        format!("{COMPONENT}metadata: {{name: [}}\n---\n{COMPONENT}metadata: {{name: after}}\n"),
    );
    repo.write("huge/catalog-info.yaml", format!("# {}\n", "x".repeat(11 << 20)));
    repo.write("deep/catalog-info.yaml", format!("{COMPONENT}spec: {}\n", "[".repeat(5000)));
    let bomb: String = (1..40).map(|at| format!("  l{at}: &l{at} [*l{0}, *l{0}]\n", at - 1)).collect();
    repo.write("bomb/catalog-info.yaml", format!("{COMPONENT}metadata: {{name: bomb}}\nspec:\n  l0: &l0 x\n{bomb}"));
    let report = imported(&repo, "import backstage");
    let mut paths: Vec<String> = unread(&report).into_iter().map(|(path, _)| path).collect();
    paths.dedup();
    let expected = ["binary", "bomb", "broken", "deep", "huge"].map(|folder| format!("{folder}/catalog-info.yaml"));
    assert_eq!(paths, expected);
    let written: Vec<String> = manifests(&repo).into_keys().collect();
    assert_eq!(written, ["catalog/service/after.yaml", "catalog/service/good.yaml"]);
    lints_clean(&repo);
}

#[test]
fn locations_may_name_each_other_and_cannot_leave_the_repository() {
    let repo = empty();
    let location = |targets: &str| {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{name: l}}\nspec: {{targets: [{targets}]}}\n"
        )
    };
    repo.write(
        "catalog-info.yaml",
        location("./a.yaml, ./catalog-info.yaml, ../../etc/passwd, /etc/passwd, './b/*.yaml'"),
    );
    repo.write("a.yaml", location("./catalog-info.yaml, ./a.yaml") + "---\n" + COMPONENT + "metadata: {name: a}\n");
    repo.write("b/c.yaml", location("../a.yaml, '../b/*.yaml', './[', './nothing/*.yaml'"));
    let report = imported(&repo, "import backstage");
    let found: Vec<String> = unread(&report).into_iter().map(|(path, _)| path).collect();
    assert_eq!(found, ["../../etc/passwd", "etc/passwd", "./nothing/*.yaml", "b/["]);
    assert_eq!(manifests(&repo).len(), 1);
}

#[cfg(unix)] // makes symbolic links
#[test]
fn links_out_of_the_repository_are_not_followed() {
    use std::os::unix::fs::symlink;
    let (repo, outside) = (empty(), Repo::outside_git());
    outside.write("secret.txt", "a secret");
    outside.write("x.yaml", format!("{COMPONENT}metadata: {{name: outside}}\n"));
    for (target, link) in [("secret.txt", "secret.txt"), ("x.yaml", "x.yaml")] {
        symlink(outside.path().join(target), repo.path().join(link)).expect("a link");
    }
    let api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: a}\nspec: {definition: {$text: ./secret.txt}}\n---\n";
    let location = "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: l}\nspec: {target: ./x.yaml}\n";
    repo.write("catalog-info.yaml", format!("{api}{location}"));
    let before = contents(outside.path());
    let report = imported(&repo, "import backstage");
    assert_eq!(unread(&report).len(), 1, "{report:#}");
    assert!(!report.to_string().contains("a secret") && !report.to_string().contains("outside.yaml"));
    assert!(contents(outside.path()) == before);
}

#[test]
fn strange_names_and_values_become_sound_manifests() {
    let repo = empty();
    let names = [
        "'Warenkorb für Gäste'",
        "注文",
        "\"a\\nb\"",
        "'../../x'",
        "con",
        "2048",
        "true",
        "'-'",
        "''",
        "'..'",
        "[a]",
        "\"\\u202Eevil\"",
        "'a,b'",
    ];
    let documents: Vec<String> = names
        .iter()
        .map(|name| {
            let spec = "spec: {type: 1.10, lifecycle: [production], owner: '', tier: many, system: {a: b}, tags: {x: 1}}";
            format!("{COMPONENT}metadata: {{name: {name}, title: 'x: #y', description: \"\\u001b[31m{name:.0}\", links: [a, {{url: 'no url'}}]}}\n{spec}\n")
        })
        .collect();
    repo.write("catalog-info.yaml", documents.join("---\n"));
    repo.write("CODEOWNERS", "\u{feff}* @acme/ünï\n/services/ \\ @\n\\\n@a/b\n/x @a/b/c//d @/ @@ #\n* @acme/all\n");
    let report = imported(&repo, "import backstage");
    assert!(report["manifests"].as_array().map(Vec::len) > Some(7), "{report:#}");
    lints_clean(&repo);
    imported(&repo, "import codeowners");
    lints_clean(&repo);
    assert!(contents(repo.path()).keys().all(|path| !path.starts_with("x.yaml")));
}

#[test]
fn a_run_that_could_not_write_is_completed_by_the_next_one() {
    let repo = repository("backstage");
    // A file where the folder of the services should be.
    repo.write("catalog/service", "");
    let failed = run(&repo, "import backstage");
    assert_eq!(failed.code, 70, "{}", failed.talk);
    assert!(failed.talk.contains("catalog/service"), "{}", failed.talk);
    repo.remove("catalog/service");
    imported(&repo, "import backstage");
    let whole = repository("backstage");
    imported(&whole, "import backstage");
    assert_eq!(manifests(&repo), manifests(&whole));
    lints_clean(&repo);
}
