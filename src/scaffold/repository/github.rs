//! The workflow for GitHub, and the script of its comment. Values of the event reach scripts by variables alone; what is
//! put into the template here is of this repository, and quoted.

use super::{COMMENT, Draft, Facts, quoted, suffix};

const WORKFLOW: &str = include_str!("templates/github.yml");
/// The jobs that want a catalog.
const CATALOG: &str = include_str!("templates/github-catalog.yml");
const SCRIPT: &str = ".github/portolan-comment.sh";

pub(super) fn paths(folder: &str) -> [String; 2] {
    [workflow_path(folder), SCRIPT.to_owned()]
}

fn workflow_path(folder: &str) -> String {
    format!(".github/workflows/portolan{}.yml", suffix(folder))
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let path = workflow_path(facts.folder);
    let is_called = facts.texts.get(&path).is_none_or(|text| text.contains("portolan-comment.sh"));
    draft.own(facts, path, workflow(facts));
    if facts.has_catalog && is_called {
        draft.own(facts, SCRIPT.to_owned(), COMMENT.to_owned());
    }
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
