//! Azure: conditions are evaluated, and `env` maps secrets. A secret that a build does not get stays a reference.

use serde_json::Value;

use super::{
    Event, Job, Script, System, TOKEN, World, follows_the_events, forecasts_for_a_cluster, installs_a_release,
    works_in_its_folder,
};
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET};

const AZURE: System = System { ci: "azure", variables, jobs, lint_report: "portolan-lint.xml", builds_forks: true };

#[test]
fn the_pipeline_of_azure_follows_the_events() {
    follows_the_events(&AZURE);
}

#[test]
fn the_pipeline_of_azure_forecasts_for_a_cluster() {
    forecasts_for_a_cluster(&AZURE);
}

#[test]
fn the_pipeline_of_azure_works_in_its_folder() {
    works_in_its_folder(&AZURE);
}

#[test]
fn the_pipeline_of_azure_installs_a_release() {
    installs_a_release(&AZURE, "pipx");
}

fn variables(world: &World, event: Event) -> Vec<(&'static str, String)> {
    let branch = match event {
        Event::PullRequest | Event::Fork => "refs/pull/7/merge",
        Event::Main => "refs/heads/main",
        Event::Branch => "refs/heads/topic",
        Event::Tag => "refs/tags/main",
    };
    let mut all = vec![
        ("TF_BUILD", "True".to_owned()),
        ("BUILD_SOURCEBRANCH", branch.to_owned()),
        ("BUILD_REPOSITORY_PROVIDER", "TfsGit".to_owned()),
        ("BUILD_REPOSITORY_ID", "0-1".to_owned()),
        ("SYSTEM_TEAMPROJECTID", "0-2".to_owned()),
        ("SYSTEM_COLLECTIONURI", format!("{}/acme/", world.scene.forge.url)),
        ("AGENT_TEMPDIRECTORY", world.path("temp")),
    ];
    if matches!(event, Event::PullRequest | Event::Fork) {
        all.push(("BUILD_REASON", "PullRequest".to_owned()));
        all.push(("SYSTEM_PULLREQUEST_PULLREQUESTID", "7".to_owned()));
        all.push(("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main".to_owned()));
        let is_fork = if event == Event::Fork { "True" } else { "False" };
        all.push(("SYSTEM_PULLREQUEST_ISFORK", is_fork.to_owned()));
    } else {
        all.push(("BUILD_REASON", "IndividualCI".to_owned()));
    }
    all
}

fn jobs(world: &World, event: Event, approve: &str) -> Vec<Job> {
    let pipeline = world.yaml(&format!(".azure-pipelines/portolan{}.yml", world.suffix));
    let known = variables(world, event);
    let is_pull_request = matches!(event, Event::PullRequest | Event::Fork);
    let included = if is_pull_request { &pipeline["pr"] } else { &pipeline["trigger"] };
    let branch = if event == Event::Main || is_pull_request { "main" } else { "topic" };
    let mut patterns = included["branches"]["include"].as_array().expect("branches").iter();
    // Without a trigger for tags, they start nothing.
    if event == Event::Tag || !patterns.any(|pattern| pattern == "*" || pattern == branch) {
        return Vec::new();
    }
    let is_started = |job: &&Value| {
        let condition = job["condition"].as_str().unwrap_or("succeeded()");
        evaluated(condition, &known) == "true"
    };
    let jobs = pipeline["jobs"].as_array().expect("jobs").iter().filter(is_started);
    jobs.map(|job| scripts(job, &pipeline["variables"], event, approve)).collect()
}

fn scripts(job: &Value, variables: &Value, event: Event, approve: &str) -> Job {
    let deployed = job.pointer("/strategy/runOnce/deploy/steps");
    let steps = deployed.unwrap_or(&job["steps"]).as_array().expect("steps");
    let shared = variables.as_object().expect("variables").iter();
    let shared: Vec<(String, String)> =
        shared.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
    let script = |step: &Value| {
        let folder = step["workingDirectory"].as_str().unwrap_or_default();
        let mapped = step["env"].as_object().into_iter().flatten();
        let mapped = mapped.map(|(name, value)| (name.clone(), secret(value.as_str().expect("text"), event, approve)));
        Some(Script {
            text: step["bash"].as_str()?.to_owned(),
            folder: folder.strip_prefix("$(Build.SourcesDirectory)/").unwrap_or_default().to_owned(),
            shell: &["bash", "--noprofile", "--norc", "-c"],
            variables: shared.iter().cloned().chain(mapped).collect(),
            runs_always: step["condition"] == "succeededOrFailed()",
        })
    };
    steps.iter().filter_map(script).collect()
}

