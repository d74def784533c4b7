//! Tests pulls that are killed at any time, or run concurrently: there is always one complete snapshot, the old or the
//! new one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use portolan::sources::part_path;
use serde_json::json;

use super::bench::Catalog;
use crate::cli::run;
use crate::testkit::{Repo, files_below};

/// The number of blueprints, each with one entity that others may relate to: enough for writing to take a while.
const MANY: usize = 60;

/// A repository in which every snapshot file contains `mark`.
fn marked(mark: &str) -> Repo {
    let repo = Repo::new();
    for number in 0..MANY {
        let name = format!("{mark}{number}");
        let blueprint = json!({"identifier": name, "title": mark, "schema": {"properties": {}, "required": []},
            "relations": {"of": {"target": name, "many": false, "required": false}}});
        repo.write(&format!(".portolan/blueprints/{name}.json"), blueprint.to_string());
        let manifest = format!(
            "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\nspec: {{blueprint: {name}, \
             identifier: {mark}}}\n"
        );
        repo.write(&format!("catalog/{name}.yaml"), manifest);
    }
    repo
}

fn command(repo: &Repo, catalog: &Catalog) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portolan"));
    command.arg("pull").current_dir(repo.path()).env_clear().envs(catalog.variables());
    command.env("SOURCE_DATE_EPOCH", "1794700800").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Every file of the snapshot as a reader finds it.
fn seen(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for part in ["blueprints", "known-entities.txt", "source.json"] {
        let path = root.join(part_path(root, ".portolan", part));
        if path.is_dir() {
            for file in files_below(&path) {
                let text = fs::read_to_string(path.join(&file)).expect("it is whole");
                found.insert(format!("{part}/{}", file.display()), text);
            }
        } else {
            found.insert(part.to_owned(), fs::read_to_string(&path).expect("it is there"));
        }
    }
    found
}

#[test]
#[ignore = "slow"]
fn whenever_it_is_killed_there_is_one_whole_snapshot() {
    let catalogs = [Catalog::of(&marked("a")), Catalog::of(&marked("b"))];
    let repo = Repo::new();
    let whole: Vec<BTreeMap<String, String>> = catalogs
        .iter()
        .map(|catalog| {
            catalog.pull(&repo, "");
            seen(repo.path())
        })
        .collect();
    assert!(whole[0] != whole[1] && whole[0].len() == MANY + 2 && whole[1].len() == MANY + 2);
    let start = Instant::now();
    assert!(command(&repo, &catalogs[0]).status().expect("it runs").success());
    let usual = start.elapsed();
    let mut last = 0;
    for round in 0..32_u32 {
        let next = 1 - last;
        let mut child = command(&repo, &catalogs[next]).spawn().expect("it runs");
        // The kill happens between the start and the end of the run, most often while it writes.
        std::thread::sleep(usual * (20 + round * 4) / 100 + Duration::from_micros(u64::from(round * 37 % 100)));
        child.kill().expect("it is ours");
        child.wait().expect("it was started");
        let found = seen(repo.path());
        let is = whole.iter().position(|whole| *whole == found);
        let is = is.unwrap_or_else(|| panic!("round {round}: {:?}", found.keys().collect::<Vec<_>>()));
        let lint = run(&repo, "lint --output json");
        assert!(lint.code == 0 && !lint.results.contains("broken-blueprint"), "{}", lint.results);
        last = is;
    }
    // The next pull removes what the killed ones left.
    catalogs[0].pull(&repo, "");
    assert_eq!(seen(repo.path()), whole[0]);
    let left: Vec<String> =
        files_below(&repo.path().join(".portolan")).iter().map(|path| path.display().to_string()).collect();
    assert_eq!(left.len(), MANY + 2, "{left:?}");
    assert!(!repo.path().join(".portolan/.pull-new").exists() && !repo.path().join(".portolan/.pull-ready").exists());
}

#[test]
fn lint_reads_what_was_decided_and_not_yet_moved() {
    let catalog = Catalog::of(&marked("a"));
    let repo = marked("a");
    catalog.pull(&repo, "");
    let at = |path: &str| repo.path().join(".portolan").join(path);
    fs::create_dir(at(".pull-ready")).expect("a folder");
    fs::rename(at("blueprints"), at(".pull-ready/blueprints")).expect("it can be moved");
    fs::create_dir(at("blueprints")).expect("a folder");
    fs::write(at("blueprints/old.json"), "{").expect("a file");
    let lint = run(&repo, "lint");
    assert_eq!(lint.code, 0, "{}", lint.results);
    assert!(!lint.results.contains("old.json") && !lint.results.contains("no snapshot"), "{}", lint.results);
    repo.write(".portolan/.pull-ready/blueprints/a0.json", "{");
    let told = run(&repo, "lint").results;
    assert!(
        told.contains("─ .portolan/blueprints/a0.json:1:2") || told.contains(".portolan/blueprints/a0.json"),
        "{told}"
    );
    catalog.pull(&repo, "");
    assert!(!at(".pull-ready").exists() && !at("blueprints/old.json").exists());
    assert_eq!(run(&repo, "lint").code, 0);
}

#[test]
#[ignore = "slow"]
fn those_who_pull_together_do_not_mix() {
    let catalogs = [Catalog::of(&marked("a")), Catalog::of(&marked("b"))];
    let repo = Repo::new();
    let whole: Vec<BTreeMap<String, String>> = catalogs
        .iter()
        .map(|catalog| {
            catalog.pull(&repo, "");
            seen(repo.path())
        })
        .collect();
    for _ in 0..3 {
        let children: Vec<_> = (0..6).map(|at| command(&repo, &catalogs[at % 2]).spawn().expect("it runs")).collect();
        for mut child in children {
            assert!(child.wait().expect("it was started").success());
        }
        assert!(whole.contains(&seen(repo.path())));
    }
}
