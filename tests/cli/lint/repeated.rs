//! Tests that repeated runs on any number of threads print the same bytes, and that a reader who closes the pipe causes
//! no error.

use std::io::Read;
use std::process::{Command, Stdio};

use super::bench::{AMBIGUOUS, WRONG, lint, service, shop, told};
use crate::testkit::says::MORE_FINDINGS;
use crate::testkit::{Repo, portolan};

/// Enough files for several threads, each with an error and a warning, and a few duplicates.
fn crowd(files: usize) -> Repo {
    let repo = shop();
    for at in 0..files {
        let name = format!("service-{}", at - at % 50 % 2);
        repo.write(&format!("catalog/{}/{at}.yaml", at % 7), service(&name, &format!("{AMBIGUOUS}    tier: high\n")));
    }
    repo
}

const FORMATS: [&str; 9] = ["text", "concise", "json", "sarif", "github", "gitlab", "azure", "junit", "markdown"];

#[test]
#[ignore = "slow"]
fn a_report_is_the_same_bytes_every_time_and_with_any_number_of_threads() {
    for files in [12, 260] {
        let repo = crowd(files);
        let mut first: Option<String> = None;
        for threads in ["1", "2", "8", "2"] {
            let outputs = FORMATS.iter().flat_map(|format| ["--output".to_owned(), format!("{format}={format}.out")]);
            let seen = told(portolan(&repo).env("RAYON_NUM_THREADS", threads).arg("lint").args(outputs));
            assert_eq!(seen.code, 1);
            let reports = FORMATS.map(|format| repo.read(&format!("{format}.out"))).concat();
            assert_eq!(first.get_or_insert_with(|| reports.clone()), &reports, "{threads} threads, {files} files");
        }
        let text = first.expect("it ran");
        assert!(text.contains(&format!("{} entities", files + 3)), "all were read");
    }
}

/// Some findings are shown, and all are counted.
#[test]
fn a_crowd_of_findings_is_cut_in_text_and_told() {
    let repo = crowd(60);
    let told = lint(&repo, &[]);
    assert_eq!(told.out.matches("error[").count() + told.out.matches("warning[").count(), 50);
    assert!(told.out.contains(MORE_FINDINGS), "{}", told.out);
    assert!(!told.out.contains("warning["), "errors come before warnings when something must go");
    let told = lint(&repo, &["--max-findings", "0"]);
    assert!(told.out.matches("warning[ambiguous-scalar]").count() == 60 && !told.out.contains("beyond"));
    let told = lint(&repo, &["--max-findings", "3", "--output", "concise"]);
    assert_eq!(told.out.lines().count(), 3);
    let told = lint(&repo, &["--output", "concise"]);
    assert!(told.out.lines().count() > 120, "machines get all of it");
}

fn spawn(repo: &Repo, arguments: &[&str]) -> std::process::Child {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("portolan"));
    command.arg("lint").args(arguments).current_dir(repo.path()).env_clear();
    command.envs(["PATH", "SYSTEMROOT"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("portolan runs")
}

#[test]
fn a_pipe_closed_early_is_silence() {
    let repo = crowd(260);
    for format in FORMATS {
        let mut child = spawn(&repo, &["--output", format, "--max-findings", "0"]);
        let mut out = child.stdout.take().expect("it is piped");
        let mut some = [0; 16];
        out.read_exact(&mut some).expect("there is a report");
        drop(out);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(1), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
    let repo = shop();
    let mut child = spawn(&repo, &[]);
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

/// Editors and generators replace files during a run.
#[test]
fn files_that_vanish_meanwhile_are_no_trouble() {
    let repo = crowd(260);
    let mut child = spawn(&repo, &["--output", "json"]);
    for at in (0..260).rev() {
        let _ = std::fs::remove_file(repo.path().join(format!("catalog/{}/{at}.yaml", at % 7)));
    }
    let mut text = String::new();
    child.stdout.take().expect("it is piped").read_to_string(&mut text).expect("it is text");
    let output = child.wait_with_output().expect("it ends");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{:?}: {words}", output.status);
    assert!(!text.contains("No such file"), "a file that is gone is nobody's fault: {text}");
    assert_eq!(words, "");
}

#[test]
fn a_plain_fault_is_the_same_in_a_small_and_a_large_repository() {
    let small = shop();
    small.write("catalog/wishes.yaml", service("wishes", WRONG));
    let large = shop();
    (0..300).for_each(|at| {
        large.write(&format!("more/{at}.yaml"), service(&format!("more-{at}"), ""));
    });
    large.write("catalog/wishes.yaml", service("wishes", WRONG));
    let frame = |repo: &Repo| lint(repo, &[]).out.lines().take(6).collect::<Vec<_>>().join("\n");
    assert_eq!(frame(&small), frame(&large));
}
