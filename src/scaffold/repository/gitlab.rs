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

/// `more`: further files with jobs that the pipeline includes.
pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft, more: &[String]) {
    let stages = Stages::of(pipeline(facts).flatten().as_ref());
    let path = jobs_path(facts.folder);
    draft.own(facts, path.clone(), jobs(facts, &stages, &Install::of(facts, &path)));
    let included: Vec<String> = [path].into_iter().chain(more.iter().cloned()).collect();
    let line = |path: &String| format!("- local: {path}");
    let append = |text: &str, paths: &[&String]| {
        paths.iter().try_fold(text.to_owned(), |text, path| block::append(&text, "include", &[&line(path)]))
    };
    let Some(before) = facts.texts.get(PIPELINE) else {
        let all: Vec<&String> = included.iter().collect();
        let after = append("", &all).unwrap_or_default();
        draft.files.push(Wanted { path: PIPELINE.to_owned(), before: None, after });
        return;
    };
    let missing: Vec<&String> = included.iter().filter(|path| !before.contains(path.as_str())).collect();
    if missing.is_empty() {
        draft.keep(PIPELINE.to_owned(), "includes the jobs already");
        return;
    }
    let old = pipeline(facts).flatten().map(|old| if old.is_null() { json!({}) } else { old });
    let is_right = |after: &String| {
        let new = (facts.read)(after);
        old.as_ref().zip(new).is_some_and(|(old, new)| is_added(old, &new, &missing))
    };
    match append(before, &missing).filter(is_right) {
        Some(after) => draft.change(PIPELINE.to_owned(), before, after),
        None => {
            let lines: String = missing.iter().map(|path| format!("  {}\n", line(path))).collect();
            let lines = format!("include:\n{lines}");
            draft.paste(facts, PIPELINE.to_owned(), "its layout cannot be edited safely", &lines);
        }
    }
}

/// The pipeline of the repository; the inner `None`: it is not valid YAML.
fn pipeline(facts: &Facts<'_>) -> Option<Option<Value>> {
    facts.texts.get(PIPELINE).map(|text| (facts.read)(text))
}

/// A stage for jobs that check something.
pub(super) fn test_stage(facts: &Facts<'_>) -> String {
    Stages::of(pipeline(facts).flatten().as_ref()).test
}

/// The line of `variables:` with the catalog; empty if the config names it.
pub(super) fn catalog_variable(facts: &Facts<'_>) -> String {
    let catalog = facts.pipeline_catalog.map(|address| format!("    PORTOLAN_CATALOG: {}\n", variable(address)));
    catalog.unwrap_or_default()
}

/// The folder of the config, as a value of `variables:`.
pub(super) fn directory(facts: &Facts<'_>) -> String {
    variable(if facts.folder.is_empty() { "." } else { facts.folder })
}

/// Whether the only change is that these files are included.
fn is_added(old: &Value, new: &Value, paths: &[&String]) -> bool {
    let added: Vec<Value> = paths.iter().map(|path| json!({"local": path})).collect();
    let mut expected = old.clone();
    let Some(map) = expected.as_object_mut() else { return false };
    match map.entry("include").or_insert_with(|| json!([])) {
        Value::Array(all) => all.extend(added),
        place @ Value::Null => *place = Value::Array(added),
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
        .replace("@CATALOG@", &catalog_variable(facts))
        .replace("@DIRECTORY@", &directory(facts))
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
