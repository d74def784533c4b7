//! Jenkins: the text of the declarative pipeline is read as far as it needs: stages, their `when`, their scripts, and the
//! credentials around them.

use super::{
    Event, Job, Script, System, TOKEN, World, credentials, follows_the_events, forecasts_for_a_cluster,
    installs_a_release, works_in_its_folder,
};

const JENKINS: System =
    System { ci: "jenkins", variables, jobs, lint_report: "portolan-reports/lint.xml", builds_forks: true };

#[test]
fn the_pipeline_of_jenkins_follows_the_events() {
    follows_the_events(&JENKINS);
}

#[test]
fn the_pipeline_of_jenkins_forecasts_for_a_cluster() {
    forecasts_for_a_cluster(&JENKINS);
}

#[test]
fn the_pipeline_of_jenkins_works_in_its_folder() {
    works_in_its_folder(&JENKINS);
}

#[test]
fn the_pipeline_of_jenkins_installs_a_release() {
    installs_a_release(&JENKINS, "pip");
}

fn variables(world: &World, event: Event) -> Vec<(&'static str, String)> {
    let branch = match event {
        Event::PullRequest | Event::Fork => "PR-7",
        Event::Main | Event::Tag => "main",
        Event::Branch => "topic",
    };
    let mut all = vec![
        ("JENKINS_URL", "https://ci.example.com/".to_owned()),
        ("BRANCH_NAME", branch.to_owned()),
        ("WORKSPACE", world.repo()),
        ("WORKSPACE_TMP", world.path("temp@tmp")),
        ("GITHUB_API_URL", world.scene.forge.url.clone()),
    ];
    if matches!(event, Event::PullRequest | Event::Fork) {
        all.push(("CHANGE_ID", "7".to_owned()));
        all.push(("CHANGE_TARGET", "main".to_owned()));
        all.push(("CHANGE_URL", "https://github.com/acme/catalog/pull/7".to_owned()));
    }
    if event == Event::Fork {
        all.push(("CHANGE_FORK", "mallory".to_owned()));
    }
    if event == Event::Tag {
        all.push(("TAG_NAME", "main".to_owned()));
    }
    all
}

fn jobs(world: &World, event: Event, approve: &str) -> Vec<Job> {
    // Jenkins fetches the branch of the pull request alone.
    if matches!(event, Event::PullRequest | Event::Fork) {
        world.scene.repo.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    }
    let beside = format!("Jenkinsfile.portolan{}", world.suffix);
    let text = world.read(if world.suffix.is_empty() { "Jenkinsfile" } else { &beside });
    let mut shared = between(&text, "\n  environment {\n", "\n  }\n").lines().map(assignment).collect::<Vec<_>>();
    shared.push(("APPROVE".to_owned(), approve.to_owned()));
    let diff = text.split_once("def diff = '''").and_then(|(_, rest)| rest.split("'''").next()).unwrap_or_default();
    let stages = text.split("\n    stage('").skip(1).filter(|stage| is_started(stage, world, event));
    let scripts: Job = stages.flat_map(|stage| scripts(stage, diff, &shared)).collect();
    // All stages are one job: a stage that failed ends it, unless `catchError` keeps it going.
    vec![scripts]
}

/// The text between two others.
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start}"));
    rest.split(end).next().expect("a part")
}

/// `NAME = 'value'`.
fn assignment(line: &str) -> (String, String) {
    let (name, value) = line.trim().split_once(" = ").expect("an assignment");
    let value = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).expect("a literal");
    (name.to_owned(), value.replace(r"\'", "'"))
}

fn is_started(stage: &str, world: &World, event: Event) -> bool {
    let Some((_, rest)) = stage.split_once("\n      when {\n") else { return true };
    let known = variables(world, event);
    let value = |name: &str| known.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str());
    rest.split("\n      }\n").next().expect("conditions").lines().all(|line| match line.trim() {
        "changeRequest()" => value("CHANGE_ID").is_some(),
        "not { changeRequest() }" => value("CHANGE_ID").is_none(),
        "not { buildingTag() }" => value("TAG_NAME").is_none(),
        "expression { env.CHANGE_FORK }" => value("CHANGE_FORK").is_some(),
        "not { expression { env.CHANGE_FORK } }" => value("CHANGE_FORK").is_none(),
        "branch 'main'" => value("BRANCH_NAME") == Some("main"),
        other => panic!("unknown condition {other}"),
    })
}

/// The scripts of the steps, then those of `post { always { ... } }`.
fn scripts(stage: &str, diff: &str, shared: &[(String, String)]) -> Job {
    let (steps, post) = stage.split_once("\n      post {\n").unwrap_or((stage, ""));
    let follows_an_error = stage.starts_with("Forecast'");
    [(steps, follows_an_error), (post, true)]
        .into_iter()
        .flat_map(|(part, runs_always)| {
            let mut variables = shared.to_vec();
            if part.contains("credentialsId: 'PORT_CLIENT_ID', variable: 'PORT_CLIENT_ID'") {
                variables.extend(credentials());
            }
            if part.contains("credentialsId: 'PORTOLAN_COMMENT_TOKEN', variable: 'GITHUB_TOKEN'") {
                variables.push(("GITHUB_TOKEN".to_owned(), TOKEN.to_owned()));
            }
            let named = part.matches("sh diff\n").map(|_| diff);
            let inline = part.split("sh '''").skip(1).filter_map(|rest| rest.split("'''").next());
            let script = |text: &str| {
                let text = text.strip_prefix("#!/bin/sh -e\n").expect("a script").to_owned();
                Script {
                    text,
                    folder: String::new(),
                    shell: &["sh", "-e", "-c"],
                    variables: variables.clone(),
                    runs_always,
                }
            };
            named.chain(inline).map(script).collect::<Vec<_>>()
        })
        .collect()
}
