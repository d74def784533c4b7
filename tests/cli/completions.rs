//! Tests `portolan completions`: the script of each shell, and what portolan answers to it.

use super::{new::acme, run};
use crate::testkit::{Repo, portolan};

/// What is offered for the last word of a command line.
fn offered(repo: &Repo, words: &[&str]) -> Vec<String> {
    let index = words.len().to_string();
    let mut command = portolan(repo);
    command.args(["--", "portolan"]).args(words);
    command.env("PORTOLAN_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", index).env("_CLAP_IFS", "\n");
    let output = command.output().expect("the binary runs");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is text").lines().map(str::to_owned).collect()
}

#[test]
fn every_shell_gets_a_script_that_asks_portolan() {
    let repo = Repo::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&repo, &format!("completions {shell}")).quietly_gave();
        assert!(script.contains("PORTOLAN_COMPLETE") && script.contains("portolan"), "{script}");
        assert!(!script.contains(&repo.path().display().to_string()));
    }
}

#[test]
fn the_names_of_the_repository_are_offered() {
    let repo = acme();
    for (words, expected) in [
        (&["show", "service/check"][..], &["service/checkout"][..]),
        (&["show", "service/monolith"], &["service/monolith-tms"]),
        (&["graph", "library/@acme/d"], &["library/@acme/design-tokens"]),
        (&["rename", "environment/prod-eu-n"], &["environment/prod-eu-north"]),
        (&["list", "sy"], &["system"]),
        (&["new", "car"], &["carrier"]),
        (&["list", "service", "--where", "onCall"], &["onCallEmail="]),
        (&["new", "service", "x", "--team", "pay"], &["payments"]),
        (&["explain", "service.tie"], &["service.tier"]),
        (&["explain", "dangling"], &["dangling-relation"]),
        (&["diff", "--only", "carr"], &["carrier"]),
        (&["push", "--only", "apps/checkout/po"], &["apps/checkout/port.yml"]),
        (&["cluster", "trace", "service/check"], &["service/checkout"]),
        (&["lint", "--output", "sa"], &["sarif"]),
        (&["lint", "--requ"], &["--require-snapshot"]),
        (&["ren"], &["rename"]),
    ] {
        assert_eq!(offered(&repo, words), expected, "{words:?}");
    }
    assert!(offered(&repo, &["show", "nothing/like-it"]).is_empty());
    // Elsewhere there are no names, and no errors.
    let outside = Repo::outside_git();
    assert!(offered(&outside, &["show", "service/"]).is_empty());
    let root = repo.path().to_str().expect("it is text");
    assert_eq!(offered(&outside, &["-C", root, "show", "service/check"]), ["service/checkout"]);
}

/// The config decides which manifests and which snapshot there are.
#[test]
fn the_config_and_the_target_of_the_line_are_read() {
    let repo = acme();
    repo.write("other/portolan.yaml", "targets: {half: {manifests: {include: ['other/b/**/*.yaml']}}}\n");
    for (folder, name) in [("a", "alpha"), ("b", "beta")] {
        let text = format!(
            "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\nspec: {{blueprint: gadget, identifier: {name}}}\n"
        );
        repo.write(&format!("other/{folder}/{name}.yaml"), text);
    }
    for (words, expected) in [
        (&["--config", "other/portolan.yaml", "show", "gadget/"][..], &["gadget/alpha", "gadget/beta"][..]),
        (&["--config=other/portolan.yaml", "show", "gadget/a"], &["gadget/alpha"]),
        (&["show", "--config", "other/portolan.yaml", "--target", "half", "gadget/"], &["gadget/beta"]),
        (&["show", "gadget/"], &[]),
    ] {
        assert_eq!(offered(&repo, words), expected, "{words:?}");
    }
}

#[test]
fn help_does_not_list_what_is_offered() {
    assert!(!run(&Repo::new(), "explain --help").quietly_gave().contains("unused-ignore"));
}

#[test]
fn a_real_bash_completes() {
    let repo = acme();
    repo.write("portolan.bash", run(&repo, "completions bash").quietly_gave());
    let bin = assert_cmd::cargo::cargo_bin("portolan");
    let folder = bin.parent().expect("it is in a folder").display();
    let text = format!(
        "PATH={folder}:$PATH; . ./portolan.bash; COMP_WORDS=(portolan show service/check); COMP_CWORD=2; COMP_TYPE=9; \
         _clap_complete_portolan portolan service/check show; printf '%s\\n' \"${{COMPREPLY[@]}}\"; \
         COMP_WORDS=(portolan list s); _clap_complete_portolan portolan s list; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let ran = std::process::Command::new("bash").args(["--norc", "-c", &text]).current_dir(repo.path()).output();
    // Where bash is installed, it must complete.
    if let Ok(output) = ran {
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "service/checkout\nservice\nsystem\n", "{said}");
    }
}