fn secret(reference: &str, event: Event, approve: &str) -> String {
    match reference {
        "$(System.AccessToken)" if event != Event::Fork => TOKEN.to_owned(),
        "$(System.AccessToken)" => "reads-only".to_owned(),
        "$(PORT_CLIENT_ID)" if event != Event::Fork => CLIENT_ID.to_owned(),
        "$(PORT_CLIENT_SECRET)" if event != Event::Fork => CLIENT_SECRET.to_owned(),
        "${{ parameters.approve }}" => approve.to_owned(),
        // Nobody set it, or this build does not get it.
        reference => reference.to_owned(),
    }
}

/// The value of an expression; a condition is `true` or `false`. So far nothing failed.
fn evaluated(expression: &str, variables: &[(&str, String)]) -> String {
    let expression = expression.trim();
    if let Some(text) = expression.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return text.to_owned();
    }
    if let Some(name) = expression.strip_prefix("variables['").and_then(|rest| rest.strip_suffix("']")) {
        let name = name.to_ascii_uppercase().replace('.', "_");
        return variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).expect("a variable");
    }
    let (function, rest) = expression.split_once('(').expect("a function");
    let values: Vec<String> = arguments(rest.strip_suffix(')').expect("a closed function"))
        .iter()
        .map(|argument| evaluated(argument, variables))
        .collect();
    let holds = match function {
        "succeeded" | "succeededOrFailed" => true,
        "and" => values.iter().all(|value| value == "true"),
        "eq" => values[0].eq_ignore_ascii_case(&values[1]),
        "in" => values[1..].iter().any(|value| value.eq_ignore_ascii_case(&values[0])),
        other => panic!("unknown function {other}"),
    };
    holds.to_string()
}

fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found.retain(|argument| !argument.trim().is_empty());
    found
}

/// A repository on GitHub whose pipeline runs on Azure is commented on with a token of GitHub, or not at all.
#[test]
fn a_repository_on_github_needs_a_token_of_github() {
    let world = World::new("init --yes --ci azure --no-pre-commit");
    world.scene.declare("cart", "tier: 2");
    world.scene.commit();
    world.check_out(Event::PullRequest);
    let mut jobs = jobs(&world, Event::PullRequest, "");
    for script in jobs.iter_mut().flatten() {
        for (name, value) in [
            ("BUILD_REPOSITORY_PROVIDER", "GitHub"),
            ("BUILD_REPOSITORY_NAME", "acme/catalog"),
            ("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "7"),
            ("GITHUB_API_URL", world.scene.forge.url.as_str()),
        ] {
            script.variables.push((name.to_owned(), value.to_owned()));
        }
    }
    let ran = world.run_jobs(&AZURE, Event::PullRequest, &jobs, "");
    assert!(ran.code == 0 && ran.words.contains("GITHUB_TOKEN is not set"), "{}", ran.words);
    assert!(ran.words.contains("##vso[task.uploadsummary]"), "{}", ran.words);
    assert_eq!(world.scene.forge.calls(), [] as [&str; 0]);
    for script in jobs.iter_mut().flatten() {
        script.variables.push(("GITHUB_TOKEN".to_owned(), TOKEN.to_owned()));
    }
    let ran = world.run_jobs(&AZURE, Event::PullRequest, &jobs, "");
    assert_eq!((ran.code, world.scene.forge.comments().len()), (0, 1), "{}", ran.words);
    // A comment that is refused is a warning.
    world.scene.forge.refuse(403);
    world.scene.declare("cart", "tier: 3");
    let ran = world.run_jobs(&AZURE, Event::PullRequest, &jobs, "");
    assert!(ran.code == 0 && ran.words.contains("##vso[task.logissue type=warning]The comment"), "{}", ran.words);
}
