//! Generates the pipeline of Codefresh, and a step type that other pipelines of the account can use.

use super::drafts::Draft;
use super::facts::Facts;
use super::install::{alpine_image, alpine_script};
use super::names::{quoted, suffix};
use super::pipeline::pipeline;

const PIPELINE: &str = include_str!("templates/codefresh.yml");
const STEP: &str = include_str!("templates/codefresh-step.yml");
const STEP_PATH: &str = ".codefresh/portolan-step.yml";
/// The version of the step type of a build from source.
const STEP_VERSION: &str = "0.0.1";

pub(super) fn paths(folder: &str) -> [String; 2] {
    [pipeline_path(folder), STEP_PATH.to_owned()]
}

fn pipeline_path(folder: &str) -> String {
    format!(".codefresh/portolan{}.yml", suffix(folder))
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let install = alpine_script(facts, "the variables of the pipeline");
    let directory = match facts.folder {
        "" => quoted("${{main_clone}}"),
        folder => quoted(&format!("${{{{main_clone}}}}/{folder}")),
    };
    let catalog = quoted(&format!("PORTOLAN_CATALOG={}", facts.pipeline_catalog.unwrap_or_default()));
    let own = [
        ("INSTALL", install.as_str()),
        ("IMAGE", alpine_image(facts)),
        ("DIRECTORY", &directory),
        ("CATALOG_ITEM", &catalog),
    ];
    draft.own(facts, pipeline_path(facts.folder), pipeline(PIPELINE, facts, &own));
    if facts.has_catalog && facts.pushes {
        draft.own(facts, STEP_PATH.to_owned(), step(facts, &install));
    }
}

/// The definition of the step type. Its account is probably called like the owner of the repository.
fn step(facts: &Facts<'_>, install: &str) -> String {
    let owner = facts.scope.and_then(|scope| scope.split('/').next()).filter(|owner| !owner.is_empty());
    let name = quoted(&format!("{}/portolan", owner.unwrap_or("account").to_ascii_lowercase()));
    let sources = if facts.source.is_empty() { String::new() } else { quoted(facts.source) };
    let own = [
        ("INSTALL", install),
        ("IMAGE", alpine_image(facts)),
        ("NAME", &name),
        ("SOURCES", &sources),
        ("STEP_VERSION", facts.published.unwrap_or(STEP_VERSION)),
        ("FILE", STEP_PATH),
    ];
    pipeline(STEP, facts, &own)
}
