//! What runs in pipelines besides portolan: the scripts of the action and of the GitLab template, against a forge on
//! loopback. They are run as the pipeline runs them: inputs in variables, outputs in files.

mod action;
mod gitlab;
mod linted;
mod packaged;
mod released;
mod runner;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::testkit::Repo;
use crate::testkit::forge::{Forge, ME};

const MARKER: &str = "<!-- portolan:diff acme/catalog -->";

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

/// The script, as a job of this forge runs it.
fn comment(forge: &Forge, text: &str, variables: &[(&str, &str)]) -> Told {
    let folder = Repo::new();
    folder.write("comment.md", text);
    let mut command = Command::new("sh");
    command.arg(project("ci/comment.sh")).arg(folder.path().join("comment.md")).env_clear();
    command.env("PATH", std::env::var_os("PATH").expect("there is one"));
    run(command.envs(github(forge)).envs(variables.iter().copied()))
}

fn github(forge: &Forge) -> [(&'static str, String); 4] {
    [
        ("GITHUB_API_URL", forge.url.clone()),
        ("GITHUB_REPOSITORY", "acme/catalog".to_owned()),
        ("GITHUB_TOKEN", "only-for-this-run".to_owned()),
        ("PULL_REQUEST", "7".to_owned()),
    ]
}

fn gitlab(forge: &Forge) -> [(&'static str, String); 4] {
    [
        ("CI_API_V4_URL", forge.url.clone()),
        ("CI_PROJECT_ID", "12".to_owned()),
        ("CI_MERGE_REQUEST_IID", "7".to_owned()),
        ("GITLAB_TOKEN", "only-for-this-run".to_owned()),
    ]
}

fn report(words: &str) -> String {
    format!("{MARKER}\n\n{words} \"quoted\" $HOME `x` \\n é\n")
}

#[test]
fn a_comment_is_made_once_and_then_kept_up_to_date() {
    let forge = Forge::start();
    forge.add("ada", "Looks good!");
    let told = comment(&forge, &report("first"), &[]);
    assert_eq!(told.code, 0, "{}", told.words);
    let told = comment(&forge, &report("second"), &[]);
    assert_eq!(told.code, 0, "{}", told.words);
    let wanted = [("ada".to_owned(), "Looks good!".to_owned()), (ME.to_owned(), report("second"))];
    assert_eq!(forge.comments(), wanted);
    assert_eq!(forge.secrets(), ["Bearer only-for-this-run"]);
    assert!(!told.words.contains("only-for-this-run"), "{}", told.words);
}

#[test]
fn each_scope_has_a_comment_of_its_own() {
    let forge = Forge::start();
    comment(&forge, &report("one"), &[]);
    let other = "<!-- portolan:diff acme/other -->\n\ntwo\n";
    comment(&forge, other, &[]);
    comment(&forge, &report("three"), &[]);
    let texts: Vec<String> = forge.comments().into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, [report("three"), other.to_owned()]);
}

#[test]
fn a_marker_that_somebody_else_wrote_is_not_ours() {
    let forge = Forge::start();
    forge.add("mallory", &report("mine"));
    comment(&forge, &report("ours"), &[]);
    let wanted = [("mallory".to_owned(), report("mine")), (ME.to_owned(), report("ours"))];
    assert_eq!(forge.comments(), wanted);
}

#[test]
fn the_comment_is_found_behind_hundreds_of_others() {
    let forge = Forge::start();
    for number in 0..250 {
        forge.add("ada", &format!("{number}"));
    }
    forge.add(ME, &report("old"));
    let told = comment(&forge, &report("new"), &[]);
    assert_eq!(told.code, 0, "{}", told.words);
    assert_eq!(forge.comments().len(), 251);
    assert_eq!(forge.comments()[250].1, report("new"));
    assert_eq!(forge.calls().iter().filter(|call| call.starts_with("GET")).count(), 3);
}

#[test]
fn where_there_is_nothing_to_say_an_old_comment_is_mended_and_no_new_one_made() {
    let forge = Forge::start();
    let told = comment(&forge, &report("nothing"), &[("EMPTY", "true")]);
    assert_eq!((told.code, forge.comments().len()), (0, 0), "{}", told.words);
    forge.add(ME, &report("three changes"));
    comment(&forge, &report("nothing"), &[("EMPTY", "true")]);
    assert_eq!(forge.comments()[0].1, report("nothing"));
}

#[test]
fn what_goes_wrong_is_told_with_a_way_out() {
    let forge = Forge::start();
    forge.refuse(403);
    let told = comment(&forge, &report("x"), &[]);
    assert_eq!(told.code, 1, "{}", told.words);
    assert!(told.words.contains("Resource not accessible by integration"), "{}", told.words);
    assert!(told.words.contains("pull-requests: write"), "{}", told.words);
    for (variables, wanted) in [
        (&[("GITHUB_TOKEN", "")][..], "GITHUB_TOKEN is not set"),
        (&[("PULL_REQUEST", "")][..], "a pull request or merge request"),
        (&[("GITHUB_API_URL", "http://127.0.0.1:9")][..], "failed to reach http://127.0.0.1:9"),
    ] {
        let told = comment(&forge, &report("x"), variables);
        assert_eq!(told.code, 1, "{}", told.words);
        assert!(told.words.contains(wanted), "{wanted}: {}", told.words);
    }
    let told = comment(&forge, "no marker\n", &[]);
    assert!(told.code == 1 && told.words.contains("the marker"), "{}", told.words);
}

#[test]
fn a_merge_request_has_its_note() {
    let forge = Forge::start();
    let variables = gitlab(&forge);
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for words in ["first", "second"] {
        let told = comment(&forge, &report(words), &variables);
        assert_eq!(told.code, 0, "{}", told.words);
    }
    assert_eq!(forge.comments(), [(ME.to_owned(), report("second"))]);
    assert_eq!(forge.secrets(), ["only-for-this-run"]);
    let last = forge.calls().pop().expect("calls were made");
    assert_eq!(last, "PUT /projects/12/merge_requests/7/notes/1");
}

/// The installer, on a runner of this kind.
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
