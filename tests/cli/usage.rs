//! Tests help, versions, and usage errors, which exit with 64 before anything is read.

use super::{run, run_with};
use crate::testkit::errors::has_code;
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

/// An option in the help of a command is accepted by it.
#[test]
fn only_the_help_of_commands_that_run_for_each_config_offers_all() {
    let repo = Repo::new();
    repo.write("portolan.yaml", "version: 1\n");
    for verb in portolan::cli::command().get_subcommands() {
        let name = verb.get_name();
        let lines: Vec<String> = match verb.get_subcommands().next() {
            Some(_) => verb.get_subcommands().map(|nested| format!("{name} {}", with_values(nested))).collect(),
            None => vec![with_values(verb)],
        };
        let refuses = |line: &str| has_code(&run(&repo, line).talk, "all-for-one");
        let is_refused = lines.iter().any(|line| refuses(&format!("{line} --all")));
        let help = run(&repo, &format!("{name} --help")).quietly_gave();
        let is_offered = help.lines().any(|line| line.trim() == "--all");
        assert_eq!(is_offered, !is_refused, "portolan {name} --all");
        let is_refused_before = lines.iter().any(|line| refuses(&format!("--all {line}")));
        assert_eq!(is_refused_before, is_refused, "portolan --all {name}");
    }
}

/// The command with a value for each required argument.
fn with_values(command: &clap::Command) -> String {
    let required = command.get_positionals().filter(|argument| argument.is_required_set());
    let values = required.map(|argument| {
        let first = argument.get_possible_values().first().map(|value| value.get_name().to_owned());
        format!(" {}", first.unwrap_or_else(|| "x".to_owned()))
    });
    format!("{}{}", command.get_name(), values.collect::<String>())
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

/// Every argument that names a file or a folder.
#[test]
fn a_misspelled_path_is_answered_with_the_one_that_is_near() {
    let repo = Repo::new();
    repo.write("portolan.yaml", "scope: acme/shop\n").write("ci/portolan.yaml", "scope: acme/shop\n");
    repo.write("entities/teams/payments.yaml", "").write("reports/baseline.json", "").write("plan.json", "");
    repo.write("comment.md", "").write("last-push.json", "");
    for (line, meant) in [
        ("lint entites/", "`entities/`"),
        ("lint entites", "`entities`"),
        ("lint ./entites/teams", "`./entities/teams`"),
        ("lint entities/team/payment.yaml", "`entities/teams/payments.yaml`"),
        ("-C entities lint team", "`teams`"),
        ("-C entites lint", "`entities`"),
        ("--config portolan.yml lint", "`portolan.yaml`"),
        ("--config ci/portolan.yml lint", "`ci/portolan.yaml`"),
        ("lint --baseline reports/basline.json", "`reports/baseline.json`"),
        ("lint --output json=report/x.json", "`reports/x.json`"),
        ("lint --write-baseline report/x.json", "`reports/x.json`"),
        ("diff --catalog local --out report/plan.json", "`reports/plan.json`"),
        ("diff --catalog local --output json=report/x.json", "`reports/x.json`"),
        ("push --catalog local --output json=report/x.json", "`reports/x.json`"),
        ("push --catalog local --plan plan.jsn", "`plan.json`"),
        ("push --catalog local --plan ./plans.json", "`./plan.json`"),
        ("comment coment.md", "`comment.md`"),
        ("serve --seed entites", "`entities`"),
        ("serve --store report/x.db", "`reports`"),
        ("man --out report", "`reports/portolan.1`"),
    ] {
        let told = run(&repo, line);
        assert_ne!(told.code, 0, "{line}: {}{}", told.results, told.talk);
        assert!(told.talk.contains(&format!("did you mean {meant}?")), "{line}: {}{}", told.results, told.talk);
    }
    let config = run_with(&repo, "lint", &[("PORTOLAN_CONFIG", "portoln.yaml")]).was_refused();
    assert!(config.contains("did you mean `portolan.yaml`?"), "{config}");
    // Nothing is near, so nothing is suggested.
    assert!(!run(&repo, "lint zebra").was_refused().contains("did you mean"));
}

#[test]
fn all_refuses_a_path_that_does_not_exist() {
    let repo = Repo::new();
    repo.write("teams/a/portolan.yaml", "").write("teams/a/catalog/x.yaml", "");
    let told = run(&repo, "lint --all teams/a/catlog");
    let talk = &told.talk;
    assert_eq!(told.code, 64, "{talk}");
    assert!(talk.contains("no such file or folder: `teams/a/catlog`") && talk.contains("`teams/a/catalog`"), "{talk}");
    let talk = run(&repo, "lint --all team").was_refused();
    assert!(talk.contains("did you mean `teams`?"), "{talk}");
}
