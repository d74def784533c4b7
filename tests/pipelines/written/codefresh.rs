//! Codefresh: the steps run in their order, each with all variables of the pipeline, also for a fork.

use serde_json::Value;

use super::{
    Event, Job, Script, System, TOKEN, World, calls_of, credentials, ended, follows_the_events,
    forecasts_for_a_cluster, installs_a_release, works_in_its_folder,
};

const CODEFRESH: System = System { ci: "codefresh", variables, jobs, lint_report: "", builds_forks: true };

#[test]
fn the_pipeline_of_codefresh_follows_the_events() {
    follows_the_events(&CODEFRESH);
}

#[test]
fn the_pipeline_of_codefresh_forecasts_for_a_cluster() {
    forecasts_for_a_cluster(&CODEFRESH);
}

#[test]
fn the_pipeline_of_codefresh_works_in_its_folder() {
    works_in_its_folder(&CODEFRESH);
}

#[test]
fn the_pipeline_of_codefresh_installs_a_release() {
    installs_a_release(&CODEFRESH, "pip");
}

fn branch(event: Event) -> &'static str {
    match event {
        Event::PullRequest | Event::Branch => "topic",
        Event::Fork | Event::Main => "main",
        Event::Tag => "v1.0.0",
    }
}

fn variables(world: &World, event: Event) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("CF_BUILD_ID", "0123".to_owned()),
        ("CF_VOLUME_PATH", world.path("temp")),
        ("CF_BRANCH", branch(event).to_owned()),
        ("CF_COMMIT_URL", "https://github.com/acme/catalog/commit/0123".to_owned()),
        ("GITHUB_API_URL", world.scene.forge.url.clone()),
    ];
    if matches!(event, Event::PullRequest | Event::Fork) {
        all.push(("CF_PULL_REQUEST_NUMBER", "7".to_owned()));
        all.push(("CF_PULL_REQUEST_TARGET", "main".to_owned()));
        all.push(("CF_PULL_REQUEST_IS_FORK", (event == Event::Fork).to_string()));
    }
    all
}

fn pipeline_variables(approve: &str) -> Vec<(String, String)> {
    let mut all = credentials();
    all.push(("GITHUB_TOKEN".to_owned(), TOKEN.to_owned()));
    all.push(("APPROVE".to_owned(), approve.to_owned()));
    all
}

fn jobs(world: &World, event: Event, approve: &str) -> Vec<Job> {
    let pipeline = world.yaml(&format!(".codefresh/portolan{}.yml", world.suffix));
    let stages = pipeline["stages"].as_array().expect("stages");
    let steps = pipeline["steps"].as_object().expect("steps").values();
    let is_started = |step: &&Value| {
        assert!(stages.contains(&step["stage"]), "{step}");
        let only = step["when"]["branch"]["only"].as_array();
        step["type"] == "freestyle" && only.is_none_or(|only| only.iter().any(|name| name == branch(event)))
    };
    steps.filter(is_started).map(|step| vec![script(step, pipeline_variables(approve))]).collect()
}

fn script(step: &Value, mut variables: Vec<(String, String)>) -> Script {
    let lines = step["commands"].as_array().expect("commands").iter().map(|line| line.as_str().expect("text"));
    for variable in step["environment"].as_array().into_iter().flatten() {
        let (name, value) = variable.as_str().and_then(|it| it.split_once('=')).expect("NAME=VALUE");
        variables.push((name.to_owned(), value.to_owned()));
    }
    let directory = step["working_directory"].as_str().expect("a folder");
    let folder = directory.strip_prefix("${{main_clone}}/").unwrap_or_default().to_owned();
    Script {
        text: lines.collect::<Vec<_>>().join("\n"),
        folder,
        shell: &["sh", "-e", "-c"],
        variables,
        runs_always: false,
    }
}

/// The step type takes the command as an argument. An argument that is not given stays a reference.
#[test]
fn the_step_type_of_codefresh_does_the_same() {
    let world = World::new("init --yes --ci codefresh --no-pre-commit");
    let definition = world.yaml(".codefresh/portolan-step.yml");
    let schema: Value =
        serde_json::from_str(definition["spec"]["arguments"].as_str().expect("a schema")).expect("it is JSON");
    let step = &definition["spec"]["steps"]["main"];
    let known = schema["properties"].as_object().expect("arguments");
    for example in definition["metadata"]["examples"].as_array().expect("examples") {
        for (_, used) in example["workflow"].as_object().expect("steps") {
            assert_eq!(used["type"], definition["metadata"]["name"]);
            let given = used["arguments"].as_object().expect("arguments");
            assert!(given.keys().all(|name| known.contains_key(name)), "{used}");
            let required = schema["required"].as_array().expect("names");
            assert!(required.iter().all(|name| given.contains_key(name.as_str().expect("a name"))), "{used}");
        }
    }
    world.scene.declare("cart", "tier: 2");
    world.scene.commit();
    let run = |event: Event, arguments: &[(&str, &str)]| {
        let mut script = script(step, pipeline_variables(""));
        for (_, value) in &mut script.variables {
            let argument = value.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
            let given =
                arguments.iter().find(|(name, _)| argument == Some(*name)).map(|(_, value)| (*value).to_owned());
            assert!(argument.is_none_or(|name| known.contains_key(name)), "{value}");
            *value = given.unwrap_or_else(|| value.clone());
        }
        world.check_out(event);
        let ran = world.run_jobs(&CODEFRESH, event, &[vec![script]], "");
        world.scene.repo.git(&["checkout", "--quiet", "topic"]);
        ran
    };
    let ran = ended(run(Event::PullRequest, &[("COMMAND", "lint")]), 0);
    assert!(calls_of(&ran, "lint")[0].ends_with("[0]"), "{:?}", ran.calls);
    let ran = ended(run(Event::Fork, &[("COMMAND", "diff")]), 0);
    assert!(ran.calls.iter().all(|call| call.ends_with("[0]")), "{:?}", ran.calls);
    assert_eq!(world.scene.forge.calls(), [] as [&str; 0]);
    ended(run(Event::PullRequest, &[("COMMAND", "diff")]), 0);
    assert_eq!(world.scene.forge.comments().len(), 1);
    ended(run(Event::PullRequest, &[("COMMAND", "oops")]), 64);
    let ran = run(Event::PullRequest, &[("COMMAND", "push")]);
    assert!(ran.code != 0 && !ran.words.contains("1 updated"), "{}", ran.words);
    let ran = ended(run(Event::Main, &[("COMMAND", "push"), ("APPROVE", ""), ("CATALOG", "")]), 0);
    assert!(ran.words.contains("1 updated"), "{}", ran.words);
}
