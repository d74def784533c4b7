//! Real clients of the server: the library that editors built on Node use, and Neovim. One that is not installed is
//! reported and skipped; `TESTS_NEED_ALL` makes that a failure for Node, which `.ci/run` installs.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::MANIFEST;
use crate::testkit::{Repo, portolan};

fn skip(what: &str) {
    // Written directly to standard error, because the test harness hides the output of a passed test.
    let _ = std::io::stderr().write_all(format!("\nNOT TESTED without {what}\n").as_bytes());
}

fn is_there(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// Earlier versions have another interface for clients.
fn has_neovim() -> bool {
    let Ok(output) = Command::new("nvim").arg("--version").output() else { return false };
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.lines().next().and_then(|line| line.strip_prefix("NVIM v")).unwrap_or_default();
    let mut numbers = version.split('.').map_while(|number| number.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(0), Some(10))
}

fn client(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/clients/lsp").join(name)
}

fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("catalog/cart.yaml", MANIFEST);
    repo.write("catalog/pay.yaml", MANIFEST.replace("Entitty", "Entity").replace("cart", "pay"));
    repo
}

/// What a client printed: one JSON object.
fn run(command: &mut Command) -> Value {
    let output = command.output().expect("the client runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{talk}");
    let line = text.lines().chain(talk.lines()).find(|line| line.starts_with('{'));
    serde_json::from_str(line.unwrap_or_else(|| panic!("no answer: {text}\n{talk}"))).expect("JSON")
}

fn check(seen: &Value) {
    assert_eq!(seen["before"], serde_json::json!(["unknown-kind"]), "{seen}");
    assert_eq!(seen["after"], serde_json::json!([]), "{seen}");
    assert_eq!(seen["hover"], true, "{seen}");
    assert_eq!(seen["actions"], true, "{seen}");
}

#[test]
fn the_library_of_editors_on_node_understands_every_answer() {
    let package = "require.resolve('vscode-languageserver-protocol/node')";
    if !is_there("node", &["-e", package]) {
        assert!(std::env::var_os("TESTS_NEED_ALL").is_none(), "vscode-languageserver-protocol is not installed");
        return skip("node and vscode-languageserver-protocol, found by NODE_PATH");
    }
    let repo = repository();
    let mut command = Command::new("node");
    command.arg(client("client.js")).arg(portolan(&repo).get_program()).arg(repo.path());
    check(&run(&mut command));
}

#[test]
fn neovim_shows_the_findings_and_applies_a_fix() {
    if !has_neovim() {
        return skip("Neovim 0.10 or later");
    }
    let repo = repository();
    let mut command = Command::new("nvim");
    command.args(["--headless", "--clean", "-l"]).arg(client("client.lua"));
    command.arg(portolan(&repo).get_program()).arg(repo.path()).current_dir(repo.path());
    check(&run(&mut command));
}
