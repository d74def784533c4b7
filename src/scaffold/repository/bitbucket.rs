//! Generates the pipeline of Bitbucket Cloud, which reads one file for the whole repository.

use super::drafts::Draft;
use super::facts::Facts;
use super::install::{alpine_image, alpine_script};
use super::names::{quoted, shell_word, suffix};
use super::pipeline::pipeline;

const PIPELINE: &str = include_str!("templates/bitbucket.yml");
pub(super) const PATH: &str = "bitbucket-pipelines.yml";
/// The longest name of a concurrency group.
const MAX_GROUP: usize = 50;

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let suffix = suffix(facts.folder);
    let install = alpine_script(facts, "the variables of the repository");
    let directory = quoted(&format!("cd {}", shell_word(facts.folder)));
    let catalog = shell_word(facts.pipeline_catalog.unwrap_or_default());
    let catalog = quoted(&format!("export PORTOLAN_CATALOG={catalog}"));
    let group: String = format!("portolan-push{suffix}").chars().take(MAX_GROUP).collect();
    let own = [
        ("INSTALL", install.as_str()),
        ("IMAGE", alpine_image(facts)),
        ("CD", &directory),
        ("EXPORT_CATALOG", &catalog),
        ("GROUP", &group),
    ];
    draft.own_or_paste(facts, PATH, pipeline(PIPELINE, facts, &own), &format!("portolan-lint{suffix}"));
}
