//! A repository in a pipeline, with the real binary, a catalog on loopback and a forge; and a simulation of a GitHub
//! runner as far as `action.yml` needs one: expressions set variables from inputs, bash runs the steps, their outputs
//! are read back, and lines of the log that a runner would execute are recognised.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::pipelines::{Told, project, run};
use crate::testkit::Repo;
use crate::testkit::forge::Forge;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};

/// The repository, its catalog (with the content of its first commit), and the forge of its branch.
pub struct Scene {
    pub repo: Repo,
    pub forge: Forge,
    serving: Serving,
    temp: Repo,
}

const BLUEPRINT: &str = r#"{"identifier": "service", "title": "Service", "schema": {"properties": {
    "tier": {"type": "number"}, "notes": {"type": "string"}}, "required": []},
    "relations": {}, "mirrorProperties": {}, "calculationProperties": {}}"#;

impl Scene {
    /// On the branch `topic`, without changes.
    pub fn new() -> Self {
        let repo = Repo::new();
        repo.write("portolan.yaml", "scope: acme/catalog\nprune: {enabled: true, max: 1, max-percent: 100}\n");
        repo.write(".portolan/blueprints/service.json", BLUEPRINT);
        for name in ["cart", "ledger", "quotes"] {
            declare(&repo, name, "tier: 1");
        }
        repo.git(&["init", "--quiet"]);
        commit(&repo);
        repo.git(&["checkout", "--quiet", "-b", "topic"]);
        let serving = Serving::start(&["--store", "memory", "--seed", repo.path().to_str().expect("UTF-8")]);
        Self { repo, forge: Forge::start(), serving, temp: Repo::new() }
    }

    pub fn declare(&self, name: &str, properties: &str) {
        declare(&self.repo, name, properties);
    }

    pub fn commit(&self) {
        commit(&self.repo);
    }

    /// The variables of every job of the project, whatever the forge.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let binaries = Path::new(env!("CARGO_BIN_EXE_portolan")).parent().expect("it is in a folder");
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", binaries.display());
        let mut variables = BTreeMap::from([("PATH".to_owned(), path), ("CI".to_owned(), "true".to_owned())]);
        for (name, value) in [
            ("HOME", self.temp.path().display().to_string()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("SOURCE_DATE_EPOCH", "1794700800".to_owned()),
            ("PORT_BASE_URL", self.serving.url.clone()),
            ("PORT_CLIENT_ID", CLIENT_ID.to_owned()),
            ("PORT_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ] {
            variables.insert(name.to_owned(), value);
        }
        variables
    }

    /// A job for a pull request of this repository.
    pub fn pull_request(&self) -> Job<'_> {
        Job::new(self, "pull_request", "acme/catalog")
    }

    /// A job for a pull request of a fork, which has no secrets.
    pub fn fork(&self) -> Job<'_> {
        let mut job = Job::new(self, "pull_request", "mallory/catalog");
        job.withhold_secrets();
        job
    }

    /// A job for the default branch.
    pub fn push(&self) -> Job<'_> {
        Job::new(self, "push", "acme/catalog")
    }
}

fn declare(repo: &Repo, name: &str, properties: &str) {
    let head = format!("apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\n");
    let text = format!("{head}spec:\n  blueprint: service\n  identifier: {name}\n  properties:\n    {properties}\n");
    repo.write(&format!("catalog/{name}.yaml"), text);
}

fn commit(repo: &Repo) {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
}

pub struct Job<'a> {
    scene: &'a Scene,
    variables: BTreeMap<String, String>,
}

/// The result of a step that uses the action.
pub struct Step {
    pub told: Told,
    pub outputs: BTreeMap<String, String>,
    pub summary: String,
}

impl Step {
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.told.code, code, "{}", self.told.words);
        self
    }

    pub fn output(&self, name: &str) -> &str {
        self.outputs.get(name).map_or("", String::as_str)
    }
}

