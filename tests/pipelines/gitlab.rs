//! Tests the GitLab template with the real binary: its scripts run as on a runner (`before_script` and the job's lines
//! in one shell), with inputs in variables.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize as _;
use serde_json::Value;

use crate::pipelines::runner::Scene;
use crate::pipelines::{Told, project, run};
use crate::testkit::counts::planned;
use crate::testkit::forge::ME;

fn template() -> (Value, Value) {
    parse_template(&std::fs::read_to_string(project("ci/gitlab.yml")).expect("it is there"))
}

/// The two documents of the template: its inputs and its jobs.
pub fn parse_template(text: &str) -> (Value, Value) {
    let mut documents = serde_yaml::Deserializer::from_str(text).map(|it| Value::deserialize(it).expect("YAML"));
    let both = (documents.next().expect("inputs"), documents.next().expect("jobs"));
    assert!(documents.next().is_none());
    both
}

struct Job<'a> {
    scene: &'a Scene,
    variables: BTreeMap<String, String>,
}

impl<'a> Job<'a> {
    /// A merge request pipeline whose source is this project.
    fn new(scene: &'a Scene, source: &str) -> Self {
        let mut job = Self { scene, variables: scene.variables() };
        job.set("CI_PROJECT_DIR", &scene.repo.path().display().to_string());
        job.set("CI_API_V4_URL", &scene.forge.url).set("CI_PROJECT_ID", "12").set("GITLAB_TOKEN", "only-for-this-run");
        job.set("CI_MERGE_REQUEST_IID", "7").set("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main");
        job.set("GITLAB_CI", "true").set("CI_MERGE_REQUEST_PROJECT_PATH", "acme/catalog");
        job.set("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", source);
        job
    }

    fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    fn run(&self, name: &str, inputs: &[(&str, &str)]) -> Told {
        let (spec, jobs) = template();
        let input = |text: &str| {
            let Some(name) = text.strip_prefix("$[[ inputs.").and_then(|it| it.strip_suffix(" ]]")) else {
                return text.to_owned();
            };
            let given = inputs.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
            given.or_else(|| spec["spec"]["inputs"][name]["default"].as_str()).expect("an input").to_owned()
        };
        let (shared, job) =
            (&jobs[".$[[ inputs.prefix ]]"], &jobs[name.replacen("portolan", "$[[ inputs.prefix ]]", 1)]);
        let lines = [&shared["before_script"], &job["script"]].into_iter();
        let lines = lines.flat_map(|it| it.as_array().expect("lines")).map(|it| it.as_str().expect("a line"));
        let script = lines.collect::<Vec<_>>().join("\n");
        assert!(!script.contains("$[["), "an input is in a script");
        let mut variables = self.variables.clone();
        if name == "portolan-push" {
            // The push runs in a pipeline of the default branch, and the scenes commit on `topic`.
            variables.retain(|name, _| !name.starts_with("CI_MERGE_REQUEST_"));
            variables.insert("CI_DEFAULT_BRANCH".to_owned(), "topic".to_owned());
        }
        let mut command = Command::new("sh");
        command.args(["-e", "-c", &script]).current_dir(self.scene.repo.path()).env_clear().envs(&variables);
        for (name, value) in shared["variables"].as_object().expect("variables") {
            command.env(name, input(value.as_str().expect("text")));
        }
        let told = run(&mut command);
        assert!(!told.words.contains("only-for-this-run"), "{}", told.words);
        told
    }
}

fn ours(scene: &Scene) -> Job<'_> {
    Job::new(scene, "acme/catalog")
}

#[track_caller]
fn ended(told: Told, code: i32) -> String {
    assert_eq!(told.code, code, "{}", told.words);
    told.words
}

fn json(scene: &Scene, path: &str) -> Value {
    serde_json::from_str(&scene.repo.read(path)).expect("JSON")
}

#[test]
fn lint_leaves_a_code_quality_report() {
    let scene = Scene::new();
    ended(ours(&scene).run("portolan-lint", &[]), 0);
    assert_eq!(json(&scene, "portolan-quality.json"), serde_json::json!([]));
    scene.declare("cart", "tier: one");
    ended(ours(&scene).run("portolan-lint", &[]), 1);
    let report = json(&scene, "portolan-quality.json");
    let found = (&report[0]["check_name"], &report[0]["location"]["path"]);
    assert_eq!(found, (&"wrong-property-type".into(), &"catalog/cart.yaml".into()));
}

#[test]
fn diff_keeps_one_note_and_push_wants_the_digest() {
    let scene = Scene::new();
    ended(ours(&scene).run("portolan-diff", &[]), 0);
    assert_eq!(scene.forge.comments().len(), 0, "there is nothing to say");
    for tier in ["tier: 2", "tier: 3"] {
        scene.declare("cart", tier);
        scene.commit();
        ended(ours(&scene).run("portolan-diff", &[]), 0);
        let comments = scene.forge.comments();
        assert!(comments.len() == 1 && comments[0].0 == ME && comments[0].1.contains(tier), "{comments:?}");
        assert_eq!(comments[0].1, scene.repo.read("portolan-comment.md"));
        assert_eq!(json(&scene, "portolan-plan.json")["format"], "portolan.plan-file/5");
    }
    ended(ours(&scene).run("portolan-push", &[]), 0);
    scene.repo.remove("catalog/cart.yaml");
    scene.repo.remove("catalog/ledger.yaml");
    // The merge request is red before the merge, unless the project says otherwise.
    ended(ours(&scene).run("portolan-diff", &[]), 4);
    ended(ours(&scene).run("portolan-diff", &[("fail-on", "")]), 0);
    ended(ours(&scene).run("portolan-push", &[]), 4);
    let approval = json(&scene, "portolan-outcome.json")["approval"].as_str().expect("a digest").to_owned();
    ended(ours(&scene).set("APPROVE", &approval).run("portolan-push", &[]), 0);
    assert_eq!(json(&scene, "portolan-outcome.json")["ends"]["deleted"], 2);
    assert!(scene.repo.read("portolan-outcome.xml").contains("<testsuite"));
}

