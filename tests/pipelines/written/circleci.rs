//! CircleCI: filters choose the jobs, and a context brings the secrets, unless the build is for a fork.

use serde_json::Value;

use super::{
    Event, Job, Script, System, TOKEN, World, credentials, follows_the_events, forecasts_for_a_cluster,
    installs_a_release, works_in_its_folder,
};

const CIRCLECI: System =
    System { ci: "circleci", variables, jobs, lint_report: "portolan/lint/results.xml", builds_forks: true };

#[test]
fn the_pipeline_of_circleci_follows_the_events() {
    follows_the_events(&CIRCLECI);
}

#[test]
fn the_pipeline_of_circleci_forecasts_for_a_cluster() {
    forecasts_for_a_cluster(&CIRCLECI);
}

#[test]
fn the_pipeline_of_circleci_works_in_its_folder() {
    works_in_its_folder(&CIRCLECI);
}

#[test]
fn the_pipeline_of_circleci_installs_a_release() {
    installs_a_release(&CIRCLECI, "pip");
}

fn branch(event: Event) -> Option<&'static str> {
    match event {
        Event::PullRequest | Event::Branch => Some("topic"),
        Event::Fork => Some("pull/7"),
        Event::Main => Some("main"),
        Event::Tag => None,
    }
}

fn variables(world: &World, event: Event) -> Vec<(&'static str, String)> {
    let mut all = vec![("CIRCLECI", "true".to_owned()), ("GITHUB_API_URL", world.scene.forge.url.clone())];
    all.extend(branch(event).map(|branch| ("CIRCLE_BRANCH", branch.to_owned())));
    match event {
        Event::PullRequest | Event::Fork => {
            all.push(("CIRCLE_PULL_REQUEST", "https://github.com/acme/catalog/pull/7".to_owned()));
        }
        Event::Tag => all.push(("CIRCLE_TAG", "main".to_owned())),
        Event::Main | Event::Branch => {}
    }
    if event == Event::Fork {
        all.push(("CIRCLE_PR_NUMBER", "7".to_owned()));
        all.push(("CIRCLE_PR_REPONAME", "catalog".to_owned()));
    }
    all
}

fn jobs(world: &World, event: Event, approve: &str) -> Vec<Job> {
    let config = world.yaml(".circleci/config.yml");
    let invoked = config["workflows"][format!("portolan{}", world.suffix)]["jobs"].as_array().expect("jobs").iter();
    let invoked = invoked.map(|item| match item.as_object().and_then(|map| map.iter().next()) {
        Some((name, settings)) => (name.as_str(), settings),
        None => (item.as_str().expect("a name"), &Value::Null),
    });
    let started = invoked.filter(|(_, settings)| is_started(settings, event));
    started.map(|(name, settings)| scripts(world, &config, name, settings, event, approve)).collect()
}

fn is_started(settings: &Value, event: Event) -> bool {
    // Without a filter for tags, they start nothing.
    let Some(branch) = branch(event) else { return false };
    let branches = &settings["filters"]["branches"];
    let names = |key: &str| branches[key].as_array().is_some_and(|all| all.iter().any(|name| name == branch));
    (branches["only"].is_null() || names("only")) && !names("ignore")
}

fn scripts(world: &World, config: &Value, name: &str, settings: &Value, event: Event, approve: &str) -> Job {
    let job = &config["jobs"][name];
    let executor = &config["executors"][job["executor"].as_str().expect("an executor")];
    let environments =
        [&executor["environment"], &job["environment"]].into_iter().filter_map(Value::as_object).flatten();
    let mut variables: Vec<(String, String)> = environments
        .map(|(name, value)| match value.as_str().expect("text") {
            "<< pipeline.parameters.approve >>" => (name.clone(), approve.to_owned()),
            value => (name.clone(), value.to_owned()),
        })
        .collect();
    if settings["context"] == "portolan" && event != Event::Fork {
        variables.extend(credentials());
        variables.push(("GITHUB_TOKEN".to_owned(), TOKEN.to_owned()));
    }
    let steps = job["steps"].as_array().expect("steps").iter().flat_map(|step| match step.as_str() {
        Some(command) => config["commands"][command]["steps"].as_array().expect("a command").clone(),
        None => vec![step.clone()],
    });
    let runs = steps.filter(|step| step["run"].is_object());
    runs.map(|step| Script {
        text: step["run"]["command"]
            .as_str()
            .expect("a command")
            .replace("/tmp/portolan", &world.path("temp/portolan")),
        folder: step["run"]["working_directory"]
            .as_str()
            .map_or_else(String::new, |it| it.replacen("~/project/", "", 1)),
        shell: &["bash", "-eo", "pipefail", "-c"],
        variables: variables.clone(),
        runs_always: step["run"]["when"] == "always",
    })
    .collect()
}
