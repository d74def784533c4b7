//! The GitHub action, the GitLab template, their examples, and what a release consists of. The scripts run as a pipeline runs
//! them (inputs in variables, outputs in files), against a forge on loopback.

mod action;
mod drift;
pub mod examples;
mod gitlab;
mod linted;
mod packaged;
mod released;
mod runner;
mod written;

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
        (&[("VERSION", ""), ("ACTION_REPOSITORY", "")][..], "not on the PATH"),
        (&[("VERSION", "1; rm -rf /")][..], "invalid version"),
        (&[("RUNNER_OS", "Plan9")][..], "no release for Plan9"),
    ] {
        let told = install(&right, &folder, variables);
        assert!(told.code == 1 && told.words.contains(wanted), "{}", told.words);
    }
}

/// Without a release: the portolan on the PATH comes first, then a build of the commit that the workflow names.
#[test]
fn without_a_release_portolan_is_built_from_the_commit_that_the_workflow_names() {
    let (forge, folder) = (Forge::start(), Repo::new());
    let script =
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$RUNNER_TEMP/arguments\"\n[ ! -f \"$RUNNER_TEMP/broken\" ] || exit 101\n";
    folder.write("bin/cargo", script);
    let cargo = folder.path().join("bin");
    assert_eq!(run(Command::new("chmod").arg("+x").arg(cargo.join("cargo"))).code, 0);
    let path = format!("{}:/usr/bin:/bin", cargo.display());
    let source = [
        ("VERSION", ""),
        ("ACTION_REPOSITORY", ""),
        ("PATH", path.as_str()),
        ("SOURCE_REPOSITORY", "https://git.example.com/tools/portolan"),
        ("SOURCE_COMMIT", "0123abc"),
    ];
    let told = install(&forge, &folder, &source);
    assert_eq!(told.code, 0, "{}", told.words);
    let built = folder.path().join("portolan-0123abc");
    let expected = [
        "install --locked --git https://git.example.com/tools/portolan --rev 0123abc --root".replace(' ', "\n"),
        format!("{}\nportolan\n", built.display()),
    ];
    assert_eq!(folder.read("arguments"), expected.join("\n"));
    assert_eq!(folder.read("output"), format!("portolan={}\n", built.join("bin/portolan").display()));
    assert_eq!(folder.read("path"), format!("{}\n", built.join("bin").display()));
    folder.write("broken", "");
    let told = install(&forge, &folder, &source);
    assert!(told.code == 1 && told.words.contains("SOURCE_COMMIT"), "{}", told.words);
    // One of the two is not enough.
    let told = install(&forge, &folder, &source[..4]);
    assert!(told.code == 1 && told.words.contains("not on the PATH"), "{}", told.words);
}
