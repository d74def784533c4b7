//! Tests `portolan completions`: a script for each shell, with the commands and their flags.

use super::run;
use crate::testkit::Repo;

#[test]
fn every_shell_gets_a_script_that_knows_the_verbs() {
    let repo = Repo::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&repo, &format!("completions {shell}")).quietly_gave();
        for wanted in ["lint", "explain", "staged", "fail-on"] {
            assert!(script.contains(wanted), "the {shell} script does not know {wanted}");
        }
    }
}

#[test]
fn rules_and_formats_are_offered_and_the_help_stays_short() {
    let repo = Repo::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&repo, &format!("completions {shell}")).quietly_gave();
        for wanted in ["dangling-relation", "sarif"] {
            assert!(script.contains(wanted), "the {shell} script does not offer {wanted}");
        }
    }
    assert!(!run(&repo, "explain --help").quietly_gave().contains("unused-ignore"));
}

#[test]
fn bash_takes_the_script() {
    let repo = Repo::new();
    repo.write("portolan.bash", run(&repo, "completions bash").quietly_gave());
    let checked = std::process::Command::new("bash").arg("-n").arg(repo.path().join("portolan.bash")).output();
    // Where bash is installed, the script must be valid.
    if let Ok(output) = checked {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
