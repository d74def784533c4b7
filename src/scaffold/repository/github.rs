//! Generates the GitHub workflow. Values of the event reach scripts only through variables; values inserted into the
//! template come from this repository and are quoted.

use super::drafts::Draft;
use super::facts::Facts;
use super::install::Install;
use super::names::{quoted, suffix};

const WORKFLOW: &str = include_str!("templates/github.yml");
/// The jobs that require a catalog, and the step that requires a cluster.
const DIFF: &str = include_str!("templates/github-diff.yml");
const FORECAST: &str = include_str!("templates/github-forecast.yml");
const PUSH: &str = include_str!("templates/github-push.yml");
const HEAD: &str = include_str!("templates/github-head.txt");
const CLUSTER_HEAD: &str = include_str!("templates/github-head-cluster.txt");
const DISPATCH: &str = "  workflow_dispatch:
    inputs:
      approve:
        description: Digest that approves the hazards of the push
        default: \"\"
";

pub(super) fn path(folder: &str) -> String {
    format!(".github/workflows/portolan{}.yml", suffix(folder))
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    draft.own(facts, path(facts.folder), workflow(facts));
}

fn workflow(facts: &Facts<'_>) -> String {
    let rest = match (facts.has_catalog, facts.pushes) {
        (false, _) => String::new(),
        (true, true) => format!("{DIFF}{PUSH}"),
        (true, false) => format!("{DIFF}{FORECAST}"),
    };
    let (head, dispatch) = if facts.pushes { (HEAD, DISPATCH) } else { (CLUSTER_HEAD, "") };
    let install = Install::of(facts, &path(facts.folder));
    let template = WORKFLOW.replace("@HEAD@\n", head).replace("@DISPATCH@\n", dispatch).replace("@REST@\n", &rest);
    filled(&template, facts, &install)
}

/// The template with the values of the repository.
pub(super) fn filled(template: &str, facts: &Facts<'_>, install: &Install) -> String {
    let catalog = facts.pipeline_catalog.map(|address| format!("  PORTOLAN_CATALOG: {}\n", quoted(address)));
    let defaults = match facts.folder {
        "" => String::new(),
        folder => format!("    defaults:\n      run:\n        working-directory: {}\n", quoted(folder)),
    };
    template
        .replace("@ENV@\n", &install.github_env)
        .replace("@INSTALL@", &install.github_step)
        .replace("@MINUTES@", install.github_minutes)
        .replace("@DEFAULTS@", &defaults)
        .replace("@CATALOG@\n", &(catalog.unwrap_or_default() + "\n"))
        .replace("@BRANCH_QUOTED@", &quoted(facts.branch))
        .replace("@BRANCH@", facts.branch)
        .replace("@SUFFIX@", &suffix(facts.folder))
        .replace("@ID@", facts.platform.client_id_variable)
        .replace("@SECRET@", facts.platform.client_secret_variable)
}
