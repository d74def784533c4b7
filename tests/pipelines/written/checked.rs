//! Checks the written pipelines: each is parsed, and where npm or PyPI has a validator for a system, it accepts the files.
//! A validator that is not installed is reported and skipped; `TESTS_NEED_ALL` makes that a failure.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use portolan::scaffold::repository::{CiSystem, Facts, is_scheduled};
use serde_json::{Value, json};

use crate::pipelines::linted::{is_there, skip};
use crate::pipelines::run;
use crate::testkit::released::released;
use crate::testkit::{Repo, portolan};

const LINES: [&str; 5] = [
    "init --yes",
    "init --yes --delivery flux",
    "init --yes --catalog local",
    "init --yes --catalog https://catalog.acme.example",
    "-C services/cart init --yes",
];

/// The pipelines of one CI system, one for each line, each in a repository of its own, and those of a release.
fn written(ci: &str) -> Vec<(Repo, Vec<PathBuf>)> {
    let system = CiSystem::ALL.into_iter().find(|system| system.word() == ci).expect("a CI system");
    let of_release = |(has_catalog, pushes)| {
        let repo = Repo::new();
        let change = |facts: &mut Facts<'_>| {
            (facts.ci, facts.has_catalog, facts.pushes) = (system, has_catalog, pushes);
            facts.drift_jobs = Some(system);
        };
        let files = released(&BTreeMap::new(), change).files;
        let paths = files.iter().map(|file| repo.write(&file.path, &file.after).path().join(&file.path)).collect();
        (repo, paths)
    };
    let write = |line: &&str| {
        let repo = Repo::new();
        repo.git(&["init", "--quiet"]);
        repo.git(&["remote", "add", "origin", "git@git.example.com:acme/catalog.git"]);
        repo.write("services/cart/README.md", "x");
        let output = portolan(&repo).args(line.split(' ')).args(["--ci", ci]).output().expect("portolan runs");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let folders = [".github/", ".gitlab/", ".azure-pipelines/", ".circleci/", ".codefresh/"];
        let is_pipeline = |path: &&str| {
            folders.iter().any(|folder| path.starts_with(folder))
                || [".gitlab-ci.yml", "bitbucket-pipelines.yml"].contains(path)
                || path.starts_with("Jenkinsfile")
        };
        let names = told.lines().filter_map(|line| line.trim().strip_prefix("new ")).map(str::trim).filter(is_pipeline);
        let paths: Vec<PathBuf> = names.map(|name| repo.path().join(name)).collect();
        assert!(!paths.is_empty(), "{ci}: {told}");
        (repo, paths)
    };
    let releases = [(true, true), (true, false), (false, true)];
    LINES.iter().map(write).chain(releases.into_iter().map(of_release)).collect()
}

fn text(path: &PathBuf) -> String {
    std::fs::read_to_string(path).expect("it was written")
}

fn yaml(path: &PathBuf) -> Value {
    serde_yaml::from_str(&text(path)).unwrap_or_else(|error| panic!("{}: {error}\n{}", path.display(), text(path)))
}

/// No tool is needed to see that a file is broken: a step in the wrong column, a script that no shell reads.
#[test]
fn every_pipeline_is_yaml_with_jobs_whose_scripts_a_shell_reads() {
    for (ci, jobs, keys) in [
        ("github", "/jobs", &["name", "on", "permissions", "concurrency", "env", "jobs"][..]),
        (
            "gitlab",
            "",
            &[
                ".portolan",
                "portolan-lint",
                "portolan-diff",
                "portolan-drift",
                "portolan-forecast",
                "portolan-push",
                "portolan-snapshot",
                "include",
            ],
        ),
        ("azure", "/jobs", &["trigger", "pr", "schedules", "parameters", "lockBehavior", "variables", "jobs"]),
        ("bitbucket", "/definitions/steps", &["clone", "definitions", "pipelines"]),
        ("circleci", "/jobs", &["version", "parameters", "executors", "commands", "jobs", "workflows"]),
        ("codefresh", "/steps", &["version", "stages", "steps", "kind", "metadata", "spec"]),
    ] {
        for (_, paths) in written(ci) {
            for path in &paths {
                let (pipeline, name) = (yaml(path), path.display());
                let is_known =
                    |key: &String| keys.iter().any(|known| key == known || key.starts_with(&format!("{known}-")));
                let strange: Vec<&String> =
                    pipeline.as_object().expect("a map").keys().filter(|key| !is_known(key)).collect();
                assert!(strange.is_empty(), "{name}: {strange:?}");
                if path.ends_with(".gitlab-ci.yml") || path.ends_with("portolan-step.yml") {
                    continue;
                }
                let jobs = pipeline.pointer(jobs).unwrap_or(&pipeline);
                let count = jobs.as_array().map_or_else(|| jobs.as_object().map_or(0, serde_json::Map::len), Vec::len);
                assert!((1..=5).contains(&count), "{name}: {count} jobs");
                let mut scripts = Vec::new();
                collect_scripts(&pipeline, &mut scripts);
                let command = if is_scheduled(&name.to_string()) { "portolan pull" } else { "portolan lint" };
                assert!(scripts.iter().any(|script| script.contains(command)), "{name}: {scripts:?}");
                for script in scripts {
                    assert!(is_there(Command::new("sh").args(["-n", "-c", &script])), "{name}:\n{script}");
                }
            }
        }
    }
    for (_, paths) in written("jenkins") {
        for path in paths {
            let text = text(&path);
            let count = |part: &str| text.matches(part).count();
            assert_eq!((count("{"), count("(")), (count("}"), count(")")), "{text}");
            assert!(count("'''").is_multiple_of(2) && count("\\") == 0, "{text}");
            for script in text.split("'''#!/bin/sh -e\n").skip(1).filter_map(|rest| rest.split("'''").next()) {
                assert!(is_there(Command::new("sh").args(["-n", "-c", script])), "{script}");
            }
        }
    }
}

