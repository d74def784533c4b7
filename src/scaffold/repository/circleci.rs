//! Generates the config of CircleCI, which reads one file for the whole repository.

use super::drafts::Draft;
use super::facts::Facts;
use super::install::Build;
use super::names::{quoted, suffix};
use super::pipeline::pipeline;

const PIPELINE: &str = include_str!("templates/circleci.yml");
pub(super) const PATH: &str = ".circleci/config.yml";

pub(super) fn draft(facts: &Facts<'_>, draft: &mut Draft) {
    let (image, install) = match facts.published {
        Some(_) => ("cimg/python:3.13", "pip install --quiet \"$PORTOLAN\"".to_owned()),
        None => ("rust:1.95", Build { error: "", file: PATH, prepare: "", root: "" }.script()),
    };
    let directory = quoted(&literal(&format!("~/project/{}", facts.folder)));
    let source = quoted(&literal(facts.source));
    let catalog = quoted(&literal(facts.pipeline_catalog.unwrap_or_default()));
    let own = [
        ("INSTALL", install.as_str()),
        ("IMAGE", image),
        ("DIRECTORY", &directory),
        ("SOURCE", &source),
        ("CATALOG", &catalog),
    ];
    let marker = format!("portolan-lint{}", suffix(facts.folder));
    draft.own_or_paste(facts, PATH, pipeline(PIPELINE, facts, &own), &marker);
}

/// A text in which CircleCI evaluates no expression.
fn literal(text: &str) -> String {
    text.replace("<<", r"\<<")
}
