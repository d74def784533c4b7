//! Tests `init --example` killed at any time: the next run completes it, and no temporary file is left.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{GITHUB, git, names};
use crate::cli::run;
use crate::testkit::Repo;

const LINE: &str = "init --yes --example --ci github";

fn found(repo: &Repo) -> BTreeMap<String, String> {
    names(repo).into_iter().map(|name| (name.clone(), repo.read(&name))).collect()
}

fn prepared() -> Repo {
    let repo = git(GITHUB);
    // This folder makes `init` write the editor's settings.
    repo.write(".vscode/extensions.json", "{}\n");
    repo
}

fn complete() -> BTreeMap<String, String> {
    let repo = prepared();
    let first = run(&repo, LINE);
    assert_eq!(first.code, 0, "{}{}", first.results, first.talk);
    found(&repo)
}

#[track_caller]
fn is_completed(repo: &Repo, complete: &BTreeMap<String, String>, when: &str) {
    let run = run(repo, LINE);
    assert_eq!(run.code, 0, "{when}: {}{}", run.results, run.talk);
    let found = found(repo);
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(complete), "{when}");
    assert!(found == *complete, "{when}: the files differ");
}

/// Every file is written atomically, so these are all states that a kill can leave, whatever the order of writing.
#[test]
#[ignore = "slow"]
fn whichever_files_were_written_the_next_run_writes_the_others() {
    let complete = complete();
    let names: Vec<&String> = complete.keys().filter(|name| !name.starts_with(".vscode/ext")).collect();
    assert!(names.len() > 8, "{names:?}");
    for missing in 0..names.len() {
        for is_alone in [false, true] {
            let repo = prepared();
            let kept = names.iter().enumerate().filter(|(at, _)| (*at == missing) == is_alone);
            kept.for_each(|(_, name)| _ = repo.write(name, &complete[*name]));
            for folder in ["", ".github/workflows/", ".portolan/blueprints/", "catalog/service/"] {
                repo.write(&format!("{folder}.portolan-4711-0.tmp"), "half");
            }
            is_completed(
                &repo,
                &complete,
                &format!("{} {}", names[missing], if is_alone { "alone" } else { "missing" }),
            );
        }
    }
}

#[test]
fn what_a_person_changed_is_no_example_any_more() {
    let repo = git(GITHUB);
    run(&repo, LINE);
    repo.remove("catalog/team/payments.yaml");
    let manifest = repo.read("catalog/service/checkout.yaml").replace("Checkout", "Till");
    repo.write("catalog/service/checkout.yaml", &manifest);
    assert_eq!(run(&repo, LINE).code, 0);
    assert!(!repo.path().join("catalog/team/payments.yaml").exists());
    assert_eq!(repo.read("catalog/service/checkout.yaml"), manifest);
}

#[test]
#[ignore = "slow"]
fn whenever_it_is_killed_the_next_run_completes_it() {
    let complete = complete();
    let start = |repo: &Repo| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portolan"));
        command.args(LINE.split(' ')).current_dir(repo.path()).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("it runs")
    };
    let mut cut_short = 0;
    for round in 0..24 {
        let repo = prepared();
        let mut child = start(&repo);
        let begun = Instant::now();
        // The kill happens after the first file; nothing is written before.
        while names(&repo).len() == 1 && begun.elapsed() < Duration::from_secs(20) {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_micros(round * round * 20));
        child.kill().expect("it is ours");
        child.wait().expect("it was started");
        let count = names(&repo).len();
        cut_short += usize::from(count > 1 && count < complete.len());
        is_completed(&repo, &complete, &format!("round {round}"));
    }
    assert!(cut_short > 0, "no run was killed while it wrote");
}

/// Tests other commands that write: the next run removes temporary files of a killed one.
#[test]
fn temporary_files_of_a_killed_run_are_removed_by_the_next() {
    let repo = git(GITHUB);
    run(&repo, LINE);
    let is_left = |folder: &str| repo.path().join(folder).join(".portolan-4711-0.tmp").exists();
    let leave = |folder: &str| _ = repo.write(&format!("{folder}/.portolan-4711-0.tmp"), "half");
    leave("out");
    let diff = run(&repo, "--catalog local diff --out out/plan.json");
    assert!(!is_left("out"), "{}", diff.talk);
    leave("catalog/service");
    let new = run(
        &repo,
        "new service cart --no-input --set tier=1 --set lifecycle=production --file catalog/service/cart.yaml",
    );
    assert!(!is_left("catalog/service"), "{}{}", new.results, new.talk);
    leave("out");
    run(&repo, "lint --output json=out/lint.json");
    assert!(!is_left("out"));
    leave("catalog/service");
    let text = fs::read_to_string(repo.path().join("catalog/service/checkout.yaml")).expect("it is there");
    repo.write("catalog/service/checkout.yaml", text.replace("lifecycle:", "lifecylce:"));
    let fixed = run(&repo, "lint --fix");
    assert!(!is_left("catalog/service"), "{}{}", fixed.results, fixed.talk);
}
