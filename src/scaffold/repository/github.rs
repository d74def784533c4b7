//! The workflow for GitHub. Values of the event reach scripts by variables alone; what is
//! put into the template here is of this repository, and quoted.

use super::{Draft, Facts, quoted, suffix};

const WORKFLOW: &str = include_str!("templates/github.yml");
/// The jobs that want a catalog.
const CATALOG: &str = include_str!("templates/github-catalog.yml");

pub(super) fn paths(folder: &str) -> [String; 1] {
    [workflow_path(folder)]
}

fn workflow_path(folder: &str) -> String {
    format!(".github/workflows/portolan{}.yml", suffix(folder))
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    draft.own(facts, workflow_path(facts.folder), workflow(facts));
}

fn workflow(facts: &Facts<'_>) -> String {
    let catalog = facts.pipeline_catalog.map(|address| format!("  PORTOLAN_CATALOG: {}\n", quoted(address)));
    let defaults = match facts.folder {
        "" => String::new(),
        folder => format!("    defaults:\n      run:\n        working-directory: {}\n", quoted(folder)),
    };
    let rest = if facts.has_catalog { CATALOG } else { "" };
    WORKFLOW
        .replace("@REST@\n", rest)
        .replace("@DEFAULTS@", &defaults)
        .replace("@CATALOG@\n", &(catalog.unwrap_or_default() + "\n"))
        .replace("@VERSION@", facts.version)
        .replace("@BRANCH_QUOTED@", &quoted(facts.branch))
        .replace("@BRANCH@", facts.branch)
        .replace("@SUFFIX@", &suffix(facts.folder))
        .replace("@ID@", facts.platform.client_id_variable)
        .replace("@SECRET@", facts.platform.client_secret_variable)
}
