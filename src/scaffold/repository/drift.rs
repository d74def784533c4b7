//! Generates the scheduled jobs that look for drift and propose a new snapshot. They are in files of their own, so that
//! the pipeline is the same with and without them.

use super::drafts::Draft;
use super::facts::{CiSystem, Facts};
use super::install::Install;
use super::names::{quoted, suffix};
use super::{github, gitlab};

const GITHUB: &str = include_str!("templates/github-drift.yml");
const GITLAB: &str = include_str!("templates/gitlab-drift.yml");
/// Weekdays, early, and not at a full hour, when many schedules start.
const CRON: &str = "17 5 * * 1-5";

/// The CI systems that have scheduled jobs of ours.
pub const WATCHING: [CiSystem; 2] = [CiSystem::Github, CiSystem::Gitlab];

pub(super) fn paths(folder: &str) -> [String; 2] {
    let suffix = suffix(folder);
    [format!(".github/workflows/portolan{suffix}-drift.yml"), format!(".gitlab/portolan{suffix}-drift.yml")]
}

/// The files that a pipeline of GitLab must include.
pub(super) fn included(facts: &Facts<'_>) -> Vec<String> {
    let [_, jobs] = paths(facts.folder);
    if facts.drift_jobs.is_some() && facts.has_catalog { vec![jobs] } else { Vec::new() }
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let Some(ci) = facts.drift_jobs.filter(|_| facts.has_catalog) else { return };
    let [workflow, jobs] = paths(facts.folder);
    match ci {
        CiSystem::Github => draft.own(facts, workflow.clone(), github_workflow(facts, &workflow)),
        CiSystem::Gitlab => draft.own(facts, jobs.clone(), gitlab_jobs(facts, &jobs)),
        CiSystem::Azure
        | CiSystem::Bitbucket
        | CiSystem::Circleci
        | CiSystem::Codefresh
        | CiSystem::Jenkins
        | CiSystem::Other => {}
    }
}

fn github_workflow(facts: &Facts<'_>, path: &str) -> String {
    let install = Install::of(facts, path);
    github::filled(GITHUB, facts, &install).replace("@CRON@", CRON)
}

fn gitlab_jobs(facts: &Facts<'_>, path: &str) -> String {
    let install = Install::of(facts, path);
    let note = match install.gitlab_note {
        "" => "\n".to_owned(),
        note => format!("#\n{note}\n"),
    };
    GITLAB
        .replace("@BUILD_NOTE@", &note)
        .replace("@STAGE@", &quoted(&gitlab::test_stage(facts)))
        .replace("@CRON@", CRON)
        .replace("@IMAGE@", install.gitlab_image)
        .replace("@SOURCE@", &install.gitlab_variables)
        .replace("@INSTALL@", &install.gitlab_script)
        .replace("@CATALOG@", &gitlab::catalog_variable(facts))
        .replace("@DIRECTORY@", &gitlab::directory(facts))
        .replace("@SUFFIX@", &suffix(facts.folder))
        .replace("@ID@", facts.platform.client_id_variable)
        .replace("@SECRET@", facts.platform.client_secret_variable)
}
