//! Tests `--edit`: the user's editor opens the file that was written.

#![cfg(unix)] // the editor is a shell script

use crate::cli::new::acme;
use crate::cli::run_with;

#[test]
fn the_editor_has_the_file_and_lint_has_what_it_left() {
    let repo = acme();
    repo.write(
        "editor.sh",
        "#!/bin/sh\n[ \"$1\" = --wait ] || exit 9\nsed -i.old 's/^    tier:.*/    tier: 9/' \"$2\"\n",
    );
    let editor = format!("sh '{}' --wait", repo.path().join("editor.sh").display());
    let made = run_with(&repo, "new service cart --edit", &[("EDITOR", &editor)]);
    assert_eq!(made.code, 0, "{}", made.talk);
    assert!(made.talk.contains("error[value-not-allowed]"), "{}", made.talk);
    assert!(repo.read("catalog/logistics/quoting/cart.yaml").contains("    tier: 9\n"));
}

#[test]
fn an_editor_may_take_the_file_away() {
    let repo = acme();
    let made = run_with(&repo, "new service cart --edit", &[("EDITOR", "rm")]);
    assert_eq!(made.code, 0, "{}", made.talk);
    assert_eq!(made.talk, "note: The editor removed the file.\n");
    assert!(!repo.path().join("catalog/logistics/quoting/cart.yaml").exists());
}

#[test]
fn an_editor_that_fails_loses_nothing() {
    let repo = acme();
    let failed = run_with(&repo, "new service cart --edit", &[("VISUAL", "exit 3;"), ("EDITOR", "true")]);
    assert_eq!((failed.code, failed.results.as_str()), (70, "catalog/logistics/quoting/cart.yaml\n"));
    assert!(
        failed.talk.contains("ended with 3") && failed.talk.contains("the manifest is as the editor left it"),
        "{}",
        failed.talk
    );
    assert!(repo.read("catalog/logistics/quoting/cart.yaml").contains("  identifier: cart\n"));
}
