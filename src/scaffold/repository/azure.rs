//! Generates the pipeline of Azure. Values of a build reach scripts only through variables.

use super::drafts::Draft;
use super::facts::Facts;
use super::install::Build;
use super::names::{quoted, suffix};
use super::pipeline::pipeline;

const PIPELINE: &str = include_str!("templates/azure.yml");

pub(super) fn path(folder: &str) -> String {
    format!(".azure-pipelines/portolan{}.yml", suffix(folder))
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let path = path(facts.folder);
    let text = filled(PIPELINE, facts, &path);
    draft.own(facts, path, text);
}

/// The template with the values of the repository. `path`: where the result is written.
pub(super) fn filled(template: &str, facts: &Facts<'_>, path: &str) -> String {
    let install = match facts.published {
        Some(_) => "pipx install \"$PORTOLAN\"".to_owned(),
        None => Build { error: "##vso[task.logissue type=error]", file: path, prepare: "", root: "" }.script(),
    };
    let directory = quoted(&literal(&format!("$(Build.SourcesDirectory)/{}", facts.folder)));
    let source = quoted(&literal(facts.source));
    let catalog = quoted(&literal(facts.pipeline_catalog.unwrap_or_default()));
    let suffix = suffix(facts.folder).replace('-', "_");
    let own = [
        ("INSTALL", install.as_str()),
        ("DIRECTORY", &directory),
        ("SOURCE", &source),
        ("CATALOG", &catalog),
        ("JOB_SUFFIX", &suffix),
    ];
    pipeline(template, facts, &own)
}

/// A text in which Azure evaluates no template expression.
fn literal(text: &str) -> String {
    text.replace("${{", "${{ '${{' }}")
}
