//! Tests scripts that run in pipelines besides portolan: those of the action and of the GitLab template, against a
//! forge on loopback. They run as in the pipeline: inputs in variables, outputs in files.

mod action;
mod gitlab;
mod linted;
mod packaged;
mod released;
mod runner;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::testkit::Repo;
use crate::testkit::forge::Forge;

#[derive(Debug)]
struct Told {
    code: i32,
    words: String,
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn run(command: &mut Command) -> Told {
    let output = command.output().expect("the shell is there");
    let words = [output.stdout, output.stderr].concat();
    Told { code: output.status.code().expect("it was not killed"), words: String::from_utf8_lossy(&words).into_owned() }
}

/// Runs the installer on a simulated runner.
fn install(forge: &Forge, folder: &Repo, variables: &[(&str, &str)]) -> Told {
    let mut command = Command::new("bash");
    command.arg(project("ci/install.sh")).env_clear().env("GITHUB_ACTION_PATH", project("")).env("VERSION", "9.8.7");
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin").env("RUNNER_TEMP", folder.path());
    command.env("RUNNER_OS", "Linux").env("RUNNER_ARCH", "X64").env("ACTION_REPOSITORY", "acme/portolan");
    command.env("GITHUB_SERVER_URL", &forge.url).env("GITHUB_OUTPUT", folder.path().join("output"));
    run(command.env("GITHUB_PATH", folder.path().join("path")).envs(variables.iter().copied()))
}

#[test]
fn a_release_is_installed_when_its_checksum_is_right() {
    const ARCHIVE: &str = "portolan-9.8.7-x86_64-unknown-linux-musl";
    let (forge, folder) = (Forge::start(), Repo::new());
    folder.write(&format!("make/{ARCHIVE}/portolan"), "#!/bin/sh\necho portolan 9.8.7\n");
    let made = run(Command::new("sh").current_dir(folder.path().join("make")).args([
        "-c",
        &format!("chmod +x {ARCHIVE}/portolan && tar czf {ARCHIVE}.tar.gz {ARCHIVE} && sha256sum {ARCHIVE}.tar.gz"),
    ]));
    assert_eq!(made.code, 0, "{}", made.words);
    let offer =
        |name: &str, bytes: Vec<u8>| forge.offer(&format!("/acme/portolan/releases/download/v9.8.7/{name}"), bytes);
    let archive = std::fs::read(folder.path().join("make").join(format!("{ARCHIVE}.tar.gz"))).expect("it was made");
    offer(&format!("{ARCHIVE}.tar.gz"), archive);
    let told = install(&forge, &folder, &[]);
    assert!(told.code == 1 && told.words.contains("SHA256SUMS of portolan"), "{}", told.words);
    offer("SHA256SUMS", format!("{}other line\n", made.words.replacen('a', "b", 1)).into_bytes());
    let told = install(&forge, &folder, &[]);
    assert!(told.code == 1 && told.words.contains("checksum"), "{}", told.words);
    let right = Forge::start();
    right.offer(
        &format!("/acme/portolan/releases/download/v9.8.7/{ARCHIVE}.tar.gz"),
        std::fs::read(folder.path().join("make").join(format!("{ARCHIVE}.tar.gz"))).expect("it was made"),
    );
    right.offer("/acme/portolan/releases/download/v9.8.7/SHA256SUMS", made.words.into_bytes());
    let told = install(&right, &folder, &[]);
    assert_eq!(told.code, 0, "{}", told.words);
    let output = folder.read("output");
    let binary = output.trim().strip_prefix("portolan=").expect("the output names it");
    assert_eq!(run(&mut Command::new(binary)).words, "portolan 9.8.7\n");
    assert_eq!(folder.read("path").trim(), Path::new(binary).parent().expect("a folder").display().to_string());
    for (variables, wanted) in [
        (&[("VERSION", "1; rm -rf /")][..], "invalid version"),
        (&[("RUNNER_OS", "Plan9")][..], "no release for Plan9"),
    ] {
        let told = install(&right, &folder, variables);
        assert!(told.code == 1 && told.words.contains(wanted), "{}", told.words);
    }
}
