//! Tests manifests for existing entities: their content and path, and that no file is overwritten.

use serde_json::json;

use super::bench::{BLUEPRINTS, Catalog, acme, known, names};
use crate::cli::{run, run_with};
use crate::testkit::serving::Serving;
use crate::testkit::{Repo, contents};

#[test]
fn an_adopted_catalog_lints_clean_and_says_the_same() {
    let catalog = Catalog::acme();
    let repo = Repo::new();
    let told = catalog.pull(&repo, "--entities --all");
    assert!(told.contains("\nWrote 120 manifests.\n"), "{told}");
    let files = names(&repo, "catalog");
    assert_eq!(files.len(), 120);
    assert!(files.contains(&"service/login.yaml".to_owned()) && files.contains(&"api/identity-oidc.yaml".to_owned()));
    let lint = run(&repo, "lint");
    assert_eq!((lint.code, lint.talk.as_str()), (0, ""), "{}", lint.results);
    assert_eq!(lint.results, "120 files, 120 entities: nothing to report\n");
    assert_eq!(known(&repo, ""), [""; 0]);
    // Pushing the manifests recreates the original catalog.
    assert_eq!(Catalog::of(&repo).stored(), catalog.stored());
    let before = contents(repo.path());
    let again = catalog.pull(&repo, "--entities --all");
    assert!(again.contains("\nWrote 0 manifests; 120 already in the repository.\n"), "{again}");
    assert!(contents(repo.path()) == before);
}

#[test]
fn only_what_the_scope_owns_is_adopted_and_the_scope_is_known() {
    // The seed has the scope `acme/catalog`.
    let catalog = Catalog::acme();
    let repo = Repo::new();
    let refused = catalog.run(&repo, "pull --entities");
    assert_eq!((refused.code, refused.results.as_str()), (64, ""), "{}", refused.talk);
    assert!(refused.talk.contains("no scope is set") && refused.talk.contains("`origin`"), "{}", refused.talk);
    let [url, id, secret] = catalog.variables();
    let other = run_with(&repo, "pull --entities", &[url, id, secret, ("PORTOLAN_SCOPE", "acme/other")]);
    assert_eq!(other.code, 0, "{}", other.talk);
    assert!(!repo.path().join("catalog").exists());
    // The scope is derived from the remote, in a linked work tree with a detached head.
    repo.write("README.md", "x").git(&["init", "--quiet"]);
    repo.git(&["add", "README.md"]);
    repo.git(&["commit", "--quiet", "-m", "x"]);
    repo.git(&["remote", "add", "origin", "git@git.acme.example:acme/catalog.git"]);
    let linked = Repo::new();
    let folder = linked.path().join("tree");
    repo.git(&["worktree", "add", "--quiet", "--detach", folder.to_str().expect("UTF-8")]);
    let told = catalog.pull(&linked, "-C tree --entities service person");
    let services = names(&linked, "tree/catalog/service");
    assert!(!services.is_empty() && names(&linked, "tree/catalog/person").len() == 5, "{told}");
    assert!(!folder.join("catalog/system").exists());
    // Entities that were not adopted are known, so that relations to them are checked; libraries have no relations to
    // services.
    let known = known(&linked, "tree/");
    let has = |blueprint: &str| known.iter().any(|line| line.starts_with(blueprint));
    assert!(has("system/") && !has("person/") && !has("service/"), "{known:?}");
    assert_eq!(run(&linked, "-C tree lint").code, 0);
}

#[test]
fn a_blueprint_that_is_not_there_is_told_with_what_was_meant() {
    let catalog = Catalog::acme();
    let repo = Repo::new();
    let run = catalog.run(&repo, "pull --entities servce --all");
    assert_eq!((run.code, run.results.as_str()), (64, ""), "{}", run.talk);
    assert!(run.talk.contains("did you mean `service`?"), "{}", run.talk);
    assert_eq!(names(&repo, ""), Vec::<String>::new());
}

#[test]
fn manifests_join_their_kind_and_take_nobodys_place() {
    let catalog = Catalog::acme();
    let repo = Repo::new();
    repo.write("portolan.yaml", "manifests:\n  include: [\"ent/**/*.yml\"]\n");
    let mine = "# kept\napiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: mine}\nspec: {blueprint: person, \
                identifier: elif.kaya@acme.example}\n";
    repo.write("ent/people/elif.yml", mine);
    repo.write("ent/people/amara.diallo-acme.example.yml", "not: ours\n");
    let dry = catalog.json(&repo, "--entities person group --all --dry-run");
    assert_eq!(dry["mode"], "dry-run");
    assert_eq!(names(&repo, "ent").len(), 2);
    catalog.pull(&repo, "--entities person group --all");
    assert_eq!(
        names(&repo, "ent"),
        [
            "group/logistics.yml",
            "group/payments.yml",
            "group/platform.yml",
            "people/amara.diallo-acme.example-person.yml",
            "people/amara.diallo-acme.example.yml",
            "people/elif.yml",
            "people/ingrid.solberg-acme.example.yml",
            "people/lukas.brandt-acme.example.yml",
            "people/tomasz.wolny-acme.example.yml",
        ]
    );
    assert_eq!(repo.read("ent/people/elif.yml"), mine);
    assert_eq!(repo.read("ent/people/amara.diallo-acme.example.yml"), "not: ours\n");
    assert_eq!(run(&repo, "lint").code, 0);
}

