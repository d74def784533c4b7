//! Generates the GitLab jobs in a file of their own, and the line of `.gitlab-ci.yml` that includes it. A pipeline that
//! lacks the stage of a job does not run at all, so the existing stages are checked.

use serde_json::{Value, json};

use super::block;
use super::drafts::{Draft, Wanted};
use super::facts::Facts;
use super::install::Install;
use super::names::{quoted, suffix};

const PIPELINE: &str = ".gitlab-ci.yml";
const JOBS: &str = include_str!("templates/gitlab.yml");
/// The jobs that require a catalog, and the one that requires a cluster.
const DIFF: &str = include_str!("templates/gitlab-diff.yml");
const FORECAST: &str = include_str!("templates/gitlab-forecast.yml");
const PUSH: &str = include_str!("templates/gitlab-push.yml");
/// Continues the comment on the variables.
const APPROVE: &str = " If a push refuses a hazard, run the pipeline by hand with the variable\n# APPROVE set to the digest from its log.\n";
const VARIABLES: &str = include_str!("templates/gitlab-variables.txt");

pub(super) fn paths(folder: &str) -> [String; 2] {
    [PIPELINE.to_owned(), jobs_path(folder)]
}

fn jobs_path(folder: &str) -> String {
    format!(".gitlab/portolan{}.yml", suffix(folder))
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let before = facts.texts.get(PIPELINE);
    let pipeline = before.map(|text| (facts.read)(text));
    let stages = Stages::of(pipeline.as_ref().and_then(Option::as_ref));
    let path = jobs_path(facts.folder);
    draft.own(facts, path.clone(), jobs(facts, &stages, &Install::of(facts, &path)));
    let line = format!("- local: {path}");
    let Some(before) = before else {
        let after = block::append("", "include", &[&line]).unwrap_or_default();
        draft.files.push(Wanted { path: PIPELINE.to_owned(), before: None, after });
        return;
    };
    if before.contains(&path) {
        draft.keep(PIPELINE.to_owned(), "includes the jobs already");
        return;
    }
    let old = pipeline.flatten().map(|old| if old.is_null() { json!({}) } else { old });
    let after = block::append(before, "include", &[&line]);
    let is_added = |after: &String| {
        let new = (facts.read)(after);
        old.as_ref().zip(new).is_some_and(|(old, new)| is_added(old, &new, &path))
    };
    match after.filter(is_added) {
        Some(after) => draft.change(PIPELINE.to_owned(), before, after),
        None => {
            let lines = format!("include:\n  {line}\n");
            draft.paste(facts, PIPELINE.to_owned(), "its layout cannot be edited safely", &lines);
        }
    }
}

/// Whether the only change is the added include.
fn is_added(old: &Value, new: &Value, path: &str) -> bool {
    let mut expected = old.clone();
    let Some(map) = expected.as_object_mut() else { return false };
    match map.entry("include").or_insert_with(|| json!([])) {
        Value::Array(all) => all.push(json!({"local": path})),
        place @ Value::Null => *place = json!([{"local": path}]),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => return false,
    }
    expected == *new
}

struct Stages {
    test: String,
    deploy: String,
}

impl Stages {
    fn of(pipeline: Option<&Value>) -> Self {
        let listed = pipeline.and_then(|pipeline| pipeline["stages"].as_array());
        let listed: Vec<&str> = listed.into_iter().flatten().filter_map(Value::as_str).collect();
        let or = |wanted: &str, instead: Option<&&str>| {
            let is_there = listed.is_empty() || listed.contains(&wanted);
            if is_there { wanted.to_owned() } else { instead.copied().unwrap_or(wanted).to_owned() }
        };
        Self { test: or("test", listed.first()), deploy: or("deploy", listed.last()) }
    }
}

fn jobs(facts: &Facts<'_>, stages: &Stages, install: &Install) -> String {
    let catalog = facts.pipeline_catalog.map(|address| format!("    PORTOLAN_CATALOG: {}\n", variable(address)));
    let directory = if facts.folder.is_empty() { "." } else { facts.folder };
    let (head, variables, rest) = match (facts.has_catalog, facts.pushes) {
        (true, true) => (
            ", a note on merge requests with what\n# merging does to the catalog, and a push from the default branch",
            format!("{VARIABLES}{APPROVE}"),
            format!("{DIFF}{PUSH}"),
        ),
        (true, false) => (
            ", a note on merge requests with what\n# merging does to the catalog, and a forecast of what the exporter will do. \
             Nothing is pushed: a cluster\n# applies the manifests, and its exporter writes the catalog",
            format!("{VARIABLES}\n"),
            format!("{DIFF}{FORECAST}"),
        ),
        (false, _) => ("", String::new(), String::new()),
    };
    let notes = match format!("{variables}{}", install.gitlab_note) {
        notes if notes.is_empty() => "\n".to_owned(),
        notes => format!("#\n{notes}"),
    };
    JOBS.replace("@HEAD@", head)
        .replace("#\n@VARIABLES@@BUILD_NOTE@", &notes)
        .replace("@IMAGE@", install.gitlab_image)
        .replace("@SOURCE@", &install.gitlab_variables)
        .replace("@INSTALL@", &install.gitlab_script)
        .replace("@REST@\n", &rest)
        .replace("@CATALOG@", &catalog.unwrap_or_default())
        .replace("@DIRECTORY@", &variable(directory))
        .replace("@STAGE@", &quoted(&stages.test))
        .replace("@PUSH_STAGE@", &quoted(&stages.deploy))
        .replace("@SUFFIX@", &suffix(facts.folder))
        .replace("@ID@", facts.platform.client_id_variable)
        .replace("@SECRET@", facts.platform.client_secret_variable)
}

/// Quotes a variable's value. GitLab would expand a `$` in it.
fn variable(text: &str) -> String {
    quoted(&text.replace('$', "$$"))
}