/// It shows what the branch changes, exits as lint would, and saves no plan that a push could take for the catalog's.
#[test]
fn a_fork_is_compared_with_the_merge_base_and_calls_nobody() {
    let scene = Scene::new();
    let job = || {
        let mut job = Job::new(&scene, "mallory/catalog");
        job.variables.retain(|name, _| !name.starts_with("PORT_") && name != "GITLAB_TOKEN");
        job
    };
    scene.declare("cart", "tier: 2");
    scene.commit();
    let words = ended(job().run("portolan-diff", &[]), 0);
    assert!(words.contains("tier: 1 → 2") && words.contains("The catalog was not read"), "{words}");
    assert!(scene.repo.read("portolan-comment.md").contains("+ tier: 2"));
    assert_eq!(json(&scene, "portolan-plan-report.json")["counts"]["total"]["update"], 1);
    assert!(!scene.repo.path().join("portolan-plan.json").exists());
    scene.declare("cart", "tier: one");
    let words = ended(job().run("portolan-diff", &[]), 1);
    assert!(words.contains("wrong-property-type"), "{words}");
    assert_eq!(scene.forge.calls(), [] as [&str; 0]);
    // A job that was given one of the two variables is misconfigured, and no fork.
    scene.declare("cart", "tier: 2");
    let told = job().set("PORT_CLIENT_ID", "id").run("portolan-diff", &[]);
    assert_eq!(told.code, 64, "{}", told.words);
}

#[test]
fn a_note_that_is_refused_costs_nothing_else() {
    let scene = Scene::new();
    scene.forge.refuse(403);
    scene.declare("cart", "tier: 2");
    scene.commit();
    let words = ended(ours(&scene).run("portolan-diff", &[]), 0);
    assert!(planned(&words)[1] == 1 && words.contains("scope `api`"), "{words}");
    assert!(scene.repo.read("portolan-comment.md").contains("+ tier: 2"));
    // The token is optional.
    ended(ours(&scene).set("GITLAB_TOKEN", "").run("portolan-diff", &[]), 0);
}

#[test]
fn inputs_are_never_code() {
    let scene = Scene::new();
    for hostile in ["$(touch pwned)`touch pwned`", "'; touch pwned; '\"; touch pwned; \"", "x\ntouch pwned"] {
        for job in ["portolan-lint", "portolan-diff", "portolan-push"] {
            let inputs =
                if job == "portolan-diff" { &["directory", "target", "fail-on"][..] } else { &["directory", "target"] };
            for input in inputs.iter().copied() {
                let told = ours(&scene).run(job, &[(input, hostile)]);
                assert_ne!(told.code, 0, "{job} {input} {hostile}: {}", told.words);
            }
            ours(&scene).set("APPROVE", hostile).run(job, &[]);
            assert!(!scene.repo.path().join("pwned").exists(), "{job} {hostile}");
        }
    }
}

/// An image without portolan gets the release of the input `version`, else a build of the commit that the project names.
#[test]
fn portolan_is_installed_or_built_where_the_image_has_none() {
    let folder = crate::testkit::Repo::new();
    for tool in ["apk", "cargo", "pip"] {
        folder.write(&format!("bin/{tool}"), format!("#!/bin/sh\necho {tool} \"$@\"\n"));
        assert_eq!(run(Command::new("chmod").arg("+x").arg(folder.path().join("bin").join(tool))).code, 0);
    }
    let (_, jobs) = template();
    let script = jobs[".$[[ inputs.prefix ]]"]["before_script"][0].as_str().expect("a script");
    let install = |variables: &[(&str, &str)]| {
        let mut command = Command::new("sh");
        command.args(["-e", "-c", script]).env_clear().envs(variables.iter().copied());
        command.env("PATH", format!("{}:/usr/bin:/bin", folder.path().join("bin").display()));
        run(command.env("DIRECTORY", ".").env("TARGET", ""))
    };
    let source = [("SOURCE_REPOSITORY", "https://git.example.com/portolan"), ("SOURCE_COMMIT", "0123abc")];
    let words = ended(install(&[("VERSION", "9.8.7"), source[0], source[1]]), 0);
    assert!(words.contains("portolan-gitops==9.8.7") && !words.contains("cargo"), "{words}");
    let words = ended(install(&[("VERSION", ""), source[0], source[1]]), 0);
    assert!(words.contains("cargo install --locked --git https://git.example.com/portolan --rev 0123abc"), "{words}");
    let words = ended(install(&[("VERSION", ""), source[0]]), 1);
    assert!(words.contains("SOURCE_COMMIT"), "{words}");
}
