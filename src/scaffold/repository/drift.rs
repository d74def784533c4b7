//! Generates the scheduled jobs that look for drift and propose a new snapshot. They are in files of their own, so that
//! the pipeline is the same with and without them.

use super::drafts::Draft;
use super::facts::{CiSystem, Facts};
use super::install::Install;
use super::names::{quoted, suffix};
use super::{azure, github, gitlab, jenkins};

const GITHUB: &str = include_str!("templates/github-drift.yml");
const GITLAB: &str = include_str!("templates/gitlab-drift.yml");
const AZURE: &str = include_str!("templates/azure-drift.yml");
const JENKINS: &str = include_str!("templates/Jenkinsfile-drift");
/// The path of the jobs of Jenkins, before the suffix.
const OF_JENKINS: &str = "Jenkinsfile.drift";
/// Weekdays, early, and not at a full hour, when many schedules start.
const CRON: &str = "17 5 * * 1-5";

/// The CI systems that have scheduled jobs of ours.
pub const WATCHING: [CiSystem; 4] = [CiSystem::Github, CiSystem::Gitlab, CiSystem::Azure, CiSystem::Jenkins];

/// The file of the jobs, if the CI system has such a file.
fn path(ci: CiSystem, folder: &str) -> Option<String> {
    let suffix = suffix(folder);
    match ci {
        CiSystem::Github => Some(format!(".github/workflows/portolan{suffix}-drift.yml")),
        CiSystem::Gitlab => Some(format!(".gitlab/portolan{suffix}-drift.yml")),
        CiSystem::Azure => Some(format!(".azure-pipelines/portolan{suffix}-drift.yml")),
        CiSystem::Jenkins => Some(format!("{OF_JENKINS}{suffix}")),
        CiSystem::Bitbucket | CiSystem::Circleci | CiSystem::Codefresh | CiSystem::Other => None,
    }
}

pub(super) fn paths(folder: &str) -> Vec<String> {
    WATCHING.into_iter().filter_map(|ci| path(ci, folder)).collect()
}

/// Whether the scheduled jobs are written to this path.
pub fn is_scheduled(path: &str) -> bool {
    path.ends_with("-drift.yml") || path.starts_with(OF_JENKINS)
}

/// The files that a pipeline of GitLab must include.
pub(super) fn included(facts: &Facts<'_>) -> Vec<String> {
    let is_wanted = facts.drift_jobs == Some(CiSystem::Gitlab) && facts.has_catalog;
    path(CiSystem::Gitlab, facts.folder).filter(|_| is_wanted).into_iter().collect()
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let Some(ci) = facts.drift_jobs.filter(|_| facts.has_catalog) else { return };
    let Some(path) = path(ci, facts.folder) else { return };
    let text = match ci {
        CiSystem::Github => github_workflow(facts, &path),
        CiSystem::Gitlab => gitlab_jobs(facts, &path),
        CiSystem::Azure => azure::filled(AZURE, facts, &path).replace("@CRON@", CRON),
        CiSystem::Jenkins => jenkins::filled(JENKINS, facts, &path),
        CiSystem::Bitbucket | CiSystem::Circleci | CiSystem::Codefresh | CiSystem::Other => return,
    };
    draft.own(facts, path, text);
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