#[test]
fn overwriting_keeps_the_name_and_leaves_shared_files_alone() {
    let catalog = Catalog::acme();
    let repo = Repo::new();
    let entity = |name: &str, namespace: &str, identifier: &str| {
        format!(
            "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: {name}{namespace}\nspec:\n  \
             blueprint: group\n  identifier: {identifier}\n"
        )
    };
    let shared = format!("{}---\n{}", entity("a", "", "payments"), entity("b", "", "gone"));
    repo.write("catalog/mine.yaml", entity("my-own", "\n  namespace: x", "logistics"));
    repo.write("catalog/same.yaml", format!("# a comment\n{}", entity("same", "", "platform")));
    repo.write("catalog/shared.yaml", &shared);
    for group in ["logistics", "payments"] {
        let path = format!("blueprints/group/entities/{group}");
        catalog.plain.must("PATCH", &path, Some(&json!({"title": "yes"})));
    }
    let report = catalog.json(&repo, "--entities group --all --overwrite");
    let deeds: Vec<String> = report["manifests"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| format!("{} {} {}", it["identifier"], it["deed"], it["reason"]).replace('"', ""))
        .collect();
    let expected =
        ["logistics rewritten null", "payments kept its file has other content too", "platform unchanged null"];
    assert_eq!(deeds, expected);
    let rewritten = format!("{}  title: \"yes\"\n", entity("my-own", "\n  namespace: x", "logistics"));
    assert_eq!(repo.read("catalog/mine.yaml"), rewritten);
    assert_eq!(repo.read("catalog/shared.yaml"), shared);
    assert!(repo.read("catalog/same.yaml").starts_with("# a comment\n"));
}

/// Without HTTP: reads the file of the embedded catalog directly.
#[test]
fn the_embedded_catalog_is_adopted_like_any_other() {
    let (seed, repo) = (acme(), Repo::new());
    repo.write(".portolan/.gitignore", "local.db*\n");
    let store = repo.path().join(".portolan/local.db");
    let (store, seed) = (store.to_str().expect("UTF-8"), seed.path().to_str().expect("UTF-8"));
    drop(Serving::start(&["--store", store, "--seed", seed]));
    let pulled = run(&repo, "pull --catalog local --entities --all");
    assert_eq!(pulled.code, 0, "{}{}", pulled.results, pulled.talk);
    assert!(
        pulled.results.starts_with("Pulled 10 blueprints and 0 known entities from local.\n"),
        "{}",
        pulled.results
    );
    assert_eq!(run(&repo, "lint").results, "120 files, 120 entities: nothing to report\n");
    assert!(repo.read(".portolan/source.json").contains("\"catalog\": \"local\""));
    assert_eq!(run(&repo, "pull --check --catalog local").code, 0);
}

/// Git ignores the catalog's file, and the ignore file conflicts with nothing.
#[test]
fn a_new_embedded_catalog_stays_out_of_git_and_takes_the_snapshots_blueprints() {
    let repo = acme();
    repo.remove(".portolan/.gitignore");
    let pulled = run(&repo, "pull --catalog local");
    assert_eq!(pulled.code, 0, "{}{}", pulled.results, pulled.talk);
    assert!(!repo.path().join(".portolan/local.db").exists(), "reading leaves no file behind");
    let pushed = run(&repo, "push --catalog local --no-prune");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert!(repo.path().join(".portolan/local.db").exists());
    let ignored = repo.read(".portolan/.gitignore");
    assert!(ignored.contains("\nlocal.db*\n.pull-*\n"), "{ignored}");
    assert_eq!(names(&repo, ".portolan/blueprints"), BLUEPRINTS.map(|name| format!("{name}.json")));
    assert_eq!(run(&repo, "pull --check --catalog local").code, 0);
    assert_eq!(run(&repo, "lint").results, "41 files, 120 entities: nothing to report\n");
    assert_eq!(repo.read(".portolan/.gitignore"), ignored);
}
