//! Tests with real signatures by real programs. If a program is missing, its test is skipped with a notice.

use super::*;
use crate::sources::git::Signed;

fn is_there(program: &str, argument: &str) -> bool {
    let found = Command::new(program).arg(argument).output().is_ok();
    if !found {
        eprintln!("NOT TESTED: there is no `{program}` on this machine");
    }
    found
}

fn run(folder: &Path, program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).current_dir(folder).output().expect("it runs");
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn signature(tree: &Tree, signers: Option<&Path>) -> Result<Signed, GitError> {
    let repository = tree.open();
    repository.signature(repository.find_commit("HEAD").expect("it is there"), signers)
}

/// Ada's and a stranger's key, and a repository that signs with Ada's.
fn with_ssh() -> (Tree, Tree) {
    let (tree, keys) = (Tree::with_commit(), Tree::plain());
    for name in ["ada", "stranger"] {
        run(&keys.path, "ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]);
    }
    let public = fs::read_to_string(keys.path.join("ada.pub")).expect("it is made");
    keys.write("signers", format!("ada@example.com {public}"));
    tree.git(["config", "gpg.format", "ssh"]);
    (tree, keys)
}

fn signed_by(tree: &Tree, keys: &Tree, name: &str) {
    let key = format!("user.signingkey={}", keys.path.join(name).display());
    tree.git(["-c", &key, "commit", "--quiet", "--allow-empty", "--gpg-sign", "--message", "signed"]);
}

#[test]
fn a_commit_without_a_signature_has_none() {
    let tree = Tree::with_commit();
    assert_eq!(signature(&tree, None).expect("it is looked at"), Signed::None);
}

#[test]
fn a_signature_by_ssh_is_good_when_its_signer_is_allowed() {
    if !is_there("ssh-keygen", "-?") {
        return;
    }
    let (tree, keys) = with_ssh();
    let signers = keys.path.join("signers");
    let good = Signed::Good { by: "ada@example.com".to_owned() };
    signed_by(&tree, &keys, "ada");
    assert_eq!(signature(&tree, Some(&signers)).expect("it is looked at"), good);
    // There is no list of allowed signers.
    let error = signature(&tree, None).expect_err("it cannot be known");
    assert!(error.to_string().starts_with("signature of commit `"), "{error}");
    assert!(error.to_string().contains("allowedSignersFile"), "{error}");
    assert!(help(&error).contains("git config gpg.ssh.allowedSignersFile FILE"), "{}", help(&error));
    tree.git(["config", "gpg.ssh.allowedSignersFile", signers.to_str().expect("it is UTF-8")]);
    assert_eq!(signature(&tree, None).expect("it is looked at"), good);
    signed_by(&tree, &keys, "stranger");
    let Ok(Signed::Bad { why }) = signature(&tree, None) else { panic!("a stranger signed") };
    assert!(why.starts_with("the key `SHA256:") && why.ends_with("is not among the allowed signers"), "{why}");
    // A given list replaces the configured one.
    keys.write("nobody", "");
    signed_by(&tree, &keys, "ada");
    let Ok(Signed::Bad { .. }) = signature(&tree, Some(&keys.path.join("nobody"))) else { panic!("nobody may sign") };
}

#[test]
fn a_signer_who_may_not_sign_any_more_is_refused() {
    if !is_there("ssh-keygen", "-?") {
        return;
    }
    let (tree, keys) = with_ssh();
    let public = fs::read_to_string(keys.path.join("ada.pub")).expect("it is made");
    keys.write("late", format!("ada@example.com valid-before=\"20010101\" {public}"));
    signed_by(&tree, &keys, "ada");
    let found = signature(&tree, Some(&keys.path.join("late")));
    assert!(matches!(found, Ok(Signed::Bad { .. })), "{found:?}");
}

/// Uses the signature of one commit for another, as in a forgery.
#[test]
fn a_signature_that_was_taken_from_another_commit_is_bad() {
    if !is_there("ssh-keygen", "-?") {
        return;
    }
    let (tree, keys) = with_ssh();
    signed_by(&tree, &keys, "ada");
    let raw = tree.git(["cat-file", "commit", "HEAD"]);
    let forged = raw.replace("\n\nsigned", "\n\nforged");
    assert_ne!(raw, forged);
    tree.write("forged", format!("{forged}\n"));
    let id = tree.git(["hash-object", "-t", "commit", "-w", "forged"]);
    tree.git(["update-ref", "refs/heads/main", &id]);
    let found = signature(&tree, Some(&keys.path.join("signers")));
    assert!(matches!(&found, Ok(Signed::Bad { why }) if why.contains("does not belong")), "{found:?}");
    // A replacement ref would show Git the signed commit instead.
    let (original, forged) = (tree.git(["rev-parse", "HEAD~0"]), id);
    signed_by(&tree, &keys, "ada");
    let honest = tree.git(["rev-parse", "HEAD"]);
    tree.git(["replace", &forged, &honest]);
    tree.git(["update-ref", "refs/heads/main", &original]);
    let found = signature(&tree, Some(&keys.path.join("signers")));
    assert!(matches!(found, Ok(Signed::Bad { .. })), "{found:?}");
}

#[test]
fn a_program_that_is_missing_is_an_error_and_no_verdict() {
    if !is_there("ssh-keygen", "-?") {
        return;
    }
    let (tree, keys) = with_ssh();
    signed_by(&tree, &keys, "ada");
    tree.git(["config", "gpg.ssh.program", "no-such-program-here"]);
    let error = signature(&tree, Some(&keys.path.join("signers"))).expect_err("it cannot be known");
    assert!(error.to_string().contains("no-such-program-here"), "{error}");
    assert!(help(&error).contains("ssh-keygen"), "{}", help(&error));
}

#[cfg(unix)] // gpg refuses a home that others may read, so modes are set
#[test]
fn a_signature_by_gpg_is_good_when_its_key_is_known() {
    use std::os::unix::fs::PermissionsExt;
    if !is_there("gpg", "--version") {
        return;
    }
    let tree = Tree::with_commit();
    // Its sockets require a short path.
    let home = tempfile::tempdir().expect("a folder");
    let stranger = tempfile::tempdir().expect("a folder");
    let program = |home: &Path| {
        let path = home.join("program");
        fs::write(&path, format!("#!/bin/sh\nexec gpg --homedir '{}' \"$@\"\n", home.display())).expect("a file");
        make_executable(&path);
        path.to_str().expect("it is UTF-8").to_owned()
    };
    for home in [&home, &stranger] {
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).expect("it is ours");
    }
    let (known, unknown) = (program(home.path()), program(stranger.path()));
    run(
        &tree.path,
        &known,
        &["--batch", "--quiet", "--passphrase", "", "--quick-gen-key", "Ada <ada@example.com>", "ed25519", "sign"],
    );
    tree.git(["config", "gpg.program", &known]);
    tree.git([
        "-c",
        "user.signingkey=ada@example.com",
        "commit",
        "--quiet",
        "--allow-empty",
        "--gpg-sign",
        "--message",
        "signed",
    ]);
    let good = signature(&tree, None);
    tree.git(["config", "gpg.minTrustLevel", "ultimate"]);
    let owned = signature(&tree, None);
    tree.git(["config", "gpg.program", &unknown]);
    let bad = signature(&tree, None);
    tree.git(["config", "gpg.program", "/nowhere/gpg"]);
    let missing = signature(&tree, None);
    for home in [&home, &stranger] {
        let _ = Command::new("gpgconf").arg("--homedir").arg(home.path()).args(["--kill", "all"]).output();
    }
    assert_eq!(good.expect("it is looked at"), Signed::Good { by: "Ada <ada@example.com>".to_owned() });
    assert_eq!(owned.expect("it is looked at"), Signed::Good { by: "Ada <ada@example.com>".to_owned() });
    assert!(matches!(&bad, Ok(Signed::Bad { why }) if why.contains("is unknown here")), "{bad:?}");
    let error = missing.expect_err("it cannot be known");
    assert!(help(&error).contains("gpg"), "{error}: {}", help(&error));
}