impl<'a> Job<'a> {
    fn new(scene: &'a Scene, event: &str, head: &str) -> Self {
        let told = match event {
            "pull_request" => json!({
                "repository": {"full_name": "acme/catalog"},
                "pull_request": {"number": 7, "head": {"repo": {"full_name": head}}},
            }),
            // The scenes commit on `topic`, which is the default branch for pushes.
            _ => {
                json!({"repository": {"full_name": "acme/catalog", "default_branch": "topic"}, "before": "0".repeat(40)})
            }
        };
        scene.temp.write("event.json", told.to_string());
        let mut job = Self { scene, variables: scene.variables() };
        let event_path = scene.temp.path().join("event.json").display().to_string();
        for (name, value) in [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_ACTION_PATH", &project("").display().to_string()),
            ("GITHUB_API_URL", &scene.forge.url),
            ("GITHUB_EVENT_NAME", event),
            ("GITHUB_EVENT_PATH", &event_path),
            ("GITHUB_REPOSITORY", "acme/catalog"),
            ("RUNNER_TEMP", &scene.temp.path().display().to_string()),
        ] {
            job.set(name, value);
        }
        if event == "pull_request" {
            job.set("GITHUB_BASE_REF", "main");
        }
        job
    }

    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn withhold_secrets(&mut self) {
        self.variables.retain(|name, _| !name.starts_with("PORT_"));
    }

    /// A step that `uses:` the action with these inputs.
    pub fn uses(&self, inputs: &[(&str, &str)]) -> Step {
        let text = std::fs::read_to_string(project("action.yml")).expect("it is there");
        let action: Value = serde_yaml::from_str(&text).expect("it is YAML");
        let mut known = BTreeMap::new();
        for (name, input) in action["inputs"].as_object().expect("inputs") {
            let given = inputs.iter().find(|(given, _)| given == name).map(|(_, value)| (*value).to_owned());
            let value = given.unwrap_or_else(|| match input["default"].as_str() {
                Some("${{ github.token }}") => "only-for-this-run".to_owned(),
                default => default.unwrap_or_default().to_owned(),
            });
            known.insert(format!("inputs.{name}"), value);
        }
        let is_known = |name: &str| known.contains_key(&format!("inputs.{name}"));
        assert!(inputs.iter().all(|(name, _)| is_known(name)), "no such input: {inputs:?}");
        known.insert("github.action_repository".to_owned(), String::new());
        let temp = &self.scene.temp;
        temp.write("summary", "");
        let mut told = Told { code: 0, words: String::new() };
        for step in action["runs"]["steps"].as_array().expect("steps") {
            let script = step["run"].as_str().expect("a script");
            assert!(step["shell"] == "bash" && !script.contains("${{"), "{step}");
            temp.write("output", "");
            let mut command = Command::new("bash");
            command
                .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
                .current_dir(self.scene.repo.path());
            command.env_clear().envs(&self.variables);
            for (name, value) in step["env"].as_object().expect("variables") {
                command.env(name, evaluated(value, &known));
            }
            command.env("GITHUB_OUTPUT", temp.path().join("output")).env("GITHUB_PATH", temp.path().join("path"));
            let ended = run(command.env("GITHUB_STEP_SUMMARY", temp.path().join("summary")));
            told = Told { code: ended.code, words: told.words + &ended.words };
            let id = step["id"].as_str().expect("a name");
            for line in temp.read("output").lines() {
                let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("no output: {line}"));
                known.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
            }
            if told.code != 0 {
                break;
            }
        }
        assert!(!told.words.contains(CLIENT_SECRET) && !told.words.contains("only-for-this-run"), "{}", told.words);
        let outputs = action["outputs"].as_object().expect("outputs").iter();
        let outputs = outputs.map(|(name, output)| (name.clone(), evaluated(&output["value"], &known))).collect();
        Step { told, outputs, summary: temp.read("summary") }
    }
}

/// The value of an expression that is a single name: `${{ inputs.mode }}`. An unknown name is empty.
fn evaluated(expression: &Value, known: &BTreeMap<String, String>) -> String {
    let text = expression.as_str().expect("an expression");
    let name = text.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}"));
    let name = name.unwrap_or_else(|| panic!("more than a name: {text}"));
    assert!(!name.starts_with("inputs.") || known.contains_key(name), "no such input: {name}");
    known.get(name).cloned().unwrap_or_default()
}

/// The commands that a runner executes in a log: those at the start of a line after white space, and the old ones
/// anywhere; none between `stop-commands` and its token.
pub fn obeyed(log: &str) -> Vec<String> {
    let mut obeyed = Vec::new();
    let mut until: Option<String> = None;
    for line in log.lines() {
        if let Some(word) = &until {
            if line.trim() == format!("::{word}::") {
                until = None;
            }
        } else if let Some(word) = line.trim_start().strip_prefix("::stop-commands::") {
            until = Some(word.to_owned());
        } else if line.trim_start().starts_with("::") || line.contains("##[") {
            obeyed.push(line.trim_start().to_owned());
        }
    }
    assert_eq!(until, None, "commands stay off:\n{log}");
    obeyed
}
