//! Tests help, versions, and usage errors, which exit with 64 before anything is read.

use super::{run, run_with};
use crate::testkit::says::did_you_mean;
use crate::testkit::{Repo, portolan};

#[test]
fn help_and_version_are_results() {
    let repo = Repo::new();
    let help = run(&repo, "--help").quietly_gave();
    for wanted in ["Usage: portolan", "lint", "Examples:", "Exit codes:", "PORTOLAN_TARGET"] {
        assert!(help.contains(wanted), "{wanted} is not in\n{help}");
    }
    assert_eq!(run(&repo, "--version").quietly_gave(), format!("portolan {}\n", env!("CARGO_PKG_VERSION")));
    for verb in portolan::cli::command().get_subcommands() {
        let help = run(&repo, &format!("{} --help", verb.get_name())).quietly_gave();
        assert!(help.contains("Examples:"), "`{} --help` shows no examples", verb.get_name());
    }
}

#[test]
fn names_that_people_type_lead_to_the_command() {
    let repo = Repo::new();
    for (alias, command) in [("plan", "diff"), ("apply", "push"), ("check", "lint"), ("validate", "lint")] {
        let help = run(&repo, &format!("{alias} --help")).quietly_gave();
        assert!(help.contains(&format!("Usage: portolan {command} ")), "{alias}: {help}");
    }
    assert_eq!(run(&repo, "help").quietly_gave(), run(&repo, "--help").quietly_gave());
    assert_eq!(run(&repo, "help push").quietly_gave(), run(&repo, "push --help").quietly_gave());
    for line in ["push --force", "diff --force", "push --force=true"] {
        let talk = run(&repo, line).was_refused();
        assert!(talk.contains("--approve"), "`portolan {line}`:\n{talk}");
    }
}

#[test]
fn what_does_not_exist_is_refused_with_what_was_meant() {
    let repo = Repo::new();
    for (line, wanted) in [
        ("lnt", "'lint'"),
        ("lint --stagd", "'--staged'"),
        ("lint --fail-on eror", "'error'"),
        ("lint --output sarf", did_you_mean!("sarif")),
        ("lint --output nonsense", "`junit`"),
        ("lint --color sometimes", "auto, always, never"),
        ("lint --rule wrong-type", "NAME=LEVEL"),
        ("lint --rule wrong-type=loud", "`warning`"),
        ("lint --rule wrong-typ=off", "`wrong-type`"),
        ("lint --max-findings many", "expected a number"),
        ("lint --diff", "--fix"),
        ("completions bsh", "'bash'"),
        ("schema konfig", "config"),
        ("man lnt", "`lint`"),
        ("explain wrong-typ", "`wrong-type`"),
        ("-C no-such-folder lint", "no-such-folder"),
        ("--config no-such.yaml lint", "no-such.yaml"),
        ("--target staging lint", "defines none"),
        ("lint no-such-file.yaml", "no-such-file.yaml"),
        ("-q -v lint", "--verbose"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert!(talk.contains(wanted), "`portolan {line}` does not say {wanted}:\n{talk}");
    }
}

#[test]
fn without_a_verb_the_help_is_talk() {
    let talk = run(&Repo::new(), "").was_refused();
    assert!(talk.contains("Usage: portolan"), "{talk}");
}

#[test]
fn colours_obey_the_flag_then_the_variables() {
    let repo = Repo::new();
    let is_coloured =
        |line: &str, variables: &[(&str, &str)]| run_with(&repo, line, variables).results.contains('\u{1b}');
    assert!(!is_coloured("--help", &[]));
    assert!(is_coloured("--help --color always", &[]));
    assert!(is_coloured("explain wrong-type --color=always", &[]));
    let forced = [("NO_COLOR", ""), ("CLICOLOR_FORCE", "1")];
    assert!(is_coloured("explain wrong-type", &forced));
    assert!(!is_coloured("explain wrong-type --color never", &forced));
}

#[test]
fn a_pipe_closed_early_is_silence() {
    let repo = Repo::new();
    let mut portolan = portolan(&repo);
    let program = std::path::PathBuf::from(portolan.get_program());
    let mut child = std::process::Command::new(program)
        .args(["completions", "zsh"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    portolan.arg("--version").assert().success();
}
