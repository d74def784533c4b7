//! Bitbucket: the key of `pipelines` that fits the event chooses the steps; every step gets the variables of the repository.

use serde_json::Value;

use super::{
    Event, Job, Script, System, TOKEN, World, credentials, follows_the_events, forecasts_for_a_cluster,
    installs_a_release, works_in_its_folder,
};

const BITBUCKET: System =
    System { ci: "bitbucket", variables, jobs, lint_report: "test-results/portolan-lint.xml", builds_forks: false };

#[test]
fn the_pipeline_of_bitbucket_follows_the_events() {
    follows_the_events(&BITBUCKET);
}

#[test]
fn the_pipeline_of_bitbucket_forecasts_for_a_cluster() {
    forecasts_for_a_cluster(&BITBUCKET);
}

#[test]
fn the_pipeline_of_bitbucket_works_in_its_folder() {
    works_in_its_folder(&BITBUCKET);
}

#[test]
fn the_pipeline_of_bitbucket_installs_a_release() {
    installs_a_release(&BITBUCKET, "pip");
}

fn variables(world: &World, event: Event) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("BITBUCKET_BUILD_NUMBER", "12".to_owned()),
        ("BITBUCKET_CLONE_DIR", world.repo()),
        ("BITBUCKET_REPO_FULL_NAME", "acme/catalog".to_owned()),
        ("BITBUCKET_API_URL", format!("{}/2.0", world.scene.forge.url)),
    ];
    match event {
        Event::PullRequest | Event::Fork => {
            let branch = if event == Event::Fork { "main" } else { "topic" };
            all.push(("BITBUCKET_BRANCH", branch.to_owned()));
            all.push(("BITBUCKET_PR_ID", "7".to_owned()));
            all.push(("BITBUCKET_PR_DESTINATION_BRANCH", "main".to_owned()));
        }
        Event::Main => all.push(("BITBUCKET_BRANCH", "main".to_owned())),
        Event::Branch => all.push(("BITBUCKET_BRANCH", "topic".to_owned())),
        Event::Tag => all.push(("BITBUCKET_TAG", "main".to_owned())),
    }
    all
}

fn jobs(world: &World, event: Event, approve: &str) -> Vec<Job> {
    let pipelines = world.yaml("bitbucket-pipelines.yml")["pipelines"].clone();
    let chosen = match event {
        Event::PullRequest => &pipelines["pull-requests"]["**"],
        Event::Main if !approve.is_empty() => &pipelines["custom"][format!("portolan-approve{}", world.suffix)],
        Event::Main => &pipelines["branches"]["main"],
        // Bitbucket starts nothing for forks.
        Event::Fork => &Value::Null,
        Event::Branch => &pipelines["branches"]["topic"],
        Event::Tag => &pipelines["tags"]["main"],
    };
    let items = chosen.as_array().into_iter().flatten();
    let steps = items.flat_map(|item| match item["parallel"].as_array() {
        Some(parallel) => parallel.iter().map(|item| &item["step"]).collect(),
        None => vec![&item["step"]],
    });
    steps.filter(|step| step.is_object()).map(|step| vec![script(step, approve)]).collect()
}

fn script(step: &Value, approve: &str) -> Script {
    let lines = step["script"].as_array().expect("a script").iter().map(|line| line.as_str().expect("text"));
    let mut variables = credentials();
    variables.push(("BITBUCKET_TOKEN".to_owned(), TOKEN.to_owned()));
    variables.push(("APPROVE".to_owned(), approve.to_owned()));
    let text = lines.collect::<Vec<_>>().join("\n");
    Script { text, folder: String::new(), shell: &["sh", "-e", "-c"], variables, runs_always: false }
}
