//! Generates the declarative pipeline of Jenkins. A multibranch pipeline can use any path, so an existing Jenkinsfile is
//! left alone.

use super::drafts::Draft;
use super::facts::Facts;
use super::install::Build;
use super::names::{groovy_word, suffix};
use super::pipeline::pipeline;

const PIPELINE: &str = include_str!("templates/Jenkinsfile");
pub(super) const USUAL: &str = "Jenkinsfile";
/// The folder that Jenkins gives to a build for temporary files.
const INSTALLED: &str = "$WORKSPACE_TMP/portolan";

/// The usual path, and the one beside a Jenkinsfile for something else.
pub(super) fn paths(folder: &str) -> [String; 2] {
    [USUAL.to_owned(), format!("{USUAL}.portolan{}", suffix(folder))]
}

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let [usual, beside] = paths(facts.folder);
    let is_free = facts.texts.get(&usual).is_none_or(|text| text.contains("portolan lint"));
    let path = if is_free && facts.folder.is_empty() { usual } else { beside };
    let text = filled(PIPELINE, facts, &path);
    draft.own(facts, path, text);
}

/// The template with the values of the repository. `path`: where the result is written.
pub(super) fn filled(template: &str, facts: &Facts<'_>, path: &str) -> String {
    let install = match facts.published {
        Some(version) => format!(
            "python3 -m venv \"{INSTALLED}\"\n\"{INSTALLED}/bin/pip\" install --quiet \"portolan-gitops=={version}\""
        ),
        None => Build { error: "", file: path, prepare: "", root: &format!("--root \"{INSTALLED}\" ") }.script(),
    };
    let directory = groovy_word(if facts.folder.is_empty() { "." } else { facts.folder });
    let source = groovy_word(facts.source);
    let catalog = groovy_word(facts.pipeline_catalog.unwrap_or_default());
    let own = [
        ("INSTALL", install.as_str()),
        ("FILE", path),
        ("DIRECTORY", &directory),
        ("SOURCE", &source),
        ("CATALOG", &catalog),
    ];
    pipeline(template, facts, &own)
}