/// The scripts anywhere in a pipeline: lists of lines, and texts.
fn collect_scripts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_scripts(item, found)),
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("run" | "bash" | "command", Value::String(script)) => found.push(script.clone()),
                    ("script" | "before_script" | "commands", Value::Array(lines)) => {
                        let lines = lines.iter().map(|line| line.as_str().expect("a line is text"));
                        found.push(lines.collect::<Vec<_>>().join("\n"));
                    }
                    (_, value) => collect_scripts(value, found),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_schemas_of_azure_bitbucket_and_circleci_accept_the_pipelines() {
    if !is_there(Command::new("check-jsonschema").arg("--version")) {
        return skip("check-jsonschema", true);
    }
    for (ci, schema, right, wrong) in [
        ("azure", "azure-pipelines", "jobs:", "jobz:"),
        ("bitbucket", "bitbucket-pipelines", "max-time: ", "max-time: x"),
        ("circleci", "circle-ci", "method: full", "method: whole"),
    ] {
        let all = written(ci);
        let paths: Vec<&PathBuf> = all.iter().flat_map(|(_, paths)| paths).collect();
        let mut command = Command::new("check-jsonschema");
        // The schema of Azure has patterns that are invalid in Unicode mode.
        command.args(["--builtin-schema", &format!("vendor.{schema}"), "--regex-variant", "nonunicode"]);
        let told = run(command.args(&paths));
        assert_eq!(told.code, 0, "{ci}: {}", told.words.chars().take(4_000).collect::<String>());
        // It does not accept everything.
        let broken = Repo::new();
        broken.write("broken.yml", text(paths[0]).replacen(right, wrong, 1));
        let mut command = Command::new("check-jsonschema");
        command.args(["--builtin-schema", &format!("vendor.{schema}"), "--regex-variant", "nonunicode"]);
        assert_ne!(run(command.arg(broken.path().join("broken.yml"))).code, 0, "{ci}");
    }
}

#[test]
fn the_validator_of_codefresh_accepts_the_pipelines() {
    const SCRIPT: &str = "const validator = require('@codefresh-io/yaml-validator'); \
                          for (const text of process.argv.slice(1)) validator.validate(JSON.parse(text));";
    if !is_there(Command::new("node").args(["-e", "require('@codefresh-io/yaml-validator')"])) {
        return skip("@codefresh-io/yaml-validator", true);
    }
    let validate = |pipeline: &Value| run(Command::new("node").args(["-e", SCRIPT, "--", &pipeline.to_string()]));
    for path in written("codefresh").iter().flat_map(|(_, paths)| paths) {
        let mut pipeline = yaml(path);
        // What a step type runs are steps too.
        if pipeline["kind"] == "step-type" {
            pipeline = json!({"version": "1.0", "steps": pipeline["spec"]["steps"]});
            pipeline["steps"]["main"].as_object_mut().expect("a step").shift_remove("name");
        }
        let told = validate(&pipeline);
        assert_eq!(told.code, 0, "{}: {}", path.display(), told.words);
        let step = pipeline["steps"].as_object_mut().and_then(|steps| steps.values_mut().last()).expect("a step");
        step["commands"] = json!({});
        assert_ne!(validate(&pipeline).code, 0, "commands that are no list are accepted");
    }
}

#[test]
fn a_parser_of_groovy_reads_the_pipelines_of_jenkins() {
    const SCRIPT: &str = "import sys\nfrom groovy_parser.parser import parse_groovy_content\n\
                          for path in sys.argv[1:]:\n    parse_groovy_content(open(path).read())\n";
    if !is_there(Command::new("python3").args(["-c", "import groovy_parser.parser"])) {
        return skip("groovy-parser", true);
    }
    let all = written("jenkins");
    // The parser takes seconds for a file: plain, without a catalog, of a folder, and of a release with a cluster.
    let paths = all.iter().step_by(2).flat_map(|(_, paths)| paths);
    let told = run(Command::new("python3").args(["-c", SCRIPT]).args(paths));
    assert_eq!(told.code, 0, "{}", told.words);
    let broken = Repo::new();
    broken.write("Jenkinsfile", text(&all[0].1[0]).replacen("stage('Lint') {", "stage('Lint' {", 1));
    assert_ne!(run(Command::new("python3").args(["-c", SCRIPT]).arg(broken.path().join("Jenkinsfile"))).code, 0);
}
